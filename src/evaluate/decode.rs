//! Opens every encoding that a value could hide in, to look for leaks.
//!
//! Not the redactor's decoders, on purpose: what those do not open, they do not redact, and a check that shared their code would
//! not notice. This one need not keep positions or be fast; it decodes whatever looks decodable, over and over.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Read as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::Regex;

/// More layers than any log has; an end for texts that decode to themselves in new ways.
const MAX_LAYERS: usize = 96;
/// More than this of one gzip member is not read.
const MAX_INFLATED: u64 = 8 << 20;
/// Runs of base64 shorter than this say nothing.
const MIN_BASE64: usize = 16;

/// A text in all the forms in which something may be read from it.
pub struct Haystack {
    /// All layers one after the other, as they are.
    pub exact: String,
    /// The same in lower case, full-width forms narrowed.
    pub folded: String,
    /// The same without separators.
    pub compact: String,
    /// `exact` as base64 payloads stand in it: no white space, the standard alphabet.
    pub payload: String,
}

impl Haystack {
    /// Decodes everything.
    pub fn of(text: &str) -> Self {
        Self::of_layers(layers(text).join("\u{1}\n"))
    }

    /// The same of a redacted text, without its pseudonyms: among their digits what was planted stands by chance, in one record of ten
    /// thousand and with each key in another.
    pub fn of_redacted(text: &str) -> Self {
        static PSEUDONYM: LazyLock<Regex> =
            LazyLock::new(|| Regex::new("_[0-9a-f]{16}]").expect("a regex of this program"));
        let all = layers(text).join("\u{1}\n");
        Self::of_layers(PSEUDONYM.replace_all(&all, "]").into_owned())
    }

    fn of_layers(exact: String) -> Self {
        let folded = fold(&exact);
        Self {
            compact: compact(&folded),
            payload: payload(&exact),
            folded,
            exact,
        }
    }
}

/// Lower case, full-width forms narrowed.
pub fn fold(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Without what people put between the groups of a number.
pub fn compact(folded: &str) -> String {
    folded
        .chars()
        .filter(|c| {
            !matches!(
                c,
                ' ' | '-' | '.' | '/' | '(' | ')' | '\t' | '\u{a0}' | '_' | '–'
            )
        })
        .collect()
}

/// As base64 payloads stand in a text. The boundary of a multipart body ends one, though its signs are digits of the other alphabet.
pub fn payload(s: &str) -> String {
    s.replace("\n--", "|")
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect()
}

/// The text and all that it decodes to.
fn layers(text: &str) -> Vec<String> {
    let hasher = RandomState::new();
    let mut seen = HashSet::from([hasher.hash_one(text)]);
    let mut out = vec![text.to_owned()];
    let mut at = 0;
    while at < out.len() && out.len() < MAX_LAYERS {
        let here = std::mem::take(&mut out[at]);
        let mut fresh = |s: String, out: &mut Vec<String>| {
            if !s.is_empty() && seen.insert(hasher.hash_one(s.as_str())) {
                out.push(s);
            }
        };
        for decoded in [unescape(&here), percent(&here), entities(&here)]
            .into_iter()
            .flatten()
        {
            fresh(decoded, &mut out);
        }
        for decoded in base64_texts(&here) {
            fresh(decoded, &mut out);
        }
        out[at] = here;
        at += 1;
    }
    out
}

/// Takes one level of backslashes away. None if there is none.
pub fn unescape(s: &str) -> Option<String> {
    if !s.contains('\\') {
        return None;
    }
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut chars = rest.chars();
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b' | 'f') => out.push(' '),
            Some('u') => {
                if let Some((c, used)) = unicode(&rest[1..]) {
                    out.push(c);
                    rest = &rest[1 + used..];
                    continue;
                }
                out.push('u');
            }
            Some('x') => {
                if let Some(byte) = rest.get(1..3).and_then(|h| u8::from_str_radix(h, 16).ok()) {
                    out.push(byte as char);
                    rest = &rest[3..];
                    continue;
                }
                out.push('x');
            }
            Some(c) => out.push(c),
            None => break,
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

/// What follows `\u`: four hexadecimal digits, or two surrogates. The character and the bytes it takes.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let unit = |s: &str| s.get(..4).and_then(|h| u32::from_str_radix(h, 16).ok());
    let high = unit(rest)?;
    if let Some(c) = char::from_u32(high) {
        return Some((c, 4));
    }
    // The second half may stand behind more than one backslash if levels are mixed.
    let tail = rest[4..].trim_start_matches('\\');
    let low = unit(tail.strip_prefix('u')?)?;
    let c = char::from_u32(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff))?;
    Some((c, rest.len() - tail.len() + 5))
}

/// Percent-decodes, `+` for a space. None if there is nothing to decode.
pub fn percent(s: &str) -> Option<String> {
    let bytes = s.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let (mut i, mut changed) = (0, false);
    while i < bytes.len() {
        let hex = |b: u8| (b as char).to_digit(16);
        match bytes[i] {
            b'%' => {
                if let (Some(h), Some(l)) = (
                    bytes.get(i + 1).copied().and_then(hex),
                    bytes.get(i + 2).copied().and_then(hex),
                ) {
                    out.push((h * 16 + l) as u8);
                    i += 3;
                    changed = true;
                    continue;
                }
                out.push(b'%');
            }
            b'+' => out.push(b' '),
            b => out.push(b),
        }
        i += 1;
    }
    // A form without a single escape may still have a plus for a space; a large text with a plus is a payload.
    (changed || s.contains('+') && s.len() < 1 << 16)
        .then(|| String::from_utf8_lossy(&out).into_owned())
}

/// Decodes XML and HTML references. None if there is none.
pub fn entities(s: &str) -> Option<String> {
    if !s.contains('&') || !s.contains(';') {
        return None;
    }
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    let mut changed = false;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let decoded = rest
            .char_indices()
            .take(12)
            .find(|(_, c)| *c == ';')
            .and_then(|(end, _)| {
                let c = match &rest[1..end] {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    "nbsp" => ' ',
                    numeric => {
                        let number = numeric.strip_prefix('#')?;
                        let code = match number.strip_prefix(['x', 'X']) {
                            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                            None => number.parse().ok()?,
                        };
                        char::from_u32(code)?
                    }
                };
                Some((c, end + 1))
            });
        match decoded {
            Some((c, used)) => {
                out.push(c);
                rest = &rest[used..];
                changed = true;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// The texts that runs of base64 decode to, gzip and zlib inside included.
pub fn base64_texts(s: &str) -> Vec<String> {
    let mut out = Vec::new();
    let bytes = s.as_bytes();
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let mut i = 0;
    while i < bytes.len() {
        if !is_base64(bytes[i]) {
            i += 1;
            continue;
        }
        let end = bytes[i..]
            .iter()
            .position(|b| !is_base64(*b))
            .map_or(bytes.len(), |n| i + n);
        if end - i >= MIN_BASE64 {
            out.extend(decode_text(&s[i..end]));
        }
        i = end;
    }
    out
}

/// The text that a run of base64 decodes to, if it is one.
fn decode_text(run: &str) -> Option<String> {
    let standard: String = run
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    // A cut may have left a piece of a group.
    let whole = &standard[..standard.len() - usize::from(standard.len() % 4 == 1)];
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let data = STANDARD_NO_PAD
        .decode(whole)
        .or_else(|_| engine.decode(whole))
        .ok()?;
    let data = if data.starts_with(&[0x1f, 0x8b]) {
        let mut inflated = Vec::new();
        // What was decoded before an error counts as well.
        let _ = flate2::read::MultiGzDecoder::new(data.as_slice())
            .take(MAX_INFLATED)
            .read_to_end(&mut inflated);
        inflated
    } else if is_zlib(&data) {
        let mut inflated = Vec::new();
        let _ = flate2::read::ZlibDecoder::new(data.as_slice())
            .take(MAX_INFLATED)
            .read_to_end(&mut inflated);
        inflated
    } else {
        data
    };
    let text = match std::str::from_utf8(&data) {
        Ok(text) => text,
        // A text that was cut in the middle of a character.
        Err(e) if e.valid_up_to() + 4 > data.len() => {
            std::str::from_utf8(&data[..e.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let odd = text
        .chars()
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        .count();
    (!text.is_empty() && odd == 0).then(|| text.to_owned())
}

/// The two bytes that zlib begins with (RFC 1950): deflate with a window of 32 KiB, divisible by 31.
fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_hides() {
        let inner = r#"{"Name":"张三丰","Id":"A1"}"#;
        let mut escaped = inner.to_owned();
        for _ in 0..6 {
            escaped = serde_json::to_string(&escaped).unwrap();
        }
        let base64 = base64::engine::general_purpose::URL_SAFE.encode(inner);
        for text in [
            escaped.as_str(),
            "%E5%BC%A0%E4%B8%89%E4%B8%B0",
            r"\u5f20\u4e09\u4e30",
            "&#x5f20;&#19977;&#x4e30;",
            &base64,
        ] {
            assert!(Haystack::of(text).folded.contains("张三丰"), "{text}");
        }
        assert_eq!(unescape(r"\ud83d\ude00").as_deref(), Some("😀"));
        assert!(Haystack::of("１１０１ ０５").compact.contains("110105"));
    }
}
