//! Numbers that prove nothing by themselves, each with what may speak for it: a word nearby, the form in which people write it, or the
//! country of the record. Their hard negatives, times in milliseconds and order numbers, stand in the neutral texts.

use super::labels::{Carrier, Strength};
use super::names::Country;
use super::node::Node;
use super::person::Person;
use super::prose::{Story, neutral};
use super::rng::Rng;

/// A text with the person's number and a cue. None if the number needs none, or none is known.
pub fn weak_number(p: &Person, r: &mut Rng) -> Option<Node> {
    if p.id.strong {
        return None;
    }
    let written = p.id.pretty.as_ref().filter(|_| p.id.pretty_strong);
    let by_country = hint(p.country).filter(|_| p.id.plain.len() >= 12);
    match (r.below(4), written, by_country) {
        (0, Some(written), _) => Some(number(p, written, "", r)),
        (1, _, Some(code)) => Some(Node::map([
            ("CountryCode", Node::text(code)),
            ("Message", number(p, &p.id.plain, "", r)),
        ])),
        _ => {
            let cue = words(p.country)?;
            let cue = r.one(cue);
            Some(number(p, &p.id.plain, cue, r))
        }
    }
}

fn number(p: &Person, id: &str, cue: &str, r: &mut Rng) -> Node {
    let end = r.one(&["; ", "。", " | ", ", "]);
    let joint = r.one(&[" ", " -> ", " [", ": "]);
    let close = if joint.ends_with('[') { "]" } else { "" };
    Story::default()
        .say(&neutral(r))
        .say(end)
        .say(cue)
        .say(if cue.is_empty() { "" } else { joint })
        .plant(p.id.class, id, Carrier::FreeText, Strength::Weak)
        .say(if cue.is_empty() { "" } else { close })
        .say(end)
        .say(&neutral(r))
        .end()
}

/// The code of a country whose numbers have a check digit, so that a record of it is hint enough.
fn hint(country: Country) -> Option<&'static str> {
    match country {
        Country::Th => Some("TH"),
        Country::My => Some("MY"),
        Country::Vn => Some("VN"),
        Country::Id => Some("ID"),
        _ => None,
    }
}

/// Words that programs write some way before a number.
fn words(country: Country) -> Option<&'static [&'static str]> {
    Some(match country {
        Country::Th => &[
            "citizen id lookup",
            "Thai ID check by DOPA",
            "ตรวจสอบบัตรประชาชนหมายเลข",
            "泰国身份证核验",
        ],
        Country::My => &[
            "MyKad lookup",
            "semakan kad pengenalan JPN",
            "NRIC query result",
        ],
        Country::Id => &["NIK lookup at Dukcapil", "cek KTP", "e-KTP query"],
        Country::Vn => &[
            "CCCD/CMND lookup",
            "tra cứu căn cước / CMND",
            "số CCCD, CMND",
        ],
        Country::In => &[
            "Aadhaar/EPIC lookup",
            "UIDAI aadhaar or voter id",
            "Aadhaar / EPIC query",
        ],
        Country::Jp => &[
            "マイナンバー/免許証照会",
            "my number / driver licence check",
        ],
        Country::Kr => &["주민등록번호 조회", "RRN lookup", "외국인등록번호/주민번호"],
        Country::Ph => &[
            "PhilSys/UMID/SSS/TIN/license lookup",
            "license, philsys, umid, sss, tin",
        ],
        _ => return None,
    })
}
