//! A redacted line becomes an action line and a document, in one buffer, without a tree.
//!
//! ```text
//! {"index":{"_index":"tuomin-operation-2026.11.23-000001","_id":"kXm…"}}
//! {"@timestamp":"2026-11-24T07:01:02.123Z","tuomin":{"kind":"operation","request_id":"5f0c…",…},<the line's own fields>}
//! ```
//!
//! The line's own fields stay at the root, byte for byte, but where their shape would break the mapping: a body that is text
//! goes to `<name>_text` (the mapping of `<name>` is for objects), an object where a keyword is expected as well, as JSON in a
//! string; and what would collide with our own names or the server's gets `_original` behind its name.
//!
//! What the server refuses in spite of all this (duplicate keys, a thousand levels …) is sent once more in *safe form*: see [`safe_form`].

mod action;
mod safe;
mod string;
mod words;

use std::sync::{Arc, OnceLock};

use action::{GivenName, Target};
pub use safe::safe_form;
pub(super) use string::write_json_string;
use words::write_body_words;

use super::names::{self, Names};
use super::settings::{Layout, Partition, Settings};
use crate::batch::Encoder;
use crate::output::dead_letter::DeadLetters;
use crate::output::identifier::Identifiers;
use crate::record::clock::Now;
use crate::record::time;
use crate::record::{
    Envelope, Field, IndexAs, Kind, RecordTable, RootField, RootFields, Shape, Value,
};
use crate::redact::{Form, Outcome};

/// Longest identifier that is copied into `tuomin.*`, in bytes. Longer ones would not be indexed anyway.
const LONGEST_IDENTIFIER: usize = 1024;

/// Writes documents. Shared by all threads.
pub struct DocumentEncoder {
    table: Arc<RecordTable>,
    kind: Option<Kind>,
    layout: Layout,
    partition: Partition,
    full_text: bool,
    /// `tuomin-monitoring`, `tuomin-operation`.
    base: [String; 2],
    /// Age at which an index is deleted, from its first day: what would be deleted at once is not written at all.
    delete_age_ms: [i64; 2],
    lateness_ms: i64,
    identifiers: Identifiers,
    dead_letters: Arc<DeadLetters>,
    /// Names of the categories that an [`Outcome`] counts, by index.
    categories: OnceLock<Vec<String>>,
}

impl DocumentEncoder {
    /// `key` is the pseudonym key; identifiers use one derived from it, so that neither tells anything about the other.
    pub fn new(
        settings: &Settings,
        key: &[u8; 32],
        table: Arc<RecordTable>,
        kind: Option<Kind>,
        dead_letters: Arc<DeadLetters>,
    ) -> Self {
        let names = Names::new(settings);
        Self {
            table,
            kind,
            layout: settings.layout,
            partition: settings.partition,
            full_text: settings.full_text,
            base: Kind::ALL.map(|kind| names.base(kind)),
            delete_age_ms: Kind::ALL.map(|kind| names::delete_age_ms(settings, kind)),
            lateness_ms: settings.retention.lateness.ms(),
            identifiers: Identifiers::new(key),
            dead_letters,
            categories: OnceLock::new(),
        }
    }

    /// Tells the names of the categories that outcomes count by index. Without them, documents hold the sum of their findings only.
    pub fn name_categories(&self, ids: &[String]) {
        // Told twice, the first stays: an encoder belongs to one redactor.
        let _ = self.categories.set(ids.to_vec());
    }

    /// The same as [`Encoder::encode`] at a given time: for those who can't wait two years.
    pub fn encode_at(
        &self,
        now: Now,
        raw: &[u8],
        redacted: &[u8],
        outcome: &Outcome,
        body: &mut Vec<u8>,
    ) {
        let before = body.len();
        let redacted = redacted.trim_ascii_end();
        let name = GivenName::of(raw, redacted);
        let mut fields = Vec::with_capacity(32);
        let mut walk = RootFields::of(redacted);
        if name.as_ref().is_some_and(|name| name.length > 0) {
            walk.next();
        }
        let mut envelope = Envelope::empty(self.kind);
        for field in walk.by_ref() {
            let meaning = self.table.field(&field.name());
            if let Some((which, rank)) = meaning {
                envelope.see(which, rank, field.value, &self.table);
            }
            fields.push((field, meaning.map(|(which, _)| which)));
        }
        if let Some(kind) = self.kind {
            envelope.kind = kind;
        }
        // Broken bytes would cost a whole request instead of one document.
        let sound = walk.is_whole()
            && memchr::memchr(b'\n', redacted).is_none()
            && simdutf8::basic::from_utf8(redacted).is_ok();

        let mut tags = Tags::default();
        match outcome.form {
            Form::Json => {}
            Form::Text => tags.add("not_json"),
            Form::Failed => tags.add("redaction_failed"),
        }
        let event_ms = match envelope.event_ms {
            None => {
                tags.add("no_event_time");
                now.wall_ms
            }
            Some(ms) if ms > now.latest_ms().saturating_add(names::FUTURE_MS) => {
                tags.add("future_clamped");
                now.wall_ms
            }
            Some(ms) => ms,
        };
        if !sound {
            tags.add("raw");
        }
        let is_late = now.steady_ms - event_ms > self.lateness_ms;
        let keeps_index = name.as_ref().is_some_and(|name| name.index.is_some());
        let target = Target {
            stream: self.layout == Layout::DataStream && !is_late && !keeps_index,
            day: names::partition_start(self.partition, event_ms),
        };
        let action = self.write_action(envelope.kind, &target, name.as_ref(), raw, body);
        if !target.stream
            && now.earliest_ms() - target.day * time::DAY_MS
                >= self.delete_age_ms[envelope.kind as usize]
        {
            // The policy would delete its index at once. The record is counted and named by its identifier, without its content.
            self.dead_letters.refuse(&body[action..], "past_retention");
            body.truncate(before);
            return;
        }
        body.extend_from_slice(b"{\"@timestamp\":\"");
        time::write_iso(event_ms, body);
        body.extend_from_slice(b"\",\"tuomin\":{\"kind\":\"");
        body.extend_from_slice(envelope.kind.as_str().as_bytes());
        body.push(b'"');
        write_identity(&envelope, outcome, sound, body);
        self.write_findings(outcome, body);
        if self.full_text && sound {
            write_body_words(&fields, body);
        }
        tags.write(body);
        body.push(b'}');
        if sound {
            for (field, _) in &fields {
                self.write_field(field, body);
            }
        } else {
            body.extend_from_slice(b",\"raw\":");
            let own = name.map_or(redacted, |name| &redacted[name.length..]);
            write_json_string(own, body);
        }
        body.extend_from_slice(b"}\n");
    }

    /// Appends `,"findings_total":3,"findings":{"name":2,"id_number.cn":1}`.
    fn write_findings(&self, outcome: &Outcome, body: &mut Vec<u8>) {
        if outcome.findings == 0 {
            return;
        }
        key("findings_total", body);
        body.extend_from_slice(outcome.findings.to_string().as_bytes());
        let Some(ids) = self.categories.get() else {
            return;
        };
        key("findings", body);
        body.push(b'{');
        let counts = outcome
            .categories()
            .filter_map(|(index, count)| Some((ids.get(index)?, count)));
        for (i, (id, count)) in counts.enumerate() {
            if i > 0 {
                body.push(b',');
            }
            write_json_string(id.as_bytes(), body);
            body.push(b':');
            body.extend_from_slice(count.to_string().as_bytes());
        }
        body.push(b'}');
    }

    /// Appends `,"key":value`, verbatim if its shape fits the mapping.
    fn write_field(&self, field: &RootField<'_>, body: &mut Vec<u8>) {
        let name = field.name();
        let value = field.value;
        body.extend_from_slice(b",\"");
        if name.is_empty() {
            body.push(b'_'); // Elasticsearch knows no empty names
        }
        if is_reserved(&name) {
            if &*name == b"@timestamp" {
                body.extend_from_slice(b"timestamp");
            } else {
                body.extend_from_slice(field.key);
            }
            body.extend_from_slice(b"_original\":");
            body.extend_from_slice(value.raw);
            return;
        }
        body.extend_from_slice(field.key);
        let fits = match self.table.index_as(&name) {
            None => true,
            Some(IndexAs::Body) => {
                matches!(value.shape(), Shape::Object | Shape::Null) || value.is_array_of_objects()
            }
            Some(_) => value.shape() != Shape::Object && !value.array_holds_object(),
        };
        if fits {
            body.extend_from_slice(b"\":");
            body.extend_from_slice(value.raw);
            return;
        }
        body.extend_from_slice(b"_text\":");
        match value.shape() {
            Shape::Object | Shape::Array => write_json_string(value.raw, body),
            _ => body.extend_from_slice(value.raw),
        }
    }
}

impl Encoder for DocumentEncoder {
    fn encode(&self, raw: &[u8], redacted: &[u8], outcome: &Outcome, body: &mut Vec<u8>) {
        self.encode_at(Now::read(), raw, redacted, outcome, body);
    }
}

/// Root names that are ours or the server's, also as the first part of a dotted name (`tuomin.kind` is a path to Elasticsearch).
fn is_reserved(name: &[u8]) -> bool {
    let first = name.split(|b| *b == b'.').next().unwrap_or_default();
    match first {
        b"@timestamp" | b"tuomin" => true,
        b"raw" => name == b"raw", // the safe form's
        [b'_', rest @ ..] => matches!(
            rest,
            b"id"
                | b"index"
                | b"source"
                | b"type"
                | b"routing"
                | b"version"
                | b"ignored"
                | b"ignored_source"
                | b"field_names"
                | b"doc_count"
                | b"tier"
                | b"seq_no"
                | b"primary_term"
                | b"nested_path"
                | b"data_stream_timestamp"
                | b"feature"
                | b"tsid"
                | b"ts_routing_hash"
                | b"inference_fields"
                | b"size"
                | b"parent"
                | b"all"
        ),
        _ => false,
    }
}

/// Appends `,"request_id":"…",…` and the counts.
fn write_identity(envelope: &Envelope<'_>, outcome: &Outcome, sound: bool, body: &mut Vec<u8>) {
    for (name, which) in [
        ("request_id", Field::RequestId),
        ("app_id", Field::AppId),
        ("action", Field::Action),
        ("code", Field::Code),
        ("code_text", Field::CodeText),
        ("caller", Field::Caller),
        ("service", Field::Service),
        ("host", Field::Host),
        ("session", Field::Session),
        ("region", Field::Region),
        ("country", Field::Country),
        ("user_agent", Field::UserAgent),
    ] {
        // The text of a line that is no JSON stands in its message: no code's text.
        if which == Field::CodeText && outcome.form != Form::Json {
            continue;
        }
        if let Some(value) = envelope
            .value(which)
            .filter(|value| value.raw.len() <= LONGEST_IDENTIFIER)
        {
            key(name, body);
            write_as_string(value, sound, body);
        }
    }
    if let Some(ms) = envelope.cost_ms() {
        key("cost_ms", body);
        body.extend_from_slice(format!("{ms}").as_bytes());
    }
    if let Some(ip) = envelope.client_ip() {
        key("client_ip", body);
        body.extend_from_slice(format!("\"{ip}\"").as_bytes());
    }
}

fn key(name: &str, body: &mut Vec<u8>) {
    body.extend_from_slice(b",\"");
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(b"\":");
}

/// Strings verbatim, numbers and booleans in quotes: an identifier is a string whatever the shipper made of it.
fn write_as_string(value: Value<'_>, sound: bool, body: &mut Vec<u8>) {
    if sound && value.shape() == Shape::String && value.raw.iter().all(|byte| *byte >= 0x20) {
        body.extend_from_slice(value.raw);
    } else {
        write_json_string(value.text().unwrap_or_default().as_bytes(), body);
    }
}

#[derive(Default)]
struct Tags {
    tags: [&'static str; 4],
    count: usize,
}

impl Tags {
    fn add(&mut self, tag: &'static str) {
        if let Some(slot) = self.tags.get_mut(self.count) {
            *slot = tag;
            self.count += 1;
        }
    }

    fn write(&self, body: &mut Vec<u8>) {
        if self.count == 0 {
            return;
        }
        key("tags", body);
        for (i, tag) in self.tags[..self.count].iter().enumerate() {
            body.extend_from_slice(if i == 0 { b"[\"" } else { b",\"" });
            body.extend_from_slice(tag.as_bytes());
            body.push(b'"');
        }
        body.push(b']');
    }
}

#[cfg(test)]
mod tests;
