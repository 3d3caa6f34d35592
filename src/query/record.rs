//! One stored record: its facts, and the line it came from.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Serialize;
use serde_json::{Map, Value};

pub use super::facts::{Facts, SUCCESS_CODES, is_error_code};
use super::time::Millis;
pub use crate::record::Kind;
use crate::record::{Envelope, Field as Role, IndexAs, RecordTable};

/// Longest text that is a fact, in bytes.
const LONGEST_FACT: usize = 1024;

/// A kind by its name.
pub fn kind(text: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|k| k.as_str() == text)
}

/// The names that count for what, the same for every reader.
pub fn table() -> &'static RecordTable {
    static TABLE: OnceLock<RecordTable> = OnceLock::new();
    TABLE.get_or_init(RecordTable::builtin)
}

/// A record as a reader sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The document's identifier in the store; none for a line of a file.
    #[serde(skip)]
    pub id: Option<String>,
    /// When it happened.
    #[serde(skip)]
    pub time: Option<Millis>,
    /// What it is.
    pub kind: Kind,
    /// Its facts.
    #[serde(flatten)]
    pub facts: Facts,
    /// What the writer remarked: `not_json`, `no_event_time` …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How many values were taken out, where the store counted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings_total: Option<u64>,
    /// The same by category.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<String, u64>,
    /// The line's own fields, in their order. Empty until [`Self::open`] was called on a record from a file.
    pub fields: Map<String, Value>,
}

impl Record {
    /// The facts of a redacted line, by one walk over its root; [`Self::fields`] stays empty.
    pub fn head(line: &[u8]) -> Self {
        Self::head_with(line, table(), None)
    }

    /// Like [`Self::head`], with the zone of times that name none in the table, and a kind that overrides what the fields say.
    pub fn head_with(line: &[u8], table: &RecordTable, kind: Option<Kind>) -> Self {
        let envelope = Envelope::read(line, table, kind);
        // As the writer of the document has it: what is longer is no identifier.
        let text = |role| {
            let value = envelope.value(role)?;
            (value.raw.len() <= LONGEST_FACT)
                .then(|| value.text())
                .flatten()
                .map(std::borrow::Cow::into_owned)
        };
        let mut tags = line_tags(line);
        // The text of a line that is no JSON stands in its message: no code's text.
        let code_text = if tags.is_empty() {
            text(Role::CodeText)
        } else {
            None
        };
        if envelope.event_ms.is_none() {
            tags.push("no_event_time".to_owned());
        }
        Self {
            id: None,
            time: envelope.event_ms,
            kind: envelope.kind,
            facts: Facts {
                request_id: text(Role::RequestId),
                app_id: text(Role::AppId),
                action: text(Role::Action),
                code: text(Role::Code),
                code_text,
                cost_ms: envelope.cost_ms(),
                caller: text(Role::Caller),
                service: text(Role::Service),
                host: text(Role::Host),
                client_ip: envelope.client_ip().map(|ip| ip.to_string()),
                session: text(Role::Session),
                region: text(Role::Region),
            },
            tags,
            findings_total: None,
            findings: BTreeMap::new(),
            fields: Map::new(),
        }
    }

    /// Fills in the line's own fields.
    pub fn open(&mut self, line: &[u8]) {
        self.fields = parse_line(line);
        for (key, value) in &mut self.fields {
            if value.is_string() && table().index_as(key.as_bytes()) == Some(IndexAs::Body) {
                *value = as_list(value.take());
            }
        }
    }

    /// A stored document (`_source`), turned back into what the line was.
    pub fn from_document(source: Value) -> Self {
        let Value::Object(mut document) = source else {
            return Self::empty();
        };
        let time = document
            .shift_remove("@timestamp")
            .as_ref()
            .and_then(document_time);
        let mut head = Self {
            time,
            ..Self::empty()
        };
        if let Some(Value::Object(ours)) = document.shift_remove("tuomin") {
            head.take_own(&ours);
        }
        // The safe form: the whole line as one text.
        if document.len() == 1
            && let Some(Value::String(raw)) = document.get("raw")
        {
            head.fields = parse_line(raw.as_bytes());
            return head;
        }
        head.fields = document
            .into_iter()
            .map(|(key, value)| original(key, value))
            .collect();
        head
    }

    fn empty() -> Self {
        Self {
            id: None,
            time: None,
            kind: Kind::Monitoring,
            facts: Facts::default(),
            tags: Vec::new(),
            findings_total: None,
            findings: BTreeMap::new(),
            fields: Map::new(),
        }
    }

    fn take_own(&mut self, ours: &Map<String, Value>) {
        let text = |key: &str| ours.get(key).and_then(scalar_text);
        if let Some(kind) = text("kind").as_deref().and_then(kind) {
            self.kind = kind;
        }
        self.facts = Facts {
            request_id: text("request_id"),
            app_id: text("app_id"),
            action: text("action"),
            code: text("code"),
            code_text: text("code_text"),
            cost_ms: ours.get("cost_ms").and_then(Value::as_f64),
            caller: text("caller"),
            service: text("service"),
            host: text("host"),
            client_ip: text("client_ip"),
            session: text("session"),
            region: text("region"),
        };
        self.tags = match ours.get("tags") {
            Some(Value::Array(tags)) => tags.iter().filter_map(scalar_text).collect(),
            Some(one) => scalar_text(one).into_iter().collect(),
            None => Vec::new(),
        };
        self.findings_total = ours.get("findings_total").and_then(Value::as_u64);
        if let Some(Value::Object(findings)) = ours.get("findings") {
            self.findings = findings
                .iter()
                .filter_map(|(k, v)| Some((k.clone(), v.as_u64()?)))
                .collect();
        }
    }

    /// The value that stands in a role (the request's body, the user agent …), with its own name.
    pub fn role(&self, role: Role) -> Option<(&str, &Value)> {
        let ranked = self
            .fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(key, value)| {
                let (means, rank) = table().field(key.as_bytes())?;
                (means == role).then_some((rank, key.as_str(), value))
            });
        ranked
            .min_by_key(|(rank, ..)| *rank)
            .map(|(_, key, value)| (key, value))
    }

    /// What was taken out: `name 2, phone 1`, or the number alone where the store has no more.
    pub fn taken_out(&self) -> Option<String> {
        if self.findings.is_empty() {
            return self
                .findings_total
                .filter(|n| *n > 0)
                .map(|n| n.to_string());
        }
        let list: Vec<String> = self
            .findings
            .iter()
            .map(|(category, n)| format!("{category} {n}"))
            .collect();
        Some(list.join(", "))
    }

    /// The fields that play no role in a call's story.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields
            .iter()
            .filter(|(key, value)| !value.is_null() && table().field(key.as_bytes()).is_none())
            .map(|(key, value)| (key.as_str(), value))
    }
}

/// A line as an object; what is none (or can't be read by this program's reader) as one text.
fn parse_line(line: &[u8]) -> Map<String, Value> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::from_iter([(
            "message".to_owned(),
            Value::String(String::from_utf8_lossy(line).into_owned()),
        )]),
    }
}

/// What the redactor says at the end of a line that was no JSON, or that made it fail.
fn line_tags(line: &[u8]) -> Vec<String> {
    ["not_json", "redaction_failed"]
        .into_iter()
        .filter(|tag| {
            let rest = line.trim_ascii_end().strip_suffix(b"\"]}");
            let rest = rest.and_then(|rest| rest.strip_suffix(tag.as_bytes()));
            rest.is_some_and(|rest| {
                rest.ends_with(b"\"tags\":[\"") || rest.ends_with(b"\"tags\": [\"")
            })
        })
        .map(str::to_owned)
        .collect()
}

/// A text, number or boolean as text.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

fn document_time(value: &Value) -> Option<Millis> {
    match value {
        Value::Number(n) => n.as_i64(),
        Value::String(s) => s
            .parse::<jiff::Timestamp>()
            .ok()
            .map(|t| t.as_millisecond()),
        _ => None,
    }
}

/// A body that is the text of an array, as an array: the store keeps arrays of plain values as such texts, so a reader can't tell them apart and
/// sees both as what they mean.
fn as_list(value: Value) -> Value {
    let text = value.as_str().filter(|text| text.starts_with('['));
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(list @ Value::Array(_)) => list,
        _ => value,
    }
}

/// Fields that were moved aside for the store's sake get their own names and shapes back.
fn original(key: String, value: Value) -> (String, Value) {
    if key == "timestamp_original" {
        return ("@timestamp".to_owned(), value);
    }
    if let Some(base) = key.strip_suffix("_original") {
        // Names that are ours or the server's.
        if base == "raw" || base.starts_with("tuomin") || base.starts_with('_') {
            return (base.to_owned(), value);
        }
    }
    // The store moves a root field aside only if it maps the field's own name.
    let moved = key
        .strip_suffix("_text")
        .and_then(|base| Some((base, table().index_as(base.as_bytes())?)));
    match moved {
        // A body that is text is text; elsewhere it is an object that stood where an identifier is expected.
        Some((base, IndexAs::Body)) => (base.to_owned(), as_list(value)),
        Some((base, _)) => {
            let inside = value
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok());
            (base.to_owned(), inside.unwrap_or(value))
        }
        None => (key, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_becomes_the_line_again() {
        let record = Record::from_document(json!({
            "@timestamp": "2026-11-24T07:01:02.123Z",
            "tuomin": {"kind": "operation", "request_id": "r-1", "code": "0", "cost_ms": 12.5, "findings": {"name": 2}, "tags": ["x"]},
            "timestamp_original": "kept", "RequestId": "r-1", "Request_text": "{\"a\":1}", "error_text": "own name"
        }));
        assert_eq!(record.time, Some(1_795_503_662_123));
        assert_eq!(
            (record.kind, record.facts.cost_ms),
            (Kind::Operation, Some(12.5))
        );
        assert_eq!(record.findings["name"], 2);
        let keys: Vec<_> = record.fields.keys().map(String::as_str).collect();
        assert_eq!(keys, ["@timestamp", "RequestId", "Request", "error_text"]);
        assert_eq!(record.role(Role::Request).unwrap().0, "Request");
    }

    #[test]
    fn the_safe_form_is_opened() {
        let record = Record::from_document(
            json!({"@timestamp": 5, "tuomin": {"kind": "operation", "tags": ["raw"]}, "raw": "{\"A\":{\"b\":1}}"}),
        );
        assert_eq!(record.fields["A"]["b"], 1);
        assert_eq!(record.tags, ["raw"]);
        let odd = Record::from_document(json!({"tuomin": 7, "raw": "not json"}));
        assert_eq!(odd.fields["message"], "not json");
        assert!(Record::from_document(json!(3)).fields.is_empty());
    }
}
