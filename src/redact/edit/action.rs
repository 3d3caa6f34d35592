//! What is done with a finding: the replacement text.
//!
//! Every replacement needs no JSON escape, is one term for Elasticsearch's standard analyzer (Unicode Annex #29 does not break at
//! `_`), and is recognised again by [`Catalog::is_placeholder`], which makes redaction idempotent.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::pseudonym::{PSEUDONYM_BYTES, Pseudonymizer};
use crate::patterns::schema::{ActionName, Category};

/// Index of a category in the catalog.
pub(crate) type CategoryId = u16;

/// The kinds of personal data that detectors tell apart; by the first part of a category's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Name,
    Address,
    IdNumber,
    Passport,
    TravelPermit,
    /// The machine-readable zone of a document.
    Zone,
    Phone,
    Mail,
    Messenger,
    BankCard,
    BirthDate,
    BirthPlace,
    Gender,
    Nationality,
    Ethnicity,
    Authority,
    /// When a document was issued, and until when it counts.
    Validity,
    /// Passwords and tokens: any word may be one, so only what looks like nothing else is looked for again.
    Secret,
    Other,
}

impl Family {
    fn of(id: &str) -> Self {
        match id.split('.').next().unwrap_or(id) {
            "credential" | "password" => Self::Secret,
            "name" => Self::Name,
            "address" => Self::Address,
            "id_number" => Self::IdNumber,
            "passport" => Self::Passport,
            "travel_permit" => Self::TravelPermit,
            "mrz" => Self::Zone,
            "phone" => Self::Phone,
            "email" => Self::Mail,
            "messenger" => Self::Messenger,
            "bank_card" => Self::BankCard,
            "birth_date" => Self::BirthDate,
            "birth_place" => Self::BirthPlace,
            "gender" => Self::Gender,
            "nationality" => Self::Nationality,
            "ethnicity" => Self::Ethnicity,
            "authority" => Self::Authority,
            "validity" => Self::Validity,
            _ => Self::Other,
        }
    }

    /// Records repeat its values, and they are told apart well enough to be looked for again.
    pub fn is_repeated(self) -> bool {
        !self.is_described() && !matches!(self, Self::Authority | Self::Validity | Self::Other)
    }

    /// Attributes with few values.
    fn is_described(self) -> bool {
        matches!(
            self,
            Self::BirthDate | Self::BirthPlace | Self::Gender | Self::Nationality | Self::Ethnicity
        )
    }

    /// Only persons have such values; things have names and addresses as well.
    pub fn is_personal(self) -> bool {
        !matches!(
            self,
            Self::Name
                | Self::Address
                | Self::Messenger
                | Self::BankCard
                | Self::Authority
                | Self::Validity
                | Self::Secret
                | Self::Other
        )
    }

    /// Three of these in one object leave no doubt that it is of a person.
    pub fn describes(self) -> bool {
        matches!(
            self,
            Self::Name | Self::BirthDate | Self::Gender | Self::Nationality | Self::Address
        )
    }
}

/// A longer placeholder is none, in bytes.
const LONGEST: usize = 120;

/// The categories with the actions in force.
pub(crate) struct Catalog {
    ids: Vec<String>,
    labels: Vec<Vec<u8>>,
    actions: Vec<ActionName>,
    off: Vec<bool>,
    families: Vec<Family>,
    /// What placeholders may be called.
    known: HashSet<Vec<u8>, foldhash::fast::FixedState>,
    /// The bytes with which they begin.
    begins: [bool; 256],
}

impl Catalog {
    pub fn new(
        categories: &[Category],
        actions: &BTreeMap<String, ActionName>,
        off: &[String],
    ) -> Self {
        let family = |id: &str| id.split('.').next().unwrap_or(id).to_string();
        let own = ["UNREADABLE", "TEXT", "NUMBER", "DATA"];
        let known: HashSet<Vec<u8>, _> = categories
            .iter()
            .map(|c| c.label.as_str())
            .chain(own)
            .map(|label| label.as_bytes().to_vec())
            .collect();
        let begins = |c| {
            known
                .iter()
                .any(|l| l.first().is_some_and(|f| usize::from(*f) == c))
        };
        let begins = std::array::from_fn(begins);
        Self {
            ids: categories.iter().map(|c| c.id.clone()).collect(),
            labels: categories
                .iter()
                .map(|c| c.label.clone().into_bytes())
                .collect(),
            actions: categories
                .iter()
                .map(|c| {
                    *actions
                        .get(&c.id)
                        .or_else(|| actions.get(&family(&c.id)))
                        .unwrap_or(&c.action)
                })
                .collect(),
            off: categories
                .iter()
                .map(|c| off.contains(&c.id) || off.contains(&family(&c.id)))
                .collect(),
            families: categories.iter().map(|c| Family::of(&c.id)).collect(),
            known,
            begins,
        }
    }

    pub fn family(&self, category: CategoryId) -> Family {
        self.families[category as usize]
    }

    /// May its values be any word?
    pub fn is_secret(&self, category: CategoryId) -> bool {
        self.family(category) == Family::Secret
    }

    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    pub fn lookup(&self, id: &str) -> Option<CategoryId> {
        self.ids
            .iter()
            .position(|i| i == id)
            .map(|i| i as CategoryId)
    }

    pub fn action(&self, category: CategoryId) -> ActionName {
        self.actions[category as usize]
    }

    pub fn is_off(&self, category: CategoryId) -> bool {
        self.off[category as usize]
    }

    pub fn label(&self, category: CategoryId) -> &[u8] {
        &self.labels[category as usize]
    }

    /// Is the whole text one of our replacements (or a pseudonym of ours between white space)?
    pub fn is_placeholder(&self, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        text.first() == Some(&b'[') && self.placeholder_at(text, 0) == Some(text.len())
    }

    /// Is a placeholder one that says no more than what stood there, as it is written?
    pub fn is_bare(&self, placeholder: &[u8]) -> bool {
        let inner = &placeholder[1..placeholder.len() - 1];
        let mut labels = self.labels.iter().zip(&self.actions);
        labels.any(|(label, action)| label == inner && *action == ActionName::Label)
    }

    /// The end of the placeholder that starts at `start`, if one does.
    pub fn placeholder_at(&self, text: &[u8], start: usize) -> Option<usize> {
        let inner = text.get(start + 1..)?;
        if !self.begins[usize::from(*inner.first()?)] {
            return None;
        }
        let length = inner.iter().take(LONGEST).position(|c| *c == b']')?;
        let inner = &inner[..length];
        // the longest label that ends there or at a `_`
        let ends = memchr::memchr_iter(b'_', inner).rev();
        let mut ends = std::iter::once(length).chain(ends);
        let label = ends.find(|end| self.known.contains(&inner[..*end]))?;
        let rest = &inner[label..];
        let well_formed = match rest.split_first() {
            None => true,
            Some((b'_', details)) => {
                details
                    .iter()
                    .all(|c| c.is_ascii_alphanumeric() || *c == b'_')
                    && {
                        let last = details.rsplit(|c| *c == b'_').next().unwrap_or_default();
                        (last.len() == 2 * PSEUDONYM_BYTES
                            && last
                                .iter()
                                .all(|c| c.is_ascii_digit() || matches!(c, b'a'..=b'f')))
                            || (details.len() < 6 && details.iter().all(u8::is_ascii_digit))
                    }
            }
            _ => false,
        };
        well_formed.then_some(start + length + 2)
    }

    /// The next placeholder in a text at or after `from`.
    pub fn next_placeholder(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        memchr::memchr_iter(b'[', text.get(from..)?)
            .map(|open| from + open)
            .find_map(|start| Some(start..self.placeholder_at(text, start)?))
    }

    /// Does a placeholder begin in a span of a text?
    pub fn holds_placeholder(&self, text: &[u8], span: &Range<usize>) -> bool {
        // no further than the longest that begins in it
        let reach = &text[..text.len().min(span.end + LONGEST)];
        let next = self.next_placeholder(reach, span.start);
        next.is_some_and(|ours| ours.start < span.end)
    }

    /// A text without the placeholders in it; `None` if it holds none, which is nearly always.
    pub fn without_placeholders(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut next = Some(self.next_placeholder(text, 0)?);
        let (mut out, mut from) = (Vec::new(), 0);
        while let Some(ours) = next {
            out.extend_from_slice(&text[from..ours.start]);
            from = ours.end;
            next = self.next_placeholder(text, from);
        }
        out.extend_from_slice(&text[from..]);
        Some(out)
    }

    /// The placeholder that covers `position`, if any.
    pub fn placeholder_over(&self, text: &[u8], position: usize) -> Option<Range<usize>> {
        let from = position.saturating_sub(LONGEST);
        let start = from + memchr::memrchr(b'[', &text[from..(position + 1).min(text.len())])?;
        let end = self.placeholder_at(text, start)?;
        (end > position).then_some(start..end)
    }
}

/// Appends the replacement of `value`. `details` come between label and pseudonym when something is described.
pub(crate) fn write_replacement(
    label: &[u8],
    action: ActionName,
    value: &[u8],
    details: &[u8],
    pseudonyms: &Pseudonymizer,
    normal: &mut Vec<u8>,
    out: &mut Vec<u8>,
) {
    match action {
        ActionName::Keep => out.extend_from_slice(value),
        ActionName::Mask => mask(value, out),
        ActionName::Label => {
            out.push(b'[');
            out.extend_from_slice(label);
            out.push(b']');
        }
        ActionName::Token | ActionName::Describe => {
            out.push(b'[');
            out.extend_from_slice(label);
            out.push(b'_');
            if action == ActionName::Describe && !details.is_empty() {
                out.extend_from_slice(details);
                out.push(b'_');
            }
            pseudonyms.write(value, normal, out);
            out.push(b']');
        }
    }
}

/// Keeps the ends in the way the field is used to: `110***********002X`, `张*`, `138****5678`, `z***@example.com`.
fn mask(value: &[u8], out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(value);
    if let Some((user, host)) = text.split_once('@')
        && host
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-'))
    {
        out.push(
            user.bytes()
                .next()
                .filter(u8::is_ascii_alphanumeric)
                .unwrap_or(b'*'),
        );
        out.extend_from_slice(b"***@");
        out.extend_from_slice(host.as_bytes());
        return;
    }
    let length = text.chars().count();
    let (head, tail) = match length {
        0..=4 => (1, 0),
        5..=7 => (1, 1),
        8..=10 => (2, 2),
        _ => (3, 4),
    };
    let mut bytes = [0; 4];
    for (i, c) in text.chars().enumerate() {
        let shown = (i < head || i + tail >= length) && (c.is_alphanumeric() && c != '\u{fffd}');
        out.extend_from_slice(if shown {
            c.encode_utf8(&mut bytes).as_bytes()
        } else {
            b"*"
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::PseudonymKey;

    fn masked(value: &str) -> String {
        let mut out = Vec::new();
        mask(value.as_bytes(), &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn masks_keep_the_ends_and_are_stable() {
        for (value, expected) in [
            ("11010519491231002X", "110***********002X"),
            ("张三", "张*"),
            ("13812345678", "138****5678"),
            ("zhang@example.com", "z***@example.com"),
            ("\"\\\n", "***"),
        ] {
            assert_eq!(masked(value), expected);
            assert_eq!(masked(expected), expected);
        }
    }

    #[test]
    fn placeholders_are_recognised_and_nothing_else() {
        let categories = [
            Category {
                id: "id_number.cn".into(),
                label: "ID_CN".into(),
                action: ActionName::Token,
                title: String::new(),
            },
            Category {
                id: "gender".into(),
                label: "GENDER".into(),
                action: ActionName::Label,
                title: String::new(),
            },
        ];
        let catalog = Catalog::new(&categories, &BTreeMap::new(), &[]);
        let mut out = Vec::new();
        let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([3; 32]));
        write_replacement(
            b"ID_CN",
            ActionName::Token,
            b"1",
            b"",
            &pseudonyms,
            &mut Vec::new(),
            &mut out,
        );
        assert!(catalog.is_placeholder(&out));
        assert!(catalog.is_placeholder(b"[GENDER]"));
        for no in [
            "[张三]",
            "[GENDER",
            "[ID_CN_110105194912310021]",
            "[ID_CN_zz2c41d07ab3e011x]",
            "[OTHER]",
        ] {
            assert!(!catalog.is_placeholder(no.as_bytes()), "{no}");
        }
    }
}
