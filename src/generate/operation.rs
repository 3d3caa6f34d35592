//! Operation logs: a call with its step debug information and its request and response bodies.

use super::body::{Scene, add};
use super::decoys;
use super::head::Head;
use super::images::Camera;
use super::keys::Habit;
use super::names::Country;
use super::node::{Entry, Leaf, Mark, Node};
use super::pairs;
use super::person::Person;
use super::prose;
use super::rng::Rng;
use super::wrap::Wrap;

fn entry(key: impl Into<String>, node: Node) -> Entry {
    Entry {
        key: key.into(),
        marks: Vec::new(),
        node,
    }
}

/// One operation log.
pub fn record(head: &Head, hard: bool, camera: &Camera, r: &mut Rng) -> Node {
    let country = Country::any(r);
    let person = Person::of(country, r);
    let scene = Scene {
        person: &person,
        habit: Habit::any(r),
        hard,
        camera,
    };
    let mut out = Vec::with_capacity(12);
    out.push(entry(
        r.one(&["AppId", "APPID", "AppId", "appId"]),
        if r.chance(0.7) {
            Node::keep_bare("AppId", &head.app_id)
        } else {
            Node::keep("AppId", &head.app_id)
        },
    ));
    out.push(entry(
        "RequestId",
        Node::keep("RequestId", &head.request_id),
    ));
    out.push(entry(
        r.one(&["Timestamp", "timestamp", "LogTime", "@timestamp"]),
        head.time_node(r),
    ));
    out.push(entry("Action", Node::keep("Action", head.action)));
    if r.chance(0.4) {
        out.push(entry("Region", Node::keep("Region", head.region)));
    }
    if r.chance(0.3) && country != Country::Asia {
        out.push(entry(
            r.one(&["CountryCode", "Country"]),
            Node::text(country.code().to_uppercase()),
        ));
    }
    if r.chance(0.3) {
        out.push(entry("TraceId", Node::keep("trace_id", r.hex(32))));
    }
    if r.chance(0.85) {
        out.push(entry(
            r.one(&["DebugInfo", "StepDebug", "Debug", "Steps", "DebugInfo"]),
            debug(&scene, r),
        ));
    }
    let request = body(scene.request(r), hard, r);
    let request = if r.chance(0.12) {
        Node::map([
            ("Path", Node::keep("path", format!("/v3/{}", head.action))),
            ("Method", Node::keep("enum", "POST")),
            ("Body", request),
        ])
    } else {
        request
    };
    out.push(entry(
        r.one(&["Request", "request", "ReqBody", "RequestBody", "Request"]),
        request,
    ));
    out.push(entry(
        r.one(&["Response", "response", "RspBody", "Resp", "Response"]),
        response(&scene, head, r),
    ));
    if hard && r.chance(0.15) {
        out.push(entry("Extra", deep(&scene, r)));
    }
    let more = r.below(3);
    add(&mut out, decoys::some(r, more));
    Node::Map(out)
}

/// A flat body in some encoding.
fn body(entries: Vec<Entry>, hard: bool, r: &mut Rng) -> Node {
    if hard {
        return match r.below(14) {
            0 => pairs::as_pairs(entries),
            1 => pairs::as_key_value_list(entries, r),
            2 => Node::Map(entries),
            _ => wrap(entries, Wrap::hard(r), r),
        };
    }
    match r.below(20) {
        0 => pairs::as_pairs(entries),
        1 => pairs::as_key_value_list(entries, r),
        2..=9 => Node::Map(entries),
        _ => wrap(entries, Wrap::any(r), r),
    }
}

fn wrap(mut entries: Vec<Entry>, wrap: Wrap, r: &mut Rng) -> Node {
    if wrap == Wrap::JsonCut {
        // The cut must not go through something planted or through a number whose rest would then be another number.
        entries.push(entry(
            "Trail",
            Node::text(prose::neutral_joined(r, 2) + " end of the trail"),
        ));
    }
    if !wrap.is_strict() {
        // In these, texts with the format's own separators cannot be told from structure: nothing could be said about what must survive there.
        for e in &mut entries {
            if let Node::Text(leaf) = &mut e.node {
                leaf.marks.retain(|m| {
                    matches!(m, Mark::Plant { .. })
                        || leaf.text.chars().all(|c| c.is_alphanumeric() || c == '-')
                });
            }
        }
    }
    Node::Map(entries).wrapped(wrap)
}

fn response(scene: &Scene<'_>, head: &Head, r: &mut Rng) -> Node {
    let mut entries = scene.verdict(r);
    if r.chance(0.5) {
        let ocr = scene.ocr(r);
        if r.chance(0.4) {
            add(&mut entries, ocr);
        } else {
            let inner = if r.chance(0.4) {
                body(ocr, scene.hard, r)
            } else {
                Node::Map(ocr)
            };
            entries.push(entry(
                r.one(&[
                    "DetectInfo",
                    "Text",
                    "IdCardData",
                    "OcrResult",
                    "data",
                    "UserInfo",
                ]),
                inner,
            ));
        }
    }
    match r.below(5) {
        0 => {
            entries.push(entry(
                "RequestId",
                Node::keep("RequestId", &head.request_id),
            ));
            Node::map([("Response", body(entries, false, r))])
        }
        1 => Node::map([
            ("Status", Node::keep_bare("code", "200")),
            ("Body", body(entries, scene.hard, r)),
        ]),
        2 => Node::map([
            (
                "code",
                Node::keep_bare("code", r.pick(&["0", "-1208", "1001"])),
            ),
            ("msg", Node::keep("error_text", "ok")),
            ("data", Node::Map(entries)),
        ]),
        3 => Node::Map(entries),
        _ => body(entries, scene.hard, r),
    }
}

/// Step debug information: an array, an object or one long text.
fn debug(scene: &Scene<'_>, r: &mut Rng) -> Node {
    let n = r.range(1, 7);
    const STEPS: [&str; 8] = [
        "Decode",
        "Quality",
        "Liveness",
        "Compare",
        "Ocr",
        "Query",
        "Callback",
        "CheckParam",
    ];
    match r.below(5) {
        0 => {
            let mut entries = Vec::new();
            for _ in 0..n {
                let step = Node::map([
                    ("Cost", Node::keep_bare("cost", r.range(1, 900))),
                    ("Msg", message(scene, r)),
                ]);
                add(&mut entries, vec![entry(r.one(&STEPS), step)]);
            }
            Node::Map(entries)
        }
        1 => long_text(scene, n, r),
        _ => {
            let steps = (0..n).map(|_| {
                let step = Node::keep("step", r.one(&STEPS));
                Node::map([
                    (r.one(&["Step", "Name", "Step"]), step),
                    (
                        "Cost",
                        if r.chance(0.8) {
                            Node::keep_bare("cost", r.range(1, 900))
                        } else {
                            Node::keep("cost", format!("{}ms", r.range(1, 900)))
                        },
                    ),
                    (r.one(&["Message", "Msg", "Message"]), message(scene, r)),
                ])
            });
            let list = Node::List(steps.collect());
            if r.chance(0.15) {
                list.wrapped(Wrap::Json(1))
            } else {
                list
            }
        }
    }
}

fn message(scene: &Scene<'_>, r: &mut Rng) -> Node {
    match r.below(10) {
        0 => prose::labelled(scene.person, r),
        1 => prose::unlabelled(scene.person, r),
        2 => prose::repeated(scene.person, r),
        3 if scene.hard => Node::Map(scene.request(r)).wrapped(Wrap::hard(r)),
        _ => {
            let n = r.range(1, 3);
            prose::neutral_text(r, n as usize)
        }
    }
}

/// One text with a line for each step.
fn long_text(scene: &Scene<'_>, steps: u64, r: &mut Rng) -> Node {
    let mut leaf = Leaf::default();
    for i in 0..steps {
        leaf.text.push_str(&format!(
            "{}[step{i}] cost={}ms ",
            if i > 0 { "\n" } else { "" },
            r.range(1, 900)
        ));
        match message(scene, r) {
            Node::Text(part) => {
                for mark in part.marks {
                    leaf.marks.push(match mark {
                        Mark::Keep(field, None) => Mark::Keep(field, Some(part.text.clone())),
                        mark => mark,
                    });
                }
                leaf.text.push_str(&part.text);
            }
            _ => leaf.text.push('-'),
        }
    }
    Node::Text(leaf)
}

/// JSON text in a string, many levels deep.
fn deep(scene: &Scene<'_>, r: &mut Rng) -> Node {
    let mut entries = Vec::new();
    let id = &scene.person.id;
    entries.push(entry("IdCard", Node::plant(id.class, id.plain.as_str())));
    entries.push(entry(
        "Name",
        Node::plant("name", scene.person.name.full.as_str()),
    ));
    let mut node = Node::Map(entries);
    // Each level doubles the escapes of the one inside: eight levels of text are 255 backslashes before a quote.
    let texts = r.range(3, 7);
    for level in 0..texts + r.range(0, 30) {
        node = Node::map([(
            r.one(&["data", "payload", "inner", "ctx"]),
            if level < texts {
                node.wrapped(Wrap::Json(1))
            } else {
                node
            },
        )]);
    }
    node
}
