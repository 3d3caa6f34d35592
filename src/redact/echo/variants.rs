//! What values are taken apart into, to be looked for again: names in their parts and put together, in other spellings.

use super::needles::{LONGEST, Needles};
use crate::redact::core::Core;
use crate::redact::edit::action::CategoryId;
use crate::redact::edit::pseudonym::narrow;
use crate::redact::words::accents;
use crate::redact::words::script::is_han;

/// So many names are put together of two that stood under keys of their own.
const MOST_JOINED: u8 = 4;
/// The words of a name without spaces are looked for if they are so long.
const GLUED: usize = 8;

impl Needles {
    /// Makes needles of a value.
    pub(super) fn take_apart(&mut self, value: &[u8], category: CategoryId, core: &Core) {
        let Ok(text) = std::str::from_utf8(value) else {
            return;
        };
        let narrowed: String;
        // full-width characters begin with one of these
        let text = if memchr::memchr2(0xef, 0xe3, value).is_none() {
            text
        } else {
            narrowed = text.chars().map(narrow).collect();
            &narrowed
        };
        let text = text.trim();
        if text.contains('*') || text.len() > LONGEST {
            return;
        }
        self.groups += 1;
        if core.is_name(category) {
            self.note_name(text, category, core);
            if accents::may_hold(text.as_bytes()) {
                let plain: String = text.chars().filter_map(accents::plain).collect();
                if plain != text {
                    self.note_name(&plain, category, core);
                }
            }
            self.join(text, category);
        } else if core.catalog.is_secret(category) {
            self.add_as(text.as_bytes(), category, true, |needle| {
                needle.secret = true
            });
        } else if core.is_address(category) && is_place_name(text) {
            // {"address":"Singapore"}: a region's name is everywhere
        } else if text.len()
            >= if text.bytes().all(|c| c.is_ascii_digit()) {
                7
            } else {
                6
            }
        {
            self.add(text.as_bytes(), category, text.is_ascii());
            if text.is_ascii() && !core.is_address(category) {
                let compact: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
                if compact.len() >= 6 && compact.len() < text.len() && !text.contains('@') {
                    self.add(&compact, category, true);
                }
            }
        }
    }

    /// `{"lastName":"황보","firstName":"석진"}`: a text says 황보석진, or Wei Tan, of which each word alone would be too short to be told
    /// from others.
    fn join(&mut self, text: &str, category: CategoryId) {
        let count = text.chars().count();
        let latin = text.is_ascii();
        let single = count <= 12 && text.chars().all(char::is_alphabetic) && (latin || count <= 3);
        let previous = std::mem::replace(&mut self.previous, 0..0);
        if !single {
            return;
        }
        let other = String::from_utf8_lossy(&self.bytes[previous.clone()]).into_owned();
        if other == text {
            self.previous = previous;
            return;
        }
        let from = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        self.previous = from..self.bytes.len();
        let short = |t: &str| t.chars().count() < if t.is_ascii() { 4 } else { 3 };
        if other.is_empty()
            || other.is_ascii() != latin
            || !(short(text) || short(&other))
            || self.joined >= MOST_JOINED
        {
            return;
        }
        self.joined += 1;
        // of Chinese names spaces are looked over anyway
        let gaps: &[&str] = match (latin, text.chars().all(is_han)) {
            (true, _) => &[" ", ", "],
            (_, true) => &[""],
            _ => &["", " "],
        };
        for gap in gaps {
            self.add(format!("{other}{gap}{text}").as_bytes(), category, latin);
            self.add(format!("{text}{gap}{other}").as_bytes(), category, latin);
        }
    }

    fn note_name(&mut self, text: &str, category: CategoryId, core: &Core) {
        let joined: String;
        let mut text = text;
        // 郭 小 云 is searched as what it is without its spaces
        if text.contains(' ') && text.chars().all(|c| is_han(c) || c == ' ') {
            joined = text.replace(' ', "");
            text = &joined;
        }
        let count = text.chars().count();
        if text.chars().all(is_han) {
            if count >= 2 {
                let word = count == 2 && core.names.is_common_word(text);
                self.add_as(text.as_bytes(), category, false, |needle| {
                    needle.word = word
                });
            }
            if count >= 3 {
                let from = text.char_indices().rev().nth(1).map_or(0, |(i, _)| i);
                let given = &text[from..];
                if !core.names.is_common_word(given) {
                    self.add(given.as_bytes(), category, false);
                }
            }
            return;
        }
        let latin = text.chars().any(|c| c.is_ascii_alphabetic());
        let divides =
            |c: char| c.is_whitespace() || c == '·' || (c.is_ascii() && !c.is_alphanumeric());
        let parts: Vec<&str> = text.split(divides).filter(|w| !w.is_empty()).collect();
        // a single Latin word of three letters is as often a word of the log: Sim, Low, Tan
        let whole = if latin && parts.len() < 2 { 4 } else { 3 };
        if count >= whole && !core.names.is_common_word(text) {
            self.add(text.as_bytes(), category, latin);
        }
        if parts.len() < 2 {
            return;
        }
        // CHANTAIMAN, CHAN_TAIMAN: a file or an account is often called so
        if latin && (2..=4).contains(&parts.len()) {
            let whole = parts.concat();
            if whole.len() >= GLUED {
                self.add(whole.as_bytes(), category, true);
                if parts.len() > 2 {
                    self.add(&whole.as_bytes()[parts[0].len()..], category, true);
                }
            }
        }
        for part in parts {
            let count = part.chars().count();
            let from = self.bytes.len();
            self.bytes.extend_from_slice(part.as_bytes());
            self.words.push((self.groups, from..self.bytes.len()));
            let short = latin && count == 3;
            // Tidak Sesuai says what became of another value
            let said =
                latin && core.outcomes.is_one(part.as_bytes()) && !core.names.is_latin_name(part);
            if (short || count >= if latin { 4 } else { 2 })
                && !said
                && !core.names.is_common_word(part)
            {
                self.add_as(part.as_bytes(), category, latin, |needle| {
                    (needle.short, needle.part) = (short, latin);
                });
            }
        }
    }
}

/// Is an address nothing but the name of a country, province or city?
fn is_place_name(text: &str) -> bool {
    !text.bytes().any(|c| c.is_ascii_digit())
        && if text.is_ascii() {
            text.len() <= 20 && text.split(' ').count() <= 2 && !text.contains(',')
        } else {
            text.chars().count() <= 6
        }
}
