//! Request and response bodies of one call about one person.

use super::credentials;
use super::decoys;
use super::images::{self, Camera, Writing};
use super::keys::{Field, Habit, spell};
use super::labels::{Carrier, Strength};
use super::names::Country;
use super::node::{Entry, Leaf, Mark, Node};
use super::person::{self, Person};
use super::prose;
use super::rng::Rng;

/// What a body is made from.
pub struct Scene<'a> {
    /// Whom the call is about.
    pub person: &'a Person,
    /// How its keys are spelled.
    pub habit: Habit,
    /// Unusual writings of values.
    pub hard: bool,
    /// Makes payloads.
    pub camera: &'a Camera,
}

fn entry(key: impl Into<String>, node: Node) -> Entry {
    Entry {
        key: key.into(),
        marks: Vec::new(),
        node,
    }
}

/// Full-width forms of ASCII letters and digits, as East Asian input methods give them.
fn full_width(s: &str) -> String {
    s.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                char::from_u32(c as u32 + 0xfee0).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

/// A number under a key, in one of its writings.
fn number(class: &str, plain: &str, pretty: Option<&str>, hard: bool, r: &mut Rng) -> Node {
    let leaf = |text: String, form: &'static str| {
        Node::Text(Leaf {
            text,
            marks: vec![Mark::Plant {
                class: class.to_owned(),
                value: plain.to_owned(),
                carrier: Carrier::Key,
                strength: Strength::Strong,
                form,
            }],
        })
    };
    let digits = plain.bytes().all(|b| b.is_ascii_digit());
    if digits
        && !plain.starts_with('0')
        && plain.len() < 19
        && r.chance(if hard { 0.25 } else { 0.08 })
    {
        let mark = Mark::plant(class, plain, Carrier::Number, Strength::Strong);
        return Node::Bare(Leaf {
            text: plain.to_owned(),
            marks: vec![mark],
        });
    }
    if !hard {
        return match pretty {
            Some(pretty) if r.chance(0.35) => leaf(pretty.to_owned(), "separated"),
            _ => leaf(plain.to_owned(), ""),
        };
    }
    match r.below(6) {
        0 => leaf(full_width(plain), "full_width"),
        1 => leaf(plain.to_lowercase(), "lower_case"),
        2 => {
            let chunks: Vec<_> = plain
                .as_bytes()
                .chunks(4)
                .map(String::from_utf8_lossy)
                .collect();
            let separator = r.pick(&[" ", "-", " - "]);
            leaf(chunks.join(separator), "separated")
        }
        3 => leaf(format!(" {plain} "), "padded"),
        4 if pretty.is_some() => leaf(full_width(pretty.unwrap_or(plain)), "full_width"),
        _ => leaf(pretty.unwrap_or(plain).to_owned(), "separated"),
    }
}

impl Scene<'_> {
    fn key(&self, field: Field, r: &mut Rng) -> &'static str {
        spell(field, self.habit, self.person, r)
    }

    fn id(&self, r: &mut Rng) -> Entry {
        let id = &self.person.id;
        let node = number(id.class, &id.plain, id.pretty.as_deref(), self.hard, r);
        entry(self.key(Field::Id, r), node)
    }

    /// One or two members with the name, in whole or in parts.
    fn name(&self, r: &mut Rng, into: &mut Vec<Entry>) {
        let name = &self.person.name;
        let parts = !name.family.is_empty() && !name.given.is_empty();
        if parts && name.full == name.latin && r.chance(0.25) {
            into.push(entry(
                self.key(Field::FamilyName, r),
                Node::plant("name", name.family.as_str()),
            ));
            into.push(entry(
                self.key(Field::GivenName, r),
                Node::plant("name", name.given.as_str()),
            ));
            return;
        }
        into.push(entry(
            self.key(Field::Name, r),
            Node::plant("name", name.full.as_str()),
        ));
        if name.full != name.latin && r.chance(0.2) {
            into.push(entry(
                self.key(Field::LatinName, r),
                Node::plant("name", name.latin.to_uppercase()),
            ));
        }
    }

    /// A payload under a key that tells.
    fn image(&self, field: Field, r: &mut Rng) -> Entry {
        let key = self.key(field, r);
        entry(key, self.payload(field == Field::Video, r))
    }

    fn payload(&self, video: bool, r: &mut Rng) -> Node {
        let payload = if video || self.hard {
            self.camera.any(r)
        } else {
            self.camera.jpeg(r)
        };
        let writing = Writing::any(r, self.hard);
        let text = writing.write(&payload, r);
        payload_leaf(payload.class, text, writing.name())
    }

    /// The request's own fields.
    pub fn request(&self, r: &mut Rng) -> Vec<Entry> {
        let p = self.person;
        let mut out = Vec::new();
        self.name(r, &mut out);
        out.push(self.id(r));
        if r.chance(0.35) {
            let node = number("phone", &p.phone, Some(&p.phone_international), false, r);
            // The international form is another text, not the same digits with separators.
            let node = if let Node::Text(leaf) = &node
                && leaf.text == p.phone_international
            {
                Node::plant("phone", p.phone_international.as_str())
            } else {
                node
            };
            out.push(entry(self.key(Field::Phone, r), node));
        }
        if r.chance(0.2) {
            out.push(entry(
                self.key(Field::Card, r),
                number(
                    p.card.class,
                    &p.card.plain,
                    p.card.pretty.as_deref(),
                    self.hard,
                    r,
                ),
            ));
        }
        if r.chance(0.2) {
            out.push(entry(
                self.key(Field::Email, r),
                Node::plant("email", p.email.as_str()),
            ));
        }
        if r.chance(0.15) {
            out.push(entry(
                self.key(Field::Passport, r),
                number("passport", &p.passport, None, self.hard, r),
            ));
        }
        if r.chance(0.15) {
            out.push(entry(
                self.key(Field::Birth, r),
                Node::plant("birth_date", p.birth_text(r)),
            ));
        }
        if r.chance(0.1) {
            let (key, value) = self.credential(r);
            out.push(entry(key, Node::plant("credential", value)));
        }
        if matches!(
            p.country,
            Country::Cn | Country::Hk | Country::Mo | Country::Tw
        ) && r.chance(0.08)
        {
            let permit = person::travel_permit(r);
            out.push(entry(
                r.one(&[
                    "TravelPermitNo",
                    "PermitNumber",
                    "回乡证号",
                    "通行证号码",
                    "MainlandTravelPermit",
                ]),
                Node::plant("travel_permit", permit),
            ));
        }
        out.push(entry(
            "RuleId",
            Node::keep("enum", r.range(1, 99).to_string()),
        ));
        let decoys = r.below(3);
        add(&mut out, decoys::some(r, decoys));
        if self.camera.is_on() && r.chance(0.6) {
            out.push(self.image(Field::Image, r));
        }
        if self.camera.is_on() && r.chance(0.08) {
            out.push(self.image(Field::Video, r));
        }
        out
    }

    fn credential(&self, r: &mut Rng) -> (&'static str, String) {
        match r.below(6) {
            0 => ("Token", credentials::token(r)),
            1 => ("SecretKey", credentials::secret_key(r)),
            2 => ("Authorization", credentials::bearer(r)),
            3 => ("accessToken", credentials::jwt(r)),
            4 => (
                "password",
                r.letters(12, "abcdefghjkmnpqrstuvwxyzABCDEFGH23456789!#"),
            ),
            _ => ("BizToken", r.uuid().to_uppercase()),
        }
    }

    /// What recognising a document gives.
    pub fn ocr(&self, r: &mut Rng) -> Vec<Entry> {
        let p = self.person;
        let mut out = Vec::new();
        self.name(r, &mut out);
        out.push(entry(
            self.key(Field::Gender, r),
            Node::plant("gender", p.gender_text(r)),
        ));
        if p.country == Country::Cn {
            out.push(entry(
                self.key(Field::Nation, r),
                Node::plant(
                    "ethnicity",
                    r.pick(&["汉", "满", "回", "维吾尔", "壮", "蒙古", "土家"]),
                ),
            ));
            out.push(entry(
                self.key(Field::Authority, r),
                Node::plant(
                    "authority",
                    r.pick(&[
                        "深圳市公安局南山分局",
                        "北京市公安局东城分局",
                        "固始县公安局",
                    ]),
                ),
            ));
        }
        out.push(entry(
            self.key(Field::Birth, r),
            Node::plant("birth_date", p.birth_text(r)),
        ));
        out.push(entry(
            self.key(Field::Address, r),
            Node::plant("address", p.address.as_str()),
        ));
        out.push(self.id(r));
        if r.chance(0.6) {
            let (from, to) = (r.range(2008, 2024), r.range(2027, 2044));
            let value = match r.below(4) {
                0 => format!("{from}.{:02}.{:02}-{to}.{:02}.{:02}", 4, 17, 4, 17),
                1 => format!("{to}-{:02}-{:02}", r.range(1, 12), r.range(1, 28)),
                2 => format!("{to}{:02}{:02}", r.range(1, 12), r.range(1, 28)),
                _ => format!("{from}0417-{to}0417"),
            };
            out.push(entry(
                self.key(Field::Validity, r),
                Node::plant("validity", value),
            ));
        }
        if r.chance(0.25) {
            let zone = p.mrz(r);
            let key = r.one(&["MRZ", "mrz", "MrzCode", "MachineReadableZone", "MrzLines"]);
            let lines: Vec<_> = zone.lines().map(str::to_owned).collect();
            if r.chance(0.4) {
                out.push(entry(
                    key,
                    Node::List(lines.into_iter().map(|l| Node::plant("mrz", l)).collect()),
                ));
            } else {
                let marks = lines
                    .iter()
                    .map(|l| Mark::plant("mrz", l, Carrier::Key, Strength::Strong))
                    .collect();
                out.push(entry(key, Node::Text(Leaf { text: zone, marks })));
            }
        }
        if self.camera.is_on() && r.chance(0.3) {
            out.push(self.image(Field::Image, r));
        }
        out
    }

    /// What comparing gives: scores, messages, an echo of the question.
    pub fn verdict(&self, r: &mut Rng) -> Vec<Entry> {
        let mut out = vec![
            entry(
                "Result",
                Node::keep("code", r.pick(&["0", "-1", "Success", "-4"])),
            ),
            entry(
                "Description",
                Node::keep(
                    "error_text",
                    r.pick(&["认证通过", "信息不一致", "Verification passed", "成功"]),
                ),
            ),
            entry("Sim", Node::keep_bare("score", r.decimal(20.0, 99.99, 2))),
        ];
        if r.chance(0.4) {
            out.push(entry("Echo", prose::repeated(self.person, r)));
        }
        if r.chance(0.2) {
            out.push(entry(
                "BizToken",
                Node::plant("credential", r.uuid().to_uppercase()),
            ));
        }
        if r.chance(0.15) {
            let (url, signature) = credentials::signed_url(r);
            out.push(entry(
                "BestFrameUrl",
                Node::Text(Leaf {
                    marks: vec![Mark::plant(
                        "url_signature",
                        &signature,
                        Carrier::Key,
                        Strength::Strong,
                    )],
                    text: url,
                }),
            ));
        }
        if self.camera.is_on() && r.chance(0.25) {
            let n = r.range(1, 3);
            out.push(entry(
                "BestFrames",
                Node::List((0..n).map(|_| self.payload(false, r)).collect()),
            ));
        }
        if self.camera.is_on() && r.chance(0.12) {
            out.push(self.feature(r));
        }
        if self.camera.is_on() && r.chance(0.06) {
            let payload = self.camera.opaque(r);
            let text = Writing::Base64.write(&payload, r);
            out.push(entry(
                r.one(&["EncryptedBody", "EncryptedImage", "FaceData"]),
                payload_leaf(payload.class, text, "base64"),
            ));
        }
        if self.person.id.strong && r.chance(0.06) {
            let key = self.person.id.plain.clone();
            let marks = vec![Mark::plant(
                self.person.id.class,
                &key,
                Carrier::MapKey,
                Strength::Strong,
            )];
            out.push(entry(
                "Results",
                Node::Map(vec![Entry {
                    key,
                    marks,
                    node: Node::map([("Matched", Node::bare("true"))]),
                }]),
            ));
        }
        let decoys = r.below(4);
        add(&mut out, decoys::some(r, decoys));
        out
    }

    fn feature(&self, r: &mut Rng) -> Entry {
        let key = r.one(&["FeatureVector", "FaceFeature", "embedding", "faceFeature"]);
        if r.chance(0.5) {
            return entry(
                key,
                payload_leaf("biometric.feature", images::vector_base64(r, 128), "base64"),
            );
        }
        let items = images::vector(r, 64);
        let last = items.len() - 1;
        let nodes = items.into_iter().enumerate().map(|(i, text)| {
            let marks = if i % 21 == 0 || i == last {
                vec![Mark::plant(
                    "biometric.feature",
                    &text,
                    Carrier::Number,
                    Strength::Strong,
                )]
            } else {
                Vec::new()
            };
            Node::Bare(Leaf { text, marks })
        });
        entry(key, Node::List(nodes.collect()))
    }
}

fn payload_leaf(class: &str, text: String, form: &'static str) -> Node {
    let value: String = text.chars().take(96).collect();
    let mark = Mark::Plant {
        class: class.to_owned(),
        value,
        carrier: Carrier::Key,
        strength: Strength::Strong,
        form,
    };
    Node::Text(Leaf {
        text,
        marks: vec![mark],
    })
}

/// Adds members whose keys are not there yet.
pub fn add(out: &mut Vec<Entry>, more: Vec<Entry>) {
    for e in more {
        if out.iter().all(|o| o.key != e.key) {
            out.push(e);
        }
    }
}
