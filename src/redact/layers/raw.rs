//! Payloads whose bytes a program wrote as they are: an uploaded file within a multipart body, `ÿØÿà…JFIF` (each byte a character of
//! Latin-1), with U+FFFD for what is no UTF-8, or in escapes, `b'\xff\xd8\xff\xe0\x00\x10JFIF'`.
//!
//! No text holds so many control characters of so many kinds among what is no text. Where a payload's first bytes say what it is, a few do.

use std::ops::Range;

use super::escapes;
use super::payload::{self, Media};
use super::shown::Shown;
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::signs::has_control;
use crate::redact::scan::{Contents, holds};

/// A payload goes on over so many units that a text could hold as well: of random bytes one run in fifty million is as long.
const GAP: usize = 64;
/// What is less tells nothing: kinds of control characters, and bytes that are no text, of a payload without magic.
const CONTROLS: u32 = 4;
const FOREIGN: usize = 8;
/// One of so many units is of these at least.
const SHARE: usize = 6;
/// Units of a payload with magic, at least.
const SHORTEST: usize = 12;
/// So far a payload may begin before the first byte that is no text: `#!AMR-WB`, the first lines of a PDF.
const LEAD: usize = 40;
/// What ends a file within a multipart body (RFC 7578).
const BOUNDARY: &[u8] = b"\r\n--";

/// What one byte of a payload is written as.
struct Unit {
    /// `None`: nobody knows, U+FFFD stands for it.
    byte: Option<u8>,
    length: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As good in a text as in a payload.
    Text,
    Control,
    Foreign,
}

impl Pass<'_> {
    /// Takes payloads out whose bytes are written as text, and inspects what lies between them. False if there are none.
    pub(super) fn raw_payloads(
        &mut self,
        t: &[u8],
        at: usize,
        bits: Contents,
        context: Context,
    ) -> bool {
        let escaped = bits & holds::ESCAPE != 0 && escapes::may_hold(t);
        if !escaped && !has_control(t) {
            return false;
        }
        self.take_shown(
            t,
            at,
            |from| find(t, from, escaped),
            |pass, part, at| pass.running_text(part, at, holds::UNKNOWN, context),
        )
    }
}

fn find(t: &[u8], mut from: usize, escaped: bool) -> Option<Shown> {
    let shown = |span: Range<usize>, (name, media)| Shown {
        bytes: bytes(&t[span.clone()], escaped),
        span,
        name,
        media,
        is_text: false,
        rule: "bytes as text",
    };
    let mut p = from;
    loop {
        let first = unit(t.get(p..)?, escaped)?;
        if first.kind == Kind::Text {
            p += first.length;
            continue;
        }
        let run = Run::measure(t, p, escaped);
        let lead = (from.max(p.saturating_sub(LEAD))..=p)
            .find_map(|start| Some((start, magic(&t[start..], escaped)?)));
        if let Some((start, format)) = lead
            && run.units + (p - start) >= SHORTEST
        {
            let end = file_end(t, start, escaped).unwrap_or(run.end).max(run.end);
            return Some(shown(start..end, format));
        }
        if run.is_payload() {
            return Some(shown(p..run.end, ("data", Media::Data)));
        }
        (p, from) = (run.end, run.end);
    }
}

/// What is known of a run of bytes.
struct Run {
    end: usize,
    units: usize,
    controls: u32,
    foreign: usize,
    marked: usize,
}

impl Run {
    /// From a byte on that is no text, to the last one before a text.
    fn measure(t: &[u8], start: usize, escaped: bool) -> Self {
        let mut run = Self {
            end: start,
            units: 0,
            controls: 0,
            foreign: 0,
            marked: 0,
        };
        let (mut p, mut units) = (start, 0);
        while let Some(unit) = unit(&t[p..], escaped)
            && units < run.units + GAP
            && !t[p..].starts_with(BOUNDARY)
        {
            p += unit.length;
            units += 1;
            if unit.kind == Kind::Text {
                continue;
            }
            (run.end, run.units) = (p, units);
            run.marked += 1;
            match unit.byte {
                Some(c) if unit.kind == Kind::Control => run.controls |= 1 << (c & 31),
                _ => run.foreign += 1,
            }
        }
        // the last letters of a payload
        let ends = |c: u8| c.is_ascii() && !c.is_ascii_alphanumeric();
        for _ in 0..LEAD {
            match unit(&t[run.end..], escaped) {
                Some(unit) if !unit.byte.is_none_or(ends) => run.end += unit.length,
                _ => break,
            }
        }
        run
    }

    fn is_payload(&self) -> bool {
        self.controls.count_ones() >= CONTROLS
            && self.foreign >= FOREIGN
            && self.marked * SHARE >= self.units
    }
}

/// The end of a file that begins at `start`, if something says where it is: the text holds nothing else, a part of a multipart body does, or
/// quotes enclose it.
fn file_end(t: &[u8], start: usize, escaped: bool) -> Option<usize> {
    let before = &t[..start];
    if before.is_empty() || before.ends_with(b"\r\n\r\n") {
        let end = memchr::memmem::find(&t[start..], BOUNDARY);
        return Some(end.map_or(t.len(), |i| start + i));
    }
    let quote = *before
        .last()
        .filter(|c| escaped && matches!(c, b'"' | b'\''))?;
    let mut p = start;
    while let Some(unit) = unit(&t[p..], escaped) {
        if t[p] == quote {
            return Some(p);
        }
        p += unit.length;
    }
    Some(t.len())
}

/// The format whose first bytes a text begins with.
fn magic(t: &[u8], escaped: bool) -> Option<(&'static str, Media)> {
    let mut head = [Some(0); payload::MAGIC];
    let mut p = 0;
    for byte in &mut head {
        let unit = unit(&t[p..], escaped)?;
        *byte = unit.byte;
        p += unit.length;
    }
    payload::media_of_lossy(&head)
}

/// The bytes, with something else for those that are lost.
fn bytes(t: &[u8], escaped: bool) -> Vec<u8> {
    const LOST: u8 = 0xfd;
    let mut bytes = Vec::with_capacity(t.len());
    let mut p = 0;
    while let Some(unit) = unit(&t[p..], escaped) {
        bytes.push(unit.byte.unwrap_or(LOST));
        p += unit.length;
    }
    bytes
}

/// What the text begins with. `None` at its end.
fn unit(t: &[u8], escaped: bool) -> Option<Unit> {
    let first = *t.first()?;
    let of = |byte: u8, length| Unit {
        byte: Some(byte),
        length,
        kind: kind(byte),
    };
    if first == b'\\'
        && escaped
        && let Some((byte, length)) = escapes::byte(t)
    {
        return Some(of(byte, length));
    }
    if first.is_ascii() {
        return Some(of(first, 1));
    }
    let chunk = t[..t.len().min(4)].utf8_chunks().next()?;
    let Some(c) = chunk.valid().chars().next() else {
        return Some(of(first, 1));
    };
    let (byte, kind) = match c {
        char::REPLACEMENT_CHARACTER => (None, Kind::Foreign),
        '\u{80}'..='\u{9f}' => (Some(c as u8), Kind::Foreign),
        // letters of many languages
        '\u{a0}'..='\u{ff}' => (Some(c as u8), Kind::Text),
        _ => (None, Kind::Text),
    };
    Some(Unit {
        byte,
        length: c.len_utf8(),
        kind,
    })
}

fn kind(byte: u8) -> Kind {
    match byte {
        // ESC begins a colour
        b'\t' | b'\n' | b'\r' | 0x1b => Kind::Text,
        0x80.. => Kind::Foreign,
        byte if byte.is_ascii_control() => Kind::Control,
        _ => Kind::Text,
    }
}
