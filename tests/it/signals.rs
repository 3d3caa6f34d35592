//! Signals, broken pipes, sudden death.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::Stdio,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::program::{Program, arg, end, harmless, signal, wait_until};

#[test]
fn a_single_record_of_a_slow_stream_does_not_wait() {
    let mut child = Program::new().start(&["run"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    for number in 0..3 {
        let start = Instant::now();
        writeln!(stdin, "{{\"n\":{number}}}").unwrap();
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"n\":{number}}}\n"));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_signal_ends_a_stream_and_what_was_read_is_delivered() {
    for which in [Signal::TERM, Signal::INT] {
        let program = Program::new();
        let mut child = program.start(&["run", "-o", "out"]);
        let mut stdin = child.stdin.take().unwrap();
        let lines = harmless(100);
        stdin.write_all(&lines).unwrap();
        stdin.write_all(b"{\"torn\":").unwrap();
        // The pipe is empty once all of it was read.
        wait_until("the program has read it", || {
            rustix::io::ioctl_fionread(&stdin).unwrap() == 0
        });
        std::thread::sleep(Duration::from_millis(50));
        signal(&child, which);
        let ran = end(child);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let out = std::fs::read(program.path("out")).unwrap();
        assert!(out.starts_with(&lines));
        assert!(
            out.len() > lines.len(),
            "half a line is delivered too: nobody else has it"
        );
        drop(stdin);
    }
}

#[test]
fn a_signal_in_the_middle_of_a_file_leaves_whole_lines_and_says_so() {
    let program = Program::new();
    let lines = harmless(400_000);
    let input = program.file("in", &lines);
    let mut child = program.start(&["run", "--threads", "2", arg(&input)]);
    // Nobody reads the output yet: the program waits, far from the end of the file.
    let mut first = [0; 1000];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    signal(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(100));
    let mut ran = end(child);
    ran.out.splice(0..0, first);
    ran.fails(130, &["stopped by a signal"]);
    assert!(
        ran.out.ends_with(b"}\n") && lines.starts_with(&ran.out) && ran.out.len() < lines.len()
    );
}

#[test]
fn a_signal_in_the_middle_of_a_file_leaves_no_half_written_output() {
    let program = Program::new();
    let input = program.file("in", harmless(2_000_000));
    program.file("out", "old");
    let child = program.start(&["run", "--threads", "1", arg(&input), "-o", "out"]);
    wait_until("the output grows", || program.files().len() == 3);
    signal(&child, Signal::TERM);
    let ran = end(child);
    // A fast machine may have been through already.
    if ran.code != 0 {
        ran.fails(143, &["stopped by a signal"]);
        assert_eq!(std::fs::read(program.path("out")).unwrap(), b"old");
    }
    assert_eq!(program.files(), ["in", "out"]);
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let program = Program::new();
    let input = program.file("in", harmless(400_000));
    let mut child = program.start(&["run", arg(&input)]);
    // It waits for ever for someone to read its output.
    let out = child.stdout.take();
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        child.try_wait().unwrap().is_none(),
        "what was read is still to be delivered"
    );
    signal(&child, Signal::INT);
    assert_eq!(end(child).code, 130);
    drop(out);
}

#[test]
fn death_leaves_the_old_output() {
    let program = Program::new();
    let mut child = program.start(&["run", "-o", "out"]);
    program.file("out", "old");
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(&harmless(1000))
        .unwrap();
    wait_until("the output is begun", || program.files().len() == 2);
    signal(&child, Signal::KILL);
    assert_eq!(end(child).code, -9);
    assert_eq!(std::fs::read(program.path("out")).unwrap(), b"old");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let program = Program::new();
    let input = program.file("in", harmless(200_000));
    for threads in ["1", "4"] {
        let mut child = program.start(&["run", "--threads", threads, arg(&input)]);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ran = end(child);
        assert_eq!(
            (ran.code, ran.err.contains("error")),
            (0, false),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_reader_that_goes_away_ends_a_stream_that_is_silent() {
    let mut child = Program::new().start(&["run"]);
    drop(child.stdout.take());
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"{\"a\":1}\n")
        .unwrap();
    // Standard input stays open: the program must not wait for it.
    let stdin = child.stdin.take();
    assert_eq!(end(child).code, 0);
    drop(stdin);
}

#[test]
fn other_processes_of_the_same_user_can_not_look_into_it() {
    let mut child = Program::new()
        .command(&["run"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"{\"a\":1}\n")
        .unwrap();
    let mut first = [0; 8];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
