//! What monitoring systems are told: every figure that is promised, with the values that were brought about.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
};

use rustix::process::Signal;
use serde_json::Value as Json;
use tuomin::record::time::{DAY_MS, now_ms};

use crate::{
    delivery,
    es::{es_url, prefix, send},
    listen::{self, port},
    program::{Program, end, signal, wait_until},
    proxy::{Fault, Proxy},
};

/// A page of metrics.
struct Page(String);

impl Page {
    fn of(address: SocketAddr) -> Self {
        let page = send(&format!("http://{address}"), "GET", "/metrics", b"");
        Self(page.map_or(String::new(), |(_, page)| String::from_utf8(page).unwrap()))
    }

    /// The value of a figure, with its labels; 0 if it is not there.
    fn get(&self, name: &str) -> f64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }
}

#[test]
fn every_promised_figure_is_told_and_no_value_of_a_record() {
    let (number, is_away) = (AtomicU32::new(0), Arc::new(AtomicBool::new(false)));
    let proxy = {
        let is_away = is_away.clone();
        Proxy::start(es_url(), move |request| {
            let is_bulk = request.path.starts_with("/_bulk");
            if is_bulk && (is_away.load(Relaxed) || number.fetch_add(1, Relaxed) < 2) {
                Fault::Answer(429, "")
            } else {
                Fault::Pass
            }
        })
    };
    let address = port();
    let program = delivery::program(&proxy.url, &prefix("figures"))
        .with("TUOMIN_SPOOL__FOLDER", "spool")
        .with("TUOMIN_METRICS__LISTEN", address);
    let mut child = program.start(&["run"]);
    let mut stdin = child.stdin.take().unwrap();
    let record = |number: i64, age: i64| {
        let time = now_ms() - age;
        format!(r#"{{"RequestId":"r{number}","timestamp":{time},"Phone":"13800138000"}}"#) + "\n"
    };
    // One write that a pipe hands over whole (less than 4 KiB), so that all of it is one batch and is refused twice.
    let lines: String = (0..40).map(|number| record(number, 0)).collect();
    let lines = lines + &record(40, 1000 * DAY_MS);
    assert!(lines.len() < 4096);
    stdin.write_all(lines.as_bytes()).unwrap();
    let mut page = Page(String::new());
    wait_until("they are stored", || {
        page = Page::of(address);
        page.get("tuomin_elasticsearch_documents_total{result=\"stored\"}") == 40.0
    });
    let read = lines.len() as f64;
    for (name, expected) in [
        ("tuomin_records_total", 41.0),
        ("tuomin_read_bytes_total", read),
        ("tuomin_findings_total{category=\"phone\"}", 41.0),
        (
            "tuomin_elasticsearch_refused_total{reason=\"past_retention\"}",
            1.0,
        ),
        ("tuomin_dead_letters_total{error=\"past_retention\"}", 1.0),
        ("tuomin_undelivered_records_total", 0.0),
        ("tuomin_spool_dropped_records_total", 0.0),
    ] {
        assert_eq!(page.get(name), expected, "{name} in {}", page.0);
    }
    for (name, least) in [
        ("tuomin_redacted_bytes_total", 1.0),
        ("tuomin_batches_total", 1.0),
        ("tuomin_elasticsearch_sent_bytes_total", 1.0),
        (
            "tuomin_elasticsearch_sent_again_total{reason=\"overloaded\"}",
            40.0,
        ),
        ("tuomin_elasticsearch_concurrency_limit", 1.0),
        // Two that were refused and one that was not.
        ("tuomin_elasticsearch_request_seconds_count", 3.0),
        (
            "tuomin_elasticsearch_request_seconds_bucket{le=\"+Inf\"}",
            3.0,
        ),
        // Twice refused means twice waited.
        ("tuomin_delivery_lag_seconds_sum", 0.5),
        ("tuomin_delivery_lag_seconds_bucket{le=\"86400\"}", 1.0),
        ("process_resident_memory_bytes", 10e6),
    ] {
        assert!(
            page.get(name) >= least,
            "{name} is less than {least} in {}",
            page.0
        );
    }

    // While the server takes nothing, what waits gets older.
    is_away.store(true, Relaxed);
    stdin.write_all(record(101, 0).as_bytes()).unwrap();
    let ages = [
        "tuomin_oldest_undelivered_seconds",
        "tuomin_spool_age_seconds",
    ];
    wait_until("the spool is old", || {
        page = Page::of(address);
        ages.iter().all(|age| page.get(age) >= 2.0)
    });
    assert_eq!(page.get("tuomin_spool_records"), 1.0);
    assert!(page.get("tuomin_spool_bytes") > 0.0);
    is_away.store(false, Relaxed);
    wait_until("nothing waits", || {
        page = Page::of(address);
        page.get("tuomin_spool_records") == 0.0 && ages.iter().all(|age| page.get(age) == 0.0)
    });
    assert!(!page.0.contains("13800138000"));
    drop(stdin);
    assert_eq!(end(child).code, 0);
}

#[test]
fn where_it_listens_is_said_with_the_port_it_got() {
    let any = "127.0.0.1:0";
    let program = Program::new()
        .with("TUOMIN_INPUT__TCP__LISTEN", any)
        .with("TUOMIN_INPUT__UNIX__PATH", "socket")
        .with("TUOMIN_INPUT__HTTP__LISTEN", any)
        .with("TUOMIN_INPUT__BULK__LISTEN", any)
        .with("TUOMIN_METRICS__LISTEN", any)
        .with("TUOMIN_LOG__LEVEL", "info")
        .with("TUOMIN_LOG__FORMAT", "json");
    let mut child = program.start(&["run", "--quiet"]);
    let said = BufReader::new(child.stderr.take().unwrap()).lines();
    let places: HashMap<String, String> = said
        .map(|line| serde_json::from_str::<Json>(&line.unwrap()).unwrap())
        .filter(|line| line["message"] == "listening")
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            (text("input") + &text("path"), text("address"))
        })
        .take(5)
        .collect();
    assert_eq!(places["unix"], "socket");
    for input in ["tcp", "http", "bulk", "/metrics"] {
        let address: SocketAddr = places[input].parse().unwrap();
        assert_ne!(address.port(), 0, "{input}");
        drop(listen::connect(address));
    }
    let http = places["http"].parse().unwrap();
    assert_eq!(listen::http(http, "POST / HTTP/1.1", b"{\"a\":1}\n").0, 200);
    let page = Page::of(places["/metrics"].parse().unwrap());
    assert_eq!(page.get("tuomin_records_total"), 1.0);
    signal(&child, Signal::TERM);
    assert_eq!(end(child).code, 0);
}

#[test]
fn at_a_terminal_it_says_so_to_people() {
    for (quiet, expected) in [("", true), ("--quiet", false)] {
        let (program, address) = (Program::new(), port());
        let run = format!(
            "TUOMIN_INPUT__HTTP__LISTEN={address} TUOMIN_METRICS__LISTEN=127.0.0.1:0 {} run {quiet} >out",
            env!("CARGO_BIN_EXE_tuomin"),
        );
        // util-linux's `script` gives it a terminal.
        let mut child = Command::new("script")
            .args(["-qec", &run, "typescript"])
            .current_dir(program.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        drop(listen::connect(address));
        let control_c = b"\x03";
        child.stdin.take().unwrap().write_all(control_c).unwrap();
        let ran = end(child);
        // the terminal echoes the key wherever it is just then
        let shown = ran.text().replace("^C", "");
        let at = format!("listening on {address} (http)");
        for part in [&at, "/metrics tells how it goes"] {
            assert_eq!(shown.contains(part), expected, "{shown}");
        }
    }
}
