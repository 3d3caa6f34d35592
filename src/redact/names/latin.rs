//! Where a name in Latin letters ends behind a label or cue: `TAN AH KOW @ LEE AH KOW`, `A.P.J. Raman`, `DELA CRUZ, JUAN MIGUEL`,
//! `Mohd Azlan b. Ibrahim`.

use super::NameLists;
use crate::redact::words::script::{is_han, is_latin, is_mark};

impl NameLists {
    /// Does a given name stand behind a surname of several words, DELA CRUZ, JUAN MIGUEL, or another one behind a name that ends there?
    fn goes_on_inverted(&self, given: &str, capitals: bool) -> bool {
        let length = given.find(|c: char| !is_latin(c)).unwrap_or(given.len());
        let (word, rest) = given.split_at(length);
        let known = self.is_latin_name(word) && !self.is_latin_word(word);
        known
            && word.starts_with(char::is_uppercase)
            && (ends_here(rest) || capitals && !word.contains(char::is_lowercase))
    }

    pub(crate) fn leading_latin(&self, text: &str, sure: bool) -> usize {
        let mut end = 0;
        let mut at = 0;
        let mut count = 0;
        let mut lower_start = false;
        let mut capitals = true;
        let mut inverted = false;
        at += initials(text);
        loop {
            let rest = &text[at..];
            // son of, daughter of: Indian names in Singapore and Malaysia
            if let Some(length) = self.relation(rest) {
                at += length;
                count += 1;
                continue;
            }
            let length = rest
                .char_indices()
                .find(|(_, c)| {
                    !(is_latin(*c) || is_mark(*c) || matches!(c, '\'' | '’' | '-' | '*'))
                })
                .map_or(rest.len(), |(i, _)| i);
            let word = &rest[..length];
            let Some(first) = word.chars().next() else {
                break;
            };
            let next = rest[length..]
                .trim_start_matches(['"', '\''])
                .chars()
                .next();
            let is_key = matches!(next, Some('='))
                || (next == Some(':') && count > 0)
                || matches!(next, Some('_') if count > 0)
                // Zhang San(张三)
                || (next == Some('(') && count > 0 && !rest[length + 1..].starts_with(is_han));
            let digits = rest[length..].starts_with(|c: char| c.is_ascii_digit() || c == '_')
                || matches!(rest.as_bytes()[length..], [b'/', b'0'..=b'9', ..]);
            if is_key || digits {
                break;
            }
            // `Amit Patel IdCardVerification`, `Trần Văn Hùng POST /v1`: a program's words end a name
            if self.is_program_word(word) {
                break;
            }
            let lower = word.to_lowercase();
            let particle = self.is_particle(&lower);
            let accepted = if count == 0 {
                lower_start = first.is_lowercase() && !particle;
                // `Low Kok Wah`: a common word that another capitalised one follows
                let goes_on = sure
                    && first.is_uppercase()
                    && rest[length..].starts_with([' ', '+'])
                    && rest[length + 1..].starts_with(|c: char| c.is_uppercase());
                !(self.latin_words.contains(&lower) && !particle && !goes_on
                    || (lower_start && !sure && !self.latin_names.contains(&lower)))
            } else if lower_start {
                self.latin_names.contains(&lower)
                    || (particle && rest[length..].starts_with(' '))
                    || (sure
                        && count < 3
                        && !self.latin_words.contains(&lower)
                        && ends_here(&rest[length..]))
            } else {
                // `Min` is a word of logs and of names: within a capitalised name it belongs to it
                // `Mohd Azlan b. Ibrahim`
                let son = word == "b" && rest[length..].starts_with(". ");
                first.is_uppercase() || particle || son || self.latin_names.contains(&lower)
            };
            if !accepted {
                break;
            }
            at += length;
            end = at;
            count += 1;
            capitals &= !word.contains(char::is_lowercase);
            if count == 7 {
                break;
            }
            // one space, a comma with a space (SURNAME, Given; CHAN Tai Man, Peter), a full stop of an initial, the slash of `a/l`
            let given = text[at..].strip_prefix(", ").is_some_and(|given| {
                count == 1 || !inverted && self.goes_on_inverted(given, capitals)
            });
            inverted |= given;
            let two = given
                || (text[at..].starts_with(". ") && (length == 1 || self.is_abbreviation(word)));
            // TAN AH KOW @ LEE AH KOW
            if text[at..].starts_with(" @ ") && text[at + 3..].starts_with(char::is_uppercase) {
                at += 3;
                continue;
            }
            let one =
                text[at..].starts_with([' ', '+']) || (particle && text[at..].starts_with('/'));
            let joint = match (two, one) {
                (true, _) => 2,
                (_, true) => 1,
                _ => break,
            };
            at += joint;
        }
        end
    }

    /// The length of a title before a name on a card: `MR. SOMCHAI`.
    pub(crate) fn card_title(&self, text: &[u8]) -> usize {
        let begins = |title: &&String| {
            let start = text.get(..title.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(title.as_bytes()))
        };
        (self.parts.card_titles)
            .iter()
            .find(begins)
            .map_or(0, String::len)
    }

    /// The length of `s/o ` or its like at the start of a text.
    fn relation(&self, text: &str) -> Option<usize> {
        let is_one = |p: &&String| {
            let word = text.get(..p.len());
            word.is_some_and(|word| p.eq_ignore_ascii_case(word))
                && text[p.len()..].starts_with(' ')
        };
        if text.as_bytes().get(1) != Some(&b'/') {
            return None;
        }
        let patronymics = &self.parts.patronymics;
        patronymics.iter().find(is_one).map(|p| p.len() + 1)
    }

    /// What stands for a longer word of a name, with a full stop behind it.
    fn is_abbreviation(&self, word: &str) -> bool {
        (self.parts.abbreviations)
            .iter()
            .any(|short| short.eq_ignore_ascii_case(word))
    }

    /// Is it written as programs write their words: `faceCompare`, `IdCardVerification`, the method of a request?
    fn is_program_word(&self, word: &str) -> bool {
        const METHODS: [&str; 7] = ["GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS"];
        let bytes = word.as_bytes();
        let humps = bytes
            .windows(2)
            .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
            .count();
        // McDonald, DeSouza
        let prefixed = || {
            self.parts.prefixes.iter().any(|prefix| {
                word.strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.starts_with(char::is_uppercase))
            })
        };
        METHODS.contains(&word) || humps > 1 || humps == 1 && !prefixed()
    }
}

/// The length of `A.P.J. ` before a word that goes on with the name.
fn initials(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while bytes.get(at).is_some_and(u8::is_ascii_uppercase) && bytes.get(at + 1) == Some(&b'.') {
        at += 2;
    }
    let at = at + usize::from(at > 0 && bytes.get(at) == Some(&b' '));
    let surname = text[at..].starts_with(char::is_uppercase)
        && text[at..].chars().nth(1).is_some_and(char::is_alphabetic);
    if surname { at } else { 0 }
}

/// Does the text end, or a delimiter stand, here?
fn ends_here(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([',', ';', '|', '&', ')', '}', ']', '\n', '"', '\'', '<'])
}
