//! Names that a Japanese or Korean form of address ends: 佐久間美月様, 황보석진님.
//!
//! The form promises a name, so a surname need not be on a list as long as what stands before the form is no word: 仕様 is a
//! specification and 고객님 a customer.

use super::NameLists;
use crate::patterns::schema::AddressedWords;
use crate::redact::words::script::{is_han, is_hangul, is_kana};

/// Forms of address, and what else ends a Japanese or Korean name.
pub(crate) struct Forms {
    pub japanese: Vec<String>,
    pub korean: Vec<String>,
    /// Characters before a Japanese form that make a word of it.
    words: Vec<char>,
    japanese_particles: Vec<String>,
    korean_particles: Vec<String>,
}

impl Forms {
    pub fn new(words: &AddressedWords) -> Self {
        Self {
            japanese: words.japanese.clone(),
            korean: words.korean.clone(),
            words: words.japanese_words.chars().collect(),
            japanese_particles: words.japanese_particles.clone(),
            korean_particles: words.korean_particles.clone(),
        }
    }

    /// Does a text begin with what ends a Japanese name before it: 様, が?
    pub fn end_japanese(&self, text: &str) -> bool {
        begins(text, &self.japanese) || begins(text, &self.japanese_particles)
    }

    /// Does a text begin with a form of address behind Korean names?
    pub fn address_korean(&self, text: &str) -> bool {
        begins(text, &self.korean)
    }

    /// Does a text begin with a Korean particle that ends its word?
    pub fn begin_particle(&self, text: &[u8]) -> bool {
        (self.korean_particles)
            .iter()
            .any(|particle| text.starts_with(particle.as_bytes()))
    }
}

fn begins(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.starts_with(word.as_str()))
}

impl NameLists {
    /// The length in bytes of the name at the end of a text, before the form of address `form`. Zero if none ends here.
    pub fn addressed_name(&self, text: &str, form: &str) -> usize {
        let is_one = |forms: &[String]| forms.iter().any(|f| f == form);
        if is_one(&self.forms.korean) {
            self.korean_before(text, form)
        } else if is_one(&self.forms.japanese) {
            self.japanese_before(text)
        } else {
            0
        }
    }

    fn japanese_before(&self, whole: &str) -> usize {
        let text = whole.trim_end_matches([' ', '　']);
        let gap = whole.len() - text.len();
        match self.japanese_at_end(text) {
            0 => 0,
            length => gap + length,
        }
    }

    fn japanese_at_end(&self, text: &str) -> usize {
        let run = last(text, |c| is_han(c) || is_kana(c));
        // 佐藤 翔太様, 一ノ瀬 マリア様
        let before = text[..text.len() - run.len()].strip_suffix([' ', '　']);
        let surname = before.map_or("", |before| {
            last(before, |c| is_han(c) || matches!(c, 'ノ' | 'ヶ' | 'ケ'))
        });
        if self.japanese.contains(surname) && (1..=5).contains(&run.chars().count()) {
            return text.len() - before.map_or(0, str::len) + surname.len();
        }
        // 伊藤マリア様
        let surname = &run[..run.find(is_kana).unwrap_or(run.len())];
        let given = &run[surname.len()..];
        if self.japanese.contains(surname)
            && (2..=5).contains(&given.chars().count())
            && given.chars().all(is_kana)
        {
            return run.len();
        }
        let run = last(text, is_han);
        let count = run.chars().count();
        let listed = self.is_japanese(run);
        let named = (3..=6).contains(&count)
            && !run.ends_with(&self.forms.words[..])
            && (listed || !self.has_word(run));
        if named || (listed && count == 2) {
            run.len()
        } else {
            0
        }
    }

    fn korean_before(&self, text: &str, form: &str) -> usize {
        let run = last(text.trim_end_matches(' '), is_hangul);
        // 김준님: a form that is no word of its own makes a name of two syllables as well
        let shortest = if form.ends_with('님') { 2 } else { 3 };
        let named = (shortest..=4).contains(&run.chars().count())
            && self.has_korean_surname(run)
            && !self.is_korean_word(run);
        if named {
            text.len() - (text.trim_end_matches(' ').len() - run.len())
        } else {
            0
        }
    }
}

/// The characters of one kind at the end of a text, if they stand free: at most six.
fn last(text: &str, kind: fn(char) -> bool) -> &str {
    let run: usize = text
        .chars()
        .rev()
        .take_while(|c| kind(*c))
        .map(char::len_utf8)
        .sum();
    &text[text.len() - run..]
}

#[cfg(test)]
mod tests {
    use crate::patterns::Patterns;
    use crate::redact::names::NameLists;

    #[test]
    fn names_and_what_is_none() {
        let patterns = Patterns::builtin().expect("packs");
        let lists = NameLists::new(&patterns.names);
        for (text, form, name) in [
            ("申請者、佐久間美月", "様", "佐久間美月"),
            ("標準仕", "様", ""),
            ("お客", "様", ""),
            ("확인 황보석진", "님", "황보석진"),
            ("신청자", "님", ""),
            ("고객", "님", ""),
        ] {
            let length = lists.addressed_name(text, form);
            assert_eq!(&text[text.len() - length..], name, "{text}{form}");
        }
    }
}
