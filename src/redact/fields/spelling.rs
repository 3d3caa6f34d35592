//! How a key is spelled, and what of that counts: its letters without signs, and the words that camel case and signs divide it into.

use crate::redact::edit::pseudonym::narrow;
use crate::redact::words::script::is_letter;

fn is_sign(c: char) -> bool {
    matches!(
        c,
        '_' | '-' | '.' | ':' | '"' | '\'' | '\\' | '[' | ']' | '(' | ')' | '/' | '*'
    ) || c.is_whitespace()
}

/// Longer keys have no brief form.
pub(crate) const BRIEF: usize = 64;

/// The [`normal_form`] of a short key in ASCII or Chinese, without an allocation.
pub(crate) fn brief_form<'k>(key: &'k [u8], out: &'k mut [u8; BRIEF]) -> Option<&'k [u8]> {
    if key.chunks(3).all(is_chinese) {
        return Some(key);
    }
    if !key.is_ascii() || key.len() > BRIEF {
        return None;
    }
    let mut end = 0;
    for c in key.iter().filter(|c| !is_sign(char::from(**c))) {
        out[end] = c.to_ascii_lowercase();
        end += 1;
    }
    Some(&out[..end])
}

/// Are three bytes a character of U+4000 to U+9FFF, which is as it is in any form?
fn is_chinese(c: &[u8]) -> bool {
    matches!(c, [0xe4..=0xe9, 0x80..=0xbf, 0x80..=0xbf])
}

/// A key in normal form: narrow, lower case, without `_`, `-`, `.`, `:`, the `*` of what a form requires, and white space.
pub(crate) fn normal_form(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len());
    // nearly all keys; a start makes the normal form of thousands
    if key.is_ascii() {
        for c in key {
            if !is_sign(char::from(*c)) {
                out.push(c.to_ascii_lowercase());
            }
        }
        return out;
    }
    if key.chunks(3).all(is_chinese) {
        out.extend_from_slice(key);
        return out;
    }
    for c in String::from_utf8_lossy(key).chars().map(narrow) {
        if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            // Chinese characters have no case
            out.extend_from_slice(c.encode_utf8(&mut [0; 3]).as_bytes());
        } else if !is_sign(c) {
            for lower in c.to_lowercase() {
                out.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    out
}

/// The words of a key in lower case: divided by camel case, separators and digits.
pub(crate) fn words(key: &[u8]) -> Vec<String> {
    if key.is_ascii() {
        return words_of_ascii(key);
    }
    let text = String::from_utf8_lossy(key);
    let chars: Vec<char> = text.chars().map(narrow).collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(i + 1);
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase())
                || (before.is_some_and(|b| b.is_uppercase())
                    && after.is_some_and(|a| a.is_lowercase())));
        let letter = is_letter(c);
        if (starts || !letter) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter || is_mark(c) {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The same of nearly all keys.
fn words_of_ascii(key: &[u8]) -> Vec<String> {
    let is = |i: usize, what: fn(&u8) -> bool| key.get(i).is_some_and(what);
    let mut words = Vec::new();
    let mut start = 0;
    for i in 0..=key.len() {
        let letter = is(i, u8::is_ascii_alphabetic);
        let starts = i > start
            && is(i, u8::is_ascii_uppercase)
            && (key[i - 1].is_ascii_lowercase() || is(i + 1, u8::is_ascii_lowercase));
        if (starts || !letter) && i > start {
            let word = key[start..i].to_ascii_lowercase();
            words.extend(String::from_utf8(word));
            start = i;
        }
        if !letter {
            start = i + 1;
        }
    }
    words
}

/// Vowel signs and tone marks of Thai and Indic scripts: part of a word though not alphabetic by themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0e31}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}' | '\u{0900}'..='\u{0d7f}')
}

/// What is left of a key in another script than Latin without the number or the word for one at its end.
pub(crate) fn counted(normal: &[u8]) -> Option<&[u8]> {
    let end = normal.iter().rposition(|c| !c.is_ascii())? + 1;
    let (stem, tail) = normal.split_at(end);
    let counts = (1..=3).contains(&tail.len()) && tail.iter().all(u8::is_ascii_digit)
        || matches!(tail, b"no" | b"num" | b"number" | b"id");
    counts.then_some(stem)
}

/// What is left of a key without the word for a number at its end, and what joins the two: `マイナンバー番号`, `免許証の番号`.
pub(crate) fn numbered<'k>(
    normal: &'k [u8],
    numbers: &[String],
    joints: &[String],
) -> Option<&'k [u8]> {
    let without = |text: &'k [u8], words: &[String]| {
        words
            .iter()
            .find_map(|word| text.strip_suffix(word.as_bytes()))
    };
    let stem = without(normal, numbers)?;
    let stem = without(stem, joints).unwrap_or(stem);
    (!stem.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_of_ascii_are_those_of_any_script(key in "[a-cA-C_. 19]{0,12}") {
            // a letter of another script, apart from the others
            let mut expected = words(format!("{key}_é").as_bytes());
            expected.pop();
            prop_assert_eq!(words(key.as_bytes()), expected);
        }

        #[test]
        fn the_brief_form_is_the_normal_one(key in "[a-cA-C_. :\"9张〇Ａé]{0,12}|[张姓䶵]{0,4}") {
            let mut out = [0; BRIEF];
            if let Some(brief) = brief_form(key.as_bytes(), &mut out) {
                prop_assert_eq!(brief, normal_form(key.as_bytes()));
            }
        }
    }

    #[test]
    fn keys_fall_into_words() {
        for (key, expected) in [
            ("OcrIdCardNo2", "ocr id card no"),
            ("IDCardName", "id card name"),
            ("holder_name", "holder name"),
            ("APPID", "appid"),
            ("x-user.Name", "x user name"),
        ] {
            assert_eq!(words(key.as_bytes()).join(" "), expected);
        }
        assert_eq!(normal_form("ＩＤ_Card-No".as_bytes()), b"idcardno");
    }
}
