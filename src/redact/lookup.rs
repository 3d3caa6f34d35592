//! Word automata: labels of other scripts than Latin, cue words beside names, and the needles of regular expressions.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use regex::bytes::{Regex, RegexBuilder};

use super::action::CategoryId;
use super::checksum;
use super::fields::ClassId;
use super::json::holds;
use crate::patterns::schema::{FieldClass, Pattern};

/// A searcher for a few literals; leftmost-first is what lets the crate use its SIMD searcher.
pub(crate) fn literals(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .expect("a few literals of this program always compile")
}

fn automaton(words: &[String]) -> Result<AhoCorasick, String> {
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build(words)
        .map_err(|e| e.to_string())
}

/// Labels in other scripts than Latin.
pub(crate) struct Foreign {
    automaton: AhoCorasick,
    classes: Vec<ClassId>,
}

impl Foreign {
    pub fn new(classes: &[FieldClass]) -> Result<Self, String> {
        let mut words: Vec<String> = Vec::new();
        let mut of: Vec<ClassId> = Vec::new();
        for (i, class) in classes.iter().enumerate() {
            for label in class
                .labels
                .iter()
                .chain(&class.exact)
                .filter(|l| !l.is_ascii() && l.chars().count() >= 2)
            {
                if !words.contains(label) {
                    words.push(label.clone());
                    of.push(i as ClassId);
                }
            }
        }
        Ok(Self {
            automaton: automaton(&words)?,
            classes: of,
        })
    }

    /// The next label at or after `from`.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, ClassId)> {
        let found = self.automaton.find(text.get(from..)?)?;
        Some((
            from + found.start()..from + found.end(),
            self.classes[found.pattern().as_usize()],
        ))
    }
}

/// Where a name stands beside a cue word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Behind the cue.
    Behind,
    /// Before it: the cue is an honorific.
    Addressed,
    /// Before it, if it stands free.
    Before,
}

/// Cue words beside names.
pub(crate) struct Cues {
    automaton: AhoCorasick,
    before: usize,
    honorifics: usize,
}

impl Cues {
    pub fn new(before: &[String], honorifics: &[String], after: &[String]) -> Result<Self, String> {
        let words: Vec<String> = before
            .iter()
            .chain(honorifics)
            .chain(after)
            .cloned()
            .collect();
        Ok(Self {
            automaton: automaton(&words)?,
            before: before.len(),
            honorifics: honorifics.len(),
        })
    }

    /// The next cue at or after `from`, and where the name stands.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, Beside)> {
        let found = self.automaton.find(text.get(from..)?)?;
        let side = match found.pattern().as_usize() {
            n if n < self.before => Beside::Behind,
            n if n < self.before + self.honorifics => Beside::Addressed,
            _ => Beside::Before,
        };
        Some((from + found.start()..from + found.end(), side))
    }
}

/// A value pattern that no shape can say.
pub(crate) struct Expression {
    pub id: String,
    pub category: CategoryId,
    regex: Regex,
    secret: Option<usize>,
    check: Option<checksum::Check>,
}

impl Expression {
    /// The next value at or after `from` that passes the check.
    pub fn find(&self, text: &[u8], mut from: usize) -> Option<Range<usize>> {
        loop {
            let (whole, value) = self.candidate(text, from)?;
            let inside = value.start > 0
                && text[value.start - 1].is_ascii_digit()
                && text.get(value.start).is_some_and(u8::is_ascii_digit);
            if !inside && self.passes(&text[value.clone()]) {
                return Some(value);
            }
            from = whole.end.max(from + 1);
        }
    }

    fn candidate(&self, text: &[u8], mut from: usize) -> Option<(Range<usize>, Range<usize>)> {
        while from <= text.len() {
            let Some(group) = self.secret else {
                let found = self.regex.find_at(text, from)?;
                return Some((found.range(), found.range()));
            };
            let captures = self.regex.captures_at(text, from)?;
            let whole = captures.get(0)?.range();
            if let Some(secret) = captures.get(group) {
                return Some((whole, secret.range()));
            }
            from = whole.end.max(from + 1);
        }
        None
    }

    fn passes(&self, value: &[u8]) -> bool {
        let Some(check) = self.check else { return true };
        let separator = |c: &u8| matches!(c, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+');
        let compact: Vec<u8> = value
            .iter()
            .filter(|c| !separator(c))
            .map(u8::to_ascii_uppercase)
            .collect();
        check(&compact)
    }
}

/// All regular expressions, with what tells that one is worth a try.
pub(crate) struct Expressions {
    pub list: Vec<Expression>,
    needles: AhoCorasick,
    of: Vec<u64>,
    with_at: u64,
}

impl Expressions {
    pub fn new(patterns: &[(Pattern, CategoryId)]) -> Result<Self, String> {
        let (mut list, mut words, mut of, mut with_at): (Vec<_>, Vec<String>, Vec<u64>, u64) =
            Default::default();
        for (pattern, category) in patterns {
            let Some(source) = &pattern.regex else {
                continue;
            };
            let bit = 1u64
                .checked_shl(list.len() as u32)
                .ok_or("more than 64 patterns with a regex")?;
            let regex = RegexBuilder::new(source)
                .size_limit(1 << 22)
                .build()
                .map_err(|e| format!("pattern {}: {e}", pattern.id))?;
            for needle in &pattern.needs {
                let needle = needle.to_ascii_lowercase();
                if needle == "@" {
                    with_at |= bit;
                } else if let Some(known) = words.iter().position(|w| *w == needle) {
                    of[known] |= bit;
                } else {
                    words.push(needle);
                    of.push(bit);
                }
            }
            let check = match &pattern.check {
                None => None,
                Some(name) => Some(checksum::by_name(name).ok_or_else(|| {
                    format!("pattern {}: there is no check {name:?}", pattern.id)
                })?),
            };
            let secret = regex.capture_names().position(|n| n == Some("secret"));
            list.push(Expression {
                id: pattern.id.clone(),
                category: *category,
                regex,
                secret,
                check,
            });
        }
        let needles = AhoCorasickBuilder::new()
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(&words)
            .map_err(|e| e.to_string())?;
        Ok(Self {
            list,
            needles,
            of,
            with_at,
        })
    }

    /// The expressions worth trying on a text, a bit each.
    pub fn wanted(&self, text: &[u8], bits: u8) -> u64 {
        let start = if bits & holds::AT != 0 {
            self.with_at
        } else {
            0
        };
        self.needles
            .find_overlapping_iter(text)
            .fold(start, |wanted, m| wanted | self.of[m.pattern().as_usize()])
    }
}
