//! Workloads for measuring speed: uniform, realistic in size and density, three shapes.
//!
//! Accuracy wants every odd shape there is; speed wants what a service sends all day. These have the shape of the workloads
//! on which other programs were measured, so that figures can be compared: monitoring records of about 1 KB of which a tenth
//! hold an ID or a name; operation logs of about 1.75 KB, half of them with bodies as escaped JSON; the same with one to
//! three base64 pictures of 20 to 150 KB.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::head::civil;
use super::ids::{self, Day};
use super::names::{Country, Name};
use super::node::{Entry, Node, Style};
use super::person;
use super::rng::Rng;
use super::wrap::Wrap;

/// Which shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Flat records, mostly measures.
    Monitoring,
    /// Operation logs without pictures.
    Text,
    /// Operation logs with pictures.
    Images,
}

impl Shape {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monitoring => "monitoring",
            Self::Text => "text",
            Self::Images => "images",
        }
    }
}

const WORDS: [&str; 40] = [
    "request",
    "routed",
    "to",
    "model",
    "pool",
    "shard",
    "liveness",
    "action",
    "sequence",
    "accepted",
    "quality",
    "score",
    "above",
    "threshold",
    "glare",
    "check",
    "passed",
    "retry",
    "scheduled",
    "upstream",
    "timeout",
    "cache",
    "hit",
    "token",
    "verified",
    "frame",
    "decoded",
    "queue",
    "depth",
    "normal",
    "callback",
    "delivered",
    "to",
    "merchant",
    "stage",
    "finished",
    "in",
    "order",
    "worker",
    "idle",
];

/// Lines of one shape until `bytes` are reached, each ended by `\n`.
pub fn lines(shape: Shape, bytes: usize, seed: u64) -> Vec<u8> {
    let mut r = Rng::new(seed ^ shape as u64);
    let mut traffic = Traffic {
        ms: 1_764_000_000_000,
    };
    let mut out = String::with_capacity(bytes + (1 << 19));
    while out.len() < bytes {
        let node = match shape {
            Shape::Monitoring => traffic.monitoring(&mut r),
            Shape::Text => traffic.operation(false, &mut r),
            Shape::Images => traffic.operation(true, &mut r),
        };
        node.write(Style::default(), &mut out);
        out.push('\n');
    }
    out.into_bytes()
}

struct Traffic {
    ms: u64,
}

fn prose(r: &mut Rng, low: u64, high: u64) -> String {
    let n = r.range(low, high);
    let words: Vec<_> = (0..n).map(|_| r.pick(&WORDS)).collect();
    words.join(" ")
}

fn id(r: &mut Rng) -> String {
    let birth = Day::birth(r);
    match r.below(6) {
        0..=2 => ids::cn18(r, birth).plain,
        3 => ids::hkid(r).pretty.unwrap_or_default(),
        4 => ids::sg(r).plain,
        _ => {
            let id = ids::th(r);
            if r.chance(0.5) {
                id.plain
            } else {
                id.pretty.unwrap_or_default()
            }
        }
    }
}

fn name(r: &mut Rng) -> String {
    let country = r.one(&[
        Country::Cn,
        Country::Cn,
        Country::Cn,
        Country::Sg,
        Country::In,
    ]);
    Name::of(country, r).full
}

fn address(r: &mut Rng) -> String {
    let country = r.one(&[
        Country::Cn,
        Country::Cn,
        Country::Sg,
        Country::Hk,
        Country::Th,
    ]);
    person::address(country, r)
}

fn entry(key: &str, node: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        marks: Vec::new(),
        node,
    }
}

fn ip(r: &mut Rng) -> String {
    format!(
        "10.{}.{}.{}",
        r.range(0, 255),
        r.range(0, 255),
        r.range(0, 255)
    )
}

const AGENTS: [&str; 3] = [
    "okhttp/4.12.0",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
    "ekyc-ios-sdk/3.4.1 (iPhone15,3; iOS 17.5)",
];

impl Traffic {
    fn head(&mut self, r: &mut Rng) -> Vec<Entry> {
        self.ms += r.range(1, 40);
        let (y, mo, d, h, mi, s) = civil(self.ms / 1000);
        vec![
            entry(
                "Timestamp",
                Node::text(format!(
                    "{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{:03}Z",
                    self.ms % 1000
                )),
            ),
            entry("EpochMs", Node::bare(self.ms)),
            entry("Level", Node::text("INFO")),
            entry(
                "Host",
                Node::text(format!("ekyc-api-{:02}.prod", r.range(0, 39))),
            ),
            entry("Service", Node::text("ekyc")),
            entry(
                "Action",
                Node::text(r.one(&[
                    "LivenessCompare",
                    "IdCardOCR",
                    "GetFaceIdResult",
                    "DetectAuth",
                    "CheckIdNameDate",
                    "GetLiveCode",
                    "CompareFaceLiveness",
                ])),
            ),
            entry("RequestId", Node::text(r.uuid())),
            entry("TraceId", Node::text(r.hex(32))),
            entry("SpanId", Node::text(r.hex(16))),
            entry("AppId", Node::bare(r.range(1_250_000_000, 1_319_999_999))),
            entry(
                "Region",
                Node::text(r.one(&["ap-guangzhou", "ap-hongkong", "ap-singapore", "ap-bangkok"])),
            ),
            entry(
                "RetCode",
                Node::bare(if r.chance(0.93) { 0 } else { -1208 }),
            ),
            entry("CostMs", Node::bare(r.decimal(20.0, 1900.0, 3))),
        ]
    }

    fn monitoring(&mut self, r: &mut Rng) -> Node {
        let mut out = self.head(r);
        let stages = r.range(1, 4) as usize;
        let mut message = prose(r, 4, 70);
        let personal = r.chance(0.1);
        let in_text = r.chance(0.5);
        if personal && in_text {
            message = format!("{message} subject {} {}", id(r), prose(r, 3, 3));
        }
        out.extend([
            entry("Cpu", Node::bare(r.decimal(0.0, 100.0, 2))),
            entry("MemRss", Node::bare(r.range(100_000_000, 4_000_000_000))),
            entry("Qps", Node::bare(r.decimal(1.0, 900.0, 2))),
            entry("P50", Node::bare(r.decimal(5.0, 90.0, 3))),
            entry("P99", Node::bare(r.decimal(90.0, 2500.0, 3))),
            entry("Inflight", Node::bare(r.range(0, 300))),
            entry("BytesIn", Node::bare(r.range(1000, 900_000))),
            entry("BytesOut", Node::bare(r.range(1000, 90_000))),
            entry("ClientIp", Node::text(ip(r))),
            entry("UserAgent", Node::text(r.one(&AGENTS))),
            entry(
                "Tags",
                Node::map([
                    ("env", Node::text("prod")),
                    ("zone", Node::text(format!("az{}", r.range(1, 4)))),
                    ("build", Node::text(r.hex(12))),
                    (
                        "model",
                        Node::text(format!("face-v{}.{}", r.range(1, 9), r.range(0, 20))),
                    ),
                ]),
            ),
            entry(
                "Stages",
                Node::List(
                    ["decode", "detect", "live", "compare"][..stages]
                        .iter()
                        .map(|s| {
                            Node::map([
                                ("n", Node::text(*s)),
                                ("ms", Node::bare(r.decimal(0.0, 300.0, 3))),
                                ("ok", Node::bare("true")),
                            ])
                        })
                        .collect(),
                ),
            ),
            entry("Message", Node::text(message)),
        ]);
        if personal && !in_text {
            out.push(entry("Name", Node::text(name(r))));
            out.push(entry("IdCard", Node::text(id(r))));
        }
        Node::Map(out)
    }

    fn operation(&mut self, images: bool, r: &mut Rng) -> Node {
        let n = r.range(1, 3);
        let mut out = self.head(r);
        let mut request = vec![
            entry("IdCard", Node::text(id(r))),
            entry("Name", Node::text(name(r))),
            entry("Address", Node::text(address(r))),
            entry("Phone", Node::text(format!("+86 139{}", r.any_digits(8)))),
            entry("RuleId", Node::bare(r.range(1, 99))),
            entry("Channel", Node::text(r.one(&["sdk", "h5", "api"]))),
        ];
        let mut result = vec![
            entry("Sim", Node::bare(r.decimal(0.0, 100.0, 2))),
            entry("Code", Node::text("Success")),
            entry(r.one(&["IdCardName", "姓名"]), Node::text(name(r))),
        ];
        if n > 1 {
            result.push(entry("IdCard", Node::text(id(r))));
        }
        let mut description = prose(r, 4, 20);
        if n > 2 {
            description = format!("{description} 证件号 {} {}", id(r), address(r));
        }
        if images {
            let mut keys = vec!["ImageBase64", "BestFrame", "FaceImage"];
            for _ in 0..r.range(1, 3) {
                let key = keys.swap_remove(r.below(keys.len()));
                let mut picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01".to_vec();
                let size = r.range(15_000, 112_500) as usize;
                picture.extend(r.bytes(size));
                let node = Node::text(STANDARD.encode(picture));
                if key == "ImageBase64" {
                    &mut request
                } else {
                    &mut result
                }
                .push(entry(key, node));
            }
        }
        let logs = r.range(0, if images { 3 } else { 14 });
        let response = vec![
            entry("Result", Node::Map(result)),
            entry("Description", Node::text(description)),
            entry(
                "Quality",
                Node::List((0..6).map(|_| Node::bare(r.decimal(0.0, 1.0, 4))).collect()),
            ),
            entry(
                "Logs",
                Node::List((0..logs).map(|_| Node::text(prose(r, 6, 24))).collect()),
            ),
        ];
        out.push(entry("ClientIp", Node::text(ip(r))));
        out.push(entry("UserAgent", Node::text(r.one(&AGENTS))));
        let escaped = r.chance(0.5);
        let body = |entries: Vec<Entry>| {
            if escaped {
                Node::Map(entries).wrapped(Wrap::Json(1))
            } else {
                Node::Map(entries)
            }
        };
        out.push(entry(
            "Request",
            Node::map([
                ("Path", Node::text("/v3/verify")),
                ("Method", Node::text("POST")),
                ("Body", body(request)),
            ]),
        ));
        out.push(entry(
            "Response",
            Node::map([("Status", Node::bare(200)), ("Body", body(response))]),
        ));
        Node::Map(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_their_sizes() {
        for (shape, low, high) in [
            (Shape::Monitoring, 700, 1400),
            (Shape::Text, 1200, 2400),
            (Shape::Images, 60_000, 260_000),
        ] {
            let text = lines(shape, 3_000_000, 1);
            let n = text.iter().filter(|b| **b == b'\n').count();
            let mean = text.len() / n;
            assert!((low..high).contains(&mean), "{shape:?}: {mean}");
            for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                serde_json::from_slice::<serde::de::IgnoredAny>(line).unwrap();
            }
        }
    }
}
