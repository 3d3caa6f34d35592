//! Words that say what became of a value instead of being one: `session: closed`, `地址：不存在`, `token: expired at 10:00`.
//!
//! Only behind labels in running text: a key of an object holds what it names.

use std::collections::HashSet;

use crate::patterns::schema::OutcomeWords;

/// Of our own words only.
type Words = HashSet<Box<[u8]>, foldhash::fast::FixedState>;

pub(crate) struct Outcomes {
    words: Words,
    /// Those, and what says so only as a whole value.
    verdicts: Words,
    /// How programs write that there is no value.
    nothing: Vec<String>,
    /// Values that begin with one of the words.
    values: Vec<String>,
    /// In the order of their bytes.
    phrases: Vec<String>,
    /// Where the phrases begin that start with a byte; those of the last one end with the list.
    starting: [u16; 257],
}

fn boxed(word: &String) -> Box<[u8]> {
    word.as_bytes().into()
}

/// Is a word in the list, in whatever case? Longer ones are in none.
fn is_in(words: &Words, word: &[u8]) -> bool {
    const LONGEST: usize = 32;
    let mut lower = [0; LONGEST];
    lower.get_mut(..word.len()).is_some_and(|lower| {
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        words.contains(&*lower)
    })
}

impl Outcomes {
    pub fn new(list: &OutcomeWords) -> Self {
        let mut phrases = list.phrases.clone();
        phrases.retain(|p| !p.is_empty());
        phrases.sort();
        let before =
            |c: usize| phrases.partition_point(|p| usize::from(p.as_bytes()[0]) < c) as u16;
        Self {
            starting: std::array::from_fn(before),
            words: list.words.iter().map(boxed).collect(),
            verdicts: list.words.iter().chain(&list.verdicts).map(boxed).collect(),
            nothing: list.nothing.clone(),
            values: list.values.clone(),
            phrases,
        }
    }

    /// Is the whole text an outcome: `MISMATCH`, `not_checked`, `Sesuai (98)`, 一致?
    pub fn is_one(&self, text: &[u8]) -> bool {
        if text.first().is_some_and(|c| *c >= 0x80) {
            return text.len() <= 24 && self.begins(text) || self.is_verdict(text);
        }
        // a score in brackets
        let text = match memchr::memchr(b'(', text) {
            Some(open)
                if text.ends_with(b")") && text[open + 1..].iter().any(u8::is_ascii_digit) =>
            {
                text[..open].trim_ascii_end()
            }
            _ => text,
        };
        let divides = |c: &u8| matches!(c, b'_' | b' ' | b'-');
        !text.is_empty()
            && text.len() <= 32
            && text.iter().all(|c| c.is_ascii_alphabetic() || divides(c))
            && text.split(divides).all(|word| is_in(&self.verdicts, word))
    }

    /// Is the whole value, in whatever script, what a check says of another one?
    pub fn is_verdict(&self, value: &[u8]) -> bool {
        is_in(&self.verdicts, value)
    }

    /// Does the whole value say that there is none: `null`, `N/A`?
    pub fn is_nothing(&self, value: &[u8]) -> bool {
        (self.nothing.iter()).any(|said| said.as_bytes().eq_ignore_ascii_case(value))
    }

    fn is_value(&self, text: &[u8]) -> bool {
        let begins = |value: &String| {
            let start = text.get(..value.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(value.as_bytes()))
        };
        self.values.iter().any(begins)
    }

    /// Does the text behind a label begin with such a word?
    pub fn begins(&self, text: &[u8]) -> bool {
        let text = text.trim_ascii_start();
        let length = text.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        // `không`: Latin letters with marks are words of the other list
        if length > 0 && text.get(length).is_none_or(u8::is_ascii) {
            let whole = text
                .get(length)
                .is_none_or(|c| !c.is_ascii_alphanumeric() && *c != b'_');
            if whole && is_in(&self.words, &text[..length]) {
                return !self.is_value(text);
            }
        }
        let Some(first) = text.first().map(|c| usize::from(*c)) else {
            return false;
        };
        self.phrases[self.starting[first].into()..self.starting[first + 1].into()]
            .iter()
            .any(|p| text.starts_with(p.as_bytes()))
    }
}
