//! Latin letters without their marks: a record says `Nguyễn Thị Ngọc Ánh` here and `NGUYEN THI NGOC ANH` there.

use crate::redact::edit::OffsetMap;

/// Each letter and those that are the same without marks, in lower case.
const FAMILIES: [(char, &str); 20] = [
    ('a', "àáảãạăằắẳẵặâầấẩẫậäåāąǎ"),
    ('c', "çćčĉċ"),
    ('d', "đðď"),
    ('e', "èéẻẽẹêềếểễệëēėęěĕ"),
    ('g', "ğĝġģ"),
    ('h', "ĥħḥ"),
    ('i', "ìíỉĩịîïīįĭıǐ"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "łĺļľ"),
    ('n', "ñńņňṇ"),
    ('o', "òóỏõọôồốổỗộơờớởỡợöøōőŏǒ"),
    ('r', "ŕřŗṛ"),
    ('s', "śšşșŝṣ"),
    ('t', "ťţțŧṭ"),
    ('u', "ùúủũụưừứửữựüūůűųŭǔǖǘǚǜ"),
    ('w', "ŵ"),
    ('y', "ỳýỷỹỵÿŷ"),
    ('z', "źżž"),
    ('v', "ṽ"),
];

/// The letter without its marks, in its own case. `None` for a mark that stands by itself.
pub(crate) fn plain(c: char) -> Option<char> {
    if matches!(c, '\u{0300}'..='\u{036f}') {
        return None;
    }
    if c.is_ascii() || !matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') {
        return Some(c);
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    let family = FAMILIES.iter().find(|(_, members)| members.contains(lower));
    Some(match family {
        Some((letter, _)) if lower != c => letter.to_ascii_uppercase(),
        Some((letter, _)) => *letter,
        None => c,
    })
}

/// May a text hold letters with marks? U+00C0..U+024F begin with C3 to C9, U+1E00..U+1EFF with E1 B8 to E1 BB, marks with CC or CD.
pub(crate) fn may_hold(text: &[u8]) -> bool {
    // Nearly all texts have none of these bytes: whole blocks are asked at once, without a branch for each byte.
    let first = |c: &u8| matches!(c, 0xc3..=0xcd | 0xe1);
    let some = |block: &[u8]| block.iter().fold(false, |some, c| some | first(c));
    let Some(block) = text.chunks(64).position(some) else {
        return false;
    };
    let rest = &text[block * 64..];
    rest.iter().any(|c| matches!(c, 0xc3..=0xcd))
        || rest
            .windows(2)
            .any(|two| two[0] == 0xe1 && matches!(two[1], 0xb8..=0xbb))
}

/// Takes the marks of a whole text away, as a decoder of [`crate::redact::layers::decode`] does. True if there were any.
pub(crate) fn strip(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let Ok(text) = std::str::from_utf8(source) else {
        return false;
    };
    let mut any = false;
    for (i, c) in text.char_indices() {
        let plain = plain(c);
        let changed = plain != Some(c);
        if changed {
            map.push(out.len(), i);
            any = true;
        }
        if let Some(plain) = plain {
            out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
        }
        if changed {
            map.push(out.len(), i + c.len_utf8());
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_offsets_find_back() {
        let (mut out, mut map) = (Vec::new(), OffsetMap::default());
        let text = "số Nguyễn Thị A\u{301}nh 张三";
        assert!(may_hold(text.as_bytes()) && strip(text.as_bytes(), &mut out, &mut map));
        let plain = String::from_utf8(out).expect("text");
        assert_eq!(plain, "so Nguyen Thi Anh 张三");
        assert_eq!(
            map.source(plain.find("Thi").expect("there")),
            text.find("Thị").expect("there")
        );
        assert!(!may_hold("Tan Ah Kow 张三".as_bytes()));
    }
}
