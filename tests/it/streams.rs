//! What goes in comes out: order, line ends, block boundaries, compression, files.

use crate::program::{Program, arg, gzip, harmless};

#[test]
fn order_is_kept_whatever_the_number_of_threads() {
    let lines = harmless(60_000);
    for threads in ["1", "2", "3", "16"] {
        Program::new()
            .pipe(&["run", "--threads", threads], &lines)
            .gives(&lines);
    }
}

#[test]
fn blocks_of_every_size_give_the_same() {
    let lines = harmless(500);
    for block in (1024..1200).step_by(7).chain([4096, 1 << 20]) {
        let program = Program::new().with("TUOMIN_PIPELINE__BLOCK_BYTES", block);
        program
            .pipe(&["run", "--threads", "4"], &lines)
            .gives(&lines);
    }
}

#[test]
fn line_ends_empty_lines_and_marks_stay() {
    let lines = b"\xef\xbb\xbf{\"a\":1}\r\n\r\n\n{\"b\":2}\n  \n{\"c\":3}\r\n\n\n{\"d\":4}";
    let ran = Program::new().pipe(&["run"], lines);
    ran.gives(lines);
    assert!(
        ran.err.contains("4 records") && ran.err.contains("5 empty lines"),
        "{}",
        ran.err
    );
}

#[test]
fn nothing_in_is_nothing_out() {
    Program::new().pipe(&["run"], b"").gives(b"");
    let program = Program::new();
    let empty = program.file("empty", "");
    program.run(&["run", arg(&empty)]).gives(b"");
}

#[test]
fn files_come_out_in_the_order_of_the_arguments() {
    let program = Program::new();
    let lines = harmless(3000);
    let (a, rest) = lines.split_at(lines.len() / 3 + 17);
    let a = program.file("a.ndjson", a);
    // The names lie: what counts is the content.
    let (b, c) = rest.split_at(rest.len() / 2);
    let cut = b.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let b_file = program.file("b.txt", gzip(&b[..cut]));
    let c_file = program.file(
        "c.gz",
        zstd::encode_all(&[&b[cut..], c].concat()[..], 1).unwrap(),
    );
    let ran = program.run(&["run", "--threads", "3", arg(&a), arg(&b_file), arg(&c_file)]);
    // The first file ends in the middle of a line, which must not run into the next file's first.
    let mut expected = std::fs::read(&a).unwrap();
    expected.push(b'\n');
    expected.extend_from_slice(&lines[lines.len() / 3 + 17..]);
    // Half a line is no JSON.
    let half = |bytes: &[u8]| {
        bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::len)
            .collect::<Vec<_>>()
    };
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(half(&ran.out).len(), half(&expected).len());
    assert!(ran.out.ends_with(&lines[lines.len() / 2..]));
}

#[test]
fn standard_input_can_stand_between_files() {
    let program = Program::new();
    let a = program.file("a", "{\"a\":1}\n");
    let c = program.file("c", "{\"c\":3}");
    program
        .pipe(&["run", arg(&a), "-", arg(&c)], b"{\"b\":2}")
        .gives(b"{\"a\":1}\n{\"b\":2}\n{\"c\":3}");
}

#[test]
fn compressed_streams_of_several_members() {
    let lines = harmless(20_000);
    let (a, b) = lines.split_at(lines.len() / 2);
    Program::new()
        .pipe(&["run"], &[gzip(a), gzip(b)].concat())
        .gives(&lines);
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    Program::new()
        .pipe(&["run", "--threads", "1"], &[zstd(a), zstd(b)].concat())
        .gives(&lines);
}

#[test]
fn many_compressed_files() {
    let program = Program::new();
    let lines = harmless(12_000);
    let mut expected = Vec::new();
    let mut arguments = vec!["run".to_string()];
    for (number, part) in lines
        .split_inclusive(|byte| *byte == b'\n')
        .collect::<Vec<_>>()
        .chunks(1000)
        .enumerate()
    {
        let part = part.concat();
        arguments.push(arg(&program.file(&format!("{number}.gz"), gzip(&part))).to_string());
        expected.extend_from_slice(&part);
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    program.run(&arguments).gives(&expected);
}

#[test]
fn a_file_as_output_is_written_whole_under_its_name() {
    let program = Program::new();
    let lines = harmless(1000);
    let input = program.file("in", &lines);
    program.file("out", "old");
    program.run(&["run", arg(&input), "-o", "out"]).gives(b"");
    assert_eq!(std::fs::read(program.path("out")).unwrap(), lines);
    assert_eq!(program.files(), ["in", "out"]);
    // Onto its own input as well.
    program.run(&["run", "in", "-o", "in"]).gives(b"");
    assert_eq!(std::fs::read(program.path("in")).unwrap(), lines);
}

#[test]
fn nobody_who_reads_the_messages_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_tuomin"))
        .args(["run", "tests/data/sample.ndjson"])
        .stdout(std::process::Stdio::null())
        .stderr(writer)
        .status()
        .unwrap();
    assert!(ended.success(), "{ended}");
}
