//! Names that a word of another script promises, `user 김민준`, 用户Budi Santoso核验失败, 사용자 이서연, and those that no list knows.

use super::NameLists;
use super::spoken::Promise;
use crate::redact::words::script::{is_han, is_hangul, is_latin};
use crate::redact::words::spans::valid_prefix;

/// So far the end of a word is looked for, in bytes.
const REACH: usize = 48;

impl NameLists {
    /// The length in bytes of the Chinese or Korean name at the start of a text that a word of Latin letters promises. It must fill its word.
    pub(crate) fn told_name(&self, text: &str, is_label: impl Fn(&str) -> bool) -> usize {
        let run = text.find(|c: char| !is_han(c)).unwrap_or(text.len());
        if run > 0 && self.is_person(&text[..run], is_label) {
            return run;
        }
        let run = text.find(|c: char| !is_hangul(c)).unwrap_or(text.len());
        if self.is_korean_person(&text[..run]) {
            run
        } else {
            0
        }
    }

    /// The length in bytes of the name at the start of a text behind a cue of another script: 用户Budi Santoso核验失败, 사용자 이서연.
    pub(crate) fn spoken_beside(&self, text: &str, is_label: impl Fn(&str) -> bool) -> usize {
        if text.starts_with(char::is_uppercase) {
            self.spoken_name(text, Promise::Hint, is_label)
        } else if text.starts_with(is_hangul) {
            self.told_name(text, is_label)
        } else if text.starts_with(is_caseless) {
            self.listed_name(text)
        } else {
            0
        }
    }

    /// The length in bytes of a name of which no list knows a word, before what became of somebody: `applicant Arlene Katigbak rejected`.
    pub(crate) fn unlisted_name(
        &self,
        text: &str,
        is_label: impl Fn(&str) -> bool,
        is_outcome: impl Fn(&[u8]) -> bool,
    ) -> usize {
        const MOST: usize = 4;
        let mut end = 0;
        for (i, word) in text.split(' ').take(MOST + 1).enumerate() {
            let capitals = word.chars().all(char::is_uppercase);
            let rest = word.chars().skip(1);
            let written = word.starts_with(char::is_uppercase)
                && (capitals || rest.clone().all(|c| c.is_lowercase() || c == '\''));
            let named =
                written && rest.count() > 0 && word.chars().all(|c| is_latin(c) || c == '\'');
            if !named || self.is_latin_word(word) || is_label(word) {
                // `customer Onboarding Journey is complete`
                let telling = word.len() > 4 || matches!(word, "not" | "was");
                let told = i > 1 && telling && word.starts_with(|c: char| c.is_ascii_lowercase());
                let behind = &text.as_bytes()[(end + 1).min(text.len())..];
                return if told && is_outcome(behind) { end } else { 0 };
            }
            end += word.len() + usize::from(i > 0);
        }
        0
    }

    /// The length in bytes of the name at the start of a text in a script without capitals: words that are known, and a surname behind them.
    pub(super) fn listed_name(&self, text: &str) -> usize {
        let mut end = 0;
        for word in text.split_inclusive(' ') {
            let stem = &word[..word.find(|c| !is_caseless(c)).unwrap_or(word.len())];
            let known = self.caseless.contains(stem);
            let label = text[end + stem.len()..].starts_with([':', '=']);
            if stem.is_empty() || label || !known && (end == 0 || self.follows(&text[end..])) {
                break;
            }
            end += stem.len();
            if !known || word.len() != stem.len() + 1 {
                return end;
            }
            end += 1;
        }
        text[..end].trim_end().len()
    }

    /// Is a word a Korean name of three syllables, and no other word that begins like one?
    pub(crate) fn is_korean_person(&self, word: &str) -> bool {
        let two = word.char_indices().nth(2).map_or(0, |(i, _)| i);
        // 남궁현우
        let compound = two > 0 && self.korean.contains(&word[..two]);
        (word.chars().count() == 3 || compound && word.chars().count() == 4)
            && word.chars().all(is_hangul)
            && self.has_korean_surname(word)
            && !self.is_korean_word(word)
            && !self.is_korean_word(&word[..two])
    }

    /// May a text begin with a Korean name, or does it begin in another script?
    pub(crate) fn may_be_korean(&self, text: &[u8]) -> bool {
        let text = valid_prefix(&text[..text.len().min(REACH)]);
        let word = &text[..text.find(|c: char| !is_hangul(c)).unwrap_or(text.len())];
        let two = word.char_indices().nth(2).map_or(word.len(), |(i, _)| i);
        word.is_empty()
            || self.has_korean_surname(word)
                && !self.is_korean_word(word)
                && !self.is_korean_word(&word[..two])
    }
}

/// A letter or mark of Thai or of India's scripts, which have no capitals.
pub(crate) fn is_caseless(c: char) -> bool {
    ('\u{0900}'..'\u{0e80}').contains(&c)
}
