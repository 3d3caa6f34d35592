//! Bytes one by one: in hexadecimal with signs between them (`ff d8 ff e0`, `FF:D8:FF`, `0xff, 0xd8`, the lines of `xxd`), or as numbers, as Go,
//! Java and Python print them (`[255 216 255]`, `[-1, -40, -1]`).
//!
//! What they are is said by their first ones, or they are a text. A long run in hexadecimal is taken out also where they say nothing; a
//! list of numbers may be anything then.

use std::ops::Range;

use super::hexed;
use super::is_text;
use super::payload::{self, Media};
use super::shown::Shown;
use crate::redact::json::skip_space;
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::{Contents, contents, holds};

/// Fewer bytes are no payload.
const FEWEST: usize = 16;
/// And so long is a list of them, in bytes of the text.
const SHORTEST: usize = 2 * FEWEST - 1;
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
        if bits & holds::DIGIT == 0 || t.len() < SHORTEST {
            return false;
        }
        self.take_shown(
            t,
            at,
            |from| find(t, from),
            |pass, part, at| pass.encoded_runs(part, at, contents(part), context),
        )
    }
}

/// A list of numbers in JSON, or in what was cut off, that begins at `p`, if they are a payload's bytes, `[255,216,255,224,…]`, or a text's.
pub(crate) fn list_of_bytes(t: &[u8], p: usize) -> Option<Shown> {
    let start = skip_space(t, p + 1);
    let mut head = [0; payload::MAGIC];
    let mut at = start;
    for byte in &mut head {
        let (number, end) = number(t, at)?;
        *byte = number;
        at = end + gap(t, end);
    }
    if payload::media_of(&head).is_none() && head.iter().any(|c| *c < b' ') {
        return None;
    }
    let list = List::of(t, start, false);
    let close = skip_space(t, list.end);
    // a text that was cut ends within it
    let end = match &t[close..] {
        [b']', ..] => close + 1,
        [] | [b','] | [b',', b' '] => t.len(),
        _ => return None,
    };
    list.shown(p..end, false)
}

/// Is a value nothing but a list of numbers as bytes are?
pub(crate) fn is_list(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"[").unwrap_or(value);
    let mut count = 0;
    let end = numbers(inner, 0, |_| count += 1);
    count >= FEWEST && matches!(&inner[end..], [] | [b']'])
}

fn find(t: &[u8], from: usize) -> Option<Shown> {
    let (mut floor, mut p) = (from, from + STEP - 1);
    while p < t.len() {
        if !is_part(t[p]) || !is_listed(&t[p.saturating_sub(AROUND)..t.len().min(p + AROUND)]) {
            p += STEP;
            continue;
        }
        let before = t[floor..p].iter().rev();
        let mut start = p - before.take_while(|c| is_part(**c)).count();
        // a date and a time of day are shorter than a list
        let behind = t[p..].iter().take(SHORTEST);
        if p - start + behind.take_while(|c| is_part(**c)).count() < SHORTEST {
            p += STEP;
            continue;
        }
        while start <= p {
            let inside = start > 0 && is_part(t[start - 1]) && t[start - 1].is_ascii_alphanumeric();
            let list = Some(start)
                .filter(|_| !inside)
                .and_then(|start| list_at(t, start));
            let Some(list) = list else {
                start += 1;
                continue;
            };
            let end = list.end;
            let buffer = t[..start].ends_with(b"<Buffer ");
            let shown = list.shown(with_brackets(t, start..end), buffer);
            if shown.is_some() {
                return shown;
            }
            start = end;
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

/// The list of enough bytes at `start`, in hexadecimal or as numbers, whichever goes further. Nothing is kept before it is known that there is one.
fn list_at(t: &[u8], start: usize) -> Option<List> {
    let (mut pair_count, mut number_count) = (0, 0);
    let pair_end = pairs(t, start, |_| pair_count += 1);
    let number_end = numbers(t, start, |_| number_count += 1);
    let hexadecimal = pair_end > number_end;
    let count = if hexadecimal {
        pair_count
    } else {
        number_count
    };
    (count >= FEWEST).then(|| List::of(t, start, hexadecimal))
}

/// Bytes that were listed.
struct List {
    end: usize,
    bytes: Vec<u8>,
    hexadecimal: bool,
}

impl List {
    fn of(t: &[u8], start: usize, hexadecimal: bool) -> Self {
        let mut bytes = Vec::new();
        let end = match hexadecimal {
            true => pairs(t, start, |byte| bytes.push(byte)),
            false => numbers(t, start, |byte| bytes.push(byte)),
        };
        Self {
            end,
            bytes,
            hexadecimal,
        }
    }

    /// What stands at `span`, if something tells that it is more than a list: it need not where the text is `sure`.
    fn shown(self, span: Range<usize>, sure: bool) -> Option<Shown> {
        let told = payload::media_of(&self.bytes);
        let is_text = told.is_none() && self.is_text();
        if told.is_none() && !is_text && !sure && !self.is_opaque() {
            return None;
        }
        let (name, media) = told.unwrap_or(("data", Media::Data));
        Some(Shown {
            span,
            bytes: self.bytes,
            name,
            media,
            is_text,
            rule: "bytes one by one",
        })
    }

    /// Are they a text, an object of JSON first of all? Of what people write a quarter is small letters or another script, of scores and
    /// counts less.
    fn is_text(&self) -> bool {
        let letters = self.bytes.iter();
        let letters = letters.filter(|c| c.is_ascii_lowercase() || !c.is_ascii());
        let told = self.bytes.starts_with(b"{") || letters.count() * 4 >= self.bytes.len();
        told && is_text(&self.bytes)
    }

    /// Are there so many that they need no format, and of all kinds? Times and addresses of machines are of digits alone.
    fn is_opaque(&self) -> bool {
        let lettered = |c: &&u8| **c & 15 > 9 || **c >> 4 > 9;
        let lettered = self.bytes.iter().filter(lettered).count();
        self.hexadecimal && self.bytes.len() >= OPAQUE && lettered * 4 >= self.bytes.len()
    }
}

/// Shows the bytes in hexadecimal by twos or, as `xxd` has it, by fours, and gives where the last one ends.
fn pairs(t: &[u8], from: usize, mut each: impl FnMut(u8)) -> usize {
    let mut sign = None;
    let (mut end, mut p) = (from, from);
    loop {
        p += 2 * usize::from(t[p..].starts_with(b"0x"));
        let word = t[p..].iter().take(5).take_while(|c| c.is_ascii_hexdigit());
        let word = word.count();
        if !matches!(word, 2 | 4) {
            match next_line(t, p).filter(|_| p > from) {
                Some(next) => p = next,
                None => return end,
            }
            continue;
        }
        hexed::bytes(&t[p..p + word]).for_each(&mut each);
        p += word;
        end = p;
        let gap = t[p..].iter().take(3).take_while(|c| is_sign(**c)).count();
        if gap > 0 && *sign.get_or_insert(t[p]) != t[p] {
            return end;
        }
        p += gap;
    }
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

/// Shows the bytes as numbers, with or without a sign, and gives where the last one ends.
fn numbers(t: &[u8], from: usize, mut each: impl FnMut(u8)) -> usize {
    let (mut end, mut p) = (from, from);
    while let Some((byte, behind)) = number(t, p) {
        each(byte);
        (end, p) = (behind, behind + gap(t, behind));
        if p == end {
            break;
        }
    }
    end
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
