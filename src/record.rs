//! The shape of a log record: which kind it is, when it happened, which call it belongs to.
//!
//! Works on *redacted* lines. Which field names count for what stands in `patterns/record.toml`.
//!
//! ```text
//! {"RequestId":"5f0c…","Timestamp":1795502216382,"Request":"{…}", …}
//!   └ walk.rs: root fields as slices, values skipped, no tree
//!                     └ time.rs: every form of time that logs use, as milliseconds since 1970
//!   └ table.rs: a name means a Field ──▶ Envelope: one value a Field, the kind, the event time
//! ```
//!
//! The walk survives any bytes: what is no JSON object simply has no fields.

pub mod claim;
pub mod clock;
pub mod settings;
pub mod table;
pub mod time;
pub mod walk;

use std::borrow::Cow;

pub use table::{Field, IndexAs, RecordTable, TableError};
pub use walk::{RootField, RootFields, Shape, Value};

/// The two kinds of records.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One record a call: who called what, with which result, how long it took.
    Monitoring,
    /// What happened within a call: bodies and step debug information.
    Operation,
}

impl Kind {
    /// Both, for those who set something up per kind.
    pub const ALL: [Kind; 2] = [Kind::Monitoring, Kind::Operation];

    /// As it stands in index names, documents and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Monitoring => "monitoring",
            Kind::Operation => "operation",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a record says about itself: at most one value for each [`Field`], as slices of the line.
///
/// Built by [`Envelope::read`], or field by field with [`Envelope::see`] by those who walk the line anyway.
#[derive(Clone)]
pub struct Envelope<'a> {
    /// Which kind the record is.
    pub kind: Kind,
    /// When it happened, in milliseconds since 1970-01-01T00:00:00Z. `None` where no field holds a plausible time.
    pub event_ms: Option<i64>,
    /// The value of each field, with the rank of its name in the table (the lowest wins).
    slots: [Option<(u8, Value<'a>)>; Field::COUNT],
}

impl<'a> Envelope<'a> {
    /// An envelope that has seen no field yet.
    pub fn empty(kind: Option<Kind>) -> Self {
        Self {
            kind: kind.unwrap_or(Kind::Monitoring),
            event_ms: None,
            slots: [None; Field::COUNT],
        }
    }

    /// Reads a redacted line. `kind` overrides what the fields say.
    pub fn read(line: &'a [u8], table: &RecordTable, kind: Option<Kind>) -> Self {
        let mut envelope = Self::empty(kind);
        for field in RootFields::of(line) {
            if let Some((which, rank)) = table.field(&field.name()) {
                envelope.see(which, rank, field.value, table);
            }
        }
        if let Some(kind) = kind {
            envelope.kind = kind;
        }
        envelope
    }

    /// Takes note of one root field whose name means `which`. A caller that overrides the kind sets it afterwards.
    pub fn see(&mut self, which: Field, rank: u8, value: Value<'a>, table: &RecordTable) {
        if which.is_body() {
            // `null`, `""` and `true` stand for "no body" in the logs of services that always write every key.
            let holds_something = match value.shape() {
                Shape::Object | Shape::Array => true,
                Shape::String => value.raw.len() > 2,
                _ => false,
            };
            if !holds_something {
                return;
            }
            if table.makes_operation(which) {
                self.kind = Kind::Operation;
            }
        } else if !value.is_scalar_text() {
            return;
        }
        let slot = &mut self.slots[which as usize];
        if slot.as_ref().is_some_and(|(had, _)| *had <= rank) {
            return;
        }
        if which == Field::Time {
            // A name that holds no time leaves the word to the next name of the list.
            match value
                .text()
                .and_then(|text| time::parse(text.as_bytes(), table.offset()))
            {
                Some(ms) => self.event_ms = Some(ms),
                None => return,
            }
        }
        *slot = Some((rank, value));
    }

    /// The value of a field as it stands in the line.
    pub fn value(&self, which: Field) -> Option<Value<'a>> {
        self.slots[which as usize].map(|(_, value)| value)
    }

    /// The value of a field as text: a string without its quotes and escapes, or a number as it was written. `None` for bodies that are objects or arrays.
    pub fn text(&self, which: Field) -> Option<Cow<'a, str>> {
        self.value(which)?.text()
    }

    /// What the call cost, in milliseconds: `36`, `"36.5"`, `"36ms"`, `"1.2s"`, `"850us"`.
    pub fn cost_ms(&self) -> Option<f64> {
        time::duration_ms(&self.text(Field::Cost)?)
    }

    /// The caller's address, if the field holds one: a port, brackets and the further hops of a forwarding list are left out.
    pub fn client_ip(&self) -> Option<std::net::IpAddr> {
        let text = self.text(Field::ClientIp)?;
        let first = text.split([',', ' ', ';']).find(|part| !part.is_empty())?;
        if let Ok(ip) = first.parse() {
            return Some(ip);
        }
        if let Ok(with_port) = first.parse::<std::net::SocketAddr>() {
            return Some(with_port.ip());
        }
        first.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Envelope<'_> {
        static TABLE: std::sync::OnceLock<RecordTable> = std::sync::OnceLock::new();
        Envelope::read(
            line.as_bytes(),
            TABLE.get_or_init(RecordTable::builtin),
            None,
        )
    }

    #[test]
    fn a_body_makes_an_operation_log_whatever_its_name_and_shape() {
        for line in [
            r#"{"Request":"{}"}"#,
            r#"{"req_body":{"a":1}}"#,
            r#"{"RspBody":[1]}"#,
            r#"{"debug_info":"step 1"}"#,
            r#"{"\u0052equest":{}}"#,
        ] {
            assert_eq!(read(line).kind, Kind::Operation, "{line}");
        }
        for line in [
            r#"{"Request":null}"#,
            r#"{"Response":""}"#,
            r#"{"Debug":true}"#,
            r#"{"Rsp":"{}"}"#,
            "{}",
            "",
            "]",
        ] {
            assert_eq!(read(line).kind, Kind::Monitoring, "{line}");
        }
        let table = RecordTable::builtin();
        assert_eq!(
            Envelope::read(br#"{"Request":{}}"#, &table, Some(Kind::Monitoring)).kind,
            Kind::Monitoring
        );
    }

    #[test]
    fn the_first_name_of_the_list_wins_wherever_it_stands() {
        let record = read(
            r#"{"Result":"0","eCode":-1001,"time":"no time","ts":1795502216,"UpStreamIp":"10.1.2.3:8080, 10.0.0.1"}"#,
        );
        assert_eq!(record.text(Field::Code).as_deref(), Some("-1001"));
        assert_eq!(record.event_ms, Some(1_795_502_216_000));
        assert_eq!(record.client_ip(), Some([10, 1, 2, 3].into()));
        assert_eq!(
            read(r#"{"ClientIp":"[::1]:80"}"#).client_ip(),
            Some("::1".parse().unwrap())
        );
        assert_eq!(read(r#"{"ClientIp":"[IP]"}"#).client_ip(), None);
    }

    #[test]
    fn names_and_values_are_unescaped_only_to_be_read() {
        let record = read("{ \"APP_ID\" : \"a\\u0062\\\"c\" , \"cost\":\"1.5s\"}");
        assert_eq!(record.text(Field::AppId).as_deref(), Some("ab\"c"));
        assert_eq!(record.value(Field::AppId).unwrap().raw, br#""a\u0062\"c""#);
        assert_eq!(record.cost_ms(), Some(1500.0));
    }
}
