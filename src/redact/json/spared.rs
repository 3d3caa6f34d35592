//! Secrets that are a machine's identifier as well: a session that has the request's id for a name. Below the key of the session it is gone; where
//! else the record tells it, it is what leads through the logs.

use crate::redact::core::Core;
use crate::redact::pass::Scratch;

/// The longest key that is read before a value.
const KEY: usize = 40;
/// So many signs at most stand between a key and its value: `\\\":\\\"`.
const SIGNS: usize = 16;
/// So many places of one secret are asked what they stand under.
const PLACES: usize = 16;

impl Scratch {
    /// Looks for no secret that stands in what is left of a record under an identifier's key.
    pub fn spare_identifiers(&mut self, left: &[u8], core: &Core) {
        let Self { needles, keys, .. } = self;
        needles.spare(|secret| {
            let places = memchr::memmem::find_iter(left, secret).take(PLACES);
            places.map(|at| key_before(left, at)).any(|key| {
                let class = keys.meaning(key, &core.fields).class;
                let class = core.fields.classes.get(class as usize);
                class.is_some_and(|class| class.id == "safe.id")
            })
        });
    }
}

/// The key or label before a value.
fn key_before(text: &[u8], at: usize) -> &[u8] {
    let sign = |c: &&u8| matches!(**c, b'"' | b'\'' | b'\\' | b' ' | b':' | b'=');
    let signs = text[..at].iter().rev().take(SIGNS).take_while(sign).count();
    let end = at - signs;
    let named = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'_' | b'-') || **c >= 0x80;
    let letters = text[..end].iter().rev().take(KEY).take_while(named).count();
    match text[end..at].iter().any(|c| matches!(c, b':' | b'=')) {
        true => &text[end - letters..end],
        false => b"",
    }
}
