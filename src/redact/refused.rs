//! The row that a database refused, `Failing row contains (1042, 张三, 110…, PENDING, 2026-11-23 10:20:30+08, null)`: none of its columns is named.
//! What only a program writes stays: short numbers, states, times, identifiers. The rest goes.

use std::ops::Range;

use super::pass::{Pass, Rule};

/// How long a row may be, in bytes.
const LONGEST: usize = 8192;
/// A longer value is no name.
const LONGEST_NAME: usize = 256;
/// A longer number may be a person's.
const SHORT_NUMBER: usize = 7;

impl Pass<'_> {
    /// The row that begins at `start`, behind its bracket.
    pub(super) fn refused_row(&mut self, t: &[u8], start: usize, at: usize, mark: usize) {
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
        if is_program(value) && !(value.len() > 1 && core.names.is_latin_name(text)) {
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

/// Does only a program write so: `42`, `0.93`, `null`, `PENDING`, `id_card`, `2026-11-23 10:20:30.123+08`, an identifier in hexadecimal?
fn is_program(value: &[u8]) -> bool {
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let number = |c: &u8| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+' | b':');
    let word = |c: &u8| c.is_ascii_alphabetic() || matches!(c, b'_' | b'-' | b'.');
    let date = value.len() == 10 && value.iter().filter(|c| **c == b'-').count() == 2;
    // F and M may be somebody's
    let gender = matches!(value, b"F" | b"M");
    let cased = value.iter().all(|c| !c.is_ascii_lowercase())
        || value.iter().all(|c| !c.is_ascii_uppercase());
    let decimal = memchr::memchr(b'.', value).is_some_and(|point| point <= SHORT_NUMBER)
        && value.iter().filter(|c| !c.is_ascii_digit()).count() == 1;
    decimal
        || digits <= SHORT_NUMBER && value.iter().all(number) && !date
        || digits == 0 && cased && !gender && value.iter().all(word)
        || is_time(value)
        || is_identifier(value)
}

/// A date with a time of day.
fn is_time(value: &[u8]) -> bool {
    let date = |c: &u8| c.is_ascii_digit() || *c == b'-';
    let time = |c: &u8| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'+' | b'-' | b'Z');
    let divided = value.split_at_checked(10).is_some_and(|(day, rest)| {
        day.iter().all(date)
            && matches!(rest.first(), Some(b' ' | b'T'))
            && rest[1..].iter().all(time)
            && rest[1..].contains(&b':')
    });
    divided && value.len() >= 15
}

/// `6f1c2d3e-8a4b-4c5d-9e6f-7a8b9c0d1e2f`
fn is_identifier(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, c)| match i {
            8 | 13 | 18 | 23 => *c == b'-',
            _ => c.is_ascii_hexdigit(),
        })
}
