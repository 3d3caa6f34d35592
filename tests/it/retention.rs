//! Documents are gone when they should be, and `tuomin retention` tells when they are not.

use std::time::Duration;

use serde_json::json;
use tuomin::output::age::Age;
use tuomin::output::elasticsearch::names::partition_start;
use tuomin::output::elasticsearch::settings::{Layout, Partition};
use tuomin::record::time::{DAY_MS, now_ms};

use crate::es::{Node, ask, count, es_url, until};
use crate::program::Program;
use crate::proxy::{Fault, Proxy};
use crate::store::Store;

/// The program, configured for a store.
fn program(store: &Store) -> Program {
    let retention = &store.settings.retention;
    let layout = if store.settings.layout == Layout::Dated {
        "dated"
    } else {
        "data_stream"
    };
    let partition = if store.settings.partition == Partition::Day {
        "day"
    } else {
        "week"
    };
    Program::new()
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__URLS",
            format!("[\"{}\"]", store.url()),
        )
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX",
            &store.settings.prefix,
        )
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__LAYOUT", layout)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__PARTITION", partition)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__REPLICAS", 0)
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__MONITORING",
            retention.monitoring,
        )
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__OPERATION",
            retention.operation,
        )
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__ROLLOVER",
            retention.rollover,
        )
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__LATENESS",
            retention.lateness,
        )
}

#[test]
fn setup_prints_puts_and_checks() {
    let store = Store::new("cli");
    let printed = program(&store).run(&["setup", "--print"]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    assert!(
        printed.text().contains(&format!(
            "PUT /_ilm/policy/{}-operation\n",
            store.settings.prefix
        )) && printed.text().contains("\"730d\"")
    );
    let checked = program(&store).run(&["setup", "--check"]);
    assert!(
        checked.code == 1 && checked.text().contains("missing  policy"),
        "{}{}",
        checked.text(),
        checked.err
    );
    assert!(
        program(&store)
            .run(&["setup"])
            .text()
            .contains("created  index template")
    );
    assert_eq!(program(&store).run(&["setup", "--check"]).code, 0);
    let again = program(&store).run(&["setup"]);
    assert!(
        again.code == 0 && !again.text().contains("changed") && !again.text().contains("created"),
        "{}",
        again.text()
    );
    let other = program(&store)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__OPERATION", "90d")
        .run(&["setup", "--check"]);
    assert!(
        other.code == 1
            && other
                .text()
                .contains("policy.phases.delete.min_age: is 730d, should be 90d"),
        "{}",
        other.text()
    );
    let printed = program(&store).run(&["setup", "--print", "--es", "http://127.0.0.1:1"]);
    assert!(
        printed.code == 0 && printed.text().contains("PUT /"),
        "{}",
        printed.err
    );
    let closed = program(&store).run(&["setup", "--es", "http://127.0.0.1:1"]);
    assert!(
        closed.code == 2 && closed.err.contains("can't be reached"),
        "{}",
        closed.err
    );
}

#[test]
fn what_is_past_its_retention_is_deleted_by_event_time() {
    // A retention that ends some seconds from now for a partition that began at midnight: real dates, real policy, no waiting for two years.
    let mut store = Store::new("gone");
    store.settings.partition = Partition::Day;
    let today = partition_start(Partition::Day, now_ms()) * DAY_MS;
    let seconds = (now_ms() - today) / 1000 + 12;
    store.settings.retention.monitoring = format!("{seconds}s").parse().unwrap();
    store.settings.retention.warm_after = None;
    let es = store.connect();
    let line =
        |id: &str, body: &str, at: i64| format!(r#"{{"RequestId":"{id}","timestamp":{at}{body}}}"#);
    let lines = [
        line("goes", "", now_ms()),
        line("stays", r#","Request":{}"#, now_ms()),
        line("too old", "", now_ms() - 2 * DAY_MS),
    ];
    let report = store.deliver(&es, &lines);
    assert_eq!((report.stored, report.refused), (2, 1));
    assert_eq!(count(store.url(), &store.all()), 2);
    assert_eq!(store.dead()[0]["error"], "past_retention");
    assert_eq!(store.dead()[0]["document"], json!(null));
    let told = program(&store).run(&["retention"]);
    assert!(
        told.code == 0
            && told.text().contains("verdict: kept")
            && told.text().contains(&format!("at most {seconds}s")),
        "{}{}",
        told.text(),
        told.err
    );
    until(
        "the monitoring record is gone",
        Duration::from_secs(60),
        || count(store.url(), &store.all()) == 1,
    );
    assert_eq!(
        store.documents()[0]["_source"]["tuomin"]["request_id"],
        "stays"
    );
    let told = program(&store).run(&["retention", "--json"]);
    assert_eq!(told.code, 0, "{}", told.text());
}

#[test]
fn a_stream_rolls_over_and_goes() {
    let mut store = Store::new("rolls");
    store.settings.layout = Layout::DataStream;
    let retention = &mut store.settings.retention;
    (retention.monitoring, retention.rollover, retention.lateness) = (
        "9s".parse().unwrap(),
        "3s".parse().unwrap(),
        "2s".parse().unwrap(),
    );
    let es = store.connect();
    store.deliver(
        &es,
        &[format!(r#"{{"RequestId":"a","timestamp":{}}}"#, now_ms())],
    );
    assert_eq!(
        count(
            store.url(),
            &format!("{}-monitoring", store.settings.prefix)
        ),
        1
    );
    let told = program(&store).run(&["retention"]);
    assert!(
        told.text().contains("after its rollover") || told.text().contains("(in "),
        "{}{}",
        told.text(),
        told.err
    );
    until("the record is gone", Duration::from_secs(60), || {
        count(
            store.url(),
            &format!("{}-monitoring", store.settings.prefix),
        ) == 0
    });
}

#[test]
fn everything_that_keeps_documents_too_long_is_found() {
    let node = Node::start(&[]);
    let store = Store::at(node.url(), "found");
    let es = store.connect();
    store.deliver(
        &es,
        &[format!(r#"{{"RequestId":"a","timestamp":{}}}"#, now_ms())],
    );
    let prefix = &store.settings.prefix;
    assert_eq!(program(&store).run(&["retention"]).code, 0);
    let put = |path: &str, body: serde_json::Value| {
        assert_eq!(ask(node.url(), "PUT", path, Some(&body)).0, 200, "{path}")
    };
    let policy = |age: &str| json!({ "policy": { "phases": { "delete": { "min_age": age, "actions": { "delete": {} } } } } });
    put(&format!("/_ilm/policy/{prefix}-operation"), policy("9999d"));
    put(
        &format!("/{prefix}-operation-2020.01.01-000001"),
        json!({ "settings": { "index.lifecycle.name": null } }),
    );
    put(
        &format!("/{prefix}-monitoring-2020.01.01-000001"),
        json!({ "settings": { "index.lifecycle.skip": true } }),
    );
    let old = json!({ "@timestamp": "2020-01-01T00:00:00Z" });
    assert_eq!(
        ask(
            node.url(),
            "POST",
            &format!("/{prefix}-monitoring-2020.01.01-000001/_doc"),
            Some(&old)
        )
        .0,
        201
    );
    assert_eq!(ask(node.url(), "POST", "/_ilm/stop", None).0, 200);
    count(node.url(), "*");
    let told = program(&store).run(&["retention"]);
    assert_eq!(told.code, 1);
    for expected in [
        "lifecycle management: is stop".to_owned(),
        format!("{prefix}-operation: deletes after 9999d, should after 730d"),
        format!("{prefix}-operation-2020.01.01-000001: is managed by no policy"),
        format!("{prefix}-monitoring-2020.01.01-000001: has index.lifecycle.skip set"),
        format!("{prefix}-monitoring-2020.01.01-000001: should have been deleted by now"),
        format!("{prefix}-monitoring-2020.01.01-000001: holds a document older than 730d"),
    ] {
        assert!(
            told.text().contains(&expected),
            "{expected}\n{}{}",
            told.text(),
            told.err
        );
    }
    // And `tuomin setup` puts right what it can.
    assert!(program(&store).run(&["setup"]).text().contains(&format!(
        "changed  index {prefix}-operation-2020.01.01-000001"
    )));
}

#[test]
fn a_stuck_step_and_snapshots_that_outlive_the_documents_are_found() {
    // The test node can't take snapshots: these are the answers that Elastic's reference prints.
    const SNAPSHOTS: &str = r#"{
        "nightly": {"version": 1, "modified_date_millis": 4081757400000, "policy": {"schedule": "0 30 1 * * ?", "name": "<nightly-{now/d}>", "repository": "backups",
            "config": {"indices": ["*"], "ignore_unavailable": false}, "retention": {"expire_after": "30d", "min_count": 5, "max_count": 50}},
            "stats": {"policy": "nightly", "snapshots_taken": 0}, "next_execution_millis": 4081843800000},
        "others": {"version": 1, "policy": {"schedule": "0 30 1 * * ?", "name": "x", "repository": "backups", "config": {"indices": ["other-*"]}}},
        "for ever": {"version": 1, "policy": {"schedule": "0 30 1 * * ?", "name": "y", "repository": "backups"}}}"#;
    let proxy = Proxy::start(es_url(), |request| {
        match request.path.starts_with("/_slm/policy") {
            true => Fault::Answer(200, SNAPSHOTS),
            false => Fault::Pass,
        }
    });
    let store = Store::at(&proxy.url, "stuck");
    store.connect();
    let prefix = &store.settings.prefix;
    // A policy that can't be carried out: a dated index has no alias that could roll over.
    let policy = json!({ "policy": { "phases": {
        "hot": { "actions": { "rollover": { "max_docs": 1 } } },
        "delete": { "min_age": "730d", "actions": { "delete": {} } },
    } } });
    let put = |path: &str, body| assert_eq!(ask(es_url(), "PUT", path, body).0, 200, "{path}");
    put(&format!("/_ilm/policy/{prefix}-operation"), Some(&policy));
    let week = partition_start(Partition::Week, now_ms());
    let (year, month, day) = tuomin::record::time::date(week);
    let index = format!("{prefix}-operation-{year:04}.{month:02}.{day:02}-000001");
    put(&format!("/{index}"), None);
    let mut told = program(&store).run(&["retention"]);
    let stuck = format!("{index}: is stuck: step check-rollover-ready failed");
    until("the step fails", Duration::from_secs(60), || {
        told = program(&store).run(&["retention"]);
        told.text().contains(&stuck)
    });
    assert_eq!(told.code, 1);
    for expected in [
        "nightly: copies these indices into snapshots and keeps them for 30d",
        "for ever: copies these indices into snapshots and keeps them for ever",
    ] {
        assert!(told.text().contains(expected), "{}", told.text());
    }
    assert!(!told.text().contains("others:"), "{}", told.text());
}

#[test]
fn ages_are_what_elasticsearch_understands() {
    assert_eq!("730d".parse::<Age>().unwrap(), Age::days(730));
}
