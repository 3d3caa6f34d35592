//! The row that a database refused, `Failing row contains (1042, 张三, 110…, PENDING, 2026-11-23 10:20:30+08, null)`: none of its columns is named.
//! What only a program writes stays: short numbers, states, times, identifiers. The rest goes.

use std::ops::Range;

use crate::redact::pass::{Pass, Rule};
use crate::redact::text::machines::is_program_value;

/// How long a row may be, in bytes.
const LONGEST: usize = 8192;
/// A longer value is no name.
const LONGEST_NAME: usize = 256;

impl Pass<'_> {
    /// The row that begins at `start`, behind its bracket.
    pub(crate) fn refused_row(&mut self, t: &[u8], start: usize, at: usize, mark: usize) {
        let rest = &t[start..t.len().min(start + LONGEST)];
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = memchr::memmem::find(&rest[..line], b").")
            .or_else(|| memchr::memrchr(b')', &rest[..line]))
            .unwrap_or(line);
        let mut from = start;
        for item in t[start..start + end].split(|c| *c == b',') {
            let begin = from + (item.len() - item.trim_ascii_start().len());
            let span = begin..begin + item.trim_ascii().len();
            from += item.len() + 1;
            self.refused_value(t, span, at, mark);
        }
    }

    fn refused_value(&mut self, t: &[u8], span: Range<usize>, at: usize, mark: usize) {
        let quoted = |c: &u8| matches!(c, b'"' | b'\'');
        let cut = usize::from(span.len() > 2 && quoted(&t[span.start]) && quoted(&t[span.end - 1]));
        let span = span.start + cut..span.end - cut;
        let core = self.core;
        let value = &t[span.clone()];
        let Ok(text) = std::str::from_utf8(value) else {
            return;
        };
        let placed = at + span.start..at + span.end;
        if value.is_empty()
            || core.catalog.next_placeholder(value, 0).is_some()
            || self.scratch.edits.touches(mark, placed.clone())
        {
            return;
        }
        if let Some(category) = core.name_category
            && text.len() <= LONGEST_NAME
            && core.names.is_person(text, |word| core.is_label(word))
        {
            self.take_name(t, span, at, mark, category, "name in a refused row");
            return;
        }
        if is_program_value(value) && !(value.len() > 1 && core.names.is_latin_name(text)) {
            return;
        }
        let known = |_| true;
        let pattern = core.shapes.identify(value, known);
        let category = pattern.map(|p| core.shapes.patterns[p as usize].category);
        if let Some(category) = category.or(core.opaque) {
            let rule = Rule::Named("value in a refused row");
            self.take(value, placed, category, rule, 0, b"");
        }
    }
}
