//! The program under trouble, and those who give it records.

use std::{
    fmt, fs,
    fs::{File, OpenOptions},
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tuomin::generate::rng::Rng;

use super::{
    PATIENCE,
    records::{HELPING, PAUSE, Records},
};
use crate::{
    delivery,
    es::send,
    listen::port,
    program::{Program, end, signal},
};

/// How long a request may wait for its answer: less than a slow answer takes.
const TIMEOUT_S: u64 = 2;
/// How long a signal may take before it is sent again.
const GRACE: Duration = Duration::from_secs(8);

/// A program that is ended and started again and again.
pub struct Shipper {
    program: Program,
    arguments: &'static [&'static str],
    address: SocketAddr,
    metrics: SocketAddr,
    child: Option<Child>,
    starts: u32,
    refusals: u32,
    kills: u32,
    terms: u32,
}

impl Shipper {
    /// Follows files, by way of a spool.
    pub fn following(url: &str, prefix: &str) -> Self {
        let program = delivery::program(url, prefix)
            .with("TUOMIN_SPOOL__FOLDER", "spool")
            .with("TUOMIN_SPOOL__SEGMENT_BYTES", 65536)
            .with("TUOMIN_INPUT__FOLLOW__CLOSE_AFTER_S", 1);
        fs::create_dir(program.path("in")).unwrap();
        Self::start(program, &["run", "--follow", "in/records.log*"])
    }

    /// Is sent records over HTTP, and has no spool.
    pub fn listening(url: &str, prefix: &str) -> Self {
        Self::start(delivery::program(url, prefix), &["run"])
    }

    fn start(program: Program, arguments: &'static [&'static str]) -> Self {
        let (address, metrics) = (port(), port());
        let mut program = program
            .with("TUOMIN_METRICS__LISTEN", metrics)
            .with("TUOMIN_LOG__LEVEL", "debug")
            .with("TUOMIN_OUTPUT__ELASTICSEARCH__BULK__MAX_BYTES", 40_000)
            .with("TUOMIN_OUTPUT__ELASTICSEARCH__BULK__TIMEOUT_S", TIMEOUT_S);
        if !arguments.contains(&"--follow") {
            program = program.with("TUOMIN_INPUT__HTTP__LISTEN", address);
        }
        let mut shipper = Self {
            program,
            arguments,
            address,
            metrics,
            child: None,
            starts: 0,
            refusals: 0,
            kills: 0,
            terms: 0,
        };
        shipper.revive();
        shipper
    }

    /// The file that it follows.
    pub fn input(&self) -> PathBuf {
        self.program.path("in/records.log")
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Where it takes records.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it can be asked how it is.
    pub fn metrics(&self) -> String {
        format!("http://{}", self.metrics)
    }

    /// Starts it if it does not run. By itself it ends only where the server can't be used when it starts.
    pub fn revive(&mut self) {
        if let Some(child) = &mut self.child {
            let Some(status) = child.try_wait().unwrap() else {
                return;
            };
            assert_eq!(status.code(), Some(2), "{}", self.log());
            self.refusals += 1;
        }
        let mut log = OpenOptions::new();
        let log = log.create(true).append(true);
        let child = self
            .program
            .command(self.arguments)
            .stdout(Stdio::null())
            .stderr(log.open(self.program.path("log")).unwrap())
            .spawn();
        self.child = Some(child.unwrap());
        self.starts += 1;
    }

    /// Sudden death.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.kills += 1;
    }

    /// Asks it to end; asks again if it takes too long, because what it has read can't be stored anywhere.
    pub fn terminate(&mut self) {
        let mut child = self.child.take().unwrap();
        self.terms += 1;
        signal(&child, Signal::TERM);
        let asked = Instant::now();
        while child.try_wait().unwrap().is_none() && asked.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(20));
        }
        if child.try_wait().unwrap().is_none() {
            signal(&child, Signal::TERM);
        }
        let code = end(child).code;
        // In good order; at once; before it could do either; or it could not start.
        let expected = [0, 128 + libc::SIGTERM, -libc::SIGTERM, 2];
        assert!(expected.contains(&code), "{code}: {}", self.log());
    }

    /// Ends it for the last time, when nothing is wrong any more.
    pub fn end_well(&mut self) {
        let child = self.child.take().unwrap();
        signal(&child, Signal::TERM);
        assert_eq!(end(child).code, 0, "{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.program.path("log")).unwrap()
    }

    /// The end of its log, and what it tells of itself.
    pub fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        let metrics = send(&self.metrics(), "GET", "/metrics", b"");
        let metrics = metrics.map_or(Vec::new(), |(_, page)| page);
        format!("{lines:#?}\n{}\n", String::from_utf8_lossy(&metrics))
    }
}

impl fmt::Display for Shipper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} starts ({} without a server), {} sudden deaths, {} terminations",
            self.starts, self.refusals, self.kills, self.terms
        )
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Appends records to a file that is rotated now and then. What is in the file counts as given.
pub fn writer(path: PathBuf, mut records: Records, stop: &AtomicBool) -> impl FnOnce() -> Records {
    move || {
        let mut dice = Rng::new(0);
        let mut rotated = 0;
        while !stop.load(Relaxed) {
            append(&path, &records.next(dice.range(1, HELPING)));
            thread::sleep(PAUSE);
            if dice.below(50) == 0 {
                rotated += 1;
                fs::rename(&path, path.with_extension(format!("log.{rotated}"))).unwrap();
            }
        }
        records
    }
}

fn append(path: &Path, text: &str) {
    let file: File = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    (&file).write_all(text.as_bytes()).unwrap();
}

/// Sends records until they are acknowledged.
pub fn sender(
    address: String,
    mut records: Records,
    stop: &AtomicBool,
) -> impl FnOnce() -> Records {
    move || {
        let mut dice = Rng::new(1);
        while !stop.load(Relaxed) {
            let lines = records.next(dice.range(1, HELPING));
            let is_safe = || {
                send(&address, "POST", "/", lines.as_bytes()).is_ok_and(|(status, _)| status == 200)
            };
            let begin = Instant::now();
            while !is_safe() {
                assert!(begin.elapsed() < PATIENCE, "nobody takes the records");
                thread::sleep(PAUSE);
            }
            thread::sleep(PAUSE);
        }
        records
    }
}
