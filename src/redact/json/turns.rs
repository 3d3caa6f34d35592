//! Names and values in turn in one list, as Redis takes and gives a hash and structured loggers their fields:
//! `["HSET","kyc:17","name","张三","phone","138…"]`.
//!
//! A list of names of columns looks much the same, so one pair says nothing, a name that another one follows has no value, and values must be of
//! their kind beyond doubt.

use std::ops::Range;

use super::Frame;
use super::grid::elements;
use crate::redact::fields::ClassId;
use crate::redact::pass::Pass;

/// Lists with more strings are of something else.
const MOST: usize = 128;
/// Longer strings are no names of fields.
const NAME: usize = 40;

impl Pass<'_> {
    /// Takes out the values of a list that ends at `end`.
    pub(crate) fn turns(&mut self, t: &[u8], frame: &Frame, end: usize, at: usize) {
        let first = &t[frame.first.0..frame.first.1];
        // a list of messages
        if first.is_empty() || first.contains(&b' ') || !self.scratch.needles.is_empty() {
            return;
        }
        let strings: Vec<(Range<usize>, Option<ClassId>)> = elements(t, frame.start..end)
            .take(MOST)
            .map(|element| {
                let inner = element.start + 1..(element.end - 1).max(element.start + 1);
                let class = self.field_called(&t[element]);
                (inner, class)
            })
            .collect();
        let named = |i: usize| {
            strings.get(i).is_some_and(|(_, class)| class.is_some())
                && strings.get(i + 1).is_some_and(|(_, class)| class.is_none())
        };
        for (i, (_, class)) in strings.iter().enumerate() {
            let several = named(i + 2) || i > 1 && named(i - 2);
            let Some(class) = class.filter(|_| several && named(i)) else {
                continue;
            };
            let value = strings[i + 1].0.clone();
            let sure = self.class(class).is_some_and(|data| {
                data.category.is_some()
                    && data.is_everywhere()
                    && self.stands_out(&t[value.clone()], data)
            });
            if sure {
                self.late_value(t, value, false, at, class, frame.body, frame.mark);
            }
        }
    }

    /// The class of the field that an element names.
    fn field_called(&self, element: &[u8]) -> Option<ClassId> {
        let name = element.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let word =
            |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.') || *c >= 0x80;
        let may =
            (2..=NAME).contains(&name.len()) && !name[0].is_ascii_digit() && name.iter().all(word);
        if may {
            self.core.fields.exact(name)
        } else {
            None
        }
    }
}
