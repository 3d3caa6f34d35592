//! The strict posture: within request, response and debug bodies nothing stays that is not known to be harmless.
//!
//! What keys, labels and shapes tell is still found, so that one person can be followed; every other leaf becomes a label that says how
//! long it was. A text of which only a part was found goes as a whole: the rest may be what nobody thought of.

use std::io::Write;
use std::ops::Range;

use super::edit::Edit;
use super::fields::{NO_CLASS, Part};
use super::pass::{Context, Pass, Rule, known};
use super::scan::{Contents, string_end};
use super::settings::Posture;
use crate::patterns::schema::ActionName;

/// A number of so many digits may be a count or a score, a longer one may be anybody's.
const SMALL_NUMBER: usize = 6;
/// An array of so many numbers may be a template of a face.
const VECTOR: usize = 32;

/// Base64 of less than this is not opened.
const SHORTEST_BASE64: usize = 16;

impl Pass<'_> {
    /// Does this posture deny what it does not know, here?
    pub(crate) fn is_denying(&self, context: Context) -> bool {
        context.body && self.core.posture == Posture::Strict
    }

    /// Inspects a whole decoded value of a body.
    pub(crate) fn denied_text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        let start = t.len() - t.trim_ascii_start().len();
        let trimmed = start..start + t.trim_ascii().len();
        if trimmed.is_empty() || self.core.catalog.is_placeholder(t) {
            return;
        }
        let mark = self.scratch.edits.mark();
        match t[start] {
            b'{' | b'[' => match self.walk(t, start, at, context) {
                Ok(end) if end == trimmed.end => return,
                // cut or followed by something: what was understood of it may be wrong
                _ => self.scratch.edits.truncate(mark),
            },
            b'"' => {
                let string = string_end(t, start + 1).filter(|(end, _)| end + 1 == trimmed.end);
                if let Some((end, bits)) = string {
                    return self.string(t, start + 1..end, bits, at, context);
                }
            }
            _ => {}
        }
        if self.by_key(t, at, context, b"") {
            return;
        }
        let opened = self.open_base64(t, trimmed.clone(), at, context);
        let shrunk = |e: &Edit| e.length() < SHORTEST_BASE64;
        if opened && !self.scratch.edits.since(mark).iter().any(shrunk) {
            return;
        }
        if !opened {
            self.running_text(t, at, known(t, bits), context);
        }
        let whole = at + trimmed.start..at + trimmed.end;
        let named = self.names_field(&t[trimmed.clone()], context);
        match self.scratch.edits.since(mark) {
            // a label in base64 is too short to be opened again
            _ if opened => self.scratch.edits.truncate(mark),
            [] if named || self.is_harmless(&t[trimmed.clone()]) => return,
            [edit] if edit.covers(&whole) => return,
            _ => self.scratch.edits.truncate(mark),
        }
        let length = trimmed.len();
        self.deny(&t[trimmed], whole, "TEXT", length, "");
    }

    /// Inspects a number of a body that no key and no shape explains.
    pub(crate) fn denied_number(&mut self, t: &[u8], at: usize) {
        let digits = t.iter().filter(|c| c.is_ascii_digit()).count();
        if digits > SMALL_NUMBER {
            self.deny(t, at..at + t.len(), "NUMBER", digits, "\"");
        }
    }

    /// Takes out a long array of numbers that no key explains. True if it was one.
    pub(crate) fn denied_numbers(&mut self, inner: &[u8], span: Range<usize>) -> bool {
        let count = inner.iter().filter(|c| **c == b',').count() + 1;
        let denied = count >= VECTOR;
        if denied {
            self.deny(inner, span, "NUMBER", count, "\"");
        }
        denied
    }

    fn deny(&mut self, value: &[u8], span: Range<usize>, label: &str, length: usize, quote: &str) {
        let Some(category) = self.core.opaque else {
            return;
        };
        if !self.is_wanted(value, category, Rule::Named("strict"), ActionName::Label) {
            return;
        }
        self.scratch.edits.push(span, category, 0, false, |out| {
            // writing into a vector can't fail
            let _ = write!(out, "{quote}[{label}_{}]{quote}", length.min(99_999));
        });
    }

    /// Is it a field's name that we know, in an item of a list, `{"key": "TraceId", "value": …}`? Without it its value would be anybody's.
    fn names_field(&mut self, t: &[u8], context: Context) -> bool {
        let key = self.scratch.keys.meaning(context.key, &self.core.fields);
        let names = context.class == NO_CLASS && key.role.part == Part::Key;
        names && self.core.fields.exact(t).is_some()
    }

    /// Words of a program rather than of a person.
    fn is_harmless(&self, t: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(t) else {
            return false;
        };
        let number = |c: u8| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+' | b'%');
        if text.bytes().all(number) {
            return text.bytes().filter(u8::is_ascii_digit).count() <= SMALL_NUMBER;
        }
        let word = |c: u8| c.is_ascii_alphabetic() || matches!(c, b'_' | b'.' | b'-');
        if text.len() > 64 || !text.bytes().all(word) {
            return false;
        }
        let names = &self.core.names;
        let words: Vec<&str> = text.split(['_', '.', '-']).flat_map(humps).collect();
        let program = words.len() > 1 && words.iter().all(|w| w.len() > 2);
        !words.iter().any(|w| names.is_latin_name(w))
            && (program || words.iter().all(|w| names.is_common_word(w)))
    }
}

/// `FaceCompare`: the words that capitals begin.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let mut from = 0;
    let cuts = (1..=word.len()).filter(|i| {
        *i == bytes.len() || (bytes[i - 1].is_ascii_lowercase() && bytes[*i].is_ascii_uppercase())
    });
    cuts.map(move |to| {
        let hump = &word[from..to];
        from = to;
        hump
    })
}
