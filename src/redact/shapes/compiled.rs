//! Patterns made ready for use: their forms by length, their context words and checks.

use super::cluster::MAX_COMPACT;
use super::shape::{CharClass, Forms, Shape, expand};
use super::{PatternId, Shapes};
use crate::patterns::schema::{Alone, MachineNumbers, Pattern};
use crate::redact::checksum;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::context::{Contexts, MOST_PATTERNS};
use crate::redact::words::Words;

/// The shortest number for which a check digit and the record's country are enough.
const LONG_HINT: usize = 9;

/// A pattern, ready for use.
pub(crate) struct Compiled {
    pub id: String,
    pub category: CategoryId,
    pub(super) alone: Alone,
    pub(super) groups: Vec<Vec<u8>>,
    pub(super) any_groups: bool,
    /// Separators that make a grouped value strong.
    pub(super) separators: Option<Vec<u8>>,
    pub(super) check: Option<checksum::Check>,
    /// Index into the countries, plus one; zero for none.
    pub country: u8,
    pub(super) has_context: bool,
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
    pub(super) fn is_hinted(&self, length: usize) -> bool {
        self.country != 0 && self.check.is_some() && length >= LONG_HINT
    }

    /// Is a value written in groups of these lengths one of it?
    pub(crate) fn is_grouped_as(&self, lengths: &[u8]) -> bool {
        self.groups.iter().any(|groups| groups == lengths)
    }

    /// Does its check confirm a value? One without a check confirms none.
    pub(crate) fn confirms(&self, compact: &[u8]) -> bool {
        self.check.is_some_and(|check| check(compact))
    }
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
            for classes in forms_of(pattern)? {
                by_length[classes.len()].push(Shape::new(id, &classes));
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
            times: Words::new(&machines.times),
            units: machines.units.clone(),
        })
    }
}

/// Could a pattern's shapes and check be used?
///
/// # Errors
/// Says which could not, and why.
pub(crate) fn try_pattern(pattern: &Pattern) -> Result<(), String> {
    forms_of(pattern)?;
    checksum::of(pattern)?;
    Ok(())
}

/// All forms of a pattern's shapes.
fn forms_of(pattern: &Pattern) -> Result<Vec<Vec<CharClass>>, String> {
    let mut all = Vec::new();
    for shape in &pattern.shape {
        let wrong = |what| format!("pattern {}: shape {shape:?} is {what}", pattern.id);
        let forms = expand(shape).ok_or_else(|| wrong("not well formed".into()))?;
        if forms
            .iter()
            .any(|form| !(1..=MAX_COMPACT).contains(&form.len()))
        {
            return Err(wrong(format!("empty or longer than {MAX_COMPACT}")));
        }
        all.extend(forms);
    }
    Ok(all)
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
