//! Keyed pseudonyms: the same for the same value, and no way back from them.
//!
//! A pseudonym is the first 64 bits of BLAKE3 in keyed mode (Aumasson et al., "BLAKE3: one function, fast everywhere",
//! 2020) over the value in *normal form*: full-width narrowed, upper case, without separators. So `11010519491231002x`,
//! `110105 19491231 002X` and `１１０１…` share one, whatever the field they stand in, and `tuomin token` finds it again.
//! The key never leaves the process; without it a list of all identity numbers can't be hashed and compared.

use std::path::Path;

use secrecy::{ExposeSecret, SecretBox};
use thiserror::Error;

/// Bytes of a pseudonym; shown as twice as many hexadecimal digits.
pub const PSEUDONYM_BYTES: usize = 8;

/// The environment variable that holds a key, 64 hexadecimal digits.
pub const KEY_VARIABLE: &str = "TUOMIN_KEY";

/// Where a key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The key file.
    File,
    /// [`KEY_VARIABLE`].
    Environment,
    /// Made up for this process: pseudonyms of another run will differ.
    Ephemeral,
}

/// Why a key can't be used. Never shows the key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file can't be read.
    #[error("key file {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not 64 hexadecimal digits.
    #[error(
        "{place}: a key is 64 hexadecimal digits (32 bytes); make one with `openssl rand -hex 32`"
    )]
    Malformed {
        /// File or variable.
        place: String,
    },
    /// The operating system gives no random bytes.
    #[error("no random bytes for an ephemeral key: {0}")]
    NoRandom(std::io::Error),
}

/// The secret key of a deployment, 32 bytes. Has no `Debug` that shows it, and is wiped when dropped.
pub struct PseudonymKey(SecretBox<[u8; 32]>);

impl PseudonymKey {
    /// A key of given bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Takes the key from `path`, else from [`KEY_VARIABLE`], else makes one up.
    ///
    /// # Errors
    /// [`KeyError`] if a named source can't be used; a wrong key is never replaced by a made-up one.
    pub fn load(path: Option<&Path>) -> Result<(Self, KeyOrigin), KeyError> {
        if let Some(path) = path {
            let place = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|source| KeyError::Unreadable {
                path: place.clone(),
                source,
            })?;
            return Ok((Self::from_hex(text.trim(), place)?, KeyOrigin::File));
        }
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return Ok((
                Self::from_hex(text.trim(), KEY_VARIABLE.into())?,
                KeyOrigin::Environment,
            ));
        }
        let mut bytes = [0; 32];
        std::fs::File::open("/dev/urandom")
            .and_then(|mut f| std::io::Read::read_exact(&mut f, &mut bytes))
            .map_err(KeyError::NoRandom)?;
        Ok((Self::from_bytes(bytes), KeyOrigin::Ephemeral))
    }

    /// A key for another purpose, derived so that neither tells of the other (BLAKE3's key derivation mode).
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, self.0.expose_secret())
    }

    fn from_hex(text: &str, place: String) -> Result<Self, KeyError> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        let hex = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
        if digits.len() != 64 {
            return Err(KeyError::Malformed { place });
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            match (hex(pair[0]), hex(pair[1])) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(KeyError::Malformed { place }),
            }
        }
        Ok(Self::from_bytes(bytes))
    }
}

/// Computes pseudonyms.
pub struct Pseudonymizer {
    key: [u8; 32],
}

impl Pseudonymizer {
    /// Derives the pseudonym key from the deployment's key.
    pub fn new(key: &PseudonymKey) -> Self {
        Self {
            key: key.derive("tuomin 2026 pseudonym of a value"),
        }
    }

    /// The pseudonym of a value, as 16 lower-case hexadecimal digits appended to `out`.
    /// `normal` is a buffer to use again.
    ///
    /// ```
    /// use tuomin::redact::{PseudonymKey, Pseudonymizer};
    /// let p = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]));
    /// assert_eq!(p.pseudonym("11010519491231002x"), p.pseudonym("110105 19491231 002X"));
    /// assert_eq!(p.pseudonym("张三").len(), 16);
    /// ```
    pub fn write(&self, value: &[u8], normal: &mut Vec<u8>, out: &mut Vec<u8>) {
        normal.clear();
        normalise(value, normal);
        let hash = blake3::keyed_hash(&self.key, normal);
        let mut digits = [0; 2 * PSEUDONYM_BYTES];
        for (two, byte) in digits.chunks_exact_mut(2).zip(hash.as_bytes()) {
            two.copy_from_slice(&HEX[usize::from(*byte)]);
        }
        out.extend_from_slice(&digits);
    }

    /// The same for callers that want a string.
    pub fn pseudonym(&self, value: &str) -> String {
        let (mut normal, mut out) = (Vec::new(), Vec::new());
        self.write(value.as_bytes(), &mut normal, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

/// The two digits of each byte.
pub(crate) const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut hex = [[0; 2]; 256];
    let mut i = 0;
    while i < 256 {
        hex[i] = [digits[i >> 4], digits[i & 15]];
        i += 1;
    }
    hex
};

impl Drop for Pseudonymizer {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// Appends the normal form of a value: full-width ASCII narrowed, Latin letters in upper case, separators and white space gone.
fn normalise(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    if value.is_ascii() {
        return normalise_ascii(value, out);
    }
    loop {
        let ascii = rest
            .iter()
            .position(|c| !c.is_ascii())
            .unwrap_or(rest.len());
        normalise_ascii(&rest[..ascii], out);
        rest = &rest[ascii..];
        // U+4000..U+9FFF: Chinese characters have no case, and none of them is a separator
        let mut same = 0;
        while let [0xe4..=0xe9, 0x80..=0xbf, 0x80..=0xbf, ..] = rest[same..] {
            same += 3;
        }
        if same > 0 {
            out.extend_from_slice(&rest[..same]);
            rest = &rest[same..];
            continue;
        }
        // no character is longer than four bytes
        let Some(chunk) = rest[..rest.len().min(4)].utf8_chunks().next() else {
            return;
        };
        let Some(c) = chunk.valid().chars().next() else {
            out.extend_from_slice(chunk.invalid());
            rest = &rest[chunk.invalid().len()..];
            continue;
        };
        rest = &rest[c.len_utf8()..];
        let c = narrow(c);
        if c.is_ascii() {
            normalise_ascii(&[c as u8], out);
        } else if !c.is_whitespace() && c != '·' && c != '・' {
            let mut bytes = [0; 4];
            for upper in c.to_uppercase() {
                out.extend_from_slice(upper.encode_utf8(&mut bytes).as_bytes());
            }
        }
    }
}

/// The same of ASCII alone: the ends of an image are two kilobytes of it, so no byte costs a branch.
fn normalise_ascii(value: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + value.len(), 0);
    let mut end = from;
    for c in value {
        let (upper, kept) = FORMS[usize::from(*c)];
        out[end] = upper;
        end += usize::from(kept);
    }
    out.truncate(end);
}

/// For each byte its capital form, and 0 for what stands between the parts of a value without belonging to it, or else 1.
const FORMS: [(u8, u8); 256] = {
    let mut forms = [(0, 1); 256];
    let mut i = 0;
    while i < 256 {
        forms[i].0 = (i as u8).to_ascii_uppercase();
        i += 1;
    }
    let separators = b" -.,/()_\t\r\n";
    let mut i = 0;
    while i < separators.len() {
        forms[separators[i] as usize].1 = 0;
        i += 1;
    }
    forms
};

/// The half-width form of a full-width ASCII character (Unicode block "Halfwidth and Fullwidth Forms").
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::Strategy as _;

    #[test]
    fn one_value_one_pseudonym() {
        let p = Pseudonymizer::new(&PseudonymKey::from_bytes([1; 32]));
        let expected = p.pseudonym("A123456(3)");
        for spelling in [
            "a123456(3)",
            "A1234563",
            "Ａ１２３４５６（３）",
            "A 123456 3",
        ] {
            assert_eq!(p.pseudonym(spelling), expected, "{spelling}");
        }
        assert_ne!(p.pseudonym("A1234564"), expected);
        let other = Pseudonymizer::new(&PseudonymKey::from_bytes([2; 32]));
        assert_ne!(other.pseudonym("A1234563"), expected);
    }

    /// The same, a character at a time.
    fn plainly(value: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for chunk in value.utf8_chunks() {
            for c in chunk.valid().chars().map(narrow) {
                if c.is_ascii() && !" -.,/()_\t\r\n".contains(c) {
                    out.push(c.to_ascii_uppercase() as u8);
                } else if !c.is_ascii() && !c.is_whitespace() && !"·・".contains(c) {
                    out.extend(c.to_uppercase().collect::<String>().as_bytes());
                }
            }
            out.extend_from_slice(chunk.invalid());
        }
        out
    }

    proptest::proptest! {
        #[test]
        fn the_normal_form_is_that_of_each_character(
            parts in proptest::collection::vec(proptest::prop_oneof![
                "[ -~\t\r\n]{0,9}".prop_map(String::into_bytes),
                "[张Ａ１（ßéñ·・\u{3000}\u{2003}ก]{0,5}".prop_map(String::into_bytes),
                proptest::collection::vec(proptest::num::u8::ANY, 0..6),
            ], 0..8)
        ) {
            let value = parts.concat();
            let mut normal = Vec::new();
            normalise(&value, &mut normal);
            proptest::prop_assert_eq!(normal, plainly(&value));
        }
    }

    #[test]
    fn a_bad_key_is_refused_without_showing_it() {
        for bad in ["", "zz", &"g".repeat(64)] {
            let error = PseudonymKey::from_hex(bad, "here".into())
                .err()
                .map(|e| e.to_string());
            assert!(error.is_some_and(|e| e.starts_with("here:")));
        }
    }
}
