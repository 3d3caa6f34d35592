//! Lists of words that are searched in texts: labels of other scripts than Latin, and cue words beside names.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::fields::ClassId;
use crate::patterns::schema::{FieldClass, Names};

/// A searcher for a few literals; leftmost-first is what lets the crate use its SIMD searcher.
pub(crate) fn literals(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .expect("a few literals of this program always compile")
}

/// A searcher for many words, built when a text first asks for it: logs of one country never do for most scripts, and building is
/// what a start would spend most of its time on.
pub(crate) struct Words {
    words: Vec<String>,
    kind: MatchKind,
    any_case: bool,
    automaton: OnceLock<AhoCorasick>,
}

impl Words {
    /// For words of which the first and longest counts.
    fn longest(words: Vec<String>) -> Self {
        Self {
            words,
            kind: MatchKind::LeftmostLongest,
            any_case: false,
            automaton: OnceLock::new(),
        }
    }

    /// For words in any case of which all count, overlapping ones too.
    pub fn all(words: Vec<String>) -> Self {
        Self {
            words,
            kind: MatchKind::Standard,
            any_case: true,
            automaton: OnceLock::new(),
        }
    }

    pub fn automaton(&self) -> &AhoCorasick {
        self.automaton.get_or_init(|| {
            AhoCorasickBuilder::new()
                .match_kind(self.kind)
                .ascii_case_insensitive(self.any_case)
                .build(&self.words)
                .expect("only gigabytes of words make an automaton too large")
        })
    }
}

/// A label in another script than Latin.
struct ForeignLabel {
    text: Box<[u8]>,
    /// Bytes of ASCII before its first character of another script: `ID番号`.
    before: usize,
    class: ClassId,
}

/// Labels in other scripts than Latin, by their first character that is none: texts in Latin have none, and a table of a few
/// hundred characters is made in a hundredth of the time that an automaton of thousands of words takes.
pub(crate) struct Foreign(HashMap<[u8; 3], Vec<ForeignLabel>, foldhash::fast::FixedState>);

impl Foreign {
    pub fn new(classes: &[FieldClass]) -> Self {
        let mut known: HashSet<&str> = HashSet::new();
        let mut by_anchor: HashMap<_, Vec<ForeignLabel>, _> = HashMap::default();
        for (i, class) in classes.iter().enumerate() {
            for label in class
                .labels
                .iter()
                .chain(&class.exact)
                .filter(|l| !l.is_ascii() && l.chars().count() >= 2)
                .filter(|l| known.insert(l))
            {
                let text = label.as_bytes();
                let before = text.iter().take_while(|c| c.is_ascii()).count();
                by_anchor
                    .entry(anchor(&text[before..]))
                    .or_default()
                    .push(ForeignLabel {
                        text: text.into(),
                        before,
                        class: i as ClassId,
                    });
            }
        }
        for labels in by_anchor.values_mut() {
            // the leftmost one first, of those the longest
            labels.sort_by_key(|l| std::cmp::Reverse((l.before, l.text.len())));
        }
        Self(by_anchor)
    }

    /// The next label at or after `from`.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, ClassId)> {
        let mut at = from;
        loop {
            at += text.get(at..)?.iter().position(|c| *c >= 0xc0)?;
            for label in self.0.get(&anchor(&text[at..])).into_iter().flatten() {
                let Some(start) = at.checked_sub(label.before).filter(|s| *s >= from) else {
                    continue;
                };
                if text[start..].starts_with(&label.text) {
                    return Some((start..start + label.text.len(), label.class));
                }
            }
            at += 1;
        }
    }
}

/// The first three bytes of a character, or both of one that has two.
fn anchor(text: &[u8]) -> [u8; 3] {
    let byte = |i: usize| text.get(i).copied().unwrap_or(0);
    let third = if byte(0) >= 0xe0 { byte(2) } else { 0 };
    [byte(0), byte(1), third]
}

/// Where a name stands beside a cue word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Behind a title, in any script.
    Titled,
    /// Behind the cue.
    Behind,
    /// Before it: the cue is an honorific.
    Addressed,
    /// Before it, if it stands free.
    Before,
}

/// Cue words beside names.
pub(crate) struct Cues {
    words: Words,
    /// Titles that ASCII text may hold: of all cues only these.
    latin_titles: AhoCorasick,
    titles: usize,
    before: usize,
    honorifics: usize,
}

impl Cues {
    pub fn new(names: &Names) -> Self {
        let words: Vec<String> = names
            .titles
            .iter()
            .chain(&names.cues_before)
            .chain(&names.honorifics)
            .chain(&names.cues_after)
            .cloned()
            .collect();
        Self {
            words: Words::longest(words),
            latin_titles: literals(names.titles.iter().filter(|t| t.is_ascii())),
            titles: names.titles.len(),
            before: names.cues_before.len(),
            honorifics: names.honorifics.len(),
        }
    }

    /// Does a text hold a title that needs no other script to be looked for?
    pub fn has_title(&self, text: &[u8]) -> bool {
        self.latin_titles.is_match(text)
    }

    /// The next cue at or after `from`, and where the name stands.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, Beside)> {
        let found = self.words.automaton().find(text.get(from..)?)?;
        let side = match found.pattern().as_usize() {
            n if n < self.titles => Beside::Titled,
            n if n < self.titles + self.before => Beside::Behind,
            n if n < self.titles + self.before + self.honorifics => Beside::Addressed,
            _ => Beside::Before,
        };
        Some((from + found.start()..from + found.end(), side))
    }
}
