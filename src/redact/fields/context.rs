//! Context words: what makes a weak value count, in the text around it or in its key.

use crate::redact::edit::pseudonym::PSEUDONYM_BYTES;
use crate::redact::shapes::PatternId;
use crate::redact::words::Words;

/// How far before a value a context word may stand, in bytes, and how far after it.
const BEFORE: usize = 48;
/// The same of a word in letters of three bytes: in Thai it is as long as a phrase in other languages.
const BEFORE_LONG: usize = 96;
const AFTER: usize = 24;
/// Patterns that a [`PatternSet`] has room for.
pub(crate) const MOST_PATTERNS: usize = 256;

/// A set of patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PatternSet([u64; MOST_PATTERNS / 64]);

impl PatternSet {
    fn insert(&mut self, pattern: PatternId) {
        self.0[usize::from(pattern) / 64] |= 1 << (pattern % 64);
    }

    pub fn contains(&self, pattern: PatternId) -> bool {
        self.0[usize::from(pattern) / 64] >> (pattern % 64) & 1 == 1
    }
}

/// All context words.
pub(crate) struct Contexts {
    words: Words,
    /// For each word the patterns that it makes count.
    of: Vec<Vec<PatternId>>,
}

impl Contexts {
    pub fn new(words: Vec<String>, of: Vec<Vec<PatternId>>) -> Self {
        Self {
            words: Words::new(&words),
            of,
        }
    }

    /// The patterns that a word near `start..end` makes count.
    pub fn near(&self, text: &[u8], start: usize, end: usize) -> PatternSet {
        let mut set = PatternSet::default();
        let from = start.saturating_sub(BEFORE);
        let word = long_word(&text[start.saturating_sub(BEFORE_LONG)..start]);
        self.add(behind_ours(&text[from.min(start - word)..start]), &mut set);
        self.add(&text[end..(end + AFTER).min(text.len())], &mut set);
        set
    }

    /// The patterns that a key makes count.
    pub fn of_key(&self, key: &[u8]) -> PatternSet {
        let mut set = PatternSet::default();
        self.add(key, &mut set);
        self.add(&spaced(key), &mut set);
        set
    }

    fn add(&self, text: &[u8], set: &mut PatternSet) {
        if text.is_empty() {
            return;
        }
        self.words.each(text, |start, end, word| {
            if is_whole_word(text, start, end) && !is_ours(text, start, end) {
                self.of[word]
                    .iter()
                    .for_each(|pattern| set.insert(*pattern));
            }
        });
    }
}

/// What stands behind the last value that was taken out of a text: what was there before was longer, and what tells of it as far away.
fn behind_ours(text: &[u8]) -> &[u8] {
    let ours = |close: &usize| {
        let head = &text[..*close];
        let digit = |c: &&u8| c.is_ascii_digit() || matches!(**c, b'a'..=b'f');
        let pseudonym = head.iter().rev().take_while(digit).count();
        pseudonym == 2 * PSEUDONYM_BYTES && head[..close - pseudonym].ends_with(b"_")
    };
    let last = memchr::memrchr_iter(b']', text).find(ours);
    &text[last.map_or(0, |close| close + 1)..]
}

/// The length in bytes of the word in a script of India, Thai or Lao (U+0800 to U+0FFF) at the end of a text, with what stands behind it.
fn long_word(text: &[u8]) -> usize {
    let sign = |c: &&u8| matches!(**c, b' ' | b':' | b'[' | b'(' | b'=' | b'"');
    let mut end = text.len() - text.iter().rev().take(3).take_while(sign).count();
    while end >= 3 && text[end - 3] == 0xe0 {
        end -= 3;
    }
    text.len() - end
}

/// Short Latin words count only as whole words (`id`, not the `id` of `video`); a sign ends one by itself, `passport=E1234567`, and so does the
/// next word's capital: `philsysPcn`.
fn is_whole_word(text: &[u8], start: usize, end: usize) -> bool {
    let letter = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphabetic);
    let next = |c: Option<&u8>| c.is_some_and(u8::is_ascii_uppercase);
    let ends = next(text.get(end)) && text[end - 1].is_ascii_lowercase();
    let glued = (start > 0 && letter(text.get(start - 1)))
        || letter(text.get(end)) && letter(text.get(end - 1)) && !ends;
    !text[start].is_ascii() || !glued
}

/// Is it the name of what was taken out there, `[PHONE_8dd8…]`? What says so the second time must not say more than it did the first time.
fn is_ours(text: &[u8], start: usize, end: usize) -> bool {
    let name = |c: &&u8| c.is_ascii_uppercase() || **c == b'_';
    let before = text[..start].iter().rev().take_while(name).count();
    let after = text[end..].iter().take_while(name).count();
    let opened =
        text[..start - before].last() == Some(&b'[') && text[start..end].iter().all(|c| name(&c));
    let digit = |c: &u8| c.is_ascii_digit() || matches!(c, b'a'..=b'f');
    opened && text.get(end + after).is_some_and(digit)
}

/// A camel-case key with spaces between its words, in lower case.
fn spaced(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len() + 8);
    for (i, c) in key.iter().enumerate() {
        if c.is_ascii_uppercase() && i > 0 && !key[i - 1].is_ascii_uppercase() {
            out.push(b' ');
        }
        out.push(if matches!(c, b'_' | b'-') {
            b' '
        } else {
            c.to_ascii_lowercase()
        });
    }
    out
}
