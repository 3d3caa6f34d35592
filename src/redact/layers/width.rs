//! Full-width forms, digits of other scripts, and characters without a width: a number written in them is the same number.

use crate::redact::edit::OffsetMap;
use crate::redact::words::ahead::Ahead;

/// The digit of Thai (U+0E50..U+0E59) or Devanagari (U+0966..U+096F) whose second and third byte these are.
pub(crate) fn native_digit(second: u8, third: u8) -> Option<u8> {
    match (second, third) {
        (0xb9, 0x90..=0x99) => Some(third - 0x90 + b'0'),
        (0xa5, 0xa6..=0xaf) => Some(third - 0xa6 + b'0'),
        _ => None,
    }
}

/// Where the next of them stands.
fn next_native(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(0xe0, text).find(|i| match text.get(i + 1..i + 3) {
        Some(&[second, third]) => native_digit(second, third).is_some(),
        _ => false,
    })
}

/// Narrows full-width letters, digits and signs (U+FF01..U+FF5E, U+3000) and digits of other scripts, and drops zero-width characters. True if there were any.
pub(crate) fn width(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let mut at = 0;
    let mut any = false;
    // EF BC 81 .. EF BD 9E, E3 80 80; zero width: E2 80 8B..8D, EF BB BF
    // no-break spaces and soft hyphens are rare: C2 begins signs that are not
    let soft =
        memchr::memchr_iter(0xc2, source).any(|i| matches!(source.get(i + 1), Some(0xa0 | 0xad)));
    let native = memchr::memchr(0xe0, source).is_some();
    let (mut wides, mut softs, mut natives) =
        (Ahead::default(), Ahead::default(), Ahead::default());
    loop {
        let rest = &source[at..];
        let place = |i: usize| (at + i, ());
        let digit = match native {
            true => natives.from(at, || next_native(rest).map(place)),
            false => None,
        };
        let wide = wides.from(at, || memchr::memchr3(0xef, 0xe3, 0xe2, rest).map(place));
        let next = match soft {
            true => softs.from(at, || memchr::memchr(0xc2, rest).map(place)),
            false => None,
        };
        let Some((start, ())) = wide.into_iter().chain(next).chain(digit).min() else {
            break;
        };
        out.extend_from_slice(&source[at..start]);
        if soft && source[start] == 0xc2 {
            let plain = match source.get(start + 1) {
                Some(0xa0) => Some(Some(b' ')),
                Some(0xad) => Some(None),
                _ => None,
            };
            match plain {
                Some(plain) => {
                    map.push(out.len(), start);
                    out.extend(plain);
                    at = start + 2;
                    map.push(out.len(), at);
                    any = true;
                }
                None => {
                    out.push(0xc2);
                    at = start + 1;
                }
            }
            continue;
        }
        let plain = match source.get(start..start + 3) {
            Some(&[0xef, 0xbc, c @ 0x81..=0xbf]) => Some(Some(c - 0x60)),
            Some(&[0xef, 0xbd, c @ 0x80..=0x9e]) => Some(Some(c - 0x20)),
            Some(&[0xe3, 0x80, 0x80]) => Some(Some(b' ')),
            Some(&[0xe0, second, third]) => native_digit(second, third).map(Some),
            Some(&[0xe2, 0x80, 0x8b..=0x8f])
            | Some(&[0xe2, 0x81, 0xa0])
            | Some(&[0xef, 0xbb, 0xbf]) => Some(None),
            // spaces of all widths
            Some(&[0xe2, 0x80, 0x80..=0x8a | 0xaf]) => Some(Some(b' ')),
            // a dash of any width, or a minus sign, within a number
            Some(&[0xe2, 0x80, 0x90..=0x95] | &[0xe2, 0x88, 0x92])
                if is_within_number(source, start) =>
            {
                Some(Some(b'-'))
            }
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

/// Does the character of three bytes at `at` stand between digits?
fn is_within_number(text: &[u8], at: usize) -> bool {
    let digit = |i: usize| text.get(i).is_some_and(u8::is_ascii_digit);
    at > 0 && digit(at - 1) && digit(at + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowed() {
        let (mut out, mut map) = (Vec::new(), OffsetMap::default());
        assert!(width(
            "ＩＤ：１１０　ｘ\u{200b}张".as_bytes(),
            &mut out,
            &mut map
        ));
        assert_eq!(out, "ID:110 x张".as_bytes());
        let dashes = "4477–0219—02\u{2009}01 a–b 1–c";
        assert!(width(dashes.as_bytes(), &mut out, &mut map));
        assert_eq!(out, "4477-0219-02 01 a–b 1–c".as_bytes());
    }
}
