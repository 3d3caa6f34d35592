//! What mail encodes: bodies in quoted-printable, `=E5=BC=A0=E4=B8=89` with lines that a sign at their end joins, and words of headers,
//! `=?UTF-8?B?5byg5LiJ?=`.

use super::is_text;
use super::payload;
use crate::redact::edit::{Coding, OffsetMap};
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::scan::holds;

/// The longest encoded word (RFC 2047, section 2), and something for those who do not know of it.
const LONGEST_WORD: usize = 300;
/// How far into a text its head may say how its body is encoded.
const HEAD: usize = 1024;

impl Pass<'_> {
    /// Opens a body in quoted-printable.
    pub(crate) fn quoted_printable(&mut self, t: &[u8], at: usize) {
        let protected = std::mem::take(&mut self.scratch.protected);
        self.layer(t, at, Coding::Width, decode, |pass, text| {
            pass.scratch.encoded = true;
            pass.text(text, 0, holds::UNKNOWN, Context::NOTHING)
        });
        self.scratch.protected = protected;
    }

    /// The encoded word that begins at `start`. Gives where it ends, if it is one.
    pub(crate) fn encoded_word(
        &mut self,
        t: &[u8],
        start: usize,
        at: usize,
        mark: usize,
    ) -> Option<usize> {
        let (length, text) = word(&t[start..t.len().min(start + LONGEST_WORD)])?;
        let end = start + length;
        let core = self.core;
        let placed = at + start..at + end;
        if self.scratch.edits.touches(mark, placed.clone()) {
            return Some(end);
        }
        // behind a display name stands its address
        let display = t[end..].trim_ascii_start().starts_with(b"<");
        let is_name =
            display && core.names.is_plausible(&text) && text.split(' ').all(is_written_like_name)
                || core
                    .names
                    .is_person(text.trim(), |word| core.is_label(word));
        if let Some(category) = core.name_category.filter(|_| is_name) {
            let rule = Rule::Named("name in an encoded word");
            self.take(text.as_bytes(), placed, category, rule, 0, b"");
            self.scratch.needles.note(text.as_bytes(), category, core);
            return Some(end);
        }
        let before = self.scratch.edits.mark();
        let protected = std::mem::take(&mut self.scratch.protected);
        self.plain_text(text.as_bytes(), 0, holds::ANYTHING, Context::NOTHING);
        self.scratch.protected = protected;
        let found = self
            .scratch
            .edits
            .since(before)
            .first()
            .map(|edit| edit.category);
        self.scratch.edits.truncate(before);
        if let Some(category) = found {
            let rule = Rule::Named("value in an encoded word");
            self.take(text.as_bytes(), placed, category, rule, 0, b"");
        }
        Some(end)
    }
}

/// Is it a sign of quoted-printable that stands at `at`: two bytes of a character of another script, or in what says so of itself a break within a
/// line or an ASCII character?
pub(crate) fn is_quoted(t: &[u8], at: usize) -> bool {
    match t.get(at + 1) {
        Some(b'8'..=b'9' | b'A'..=b'F') => {
            byte(&t[at..]).is_some_and(|c| c >= 0xc2)
                && t.get(at + 3..).and_then(byte).is_some_and(|c| c >= 0x80)
        }
        Some(b'\r' | b'\n' | b'2' | b'3') => {
            let sign = t[at + 1] < b' ' || matches!(byte(&t[at..]), Some(b'=' | b':' | b' '));
            sign && memchr::memmem::find(&t[..at.min(HEAD)], b"quoted-printable").is_some()
        }
        _ => false,
    }
}

/// Has a word a capital at its start, where its script has any, or is it one that joins names: `Siti binti Rahman`?
fn is_written_like_name(word: &str) -> bool {
    const LONGEST_JOINT: usize = 5;
    let small = word.starts_with(|c: char| c.is_ascii_lowercase());
    !small || word.len() <= LONGEST_JOINT && matches!(word.as_bytes()[0], b'b' | b'd' | b'v' | b'a')
}

/// The byte that `=E5` stands for.
fn byte(t: &[u8]) -> Option<u8> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'A'..=b'F' => Some(c - b'A' + 10),
        _ => None,
    };
    match t {
        [b'=', high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

/// Undoes quoted-printable (RFC 2045, section 6.7). True if anything was decoded. Letters and digits are none that anybody encodes: `cost=35`.
fn decode(source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let (mut at, mut any) = (0, false);
    while let Some(offset) = memchr::memchr(b'=', &source[at..]) {
        out.extend_from_slice(&source[at..at + offset]);
        at += offset;
        let rest = &source[at..];
        let (length, plain) = match byte(rest) {
            Some(c) if !c.is_ascii_alphanumeric() => (3, Some(c)),
            _ if rest.starts_with(b"=\r\n") => (3, None),
            _ if rest.starts_with(b"=\n") => (2, None),
            _ => {
                out.push(b'=');
                at += 1;
                continue;
            }
        };
        map.push(out.len(), at);
        out.extend(plain);
        at += length;
        map.push(out.len(), at);
        any = true;
    }
    out.extend_from_slice(&source[at..]);
    // what is cut within a character, or of another charset
    if std::str::from_utf8(out).is_err() {
        for c in out
            .iter_mut()
            .filter(|c| **c < b' ' && !c.is_ascii_whitespace())
        {
            *c = b' ';
        }
    }
    any
}

/// The length of the encoded word that a text begins with (RFC 2047), and what it says.
fn word(t: &[u8]) -> Option<(usize, String)> {
    let inner = t.strip_prefix(b"=?")?;
    let mut parts = inner.splitn(3, |c| *c == b'?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = memchr::memmem::find(rest, b"?=")?;
    let said = &rest[..end];
    let length = 2 + charset.len() + 1 + encoding.len() + 1 + end + 2;
    if charset.is_empty() || said.is_empty() || said.contains(&b' ') {
        return None;
    }
    let mut plain = Vec::new();
    match encoding {
        b"B" | b"b" if !payload::decode_base64(said, &mut plain) => return None,
        b"B" | b"b" => (),
        b"Q" | b"q" => {
            let spaced: Vec<u8> = said
                .iter()
                .map(|c| if *c == b'_' { b' ' } else { *c })
                .collect();
            let mut at = 0;
            while let Some(c) = spaced.get(at) {
                let decoded = byte(&spaced[at..]);
                plain.push(decoded.unwrap_or(*c));
                at += if decoded.is_some() { 3 } else { 1 };
            }
        }
        _ => return None,
    }
    is_text(&plain).then(|| (length, String::from_utf8_lossy(&plain).into_owned()))
}
