//! Words and wildcards, as a reader of text understands them. What Elasticsearch is asked for ([`super::elastic_dsl`]) means the same.

use crate::record::walk::{skip_space, skip_string};

/// What stands in a line's values, with escapes undone; its keys are left out, as they are in the store's index.
pub fn visible(line: &[u8]) -> String {
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'"', &line[at..]).map(|i| at + i) {
        out.push_str(&String::from_utf8_lossy(&line[at..start]));
        let end = skip_string(line, start).unwrap_or(line.len());
        at = end;
        let is_key = line.get(skip_space(line, end)) == Some(&b':');
        if !is_key {
            let inside = line.get(start + 1..end - 1).unwrap_or_default();
            out.push_str(&unescaped(&String::from_utf8_lossy(inside)));
            out.push('\n');
        }
    }
    out.push_str(&String::from_utf8_lossy(&line[at..]));
    out
}

/// A string's content with its escapes undone, for reading: what is no escape stays as well as it can.
fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    // JSON text in strings is escaped once more at each level: `\\\"` undone once is `\"`, which no word holds, so one level is enough.
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let mut chars = rest[at + 1..].chars();
        match chars.next() {
            Some('u') => {
                let unit = |s: &str| s.get(..4).and_then(|h| u32::from_str_radix(h, 16).ok());
                let after = chars.as_str();
                match unit(after) {
                    Some(high @ 0xd800..=0xdbff) if after.get(4..6) == Some("\\u") => {
                        let low = after.get(6..).and_then(unit).unwrap_or(0);
                        let joined =
                            0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                        plain.push(char::from_u32(joined).unwrap_or(' '));
                        rest = after.get(10..).unwrap_or("");
                    }
                    Some(c) => {
                        plain.push(char::from_u32(c).unwrap_or(' '));
                        rest = &after[4..];
                    }
                    None => rest = after,
                }
                continue;
            }
            Some('n' | 't' | 'r' | 'b' | 'f') => plain.push(' '),
            Some(c) => plain.push(c),
            None => {}
        }
        rest = chars.as_str();
    }
    plain.push_str(rest);
    plain.into()
}

/// A character that makes one word with its neighbours. Shared with the query that Elasticsearch gets ([`super::elastic_dsl`]).
pub fn glue(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || matches!(c, '\u{c0}'..='\u{24f}')
}

/// If `text` has `words` with no letter or digit glued to either end (ideographs are words of their own), without case.
pub fn has_words(text: &str, words: &str) -> bool {
    let words = words.trim();
    let (Some(first), Some(last)) = (words.chars().next(), words.chars().next_back()) else {
        return true;
    };
    let bounded = |before: &str, after: &str| {
        let glued_before = glue(first) && before.chars().next_back().is_some_and(glue);
        let glued_after = glue(last) && after.chars().next().is_some_and(glue);
        !glued_before && !glued_after
    };
    let lower_words = words.to_lowercase();
    let lower = text.to_lowercase();
    let finder = memchr::memmem::Finder::new(lower_words.as_bytes());
    let mut from = 0;
    while let Some(at) = finder.find(&lower.as_bytes()[from..]).map(|i| i + from) {
        let end = at + lower_words.len();
        if bounded(&lower[..at], &lower[end..]) {
            return true;
        }
        from = at + lower[at..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// `*` any text, `?` any character, `\` takes the next as it is. No backtracking beyond the last star: linear for practical patterns.
pub fn like(pattern: &str, value: &str) -> bool {
    #[derive(PartialEq)]
    enum Piece {
        Any,
        One,
        Char(char),
    }
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::Char(chars.next().unwrap_or('\\')),
            c => Piece::Char(c),
        });
    }
    let value: Vec<char> = value.chars().collect();
    let (mut p, mut v, mut star) = (0, 0, None);
    while v < value.len() {
        match pieces.get(p) {
            Some(Piece::Any) => {
                star = Some((p, v));
                p += 1;
            }
            Some(Piece::One) => (p, v) = (p + 1, v + 1),
            Some(Piece::Char(c)) if *c == value[v] => (p, v) = (p + 1, v + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, v) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pieces[p..].iter().all(|piece| *piece == Piece::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        assert!(like("Id*Ver?fication", "IdCardVerification"));
        assert!(like("*", ""));
        assert!(!like("a*b", "a"));
        assert!(like("a\\*b", "a*b"));
        assert!(!like("a\\*b", "axb"));
        assert!(like("*人*", "无此人员"));
        assert!(!like("", "x"));
    }

    #[test]
    fn words_are_bounded() {
        assert!(has_words("upstream Timeout after 3s", "timeout"));
        assert!(!has_words("timeouts", "timeout"));
        assert!(has_words("[NAME_3fa17c20be94]", "name_3fa17c20be94"));
        assert!(!has_words("[NAME_3fa17c20be94ff]", "NAME_3fa17c20be94"));
        assert!(has_words("持卡人比对通过了", "比对通过"));
        assert!(has_words("code=ID-404;", "id-404"));
        assert!(has_words("anything", " "));
        assert!(has_words("İstanbul x", "x"));
    }
}
