//! Files that are followed: growth, rotation, truncation, compression, restarts.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Child,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::program::{PATIENCE, Program, end, gzip, signal, wait_until};

/// A following program whose output can be waited for.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(program: &Program, pattern: &str) -> Self {
        let mut child = program.start(&["run", "--follow", pattern]);
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    #[track_caller]
    fn gives(&self, numbers: impl Iterator<Item = usize>) {
        for number in numbers {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("line {number} does not come"));
            assert_eq!(line, self::line(number));
        }
    }

    /// Ends it in good order; gives what was still to come.
    fn stop(self, how: Signal) -> Vec<String> {
        signal(&self.child, how);
        let ran = end(self.child);
        assert!(ran.code == 0 || how == Signal::KILL, "{}", ran.err);
        self.lines.iter().collect()
    }
}

fn line(number: usize) -> String {
    format!(
        r#"{{"n":{number},"note":"{}"}}"#,
        "word ".repeat(number % 5)
    )
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| line(number) + "\n").collect()
}

fn append(path: &Path, text: &str) {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

fn program() -> Program {
    Program::new()
        .with("TUOMIN_INPUT__FOLLOW__POLL_MS", 20)
        .with("TUOMIN_INPUT__FOLLOW__RESCAN_MS", 50)
        .with("TUOMIN_INPUT__FOLLOW__CLOSE_AFTER_S", 1)
}

#[test]
fn growth_half_lines_and_files_that_appear_later() {
    let program = program();
    let (a, b) = (program.path("a.log"), program.path("b.log"));
    append(&a, &lines(0..100));
    let follower = Follower::start(&program, "*.log");
    follower.gives(0..100);
    append(&a, &line(100)[..5]);
    thread::sleep(Duration::from_millis(200));
    append(&a, &(line(100)[5..].to_string() + "\n"));
    follower.gives(100..101);
    append(&b, &lines(101..110));
    follower.gives(101..110);
    assert!(follower.stop(Signal::TERM).is_empty());
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let program = program();
    let log = program.path("a.log");
    append(&log, &lines(0..50));
    let follower = Follower::start(&program, "a.log");
    follower.gives(0..50);
    assert!(follower.stop(Signal::INT).is_empty());
    append(&log, &lines(50..60));
    let follower = Follower::start(&program, "a.log");
    follower.gives(50..60);
    assert!(follower.stop(Signal::TERM).is_empty());
}

#[test]
fn rotation_by_renaming_and_by_truncating() {
    let program = program();
    let log = program.path("a.log");
    append(&log, &lines(0..10));
    let follower = Follower::start(&program, "a.log*");
    follower.gives(0..10);
    fs::rename(&log, program.path("a.log.1")).unwrap();
    // The writer has not noticed yet.
    append(&program.path("a.log.1"), &lines(10..12));
    follower.gives(10..12);
    append(&log, &lines(12..15));
    follower.gives(12..15);
    // Copy and truncate; and written anew to more than there was.
    File::create(&log).unwrap();
    thread::sleep(Duration::from_millis(200));
    append(&log, &lines(15..16));
    follower.gives(15..16);
    fs::write(&log, lines(16..40)).unwrap();
    follower.gives(16..40);
    // Its name out of the pattern, and half a line left: nobody will complete it.
    append(&log, &line(40));
    fs::rename(&log, program.path("old")).unwrap();
    follower.gives(40..41);
    assert!(follower.stop(Signal::TERM).is_empty());
}

#[test]
fn a_compressed_rotated_file_is_not_read_twice() {
    let program = program();
    let log = program.path("a.log");
    append(&log, &lines(0..1000));
    let follower = Follower::start(&program, "a.log*");
    follower.gives(0..1000);
    // The last lines were written when it was rotated.
    fs::write(program.path("a.log.1.gz"), gzip(lines(0..1010).as_bytes())).unwrap();
    follower.gives(1000..1010);
    fs::remove_file(&log).unwrap();
    // And a foreign one is read whole.
    fs::write(
        program.path("a.log.2.gz"),
        gzip(lines(2000..2100).as_bytes()),
    )
    .unwrap();
    follower.gives(2000..2100);
    assert!(follower.stop(Signal::TERM).is_empty());
}

#[test]
fn a_line_over_the_limit_that_grows_slowly() {
    let program = program()
        .with("TUOMIN_PIPELINE__MAX_LINE_BYTES", 2000)
        .with("TUOMIN_PIPELINE__BLOCK_BYTES", 1024);
    let log = program.path("a.log");
    append(&log, &lines(0..1));
    let follower = Follower::start(&program, "a.log");
    follower.gives(0..1);
    for _ in 0..20 {
        append(&log, &"x".repeat(40_000));
        thread::sleep(Duration::from_millis(10));
    }
    append(&log, &format!("\n{}", lines(1..2)));
    let marker = follower.lines.recv_timeout(PATIENCE).unwrap();
    assert!(
        marker.contains("[LINE_TOO_LONG]") && marker.contains("800000"),
        "{marker}"
    );
    follower.gives(1..2);
    follower.stop(Signal::TERM);
}

#[test]
fn sudden_death_loses_no_line() {
    let program = program();
    let log = program.path("a.log");
    let mut seen = BTreeSet::new();
    let writer = {
        let log = log.clone();
        thread::spawn(move || {
            for number in 0..3000 {
                append(&log, &lines(number..number + 1));
                thread::sleep(Duration::from_micros(500));
            }
        })
    };
    wait_until("there is a file", || log.exists());
    for pause in [100, 300, 50, 200, 400] {
        let follower = Follower::start(&program, "a.log");
        thread::sleep(Duration::from_millis(pause));
        seen.extend(follower.stop(Signal::KILL));
    }
    writer.join().unwrap();
    let follower = Follower::start(&program, "a.log");
    while !seen.contains(&line(2999)) {
        seen.insert(follower.lines.recv_timeout(PATIENCE).unwrap());
    }
    seen.extend(follower.stop(Signal::TERM));
    for number in 0..3000 {
        assert!(seen.contains(&line(number)), "line {number} is lost");
    }
}

#[test]
fn of_many_files_that_are_read_few_stay_open_and_none_is_forgotten() {
    // Its handles can be looked at.
    let program = program().with("TUOMIN_LOG__ALLOW_CORE_DUMPS", true);
    let file = |number: usize| program.path(&format!("{number:03}.log"));
    for number in 0..100 {
        append(&file(number), &lines(number..number + 1));
    }
    let follower = Follower::start(&program, "*.log");
    let come = |expected: BTreeSet<usize>| {
        let lines = expected
            .iter()
            .map(|_| follower.lines.recv_timeout(PATIENCE));
        let come: BTreeSet<_> = lines.map(|line| line.unwrap()).collect();
        assert_eq!(come, expected.into_iter().map(line).collect());
    };
    come((0..100).collect());
    let handles = format!("/proc/{}/fd", follower.child.id());
    let open = || -> BTreeSet<_> {
        let targets = fs::read_dir(&handles).unwrap();
        targets
            .filter_map(|handle| fs::read_link(handle.ok()?.path()).ok())
            .filter(|target| target.extension().is_some_and(|end| end == "log"))
            .collect()
    };
    wait_until("files are closed", || open().len() == 64);
    let closed: Vec<_> = (0..100)
        .filter(|number| !open().contains(&file(*number)))
        .collect();
    // Written to, written anew, cut and written to; and a line whose other half comes later.
    append(&file(closed[0]), &lines(200..201));
    fs::write(file(closed[1]), lines(201..203)).unwrap();
    File::create(file(closed[2])).unwrap();
    come((200..203).collect());
    append(&file(closed[2]), &lines(203..204));
    append(&file(closed[3]), &line(204)[..7]);
    come([203].into());
    wait_until("they are closed again, but not half a line", || {
        let open = open();
        open.len() == 64 && open.contains(&file(closed[3]))
    });
    append(&file(closed[3]), &(line(204)[7..].to_string() + "\n"));
    come([204].into());
    // A restart knows of all of them.
    assert!(follower.stop(Signal::TERM).is_empty());
    append(&file(closed[4]), &lines(205..206));
    let follower = Follower::start(&program, "*.log");
    follower.gives(205..206);
    assert!(follower.stop(Signal::TERM).is_empty());
}

#[test]
fn what_can_not_work_is_told() {
    let program = program();
    program.run(&["run", "--follow"]).fails(2, &["FILES"]);
    program
        .run(&["run", "--follow", "-"])
        .fails(2, &["standard input"]);
    program
        .run(&["run", "--follow", "a", "-o", "b"])
        .fails(2, &["cannot be used with"]);
    program
        .run(&["run", "--follow", "a[z-b"])
        .fails(2, &["a[z-b"]);
}
