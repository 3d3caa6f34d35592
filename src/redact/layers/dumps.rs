//! Bytes one by one: in hexadecimal with signs between them (`ff d8 ff e0`, `FF:D8:FF`, `0xff, 0xd8`, the lines of `xxd`), or as numbers, as Go,
//! Java and Python print them (`[255 216 255]`, `[-1, -40, -1]`).
//!
//! What they are is said by their first ones, or they are a text. A long run in hexadecimal is taken out also where they say nothing; a list of numbers may be
//! anything then.

use std::ops::Range;

use super::hexed;
use super::is_text;
use super::payload::{self, FEWEST, Media};
use super::raw::Shown;
use crate::redact::json::skip_space;
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::{Contents, holds};

/// From so many bytes on nothing need say what they are: a digest has 64 at most.
const OPAQUE: usize = 65;
/// Bytes at which a text is tried: within each run of [`FEWEST`] bytes there is one of these.
const STEP: usize = 32;
/// What is looked at around such a byte.
const AROUND: usize = 6;

impl Pass<'_> {
    /// Takes bytes out that are listed one by one, and inspects what lies between them. False if there are none.
    pub(super) fn dumped_payloads(
        &mut self,
        t: &[u8],
        at: usize,
        bits: Contents,
        context: Context,
    ) -> bool {
        if bits & holds::DIGIT == 0 || t.len() < 2 * FEWEST {
            return false;
        }
        self.take_shown(
            t,
            at,
            |from| find(t, from),
            |pass, part, at| pass.encoded_runs(part, at, holds::UNKNOWN, context),
        )
    }
}

/// A list of numbers in JSON, or in what was cut off, that begins at `p`, if they are a payload's bytes: `[255,216,255,224,…]`.
pub(crate) fn list_of_bytes(t: &[u8], p: usize) -> Option<Shown> {
    let start = skip_space(t, p + 1);
    let mut head = [Some(0); payload::MAGIC];
    let mut at = start;
    for byte in &mut head {
        let (number, end) = number(t, at)?;
        *byte = Some(number);
        at = end + gap(t, end);
    }
    let format = payload::format_of(&head);
    let text = head.iter().flatten().all(|c| *c >= 0x20);
    if format.is_none() && !text {
        return None;
    }
    let list = numbers(t, start)?;
    let is_text = format.is_none() && list.is_text();
    let (name, media) = format.or(is_text.then_some(DATA))?;
    let close = skip_space(t, list.end);
    // a text that was cut ends within it
    let end = match &t[close..] {
        [b']', ..] => close + 1,
        [] | [b','] | [b',', b' '] => t.len(),
        _ => return None,
    };
    Some(Shown {
        span: p..end,
        digits: list.digits,
        name,
        media,
        is_text,
        rule: RULE,
    })
}

/// Is a value nothing but a list of numbers as bytes are?
pub(crate) fn is_list(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"[").unwrap_or(value);
    let list = numbers(inner, 0);
    list.is_some_and(|list| {
        list.digits.len() >= 2 * FEWEST && matches!(&inner[list.end..], [] | [b']'])
    })
}

/// What nothing tells more about.
const DATA: (&str, Media) = ("data", Media::Data);
const RULE: &str = "bytes one by one";

fn find(t: &[u8], from: usize) -> Option<Shown> {
    let (mut floor, mut p) = (from, from + STEP - 1);
    while p < t.len() {
        if !is_part(t[p]) || !is_listed(&t[p.saturating_sub(AROUND)..t.len().min(p + AROUND)]) {
            p += STEP;
            continue;
        }
        let back = t[floor..p].iter().rev();
        let mut start = p - back.take_while(|c| is_part(**c)).count();
        while start <= p {
            let inside = start > 0 && is_part(t[start - 1]) && t[start - 1].is_ascii_alphanumeric();
            let list = [pairs(t, start), numbers(t, start)]
                .into_iter()
                .flatten()
                .max_by_key(|list| list.end)
                .filter(|list| !inside && list.digits.len() >= 2 * FEWEST);
            let Some(list) = list else {
                start += 1;
                continue;
            };
            let told = payload::media(&list.digits);
            let buffer = t[..start].ends_with(b"<Buffer ");
            let is_text = told.is_none() && list.is_text();
            if told.is_some() || is_text || buffer || list.is_opaque() {
                let (name, media) = told.unwrap_or(DATA);
                return Some(Shown {
                    span: with_brackets(t, start..list.end),
                    digits: list.digits,
                    name,
                    media,
                    is_text,
                    rule: RULE,
                });
            }
            start = list.end;
        }
        floor = start.min(t.len());
        p = floor.max(p) + STEP;
    }
    None
}

/// Are a few bytes of a text such as lists of bytes have?
fn is_listed(around: &[u8]) -> bool {
    let signs = around.iter().filter(|c| is_sign(**c)).count();
    signs >= 2 && around.iter().all(|c| is_part(*c))
}

fn is_sign(c: u8) -> bool {
    matches!(c, b' ' | b',' | b':' | b'-')
}

fn is_part(c: u8) -> bool {
    c.is_ascii_hexdigit() || is_sign(c) || c == b'x'
}

/// The list with the brackets around it.
fn with_brackets(t: &[u8], span: Range<usize>) -> Range<usize> {
    let open = t[..span.start].last() == Some(&b'[');
    match open && t.get(span.end) == Some(&b']') {
        true => span.start - 1..span.end + 1,
        false => span,
    }
}

/// Bytes that were listed.
struct List {
    end: usize,
    /// In hexadecimal, without anything between them.
    digits: Vec<u8>,
    hexadecimal: bool,
}

impl List {
    /// Are they a text, an object of JSON first of all? Of what people write a quarter is small letters or another script, of scores and counts less.
    fn is_text(&self) -> bool {
        let bytes: Vec<u8> = hexed::bytes(&self.digits).collect();
        let letters = bytes
            .iter()
            .filter(|c| c.is_ascii_lowercase() || **c >= 0x80);
        let told = bytes.first() == Some(&b'{') || letters.count() * 4 >= bytes.len();
        told && is_text(&bytes)
    }

    /// Are there so many that they need no format, and of all kinds? Times and addresses of machines are of digits alone.
    fn is_opaque(&self) -> bool {
        let letters = self.digits.iter().filter(|c| !c.is_ascii_digit()).count();
        self.hexadecimal && self.digits.len() >= 2 * OPAQUE && letters * 8 >= self.digits.len()
    }
}

/// Bytes in hexadecimal by twos or, as `xxd` has it, by fours.
fn pairs(t: &[u8], from: usize) -> Option<List> {
    let mut digits = Vec::new();
    let mut sign = None;
    let (mut end, mut p) = (from, from);
    loop {
        p += 2 * usize::from(t[p..].starts_with(b"0x"));
        let word = t[p..].iter().take(5).take_while(|c| c.is_ascii_hexdigit());
        let word = word.count();
        if !matches!(word, 2 | 4) {
            match next_line(t, p).filter(|_| p > from) {
                Some(next) => p = next,
                None => break,
            }
            continue;
        }
        digits.extend_from_slice(&t[p..p + word]);
        p += word;
        end = p;
        let gap = t[p..].iter().take(3).take_while(|c| is_sign(**c)).count();
        if gap > 0 && *sign.get_or_insert(t[p]) != t[p] {
            break;
        }
        p += gap;
    }
    (end > from).then_some(List {
        end,
        digits,
        hexadecimal: true,
    })
}

/// Where the bytes of a dump's next line begin, behind what the line at `p` shows as text and the next one's offset.
fn next_line(t: &[u8], p: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    let rest = &t[p..t.len().min(p + LONGEST)];
    let line = memchr::memchr(b'\n', rest)?;
    let shown = rest[..line].trim_ascii();
    let start = p + line + 1;
    let offset = t[start..].iter().take(10);
    let offset = offset.take_while(|c| c.is_ascii_hexdigit()).count();
    let numbered = offset >= 8 && t.get(start + offset) == Some(&b':');
    if !(shown.is_empty() || shown.starts_with(b"|") || numbered) {
        return None;
    }
    let start = if offset > 2 { start + offset } else { start };
    let gap = t[start..].iter().take(4);
    let gap = gap.take_while(|c| matches!(c, b' ' | b':')).count();
    Some(start + gap).filter(|next| *next > p)
}

/// Bytes as numbers, with or without a sign.
fn numbers(t: &[u8], from: usize) -> Option<List> {
    let mut digits = Vec::new();
    let (mut end, mut p) = (from, from);
    while let Some((byte, behind)) = number(t, p) {
        digits.extend(payload::hex_digits(byte));
        (end, p) = (behind, behind + gap(t, behind));
        if p == end {
            break;
        }
    }
    (end > from).then_some(List {
        end,
        digits,
        hexadecimal: false,
    })
}

/// The byte that a number at `p` is, and where it ends.
fn number(t: &[u8], p: usize) -> Option<(u8, usize)> {
    let minus = t.get(p) == Some(&b'-');
    let first = p + usize::from(minus);
    let digits = t.get(first..)?.iter().take(4);
    let length = digits.take_while(|c| c.is_ascii_digit()).count();
    let digits = t[first..first + length].iter();
    let number = digits.fold(0, |n, c| n * 10 + u16::from(c - b'0'));
    let byte = match (minus, number) {
        (true, 1..=128) => 256 - number,
        (false, 0..=255) => number,
        _ => return None,
    };
    matches!(length, 1..=3).then_some((byte as u8, first + length))
}

/// How much stands between a number and the next one.
fn gap(t: &[u8], p: usize) -> usize {
    let gap = t[p..].iter().take(3);
    gap.take_while(|c| matches!(c, b' ' | b',' | b'\n' | b'\r' | b'\t'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_known_formats() {
        let jpeg = "ff d8 ff e0 00 10 4a 46 49 46 00 01 01 00 00 01 00 01";
        let numbers = "255 216 255 224 0 16 74 70 73 70 0 1 1 0 0 1 0 1";
        let signed = "-1, -40, -1, -32, 0, 16, 74, 70, 73, 70, 0, 1, 1, 0, 0, 1";
        for list in [
            jpeg.to_string(),
            jpeg.to_uppercase().replace(' ', ":"),
            jpeg.replace(' ', ", 0x").replacen("ff", "0xff", 1),
            jpeg.replace(' ', "-"),
            format!("[{numbers}]"),
            numbers.replace(' ', ","),
            format!("[{signed}]"),
        ] {
            let text = format!("image {list} took 12 ms");
            let found = find(text.as_bytes(), 0).expect(&list);
            assert_eq!(found.name, "jpeg");
            assert_eq!(&text[found.span], list);
        }
    }

    #[test]
    fn what_is_no_payload() {
        let digest: Vec<String> = (0..64).map(|i| format!("{:02X}", i * 37 % 256)).collect();
        let times = "10:11:12 10:11:13 10:11:14 ".repeat(30);
        let machines = "aa:bb:cc:dd:ee:ff ".repeat(20);
        let counts = "12 44 3 0 7 19 250 31 8 ".repeat(20);
        for text in [&digest.join(":"), &times, &machines, &counts] {
            assert!(find(text.as_bytes(), 0).is_none(), "{text}");
        }
    }
}
