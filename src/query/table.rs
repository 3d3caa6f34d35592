//! Records as a table, as JSON lines, as CSV.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{
    record::{Kind, Record},
    text::{Columns, Style},
    time,
};

/// The columns of CSV, in their order.
const CSV_HEADS: [&str; 16] = [
    "@timestamp",
    "kind",
    "request_id",
    "app_id",
    "action",
    "code",
    "code_text",
    "cost_ms",
    "caller",
    "service",
    "host",
    "client_ip",
    "session",
    "region",
    "tags",
    "fields",
];

/// A page for a terminal: what an SRE looks at first.
pub fn table(records: &[Record], zone: &TimeZone, style: &Style) -> String {
    let mut columns = Columns::new(&[
        ("when", false),
        ("kind", false),
        ("call", false),
        ("action", false),
        ("code", false),
        ("cost", true),
        ("caller", false),
        ("text", false),
    ])
    .keep_whole(2);
    for record in records {
        columns.row(row(record, zone));
    }
    columns.lay_out(style, 0)
}

/// The cells of [`table`].
pub fn row(record: &Record, zone: &TimeZone) -> Vec<String> {
    let facts = &record.facts;
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    vec![
        record
            .time
            .map(|at| time::show(at, zone))
            .unwrap_or_else(|| "-".into()),
        match record.kind {
            Kind::Monitoring => "mon".into(),
            Kind::Operation => "op".into(),
        },
        text(&facts.request_id),
        text(&facts.action),
        text(&facts.code),
        facts.cost_ms.map(time::show_cost).unwrap_or_default(),
        text(&facts.caller),
        text(&facts.code_text),
    ]
}

/// One JSON object: the time, the facts, and the line's own fields under `fields`.
pub fn json(record: &Record) -> Value {
    let mut object = Map::new();
    if let Some(at) = record.time {
        object.insert("@timestamp".into(), time::iso(at).into());
    }
    if let Ok(Value::Object(rest)) = serde_json::to_value(record) {
        object.extend(rest);
    }
    Value::Object(object)
}

/// The first line of CSV.
pub fn csv_head() -> String {
    CSV_HEADS.join(",") + "\r\n"
}

/// One line of CSV (RFC 4180).
pub fn csv(record: &Record) -> String {
    let facts = &record.facts;
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let cells = [
        record.time.map(time::iso).unwrap_or_default(),
        record.kind.as_str().to_owned(),
        text(&facts.request_id),
        text(&facts.app_id),
        text(&facts.action),
        text(&facts.code),
        text(&facts.code_text),
        facts.cost_ms.map(|c| c.to_string()).unwrap_or_default(),
        text(&facts.caller),
        text(&facts.service),
        text(&facts.host),
        text(&facts.client_ip),
        text(&facts.session),
        text(&facts.region),
        record.tags.join(" "),
        Value::Object(record.fields.clone()).to_string(),
    ];
    let cells: Vec<String> = cells.iter().map(|c| csv_cell(c)).collect();
    cells.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: what begins like one, and is no number, gets an apostrophe in front.
fn csv_cell(text: &str) -> String {
    let formula = text
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if formula && text.parse::<f64>().is_err() {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !text.contains([',', '"', '\r', '\n', ' ']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(csv_cell("-4"), "-4");
        assert_eq!(
            csv_cell("-4+cmd|' /C calc'!A0"),
            "\"'-4+cmd|' /C calc'!A0\""
        );
        assert_eq!(csv_cell("@SUM(1)"), "\"'@SUM(1)\"");
        assert_eq!(csv_cell("  =1+1"), "\"'  =1+1\"");
        assert_eq!(csv_cell("plain"), "plain");
        assert_eq!(csv_cell("a,b"), "\"a,b\"");
    }

    #[test]
    fn a_line_has_as_many_cells_as_heads() {
        let mut record = Record::head(br#"{"RequestId":"r","ts":1795502216}"#);
        record.open(br#"{"RequestId":"r","ts":1795502216}"#);
        let line = csv(&record);
        assert!(
            line.starts_with("2026-11-24T06:36:56.000Z,monitoring,r,"),
            "{line}"
        );
        assert_eq!(json(&record)["fields"]["RequestId"], "r");
        assert_eq!(json(&record)["@timestamp"], "2026-11-24T06:36:56.000Z");
    }
}
