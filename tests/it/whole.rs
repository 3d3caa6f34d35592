//! The whole job: generated records go in, what is stored is all of them, and nothing of what was planted.
//!
//! With `TUOMIN_WHOLE_RECORDS=200000` and `--nocapture` the same at a size that says something about speed, figures printed.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::es::{ask, count};
use crate::program::Program;
use crate::store::Store;

/// Everything a search gives back, page by page, as text. `_source` holds every stored field.
///
/// In a point in time: where segments are merged between two pages, a document of the first may stand in the second again.
pub fn everything(store: &Store, mut see: impl FnMut(&Json)) {
    let search = |path: &str, body: Option<&Json>| {
        let (status, answer) = ask(store.url(), "POST", path, body);
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let opened = search(&format!("/{}/_pit?keep_alive=1m", store.all()), None);
    let mut query = json!({
        "size": 500,
        "pit": { "id": opened["id"], "keep_alive": "1m" },
        "sort": [{ "@timestamp": "asc" }, { "_shard_doc": "asc" }],
    });
    loop {
        let answer = search("/_search", Some(&query));
        let hits = answer["hits"]["hits"].as_array().unwrap();
        let Some(last) = hits.last() else { break };
        query["search_after"] = last["sort"].clone();
        hits.iter().for_each(&mut see);
    }
    let pit = json!({ "id": opened["id"] });
    ask(store.url(), "DELETE", "/_pit", Some(&pit));
}

/// How many records the test below stores.
fn records() -> String {
    std::env::var("TUOMIN_WHOLE_RECORDS").unwrap_or_else(|_| "2000".into())
}

#[test]
fn thousands_of_records_of_every_kind_are_stored_without_what_was_planted() {
    let records = records();
    let store = Store::new("whole");
    let program = Program::new()
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX",
            &store.settings.prefix,
        )
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__REPLICAS", 0);
    let key = program.file("key", "0f".repeat(32));
    let generated = program.run(&[
        "generate",
        "--records",
        &records,
        "--seed",
        "7",
        "-o",
        "in.ndjson",
        "--labels",
        "labels.ndjson",
    ]);
    assert_eq!(generated.code, 0, "{}", generated.err);
    let run = || {
        program.run(&[
            "run",
            "--es",
            store.url(),
            "--key-file",
            key.to_str().unwrap(),
            "in.ndjson",
        ])
    };
    let started = std::time::Instant::now();
    let ran = run();
    assert_eq!(ran.code, 0, "{}", ran.err);
    println!("{records} records in {:?}\n{}", started.elapsed(), ran.err);
    let lines = std::fs::read_to_string(program.path("in.ndjson")).unwrap();
    let distinct: BTreeSet<&str> = lines.lines().collect();
    assert_eq!(
        count(store.url(), &store.all()),
        distinct.len() as u64,
        "{}",
        ran.err
    );
    // Once more: nothing is added.
    assert_eq!(run().code, 0);
    assert_eq!(count(store.url(), &store.all()), distinct.len() as u64);

    let mut planted = planted(&program);
    // What the redactor misses is `tuomin evaluate`'s concern; here, whatever is not in the redacted lines must not be in the store.
    let redacted = program.run(&[
        "run",
        "--key-file",
        key.to_str().unwrap(),
        "-o",
        "clean.ndjson",
        "in.ndjson",
    ]);
    assert_eq!(redacted.code, 0, "{}", redacted.err);
    let redacted = std::fs::read_to_string(program.path("clean.ndjson")).unwrap();
    let all: Vec<String> = planted.iter().cloned().collect();
    let automaton = aho_corasick::AhoCorasick::new(&all).unwrap();
    for missed in automaton.find_overlapping_iter(&redacted) {
        planted.remove(&all[missed.pattern().as_usize()]);
    }
    println!(
        "{} of {} planted values are looked for",
        planted.len(),
        all.len()
    );
    assert!(planted.len() > 200, "{}", planted.len());
    assert!(
        planted.len() * 1000 > all.len() * 999,
        "{} of {}",
        planted.len(),
        all.len()
    );
    let automaton = aho_corasick::AhoCorasick::new(&planted).unwrap();
    let (mut seen, mut leaks, mut findings, mut raw) = (0, 0, 0, 0);
    everything(&store, |hit| {
        seen += 1;
        let text = hit["_source"].to_string();
        leaks += automaton.find_iter(&text).count();
        let ours = &hit["_source"]["tuomin"];
        findings += usize::from(ours["findings"].is_object());
        raw += usize::from(!hit["_source"]["raw"].is_null());
        assert_eq!(ours["words"], Json::Null, "words are indexed, not kept");
    });
    assert_eq!(seen, distinct.len());
    assert!(
        findings > 1000,
        "{findings} documents count findings by category"
    );
    assert_eq!(raw, 0, "generated records need no safe form");
    assert_eq!(leaks, 0, "{leaks} planted identity numbers are stored");
    let (_, explained) = ask(
        store.url(),
        "GET",
        &format!("/{}/_ilm/explain", store.all()),
        None,
    );
    let indices = explained["indices"].as_object().unwrap();
    for (index, state) in indices {
        assert_eq!(state["managed"], true, "{index} is under no policy");
    }
    println!(
        "{} indices, one of them: {:?}",
        indices.len(),
        indices.values().next()
    );

    // What makes the documents useful: a call's records are found by its identifier, findings add up by category.
    let query = json!({ "size": 0, "aggs": {
        "kinds": { "terms": { "field": "tuomin.kind" } },
        "names": { "sum": { "field": "tuomin.findings.name" } },
        "cost": { "percentiles": { "field": "tuomin.cost_ms" } },
    }});
    let (_, answer) = ask(
        store.url(),
        "POST",
        &format!("/{}/_search", store.all()),
        Some(&query),
    );
    assert_eq!(
        answer["aggregations"]["kinds"]["buckets"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "{answer}"
    );
    assert!(
        answer["aggregations"]["names"]["value"].as_f64().unwrap() > 500.0,
        "{answer}"
    );
    assert!(
        answer["aggregations"]["cost"]["values"]["50.0"].is_number(),
        "{answer}"
    );
}

/// Planted identity numbers, by the labels in the folder. Long and distinctive values only: "男" and the like stand in texts of their own
/// right.
pub fn planted(program: &Program) -> BTreeSet<String> {
    let labels = std::fs::read_to_string(program.path("labels.ndjson")).unwrap();
    let mut planted = BTreeSet::new();
    for label in labels.lines() {
        let label: Json = serde_json::from_str(label).unwrap();
        for plant in label["plants"].as_array().unwrap() {
            let value = plant["value"].as_str().unwrap_or_default();
            let strong = plant["strength"] == "strong"
                && plant["class"]
                    .as_str()
                    .is_some_and(|class| class.starts_with("id_number"));
            if strong && value.chars().count() >= 10 {
                planted.insert(value.to_owned());
            }
        }
    }
    planted
}
