//! Lists of words that are searched in texts: labels of other scripts than Latin, and cue words beside names.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::Words;
use super::ahead::Ahead;
use super::script::is_han;
use crate::patterns::schema::{FieldClass, Names};
use crate::redact::fields::ClassId;
use crate::redact::scan::next_high;
use crate::redact::scan::signs::{self, Signs};
use crate::stack;

/// How deep it goes to build a searcher or a regex, in bytes of the stack.
pub(crate) const BUILT: usize = 64 << 10;

/// A searcher for a few literals; leftmost-first is what lets the crate use its SIMD searcher.
pub(crate) fn literals(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .expect("a few literals of this program always compile")
}

/// The same of one that is built in the middle of a record: takes nothing of it along.
pub(crate) fn late_literals(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    stack::wipe::<BUILT>();
    literals(words)
}

/// Words that are not of ASCII alone, by their first character that is none: texts in Latin have none, and a table of a few hundred
/// characters is made in a hundredth of the time that an automaton of thousands of words takes.
pub(crate) struct Anchored<T> {
    by_anchor: HashMap<[u8; 3], Vec<AnchoredWord<T>>, foldhash::fast::FixedState>,
    begin: Anchors,
}

/// A bit for each anchor by its last twelve bits: most characters of a text begin no word, and need no look into the table.
struct Anchors([u64; 64]);

impl Anchors {
    fn place([_, second, third]: [u8; 3]) -> (usize, u8) {
        (usize::from(second & 63), third & 63)
    }

    fn may_hold(&self, anchor: [u8; 3]) -> bool {
        let (word, bit) = Self::place(anchor);
        self.0[word] >> bit & 1 == 1
    }
}

struct AnchoredWord<T> {
    text: Box<[u8]>,
    /// Bytes of ASCII before its first character of another script: `ID番号`.
    before: usize,
    means: T,
}

impl<T: Copy> Anchored<T> {
    pub fn new(words: impl Iterator<Item = (impl AsRef<str>, T)>) -> Self {
        let mut by_anchor: HashMap<_, Vec<AnchoredWord<T>>, _> = HashMap::default();
        for (word, means) in words {
            let text = word.as_ref().as_bytes();
            let before = text.iter().take_while(|c| c.is_ascii()).count();
            by_anchor
                .entry(anchor(&text[before..]))
                .or_default()
                .push(AnchoredWord {
                    text: text.into(),
                    before,
                    means,
                });
        }
        for words in by_anchor.values_mut() {
            // the leftmost one first, of those the longest
            words.sort_by_key(|w| std::cmp::Reverse((w.before, w.text.len())));
        }
        let mut begin = Anchors([0; 64]);
        for anchor in by_anchor.keys() {
            let (word, bit) = Anchors::place(*anchor);
            begin.0[word] |= 1 << bit;
        }
        Self { by_anchor, begin }
    }

    /// The places at or after `from` where a word's first character of another script may stand, and the words that have it there.
    fn places<'a>(
        &'a self,
        text: &'a [u8],
        from: usize,
    ) -> impl Iterator<Item = (usize, &'a [AnchoredWord<T>])> {
        let mut at = from;
        std::iter::from_fn(move || {
            loop {
                if text.get(at)?.is_ascii() {
                    at = next_high(text, at)?;
                }
                let here = at;
                at += 1;
                // within a character
                if text[here] < 0xc0 {
                    continue;
                }
                let first = anchor(&text[here..]);
                if self.begin.may_hold(first) {
                    let words = self.by_anchor.get(&first);
                    return Some((here, words.map_or(&[][..], Vec::as_slice)));
                }
            }
        })
    }

    /// Shows what the words mean that stand in a text, without the case of their ASCII.
    pub fn each(&self, text: &[u8], mut show: impl FnMut(T)) {
        for (at, words) in self.places(text, 0) {
            for word in words {
                let start = at.checked_sub(word.before);
                let span = start.and_then(|start| text.get(start..start + word.text.len()));
                if span.is_some_and(|span| span.eq_ignore_ascii_case(&word.text)) {
                    show(word.means);
                }
            }
        }
    }

    /// The next word at or after `from`.
    fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, T)> {
        self.places(text, from).find_map(|(at, words)| {
            words.iter().find_map(|word| {
                let start = at.checked_sub(word.before).filter(|s| *s >= from)?;
                let span = start..start + word.text.len();
                text[start..]
                    .starts_with(&word.text)
                    .then_some((span, word.means))
            })
        })
    }
}

/// Labels in other scripts than Latin.
pub(crate) struct Foreign(Anchored<ClassId>);

impl Foreign {
    pub fn new(classes: &[FieldClass]) -> Self {
        let mut known: HashSet<Cow<'_, str>, foldhash::fast::FixedState> = HashSet::default();
        let labels = classes.iter().enumerate().flat_map(|(i, class)| {
            let labels = class.labels.iter().chain(&class.exact);
            let labels = labels.filter(|label| !label.is_ascii() && label.chars().nth(1).is_some());
            labels
                .flat_map(|label| spellings(label))
                .map(move |text| (text, i as ClassId))
        });
        Self(Anchored::new(
            labels.filter(|(label, _)| known.insert(label.clone())),
        ))
    }

    /// The next label at or after `from`.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(Range<usize>, ClassId)> {
        self.0.next(text, from)
    }

    /// Does a text begin with a label?
    pub fn begins(&self, text: &[u8]) -> bool {
        let words = self.0.by_anchor.get(&anchor(text)).into_iter().flatten();
        !text.is_empty()
            && words
                .filter(|w| w.before == 0)
                .any(|w| text.starts_with(&w.text))
    }
}

/// A label as it is listed, with a capital at its start, at each of its words, and in capitals: họ và tên, Họ và tên, Họ Và Tên, HỌ VÀ TÊN.
fn spellings(label: &str) -> impl Iterator<Item = Cow<'_, str>> {
    // most scripts have no capitals, and it takes long to say so of each of their characters
    let small = |c: char| !is_han(c) && c.is_lowercase();
    let capital = |text: &str| {
        let mut chars = text.chars();
        let first = chars.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(chars).collect::<String>()
    };
    let others = label.chars().any(small).then(|| {
        let words: Vec<String> = label.split(' ').map(capital).collect();
        [capital(label), words.join(" "), label.to_uppercase()]
    });
    let others = others.into_iter().flatten().map(Cow::Owned);
    std::iter::once(Cow::Borrowed(label)).chain(others)
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
    /// Behind the cue, or before it if it stands free there.
    Around,
    /// Before it: the cue is an honorific.
    Addressed,
    /// Before it, if it stands free.
    Before,
}

/// Cue words beside names.
pub(crate) struct Cues {
    foreign: Anchored<Beside>,
    /// Titles that ASCII text may hold: of all cues only these.
    latin_titles: Words,
    /// Each of them holds a capital and a space: most texts don't.
    usual_titles: bool,
    titles: Vec<String>,
    /// Cues of ASCII alone.
    latin: AhoCorasick,
    latin_sides: Vec<Beside>,
}

impl Cues {
    pub fn new(names: &Names) -> Self {
        let lists = [
            (&names.titles, Beside::Titled),
            (&names.cues_before, Beside::Behind),
            (&names.cues_around, Beside::Around),
            (&names.honorifics, Beside::Addressed),
            (&names.addressed.japanese, Beside::Addressed),
            (&names.addressed.korean, Beside::Addressed),
            (&names.cues_after, Beside::Before),
        ];
        let words = lists
            .iter()
            .flat_map(|(list, side)| list.iter().map(|w| (w.as_str(), *side)));
        let (mut latin, foreign): (Vec<_>, Vec<_>) = words.partition(|(word, _)| word.is_ascii());
        // the longest of those that begin at one place
        latin.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let titles: Vec<String> = names
            .titles
            .iter()
            .filter(|t| t.is_ascii())
            .cloned()
            .collect();
        Self {
            foreign: Anchored::new(foreign.into_iter()),
            latin_titles: Words::new(&titles),
            usual_titles: titles
                .iter()
                .all(|t| may_hold_title(signs::of(t.as_bytes()))),
            titles,
            latin: literals(latin.iter().map(|(word, _)| word)),
            latin_sides: latin.iter().map(|(_, side)| *side).collect(),
        }
    }

    /// Does a text that holds such signs hold a title that needs no other script to be looked for?
    pub fn has_title(&self, text: &[u8], held: Signs) -> bool {
        if self.usual_titles && !may_hold_title(held) {
            return false;
        }
        let mut found = false;
        self.latin_titles.each(text, |start, end, title| {
            found |= text[start..end] == *self.titles[title].as_bytes();
        });
        found
    }

    /// All cues of a text, one after the other.
    pub fn walk<'c>(&'c self, text: &'c [u8]) -> CueWalk<'c> {
        CueWalk {
            cues: self,
            text,
            latin: Ahead::default(),
            foreign: Ahead::default(),
        }
    }
}

/// A walk over the cues of a text.
pub(crate) struct CueWalk<'c> {
    cues: &'c Cues,
    text: &'c [u8],
    latin: Ahead<(usize, Beside)>,
    foreign: Ahead<(usize, Beside)>,
}

impl CueWalk<'_> {
    /// The next cue at or after `from`, which may only grow, and where the name stands.
    pub fn next(&mut self, from: usize) -> Option<(Range<usize>, Beside)> {
        let (cues, text) = (self.cues, self.text);
        let rest = text.get(from..)?;
        let latin = self.latin.from(from, || {
            let found = cues.latin.find(rest)?;
            let side = cues.latin_sides[found.pattern().as_usize()];
            Some((from + found.start(), (from + found.end(), side)))
        });
        let foreign = self.foreign.from(from, || {
            let (span, side) = cues.foreign.next(text, from)?;
            Some((span.start, (span.end, side)))
        });
        [latin, foreign]
            .into_iter()
            .flatten()
            .min_by_key(|(start, _)| *start)
            .map(|(start, (end, side))| (start..end, side))
    }
}

fn may_hold_title(held: Signs) -> bool {
    held & signs::CAPITAL != 0 && held & signs::SPACE != 0
}
