//! Decoders: each turns an encoded text into plain bytes and an [`OffsetMap`] by which edits find back.
//!
//! Every decoder takes any bytes. What it can't decode it copies as it is, so that a half-encoded or cut text is still inspected.

use super::edit::OffsetMap;

/// Undoes JSON string escapes (RFC 8259, section 7). A lone surrogate becomes U+FFFD; a wrong escape stays as it is.
pub(crate) fn json_string(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) {
    out.clear();
    map.clear();
    let mut at = 0;
    while let Some(offset) = memchr::memchr(b'\\', &source[at..]) {
        let escape = at + offset;
        out.extend_from_slice(&source[at..escape]);
        map.push(out.len(), escape);
        let plain = match source.get(escape + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(&c @ (b'"' | b'\\' | b'/')) => c,
            Some(b'u') => {
                let (c, length) = unicode_escape(&source[escape..]);
                match c {
                    Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => out.extend_from_slice(&source[escape..escape + length]),
                }
                at = escape + length;
                map.push(out.len(), at);
                continue;
            }
            _ => {
                out.push(b'\\');
                at = escape + 1;
                continue;
            }
        };
        out.push(plain);
        at = escape + 2;
        map.push(out.len(), at);
    }
    out.extend_from_slice(&source[at..]);
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
fn hex4(escape: &[u8]) -> Option<u32> {
    escape
        .get(2..6)?
        .iter()
        .try_fold(0, |n, c| Some(n << 4 | (*c as char).to_digit(16)?))
}

/// Undoes percent-encoding (RFC 3986, section 2.1), and `+` for a space where `form` (HTML's form encoding).
/// True if anything was decoded.
pub(crate) fn percent(source: &[u8], form: bool, out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let mut at = 0;
    let mut any = false;
    while at < source.len() {
        let next = if form {
            memchr::memchr2(b'%', b'+', &source[at..])
        } else {
            memchr::memchr(b'%', &source[at..])
        };
        let Some(offset) = next else { break };
        out.extend_from_slice(&source[at..at + offset]);
        at += offset;
        if source[at] == b'+' {
            // in a long run it is a digit of base64 that somebody forgot to encode
            let part = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
            let before = source[..at].iter().rev().take(80).take_while(part).count();
            let after = source[at..].iter().take(80).take_while(part).count();
            let long = before + after >= 80;
            // `to=+86138…`: a number in its international form that somebody forgot to encode
            let number = at > 0
                && source[at - 1] == b'='
                && source.get(at + 1).is_some_and(u8::is_ascii_digit);
            let stays = long || number;
            out.push(if stays { b'+' } else { b' ' });
            any |= !stays;
            at += 1;
            continue;
        }
        let digit = |i: usize| source.get(at + i).and_then(|c| (*c as char).to_digit(16));
        match (digit(1), digit(2)) {
            (Some(high), Some(low)) => {
                map.push(out.len(), at);
                out.push((high << 4 | low) as u8);
                at += 3;
                map.push(out.len(), at);
                any = true;
            }
            _ => {
                out.push(b'%');
                at += 1;
            }
        }
    }
    out.extend_from_slice(&source[at..]);
    any
}

/// Does a text look like HTML's form encoding: `a=b&c=d` without spaces?
pub(crate) fn is_form(t: &[u8]) -> bool {
    let Some(equals) = memchr::memchr(b'=', t) else {
        return false;
    };
    // the key alone, or behind the path of an address
    let key = &t[memchr::memrchr2(b'?', b'&', &t[..equals]).map_or(0, |i| i + 1)..equals];
    let named = |c: &u8| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'_' | b'-' | b'.' | b'%' | b'+' | b'[' | b']')
            || *c >= 0x80
    };
    equals > 0
        && key.iter().all(named)
        && t.get(equals + 1).is_some_and(|c| *c != b'=')
        && (memchr::memchr(b'&', t).is_some() || equals <= 40)
        && !t.contains(&b' ')
}

/// Does a text look like an HTTP message with a form as its body?
pub(crate) fn is_message_with_form(t: &[u8]) -> bool {
    memchr::memchr(b'+', t).is_some()
        && [&b"\r\n\r\n"[..], b"\n\n"]
            .iter()
            .find_map(|gap| memchr::memmem::find(t, gap).map(|i| i + gap.len()))
            .is_some_and(|body| is_form(t[body..].trim_ascii_end()))
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

/// Narrows full-width letters, digits and signs (U+FF01..U+FF5E, U+3000) and drops zero-width characters. True if there were any.
pub(crate) fn width(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let mut at = 0;
    let mut any = false;
    // EF BC 81 .. EF BD 9E, E3 80 80; zero width: E2 80 8B..8D, EF BB BF
    while let Some(offset) = memchr::memchr3(0xef, 0xe3, 0xe2, &source[at..]) {
        let start = at + offset;
        out.extend_from_slice(&source[at..start]);
        let plain = match source.get(start..start + 3) {
            Some(&[0xef, 0xbc, c @ 0x81..=0xbf]) => Some(Some(c - 0x60)),
            Some(&[0xef, 0xbd, c @ 0x80..=0x9e]) => Some(Some(c - 0x20)),
            Some(&[0xe3, 0x80, 0x80]) => Some(Some(b' ')),
            Some(&[0xe2, 0x80, 0x8b..=0x8d]) | Some(&[0xef, 0xbb, 0xbf]) => Some(None),
            _ => None,
        };
        match plain {
            Some(plain) => {
                map.push(out.len(), start);
                out.extend(plain);
                at = start + 3;
                map.push(out.len(), at);
                any = true;
            }
            None => {
                out.push(source[start]);
                at = start + 1;
            }
        }
    }
    out.extend_from_slice(&source[at..]);
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(
        f: impl Fn(&[u8], &mut Vec<u8>, &mut OffsetMap),
        source: &str,
    ) -> (String, OffsetMap) {
        let (mut out, mut map) = (Vec::new(), OffsetMap::default());
        f(source.as_bytes(), &mut out, &mut map);
        (String::from_utf8(out).expect("text"), map)
    }

    #[test]
    fn json_escapes_and_their_offsets() {
        let (text, map) = decoded(json_string, r#"a\"b\u5f20c\ud83d\ude00\/\n\q"#);
        assert_eq!(text, "a\"b张c😀/\n\\q");
        assert_eq!(map.source(text.find('b').unwrap()), 3);
        assert_eq!(map.source(text.find('张').unwrap()), 4);
        assert_eq!(map.source(text.find('c').unwrap()), 10);
        assert_eq!(map.source(text.find('q').unwrap()), 28);
    }

    #[test]
    fn broken_escapes_stay() {
        for broken in [r"\u12", r"\uzzzz", r"\ud800x", "\\"] {
            decoded(json_string, broken);
        }
        assert_eq!(decoded(json_string, r"\ud800x").0, "\u{fffd}x");
    }

    #[test]
    fn percent_and_entities_and_width() {
        let p = |s: &str| {
            decoded(
                |a, b, c| {
                    percent(a, true, b, c);
                },
                s,
            )
            .0
        };
        assert_eq!(p("n=%E5%BC%A0+%e4%b8%89%zz%"), "n=张 三%zz%");
        let e = |s: &str| {
            decoded(
                |a, b, c| {
                    entities(a, b, c);
                },
                s,
            )
            .0
        };
        assert_eq!(e("&#x5f20;&#19977;&amp;&nope;&"), "张三&&nope;&");
        let w = |s: &str| {
            decoded(
                |a, b, c| {
                    width(a, b, c);
                },
                s,
            )
            .0
        };
        assert_eq!(w("ＩＤ：１１０　ｘ\u{200b}张"), "ID:110 x张");
    }
}
