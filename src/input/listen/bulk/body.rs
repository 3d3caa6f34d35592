//! The body of a bulk request, and what is answered about each of its items.

use std::fmt::Write;

use axum::http::StatusCode;
use serde::Deserialize;

use super::super::endpoint::Refusal;
use crate::record::claim::{Claim, LONGEST_ID, is_index_name};

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

/// `"_index":"…","_id":"…",`
pub fn names(text: &mut String, index: &str, id: &str) {
    let quoted = |name: &str| serde_json::Value::from(name).to_string();
    let _ = write!(text, r#""_index":{},"_id":{},"#, quoted(index), quoted(id));
}

/// A bulk body, taken apart.
pub struct Parsed {
    /// The documents, one a line.
    pub lines: Vec<u8>,
    /// The answer's items.
    pub items: String,
    /// Whether one of them is an error.
    pub errors: bool,
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
            items: String::new(),
            errors: false,
        };
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
            if !parsed.items.is_empty() {
                parsed.items.push(',');
            }
            let _ = write!(parsed.items, r#"{{"{name}":{{"#);
            let index = target.index.as_deref().unwrap_or(default_index);
            let id = target.id.as_deref().unwrap_or_default();
            names(&mut parsed.items, index, id);
            let refused = match name {
                "index" | "create" => refusal(index, id),
                _ => Some((
                    "illegal_argument_exception",
                    "only index and create are taken",
                )),
            };
            if let Some((kind, reason)) = refused {
                parsed.errors = true;
                let _ = write!(
                    parsed.items,
                    r#""status":400,"error":{{"type":"{kind}","reason":"{reason}"}}}}}}"#
                );
                continue;
            }
            if keep && !index.is_empty() {
                let create = name == "create";
                Claim { index, id, create }.write(document, &mut parsed.lines);
            } else {
                parsed.lines.extend_from_slice(document);
            }
            parsed.lines.push(b'\n');
            parsed.items.push_str(
                r#""_version":1,"result":"created","_seq_no":0,"_primary_term":1,"status":201}}"#,
            );
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
        let items: serde_json::Value =
            serde_json::from_str(&format!("[{}]", parsed.items)).unwrap();
        assert_eq!(items[0]["index"]["_index"], "app");
        assert_eq!(
            (&items[1]["create"]["_index"], &items[1]["create"]["status"]),
            (&"logs".into(), &201.into())
        );
        assert_eq!(
            (&items[2]["delete"]["status"], &items[3]["update"]["status"]),
            (&400.into(), &400.into())
        );
        assert!(parsed.errors);
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
