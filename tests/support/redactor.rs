//! A redactor as it is without any settings, for tests that need no process.

use tuomin::patterns::Patterns;
use tuomin::redact::{PseudonymKey, RedactSettings, Redactor};

pub fn redactor() -> Redactor {
    let patterns = Patterns::builtin().expect("packs");
    let key = PseudonymKey::from_bytes([7; 32]);
    Redactor::new(&patterns, &RedactSettings::default(), key).expect("a redactor")
}
