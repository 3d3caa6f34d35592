//! One dead letter, and what the action line says of it.

use serde::{Deserialize, Serialize};

use super::now;
use crate::record::RootFields;

/// `op` of a letter that Kafka refused.
const PRODUCE: &str = "produce";

/// A line of a dead-letter file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetter {
    /// When it was given up.
    pub time: String,
    /// The index, stream or topic it was meant for.
    pub index: String,
    /// Its `_id`, or its key in Kafka.
    pub id: String,
    /// `index` or `create`; `produce` for Kafka.
    pub op: String,
    /// The status that Elasticsearch answered with, or Kafka's error code; 0 for records that were never sent.
    pub status: u16,
    /// The error's type.
    pub error: String,
    /// How many times it was sent.
    pub attempts: u32,
    /// The document as it was sent (before its safe form), as text: what is no sound JSON must fit as well. `null` for records past their retention.
    pub document: Option<String>,
}

impl DeadLetter {
    /// From an item as it stands in a bulk body: the action line, then the document line, if any.
    pub fn of(item: &[u8], status: u16, error: &str, attempts: u32) -> Self {
        let mut lines = item.splitn(2, |b| *b == b'\n');
        let action = Action::read(lines.next().unwrap_or_default()).unwrap_or_default();
        let document = lines
            .next()
            .map(|d| d.trim_ascii_end())
            .filter(|d| !d.is_empty());
        Self {
            time: now(),
            index: action.index,
            id: action.id,
            op: action.op,
            status,
            error: error.to_owned(),
            attempts,
            document: document.map(|d| String::from_utf8_lossy(d).into_owned()),
        }
    }

    /// A record that Kafka refused, with its topic and key.
    pub fn of_message(
        topic: &str,
        key: &[u8],
        payload: &[u8],
        (status, error): (u16, &str),
        attempts: u32,
    ) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self {
            time: now(),
            index: topic.to_owned(),
            id: text(key),
            op: PRODUCE.into(),
            status,
            error: error.to_owned(),
            attempts,
            document: Some(text(payload)),
        }
    }

    /// Whether it was on its way to Kafka.
    pub fn is_for_kafka(&self) -> bool {
        self.op == PRODUCE
    }

    /// The item again, to be sent once more to Elasticsearch. `None` for one without a document.
    pub fn item(&self) -> Option<Vec<u8>> {
        let document = self.document.as_ref()?;
        let op = if self.op == "create" {
            "create"
        } else {
            "index"
        };
        let action = serde_json::json!({ op: { "_index": self.index, "_id": self.id } });
        Some(format!("{action}\n{}\n", document.trim_end()).into_bytes())
    }
}

/// What an action line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// `index` or `create`.
    pub op: String,
    /// The index or stream.
    pub index: String,
    /// The document's identifier.
    pub id: String,
}

impl Action {
    /// Reads an action line.
    pub fn read(line: &[u8]) -> Option<Self> {
        let outer = RootFields::of(line).next()?;
        let mut action = Self {
            op: String::from_utf8_lossy(outer.key).into_owned(),
            ..Self::default()
        };
        for field in RootFields::of(outer.value.raw) {
            match field.key {
                b"_index" => action.index = field.value.text()?.into_owned(),
                b"_id" => action.id = field.value.text()?.into_owned(),
                _ => {}
            }
        }
        Some(action)
    }
}
