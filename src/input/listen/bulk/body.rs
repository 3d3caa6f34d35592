//! The body of a bulk request.

use axum::http::StatusCode;
use serde::Deserialize;

use super::{super::endpoint::Refusal, answer::Item};
use crate::{
    input::lines::is_empty,
    record::claim::{Claim, LONGEST_ID, is_index_name},
};

/// Why a document without anything in it is refused.
pub const EMPTY: (&str, &str) = ("parse_exception", "request body is required");

/// Why a document can't have these names, as Elasticsearch puts it: type and reason.
pub fn refusal(index: &str, id: &str) -> Option<(&'static str, &'static str)> {
    match () {
        // Nothing was asked for.
        () if index.is_empty() => None,
        () if !is_index_name(index) => Some((
            "invalid_index_name_exception",
            "a name must begin with a lower-case letter or digit, and hold only those, `.`, `_` and `-`",
        )),
        () if id.len() > LONGEST_ID => {
            Some(("illegal_argument_exception", "id is longer than 512 bytes"))
        }
        () => None,
    }
}

/// A bulk body, taken apart.
pub struct Parsed {
    /// The documents, one a line.
    pub lines: Vec<u8>,
    /// What the answer will be about, in the order of the request.
    pub items: Vec<Item>,
}

/// An action line; one of these is there.
#[derive(Deserialize)]
struct Action {
    index: Option<Target>,
    create: Option<Target>,
    update: Option<Target>,
    delete: Option<Target>,
}

impl Action {
    /// Its name and what it is about.
    fn parts(self) -> Option<(&'static str, Target)> {
        let Self {
            index,
            create,
            update,
            delete,
        } = self;
        [
            ("index", index),
            ("create", create),
            ("update", update),
            ("delete", delete),
        ]
        .into_iter()
        .find_map(|(name, target)| Some((name, target?)))
    }
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<String>,
}

impl Parsed {
    /// Takes a body apart; `keep` puts the client's names in front of the documents.
    ///
    /// # Errors
    /// If it is no bulk body.
    pub fn of(body: &[u8], default_index: &str, keep: bool) -> Result<Self, Refusal> {
        const MALFORMED: Refusal = (StatusCode::BAD_REQUEST, "Malformed action/metadata line");
        let mut parsed = Self {
            lines: Vec::with_capacity(body.len()),
            items: Vec::new(),
        };
        let mut records = 0;
        let mut lines = body.split(|byte| *byte == b'\n');
        while let Some(line) = lines.next() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let action: Action = serde_json::from_slice(line).map_err(|_| MALFORMED)?;
            let Some((name, target)) = action.parts() else {
                return Err(MALFORMED);
            };
            let document = match name {
                "delete" => &b""[..],
                _ => lines.next().ok_or(MALFORMED)?,
            };
            let index = target.index.as_deref().unwrap_or(default_index);
            let id = target.id.as_deref().unwrap_or_default();
            let refused = match name {
                "index" | "create" if is_empty(document) => Some(EMPTY),
                "index" | "create" => refusal(index, id),
                _ => Some((
                    "illegal_argument_exception",
                    "only index and create are taken",
                )),
            };
            if let Some(why) = refused {
                parsed.items.push(Item::refused(name, index, id, why));
                continue;
            }
            if keep && !index.is_empty() {
                let create = name == "create";
                Claim { index, id, create }.write(document, &mut parsed.lines);
            } else {
                parsed.lines.extend_from_slice(document);
            }
            parsed.lines.push(b'\n');
            parsed.items.push(Item::taken(name, index, id, records));
            records += 1;
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_become_lines_and_every_action_has_its_item() {
        let body = b"{\"index\":{\"_index\":\"app\",\"_id\":\"1\"}}\n{\"x\":1}\n\n{\"create\":{}}\n{\"x\":2}\n{\"delete\":{\"_id\":\"3\"}}\n{\"update\":{\"_id\":\"4\"}}\n{\"doc\":{}}\n";
        let parsed = Parsed::of(body, "logs", false).unwrap();
        assert_eq!(parsed.lines, b"{\"x\":1}\n{\"x\":2}\n");
        let only = (
            "illegal_argument_exception",
            "only index and create are taken",
        );
        assert_eq!(
            parsed.items,
            [
                Item::taken("index", "app", "1", 0),
                Item::taken("create", "logs", "", 1),
                Item::refused("delete", "logs", "3", only),
                Item::refused("update", "logs", "4", only),
            ]
        );
    }

    #[test]
    fn an_empty_document_is_no_record() {
        let body = b"{\"index\":{}}\n \r\n{\"index\":{}}\n{}\n";
        let parsed = Parsed::of(body, "logs", true).unwrap();
        assert_eq!(
            parsed.items,
            [
                Item::refused("index", "logs", "", EMPTY),
                Item::taken("index", "logs", "", 0),
            ]
        );
    }

    #[test]
    fn what_is_no_bulk_body_is_refused() {
        for body in ["{\"x\":1}\n", "nonsense\n", "{\"index\":{}}", "[]\n{}\n"] {
            assert!(
                Parsed::of(body.as_bytes(), "logs", false).is_err(),
                "{body}"
            );
        }
    }
}
