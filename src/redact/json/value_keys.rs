//! Values as keys of an object: `{"persons": {"张三": {"score": 0.9}}}`, `{"phones": {"87107373": true}}`.
//!
//! Only under a key that says so, and of names only what is one beyond doubt: keys are words of a program far more often.

use crate::patterns::schema::ValueRule;
use crate::redact::edit::Coding;
use crate::redact::fields::{KeyInfo, NO_CLASS};
use crate::redact::layers::decode;
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::scan::{Contents, holds};

/// Fewer digits are no number of a person.
const FEWEST_DIGITS: usize = 6;
/// More letters make a key a word.
const MOST_LETTERS: usize = 4;

impl Pass<'_> {
    /// What a key that is a number tells below one that tells of numbers; of any other key nothing.
    pub(super) fn number_key<'t>(&mut self, t: &'t [u8], key: &[u8], info: KeyInfo) -> Context<'t> {
        let frame = self.top();
        let (class, body, above) = (frame.class, frame.body, frame.key);
        let tells = info.class == NO_CLASS
            && self.class(class).is_some_and(|class| {
                class.category.is_some()
                    && matches!(class.value, ValueRule::Number | ValueRule::Phone)
            });
        let count = |kind: fn(&u8) -> bool| key.iter().filter(|c| kind(c)).count();
        if !tells
            || count(u8::is_ascii_digit) < FEWEST_DIGITS
            || count(u8::is_ascii_alphabetic) > MOST_LETTERS
        {
            return Context::NOTHING;
        }
        Context {
            class,
            inherited: true,
            key: &t[above.0..above.1],
            body,
            id: 0,
        }
    }

    /// Is the object at hand an element of a list, whose keys are those of records?
    pub(super) fn is_element(&self) -> bool {
        let frames = &self.scratch.frames;
        frames.len() >= 2 && frames[frames.len() - 2].array
    }

    pub(crate) fn person_key(&mut self, key: &[u8], at: usize, bits: Contents) {
        if bits & holds::ESCAPE == 0 {
            return self.plain_person_key(key, at);
        }
        self.layer(
            key,
            at,
            Coding::Json,
            |source, out, map| {
                decode::json_string(source, out, map);
                true
            },
            |pass, text| pass.plain_person_key(text, 0),
        );
    }

    fn plain_person_key(&mut self, key: &[u8], at: usize) {
        let core = self.core;
        let (Some(category), Ok(text)) = (core.name_category, std::str::from_utf8(key)) else {
            return;
        };
        if !core.names.is_name_beyond_doubt(text) {
            return;
        }
        let span = at..at + key.len();
        self.take(key, span, category, Rule::Named("name as a key"), 0, b"");
        self.scratch.needles.note(key, category, core);
    }
}
