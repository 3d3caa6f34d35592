//! Where payloads stand in a text: runs of base64 or hexadecimal with the beginning of a known format, data URIs, what is left of a body that was
//! cut.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::payload::{self, Media, data_uri_body, is_base64};
use crate::redact::words::lookup::late_literals;

/// Base64 that is neither text nor of a known format is opaque data from here on.
const OPAQUE: usize = 2048;
/// A shorter run of it may be anything.
pub(crate) const RANDOM: usize = 256;

/// What is shorter needs a beginning that is known.
const STEP: usize = 96;
/// So many characters, in lines or not, say what they are.
const HEAD: usize = 256;
/// A line of base64 has so many characters at least, but for the last one.
const LINE: usize = 40;

/// A payload within a text.
pub(crate) struct Payload {
    pub span: Range<usize>,
    pub name: &'static str,
    pub media: Media,
}

/// Beginnings of payloads in base64 that are believed however short what follows is: a logger may have cut it.
const BEGINNINGS: &[&[u8]] = &[
    JPEG,
    b"_9j_",
    b"iVBORw0KGgo",
    b"R0lGODlh",
    b"R0lGODdh",
    b"data:image/",
    b"data:video/",
    b"data:audio/",
    b"AAAAIGZ0eX",
    b"AAAAGGZ0eX",
    b"AAAAHGZ0eX",
    b"AAAAFGZ0eX",
    b"JVBERi0",
    b"GkXfo",
    b"IyFBTVI",
    b"SUkqAA",
    b"TU0AKg",
    b"UklGR",
    b"SUQzA",
    b"SUQzB",
    b"T2dnUw",
    b"ZkxhQw",
    b"AAAADGpQ",
    b"/6D/qA",
    b"RkFDADAx",
    b"Rk1SACAy",
    b"RklSADAx",
    BMP_HEADER,
];

/// The first three bytes of every JPEG, in the standard alphabet.
const JPEG: &[u8] = b"/9j/";
/// What begins its second segment: tables, or data of an application.
const SEGMENTS: &[u8] = b"247w+-";

/// What every usual BMP says behind its size, and how many digits of base64 stand before it.
const BMP_HEADER: &[u8] = b"AAAAADYAAAAoAAAA";
const BMP_SIZE: usize = 8;

static BEGINNING: LazyLock<AhoCorasick> = LazyLock::new(|| late_literals(BEGINNINGS));

/// Finds the next payload at or after `from`.
///
/// A long run can't hide between two samples: every 96 bytes one byte is tested, and only where it belongs to the alphabet of
/// base64 the run around it is measured. In prose that is a few bytes a word.
pub(crate) fn find(text: &[u8], from: usize) -> Option<Payload> {
    let begun = BEGINNING
        .find_iter(&text[from..])
        .find_map(|found| beginning(text, from + found.start()));
    let (mut at, mut floor) = (from + STEP - 1, from);
    while at < text.len() && begun.as_ref().is_none_or(|b| at < b.span.start) {
        if !is_base64(text[at]) {
            at += STEP;
            continue;
        }
        let line = run_around(text, at, floor);
        // lines that were looked at are not looked at again
        let first = from_first_line(text, line.clone(), floor);
        let found = classify(text, first.clone()).or_else(|| {
            let other = line != first && line.len() >= STEP;
            other.then(|| classify(text, line.clone())).flatten()
        });
        if let Some(found) = found {
            let first = |begun: &Payload| begun.span.start <= found.span.start;
            return Some(begun.filter(first).unwrap_or(found));
        }
        floor = line.end;
        at = line.end.max(at) + STEP - 1;
    }
    begun
}

fn run_around(text: &[u8], at: usize, floor: usize) -> Range<usize> {
    let start = text[floor..at]
        .iter()
        .rposition(|c| !is_base64(*c))
        .map_or(floor, |i| floor + i + 1);
    let end = text[at..]
        .iter()
        .position(|c| !is_base64(*c))
        .map_or(text.len(), |i| at + i);
    start..end
}

/// The first line of base64 in lines, of which `run` is one: the beginning tells what it is.
fn from_first_line(text: &[u8], run: Range<usize>, floor: usize) -> Range<usize> {
    let mut first = run;
    loop {
        let above = &text[floor..first.start];
        let breaks = above.iter().rev().take(2);
        let breaks = breaks.take_while(|c| matches!(c, b'\r' | b'\n')).count();
        let end = first.start - breaks;
        let line = text[floor..end].iter().rev();
        let length = line.take_while(|c| is_base64(**c)).count();
        if breaks == 0 || length < LINE {
            return first;
        }
        first = end - length..end;
    }
}

/// Extends a run of base64 over the lines below it that are as long, and a shorter one at the end.
pub(crate) fn over_equal_lines(text: &[u8], run: Range<usize>) -> Range<usize> {
    let width = run.len();
    let mut end = run.end;
    loop {
        let breaks = text[end..].iter().take(2);
        let breaks = breaks.take_while(|c| matches!(c, b'\r' | b'\n')).count();
        let line = text[end + breaks..].iter().take(width + 1);
        let length = line.take_while(|c| is_base64(**c)).count();
        if breaks == 0 || length == 0 || length > width {
            return run.start..end;
        }
        end += breaks + length;
        if length < width {
            return run.start..end;
        }
    }
}

/// Extends a run over line breaks (MIME writes 76 characters a line), and over what sets the next line in (YAML, XML).
pub(crate) fn over_lines(text: &[u8], run: Range<usize>) -> Range<usize> {
    lines_within(text, run, usize::MAX)
}

/// The same, as soon as it is so long.
fn lines_within(text: &[u8], run: Range<usize>, enough: usize) -> Range<usize> {
    const INDENT: usize = 64;
    let mut end = run.end;
    while end - run.start < enough {
        let gap = text[end..]
            .iter()
            .take(2)
            .take_while(|c| matches!(c, b'\r' | b'\n'))
            .count();
        let inward = text[end + gap..]
            .iter()
            .take(INDENT)
            .take_while(|c| matches!(c, b' ' | b'\t'))
            .count();
        let next = end + gap + inward;
        let length = text[next..].iter().take_while(|c| is_base64(**c)).count();
        let line = &text[next..next + length];
        // a word that is set in as well
        let word = inward > 0 && length < LINE && line.iter().all(u8::is_ascii_lowercase);
        if gap == 0
            || length == 0
            || word
            // the boundary of a multipart body begins with digits of the other alphabet
            || text[next..].starts_with(b"--")
            || (length < LINE
                && !is_last_line(line)
                && text
                    .get(next + length)
                    .is_some_and(|c| !matches!(c, b'\r' | b'\n')))
        {
            break;
        }
        end = next + length;
    }
    run.start..end
}

/// Extends a run over what somebody put in the place of its middle, and over its end.
fn over_cut(text: &[u8], run: Range<usize>) -> Range<usize> {
    const FEWEST: usize = 8;
    let rest = &text[run.end..];
    let cut = ["...", "***", "…"];
    let Some(cut) = cut.iter().find(|cut| rest.starts_with(cut.as_bytes())) else {
        return run;
    };
    let tail = rest[cut.len()..].iter();
    let tail = tail.take_while(|c| is_base64(**c)).count();
    match tail >= FEWEST {
        true => run.start..run.end + cut.len() + tail,
        false => run,
    }
}

/// Is a short line behind others of base64 its last one, and no word? It is of whole groups, and padded or of letters of both cases and digits.
fn is_last_line(line: &[u8]) -> bool {
    let any = |kind: fn(&u8) -> bool| line.iter().any(kind);
    let mixed = any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_uppercase)
        && any(|c| c.is_ascii_digit() || matches!(c, b'+' | b'/' | b'-' | b'_'));
    line.len().is_multiple_of(4) && (mixed || line.ends_with(b"="))
}

/// What a run is, by itself or with the lines that follow it.
fn classify(text: &[u8], mut run: Range<usize>) -> Option<Payload> {
    let head = lines_within(text, run.clone(), HEAD);
    if head.len() < STEP {
        return None;
    }
    // PostgreSQL's bytea: \xffd8ff…
    if text[..run.start].ends_with(b"\\") && text[run.start] == b'x' {
        run.start += 1;
    }
    let bytes = &text[run.clone()];
    let all = |run| over_cut(text, over_lines(text, run));
    if let Some((name, media)) = payload::media(&text[run.start..head.end]) {
        return Some(Payload {
            span: all(run),
            name,
            media,
        });
    }
    // a label glued by `=` belongs to the alphabet too: image=/9j/4AAQ
    if let Some(equals) = memchr::memchr(b'=', &bytes[..bytes.len().min(40)])
        .filter(|e| e + 1 < bytes.len() && bytes[e + 1] != b'=')
        && let Some(found) = payload::media(&bytes[equals + 1..])
            .map(|(name, media)| (run.start + equals + 1, name, media))
    {
        return Some(Payload {
            span: found.0..all(run).end,
            name: found.1,
            media: found.2,
        });
    }
    let mixed = |f: fn(&u8) -> bool| bytes.iter().take(OPAQUE).any(f);
    let opaque = bytes.len() >= OPAQUE
        && mixed(u8::is_ascii_uppercase)
        && mixed(u8::is_ascii_lowercase)
        && mixed(u8::is_ascii_digit);
    opaque.then(|| Payload {
        span: all(run),
        name: "data",
        media: Media::Data,
    })
}

/// The next run at or after `from` that is base64 of bytes nobody knows: the rest of a body of which the beginning was cut.
///
/// Shorter than [`OPAQUE`], so all kinds of digits must be as many as random ones have: paths and lists of words are of small letters.
pub(crate) fn random_run(text: &[u8], from: usize) -> Option<Range<usize>> {
    let (mut at, mut floor) = (from + RANDOM - 1, from);
    while at < text.len() {
        if !is_base64(text[at]) {
            at += RANDOM;
            continue;
        }
        let run = run_around(text, at, floor);
        let digits = &text[run.clone()];
        let share = |kind: fn(&u8) -> bool, percent: usize| {
            let head = &digits[..digits.len().min(RANDOM)];
            head.iter().filter(|c| kind(c)).count() * 100 >= head.len() * percent
        };
        if digits.len() >= RANDOM
            && share(u8::is_ascii_uppercase, 20)
            && share(u8::is_ascii_lowercase, 20)
            && share(u8::is_ascii_digit, 5)
        {
            return Some(over_lines(text, run));
        }
        floor = run.end;
        at = run.end + RANDOM - 1;
    }
    None
}

fn beginning(text: &[u8], at: usize) -> Option<Payload> {
    let at = match text[at..].starts_with(BMP_HEADER) {
        true => at
            .checked_sub(BMP_SIZE)
            .filter(|i| text[*i..].starts_with(b"Qk"))?,
        false => at,
    };
    let rest = &text[at..];
    let jpeg = rest.starts_with(JPEG) || rest.starts_with(b"_9j_");
    if jpeg && rest.get(JPEG.len()).is_none_or(|c| !SEGMENTS.contains(c)) {
        return None;
    }
    let media = if rest.starts_with(b"data:") {
        // glued to a word it is a part of that word's value: `signature=7data:image/`
        if at > 0 && text[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        match &rest[5..10] {
            b"image" => ("image", Media::Image),
            b"video" => ("video", Media::Video),
            _ => ("audio", Media::Audio),
        }
    } else {
        if at > 0 && is_base64(text[at - 1]) && !matches!(text[at - 1], b'=' | b'/' | b'-') {
            return None;
        }
        payload::media(rest).unwrap_or(match rest.first() {
            Some(b'A') => ("mp4", Media::Video),
            Some(b'J') => ("pdf", Media::Document),
            Some(b'i') => ("png", Media::Image),
            Some(b'R') => ("gif", Media::Image),
            _ => ("jpeg", Media::Image),
        })
    };
    let part =
        |c: u8| is_base64(c) || matches!(c, b'.' | b':' | b';' | b',' | b'%' | b'*') || c >= 0x80;
    let mut length = rest.iter().position(|c| !part(*c)).unwrap_or(rest.len());
    while length > 0 && matches!(rest[length - 1], b':' | b';' | b',') {
        length -= 1;
    }
    if !rest.starts_with(b"data:") {
        // a comma or colon ends base64 that is no data URI; three dots or an ellipsis only cut it
        length = rest[..length]
            .iter()
            .position(|c| matches!(c, b':' | b';' | b','))
            .unwrap_or(length);
    }
    let span = over_lines(text, at..at + length);
    // what the URI held is gone
    if rest.starts_with(b"data:") && memchr::memchr(b',', &text[span.clone()]).is_none() {
        return None;
    }
    let name = match media.0 {
        "image" | "video" | "audio" => {
            payload::media(data_uri_body(&text[span.clone()])).map_or(media.0, |m| m.0)
        }
        name => name,
    };
    Some(Payload {
        span,
        name,
        media: media.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn payloads_in_text() {
        let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF".to_vec();
        jpeg.extend((0..600).map(|i| (i * 7 % 251) as u8));
        let body = STANDARD.encode(&jpeg);
        for (before, after) in [
            ("", ""),
            ("image=", " done"),
            ("the image was ", ", ok"),
            ("data:image/jpeg;base64,", "\" x"),
        ] {
            let text = format!("{before}{body}{after}");
            let found = find(text.as_bytes(), 0).expect("found");
            assert_eq!(found.name, "jpeg");
            assert!(
                found.span.start <= before.len() && found.span.end >= before.len() + body.len(),
                "{before}"
            );
        }
        let cut = find(b"got /9j/4AAQSk...W8+nU//9k= then", 0).expect("found");
        assert_eq!(
            &b"got /9j/4AAQSk...W8+nU//9k= then"[cut.span],
            b"/9j/4AAQSk...W8+nU//9k="
        );
        assert!(
            find(
                "request routed to model pool shard ".repeat(20).as_bytes(),
                0
            )
            .is_none()
        );
    }
}
