//! Tests of the encoder without a server; `tests/it/store.rs` has those with one.

use super::*;
use proptest::prelude::*;
use serde_json::Value as Json;

const KEY: [u8; 32] = [7; 32];
const NOW: i64 = 1_795_502_216_382; // 2026-11-24T06:36:56.382Z

fn encoder(settings: &Settings) -> DocumentEncoder {
    DocumentEncoder::new(
        settings,
        &KEY,
        Arc::new(RecordTable::builtin()),
        None,
        Arc::new(DeadLetters::discarding()),
    )
}

fn encode(settings: &Settings, raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    encoder(settings).encode_at(
        Now::at(NOW),
        raw,
        raw,
        &{
            let mut outcome = Outcome::nothing(Form::Json);
            outcome.findings = 2;
            outcome
        },
        &mut body,
    );
    body
}

fn parts(body: &[u8]) -> (Json, Json) {
    let text = std::str::from_utf8(body).unwrap();
    assert!(
        text.ends_with('\n') && text.matches('\n').count() == 2,
        "{text}"
    );
    let (action, document) = text.split_once('\n').unwrap();
    (
        serde_json::from_str(action).unwrap(),
        serde_json::from_str(document).unwrap(),
    )
}

#[test]
fn the_lines_own_fields_stay_and_ours_come_in_front() {
    let line = r#"{"AppId":1300000001,"RequestId":"5f0c","Timestamp":1795502216382,"Action":"Verify", "Response":{"Result":"0","Sim":98.2},"Request":"{\"Name\":\"[NAME_3f]\"}","cost":"36ms","UpStreamIp":"10.0.0.1:80"}"#;
    let body = encode(&Settings::default(), line.as_bytes());
    let (action, document) = parts(&body);
    assert_eq!(
        action["index"]["_index"],
        "tuomin-operation-2026.11.23-000001"
    );
    assert_eq!(action["index"]["_id"].as_str().unwrap().len(), 22);
    assert_eq!(document["@timestamp"], "2026-11-24T06:36:56.382Z");
    let expected = serde_json::json!({
        "kind": "operation", "request_id": "5f0c", "app_id": "1300000001", "action": "Verify", "cost_ms": 36.0,
        "client_ip": "10.0.0.1", "findings_total": 2, "words": "0 98.2 ",
    });
    let cost = document["tuomin"]["cost_ms"].as_f64();
    assert_eq!(cost, Some(36.0));
    for (name, value) in expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "cost_ms")
    {
        assert_eq!(&document["tuomin"][name], value, "{name}");
    }
    assert!(String::from_utf8(body).unwrap().contains(r#""Response":{"Result":"0","Sim":98.2},"Request_text":"{\"Name\":\"[NAME_3f]\"}","cost":"36ms""#));
}

#[test]
fn identity_depends_on_the_raw_record_and_the_key_alone() {
    let id = |settings: &Settings, key: &[u8; 32], raw: &[u8], redacted: &[u8]| {
        let encoder = DocumentEncoder::new(
            settings,
            key,
            Arc::new(RecordTable::builtin()),
            None,
            Arc::new(DeadLetters::discarding()),
        );
        let mut body = Vec::new();
        encoder.encode_at(
            Now::at(NOW),
            raw,
            redacted,
            &Outcome::nothing(Form::Json),
            &mut body,
        );
        parts(&body).0["index"]["_id"].as_str().unwrap().to_owned()
    };
    let weekly = Settings::default();
    let monthly = Settings {
        partition: Partition::Month,
        ..Settings::default()
    };
    let first = id(&weekly, &KEY, b"{\"a\":1}", b"{}");
    assert_eq!(first, id(&monthly, &KEY, b"{\"a\":1}", b"{\"b\":2}"));
    assert_ne!(first, id(&weekly, &KEY, b"{\"a\":2}", b"{}"));
    assert_ne!(first, id(&weekly, &[8; 32], b"{\"a\":1}", b"{}"));
}

#[test]
fn shapes_that_break_the_mapping_move_aside() {
    for (field, moved) in [
        (r#""Request":"text""#, r#""Request_text":"text""#),
        (r#""Request":5"#, r#""Request_text":5"#),
        (
            r#""Request":[1,{"a":2}]"#,
            r#""Request_text":"[1,{\"a\":2}]""#,
        ),
        (r#""Request":[{"a":2}]"#, r#""Request":[{"a":2}]"#),
        (r#""Request":null"#, r#""Request":null"#),
        (r#""AppId":{"id":1}"#, r#""AppId_text":"{\"id\":1}""#),
        (r#""AppId":[1,"2"]"#, r#""AppId":[1,"2"]"#),
        (r#""cost":[[{}]]"#, r#""cost_text":"[[{}]]""#),
        (r#""Other":{"id":[1]}"#, r#""Other":{"id":[1]}"#),
        (r#""tuomin":1"#, r#""tuomin_original":1"#),
        (r#""tuomin.kind":1"#, r#""tuomin.kind_original":1"#),
        (r#""\u0074uomin":1"#, r#""\u0074uomin_original":1"#),
        (r#""@timestamp":1"#, r#""timestamp_original":1"#),
        (r#""_id":"x""#, r#""_id_original":"x""#),
        (r#""_mine":"x""#, r#""_mine":"x""#),
    ] {
        let body = String::from_utf8(encode(
            &Settings::default(),
            format!("{{{field}}}").as_bytes(),
        ))
        .unwrap();
        assert!(
            body.ends_with(&format!("}},{moved}}}\n")),
            "{field}: {body}"
        );
    }
}

#[test]
fn times_that_can_not_be_are_said_to_be_so() {
    let tags = |line: &str| {
        parts(&encode(&Settings::default(), line.as_bytes())).1["tuomin"]["tags"].clone()
    };
    assert_eq!(tags("{}"), serde_json::json!(["no_event_time"]));
    assert_eq!(
        tags(r#"{"time":"2031-01-01"}"#),
        serde_json::json!(["future_clamped"])
    );
    assert_eq!(tags(r#"{"time":"2026-11-24"}"#), Json::Null);
    // Past the retention: no document at all.
    assert!(encode(&Settings::default(), br#"{"time":"2024-11-20"}"#).is_empty());
    assert!(!encode(&Settings::default(), br#"{"time":"2024-12-20"}"#).is_empty());
}

#[test]
fn a_stream_takes_what_is_new_and_dated_indices_what_is_late() {
    let settings = Settings {
        layout: Layout::DataStream,
        ..Settings::default()
    };
    let (action, _) = parts(&encode(&settings, br#"{"ts":1795502216}"#));
    assert_eq!(action["create"]["_index"], "tuomin-monitoring");
    let (action, _) = parts(&encode(&settings, br#"{"ts":1795002216}"#));
    assert_eq!(
        action["index"]["_index"],
        "tuomin-monitoring-2026.11.16-000001"
    );
}

#[test]
fn safe_form_keeps_everything_in_one_text() {
    let line = r#"{"time":"2026-11-24","AppId":"a","a":1,"a":2,"Request":{"k":"v"}}"#;
    let body = encode(&Settings::default(), line.as_bytes());
    let document = body.split_inclusive(|b| *b == b'\n').nth(1).unwrap();
    let safe: Json = serde_json::from_slice(&safe_form(document).unwrap()).unwrap();
    assert_eq!(safe["raw"], line);
    assert_eq!(safe["tuomin"]["tags"], serde_json::json!(["raw"]));
    assert_eq!(safe["tuomin"]["app_id"], "a");
    assert_eq!(safe["tuomin"]["words"], Json::Null);
    assert_eq!(safe_form(&safe_form(document).unwrap()), None);
    assert_eq!(safe_form(b"{\"a\":1}"), None);
}

proptest! {
    #[test]
    fn any_bytes_make_two_lines_of_json(raw in proptest::collection::vec(any::<u8>(), 0..120)) {
        parts(&encode(&Settings::default(), &raw));
    }

    #[test]
    fn any_near_object_makes_a_document_with_a_safe_form(inside in r#"("[a-zA-Z_@.]{0,8}":("[ -~]{0,6}"|[0-9]{1,3}|\{"x":1\}|\[\{\}\]),?){0,4}"#) {
        let body = encode(&Settings::default(), format!("{{{inside}}}").as_bytes());
        let document = body.split_inclusive(|b| *b == b'\n').nth(1).unwrap_or_default();
        if let Some(safe) = safe_form(document) {
            let ends = safe.ends_with(b"}\n");
            prop_assert!(ends);
        }
    }
}

#[test]
fn a_clients_names_are_kept_unless_something_is_taken_out_of_them() {
    use crate::record::claim::Claim;
    let line = |index, id, create| {
        let (claim, mut line) = (Claim { index, id, create }, Vec::new());
        claim.write(br#"{"RequestId":"r","Timestamp":1795502216382}"#, &mut line);
        line
    };
    let encode = |raw: &[u8], redacted: &[u8]| {
        let mut body = Vec::new();
        encoder(&Settings::default()).encode_at(
            Now::at(NOW),
            raw,
            redacted,
            &Outcome::nothing(Form::Json),
            &mut body,
        );
        parts(&body)
    };
    let raw = line("app", "order-1", true);
    let (action, document) = encode(&raw, &raw);
    assert_eq!(
        action["create"]["_index"],
        "tuomin-monitoring-app-2026.11.23-000001"
    );
    assert_eq!(action["create"]["_id"], "order-1");
    assert_eq!(document["RequestId"], "r");
    assert!(!document.to_string().contains("order-1"));

    // The same number in two records has the same pseudonym, and another index is another document.
    let raw = line("app", "id 110", false);
    let redacted = line("app", "id [ID_CN_1]", false);
    let (first, _) = encode(&raw, &redacted);
    assert_eq!(first["index"]["_id"].as_str().unwrap().len(), 22);
    assert_eq!(encode(&raw, &redacted).0, first);
    let elsewhere = encode(
        &line("b", "id 110", false),
        &line("b", "id [ID_CN_1]", false),
    )
    .0;
    assert_ne!(elsewhere["index"]["_id"], first["index"]["_id"]);

    let raw = line("user-110", "1", false);
    let (action, _) = encode(&raw, &line("user-[ID_CN_1]", "1", false));
    assert_eq!(
        action["index"]["_index"],
        "tuomin-monitoring-2026.11.23-000001"
    );
    assert_ne!(action["index"]["_id"], "1");

    // Without an identifier the record is its own, the same in every process.
    let raw = line("app", "", true);
    let (action, _) = encode(&raw, &raw);
    assert_eq!(action["index"]["_id"].as_str().unwrap().len(), 22);

    // What could not be inspected is nobody's.
    let (action, document) = encode(&raw, br#"{"message":"[UNREADABLE]"}"#);
    assert_eq!(
        action["index"]["_index"],
        "tuomin-monitoring-2026.11.23-000001"
    );
    assert_eq!(document["message"], "[UNREADABLE]");
}

#[test]
fn a_clock_that_is_set_moves_no_record_with_a_time_and_refuses_none() {
    let line = br#"{"RequestId":"a","Timestamp":1795502216382}"#;
    let encode_at = |wall_ms| {
        let mut body = Vec::new();
        let now = Now {
            wall_ms,
            steady_ms: NOW,
        };
        let outcome = Outcome::nothing(Form::Json);
        encoder(&Settings::default()).encode_at(now, line, line, &outcome, &mut body);
        body
    };
    let unmoved = encode_at(NOW);
    assert!(!unmoved.is_empty());
    for days in [-900, -3, 3, 900] {
        assert_eq!(encode_at(NOW + days * time::DAY_MS), unmoved, "{days}");
    }
}
