//! Bytes and characters as programs write them where no JSON is: `\xe5\xbc\xa0` (nginx, Python, C), `\345\274\240` (protobuf's text),
//! `\u{5f20}` (Rust, Swift, PHP, ECMAScript), `\x{5f20}` (Perl), `\U00005f20` (Python, C).

use crate::redact::edit::OffsetMap;

/// So many bytes in a row are decoded together.
const LONGEST: usize = 4096;

/// May a text hold such an escape?
pub(crate) fn may_hold(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', text).any(|i| escape(&text[i..]).is_some())
}

/// Undoes the escapes of which the bytes are text; those of an image stay as they are. True if there were any.
pub(crate) fn decode(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    // control characters divide the fields of a message; in an image they are as good as any other byte
    let binary = runs(source).any(|(_, _, bytes)| std::str::from_utf8(&bytes).is_err());
    let (mut from, mut any) = (0, false);
    for (start, end, bytes) in runs(source) {
        let control = bytes.iter().any(|c| *c < 0x20 || *c == 0x7f);
        if std::str::from_utf8(&bytes).is_err() || (binary && control) {
            continue;
        }
        out.extend_from_slice(&source[from..start]);
        // each character has its own place
        let mut at = start;
        for part in bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
            map.push(out.len(), at);
            // what divides the fields of a message is a sign like others
            let shown = if part < ' ' && !part.is_whitespace() {
                '|'
            } else {
                part
            };
            out.extend_from_slice(shown.encode_utf8(&mut [0; 4]).as_bytes());
            let mut rest = part.len_utf8();
            while rest > 0
                && let Some((bytes, length)) = escape(&source[at..])
            {
                rest = rest.saturating_sub(bytes.len());
                at += length;
            }
        }
        map.push(out.len(), end);
        (from, any) = (end, true);
    }
    out.extend_from_slice(&source[from..]);
    any
}

/// Escapes that follow each other: where they begin and end, and their bytes.
fn runs(source: &[u8]) -> impl Iterator<Item = (usize, usize, Vec<u8>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr(b'\\', source.get(at..)?)?;
            at = start;
            let mut bytes = Vec::new();
            while let Some((more, length)) = escape(&source[at..])
                && bytes.len() < LONGEST
            {
                bytes.extend_from_slice(&more);
                at += length;
            }
            if at > start {
                return Some((start, at, bytes));
            }
            // `\\x41` is no escape
            at += 1 + usize::from(source.get(at + 1) == Some(&b'\\'));
        }
    })
}

/// The byte that the escape at the start of a text stands for, as C, Go and Python write one, and the escape's length.
pub(super) fn byte(text: &[u8]) -> Option<(u8, usize)> {
    if let Some((bytes, length)) = escape(text) {
        return Some((*bytes.first()?, length)).filter(|_| bytes.len() == 1);
    }
    let byte = match text.get(1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        b'a' => 7,
        b'b' => 8,
        b'v' => 11,
        b'f' => 12,
        c @ (b'\\' | b'\'' | b'"') => *c,
        _ => return None,
    };
    Some((byte, 2))
}

/// The bytes of the escape at the start of a text, and its length.
fn escape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if text.first() != Some(&b'\\') {
        return None;
    }
    let number =
        |digits: &[u8], radix| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok();
    let character = |n| Some(char::from_u32(n)?.to_string().into_bytes());
    let braced = |text: &[u8]| {
        let close = memchr::memchr(b'}', &text[..text.len().min(11)])?;
        Some((character(number(text.get(3..close)?, 16)?)?, close + 1))
    };
    let hex = |from: usize, n: usize| {
        let digits = text.get(from..from + n)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)
    };
    match text.get(1..3)? {
        b"u{" | b"x{" => braced(text),
        [b'x', _] => Some((vec![number(hex(2, 2)?, 16)? as u8], 4)),
        [b'U', _] => Some((character(number(hex(2, 8)?, 16)?)?, 10)),
        [b'0'..=b'3', b'0'..=b'7'] if matches!(text.get(3), Some(b'0'..=b'7')) => {
            Some((vec![number(&text[1..4], 8)? as u8], 4))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_programs() {
        let of = |source: &str| {
            let (mut out, mut map) = (Vec::new(), OffsetMap::default());
            decode(source.as_bytes(), &mut out, &mut map);
            (String::from_utf8(out).expect("text"), map)
        };
        for source in [
            r"n=\xe5\xbc\xa0.",
            r"n=\345\274\240.",
            r"n=\u{5f20}.",
            r"n=\x{5f20}.",
            r"n=\U00005f20.",
            r"n=\x{5f20}.",
        ] {
            let (text, map) = of(source);
            assert_eq!(text, "n=张.");
            assert_eq!((map.source(2), map.source(5)), (2, source.len() - 1));
        }
        assert_eq!(of(r"\022\x0a310104").0, "|\n310104");
        for binary in [
            r"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
            r"C:\xyz\bin",
            r"\\x41",
            r"\u{",
            r"\1",
        ] {
            assert_eq!(of(binary).0, binary);
        }
    }
}
