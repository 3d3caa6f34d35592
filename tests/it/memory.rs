//! Clear text does not outlive its batch: a look into the memory of a program that has done its work and waits for more.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::unix::fs::FileExt,
    process::Child,
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::program::{Program, end, gzip, signal};

/// What is in the records under keys that give it away, and in a sentence.
const SECRETS: [&str; 4] = [
    "欧阳静怡",
    "11010519491231002X",
    "13800138001",
    "kX9-qwertz-11",
];

/// Records that hold the secrets in all the ways that need a buffer of their own: nested, escaped, encoded.
fn records(count: usize) -> String {
    let [name, id_number, phone, password] = SECRETS;
    let body = serde_json::json!({"Name": name, "IdCard": id_number, "Phone": phone, "Password": password}).to_string();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &body);
    let record = |number| {
        serde_json::json!({
            "seq": number, "Request": body, "Response": {"Data": encoded, "Text": serde_json::json!({"Inner": body}).to_string()},
            "DebugInfo": format!("比对通过 姓名：{name}，身份证号：{id_number} password={password} phone={phone}"),
        })
    };
    (0..count)
        .map(|number| format!("{}\n", record(number)))
        .collect()
}

/// Where secrets stand in a process's memory: how often each, by the kind of mapping.
fn found(child: &Child) -> Vec<String> {
    let process = format!("/proc/{}", child.id());
    let memory = File::open(format!("{process}/mem")).unwrap();
    let mut found = Vec::new();
    for mapping in fs::read_to_string(format!("{process}/maps"))
        .unwrap()
        .lines()
    {
        let mut fields = mapping.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let address = |text| u64::from_str_radix(text, 16).unwrap();
        let (mut at, end) = (address(start), address(end));
        // Page by page, as far as there are pages: allocators reserve much more than they use.
        let mut chunk = vec![0; 1 << 20];
        while at < end {
            let length = chunk.len().min((end - at) as usize);
            let Ok(count @ 1..) = memory.read_at(&mut chunk[..length], at) else {
                at += 4096;
                continue;
            };
            for secret in SECRETS {
                for place in memchr::memmem::find_iter(&chunk[..count], secret) {
                    found.push(format!("{secret} at {:x} in {mapping}", at + place as u64));
                }
            }
            at += count as u64;
        }
    }
    found
}

fn program() -> Program {
    Program::new().with("TUOMIN_LOG__ALLOW_CORE_DUMPS", true)
}

/// Reads `count` lines of output, then looks.
#[track_caller]
fn is_clean_after(child: &mut Child, count: usize) {
    let out = BufReader::new(child.stdout.as_mut().unwrap());
    for line in out.lines().take(count) {
        let line = line.unwrap();
        assert!(
            SECRETS.iter().all(|secret| !line.contains(secret)),
            "{line}"
        );
    }
    // The last batch is out; its buffers go back a moment later, and what workers remember after a second without work.
    thread::sleep(Duration::from_millis(2500));
    let found = found(child);
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_is_left_of_a_stream() {
    for records in [records(1), records(3000)] {
        let mut child = program().start(&["run", "--quiet"]);
        let mut stdin = child.stdin.take().unwrap();
        let count = records.lines().count();
        thread::scope(|scope| {
            let stdin = &mut stdin;
            scope.spawn(move || stdin.write_all(records.as_bytes()).unwrap());
            is_clean_after(&mut child, count);
        });
        drop(stdin);
        assert_eq!(end(child).code, 0);
    }
}

#[test]
fn nothing_is_left_of_a_followed_file() {
    let program = program();
    program.file("a.log", records(3000));
    program.file("b.log.gz", gzip(records(2000).as_bytes()));
    let mut child = program.start(&["run", "--follow", "*.log*"]);
    is_clean_after(&mut child, 5000);
    signal(&child, Signal::TERM);
    assert_eq!(end(child).code, 0);
}
