//! What a value is: value patterns compiled for lookup, and one decision per candidate.
//!
//! No automaton runs over text. A *candidate* is a cluster of words that hold digits (`1-2345-45678-78-1`, `A123456(3)`); the length of its
//! letters and digits selects the few shapes that could fit, the shape is compared, the check digit computed, and for weak shapes a
//! context word is looked for nearby. The longest window that counts wins; nothing is replaced in a chain, so that no rule
//! can eat what another one would have recognised.

pub(crate) mod cluster;
pub(crate) mod shape;
pub(crate) mod surroundings;

use std::cell::OnceCell;
use std::ops::Range;

use crate::patterns::schema::{Alone, MachineNumbers, Pattern};
use crate::redact::checksum;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::context::{Contexts, MOST_PATTERNS, PatternSet};
use crate::redact::scan::next_digit;
use crate::redact::words::Words;
use cluster::{Compact, MAX_COMPACT, MAX_WORDS, Word, cluster};
use shape::{Forms, Shape, expand};
use surroundings::{is_epoch, is_named, within_list, within_number, within_token_of, within_uuid};

/// How far before a number a word may stand that makes it a machine's, in bytes.
const MACHINE_WORD: usize = 48;
/// The shortest number for which a check digit and the record's country are enough.
const LONG_HINT: usize = 9;
/// Index of a pattern.
pub(crate) type PatternId = u16;

/// A pattern, ready for use.
pub(crate) struct Compiled {
    pub id: String,
    pub category: CategoryId,
    alone: Alone,
    groups: Vec<Vec<u8>>,
    any_groups: bool,
    /// Separators that make a grouped value strong.
    separators: Option<Vec<u8>>,
    check: Option<checksum::Check>,
    /// Index into the countries, plus one; zero for none.
    pub country: u8,
    has_context: bool,
    /// An identity number; of telephones and cards no check says as much.
    proven: bool,
}

impl Compiled {
    /// Is it strong by itself, and for a check digit rather than a numbering plan?
    pub fn is_proven(&self) -> bool {
        self.alone == Alone::Always && self.proven
    }

    /// Does the country of the record make a value of so many letters and digits count? A country alone is a weak hint: it needs a check
    /// digit or a long number beside it.
    fn is_hinted(&self, length: usize) -> bool {
        self.country != 0 && self.check.is_some() && length >= LONG_HINT
    }
}

impl Compiled {
    /// Is a value written in groups of these lengths one of it?
    pub(crate) fn is_grouped_as(&self, lengths: &[u8]) -> bool {
        self.groups.iter().any(|groups| groups == lengths)
    }

    /// Does its check confirm a value? One without a check confirms none.
    pub(crate) fn confirms(&self, compact: &[u8]) -> bool {
        self.check.is_some_and(|check| check(compact))
    }
}

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
}

impl Shapes {
    /// Compiles the patterns that have shapes. `countries` are ISO codes.
    pub fn new(
        patterns: &[(Pattern, CategoryId)],
        countries: &[String],
        machines: &MachineNumbers,
    ) -> Result<Self, String> {
        let mut by_length: Vec<Vec<Shape>> = (0..=MAX_COMPACT).map(|_| Vec::new()).collect();
        let mut compiled = Vec::new();
        let (mut words, mut context_of): (Vec<String>, Vec<Vec<PatternId>>) =
            (Vec::new(), Vec::new());
        if patterns.len() > MOST_PATTERNS {
            return Err(format!("more than {MOST_PATTERNS} patterns with a shape"));
        }
        for (i, (pattern, category)) in patterns.iter().enumerate() {
            let id = i as PatternId;
            for shape in &pattern.shape {
                for classes in expand(shape).ok_or_else(|| {
                    format!("pattern {}: shape {shape:?} is not well formed", pattern.id)
                })? {
                    let length = classes.len();
                    if length == 0 || length > MAX_COMPACT {
                        return Err(format!(
                            "pattern {}: shape {shape:?} is empty or longer than {MAX_COMPACT}",
                            pattern.id
                        ));
                    }
                    by_length[length].push(Shape::new(id, &classes));
                }
            }
            note_words(&pattern.context, id, &mut words, &mut context_of);
            let check = checksum::of(pattern)?;
            compiled.push(Compiled {
                id: pattern.id.clone(),
                category: *category,
                alone: pattern.alone,
                any_groups: pattern.groups.iter().any(|g| g == "*"),
                groups: pattern
                    .groups
                    .iter()
                    .filter(|g| *g != "*")
                    .map(|g| g.split('-').filter_map(|n| n.parse().ok()).collect())
                    .collect(),
                separators: pattern.separators.as_ref().map(|s| s.clone().into_bytes()),
                check,
                country: pattern
                    .country
                    .as_ref()
                    .and_then(|c| countries.iter().position(|k| k == c))
                    .map_or(0, |i| i as u8 + 1),
                has_context: !pattern.context.is_empty(),
                proven: check.is_some() && pattern.category.starts_with("id_number"),
            });
        }
        let shortest = by_length
            .iter()
            .position(|s| !s.is_empty())
            .unwrap_or(MAX_COMPACT);
        let shapes = by_length.iter().flatten();
        let fewest_digits = shapes.map(Shape::fewest_digits).min().unwrap_or(0);
        let counts_bare = |shape: &Shape, length: usize| {
            let pattern: &Compiled = &compiled[usize::from(shape.pattern)];
            pattern.alone == Alone::Always || pattern.is_hinted(length)
        };
        let by_length = by_length.into_iter().enumerate();
        let by_length = by_length
            .map(|(length, shapes)| Forms::new(shapes, |shape| counts_bare(shape, length)))
            .collect();
        Ok(Self {
            patterns: compiled,
            by_length,
            shortest,
            fewest_digits,
            contexts: Contexts::new(words, context_of),
            machines: Words::new(&machines.words),
            measures: Words::new(&machines.measures),
        })
    }

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

    /// What a bare number is, of which the sign does not belong to the value.
    pub fn bare(&self, number: &[u8], by_key: &PatternSet) -> Option<Found> {
        let start = usize::from(number.first() == Some(&b'-'));
        let length = number.len() - start;
        if length > MAX_COMPACT {
            return None;
        }
        let compact = &number[start..];
        let forms = &self.by_length[length];
        if *by_key != PatternSet::default() {
            let word = Word {
                start,
                end: number.len(),
                digits: length,
            };
            let shapes = forms.of(compact, (1 << length) - 1);
            return self.decide_of(shapes, number, &[word], compact, by_key);
        }
        // nothing stands around it that could make a weak one count, or a strong one not
        let mut only_in = None;
        for shape in forms.bare(compact) {
            let pattern = &self.patterns[usize::from(shape.pattern)];
            let counts = pattern.alone == Alone::Always;
            let hinted = pattern.is_hinted(length) && only_in.is_none() && !is_epoch(compact);
            if !(counts || hinted) || !pattern.check.is_none_or(|check| check(compact)) {
                continue;
            }
            let found = Found {
                start,
                end: number.len(),
                pattern: shape.pattern,
                only_in: if counts { 0 } else { pattern.country },
            };
            if counts {
                return Some(found);
            }
            only_in = Some(found);
        }
        only_in
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
            for last in (first..words.len()).rev() {
                let window = &words[first..=last];
                let length: usize = window.iter().map(|w| w.end - w.start).sum();
                let digits = window.iter().map(|w| w.digits).sum();
                let forms = self.by_length.get(length);
                if !forms.is_some_and(|forms| forms.may_hold(digits)) {
                    continue;
                }
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
        let (within_token, near) = (OnceCell::new(), OnceCell::new());
        let within_token = || *within_token.get_or_init(|| within_token_of(text, start, end));
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
                && (compact.len() >= 15 || compact.iter().any(u8::is_ascii_alphabetic));
            let piece = || {
                within_number(text, start, end)
                    || within_uuid(text, start)
                    || (grouped && within_list(text, window))
            };
            let behind = || self.is_machines(text, start..end);
            let machines = || is_named(text, start, end) || behind();
            let strong = strong && !piece() && (proven || !machines());
            let counts = strong
                || (pattern.has_context
                    && (grouped || !within_token())
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
            let found = Found {
                start,
                end,
                pattern: shape.pattern,
                only_in: if counts { 0 } else { pattern.country },
            };
            if counts {
                return Some(found);
            }
            only_in = Some(found);
        }
        only_in
    }

    /// Does a word stand right before the number that says it is a machine's?
    fn is_machines(&self, text: &[u8], number: Range<usize>) -> bool {
        let before = &text[number.start.saturating_sub(MACHINE_WORD)..number.start];
        if before.is_empty() {
            return false;
        }
        let joint = |c: &u8| matches!(c, b' ' | b':' | b'=' | b'#' | b'-' | b'_' | b'"' | b'/');
        let stands = |words: &Words| {
            let mut found = false;
            words.each(before, |from, to, _| {
                found |= before[to..].iter().all(joint)
                    && (from == 0 || !before[from - 1].is_ascii_alphabetic());
            });
            found
        };
        let digits = || text[number].iter().all(u8::is_ascii_digit);
        stands(&self.machines) || digits() && stands(&self.measures)
    }

    /// Which pattern of the given categories a whole value is, whatever stands around it: for values under a telling key.
    /// `None` if none fits or several weak ones do.
    pub fn identify(&self, value: &[u8], wanted: impl Fn(CategoryId) -> bool) -> Option<PatternId> {
        if !value.is_ascii() {
            return None;
        }
        let mut compact = Compact::default();
        if !compact.add(value) {
            return None;
        }
        let (compact, digits) = (compact.bytes(), compact.digits);
        let n = compact.len();
        let forms = &self.by_length[n];
        if !forms.may_hold(digits.count_ones() as usize) {
            return None;
        }
        // what a check confirms comes before what merely has the length
        let mut fitting: Option<PatternId> = None;
        let mut several = false;
        for shape in forms.of(compact, digits) {
            let pattern = &self.patterns[shape.pattern as usize];
            if wanted(pattern.category) && pattern.check.is_none_or(|check| check(compact)) {
                if pattern.alone == Alone::Always {
                    return Some(shape.pattern);
                }
                let other = fitting.map(|id| &self.patterns[usize::from(id)]);
                // of short numbers a tenth passes a check digit by chance
                let surer =
                    |a: &Compiled, b: &Compiled| n >= 14 && a.check.is_some() && b.check.is_none();
                match other {
                    Some(other) if other.category == pattern.category || surer(other, pattern) => {}
                    Some(other) if !surer(pattern, other) => several = true,
                    _ => (fitting, several) = (Some(shape.pattern), false),
                }
            }
        }
        fitting.filter(|_| !several)
    }
}

impl Shapes {
    /// The shapes that a value has.
    pub(crate) fn shapes_of<'s>(&'s self, compact: &'s Compact) -> impl Iterator<Item = &'s Shape> {
        let bytes = compact.bytes();
        self.by_length[bytes.len()].of(bytes, compact.digits)
    }

    /// Is a whole value written like the numbers of some country, and long enough for that to say something?
    pub fn is_national(&self, value: &[u8], wanted: impl Fn(CategoryId) -> bool) -> bool {
        if !(12..=MAX_COMPACT).contains(&value.len())
            || !value.iter().all(u8::is_ascii_alphanumeric)
            || is_epoch(value)
        {
            return false;
        }
        let mut compact = Compact::default();
        compact.add(value);
        let (compact, digits) = (compact.bytes(), compact.digits);
        self.by_length[compact.len()]
            .of(compact, digits)
            .any(|shape| {
                let pattern = &self.patterns[usize::from(shape.pattern)];
                wanted(pattern.category) && pattern.check.is_some_and(|check| check(compact))
            })
    }
}

/// Notes which patterns each word speaks about.
fn note_words(
    list: &[String],
    pattern: PatternId,
    words: &mut Vec<String>,
    of: &mut Vec<Vec<PatternId>>,
) {
    for word in list.iter().map(|w| w.to_lowercase()) {
        match words.iter().position(|w| *w == word) {
            Some(known) => of[known].push(pattern),
            None => {
                words.push(word);
                of.push(vec![pattern]);
            }
        }
    }
}

/// Do the groups have the lengths of the words?
fn fits(groups: &[u8], window: &[Word]) -> bool {
    groups.len() == window.len()
        && groups
            .iter()
            .zip(window)
            .all(|(g, w)| *g as usize == w.end - w.start)
}
