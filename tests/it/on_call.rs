//! What someone on call does: follow what comes in, find a person by number, hand objects to Kibana.

use std::{
    io::{BufRead, BufReader, Write},
    process::Child,
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value as Json, json};

use crate::{
    program::{Program, end, signal, wait_until},
    store::Store,
};

/// The number that GB 11643 prints as its example, and how it may be written.
const NUMBER: &str = "11010519491231002X";
const SPELT: &str = "１１０１０５-19491231-002x\n";

/// A record about one person.
fn record(id: &str, number: &str) -> String {
    json!({ "RequestId": id, "Timestamp": tuomin::record::time::now_ms(), "Action": "Verify", "Request": { "IdCard": number } }).to_string() + "\n"
}

/// A program with a key in its folder.
fn program() -> Program {
    let program = Program::new().with("TUOMIN_KEY", "0f".repeat(32));
    program.file("other.key", "f0".repeat(32));
    program
}

/// The lines that a process writes, as they come.
fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        out.lines()
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    lines
}

fn next(lines: &mpsc::Receiver<String>) -> Json {
    let line = lines.recv_timeout(Duration::from_secs(30)).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn id(record: &Json) -> &str {
    record["request_id"].as_str().unwrap()
}

#[test]
fn a_token_is_what_stands_in_the_records_however_the_number_is_written() {
    let program = program();
    let redacted = program.pipe(&["run"], record("1", NUMBER).as_bytes());
    let token = program.pipe(&["token", "--category", "id_number.cn"], SPELT.as_bytes());
    assert_eq!(token.code, 0, "{}", token.err);
    assert!(token.text().starts_with("[ID_CN_"), "{}", token.text());
    assert!(
        redacted.text().contains(token.text().trim()),
        "{}",
        redacted.text()
    );
    let digits = program.pipe(&["token"], NUMBER.as_bytes());
    assert!(token.text().contains(digits.text().trim()));
    let other = program.pipe(&["token", "--key-file", "other.key"], NUMBER.as_bytes());
    assert_ne!(other.text(), digits.text());
    Program::new()
        .pipe(&["token"], NUMBER.as_bytes())
        .fails(2, &["--key-file"]);
    program
        .pipe(&["token", "--category", "id_numbr"], NUMBER.as_bytes())
        .fails(2, &["id_number"]);
}

#[test]
fn a_person_is_found_by_a_number_that_is_read_from_standard_input() {
    let program = program();
    let lines = record("hers", NUMBER) + &record("his", "110101199003074477");
    let redacted = program.pipe(&["run"], lines.as_bytes());
    program.file("redacted.ndjson", &redacted.out);
    let search = [
        "search",
        "redacted.ndjson",
        "--id-number",
        "-",
        "-o",
        "json",
    ];
    let found = program.pipe(&search, SPELT.as_bytes());
    assert_eq!(found.code, 0, "{}", found.err);
    let records: Vec<Json> = found
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.iter().map(id).collect::<Vec<_>>(), ["hers"]);
    for said in [found.text(), &found.err] {
        assert!(!said.contains(NUMBER) && !said.contains(SPELT.trim()));
    }
    // Never on the command line, where every process could read it.
    program
        .run(&["search", "redacted.ndjson", "--id-number", NUMBER])
        .fails(2, &["--id-number"]);
    program.pipe(&search, b"\n").fails(2, &["no ID number"]);
}

#[test]
fn a_story_as_json_says_everything_once() {
    let program = program();
    let redacted = program.pipe(&["run"], record("hers", NUMBER).as_bytes());
    program.file("redacted.ndjson", &redacted.out);
    let told = program.run(&["trace", "hers", "redacted.ndjson", "--json"]);
    assert_eq!(told.code, 0, "{}", told.err);
    let mut keys: Vec<_> = tuomin::record::RootFields::of(&told.out)
        .map(|field| field.key)
        .collect();
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all, "{}", told.text());
    let story: Json = serde_json::from_slice(&told.out).unwrap();
    assert_eq!(story["request_id"], "hers");
}

#[test]
fn errors_are_codes_that_are_not_0_and_not_records_without_one() {
    let program = program();
    let line =
        |id: &str, code: &str| format!("{{\"RequestId\":\"{id}\",\"Action\":\"Verify\"{code}}}\n");
    let lines = line("good", ",\"eCode\":0") + &line("bad", ",\"eCode\":-4") + &line("none", "");
    program.file("redacted.ndjson", lines);
    let found = |filter: &str| {
        let ran = program.run(&["search", "redacted.ndjson", "-w", filter, "-o", "json"]);
        let lines = ran
            .text()
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).unwrap());
        lines
            .map(|record| id(&record).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("code!=0"), ["bad"]);
    assert_eq!(found("code!=*"), ["none"]);
}

#[test]
fn search_follows_a_file_that_grows_and_is_replaced() {
    let program = program();
    program.file("growing.ndjson", record("before", "x"));
    let mut child = program.start(&[
        "search",
        "growing.ndjson",
        "--follow",
        "-o",
        "json",
        "-w",
        "action=Verify",
    ]);
    let lines = lines_of(&mut child);
    let append = |text: &str| {
        let mut file = std::fs::File::options()
            .append(true)
            .open(program.path("growing.ndjson"))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    // When it has opened the file can only be seen by what it prints.
    let mut first = None;
    wait_until("it follows", || {
        append(&record("first", "x"));
        first = lines.recv_timeout(Duration::from_millis(300)).ok();
        first.is_some()
    });
    assert!(first.unwrap().contains("first"));
    append(r#"{"RequestId":"other","Action":"Query"}"#);
    append("\n");
    let (half, rest) = (record("halves", "x"), 20);
    append(&half[..rest]);
    thread::sleep(Duration::from_millis(300));
    append(&half[rest..]);
    let mut seen = next(&lines);
    while id(&seen) == "first" {
        seen = next(&lines);
    }
    assert_eq!(id(&seen), "halves");
    program.file("new", record("replaced", "x"));
    std::fs::rename(program.path("new"), program.path("growing.ndjson")).unwrap();
    assert_eq!(id(&next(&lines)), "replaced");
    // not an interrupt: whoever runs the tests in the background has it ignored
    signal(&child, Signal::TERM);
    child.wait().unwrap();
}

#[test]
fn search_follows_what_is_stored() {
    let store = Store::new("follow");
    let program = program()
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX",
            &store.settings.prefix,
        )
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__REPLICAS", 0);
    let put = |name: &str| {
        let ran = program.pipe(
            &["run", "--es", store.url()],
            record(name, NUMBER).as_bytes(),
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    put("earlier");
    crate::es::count(store.url(), &store.all());
    let mut child = program.start(&["search", "--es", store.url(), "--follow", "-o", "json"]);
    let lines = lines_of(&mut child);
    assert_eq!(id(&next(&lines)), "earlier");
    put("later");
    let later = next(&lines);
    assert_eq!(id(&later), "later");
    assert!(!later.to_string().contains(NUMBER));
    signal(&child, Signal::TERM);
    end(child);
}

/// Attributes that the saved-objects documentation of Kibana 8 requires, and those that it allows beside them, by type.
const ATTRIBUTES: [(&str, &[&str], &[&str]); 4] = [
    (
        "index-pattern",
        &["title"],
        &[
            "name",
            "timeFieldName",
            "fieldFormatMap",
            "fieldAttrs",
            "runtimeFieldMap",
            "sourceFilters",
            "fields",
            "typeMeta",
            "type",
            "allowNoIndex",
        ],
    ),
    (
        "search",
        &["title", "columns", "sort", "kibanaSavedObjectMeta"],
        &[
            "description",
            "grid",
            "hideChart",
            "isTextBasedQuery",
            "hits",
            "version",
        ],
    ),
    (
        "visualization",
        &["title", "visState", "kibanaSavedObjectMeta"],
        &[
            "description",
            "uiStateJSON",
            "version",
            "savedSearchRefName",
        ],
    ),
    (
        "dashboard",
        &["title", "panelsJSON", "kibanaSavedObjectMeta"],
        &[
            "description",
            "optionsJSON",
            "version",
            "timeRestore",
            "timeFrom",
            "timeTo",
            "refreshInterval",
            "hits",
            "controlGroupInput",
        ],
    ),
];

#[test]
fn objects_for_kibana_have_the_documented_form() {
    let program = program();
    let ran = program.run(&["setup", "--kibana", "kibana.ndjson"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(program.path("kibana.ndjson")).unwrap();
    let mut types = std::collections::BTreeSet::new();
    for line in text.lines() {
        let object: Json = serde_json::from_str(line).unwrap();
        let kind = object["type"].as_str().unwrap().to_owned();
        let (_, required, allowed) = ATTRIBUTES.iter().find(|(name, ..)| *name == kind).unwrap();
        let attributes = object["attributes"].as_object().unwrap();
        for name in *required {
            assert!(attributes.contains_key(*name), "{kind} lacks {name}");
        }
        for name in attributes.keys().map(String::as_str) {
            assert!(
                required.contains(&name) || allowed.contains(&name),
                "{kind} must not have {name}"
            );
        }
        for version in ["coreMigrationVersion", "typeMigrationVersion"] {
            let parts: Vec<_> = object[version]
                .as_str()
                .unwrap()
                .split('.')
                .map(str::parse::<u32>)
                .collect();
            assert!(
                parts.len() == 3 && parts.iter().all(Result::is_ok),
                "{version}"
            );
        }
        for reference in object["references"].as_array().unwrap() {
            assert!(
                ["id", "name", "type"]
                    .iter()
                    .all(|part| reference[part].is_string()),
                "{reference}"
            );
        }
        if let Some(panels) = attributes.get("panelsJSON") {
            let panels: Json = serde_json::from_str(panels.as_str().unwrap()).unwrap();
            for panel in panels.as_array().unwrap() {
                let grid = &panel["gridData"];
                assert!(
                    grid["x"].as_u64().unwrap() + grid["w"].as_u64().unwrap() <= 48,
                    "{grid}"
                );
                assert_eq!(grid["i"], panel["panelIndex"]);
            }
        }
        types.insert(kind);
    }
    assert_eq!(types.len(), ATTRIBUTES.len());
}
