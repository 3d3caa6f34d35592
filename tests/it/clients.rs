//! Official clients that believe they talk to Elasticsearch, and what is in the real one afterwards.

use std::process::{Child, Command};

use elasticsearch::{
    BulkOperation, BulkParts, CreateParts, Elasticsearch, http::transport::Transport,
};
use rustix::process::Signal;
use serde_json::{Value as Json, json};

use crate::{
    certificates::Authority,
    es::{ask, count},
    listen::{connect, port},
    program::{Program, end, signal},
    python::python,
    store::Store,
};

pub const TOKEN: &str = "0123456789abcdef";
/// The number that GB 11643 prints as its example.
pub const NUMBER: &str = "11010519491231002X";

/// A program that takes bulk requests for a store.
pub fn program(store: &Store, address: std::net::SocketAddr) -> Program {
    let program = Program::new()
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX",
            &store.settings.prefix,
        )
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__REPLICAS", 0)
        .with("TUOMIN_INPUT__BULK__LISTEN", address)
        .with("TUOMIN_HTTP_TOKEN", TOKEN);
    program.file("key", "0f".repeat(32));
    program
}

pub fn start(program: &Program, store: &Store) -> Child {
    program.start(&["run", "--es", store.url(), "--key-file", "key"])
}

#[track_caller]
pub fn stop(child: Child) {
    signal(&child, Signal::TERM);
    let ran = end(child);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// The documents that a client finds under its own name of the index, by their identifiers.
pub fn stored(store: &Store, index: &str) -> Vec<(String, Json)> {
    count(store.url(), index);
    let query = json!({ "size": 10_000, "sort": ["tuomin.request_id"] });
    let (status, answer) = ask(
        store.url(),
        "POST",
        &format!("/{index}/_search"),
        Some(&query),
    );
    assert_eq!(status, 200, "{answer}");
    let hits = answer["hits"]["hits"].as_array().unwrap().iter();
    hits.map(|hit| {
        (
            hit["_id"].as_str().unwrap().to_owned(),
            hit["_source"].clone(),
        )
    })
    .collect()
}

#[test]
fn the_rust_client_finds_its_documents_under_its_own_names() {
    let (store, address) = (Store::new("rust"), port());
    let program = program(&store, address);
    let child = start(&program, &store);
    drop(connect(address));
    let url = format!("http://any:{TOKEN}@{address}");
    let client = Elasticsearch::new(Transport::single_node(&url).unwrap());
    let index = format!("app-{}", store.settings.prefix);
    let send = |operations: Vec<BulkOperation<Json>>| {
        store.runtime.block_on(async {
            let sent = client
                .bulk(BulkParts::Index(&index))
                .body(operations)
                .send();
            sent.await.unwrap().json::<Json>().await.unwrap()
        })
    };
    let record = |id: &str, result: &str| json!({ "RequestId": id, "Timestamp": 1795502216382u64, "Result": result, "IdCard": NUMBER });
    let answer = send(vec![
        BulkOperation::index(record("1", "old")).id("one").into(),
        BulkOperation::create(record("2", "old")).id("two").into(),
        BulkOperation::index(record("3", "old")).id(NUMBER).into(),
        BulkOperation::index(record("4", "old")).into(),
    ]);
    assert_eq!(answer["errors"], false, "{answer}");
    assert_eq!(answer["items"][0]["index"]["_index"], index.as_str());
    let statuses = |answer: &Json| -> Vec<(u64, String)> {
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                let item = item.as_object().unwrap().values().next().unwrap();
                let said = item["result"].as_str().or(item["error"]["type"].as_str());
                (item["status"].as_u64().unwrap(), said.unwrap().to_owned())
            })
            .collect()
    };
    let created = (201, "created".to_owned());
    assert_eq!(statuses(&answer), vec![created.clone(); 4]);
    // `index` writes anew, `create` leaves what is there, and each answer says so.
    let answer = send(vec![
        BulkOperation::index(record("1", "new")).id("one").into(),
        BulkOperation::create(record("2", "new")).id("two").into(),
        BulkOperation::index(record("3", "new")).id(NUMBER).into(),
        BulkOperation::create(record("5", "new")).id("five").into(),
    ]);
    assert_eq!(answer["errors"], true);
    let updated = (200, "updated".to_owned());
    let conflict = (409, "version_conflict_engine_exception".to_owned());
    assert_eq!(
        statuses(&answer),
        [updated.clone(), conflict, updated, created]
    );
    // The same for documents that come by themselves.
    let one = |id: &str| {
        store.runtime.block_on(async {
            let parts = CreateParts::IndexId(&index, id);
            let sent = client.create(parts).body(record(id, "one")).send();
            sent.await.unwrap().status_code().as_u16()
        })
    };
    assert_eq!([one("two"), one("6"), one("6")], [409, 201, 409]);
    stop(child);
    let documents = stored(&store, &index);
    let results: Vec<_> = documents
        .iter()
        .map(|(_, source)| source["Result"].as_str().unwrap())
        .collect();
    assert_eq!(results, ["new", "old", "new", "old", "new", "one"]);
    assert_eq!((&*documents[0].0, &*documents[1].0), ("one", "two"));
    assert!(
        !format!("{documents:?}").contains(NUMBER),
        "an identifier can be personal data"
    );
    // A policy of ours manages what the client's name stands for.
    let (_, settings) = ask(
        store.url(),
        "GET",
        &format!("/{index}/_settings/index.lifecycle.name?flat_settings=true"),
        None,
    );
    let managed: Vec<_> = settings.as_object().unwrap().iter().collect();
    assert_eq!(managed.len(), 1, "{settings}");
    let (name, settings) = managed[0];
    assert_eq!(
        *name,
        format!(
            "{}-monitoring-{index}-2026.11.23-000001",
            store.settings.prefix
        )
    );
    assert_eq!(
        settings["settings"]["index.lifecycle.name"],
        format!("{}-monitoring", store.settings.prefix)
    );
    let check = program.run(&["retention", "--es", store.url()]);
    assert_eq!(check.code, 0, "{}{}", check.text(), check.err);
}

#[test]
fn the_python_client_ships_a_thousand_documents_over_tls() {
    let (store, address) = (Store::new("python"), port());
    let python = python();
    let program = program(&store, address)
        .with("TUOMIN_INPUT__BULK__TLS__CERTIFICATE_FILE", "server.crt")
        .with("TUOMIN_INPUT__BULK__TLS__KEY_FILE", "server.key");
    Authority::new().write(&program);
    let child = start(&program, &store);
    drop(connect(address));
    let index = format!("py-{}", store.settings.prefix);
    let ran = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/clients/bulk.py"
        ))
        .arg(format!("https://localhost:{}", address.port()))
        .arg(program.path("ca.pem"))
        .args([TOKEN, &index])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let told: Json = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&told["stored"], &told["again"], &told["one"]),
        (
            &json!(1000),
            &json!({ "200": 500, "409": 500 }),
            &json!("created")
        )
    );
    assert_eq!(
        told["items"],
        json!([
            [true, ["index", index, NUMBER, 201]],
            [false, ["index", "Not-A-Name", "x", 400]],
            [false, ["delete", index, "doc-1", 400]],
        ])
    );
    stop(child);
    let documents = stored(&store, &index);
    assert_eq!(documents.len(), 1002);
    let kept = documents
        .iter()
        .filter(|(id, _)| id.starts_with("doc-"))
        .count();
    assert_eq!(kept, 1000);
    let all = format!("{documents:?}");
    for planted in ["13800130007", "张三", NUMBER] {
        assert!(!all.contains(planted));
    }
}
