//! What is answered about documents, in Elasticsearch's words.
//!
//! | The store says | `index` | `create` |
//! |---|---|---|
//! | nothing (new, or safe in the spool or a dead letter) | 201 `created` | 201 `created` |
//! | it took another's place | 200 `updated` | 201 `created` (only without an `_id`: equal documents are one) |
//! | another is there and stays | 200 `noop` | 409 |

use std::{fmt::Write, time::Duration};

use axum::http::StatusCode;
use serde_json::Value as Json;

use crate::batch::{Fate, Note};

/// One document of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    action: &'static str,
    index: String,
    id: String,
    fate: Taken,
}

/// Whether a document became a record.
#[derive(Debug, PartialEq, Eq)]
enum Taken {
    /// The request's record of this number.
    Record(usize),
    /// Type and reason.
    Refused(&'static str, &'static str),
}

/// What is said of one item.
enum Verdict {
    Success(StatusCode, &'static str),
    Failure(StatusCode, &'static str, &'static str),
}

impl Item {
    /// One that is the request's record of this number.
    pub fn taken(action: &'static str, index: &str, id: &str, record: usize) -> Self {
        Self {
            action,
            index: index.to_owned(),
            id: id.to_owned(),
            fate: Taken::Record(record),
        }
    }

    /// One that is refused: type and reason.
    pub fn refused(
        action: &'static str,
        index: &str,
        id: &str,
        (kind, reason): (&'static str, &'static str),
    ) -> Self {
        Self {
            fate: Taken::Refused(kind, reason),
            ..Self::taken(action, index, id, 0)
        }
    }

    fn result(&self, notes: &[Note]) -> Verdict {
        let record = match self.fate {
            Taken::Record(record) => record,
            Taken::Refused(kind, reason) => {
                return Verdict::Failure(StatusCode::BAD_REQUEST, kind, reason);
            }
        };
        let note = notes.binary_search_by_key(&record, |note| note.0);
        match (note.ok().map(|at| notes[at].1), self.action) {
            (Some(Fate::AlreadyThere), "create") if !self.id.is_empty() => Verdict::Failure(
                StatusCode::CONFLICT,
                "version_conflict_engine_exception",
                "version conflict, document already exists",
            ),
            (Some(Fate::AlreadyThere), "index") => Verdict::Success(StatusCode::OK, "noop"),
            (Some(Fate::Updated), "index") => Verdict::Success(StatusCode::OK, "updated"),
            _ => Verdict::Success(StatusCode::CREATED, "created"),
        }
    }

    /// `"_index":"…","_id":"…","result":…`
    fn write(&self, result: &Verdict, text: &mut String) {
        let [index, id] = [&self.index, &self.id].map(|name| Json::from(name.as_str()));
        let _ = match result {
            Verdict::Success(_, result) => write!(
                text,
                r#""_index":{index},"_id":{id},"_version":1,"result":"{result}","_shards":{{"total":1,"successful":1,"failed":0}},"_seq_no":0,"_primary_term":1"#
            ),
            Verdict::Failure(_, kind, reason) => write!(
                text,
                r#""_index":{index},"_id":{id},"error":{{"type":"{kind}","reason":"{reason}"}}"#
            ),
        };
    }
}

impl Verdict {
    fn status(&self) -> StatusCode {
        match self {
            Self::Success(status, _) | Self::Failure(status, ..) => *status,
        }
    }
}

/// The answer to a bulk request. `notes` may come in any order.
pub fn bulk(items: &[Item], notes: &[Note], took: Duration) -> String {
    let mut notes = notes.to_vec();
    notes.sort_unstable_by_key(|note| note.0);
    let (mut text, mut errors) = (String::new(), false);
    for item in items {
        let result = item.result(&notes);
        errors |= matches!(result, Verdict::Failure(..));
        if !text.is_empty() {
            text.push(',');
        }
        let _ = write!(text, r#"{{"{}":{{"#, item.action);
        item.write(&result, &mut text);
        let _ = write!(text, r#","status":{}}}}}"#, result.status().as_u16());
    }
    let took = took.as_millis();
    format!(r#"{{"took":{took},"errors":{errors},"items":[{text}]}}"#)
}

/// The answer to a request for a single document.
pub fn one(item: &Item, notes: &[Note]) -> (StatusCode, String) {
    let result = item.result(notes);
    let status = result.status();
    let body = match result {
        Verdict::Failure(_, kind, reason) => super::error(status, kind, reason),
        Verdict::Success(..) => {
            let mut body = String::from("{");
            item.write(&result, &mut body);
            body.push('}');
            body
        }
    };
    (status, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_says_what_became_of_its_document() {
        let items = [
            Item::taken("index", "app", "1", 0),
            Item::taken("create", "app", "2", 1),
            Item::refused("delete", "app", "3", ("kind", "reason")),
            Item::taken("index", "app", "4", 2),
            Item::taken("create", "app", "", 3),
            Item::taken("create", "app", "6", 4),
            Item::taken("index", "app", "\"", 5),
        ];
        let notes = [
            (3, Fate::Updated),
            (2, Fate::AlreadyThere),
            (1, Fate::AlreadyThere),
            (0, Fate::Updated),
        ];
        let answer: Json = serde_json::from_str(&bulk(&items, &notes, Duration::ZERO)).unwrap();
        assert_eq!(answer["errors"], true);
        let said: Vec<_> = answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                let (action, item) = item.as_object().unwrap().iter().next().unwrap();
                let result = item["result"].as_str().or(item["error"]["type"].as_str());
                (
                    action.as_str(),
                    item["status"].as_u64().unwrap(),
                    result.unwrap(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                ("index", 200, "updated"),
                ("create", 409, "version_conflict_engine_exception"),
                ("delete", 400, "kind"),
                ("index", 200, "noop"),
                ("create", 201, "created"),
                ("create", 201, "created"),
                ("index", 201, "created"),
            ]
        );
    }

    #[test]
    fn a_document_by_itself_has_the_status_of_the_answer() {
        let (status, body) = one(
            &Item::taken("create", "app", "1", 0),
            &[(0, Fate::AlreadyThere)],
        );
        let body: Json = serde_json::from_str(&body).unwrap();
        assert_eq!((status.as_u16(), &body["status"]), (409, &409.into()));
        let (status, body) = one(&Item::taken("index", "app", "1", 0), &[(0, Fate::Updated)]);
        let body: Json = serde_json::from_str(&body).unwrap();
        assert_eq!((status.as_u16(), &body["result"]), (200, &"updated".into()));
    }
}
