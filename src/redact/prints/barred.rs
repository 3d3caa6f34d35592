//! Labels and values in turn that only a bar or a tab divides: `|name|Tan Wei Ming|nric|S1234567D|`, and tables of which each line is one field.
//!
//! A bar says little, so one of the values must be of its kind beyond doubt; beside it those of the other labels count as well.

use std::ops::Range;

use crate::redact::fields::{ClassId, NO_CLASS};
use crate::redact::pass::Pass;
use crate::redact::words::spans::{filled_lines, pieces, trimmed};

/// A longer cell is no label.
const LABEL: usize = 64;
/// More pairs are a table of something else.
const MOST: usize = 64;

impl Pass<'_> {
    pub(crate) fn barred(&mut self, t: &[u8], at: usize, mark: usize) {
        let Some(first) = memchr::memchr2(b'|', b'\t', t) else {
            return;
        };
        let first = memchr::memrchr(b'\n', &t[..first]).map_or(0, |i| i + 1);
        let mut pairs: Vec<(Range<usize>, ClassId)> = Vec::new();
        let mut sure = false;
        for line in filled_lines(&t[first..]) {
            let mut class = NO_CLASS;
            let line = first + line.start..first + line.end;
            for cell in pieces(t, line, |c| matches!(c, b'|' | b'\t')) {
                let cell = trimmed(t, cell);
                let text = &t[cell.clone()];
                let label = match text.len() {
                    // what was taken out is a value, whatever it is called
                    1..=LABEL if !self.core.catalog.is_placeholder(text) => {
                        self.core.fields.exact(text)
                    }
                    _ => None,
                };
                match label {
                    None if class != NO_CLASS && !text.is_empty() => {
                        sure |= self.is_sure(text, class);
                        pairs.push((cell, class));
                        class = NO_CLASS;
                    }
                    label => class = label.filter(|l| self.may_label(*l)).unwrap_or(NO_CLASS),
                }
            }
            if pairs.len() > MOST {
                return;
            }
        }
        if sure {
            for (value, class) in pairs {
                self.cell(t, value, class, at, mark);
            }
        }
    }

    fn may_label(&self, class: ClassId) -> bool {
        self.class(class)
            .is_some_and(|class| class.category.is_some() && class.is_everywhere())
    }

    /// Is it a value beyond doubt? A single word may be the head of a column.
    pub(super) fn is_sure(&self, value: &[u8], class: ClassId) -> bool {
        let several = |c: &u8| *c == b' ' || c.is_ascii_digit() || *c >= 0x80;
        value.iter().any(several)
            && self
                .class(class)
                .is_some_and(|class| self.stands_out(value, class))
    }
}
