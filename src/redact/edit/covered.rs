//! Which parts of a text are replaced already, where these are many: to go through all edits for each candidate takes quadratic time.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Edit;

/// The parts that a list's edits from one on replace.
#[derive(Default)]
pub(crate) struct Covered {
    /// The first edit that counts, and the first that is not known yet.
    from: usize,
    known: usize,
    /// Where each part begins and ends; none overlaps another.
    parts: BTreeMap<usize, usize>,
}

impl Covered {
    /// Brings it up to date with the edits of `list` from `from` on.
    pub fn learn(&mut self, list: &[Edit], from: usize) {
        if self.from != from {
            self.parts.clear();
            (self.from, self.known) = (from, from);
        }
        for edit in &list[self.known..] {
            self.add(edit.start, edit.end);
        }
        self.known = list.len();
    }

    /// The edits from `index` on are not any more what they were.
    pub fn forget(&mut self, index: usize) {
        if index < self.known {
            self.parts.clear();
            self.known = self.from.min(index);
            self.from = self.known;
        }
    }

    /// Is any byte of the span replaced?
    pub fn touches(&self, span: &Range<usize>) -> bool {
        let last = self.parts.range(..span.end).next_back();
        last.is_some_and(|(_, end)| span.start < *end)
    }

    /// The replaced parts of which any byte is in the span, in order.
    pub fn parts_in(&self, span: &Range<usize>) -> Vec<Range<usize>> {
        let parts = self.parts.range(..span.end).rev();
        let mut parts: Vec<_> = parts
            .take_while(|(_, end)| span.start < **end)
            .map(|(start, end)| *start..*end)
            .collect();
        parts.reverse();
        parts
    }

    fn add(&mut self, mut start: usize, mut end: usize) {
        while let Some((&before, &until)) = self.parts.range(..end).next_back()
            && start < until
        {
            self.parts.remove(&before);
            (start, end) = (start.min(before), end.max(until));
        }
        self.parts.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn as_each_edit_says(
            spans in proptest::collection::vec((0..60usize, 1..9usize), 0..30),
            asked in proptest::collection::vec((0..60usize, 1..9usize), 0..30),
        ) {
            let mut covered = Covered::default();
            for (start, length) in &spans {
                covered.add(*start, start + length);
            }
            for (start, length) in asked {
                let end = start + length;
                let expected = spans.iter().any(|(s, l)| *s < end && start < s + l);
                proptest::prop_assert_eq!(covered.touches(&(start..end)), expected);
                let parts = covered.parts_in(&(start..end));
                proptest::prop_assert_eq!(parts.is_empty(), !expected);
                proptest::prop_assert!(parts.iter().all(|p| p.start < end && start < p.end));
            }
        }
    }
}
