//! Full disks: a small tmpfs that only the program and its shell see.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::json;

use crate::{
    delivery,
    es::{count, es_url, prefix, until},
    program::{PATIENCE, Program, Ran, end, harmless, signal, wait_until},
    proxy::{Fault, Proxy},
};

/// Mounts the disk, then does what the test wants.
const MOUNT: &str = r#"mount -t tmpfs -o "size=$1" none disk || exit 99; shift;"#;
const NEEDED: &str = "these tests mount a small tmpfs in a namespace of their own (unshare -rm), which needs root or unprivileged user namespaces: \
                      sysctl kernel.unprivileged_userns_clone=1, or run the container with --cap-add SYS_ADMIN";

/// A shell with a disk of so many bytes at `disk`; `"$@"` is the program with its arguments.
fn on_a_disk(program: &Program, bytes: usize, script: &str, arguments: &[&str]) -> Command {
    let possible = Command::new("unshare").args(["-rm", "true"]).output();
    assert!(possible.is_ok_and(|ran| ran.status.success()), "{NEEDED}");
    fs::create_dir(program.path("disk")).unwrap();
    let run = program.command(arguments);
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "sh", "-c"])
        .args([&format!("{MOUNT} {script}"), "sh", &bytes.to_string()])
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(program.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(program.path("log")).unwrap());
    for (name, value) in run.get_envs() {
        command.env(name, value.unwrap());
    }
    command
}

fn log(program: &Program) -> String {
    fs::read_to_string(program.path("log")).unwrap()
}

/// The disk as the program sees it.
fn disk(child: &Child, program: &Program) -> PathBuf {
    let folder = program.path("disk");
    PathBuf::from(format!("/proc/{}/root", child.id())).join(folder.strip_prefix("/").unwrap())
}

/// Records that hardly compress, a hundred bytes and more each.
fn noise(count: usize) -> String {
    let line = |number: usize| {
        let noise = blake3::hash(&number.to_le_bytes()).to_hex();
        json!({"RequestId": format!("r{number:06}"), "Timestamp": 1_795_502_216_382u64, "Digest": noise.as_str()}).to_string() + "\n"
    };
    (0..count).map(line).collect()
}

const RECORDS: usize = 12_000;
const DISK: usize = 512 << 10;

/// A program that follows a file with more than the disk holds, and spools on the disk.
fn spooling(url: &str, names: &str) -> Program {
    let program = delivery::program(url, names)
        .with("TUOMIN_SPOOL__FOLDER", "disk/spool")
        .with("TUOMIN_SPOOL__SEGMENT_BYTES", 65536)
        .with("TUOMIN_PIPELINE__BLOCK_BYTES", 16384);
    program.file("in.log", noise(RECORDS));
    program
}

const FOLLOW: [&str; 3] = ["run", "--follow", "in.log"];

#[track_caller]
fn everything_is_stored(names: &str) {
    let stored = || count(es_url(), &format!("{names}-*"));
    until("everything is stored", PATIENCE, || {
        stored() >= RECORDS as u64
    });
    assert_eq!(stored(), RECORDS as u64);
}

#[test]
fn a_full_disk_makes_the_input_wait_until_there_is_room_again() {
    let is_away = Arc::new(AtomicBool::new(true));
    let proxy = {
        let is_away = is_away.clone();
        Proxy::start(es_url(), move |_| match is_away.load(Relaxed) {
            true => Fault::Refuse,
            false => Fault::Pass,
        })
    };
    let names = prefix("full");
    let program = spooling(&proxy.url, &names);
    let child = on_a_disk(&program, DISK, r#"exec "$@""#, &FOLLOW)
        .spawn()
        .unwrap();
    let said = || log(&program).matches("the spool can't be written").count();
    wait_until("the disk is full", || said() > 0);
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(said(), 1, "once is enough: {}", log(&program));
    assert!(log(&program).contains("No space left"), "{}", log(&program));
    is_away.store(false, Relaxed);
    everything_is_stored(&names);
    signal(&child, Signal::TERM);
    assert_eq!(end(child).code, 0, "{}", log(&program));
}

#[test]
fn sudden_death_on_a_full_disk_loses_nothing_and_the_next_start_goes_on() {
    let names = prefix("fulldeath");
    let program = spooling(es_url(), &names);
    // The first, which reaches no server, fills the disk and dies.
    let script = r#"
        TUOMIN_OUTPUT__ELASTICSEARCH__URLS=http://127.0.0.1:1 "$@" 2>first & first=$!
        until grep -q "can't be written" first; do sleep 0.1; done
        kill -KILL $first; wait $first
        exec "$@""#;
    let child = on_a_disk(&program, DISK, script, &FOLLOW).spawn().unwrap();
    everything_is_stored(&names);
    signal(&child, Signal::TERM);
    assert_eq!(end(child).code, 0, "{}", log(&program));
}

#[test]
fn dead_letters_wait_for_room_and_are_whole() {
    const REFUSED: &str = r#"{"errors":true,"items":[{"index":{"status":400,"error":{"type":"document_parsing_exception"}}}]}"#;
    let proxy = Proxy::start(es_url(), |request| {
        match request.path.starts_with("/_bulk") {
            true => Fault::Answer(200, REFUSED),
            false => Fault::Pass,
        }
    });
    let program = delivery::program(&proxy.url, &prefix("fullletters"))
        .with(
            "TUOMIN_OUTPUT__ELASTICSEARCH__DEAD_LETTERS__FOLDER",
            "disk/dead",
        )
        // Lets another process of the same user look at its disk.
        .with("TUOMIN_LOG__ALLOW_CORE_DUMPS", true);
    let record = json!({"RequestId": "r1", "Request": "abc ".repeat(15_000)}).to_string();
    program.file("in", &record);
    let script = r#"head -c 100000 /dev/zero >disk/ballast; exec "$@""#;
    let mut child = on_a_disk(&program, 128 << 10, script, &["run"])
        .stdin(File::open(program.path("in")).unwrap())
        .spawn()
        .unwrap();
    wait_until("delivery waits", || {
        log(&program).contains("can't write dead letters")
    });
    let disk = disk(&child, &program);
    // Open, it can be read after the disk has gone with the program.
    let letters = fs::read_dir(disk.join("dead")).unwrap().next().unwrap();
    let letters = File::open(letters.unwrap().path()).unwrap();
    assert!(child.try_wait().unwrap().is_none());
    fs::remove_file(disk.join("ballast")).unwrap();
    let ran = end(child);
    assert_eq!(ran.code, 0, "{}", log(&program));
    let letters = std::io::read_to_string(letters).unwrap();
    let letters: Vec<serde_json::Value> = letters
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(letters.len(), 1);
    let document = letters[0]["document"].as_str().unwrap();
    assert!(document.ends_with(&record[1..]) || document.contains(&"abc ".repeat(15_000)));
}

#[test]
fn an_output_that_does_not_fit_is_told_and_the_old_one_stays() {
    let program = Program::new();
    program.file("in", harmless(20_000));
    let script = r#"echo old >disk/out; "$@"; code=$?; ls -A disk; cat disk/out; exit $code"#;
    let ran: Ran = on_a_disk(&program, DISK, script, &["run", "-o", "disk/out", "in"])
        .output()
        .unwrap()
        .into();
    assert_eq!(
        (ran.code, ran.text()),
        (1, "out\nold\n"),
        "{}",
        log(&program)
    );
    let log = log(&program);
    assert!(
        log.contains("disk/out") && log.contains("No space left"),
        "{log}"
    );
}
