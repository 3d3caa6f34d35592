//! A value and the one that replaced it: `name: Amit Patel -> Rajesh Sharma`, `field real_name changed from A to B`, `姓名由张三变更为李四`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;

use crate::patterns::schema::ChangeWords;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::ClassId;
use crate::redact::pass::Pass;
use crate::redact::words::lookup::late_literals;
use crate::redact::words::spans::stripped;

/// How far before its sign the first value may begin, in bytes.
const REACH: usize = 160;
/// A label of one word is no longer.
const LONGEST_WORD: usize = 64;

/// What says that a value was replaced; see [`ChangeWords`].
pub(crate) struct Changes {
    searcher: OnceLock<AhoCorasick>,
    signs: Vec<(String, Side)>,
    openers: Vec<String>,
    /// The last words of the signs in Latin letters: two for all of them.
    latin: Vec<Finder<'static>>,
}

impl Changes {
    pub fn new(words: &ChangeWords) -> Self {
        let signs = words.signs.iter().map(|sign| (sign.clone(), Side::Behind));
        let verbs = words.verbs.iter();
        let verbs = verbs.map(|[verb, to]| (verb.clone(), Side::Before(to.clone())));
        let between = words
            .between
            .iter()
            .map(|sign| (sign.clone(), Side::Between));
        let apart = words.apart.iter().map(|sign| (sign.clone(), Side::Apart));
        let signs: Vec<_> = signs.chain(verbs).chain(between).chain(apart).collect();
        let ascii = signs.iter().map(|(sign, _)| sign).filter(|s| s.is_ascii());
        let last = ascii.map(|sign| &sign[sign.trim_end().rfind(' ').unwrap_or(0)..]);
        let latin: BTreeSet<&str> = last.collect();
        let latin = latin.iter().map(|word| Finder::new(word).into_owned());
        Self {
            searcher: OnceLock::new(),
            latin: latin.collect(),
            openers: words.openers.clone(),
            signs,
        }
    }

    /// Could a sign in Latin letters stand in a text?
    pub fn may_stand_in(&self, t: &[u8]) -> bool {
        self.latin.iter().any(|word| word.find(t).is_some())
    }

    fn searcher(&self) -> &AhoCorasick {
        self.searcher
            .get_or_init(|| late_literals(self.signs.iter().map(|(sign, _)| sign)))
    }
}

enum Side {
    /// The label ends before it, and no second value follows.
    Behind,
    /// The label ends before it.
    Before(String),
    /// The first value ends before it, and begins behind 由 or 从.
    Between,
    /// The label ends before it, and both values follow.
    Apart,
}

impl Pass<'_> {
    pub(crate) fn changes(&mut self, t: &[u8], at: usize, mark: usize) {
        let changes = &self.core.changes;
        for found in changes.searcher().find_iter(t) {
            let (start, end) = (found.start(), found.end());
            let (label, old, new) = match &changes.signs[found.pattern().as_usize()].1 {
                Side::Behind => {
                    let label = t[..start].trim_ascii_end().len();
                    if let Some(class) = self.label_ending(t, label) {
                        self.replaced(t, end, at, mark, class);
                    }
                    continue;
                }
                Side::Apart => {
                    let label = t[..start].trim_ascii_end().len();
                    if let Some(class) = self.label_ending(t, label) {
                        self.compared(t, end, at, mark, class);
                    }
                    continue;
                }
                Side::Before(sign) => {
                    let label = without(&t[..start], b" was");
                    let rest = &t[end..t.len().min(end + REACH)];
                    let Some(gap) = memchr::memmem::find(rest, sign.as_bytes()) else {
                        continue;
                    };
                    (label, end..end + gap, end + gap + sign.len())
                }
                Side::Between => {
                    let from = start.saturating_sub(REACH);
                    let head = &t[from..start];
                    let last = |sign: &String| {
                        let open = memchr::memmem::rfind(head, sign.as_bytes())?;
                        Some((from + open, from + open + sign.len()))
                    };
                    let Some((open, old)) = changes.openers.iter().filter_map(last).max() else {
                        continue;
                    };
                    (open, old..start, end)
                }
            };
            // `field real_name`: what says that it is one belongs to no label
            let word = self.label_ending(t, label).or_else(|| {
                let floor = label.saturating_sub(LONGEST_WORD);
                let space = floor + memchr::memrchr(b' ', &t[floor..label])?;
                self.label_ending(&t[space + 1..], label - space - 1)
            });
            if let Some(class) = word {
                let edge = |c| matches!(c, b' ' | b'"' | b'\'' | b'\\' | b'[' | b']');
                let old = stripped(t, old, edge);
                if self.core.catalog.placeholder_over(t, old.start).is_none() {
                    self.changed(t, old, at, mark, class);
                }
                self.replaced(t, new, at, mark, class);
            }
        }
    }

    /// What was compared, each behind a word that says where it came from: `，OCR=李四，传入=张三`, `: input[Tan Wei Ming] db[Lim Hui Min]`. The words
    /// are no labels, so only what is one of its kind by itself.
    fn compared(&mut self, t: &[u8], from: usize, at: usize, mark: usize, class: ClassId) {
        let Some(data) = self.class(class) else {
            return;
        };
        let (Some(category), rule) = (data.category, data.label_value) else {
            return;
        };
        let end = t.len().min(from + REACH);
        let mut next = from;
        while let Some(sign) = memchr::memchr3(b'=', b':', b'[', &t[next..end]).map(|i| next + i) {
            next = sign + 1;
            let start = sign + usize::from(t[sign] != b'[');
            if let Some(value) = self.value_after(t, start, rule, category, false)
                && self.is_strong(&t[value.span.clone()], category)
            {
                next = next.max(value.span.end);
                self.take_labelled(t, value.span, at, mark, class, category, b"");
            }
            if next >= end {
                break;
            }
        }
    }

    fn changed(&mut self, t: &[u8], value: Range<usize>, at: usize, mark: usize, class: ClassId) {
        if let Some(category) = self.class(class).and_then(|c| c.category)
            && !value.is_empty()
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// Is what stands behind an arrow the next step of a process, `姓名→身份证→人脸`, where a name would be?
    pub(crate) fn is_step(&self, value: &[u8], category: CategoryId) -> bool {
        let core = self.core;
        core.is_name(category)
            && std::str::from_utf8(value)
                .is_ok_and(|word| core.is_label(word) || core.names.is_common_word(word))
    }

    /// The value that begins at `from`.
    fn replaced(&mut self, t: &[u8], from: usize, at: usize, mark: usize, class: ClassId) {
        let Some(data) = self.class(class) else {
            return;
        };
        let (Some(category), rule) = (data.category, data.label_value) else {
            return;
        };
        if let Some(value) = self.value_after(t, from, rule, category, false)
            && !self.is_step(&t[value.span.clone()], category)
        {
            self.take_labelled(t, value.span, at, mark, class, category, b"");
        }
    }
}

/// Where the value begins that replaced the one which ends at `end`: behind an arrow, and written like a value.
pub(crate) fn next_value(t: &[u8], end: usize) -> Option<usize> {
    const ARROWS: [&str; 4] = ["->", "=>", "→", "-->"];
    // of a text that was cut, the end of a quote is behind it
    let rest = t.get(end..)?;
    let gap = rest.iter().take(2).take_while(|c| **c == b' ').count();
    let arrow = ARROWS
        .iter()
        .find(|arrow| rest[gap..].starts_with(arrow.as_bytes()))?;
    let start = end + gap + arrow.len();
    let lead = t[start..]
        .iter()
        .take(2)
        .take_while(|c| **c == b' ')
        .count();
    let value = &t[start + lead..];
    let written = value.first().is_some_and(|c| {
        matches!(c, b'"' | b'\'' | b'+')
            || c.is_ascii_uppercase()
            || c.is_ascii_digit()
            || *c >= 0x80
    });
    // `name: Amit -> Phone: 138…`
    let word = value
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric() || **c >= 0x80 || **c == b'_')
        .count();
    let label = matches!(value.get(word), Some(b':' | b'=' | b'('));
    (written && !label).then_some(start)
}

fn without(text: &[u8], end: &[u8]) -> usize {
    text.strip_suffix(end).unwrap_or(text).len()
}
