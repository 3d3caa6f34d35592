//! Names of persons: what could be one, and where one ends in running text.
//!
//! In eKYC logs names stand under keys and behind labels; there recall comes first and this module only says what can't be a
//! name. In free text without a label a Chinese name is taken only beside a cue word (客户张三, 张三先生).

pub(crate) mod addressed;
pub(crate) mod beside;
mod connected;
mod cued;
pub(crate) mod enclosed;
pub(crate) mod latin;
pub(crate) mod leading;
mod plausible;
pub(crate) mod rows;
pub(crate) mod spaced;
pub(crate) mod spoken;
pub(crate) mod told;

use std::collections::{HashMap, HashSet};

use crate::patterns::schema::{LatinParts, Names};
use crate::redact::words::accents;
use crate::redact::words::script::{is_han, is_hangul, is_latin, is_name_char};

use addressed::Forms;

/// Built from our own lists only, so that nobody can choose words that collide.
type Set<T> = HashSet<T, foldhash::fast::FixedState>;

/// Word lists, ready for use.
pub(crate) struct NameLists {
    pub(crate) surnames: Set<char>,
    pub(crate) rare_surnames: Set<char>,
    pub(crate) compound: Set<[char; 2]>,
    pub(crate) japanese: Set<String>,
    pub(crate) japanese_ends: Set<char>,
    pub(crate) korean: Set<String>,
    pub(crate) korean_words: Set<String>,
    pub(crate) chinese_words: Set<String>,
    /// By their first character.
    pub(crate) follow: HashMap<char, Vec<String>, foldhash::fast::FixedState>,
    pub(crate) latin_words: Set<String>,
    pub(crate) latin_names: Set<String>,
    pub(crate) caseless: Set<String>,
    pub(crate) places: Vec<String>,
    pub(crate) between: Vec<String>,
    pub(crate) thing_ends: Vec<char>,
    pub(crate) company_ends: Vec<String>,
    pub(crate) joining: Vec<char>,
    pub(crate) forms: Forms,
    pub(crate) particles: Set<String>,
    pub(crate) parts: LatinParts,
}

impl NameLists {
    pub fn new(names: &Names) -> Self {
        let set = |list: &[String]| list.iter().cloned().collect::<Set<_>>();
        let first = |list: &[String]| {
            list.iter()
                .filter_map(|s| s.chars().next())
                .collect::<Set<_>>()
        };
        let mut follow: HashMap<_, Vec<_>, _> = HashMap::default();
        for word in &names.follow_words {
            if let Some(first) = word.chars().next() {
                follow.entry(first).or_default().push(word.clone());
            }
        }
        Self {
            surnames: first(&names.surnames),
            rare_surnames: first(&names.rare_surnames),
            compound: names
                .compound_surnames
                .iter()
                .filter_map(|s| {
                    let mut c = s.chars();
                    Some([c.next()?, c.next()?])
                })
                .collect(),
            japanese: set(&names.japanese_surnames),
            japanese_ends: first(&names.japanese_ends),
            korean: set(&names.korean_surnames),
            korean_words: set(&names.korean_words),
            chinese_words: set(&names.chinese_words),
            follow,
            latin_words: set(&names.latin_words),
            latin_names: set(&names.latin_names),
            caseless: set(&names.caseless_names),
            places: names.spoken.places.clone(),
            between: names.spoken.between.clone(),
            thing_ends: names.thing_ends.chars().collect(),
            company_ends: names.company_ends.clone(),
            joining: names.joining.chars().collect(),
            forms: Forms::new(&names.addressed),
            particles: set(&names.latin.particles),
            parts: names.latin.clone(),
        }
    }

    /// Is a text nothing but words of logs: `Bad Request`, `Manual Review`?
    pub fn is_all_words(&self, value: &[u8]) -> bool {
        let word = |word: &str| self.is_latin_word(word) && !self.is_latin_name(word);
        value.is_ascii()
            && std::str::from_utf8(value)
                .is_ok_and(|text| text.contains(' ') && text.split([' ', '/']).all(word))
    }

    pub fn is_latin_name(&self, word: &str) -> bool {
        self.latin_names.contains(&word.to_lowercase())
    }

    /// Does a text begin with a Chinese surname, or a Japanese one?
    pub(crate) fn may_begin_name(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let pair = [chars.next(), chars.next()].map(Option::unwrap_or_default);
        self.surnames.contains(&pair[0]) || self.compound.contains(&pair) || self.is_japanese(text)
    }

    /// Is a text written like a name: with a capital, in another script, or with a known name?
    pub(crate) fn is_written_like_one(&self, value: &[u8]) -> bool {
        value.iter().any(|c| c.is_ascii_uppercase() || *c >= 0x80)
            || value
                .split(|c| *c == b' ')
                .filter_map(|word| std::str::from_utf8(word).ok())
                .any(|word| self.is_latin_name(word))
    }

    /// Is it a word within names that is none by itself: `binti`, `dela`?
    pub(crate) fn is_particle(&self, lower: &str) -> bool {
        self.particles.contains(lower)
    }

    /// Does a text begin with a place whose words are names as well: Hong Kong?
    pub(crate) fn is_place(&self, text: &str) -> bool {
        let begins = |place: &String| {
            text.get(..place.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(place))
        };
        self.places.iter().any(begins)
    }

    pub fn is_common_word(&self, word: &str) -> bool {
        self.is_latin_word(word) || self.chinese_words.contains(word)
    }

    pub(crate) fn is_latin_word(&self, word: &str) -> bool {
        !word.starts_with(is_han) && self.latin_words.contains(&word.to_lowercase())
    }

    fn is_compound_name(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.is_compound(&chars) || self.is_japanese(text)
    }

    /// Is the whole text a name, told from any other word without a label's help? Of those in Latin letters such of several words.
    pub fn is_name_beyond_doubt(&self, text: &str) -> bool {
        let several = text.contains(' ');
        self.is_plausible(text)
            && (self.leading_name(text, false) == text.len()
                && (several || !text.starts_with(is_latin))
                || several && self.bounded_name(text, false) == text.len())
    }

    /// The same by what the lists know: in Latin letters one word at least is a name and none a word of logs, in Korean a surname leads.
    pub fn is_known_name(&self, text: &str) -> bool {
        if text.starts_with(is_hangul) {
            let whole = text.chars().count() == 3 && text.chars().all(is_hangul);
            return whole && self.has_korean_surname(text) && !self.is_korean_word(text);
        }
        if !text.starts_with(is_latin) {
            let han = text.starts_with(is_han);
            return (han || text.contains(' ')) && self.is_name_beyond_doubt(text);
        }
        let words = || text.split([' ', ',', '.']).filter(|w| !w.is_empty());
        let is_name = |word: &str| {
            let plain: String = word.chars().filter_map(accents::plain).collect();
            plain.len() > 1 && (self.is_latin_name(word) || self.is_latin_name(&plain))
        };
        let is_word = |word: &str| self.is_latin_word(word) && !self.is_latin_name(word);
        words().nth(1).is_some()
            && self.is_plausible(text)
            && words().any(is_name)
            && !words().any(is_word)
    }

    /// Could these Han characters be a Chinese (or, of three or four, a Japanese) name?
    fn is_han_name(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        match chars.len() {
            2 | 3 => {
                let end = chars[0].len_utf8() + chars[1].len_utf8();
                let has_word = self.chinese_words.contains(&text[..end])
                    || self.chinese_words.contains(&text[chars[0].len_utf8()..]);
                self.surnames.contains(&chars[0])
                    || self.rare_surnames.contains(&chars[0]) && !has_word
                    || self.is_compound(&chars)
                    || self.is_japanese(text)
                    // a surname that no list has: three characters of which no two are a word
                    || (chars.len() == 3 && !has_word)
            }
            4 => {
                self.is_compound(&chars)
                    || self.is_japanese(text)
                    || (self.surnames.contains(&chars[0]) && self.surnames.contains(&chars[1]))
                    // a Japanese surname that no list has
                    || (self.japanese_ends.contains(&chars[1]) && !self.has_word(text))
            }
            5 | 6 => self.is_japanese(text) || self.is_compound(&chars),
            _ => false,
        }
    }

    pub(crate) fn has_korean_surname(&self, text: &str) -> bool {
        let mut ends = text.char_indices().map(|(i, _)| i).skip(1).take(2);
        ends.any(|i| self.korean.contains(&text[..i]))
    }

    pub(crate) fn is_korean_word(&self, text: &str) -> bool {
        self.korean_words.contains(text)
    }

    /// Are any two neighbouring characters a Chinese word?
    pub(crate) fn has_word(&self, text: &str) -> bool {
        let starts: Vec<usize> = text
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len()])
            .collect();
        starts
            .windows(3)
            .any(|w| self.chinese_words.contains(&text[w[0]..w[2]]))
    }

    /// Could it be a given name or a surname by itself, in another script than Latin, where a key leaves no doubt that it holds a name?
    pub fn is_part(&self, value: &[u8]) -> bool {
        let text = String::from_utf8_lossy(value);
        let count = text.chars().count();
        !text.is_ascii()
            && count <= 24
            && text.chars().all(is_name_char)
            && !self.is_common_word(&text)
            && (count > 1 || text.chars().all(|c| self.surnames.contains(&c)))
    }

    fn is_compound(&self, chars: &[char]) -> bool {
        chars.len() >= 3 && self.compound.contains(&[chars[0], chars[1]])
    }

    pub(crate) fn is_japanese(&self, text: &str) -> bool {
        let ends = text.char_indices().map(|(i, _)| i).chain([text.len()]);
        ends.skip(1)
            .take(4)
            .any(|i| self.japanese.contains(&text[..i]))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::patterns::Patterns;

    pub fn lists() -> NameLists {
        let words = |s: &str| s.split(' ').map(String::from).collect::<Vec<_>>();
        NameLists::new(&Names {
            surnames: words("张 王 李 高 方 金"),
            compound_surnames: words("欧阳 司马"),
            japanese_surnames: words("山田 佐藤"),
            chinese_words: words("高级 方法 金额 王国"),
            follow_words: words("提交 的 身份 已"),
            latin_words: words("success unknown null the user"),
            latin_names: words("tan ah kow wei"),
            ..Patterns::builtin().expect("packs").names
        })
    }

    #[test]
    fn what_could_be_a_name() {
        let lists = lists();
        for yes in [
            "张三",
            "TAN AH KOW",
            "Nguyễn Văn An",
            "O'Brien",
            "สมชาย",
            "张*",
            "Muthu a/l Raman",
            "615db57aa314529aaa0fbe95b3e95bd3",
        ] {
            assert!(lists.is_plausible(yes), "{yes}");
        }
        for no in ["success", "faceCompare", "face-v2", "", "***", "a_b"] {
            assert!(!lists.is_plausible(no), "{no}");
        }
    }
}
