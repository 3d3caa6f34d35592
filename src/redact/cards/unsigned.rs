//! Labels of a card that nothing but a space divides from their values, several of them on a line: `Nationality MALAYSIA Sex M Place of birth JOHOR`.
//!
//! One such label says little (`Address Verification Service`), so three must have values that look like theirs, or two beside a number, a name or a birth date that
//! was found already. Each value goes on up to the next label or its line's end.

use std::ops::Range;

use crate::patterns::schema::ValueRule;
use crate::redact::fields::{Class, ClassId};
use crate::redact::pass::Pass;
use crate::redact::words::spans::lines;

/// Longer texts are no card.
const CARD: usize = 1 << 11;
/// Words of a label, at most.
const WORDS: usize = 4;
/// Values that make a card.
const VALUES: usize = 3;

struct Label {
    span: Range<usize>,
    class: ClassId,
}

impl Pass<'_> {
    pub(crate) fn unsigned_labels(&mut self, t: &[u8], at: usize, mark: usize) {
        if t.len() > CARD
            || !(self.core.card_signs)
                .iter()
                .any(|sign| sign.find(t).is_some())
        {
            return;
        }
        let mut values = Vec::new();
        let mut kinds: Vec<ClassId> = Vec::new();
        for span in lines(t) {
            let labels = self.labels_of(t, span.clone());
            for (i, label) in labels.iter().enumerate() {
                let end = labels.get(i + 1).map_or(span.end, |next| next.span.start);
                let Some(value) = self.unsigned_value(t, label, end) else {
                    continue;
                };
                values.push((value, label.class));
                if !kinds.contains(&label.class) {
                    kinds.push(label.class);
                }
            }
        }
        if kinds.len() + usize::from(self.has_person(mark)) < VALUES {
            return;
        }
        for (value, class) in values {
            if let Some(category) = self.class(class).and_then(|c| c.category) {
                self.take_labelled(t, value, at, mark, class, category, b"");
            }
        }
    }

    /// The labels on a line that begin with a capital or in another script.
    fn labels_of(&self, t: &[u8], line: Range<usize>) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        let mut words = Vec::new();
        let mut from = line.start;
        for word in t[line.clone()].split(|c| matches!(c, b' ' | b'\t')) {
            if !word.is_empty() {
                words.push(from..from + word.len());
            }
            from += word.len() + 1;
        }
        let mut next = 0;
        while let Some(first) = words.get(next) {
            next += 1;
            if !t[first.start].is_ascii_uppercase() && t[first.start] < 0x80 {
                continue;
            }
            let last = words.len().min(next + WORDS - 1);
            let found = (next..=last).rev().find_map(|n| {
                let span = first.start..words[n - 1].end;
                let class = self.core.fields.exact(&t[span.clone()])?;
                let data = self.class(class)?;
                let secret = |c| self.core.catalog.is_secret(c);
                let counts = data.category.is_some_and(|c| !secret(c)) && data.is_everywhere();
                counts.then_some((n, Label { span, class }))
            });
            if let Some((n, label)) = found {
                next = n;
                labels.push(label);
            }
        }
        labels
    }

    /// What stands between a label and the next one, if it looks like a value of its kind.
    fn unsigned_value(&self, t: &[u8], label: &Label, end: usize) -> Option<Range<usize>> {
        let class = self.class(label.class)?;
        let is_address = class.category.is_some_and(|c| self.core.is_address(c));
        let start = label.span.end + t[label.span.end..end].len()
            - t[label.span.end..end].trim_ascii_start().len();
        let start = start + self.core.names.card_title(&t[start..end]);
        let mut stop = start;
        for word in t[start..end].split_inclusive(|c| *c == b' ') {
            let other = word.iter().any(|c| matches!(c, b'=' | b':' | b'{' | b'"'));
            if other || !is_address && word[0].is_ascii_lowercase() {
                break;
            }
            stop += word.len();
        }
        let value = start..start + t[start..stop].trim_ascii_end().len();
        let text = &t[value.clone()];
        (!text.is_empty() && self.is_unsigned(text, class, is_address)).then_some(value)
    }

    fn is_unsigned(&self, value: &[u8], class: &Class, is_address: bool) -> bool {
        let Ok(text) = std::str::from_utf8(value) else {
            return false;
        };
        let names = &self.core.names;
        let capitals = !value.iter().any(u8::is_ascii_lowercase);
        let is_name = class.category.is_some_and(|c| self.core.is_name(c));
        let word = value.len() > 2 && names.is_common_word(text) && !names.is_latin_name(text);
        // `Nationality MALAYSIA`
        if (word || names.is_all_words(value)) && (is_name || !capitals) {
            return false;
        }
        if is_name {
            return text.starts_with(|c: char| c.is_uppercase() || !c.is_ascii())
                && self.fills(value, class, false);
        }
        match class.label_value {
            ValueRule::Text if is_address => {
                capitals || value.contains(&b',') || self.fills(value, class, false)
            }
            ValueRule::Place | ValueRule::Places => capitals || value.contains(&b','),
            ValueRule::Any | ValueRule::Text | ValueRule::Person => {
                value[0].is_ascii_uppercase() && self.fills(value, class, false)
            }
            ValueRule::Number | ValueRule::Phone | ValueRule::Date => {
                self.fills(value, class, false)
            }
            _ => false,
        }
    }
}
