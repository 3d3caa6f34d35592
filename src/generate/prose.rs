//! Texts: what steps of a call say. Most name nobody, some do.

use std::fmt::Write as _;

use super::cues;
use super::labels::{Carrier, Strength};
use super::names::Country;
use super::node::{Leaf, Mark, Node};
use super::person::Person;
use super::rng::Rng;
use super::words::PROSE;

/// A sentence that names nobody.
pub fn neutral(r: &mut Rng) -> String {
    let language = r.pick(&[
        "zh", "zh", "zh", "en", "en", "en", "ja", "ko", "th", "vi", "id",
    ]);
    let mut rest = r.pick(PROSE.get(language));
    let mut out = String::with_capacity(rest.len() + 32);
    while let Some((before, after)) = rest.split_once('{') {
        let (what, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        let _ = match what {
            "n" => write!(out, "{}", r.range(1, 640)),
            "f" => write!(out, "{}", r.decimal(0.0, 99.0, 2)),
            "ms" => write!(out, "{}", r.range(1, 1900)),
            "h" => write!(out, "{}", r.hex(32)),
            "t" => write!(out, "{}", super::decoys::epoch_ms(r)),
            "o" => {
                let length = r.range(11, 16) as usize;
                write!(out, "{}", r.digits(length))
            }
            "u" => write!(out, "{}", r.uuid()),
            "ip" => write!(
                out,
                "10.{}.{}.{}",
                r.range(0, 255),
                r.range(0, 255),
                r.range(1, 254)
            ),
            _ => write!(
                out,
                "{}.{}.{}",
                r.range(1, 9),
                r.range(0, 20),
                r.range(0, 40)
            ),
        };
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A few sentences that name nobody, as a string that must survive.
pub fn neutral_text(r: &mut Rng, sentences: usize) -> Node {
    Node::keep("free_text", neutral_joined(r, sentences))
}

/// A few sentences as they are, not labelled.
pub fn neutral_joined(r: &mut Rng, sentences: usize) -> String {
    let mut out = String::new();
    for i in 0..sentences.max(1) {
        if i > 0 {
            out.push_str(r.one(&["; ", "。", " | ", ", ", "\n"]));
        }
        out.push_str(&neutral(r));
    }
    out
}

/// A text under construction with the marks in it.
#[derive(Default)]
pub struct Story {
    leaf: Leaf,
}

impl Story {
    /// Adds text that means nothing.
    pub fn say(mut self, s: &str) -> Self {
        self.leaf.text.push_str(s);
        self
    }

    /// Adds a planted value.
    pub fn plant(mut self, class: &str, value: &str, carrier: Carrier, strength: Strength) -> Self {
        self.leaf.text.push_str(value);
        self.leaf
            .marks
            .push(Mark::plant(class, value, carrier, strength));
        self
    }

    /// The string.
    pub fn end(self) -> Node {
        Node::Text(self.leaf)
    }
}

/// A text in which a label in the person's language introduces a value: `身份证号：110…`.
pub fn labelled(p: &Person, r: &mut Rng) -> Node {
    use Carrier::Label;
    use Strength::Strong;
    let id = if r.chance(0.4) {
        p.id.pretty.as_ref().unwrap_or(&p.id.plain)
    } else {
        &p.id.plain
    };
    let (name_label, id_label): (&[&str], &[&str]) = match p.country {
        Country::Cn | Country::Mo => (
            &[
                "姓名：",
                "姓名=",
                "name=",
                "客户姓名:",
                "用户姓名：",
                "Name: ",
            ],
            &[
                "身份证号：",
                "身份证号码",
                "证件号码=",
                "idCard=",
                "ID number: ",
                "证件号 ",
            ],
        ),
        Country::Tw | Country::Hk => (
            &["姓名：", "中文姓名：", "name=", "Name: "],
            &[
                "身分證字號：",
                "身份證號碼：",
                "證件號碼=",
                "ID No: ",
                "idNo=",
            ],
        ),
        Country::Jp => (
            &["氏名：", "お名前：", "name="],
            &[
                "個人番号：",
                "マイナンバー ",
                "在留カード番号：",
                "免許証番号：",
            ],
        ),
        Country::Kr => (
            &["성명: ", "이름: ", "name="],
            &["주민등록번호: ", "주민번호 ", "외국인등록번호: "],
        ),
        Country::Th => (
            &["ชื่อ: ", "ชื่อ-นามสกุล: ", "name="],
            &["เลขประจำตัวประชาชน: ", "เลขบัตรประชาชน ", "citizen id: "],
        ),
        Country::Vn => (
            &["Họ và tên: ", "Họ tên: ", "name="],
            &["Số CCCD: ", "CMND: ", "số định danh: "],
        ),
        Country::Id => (
            &["Nama: ", "nama=", "Nama Lengkap: "],
            &["NIK: ", "NIK=", "No. KTP: "],
        ),
        Country::My => (
            &["Nama: ", "Name: ", "name="],
            &["No. Kad Pengenalan: ", "NRIC: ", "MyKad: "],
        ),
        Country::In => (
            &["Name: ", "name=", "Customer Name: "],
            match p.id.plain.as_bytes() {
                [b'0'..=b'9', ..] => &["Aadhaar: ", "UID: ", "Aadhaar No. "],
                _ if p.id.strong => &["PAN: ", "PAN No: "],
                _ => &["EPIC No: ", "Voter ID: "],
            },
        ),
        Country::Ph => (
            &["Name: ", "Pangalan: ", "name="],
            &["PhilSys: ", "ID Number: ", "UMID: ", "ID No. "],
        ),
        Country::Sg => (
            &["Name: ", "name=", "Full Name: "],
            &["NRIC: ", "NRIC/FIN: ", "nric="],
        ),
        Country::Asia => (
            &["Name: ", "name=", "Full Name: "],
            &["National ID: ", "ID No: ", "CNIC: "],
        ),
    };
    let end = r.one(&[", ", "; ", "，", "\n", " | "]);
    let story = Story::default().say(&neutral(r)).say(end);
    let story = match r.below(5) {
        0 => story
            .say(r.one(id_label))
            .plant(p.id.class, id, Label, Strong),
        1 => story
            .say(r.one(name_label))
            .plant("name", &p.name.full, Label, Strong),
        2 => {
            let label = r.one(&["手机号：", "phone=", "mobile: ", "Tel: ", "联系电话 "]);
            story
                .say(label)
                .plant("phone", &p.phone, Label, Strong)
                .say(end)
                .say("email=")
                .plant("email", &p.email, Label, Strong)
        }
        3 => {
            let label = r.one(&["出生日期：", "birthday=", "date of birth: ", "DOB: "]);
            let birth = format!("{}-{:02}-{:02}", p.birth.year, p.birth.month, p.birth.day);
            story
                .say(label)
                .plant("birth_date", &birth, Label, Strong)
                .say(end)
                .say(r.one(&["passport no: ", "护照号码：", "passport="]))
                .plant("passport", &p.passport, Label, Strong)
        }
        _ => story
            .say(r.one(name_label))
            .plant("name", &p.name.full, Label, Strong)
            .say(end)
            .say(r.one(id_label))
            .plant(p.id.class, id, Label, Strong),
    };
    if r.chance(0.6) {
        story.say(end).say(&neutral(r)).end()
    } else {
        story.end()
    }
}

/// A text in which a value stands without a label that the value's own shape does not need: strong numbers, e-mail, phones with
/// country code, MRZ, and Chinese names after a cue.
pub fn unlabelled(p: &Person, r: &mut Rng) -> Node {
    use Carrier::FreeText;
    use Strength::{Strong, Weak};
    if let Some(text) = cues::weak_number(p, r).filter(|_| r.chance(0.5)) {
        return text;
    }
    let before = neutral(r);
    let after = neutral(r);
    let (open, close) = r.one(&[
        (" ", " "),
        ("，", "，"),
        ("(", ") "),
        ("[", "] "),
        (" '", "' "),
        ("：", "。"),
    ]);
    let story = Story::default().say(&before).say(open);
    let strong_id = match (&p.id.pretty, p.id.strong, p.id.pretty_strong) {
        (Some(pretty), false, true) => Some(pretty),
        (_, true, _) => Some(&p.id.plain),
        _ => None,
    };
    let chinese = matches!(p.country, Country::Cn | Country::Tw);
    let story = match (r.below(7), strong_id) {
        // Glued to the text before and after: a boundary in the sense of `\b` there is none.
        (6, Some(id)) if id.is_ascii() => {
            return Story::default()
                .say("已提交证件")
                .plant(p.id.class, id, FreeText, Strong)
                .say("进行核验，")
                .say(&after)
                .end();
        }
        (0..=2, Some(id)) => story.plant(p.id.class, id, FreeText, Strong),
        (3, _) => story.plant("email", &p.email, FreeText, Strong),
        (4, _) if chinese => {
            let cue = r.one(&[
                "客户",
                "用户",
                "持卡人",
                "申请人",
                "本人",
                "被保险人",
                "会员",
                "法定代表人",
            ]);
            return Story::default()
                .say(&before)
                .say("，")
                .say(cue)
                .plant("name", &p.name.full, FreeText, Weak)
                .say(r.one(&["提交申请", "已通过", "先生", "，", "的比对结果返回"]))
                .say(&after)
                .end();
        }
        _ => story.plant("phone", &p.phone_international, FreeText, Strong),
    };
    story.say(close).say(&after).end()
}

/// A text that says again what the record has under a key: in whole, in part, in another order or case.
pub fn repeated(p: &Person, r: &mut Rng) -> Node {
    use Carrier::Repeat;
    use Strength::Strong;
    let latin = p.name.full.is_ascii() && p.name.full.contains(' ');
    let story = Story::default().say(r.one(&[
        "比对通过 ",
        "compare passed ",
        "match: ",
        "查询",
        "start verify ",
    ]));
    let story = match r.below(4) {
        0 if latin => story.plant("name", &p.name.full.to_uppercase(), Repeat, Strong),
        // The other order of surname and given names.
        1 if latin && !p.name.given.is_empty() => {
            let (family, given) = (&p.name.family, &p.name.given);
            let other = if p.name.full.starts_with(given.as_str()) {
                format!("{family} {given}")
            } else {
                format!("{given} {family}")
            };
            story.plant("name", &other, Repeat, Strong)
        }
        2 => story.plant(p.id.class, &p.id.plain, Repeat, Strong),
        _ => story.plant("name", &p.name.full, Repeat, Strong),
    };
    story.say(" sim=").say(&r.decimal(60.0, 99.9, 1)).end()
}
