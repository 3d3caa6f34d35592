//! Numbers that nothing but a space divides from a label which says that it numbers something: `ID No. B4536759100`, `passport no K1234567E`.
//!
//! `no` and `number` promise a number, and a label before them says whose; behind a space still only what is long enough to be one.

use std::ops::Range;

use crate::patterns::schema::ValueRule;
use crate::redact::pass::Pass;
use crate::redact::shapes::Shapes;

/// Letters and digits of a number that has letters, at least.
const MIXED: usize = 7;
/// Digits of one that has none.
const DIGITS: usize = 8;
/// A number has its first digit within so many bytes.
const BEGINNING: usize = 12;

impl Pass<'_> {
    pub(crate) fn numbered(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut from = 0;
        while let Some(digit) = t[from..].iter().position(u8::is_ascii_digit) {
            let digit = from + digit;
            let beginning = &t[from.max(digit.saturating_sub(BEGINNING))..digit];
            let digits = t[digit..].iter().take_while(|c| c.is_ascii_digit());
            from = digit + digits.count();
            let Some(space) = memchr::memrchr(b' ', beginning) else {
                continue;
            };
            let start = digit - beginning.len() + space + 1;
            let space = start - 1;
            if !t[start].is_ascii_alphanumeric()
                || !numbers(&t[..space], &self.core.prose.numbering)
            {
                continue;
            }
            let Some(value) = number(&self.core.shapes, t, start) else {
                continue;
            };
            let placed = at + value.start..at + value.end;
            if self.scratch.edits.touches(mark, placed) {
                continue;
            }
            let Some(class) = self.label_ending(t, space) else {
                continue;
            };
            if let Some(data) = self.class(class)
                && let Some(category) = data.category
                && data.is_everywhere()
                && matches!(data.value, ValueRule::Number | ValueRule::Phone)
            {
                self.take_labelled(t, value, at, mark, class, category, b"");
            }
        }
    }
}

/// Does a text end with a word for a number?
fn numbers(text: &[u8], words: &[String]) -> bool {
    let word = text
        .iter()
        .rev()
        .take(7)
        .take_while(|c| **c != b' ')
        .count();
    let word = &text[text.len() - word..];
    (words.iter()).any(|w| w.as_bytes().eq_ignore_ascii_case(word))
}

/// The number at `start`, if it is one that a person may have and no date.
fn number(shapes: &Shapes, t: &[u8], start: usize) -> Option<Range<usize>> {
    let length = shapes.number_length(&t[start..]);
    let value = &t[start..start + length];
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let letters = value.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let long = if letters > 0 {
        digits >= 5 && digits + letters >= MIXED
    } else {
        digits >= DIGITS
    };
    let signs = value.iter().filter(|c| matches!(c, b'-' | b'/')).count();
    let date = signs == 2 && letters == 0 && digits == 8;
    let goes_on = t.get(start + length).is_some_and(|c| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'_' | b'-' | b'.')
                && t.get(start + length + 1)
                    .is_some_and(u8::is_ascii_alphanumeric)
    });
    (long && !date && !goes_on).then_some(start..start + length)
}
