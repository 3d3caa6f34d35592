//! Pseudonyms in stored text: `[NAME_3fa17c20be94ff01]`. The same pseudonym is the same person (or card, or telephone).

use std::{collections::BTreeSet, sync::OnceLock};

use regex::Regex;
use serde_json::Value;

use crate::{
    patterns::schema::Category,
    redact::{PseudonymKey, Pseudonymizer},
};

/// The labels that tell one person from another, strongest first. A name alone is a weak hint, so it comes last.
const PERSONAL: [&str; 8] = [
    "ID",
    "PASSPORT",
    "PERMIT",
    "MRZ",
    "PHONE",
    "EMAIL",
    "BANK_CARD",
    "NAME",
];

/// The pseudonym inside brackets, `ID_CN_9f2c41d07ab3e011`, if the text is one of a person.
fn is_personal(label: &str) -> bool {
    PERSONAL.iter().any(|p| {
        label == *p
            || label
                .strip_prefix(p)
                .is_some_and(|rest| rest.starts_with('_'))
    })
}

fn pattern() -> Option<&'static Regex> {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    PATTERN
        .get_or_init(|| Regex::new(r"\[([A-Z][A-Z0-9_]*)_([0-9a-f]{8,64})\]").ok())
        .as_ref()
}

/// Every personal pseudonym of a text, without brackets, strongest kinds first.
pub fn in_text(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for captures in pattern().into_iter().flat_map(|p| p.captures_iter(text)) {
        let (_, [label, digest]) = captures.extract();
        if is_personal(label) {
            let rank = PERSONAL
                .iter()
                .position(|p| label.starts_with(p))
                .unwrap_or(PERSONAL.len());
            found.insert((rank, format!("{label}_{digest}")));
        }
    }
    found.into_iter().map(|(_, token)| token).collect()
}

/// Every personal pseudonym anywhere in some values.
pub fn in_values<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let mut text = String::new();
    for value in values {
        text.push_str(&value.to_string());
        text.push('\n');
    }
    in_text(&text)
}

/// The pseudonyms that a value may have in the records: its digest behind every label of some categories, for each of the keys that were
/// in force. `wanted` chooses the categories by their identifiers.
pub fn of_value(
    value: &str,
    keys: &[PseudonymKey],
    categories: &[Category],
    wanted: impl Fn(&str) -> bool,
) -> Vec<String> {
    let digests: Vec<String> = keys
        .iter()
        .map(|key| Pseudonymizer::new(key).pseudonym(value))
        .collect();
    categories
        .iter()
        .filter(|category| wanted(&category.id))
        .flat_map(|category| {
            digests
                .iter()
                .map(|digest| format!("{}_{digest}", category.label))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_persons_only() {
        let text = r#"{"a":"[NAME_3fa17c20be94]","b":"x[ID_CN_9f2c41d07ab3e011]y [IMAGE_jpeg_48213B_640x480_71c2d90ae3f5] [SESSION_0011223344] [BIRTH_DATE] [IDLE_0011223344]"}"#;
        assert_eq!(
            in_text(text),
            ["ID_CN_9f2c41d07ab3e011", "NAME_3fa17c20be94"]
        );
    }
}
