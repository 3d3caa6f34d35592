//! What a value is: value patterns compiled for lookup, and one decision per candidate.
//!
//! No automaton runs over text. A *candidate* is a cluster of words that hold digits (`1-2345-45678-78-1`, `A123456(3)`); the length of its
//! letters and digits selects the few shapes that could fit, the shape is compared, the check digit computed, and for weak shapes a
//! context word is looked for nearby. The longest window that counts wins; nothing is replaced in a chain, so that no rule
//! can eat what another one would have recognised.

pub(crate) mod cluster;
mod compiled;
pub(crate) mod shape;
pub(crate) mod surroundings;
mod whole;

use std::cell::OnceCell;
use std::ops::Range;

use crate::patterns::schema::Alone;
use crate::redact::fields::context::{Contexts, PatternSet};
use crate::redact::scan::next_digit;
use crate::redact::words::Words;
use cluster::{Compact, MAX_COMPACT, MAX_WORDS, Word, cluster};
pub(crate) use compiled::{Compiled, try_pattern};
use shape::{Forms, Shape};
use surroundings::{
    is_epoch, is_measured, is_named, is_prose, within_ip, within_list, within_number,
    within_token_of, within_uuid,
};

/// How far before a number a word may stand that makes it a machine's, in bytes.
const MACHINE_WORD: usize = 48;
/// From this length on a check digit is hardly ever right by chance where the form is.
const SURE_LENGTH: usize = 15;
/// Index of a pattern.
pub(crate) type PatternId = u16;

/// A value found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub start: usize,
    pub end: usize,
    pub pattern: PatternId,
    /// Counts only if the record turns out to belong to this country (see [`Compiled::country`]); zero: counts anyway.
    pub only_in: u8,
}

/// All shape patterns.
pub(crate) struct Shapes {
    pub patterns: Vec<Compiled>,
    by_length: Vec<Forms>,
    shortest: usize,
    fewest_digits: usize,
    contexts: Contexts,
    /// Words right before a number that say it is a machine's.
    machines: Words,
    /// The same for what is digits and nothing else.
    measures: Words,
    /// The same for what may be a time.
    times: Words,
    /// What stands behind a measure.
    units: Vec<String>,
}

impl Shapes {
    /// The patterns that the key or label which a text stands under makes count.
    pub fn of_key(&self, key: &[u8]) -> PatternSet {
        self.contexts.of_key(key)
    }

    /// Does a text hold as many digits as any value has?
    pub fn worth(&self, text: &[u8]) -> bool {
        let mut from = 0;
        text.len() >= self.shortest
            && (0..self.fewest_digits).all(|_| match next_digit(text, from) {
                Some(digit) => {
                    from = digit + 1;
                    true
                }
                None => false,
            })
    }

    /// The next value in `text` at or after `from`; `by_key` is what [`Self::of_key`] says of its key.
    pub fn find(&self, text: &[u8], mut from: usize, by_key: &PatternSet) -> Option<Found> {
        let mut words = [Word::default(); MAX_WORDS];
        while let Some(digit) = next_digit(text, from) {
            let (count, cluster_end) = cluster(text, digit, from, &mut words);
            if let Some(found) = self.best(text, &words[..count], by_key) {
                return Some(found);
            }
            from = cluster_end.max(digit + 1);
        }
        None
    }

    /// The first window of words, longest first, that is a value that counts.
    fn best(&self, text: &[u8], words: &[Word], by_key: &PatternSet) -> Option<Found> {
        for first in 0..words.len() {
            let rest = words[first..].iter();
            let mut length: usize = rest.clone().map(Word::len).sum();
            let mut digits: usize = rest.map(|w| w.digits).sum();
            for last in (first..words.len()).rev() {
                let forms = self.by_length.get(length);
                let may_hold = forms.is_some_and(|forms| forms.may_hold(digits));
                length -= words[last].len();
                digits -= words[last].digits;
                if !may_hold {
                    continue;
                }
                let window = &words[first..=last];
                let mut compact = Compact::default();
                for w in window {
                    compact.add(&text[w.start..w.end]);
                }
                if let Some(found) = self.decide(text, window, &compact, by_key) {
                    return Some(found);
                }
            }
            if let Some(found) = self.glued(text, words[first], by_key) {
                return Some(found);
            }
        }
        None
    }

    /// A value glued to letters: `cardno11010519491231002X`. Only shapes that a check digit makes strong: `job13912345678` is no telephone.
    fn glued(&self, text: &[u8], word: Word, by_key: &PatternSet) -> Option<Found> {
        let bytes = &text[word.start..word.end];
        let letters = bytes.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        if letters < 2
            || bytes.len() - letters < 10
            || bytes.len() - letters > MAX_COMPACT
            || word.digits + 1 < bytes.len() - letters
        {
            return None;
        }
        let rest = Word {
            start: word.start + letters,
            end: word.end,
            digits: word.digits,
        };
        let mut compact = Compact::default();
        compact.add(&text[rest.start..rest.end]);
        let lettered = compact.bytes().iter().any(u8::is_ascii_alphabetic);
        if compact.bytes().len() < SURE_LENGTH && !lettered {
            return None;
        }
        self.decide(text, &[rest], &compact, by_key)
            .filter(|f| self.patterns[f.pattern as usize].is_proven())
    }

    fn decide(
        &self,
        text: &[u8],
        window: &[Word],
        compact: &Compact,
        by_key: &PatternSet,
    ) -> Option<Found> {
        let bytes = compact.bytes();
        let shapes = self.by_length[bytes.len()].of(bytes, compact.digits);
        self.decide_of(shapes, text, window, bytes, by_key)
    }

    fn decide_of<'s>(
        &self,
        shapes: impl Iterator<Item = &'s Shape>,
        text: &[u8],
        window: &[Word],
        compact: &[u8],
        by_key: &PatternSet,
    ) -> Option<Found> {
        let (start, mut end) = (window[0].start, window[window.len() - 1].end);
        let bracketed = window.len() > 1 && text[window[window.len() - 1].start - 1] == b'(';
        if bracketed && text.get(end) == Some(&b')') {
            end += 1;
        } else if bracketed {
            return None;
        }
        let mut only_in = None;
        let grouped = window.len() > 1;
        // asked at most once, and only where the answer matters
        let (within_token, near, within_machines) =
            (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let within_token = || *within_token.get_or_init(|| within_token_of(text, start, end));
        // a part of a UUID or of an IP address
        let within_machines = || {
            *within_machines
                .get_or_init(|| within_uuid(text, start, end) || within_ip(text, start, end))
        };
        let near = || near.get_or_init(|| self.contexts.near(text, start, end));
        for shape in shapes {
            let pattern = &self.patterns[shape.pattern as usize];
            let exact_groups = grouped && pattern.groups.iter().any(|g| fits(g, window));
            if grouped && !pattern.any_groups && !exact_groups {
                continue;
            }
            let strong = match pattern.alone {
                Alone::Always => true,
                Alone::Grouped => {
                    exact_groups
                        && match &pattern.separators {
                            None => !text[start..end].contains(&b'.'),
                            Some(trusted) => text[start..end].iter().all(|c| {
                                c.is_ascii_alphanumeric() || *c == b')' || trusted.contains(c)
                            }),
                        }
                }
                Alone::Never => false,
            };
            // a date and one check digit pass by chance too often behind `order`
            let proven = pattern.is_proven()
                && (compact.len() >= SURE_LENGTH || compact.iter().any(u8::is_ascii_alphabetic));
            let piece = || {
                within_number(text, start, end)
                    || within_machines()
                    || (grouped && within_list(text, window))
            };
            let behind = || self.is_machines(text, start..end);
            let machines = || is_named(text, start, end) || behind();
            let prose = || is_prose(text, window, compact.len(), pattern.check.is_some());
            let strong = strong && !piece() && (proven || !machines()) && !prose();
            let counts = strong
                || (pattern.has_context
                    && (grouped || !within_token())
                    && !(grouped && within_machines())
                    && (by_key.contains(shape.pattern)
                        || (near().contains(shape.pattern) && !behind())));
            let hinted = !counts
                && only_in.is_none()
                && pattern.is_hinted(compact.len())
                && !is_epoch(compact)
                && !within_token()
                && !behind();
            if !(counts || hinted) || !pattern.check.is_none_or(|check| check(compact)) {
                continue;
            }
            let found = self.found(start..end, shape.pattern, counts);
            if counts {
                return Some(found);
            }
            only_in = Some(found);
        }
        only_in
    }

    /// A value of a pattern, that counts anyway or in the pattern's country.
    fn found(&self, span: Range<usize>, pattern: PatternId, counts: bool) -> Found {
        let country = self.patterns[usize::from(pattern)].country;
        Found {
            start: span.start,
            end: span.end,
            pattern,
            only_in: if counts { 0 } else { country },
        }
    }

    /// Does a word stand right before the number that says it is a machine's, or a unit right behind it?
    fn is_machines(&self, text: &[u8], number: Range<usize>) -> bool {
        let digits = || text[number.clone()].iter().all(u8::is_ascii_digit);
        if is_measured(&text[number.end..], &self.units) && digits() {
            return true;
        }
        let before = &text[number.start.saturating_sub(MACHINE_WORD)..number.start];
        if before.is_empty() {
            return false;
        }
        let joint = |c: &u8| {
            matches!(
                c,
                b' ' | b':' | b'=' | b'#' | b'-' | b'_' | b'"' | b'/' | b'\\'
            )
        };
        // ('offset', 536294125628)
        let parted = |between: &[u8]| matches!(between, b"', " | b"\", ");
        let stands = |words: &Words| {
            let mut found = false;
            words.each(before, |from, to, _| {
                let between = &before[to..];
                found |= (between.iter().all(joint) || parted(between))
                    && (from == 0 || !before[from - 1].is_ascii_alphabetic());
            });
            found
        };
        stands(&self.machines)
            || digits() && stands(&self.measures)
            || is_epoch(&text[number.clone()]) && stands(&self.times)
    }
}

/// Do the groups have the lengths of the words?
fn fits(groups: &[u8], window: &[Word]) -> bool {
    groups.len() == window.len()
        && groups
            .iter()
            .zip(window)
            .all(|(g, w)| *g as usize == w.len())
}
