//! UTF-8 that a program read as Latin-1 or as Windows' code page 1252 and wrote again: `å¼ ä¸‰` for 张三.

use crate::redact::edit::OffsetMap;

/// What code page 1252 has at 0x80 to 0x9f, where Latin-1 has control characters; five places are empty.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// May a text hold such? A character of two bytes or more begins with U+00C3 to U+00F4, of which nothing follows but signs.
pub(crate) fn may_hold(text: &[u8]) -> bool {
    memchr::memchr_iter(0xc3, text).any(|i| {
        let begins = matches!(text.get(i + 1), Some(0x83..=0xb4));
        begins && matches!(text.get(i + 2), Some(0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2))
    })
}

/// Undoes it wherever it gives characters again. True if there were any.
pub(crate) fn decode(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let (mut at, mut copied, mut any) = (0, 0, false);
    while at < source.len() {
        let Some((length, text)) = character(&source[at..]) else {
            at += 1;
            continue;
        };
        out.extend_from_slice(&source[copied..at]);
        map.push(out.len(), at);
        out.extend_from_slice(text.encode_utf8(&mut [0; 4]).as_bytes());
        at += length;
        map.push(out.len(), at);
        (copied, any) = (at, true);
    }
    out.extend_from_slice(&source[copied..]);
    any
}

/// The character whose bytes a text begins with as characters, and how many bytes those are here.
fn character(text: &[u8]) -> Option<(usize, char)> {
    if text.first() != Some(&0xc3) {
        return None;
    }
    let mut bytes = [0; 4];
    let (mut length, mut count, mut wanted) = (0, 0, 1);
    while count < wanted {
        let (byte, more) = byte(&text[length..])?;
        if count == 0 {
            wanted = match byte {
                0xc3..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return None,
            };
        }
        bytes[count] = byte;
        length += more;
        count += 1;
    }
    let text = std::str::from_utf8(&bytes[..count]).ok()?;
    Some((length, text.chars().next()?))
}

/// The byte that the character at the start of a text was, and the character's length.
fn byte(text: &[u8]) -> Option<(u8, usize)> {
    let chunk = text[..text.len().min(4)].utf8_chunks().next()?;
    let c = chunk.valid().chars().next()?;
    let byte = match c {
        '\u{80}'..='\u{ff}' => c as u8,
        _ => 0x80 + WINDOWS.chars().position(|w| w == c && !c.is_ascii())? as u8,
    };
    Some((byte, c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_as_another_encoding() {
        let latin: String = "姓名：张三".bytes().map(char::from).collect();
        for source in [&latin, "å§“å\u{90}\u{8d}ï¼šå¼\u{a0}ä¸‰"] {
            let (mut out, mut map) = (Vec::new(), OffsetMap::default());
            assert!(may_hold(source.as_bytes()));
            assert!(decode(source.as_bytes(), &mut out, &mut map));
            assert_eq!(String::from_utf8_lossy(&out), "姓名：张三");
            assert_eq!(map.source(out.len()), source.len());
        }
        for source in ["déjà vu, Noël à Zürich", "Nguyễn Thị Hương", "ÅÄÖ åäö", "x"]
        {
            let (mut out, mut map) = (Vec::new(), OffsetMap::default());
            assert!(!decode(source.as_bytes(), &mut out, &mut map), "{source}");
        }
    }
}
