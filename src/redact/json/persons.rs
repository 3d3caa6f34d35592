//! Names of persons as keys of an object: `{"persons": {"张三": {"score": 0.9}}}`.
//!
//! Only under a key that says so, and only what is a name beyond doubt: keys are words of a program far more often.

use crate::redact::edit::Coding;
use crate::redact::layers::decode;
use crate::redact::pass::{Pass, Rule};
use crate::redact::scan::{Contents, holds};

impl Pass<'_> {
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
