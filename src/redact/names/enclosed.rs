//! Names in quotes or brackets that a word or a label promises, with no sign between: `name mismatch: 'Budi Santoso' vs 'Budi Susanto'`,
//! `expected "Lim Hui Ling" but was "Lim Hui Lin"`, `OCR name (NGUYEN VAN ANH) differs`.
//!
//! The quotes say where the value is, so the word before may be one of everyday; the value must be a name by itself.

use super::spoken::Promise;
use crate::redact::pass::Pass;

/// So far the end of a name is looked for, in bytes.
const REACH: usize = 64;

impl Pass<'_> {
    pub(crate) fn enclosed_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        let mut from = 0;
        for open in memchr::memchr3_iter(b'(', b'"', b'\'', t) {
            let begins = |c: &u8| c.is_ascii_uppercase() || *c >= 0xc3;
            if open < from || !t.get(open + 1).is_some_and(begins) {
                continue;
            }
            let head = t[..open]
                .iter()
                .rposition(|c| !matches!(c, b' ' | b':' | b'=' | b',' | b'\\' | b'!' | b'<' | b'>'))
                .map_or(0, |i| i + 1);
            if open - head > 4 || !self.promises(t, head) {
                continue;
            }
            let close = if t[open] == b'(' { b')' } else { t[open] };
            let rest = &t[open + 1..t.len().min(open + 1 + REACH)];
            let Some(length) = memchr::memchr(close, rest) else {
                continue;
            };
            let escape = usize::from(rest[..length].ends_with(b"\\"));
            let name = &rest[..length - escape];
            let is_label = |word: &str| core.is_label(word);
            if std::str::from_utf8(name).is_ok_and(|name| core.names.is_person(name, is_label)) {
                let span = open + 1..open + 1 + name.len();
                from = span.end + escape + 1;
                self.take_name(t, span, at, mark, category, "name in quotes");
            }
        }
    }

    /// Do the words that end at `end` promise a name in quotes or brackets?
    fn promises(&mut self, t: &[u8], end: usize) -> bool {
        match self.core.spoken.before(t, end) {
            Some(Some(promise)) => promise != Promise::Address,
            Some(None) => self
                .label_ending(t, end)
                .and_then(|class| self.class(class)?.category)
                .is_some_and(|category| self.core.is_name(category)),
            None => false,
        }
    }
}
