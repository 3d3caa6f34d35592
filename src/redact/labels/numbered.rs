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
        let core = self.core;
        for space in memchr::memchr_iter(b' ', t) {
            let start = space + 1;
            let begins = |c: &u8| c.is_ascii_digit() || c.is_ascii_uppercase();
            if t.get(start).is_some_and(begins) {
                // `my NRIC is S1234567D`
                let verb = core.said.of(&t[..space]);
                if verb > 0 {
                    self.said(t, space - verb, start, at, mark);
                    continue;
                }
            }
            if core.numbering.of(&t[..space]) == 0
                || !(t.get(start)).is_some_and(u8::is_ascii_alphanumeric)
                || !(t[start..].iter().take(BEGINNING)).any(u8::is_ascii_digit)
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

    /// A number or date behind a label and a verb: `my NRIC is S1234567D`, `date of birth given as 23 September 2001`.
    fn said(&mut self, t: &[u8], label: usize, start: usize, at: usize, mark: usize) {
        let core = self.core;
        let Some(class) = self.label_ending(t, label) else {
            return;
        };
        let Some((data, category)) = self.class(class).and_then(|c| Some((c, c.category?))) else {
            return;
        };
        let value = match data.label_value {
            ValueRule::Number | ValueRule::Phone => number(&core.shapes, t, start),
            ValueRule::Date => Some(start..start + core.dates.placed_run(&t[start..])),
            _ => None,
        };
        if let Some(value) = value.filter(|value| value.len() >= MIXED) {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }
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
