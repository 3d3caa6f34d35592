//! The name that a client gave a record: an index, and perhaps an identifier. It travels at the front of the record itself, so that it is
//! redacted like everything else in it: identifiers are often personal data.
//!
//! ```text
//! {"@tuomin.4711":["app-logs","order-1",false],"Action":"Verify", …}
//! ```
//! The number is another one in each process and nowhere written down, so no record can claim a name by itself.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::OnceLock,
};

use super::RootFields;

/// Longest identifier that Elasticsearch takes, in bytes.
pub const LONGEST_ID: usize = 512;
/// Longest name of an index that leaves room for what is put around it.
const LONGEST_INDEX: usize = 180;

/// What a client calls a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The index.
    pub index: &'a str,
    /// The identifier; empty if it gave none.
    pub id: &'a str,
    /// Only if there is none of that identifier yet.
    pub create: bool,
}

/// A claim as it came out of redaction.
pub struct Claimed<'a> {
    /// Its bytes, an array.
    pub value: &'a [u8],
    /// Where it ends in the line.
    pub end: usize,
}

/// Whether an index can have this name: lower-case letters and digits, `.`, `_` and `-` within.
pub fn is_index_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=LONGEST_INDEX).contains(&name.len())
        && name.bytes().next().is_some_and(is_plain)
        && name
            .bytes()
            .all(|byte| is_plain(byte) || b"._-".contains(&byte))
}

impl Claim<'_> {
    /// Appends `record` with the claim in front. What is no JSON object stays as it is, without.
    pub fn write(&self, record: &[u8], out: &mut Vec<u8>) {
        let record = record.trim_ascii();
        let Some(fields) = record.strip_prefix(b"{") else {
            return out.extend_from_slice(record);
        };
        let claim = serde_json::json!([self.index, self.id, self.create]);
        out.extend_from_slice(format!("{{\"{}\":{claim}", key()).as_bytes());
        if fields.trim_ascii_start().first() != Some(&b'}') {
            out.push(b',');
        }
        out.extend_from_slice(fields);
    }
}

impl<'a> Claimed<'a> {
    /// The claim of a line, if it has one.
    pub fn of(line: &'a [u8]) -> Option<Self> {
        let first = RootFields::of(line).next()?;
        (first.key == key().as_bytes()).then_some(Self {
            value: first.value.raw,
            end: first.end,
        })
    }

    /// Index, identifier, and whether only a new one is wanted.
    pub fn parts(&self) -> Option<(String, String, bool)> {
        serde_json::from_slice(self.value).ok()
    }
}

/// The key under which a claim stands. Digits only behind the dot: letters could happen to spell a word that means something.
fn key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let random = || RandomState::new().build_hasher().finish();
        format!("@tuomin.{}{}", random(), random())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_comes_back_and_the_record_stays() {
        let claim = Claim {
            index: "app",
            id: "a\"b]",
            create: true,
        };
        for (record, rest) in [(&b"{\"a\":1}"[..], &b",\"a\":1}"[..]), (b" { } \r", b" }")] {
            let mut line = Vec::new();
            claim.write(record, &mut line);
            let claimed = Claimed::of(&line).unwrap();
            assert_eq!(claimed.parts(), Some(("app".into(), "a\"b]".into(), true)));
            assert_eq!(&line[claimed.end..], rest);
            assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
        }
        let mut line = Vec::new();
        claim.write(b"no object", &mut line);
        assert_eq!(line, b"no object");
        assert!(Claimed::of(b"{\"@tuomin.1\":[\"app\",\"1\",false]}").is_none());
    }

    #[test]
    fn names_that_would_not_be_safe_in_a_path_are_none() {
        for name in ["app-logs", "filebeat-8.19.0", "0_x", "app-2026.11.24"] {
            assert!(is_index_name(name), "{name}");
        }
        for name in [
            "",
            "App",
            "-app",
            ".kibana",
            "a/b",
            "a,b",
            "a*",
            "<a-{now}>",
            "日志",
        ] {
            assert!(!is_index_name(name), "{name}");
        }
        assert!(!is_index_name(&"a".repeat(181)));
    }
}
