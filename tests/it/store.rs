//! Delivery to a real Elasticsearch: what is stored, under which name, and what happens to what can't be.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tuomin::batch::{Delivered, Encoder, ReadyBatch, Receipt};
use tuomin::output::elasticsearch::{Elasticsearch, Report, Settings, setup};
use tuomin::record::RecordTable;
use tuomin::redact::{Form, Outcome};

use crate::{
    es::{ask, count, es_url, prefix, until},
    program::Program,
};

pub const KEY: [u8; 32] = [42; 32];

/// A store of its own on a node, with dead letters in a folder of its own.
#[allow(dead_code)] // the folder lives as long as the store
pub struct Store {
    pub settings: Settings,
    pub folder: tempfile::TempDir,
    pub runtime: tokio::runtime::Runtime,
}

impl Store {
    pub fn new(test: &str) -> Self {
        Self::at(es_url(), test)
    }

    pub fn at(url: &str, test: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            urls: vec![url.into()],
            prefix: prefix(test),
            replicas: Some(0),
            ..Settings::default()
        };
        settings.dead_letters.folder = folder.path().join("dead");
        settings.bulk.max_backoff_s = 1;
        settings.bulk.timeout_s = 20;
        Self {
            settings,
            folder,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        }
    }

    pub fn connect(&self) -> Elasticsearch {
        self.try_connect().unwrap()
    }

    pub fn try_connect(&self) -> Result<Elasticsearch, tuomin::output::elasticsearch::Error> {
        self.runtime.block_on(Elasticsearch::connect(
            &self.settings,
            Arc::new(RecordTable::builtin()),
            &KEY,
        ))
    }

    pub fn deliver(&self, es: &Elasticsearch, lines: &[impl AsRef<[u8]>]) -> Report {
        self.runtime.block_on(es.deliver(batch(es, lines)))
    }

    pub fn url(&self) -> &str {
        &self.settings.urls[0]
    }

    /// All documents, by their `tuomin.request_id`.
    pub fn documents(&self) -> Vec<Json> {
        count(self.url(), &self.all());
        let query =
            json!({ "size": 1000, "sort": ["tuomin.request_id"], "_source": ["tuomin", "raw"] });
        let (status, answer) = ask(
            self.url(),
            "POST",
            &format!("/{}/_search?expand_wildcards=all", self.all()),
            Some(&query),
        );
        assert_eq!(status, 200, "{answer}");
        answer["hits"]["hits"].as_array().unwrap().clone()
    }

    pub fn all(&self) -> String {
        format!("{}-*", self.settings.prefix)
    }

    pub fn dead(&self) -> Vec<Json> {
        let Ok(files) = tuomin::output::dead_letter::files(&self.settings.dead_letters.folder)
        else {
            return Vec::new();
        };
        let text: String = files
            .iter()
            .map(|f| std::fs::read_to_string(f).unwrap())
            .collect();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub fn batch(es: &Elasticsearch, lines: &[impl AsRef<[u8]>]) -> ReadyBatch {
    let encoder = es.encoder(None);
    let (mut body, mut ends) = (Vec::new(), Vec::new());
    for line in lines {
        encoder.encode(
            line.as_ref(),
            line.as_ref(),
            &Outcome::nothing(Form::Json),
            &mut body,
        );
        ends.push(body.len());
    }
    ReadyBatch {
        sequence: 0,
        body,
        ends,
        read: std::time::Instant::now(),
        receipt: Receipt::none(),
    }
}

fn now() -> i64 {
    tuomin::record::time::now_ms()
}

#[test]
fn records_are_stored_once_however_often_they_come() {
    let store = Store::new("once");
    let es = store.connect();
    let lines: Vec<String> = (0..500)
        .map(|i| format!(r#"{{"RequestId":"r{i:04}","timestamp":{},"Action":"Verify","Response":{{"Sim":{i}}},"cost":{i}}}"#, now() - i * 3_600_000))
        .collect();
    let report = store.deliver(&es, &lines);
    assert_eq!(
        (report.stored, report.dead, report.delivered),
        (500, 0, Delivered::Safe)
    );
    // Once more, by another process as it were: same identifiers, same indices.
    let again = store.connect();
    store.deliver(&again, &lines);
    assert_eq!(count(store.url(), &store.all()), 500);
    // The server reads the date in the name when the lifecycle begins, a moment after the index was made.
    let path = format!(
        "/{}/_settings/index.lifecycle*?flat_settings=true",
        store.all()
    );
    let mut names = Json::Null;
    until(
        "each index counts its age from its name",
        Duration::from_secs(30),
        || {
            names = ask(store.url(), "GET", &path, None).1;
            let dated =
                |index: &Json| index["settings"]["index.lifecycle.origination_date"].is_string();
            names
                .as_object()
                .is_some_and(|names| names.values().all(dated))
        },
    );
    let names = names.as_object().unwrap_or_else(|| panic!("{names}"));
    assert!(
        (3..=5).contains(&names.len()),
        "500 hours make three to five weeks"
    );
    for (name, index) in names {
        assert!(
            name.starts_with(&format!("{}-operation-20", store.settings.prefix))
                && name.ends_with("-000001"),
            "{name}"
        );
        assert_eq!(
            index["settings"]["index.lifecycle.name"],
            format!("{}-operation", store.settings.prefix)
        );
    }
}

#[test]
fn a_data_stream_takes_no_record_twice() {
    let mut store = Store::new("stream");
    store.settings.layout = tuomin::output::elasticsearch::settings::Layout::DataStream;
    let es = store.connect();
    let line = |i: i64, age: i64| format!(r#"{{"RequestId":"r{i}","timestamp":{}}}"#, now() - age);
    let lines: Vec<String> = (0..10)
        .map(|i| line(i, i))
        .chain([line(90, 40 * 86_400_000)])
        .collect();
    assert_eq!(store.deliver(&es, &lines).stored, 11);
    let report = store.deliver(&es, &lines);
    assert_eq!(
        (report.already_there, report.stored),
        (10, 1),
        "the late one overwrites itself"
    );
    let stream = format!("{}-monitoring", store.settings.prefix);
    assert_eq!(count(store.url(), &stream), 10);
    assert_eq!(count(store.url(), &format!("{stream}-*")), 1);
}

#[test]
fn every_shape_of_every_field_is_stored_and_nothing_is_refused() {
    let store = Store::new("shapes");
    let es = store.connect();
    let values = [
        r#""text""#,
        r#""""#,
        "5",
        "-1.5e300",
        "true",
        "null",
        "{}",
        r#"{"a":{"b":[1,{"c":null}]}}"#,
        "[]",
        "[1,\"2\",null]",
        r#"[{"a":1},{"b":[2]}]"#,
        r#"[1,{"a":2}]"#,
        "[[[]]]",
        "[[{\"x\":1}]]",
        r#""{\"Name\":\"x\"}""#,
        r#""2026-13-45""#,
        r#"{"":1}"#,
        r#"{"a.b":1,"a":{"b":2}}"#,
    ];
    let names = [
        "Request",
        "Response",
        "DebugInfo",
        "Rsp",
        "Header",
        "AppId",
        "RequestId",
        "cost",
        "eCode",
        "UpStreamIp",
        "timestamp",
        "message",
        "tags",
        "Fee",
        "tuomin",
        "@timestamp",
        "_id",
        "unknown",
        "raw",
        "host",
    ];
    let lines: Vec<String> = names
        .iter()
        .flat_map(|name| {
            values
                .iter()
                .map(move |value| format!(r#"{{"{name}":{value}}}"#))
        })
        .collect();
    let report = store.deliver(&es, &lines);
    assert_eq!(
        (report.stored, report.dead, report.delivered),
        (lines.len() as u64, 0, Delivered::Safe),
        "{:?}",
        store.dead()
    );
    assert_eq!(count(store.url(), &store.all()), lines.len() as u64);
    println!("in safe form: {}", report.safe_form);
    assert!(
        report.safe_form <= 12,
        "{} of {} needed the safe form",
        report.safe_form,
        lines.len()
    );
}

#[test]
fn what_no_mapping_can_take_is_kept_as_text() {
    let store = Store::new("odd");
    let es = store.connect();
    let deep = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let lines = [
        r#"{"RequestId":"duplicate","a":1,"a":2}"#.to_owned(),
        r#"{"RequestId":"nested duplicate","Response":{"a":1,"a":2}}"#.into(),
        format!(r#"{{"RequestId":"deep","Response":{}}}"#, deep(100)),
        format!(r#"{{"RequestId":"abyss","Response":{}}}"#, deep(1500)),
        format!(r#"{{"RequestId":"abyss elsewhere","x":{}}}"#, deep(1500)),
        format!(
            r#"{{"RequestId":"megabyte","Request":"{}"}}"#,
            "x".repeat(1_000_000)
        ),
        format!(
            r#"{{"RequestId":"megabyte of words","Request":"{}"}}"#,
            "word ".repeat(200_000)
        ),
        format!(
            r#"{{"RequestId":"long keyword","host":"{}"}}"#,
            "k".repeat(40_000)
        ),
        format!(
            r#"{{"RequestId":"long leaf","Response":{{"k":"{}"}}}}"#,
            "界".repeat(40_000)
        ),
        format!(
            r#"{{"RequestId":"long key","Response":{{"{}":"v"}}}}"#,
            "k".repeat(40_000)
        ),
        format!(
            r#"{{"RequestId":"long root key","{}":"v"}}"#,
            "k".repeat(40_000)
        ),
        r#"{"RequestId":"dots",".":1,"..":2,"a..b":3,".a":4,"a.":5}"#.into(),
        r#"{"RequestId":"empty key","":1}"#.into(),
        r#"{"RequestId":"space key"," ":1,"\u0000":2}"#.into(),
        r#"{"RequestId":"dotted body","Response.Result":1,"Response":{"Result":2}}"#.into(),
        r#"{"RequestId":"huge number","cost":1e400,"x":123456789012345678901234567890}"#.into(),
        r#"{"RequestId":"surrogate","Request":"\ud800"}"#.into(),
        r#"{"RequestId":"broken","Request":"x"#.into(),
        "[1,2,3]".into(),
    ];
    let report = store.deliver(&es, &lines);
    assert_eq!(
        (report.stored, report.dead, report.delivered),
        (lines.len() as u64, 0, Delivered::Safe),
        "{:?}",
        store.dead()
    );
    let documents = store.documents();
    let of = |id: &str| {
        documents
            .iter()
            .find(|d| d["_source"]["tuomin"]["request_id"] == id)
            .unwrap_or_else(|| panic!("{id} is missing"))["_source"]
            .clone()
    };
    assert_eq!(of("duplicate")["raw"], lines[0]);
    assert_eq!(
        of("duplicate")["tuomin"]["tags"],
        json!(["no_event_time", "raw"])
    );
    assert_eq!(
        of("deep")["raw"],
        Json::Null,
        "a hundred levels need no safe form"
    );
    for document in &documents {
        let tags = document["_source"]["tuomin"]["tags"].to_string();
        println!("{} {tags}", document["_source"]["tuomin"]["request_id"]);
    }
    // The words of a megabyte are found.
    let found = ask(
        store.url(),
        "GET",
        &format!("/{}/_search?q=Request_text:word&_source=false", store.all()),
        None,
    )
    .1;
    assert_eq!(found["hits"]["total"]["value"], 1);
}

#[test]
fn set_up_is_idempotent_and_tells_differences() {
    let store = Store::new("setup");
    let table = RecordTable::builtin();
    let client = tuomin::output::elasticsearch::Client::new(&store.settings).unwrap();
    let missing = store
        .runtime
        .block_on(setup::compare(&client, &store.settings, &table))
        .unwrap();
    assert!(
        missing
            .iter()
            .all(|f| f.standing == setup::Standing::Missing)
    );
    store
        .runtime
        .block_on(setup::apply(&client, &store.settings, &table))
        .unwrap();
    for layout in [
        tuomin::output::elasticsearch::settings::Layout::Dated,
        tuomin::output::elasticsearch::settings::Layout::DataStream,
    ] {
        let settings = Settings {
            layout,
            ..store.settings.clone()
        };
        store
            .runtime
            .block_on(setup::apply(&client, &settings, &table))
            .unwrap();
        for finding in store
            .runtime
            .block_on(setup::compare(&client, &settings, &table))
            .unwrap()
        {
            assert_eq!(finding.standing, setup::Standing::Same, "{}", finding.what);
        }
    }
}

#[test]
fn a_policy_that_breaks_the_promise_is_refused_and_put_right_by_setup() {
    let store = Store::new("policy");
    store.connect();
    let name = format!("{}-operation", store.settings.prefix);
    let wrong = json!({ "policy": { "phases": { "delete": { "min_age": "9999d", "actions": { "delete": {} } } } } });
    assert_eq!(
        ask(
            store.url(),
            "PUT",
            &format!("/_ilm/policy/{name}"),
            Some(&wrong)
        )
        .0,
        200
    );
    let error = store.try_connect().err().unwrap().to_string();
    assert!(
        error.contains(&format!("policy {name}"))
            && error.contains("9999d")
            && error.contains("730d"),
        "{error}"
    );
    let client = tuomin::output::elasticsearch::Client::new(&store.settings).unwrap();
    store
        .runtime
        .block_on(setup::apply(
            &client,
            &store.settings,
            &RecordTable::builtin(),
        ))
        .unwrap();
    store.connect();
}

#[test]
fn nothing_is_written_where_no_policy_rules() {
    let mut store = Store::new("never");
    store.settings.setup = tuomin::output::elasticsearch::settings::Setup::Never;
    let error = store.try_connect().err().unwrap().to_string();
    assert!(
        error.contains("tuomin setup") && error.contains("policy"),
        "{error}"
    );
    store.settings.setup = tuomin::output::elasticsearch::settings::Setup::Auto;
    store.connect();
    // An index under our name that somebody made before the templates were there.
    let index = format!("{}-operation-2026.11.16-000001", store.settings.prefix);
    let lifecycle = json!({ "settings": { "index.lifecycle.name": null, "index.lifecycle.parse_origination_date": false } });
    assert_eq!(
        ask(store.url(), "PUT", &format!("/{index}"), Some(&lifecycle)).0,
        200
    );
    let error = store.try_connect().err().unwrap().to_string();
    assert!(error.contains(&index), "{error}");
}

#[test]
fn an_unreachable_server_and_one_that_is_none_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let store = Store::at(&format!("http://{closed}"), "away");
    let error = store.try_connect().err().unwrap().to_string();
    assert!(
        error.contains("can't be reached") && error.contains(&closed.to_string()),
        "{error}"
    );
}

#[test]
fn a_benchmark_into_the_server_counts_and_leaves_nothing_behind() {
    let ran = Program::new().run(&[
        "bench",
        "--only",
        "--json",
        "--rounds=1",
        "--threads=1",
        "--workload=monitoring",
        "--bytes=300KB",
        "--es",
        es_url(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let figures: Json = serde_json::from_str(ran.text()).unwrap();
    let programs: Vec<_> = figures["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["program"])
        .collect();
    assert_eq!(programs, ["copy", "redact", "store"]);
    for path in [
        "/tuomin-bench-*?expand_wildcards=all",
        "/_index_template/tuomin-bench-*",
        "/_component_template/tuomin-bench-*",
        "/_ilm/policy",
    ] {
        let left = ask(es_url(), "GET", path, None).1;
        assert!(
            !left.to_string().contains("tuomin-bench-"),
            "{path}: {left}"
        );
    }
}
