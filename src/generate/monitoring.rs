//! Monitoring records: one per call, flat, mostly measures; personal data by accident.

use super::body::{Scene, add};
use super::credentials;
use super::decoys;
use super::head::Head;
use super::images::Camera;
use super::keys::Habit;
use super::labels::{Carrier, Strength};
use super::names::Country;
use super::node::{Entry, Leaf, Mark, Node};
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

/// A number as number or as string.
fn either(field: &str, value: impl ToString, r: &mut Rng) -> Node {
    if r.chance(0.7) {
        Node::keep_bare(field, value)
    } else {
        Node::keep(field, value.to_string())
    }
}

/// One monitoring record.
pub fn record(head: &Head, hard: bool, camera: &Camera, r: &mut Rng) -> Node {
    let country = Country::any(r);
    let person = Person::of(country, r);
    let scene = Scene {
        person: &person,
        habit: Habit::any(r),
        hard,
        camera,
    };
    let personal = r.chance(0.3);
    let ok = r.chance(0.9);
    let mut out = Vec::with_capacity(28);
    let mut put = |r: &mut Rng, chance: f64, key: &str, make: &dyn Fn(&mut Rng) -> Node| {
        if r.chance(chance) {
            out.push(entry(key, make(r)));
        }
    };
    put(r, 0.9, "action", &|_| Node::keep("action", head.action));
    put(r, 0.9, "type", &|r| {
        Node::keep("type", r.pick(&["monitor", "api", "call"]))
    });
    put(r, 0.7, "sourcetype", &|r| {
        Node::keep(
            "sourcetype",
            r.pick(&["ekyc_monitor", "faceid", "access_log"]),
        )
    });
    put(r, 0.8, "subactionuin", &|r| {
        let uin = format!("1000{}", r.digits(8));
        either("subactionuin", uin, r)
    });
    put(r, 0.4, "token", &|r| {
        Node::plant("credential", credentials::token(r))
    });
    put(r, 0.8, "indexname", &|r| {
        Node::keep(
            "indexname",
            format!("ekyc_monitor_202611{:02}", r.range(1, 30)),
        )
    });
    put(r, 0.8, "UA", &|_| Node::keep("UA", head.agent));
    put(r, 0.8, "UpStreamIp", &|r| {
        Node::keep(
            "UpStreamIp",
            format!(
                "{}.{}.{}.{}",
                r.range(11, 220),
                r.range(0, 255),
                r.range(0, 255),
                r.range(1, 254)
            ),
        )
    });
    put(r, 0.8, "offset", &|r| {
        let offset = r.digits(12);
        either("offset", offset, r)
    });
    put(r, 0.95, "eCode", &|r| {
        let code = if ok {
            "0".to_owned()
        } else {
            format!("-{}", r.range(1000, 1300))
        };
        either("eCode", code, r)
    });
    put(r, 0.9, "host", &|r| {
        Node::keep("host", format!("ekyc-api-{:02}.prod", r.range(0, 40)))
    });
    put(r, 0.95, "cost", &|r| {
        let cost = r.decimal(5.0, 1900.0, 3);
        either("cost", cost, r)
    });
    put(r, 0.97, "RequestId", &|_| {
        Node::keep("RequestId", &head.request_id)
    });
    put(r, 0.8, "nodeip", &|r| {
        Node::keep(
            "nodeip",
            format!(
                "10.{}.{}.{}",
                r.range(0, 255),
                r.range(0, 255),
                r.range(1, 254)
            ),
        )
    });
    const ERRORS: [&str; 5] = [
        "FailedOperation.ImageDecodeFailed",
        "InvalidParameterValue",
        "图片解码失败",
        "身份证号码不合法",
        "no face detected",
    ];
    put(r, 0.9, "eCodeStr", &|r| {
        Node::keep("eCodeStr", if ok { "success" } else { r.one(&ERRORS) })
    });
    put(r, 0.97, "timestamp", &|r| head.time_node(r));
    put(r, 0.95, "AppId", &|r| either("AppId", &head.app_id, r));
    put(r, 0.7, "Caller", &|r| {
        Node::keep(
            "Caller",
            r.pick(&["console", "openapi", "miniprogram", "h5-gateway"]),
        )
    });
    put(r, 0.8, "ServiceName", &|r| {
        Node::keep(
            "ServiceName",
            r.pick(&["faceid", "ocr-extractor", "liveness", "实名核验"]),
        )
    });
    put(r, 0.4, "Session", &|r| Node::plant("credential", r.uuid()));
    put(r, 0.3, "Region", &|_| Node::keep("Region", head.region));
    if country != Country::Asia {
        put(r, 0.3, "CountryCode", &|_| {
            Node::text(country.code().to_uppercase())
        });
    }
    put(r, 0.3, "InterfaceName", &|_| {
        Node::keep("InterfaceName", format!("/v3/{}", head.action))
    });
    for key in ["BeginTime", "EndTime"] {
        put(r, 0.4, key, &|r| {
            let time = decoys::epoch_ms(r);
            either(key, time, r)
        });
    }
    put(r, 0.3, "Fee", &|r| {
        Node::keep_bare("Fee", r.decimal(0.0, 2.0, 2))
    });
    if r.chance(0.6) {
        out.push(entry("Header", header(head, r)));
    }
    if r.chance(0.7) {
        out.push(entry("Rsp", rsp(&scene, head, personal, r)));
    }
    if r.chance(0.3) {
        out.push(entry(
            "Message",
            if personal {
                accident(&scene, r)
            } else {
                prose::neutral_text(r, 2)
            },
        ));
    }
    if personal && r.chance(0.3) {
        let mut leak = scene.request(r);
        leak.truncate(2);
        add(&mut out, leak);
    }
    let more = r.below(4);
    add(&mut out, decoys::some(r, more));
    Node::Map(out)
}

/// Personal data by accident in a message.
fn accident(scene: &Scene<'_>, r: &mut Rng) -> Node {
    if r.chance(0.6) {
        prose::labelled(scene.person, r)
    } else {
        prose::unlabelled(scene.person, r)
    }
}

/// A header with a secret behind the name of its scheme.
fn schemed(key: &str, scheme: &str, text: String) -> Entry {
    let secret = text.trim_start_matches(scheme);
    let plant = Mark::plant("credential", secret, Carrier::Key, Strength::Strong);
    let marks = vec![plant];
    entry(key, Node::Text(Leaf { text, marks }))
}

fn header(head: &Head, r: &mut Rng) -> Node {
    let mut entries = vec![
        entry("Host", Node::keep("host", "faceid.api.example.com")),
        entry(
            "Content-Type",
            Node::keep("enum", "application/json; charset=utf-8"),
        ),
        entry("User-Agent", Node::keep("UA", head.agent)),
        entry("X-TC-Action", Node::keep("action", head.action)),
        entry("X-TC-Version", Node::keep("version", "2018-03-01")),
        entry("X-Request-Id", Node::keep("RequestId", &head.request_id)),
    ];
    match r.below(5) {
        0 => {
            let (text, id, signature) = credentials::tc3(r);
            let marks = vec![
                Mark::plant("credential", &id, Carrier::Key, Strength::Strong),
                Mark::plant("credential", &signature, Carrier::Key, Strength::Strong),
            ];
            entries.push(entry("Authorization", Node::Text(Leaf { text, marks })));
        }
        1 => {
            let secret = credentials::bearer(r);
            entries.push(schemed("Authorization", "Bearer ", secret));
        }
        2 => {
            let secret = credentials::basic(r);
            entries.push(schemed("authorization", "Basic ", secret));
        }
        3 => {
            let (text, session) = credentials::cookie(r);
            entries.push(entry(
                "Cookie",
                Node::Text(Leaf {
                    marks: vec![Mark::plant(
                        "credential",
                        &session,
                        Carrier::Key,
                        Strength::Strong,
                    )],
                    text,
                }),
            ));
        }
        _ => {}
    }
    if r.chance(0.05) {
        let text = credentials::private_key(r);
        let body: String = text.lines().nth(1).unwrap_or_default().to_owned();
        entries.push(entry(
            "X-Debug",
            Node::Text(Leaf {
                marks: vec![Mark::plant(
                    "credential",
                    &body,
                    Carrier::FreeText,
                    Strength::Strong,
                )],
                text,
            }),
        ));
    }
    let node = Node::Map(entries);
    if r.chance(0.4) {
        node.wrapped(Wrap::Json(1))
    } else {
        node
    }
}

fn rsp(scene: &Scene<'_>, head: &Head, personal: bool, r: &mut Rng) -> Node {
    let mut entries = if personal {
        let mut all = scene.verdict(r);
        let mut ocr = scene.ocr(r);
        if r.chance(0.5) {
            add(&mut all, ocr);
        } else {
            // Nothing can be said again that was not said under a key.
            all.retain(|e| e.key != "Echo");
            if r.chance(0.5) {
                ocr.truncate(5);
                add(&mut all, ocr);
            }
        }
        all
    } else {
        let n = r.range(1, 5);
        let mut all = vec![entry(
            "Result",
            Node::keep("code", r.pick(&["0", "-4", "Success"])),
        )];
        add(&mut all, decoys::some(r, n as usize));
        all
    };
    entries.push(entry(
        "RequestId",
        Node::keep("RequestId", &head.request_id),
    ));
    let node = Node::Map(entries);
    let node = if r.chance(0.4) {
        Node::map([("Response", node)])
    } else {
        node
    };
    if r.chance(0.5) {
        let wrap = if scene.hard {
            Wrap::Json(r.range(1, 4) as u8)
        } else {
            Wrap::Json(1)
        };
        node.wrapped(wrap)
    } else {
        node
    }
}
