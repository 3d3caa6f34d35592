//! Chinese names whose characters stand apart: `郭 小 云` as a person writes it, `章,若,楠` and `"章","若楠"` as OCR lists its words.

use std::ops::Range;

use crate::redact::words::script::is_han;

/// So many characters a name that is spelled with spaces may have.
const LONGEST: usize = 4;
/// Bytes between two characters of a known name: `\\\",\\\"` is a list in a string in a string.
const GAP: usize = 9;

/// The length in bytes of the name that starts a text with a space behind each of its characters but the last.
pub(crate) fn leading(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    chars.next().filter(|(_, c)| is_han(*c))?;
    let (mut count, mut end) = (1, 0);
    while count < LONGEST {
        let (Some((_, ' ')), Some((at, c))) = (chars.next(), chars.next()) else {
            break;
        };
        let behind = at + c.len_utf8();
        if !is_han(c) || text[behind..].starts_with(is_han) {
            break;
        }
        count += 1;
        end = behind;
    }
    (count > 1).then_some(end)
}

/// Where the characters of a known Han name stand next in a text at or after `from`: side by side, or with one space, or what divides the items of a
/// list, between them. Of a name of two characters only a space: `张,三` is too often something else.
pub(crate) fn find(text: &[u8], from: usize, name: &[u8]) -> Option<Range<usize>> {
    let first = name.len().min(3);
    let mut at = from;
    loop {
        let start = at + memchr::memmem::find(text.get(at..)?, &name[..first])?;
        if let Some(end) = stands(text, start, name) {
            return Some(start..end);
        }
        at = start + first;
    }
}

/// What of a span is no ASCII.
pub(crate) fn pieces(text: &[u8], span: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut from = span.start;
    std::iter::from_fn(move || {
        let start = from + text[from..span.end].iter().position(|c| !c.is_ascii())?;
        let length = text[start..span.end].iter().position(u8::is_ascii);
        from = length.map_or(span.end, |n| start + n);
        Some(start..from)
    })
}

/// The end of the name whose characters stand at `start`.
pub(crate) fn stands(text: &[u8], start: usize, name: &[u8]) -> Option<usize> {
    let listed = name.len() > 6;
    let divides = |c: &u8| match c {
        b' ' => true,
        b',' | b'"' | b'\'' | b'\\' | b'|' | b'/' => listed,
        _ => false,
    };
    let mut at = start;
    for (i, c) in name.chunks(3).enumerate() {
        if i > 0 && text[at..].starts_with("　".as_bytes()) {
            at += 3;
        } else if i > 0 {
            let gap = text[at..].iter().take(GAP).take_while(|c| divides(c));
            at += gap.count();
        }
        if !text[at..].starts_with(c) {
            return None;
        }
        at += c.len();
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_spaces() {
        for (text, name) in [
            ("郭 小 云 性别：女", Some("郭 小 云")),
            ("李 四 通过", Some("李 四")),
            ("郭小云", None),
            ("李 通过", None),
            ("李", None),
        ] {
            assert_eq!(leading(text).map(|n| &text[..n]), name, "{text}");
        }
    }

    #[test]
    fn known_names_apart() {
        for (text, name, found) in [
            ("云 郭 小 云 ok", "郭小云", Some("郭 小 云")),
            (r#"[\"章\",\"若楠\"]"#, "章若楠", Some(r#"章\",\"若楠"#)),
            ("张,三", "张三", None),
            ("张 三", "张三", Some("张 三")),
            ("章和若楠", "章若楠", None),
            ("/原田　湊.jpg", "原田湊", Some("原田　湊")),
        ] {
            let span = find(text.as_bytes(), 0, name.as_bytes());
            assert_eq!(span.map(|s| &text[s]), found, "{text}");
        }
    }
}
