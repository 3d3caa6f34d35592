//! The clock of a running program is set, forward and back, while records flow: none is lost, refused, moved or stored twice.

use std::{fs, io::Write, path::PathBuf, process::ChildStdin};

use serde_json::json;
use tuomin::record::time::{DAY_MS, now_ms};

use crate::{
    delivery,
    es::{ask, count, es_url, prefix, until},
    program::{PATIENCE, Program, end},
};

/// A library that makes programs see another time, which a file names and which may change while they run.
fn faketime() -> Option<PathBuf> {
    let found = glob::glob("/usr/lib/*/faketime/libfaketimeMT.so.1").unwrap();
    let library = found.flatten().next();
    if library.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "libfaketime is missing: apt-get install faketime"
        );
        eprintln!("skipped, since libfaketime is missing: apt-get install faketime");
    }
    library
}

/// Sets the clock of a program that was started with this file: days beside the true time. Renamed into place, since half a file would
/// be half a time.
fn set_clock(program: &Program, days: i64) {
    let new = program.file("clock.new", format!("{days:+}d"));
    fs::rename(new, program.path("clock")).unwrap();
}

/// Sends records, each also of a day long before, and gives back their lines.
fn send(stdin: &mut ChildStdin, numbers: std::ops::Range<i64>) -> String {
    let mut lines = String::new();
    for number in numbers {
        for age in [0, 40 * DAY_MS] {
            let line = json!({
                "RequestId": format!("req-{number}-{age}"), "Action": "Query", "Timestamp": now_ms() - age,
            });
            lines += &format!("{line}\n");
        }
    }
    stdin.write_all(lines.as_bytes()).unwrap();
    lines
}

#[test]
fn a_clock_that_is_set_costs_no_record_and_moves_none() {
    let Some(library) = faketime() else { return };
    for spool in [false, true] {
        let names = prefix("clock");
        let mut program = delivery::program(es_url(), &names);
        if spool {
            program = program
                .with("TUOMIN_SPOOL__FOLDER", "spool")
                .with("TUOMIN_SPOOL__MAX_AGE_DAYS", 1);
        }
        set_clock(&program, 0);
        let mut command = program.command(&["run"]);
        command
            .env("LD_PRELOAD", &library)
            .env("FAKETIME_TIMESTAMP_FILE", program.path("clock"))
            .env("FAKETIME_NO_CACHE", "1")
            // A step of the clock does not touch what only ever counts on.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1")
            .stdin(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let all = format!("{names}-*");
        let stored = || {
            ask(es_url(), "POST", &format!("/{all}/_refresh"), None);
            count(es_url(), &all)
        };
        let mut lines = String::new();
        let mut sent = 0;
        // Further than the retention reaches, and less far.
        for days in [0, 5, -5, 800, -400, 0] {
            // Some are on their way while the clock is set, and some come after that.
            lines += &send(&mut stdin, sent..sent + 50);
            set_clock(&program, days);
            lines += &send(&mut stdin, sent + 50..sent + 100);
            sent += 100;
            until("records are stored", PATIENCE, || {
                stored() >= 2 * sent as u64
            });
        }
        drop(stdin);
        let ran = end(child);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.err.contains("the clock was set"),
            "the program saw no other time: {}",
            ran.err
        );
        assert_eq!(stored(), 2 * sent as u64);
        assert!(!program.path("tuomin-dead-letters").exists());
        // Each in the week of its event, and that is where it would be had the clock never been touched: sent again, it finds itself.
        let ran = program.pipe(&["run"], lines.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(stored(), 2 * sent as u64);
        let tagged =
            json!({"query": {"terms": {"tuomin.tags": ["future_clamped", "no_event_time"]}}});
        let (status, found) = ask(es_url(), "POST", &format!("/{all}/_count"), Some(&tagged));
        assert_eq!((status, found["count"].as_u64()), (200, Some(0)), "{found}");
    }
}
