//! `tuomin run` into a real Elasticsearch, with and without a spool: every record is there once, whatever happens in between.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::{
    es::{ask, count, es_url, prefix, until},
    program::{PATIENCE, Program, Ran, arg, end, gzip, signal, wait_until},
};

/// The key of its pseudonyms.
pub fn key() -> String {
    "11".repeat(32)
}

/// A program that writes to `url` under names that begin with `prefix`.
pub fn program(url: &str, prefix: &str) -> Program {
    Program::new()
        .with("TUOMIN_KEY", key())
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__URLS", url)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX", prefix)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__REPLICAS", 0)
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__BULK__MAX_BACKOFF_S", 1)
}

/// The same, and its names.
struct Shipper {
    program: Program,
    prefix: String,
}

impl Shipper {
    fn new(test: &str, url: &str) -> Self {
        let prefix = prefix(test);
        let program = program(url, &prefix);
        Self { program, prefix }
    }

    fn spooling(mut self) -> Self {
        self.program = self
            .program
            .with("TUOMIN_SPOOL__FOLDER", "spool")
            .with("TUOMIN_SPOOL__SEGMENT_BYTES", 65536);
        self
    }

    fn stored(&self) -> u64 {
        count(es_url(), &format!("{}-*", self.prefix))
    }

    fn spool_files(&self) -> usize {
        let entries = fs::read_dir(self.program.path("spool"));
        entries.map_or(0, |entries| {
            entries
                .filter(|entry| entry.as_ref().unwrap().path().extension().is_some())
                .count()
        })
    }
}

/// Records that all differ.
fn records(range: std::ops::Range<usize>) -> Vec<u8> {
    let mut lines = Vec::new();
    for number in range {
        let filler = "word ".repeat(number % 60);
        let line = serde_json::json!({
            "RequestId": format!("req-{number:08}"), "Action": "Query", "Timestamp": 1_795_502_216_382u64 + number as u64,
            "DebugInfo": filler,
        });
        writeln!(lines, "{line}").unwrap();
    }
    lines
}

/// An address where nobody listens.
fn nowhere() -> String {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    format!("http://127.0.0.1:{port}")
}

#[track_caller]
fn succeeds(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn every_record_is_stored_once_also_when_it_is_sent_twice() {
    let shipper = Shipper::new("twice", es_url());
    let file = shipper.program.file("in.gz", gzip(&records(0..5000)));
    let ran = shipper.program.run(&["run", arg(&file)]);
    succeeds(&ran);
    assert!(ran.err.contains("5,000 records stored"), "{}", ran.err);
    assert_eq!(shipper.stored(), 5000);
    succeeds(&shipper.program.pipe(&["run"], &records(4000..6000)));
    assert_eq!(shipper.stored(), 6000);
}

#[test]
fn a_record_alone_is_stored_while_the_stream_is_silent() {
    let shipper = Shipper::new("alone", es_url());
    let mut child = shipper.program.start(&["run"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&records(0..1)).unwrap();
    until("the record is stored", PATIENCE, || {
        ask(
            es_url(),
            "POST",
            &format!("/{}-*/_refresh", shipper.prefix),
            None,
        );
        shipper.stored() == 1
    });
    drop(stdin);
    succeeds(&end(child));
}

#[test]
fn a_server_that_is_not_there_is_told_before_anything_is_read() {
    let url = nowhere();
    let shipper = Shipper::new("nowhere", &url);
    let ran = shipper.program.pipe(&["run"], &records(0..10));
    ran.fails(2, &["can't be reached", &url]);
}

#[test]
fn a_flag_names_the_server() {
    let url = nowhere();
    let ran = Program::new().pipe(&["run", "--es", &url], b"{}\n");
    ran.fails(2, &["can't be reached", &url]);
    Program::new()
        .run(&["run", "--es", "es1:9200"])
        .fails(2, &["urls"]);
    Program::new()
        .run(&["run", "--es", &url, "-o", "out"])
        .fails(2, &["cannot be used with"]);
}

#[test]
fn with_a_spool_a_server_that_is_away_costs_nothing() {
    let away = Shipper::new("away", &nowhere()).spooling();
    let mut child = away.program.start(&["run"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&records(0..3000)).unwrap();
    wait_until("it is read", || {
        rustix::io::ioctl_fionread(&stdin).unwrap() == 0
    });
    wait_until("it is spooled", || away.spool_files() > 0);
    signal(&child, Signal::TERM);
    let ran = end(child);
    succeeds(&ran);
    assert!(
        ran.err.contains("3,000 records wait in the spool"),
        "{}",
        ran.err
    );
    drop(stdin);
    // Nothing comes in, but what waits is delivered.
    let there = Shipper {
        program: away
            .program
            .with("TUOMIN_OUTPUT__ELASTICSEARCH__URLS", es_url()),
        prefix: away.prefix,
    };
    succeeds(&there.program.run(&["run"]));
    assert_eq!((there.stored(), there.spool_files()), (3000, 0));
}

#[test]
fn what_was_spooled_under_another_prefix_goes_where_it_was_meant_for() {
    let old = Shipper::new("old-prefix", &nowhere()).spooling();
    let mut child = old.program.start(&["run"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&records(0..500)).unwrap();
    wait_until("it is read", || {
        rustix::io::ioctl_fionread(&stdin).unwrap() == 0
    });
    wait_until("it is spooled", || old.spool_files() > 0);
    signal(&child, Signal::TERM);
    succeeds(&end(child));
    let new = old
        .program
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__URLS", es_url())
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX", prefix("new-prefix"));
    let log = fs::File::create(new.path("log")).unwrap();
    let child = new.command(&["run"]).stderr(log).spawn().unwrap();
    let said = || fs::read_to_string(new.path("log")).unwrap();
    wait_until("it says what is missing", || {
        said().contains("not under the prefix")
    });
    // The indices of both kinds come to be, as they would have been already had the server been there before.
    succeeds(&program(es_url(), &old.prefix).pipe(&["run"], &records(480..482)));
    assert_eq!(end(child).code, 0, "{}", said());
    assert_eq!(count(es_url(), &format!("{}-*", old.prefix)), 500);
    assert_eq!(
        fs::read_dir(new.path("spool")).unwrap().count(),
        1,
        "the lock"
    );
}

#[test]
fn what_is_in_the_spool_survives_sudden_death() {
    let mut shipper = Shipper::new("death", &nowhere()).spooling();
    for round in 0..5 {
        let mut child = shipper.program.start(&["run"]);
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(&records(round * 500..(round + 1) * 500))
            .unwrap();
        // On standard input nobody is told what is safe; half a second is.
        wait_until("it is read", || {
            rustix::io::ioctl_fionread(child.stdin.as_ref().unwrap()).unwrap() == 0
        });
        thread::sleep(Duration::from_millis(700));
        signal(&child, Signal::KILL);
        assert_eq!(end(child).code, -9);
    }
    shipper.program = shipper
        .program
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__URLS", es_url());
    succeeds(&shipper.program.run(&["run"]));
    assert_eq!((shipper.stored(), shipper.spool_files()), (2500, 0));
}

#[test]
fn death_in_the_middle_of_delivery_and_the_same_again_stores_everything_once() {
    let shipper = Shipper::new("again", es_url()).spooling();
    let lines = records(0..20_000);
    let file = shipper.program.file("in", &lines);
    for pause in [5, 50, 150, 400] {
        let child: Child = shipper
            .program
            .command(&["run", arg(&file)])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(pause));
        signal(&child, Signal::KILL);
        end(child);
    }
    succeeds(&shipper.program.run(&["run", arg(&file)]));
    assert_eq!((shipper.stored(), shipper.spool_files()), (20_000, 0));
}

#[test]
fn a_spool_that_is_in_use_or_useless_is_told() {
    let shipper = Shipper::new("inuse", es_url()).spooling();
    let child = shipper.program.start(&["run"]);
    wait_until("it has its spool", || {
        shipper.program.path("spool/lock").exists()
    });
    thread::sleep(Duration::from_millis(200));
    shipper.program.run(&["run"]).fails(2, &["spool", "in use"]);
    succeeds(&{
        signal(&child, Signal::TERM);
        end(child)
    });
    Program::new()
        .with("TUOMIN_SPOOL__FOLDER", "spool")
        .run(&["run"])
        .fails(2, &["spool", "output.elasticsearch"]);
}
