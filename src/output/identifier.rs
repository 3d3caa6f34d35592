//! A record's identifier: a function of its line and the key alone, so that a record and its replay have the same, wherever and whenever
//! they are processed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroize;

/// Gives identifiers. They use a key derived from that of the pseudonyms, so that neither tells anything about the other.
pub struct Identifiers {
    key: [u8; 32],
}

impl Identifiers {
    /// Bytes of an identifier.
    pub const LENGTH: usize = 22;

    /// `key` is derived from the key of the pseudonyms.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: blake3::derive_key("tuomin 2026-11 elasticsearch document id", key),
        }
    }

    /// Appends the identifier of a line (or of what else tells a record from others) as it came: letters, digits, `-` and `_`.
    pub fn write(&self, raw: &[u8], out: &mut Vec<u8>) {
        let hash = blake3::keyed_hash(&self.key, raw);
        let mut id = [0; Self::LENGTH];
        // 16 bytes are 22 digits: they always fit.
        let written = URL_SAFE_NO_PAD.encode_slice(&hash.as_bytes()[..16], &mut id);
        out.extend_from_slice(&id[..written.unwrap_or(0)]);
    }
}

impl Drop for Identifiers {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}
