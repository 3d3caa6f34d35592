//! Decoders: each turns an encoded text into plain bytes and an [`OffsetMap`] by which edits find back.
//!
//! Every decoder takes any bytes. What it can't decode it copies as it is, so that a half-encoded or cut text is still inspected.

use std::borrow::Cow;

use crate::redact::edit::OffsetMap;
use crate::redact::scan::{LANES, backslashes, far_stop, stops_of};

/// From so many bytes without an escape on the next one is searched alone.
const LONG_QUIET: usize = 128;

/// The content of a JSON string without its escapes.
pub(crate) struct Unescaped {
    pub text: Vec<u8>,
    pub map: OffsetMap,
    /// A backslash stood before a `u`: a repetition would not be seen in the raw bytes.
    pub hidden: bool,
}

/// Undoes JSON string escapes (RFC 8259, section 7). A lone surrogate becomes U+FFFD; a wrong escape stays as it is. True if a backslash
/// stands before a `u` anywhere, also where it is itself the end of an escape.
pub(crate) fn json_string(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    unescape::<false>(source, out, map).is_none_or(|(_, hidden)| hidden)
}

/// The text of a string's content, for who needs no way back.
pub(crate) fn plain_string(source: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', source).is_none() {
        return Cow::Borrowed(source);
    }
    let (mut text, mut map) = Default::default();
    json_string(source, &mut text, &mut map);
    Cow::Owned(text)
}

/// The same of the string whose content `source` begins with, up to its closing quote. Gives where that stands, too; `None` if the string
/// has no end or is none of JSON.
pub(crate) fn json_string_to_quote(
    source: &[u8],
    out: &mut Vec<u8>,
    map: &mut OffsetMap,
) -> Option<(usize, bool)> {
    unescape::<true>(source, out, map)
}

/// A text in a text has an escape every eight bytes: they are searched in blocks that are copied meanwhile, since to begin a search and a
/// copy for each costs twice as much. Only what follows an escape is a new pair of the map: before it bytes go on as they did.
///
/// To the `QUOTE` that ends it, or to the end of the source: then it never fails.
fn unescape<const QUOTE: bool>(
    source: &[u8],
    out: &mut Vec<u8>,
    map: &mut OffsetMap,
) -> Option<(usize, bool)> {
    out.clear();
    map.clear();
    out.reserve(source.len() + LANES);
    let mut at = 0;
    let mut quiet = 0;
    let mut any = false;
    loop {
        let rest = &source[at..];
        if let Some(block) = rest.first_chunk::<LANES>().filter(|_| quiet < LONG_QUIET) {
            let stops = if QUOTE {
                stops_of(block)
            } else {
                backslashes(block)
            };
            let before = stops.trailing_zeros() as usize;
            out.extend_from_slice(block);
            if before >= LANES {
                at += LANES;
                quiet += LANES;
                continue;
            }
            out.truncate(out.len() - LANES + before);
            at += before;
        } else {
            let before = if QUOTE {
                far_stop(source, at)? - at
            } else {
                memchr::memchr(b'\\', rest).unwrap_or(rest.len())
            };
            out.extend_from_slice(&rest[..before]);
            at += before;
        }
        quiet = 0;
        if QUOTE && source[at] == b'"' {
            return Some((at, any));
        }
        if QUOTE && source[at] != b'\\' {
            return None;
        }
        let Some(kind) = source.get(at + 1) else {
            if QUOTE {
                return None;
            }
            out.extend_from_slice(&source[at..]);
            return Some((source.len(), any));
        };
        let plain = match kind {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'/' => *kind,
            b'\\' => {
                any |= source.get(at + 2) == Some(&b'u');
                b'\\'
            }
            b'u' => {
                any = true;
                if QUOTE {
                    hex4(&source[at..])?;
                } else if source.len() < at + 6
                    && source[at + 2..].iter().all(u8::is_ascii_hexdigit)
                {
                    // a text that was cut within its last escape
                    map.push(out.len(), source.len());
                    return Some((source.len(), any));
                }
                let (c, length) = unicode_escape(&source[at..]);
                match c {
                    Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => out.extend_from_slice(&source[at..at + length]),
                }
                at += length;
                map.push(out.len(), at);
                continue;
            }
            _ if QUOTE => return None,
            _ => {
                out.push(b'\\');
                at += 1;
                continue;
            }
        };
        out.push(plain);
        at += 2;
        map.push(out.len(), at);
    }
}

/// The character of `\uXXXX` or of a surrogate pair, and the length of the escape. `None` for a malformed one.
fn unicode_escape(source: &[u8]) -> (Option<char>, usize) {
    let Some(first) = hex4(source) else {
        return (None, source.len().min(2));
    };
    if !(0xd800..0xe000).contains(&first) {
        return (char::from_u32(first), 6);
    }
    match source.get(6..8) {
        Some(b"\\u") if first < 0xdc00 => match hex4(&source[6..]) {
            Some(low @ 0xdc00..=0xdfff) => (
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00)),
                12,
            ),
            _ => (Some('\u{fffd}'), 6),
        },
        _ => (Some('\u{fffd}'), 6),
    }
}

/// The number in `\uXXXX`.
pub(super) fn hex4(escape: &[u8]) -> Option<u32> {
    escape
        .get(2..6)?
        .iter()
        .try_fold(0, |n, c| Some(n << 4 | (*c as char).to_digit(16)?))
}

/// Undoes the character references of XML and HTML (`&#x5f20;`, `&#24352;`, `&amp;`). True if anything was decoded.
pub(crate) fn entities(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let mut at = 0;
    let mut any = false;
    while let Some(offset) = memchr::memchr(b'&', &source[at..]) {
        let start = at + offset;
        out.extend_from_slice(&source[at..start]);
        at = start + 1;
        let length = source[at..].iter().take(10).position(|c| *c == b';');
        match length.and_then(|n| reference(&source[at..at + n]).map(|c| (c, n))) {
            Some((c, n)) => {
                map.push(out.len(), start);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += n + 1;
                map.push(out.len(), at);
                any = true;
            }
            None => out.push(b'&'),
        }
    }
    out.extend_from_slice(&source[at..]);
    any
}

fn reference(name: &[u8]) -> Option<char> {
    let number = |digits: &[u8], radix| {
        std::str::from_utf8(digits)
            .ok()
            .and_then(|d| u32::from_str_radix(d, radix).ok())
            .and_then(char::from_u32)
    };
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::Strategy as _;

    fn decoded(
        f: impl Fn(&[u8], &mut Vec<u8>, &mut OffsetMap),
        source: &str,
    ) -> (String, OffsetMap) {
        let (mut out, mut map) = (Vec::new(), OffsetMap::default());
        f(source.as_bytes(), &mut out, &mut map);
        (String::from_utf8(out).expect("text"), map)
    }

    fn unescaped(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) {
        json_string(source, out, map);
    }

    /// Does no backslash at its end escape what comes next?
    fn is_free(text: &str) -> bool {
        text.bytes().rev().take_while(|c| *c == b'\\').count() % 2 == 0
    }

    proptest::proptest! {
        #[test]
        fn escapes_wherever_they_stand_in_a_block(
            parts in proptest::collection::vec(proptest::prop_oneof![
                "[gxyz张]{0,20}",
                "[gxyz]{100,150}",
                proptest::sample::select(vec!["\\\"", "\\\\", "\\n", "\\u5f20", "\\q", "\\", "\\u00", "u"]).prop_map(String::from),
            ], 0..40)
        ) {
            let source = parts.concat();
            let (mut out, mut map) = (Vec::new(), OffsetMap::default());
            let hidden = json_string(source.as_bytes(), &mut out, &mut map);
            proptest::prop_assert_eq!(hidden, source.contains("\\u"));
            // what was cut within its last escape ends before it
            let source = match source.rfind("\\u").filter(|i| source.len() < i + 6) {
                Some(i) if source[i + 2..].bytes().all(|c| c.is_ascii_hexdigit()) && is_free(&source[..i]) => &source[..i],
                _ => &source[..],
            };
            // the same, an escape at a time
            let (bytes, mut at, mut plain) = (source.as_bytes(), 0, 0);
            while at < bytes.len() {
                proptest::prop_assert_eq!(map.source(plain), at);
                let (text, length) = match (bytes[at], bytes.get(at + 1)) {
                    (b'\\', Some(b'"')) => ("\"", 2),
                    (b'\\', Some(b'\\')) => ("\\", 2),
                    (b'\\', Some(b'n')) => ("\n", 2),
                    (b'\\', Some(b'u')) if source[at..].starts_with("\\u5f20") => ("张", 6),
                    (b'\\', Some(b'u')) => ("\\u", 2),
                    _ => (&source[at..at + source[at..].chars().next().map_or(1, char::len_utf8)], 0),
                };
                proptest::prop_assert!(out[plain..].starts_with(text.as_bytes()));
                at += if length == 0 { text.len() } else { length };
                plain += text.len();
            }
            proptest::prop_assert_eq!(plain, out.len());
        }
    }

    #[test]
    fn json_escapes_and_their_offsets() {
        let (text, map) = decoded(unescaped, r#"a\"b\u5f20c\ud83d\ude00\/\n\q"#);
        assert_eq!(text, "a\"b张c😀/\n\\q");
        assert_eq!(map.source(text.find('b').unwrap()), 3);
        assert_eq!(map.source(text.find('张').unwrap()), 4);
        assert_eq!(map.source(text.find('c').unwrap()), 10);
        assert_eq!(map.source(text.find('q').unwrap()), 28);
    }

    #[test]
    fn broken_escapes_stay() {
        for broken in [r"\u12", r"\uzzzz", r"\ud800x", "\\"] {
            decoded(unescaped, broken);
        }
        assert_eq!(decoded(unescaped, r"\ud800x").0, "\u{fffd}x");
    }

    #[test]
    fn references_of_characters() {
        let decoded = |s: &str| {
            decoded(
                |a, b, c| {
                    entities(a, b, c);
                },
                s,
            )
            .0
        };
        assert_eq!(decoded("&#x5f20;&#19977;&amp;&nope;&"), "张三&&nope;&");
    }
}
