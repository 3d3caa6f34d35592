//! Input that is broken, huge or not what it seems: nothing is lost, nothing clear leaves, and it is said plainly.

use crate::program::{Program, arg, gzip, harmless};

#[test]
fn a_line_of_64_mib() {
    let mut line = b"{\"action\":\"x\",\"note\":\"".to_vec();
    line.extend(b"abcdefg ".iter().cycle().take(64 << 20));
    line.extend_from_slice(b"\"}\n{\"after\":1}\n");
    Program::new().pipe(&["run"], &line).gives(&line);
}

/// What was found one within the other took a stack for each: a log in a string ended the process.
#[test]
fn thousands_of_records_in_one_string() {
    let objects = "x {\\\"a\\\":1} ".repeat(20_000);
    let line = format!("{{\"Message\":\"{objects}\",\"b\":2}}\n");
    Program::new()
        .pipe(&["run"], line.as_bytes())
        .gives(line.as_bytes());
}

/// Each of these once took a time that grew with the square of its length: at this one, minutes.
#[test]
fn many_of_one_thing_in_one_string() {
    let units = [
        r#"{\"a\":"#,
        "%7B%22a%22%3A",
        "BEGIN:VCARD\\nFN:",
        "PID|1||",
        "姓名：",
        "地址：",
        "尊敬的张先生",
        "浙江省杭州市西湖区文三路90号",
        "13812345678 ",
        "name=D.4@e.co ",
        "주소 서울 13812345678 ",
        "Cookie: a=b; ",
        "name: A -> ",
        "verify code=[",
        "md5:",
        "\\u0001\\ufffdab",
        "\\\\xff\\\\x01",
        "ff d8 11 ",
        "12, 250, ",
        "\\u00c3\\u00a5",
        "/9j/x data:image/ ",
        "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuIE1hbnkgaGFuZHMgbWFrZSBsaWdodA==\\n",
    ];
    let line = |unit: &str| {
        let text = unit.repeat(100_000 / unit.len());
        format!("{{\"Message\":\"{text}\"}}\n")
    };
    let lines: String = units.iter().copied().map(line).collect();
    let ran = Program::new().pipe(&["run"], lines.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.text().lines().count(), units.len());
}

#[test]
fn a_line_over_the_limit_is_replaced_and_counted() {
    let program = Program::new()
        .with("TUOMIN_PIPELINE__MAX_LINE_BYTES", 2000)
        .with("TUOMIN_PIPELINE__BLOCK_BYTES", 1024);
    for length in [2001usize, 100_000, 2_000_000] {
        let secret = "x".repeat(length);
        let ran = program.pipe(
            &["run"],
            format!("{{\"a\":1}}\n{secret}\n{{\"b\":2}}\n").as_bytes(),
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
        let lines: Vec<_> = ran.text().lines().collect();
        assert_eq!(
            (lines.len(), lines[0], lines[2]),
            (3, "{\"a\":1}", "{\"b\":2}")
        );
        let marker: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!(marker["line_bytes"], length, "{marker}");
        assert_eq!(marker["tags"][0], "line_too_long");
        assert!(!ran.text().contains("xx"));
    }
}

#[test]
fn invalid_utf8_and_zero_bytes_lose_no_line() {
    let ran = Program::new().pipe(
        &["run"],
        b"{\"a\":\"\xff\xfe\"}\n\0\0\0\n{\"b\":\"\0\"}\n{\"c\":3}\n",
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.iter().filter(|byte| **byte == b'\n').count(), 4);
    assert!(ran.out.ends_with(b"{\"c\":3}\n"));
}

#[test]
fn a_truncated_gzip_delivers_what_there_is_and_says_so() {
    let lines = harmless(50_000);
    let whole = gzip(&lines);
    let program = Program::new();
    let cut = program.file("cut.gz", &whole[..whole.len() / 2]);
    let good = program.file("good.ndjson", "{\"good\":1}\n");
    let ran = program.run(&["run", arg(&cut), arg(&good)]);
    ran.fails(1, &["cut.gz", "end too early"]);
    // Everything but a last line that is cut somewhere.
    let text = ran.text();
    assert!(text.lines().count() > 10_000);
    let whole_lines = text.lines().count() - 2;
    assert!(
        text.lines()
            .zip(std::str::from_utf8(&lines).unwrap().lines())
            .take(whole_lines)
            .all(|(a, b)| a == b)
    );
    assert!(
        text.ends_with("\n{\"good\":1}\n"),
        "the other file is read nevertheless"
    );
}

#[test]
fn garbage_behind_a_gzip_member_is_an_error_not_a_loss() {
    let lines = harmless(10);
    let ran = Program::new().pipe(&["run"], &[gzip(&lines), b"garbage".to_vec()].concat());
    ran.fails(1, &["standard input"]);
    assert_eq!(ran.out, lines);
}

#[test]
fn what_is_wrong_with_a_name_is_told_before_anything_is_read() {
    let program = Program::new();
    let good = program.file("good", "{\"a\":1}\n");
    let folder = program.path("folder");
    std::fs::create_dir(&folder).unwrap();
    for (name, content) in [
        ("a.bz2", &b"BZh91AY"[..]),
        ("a.xz", b"\xfd7zXZ\0\0"),
        ("a.zip", b"PK\x03\x04abc"),
        ("a.utf16", b"\xff\xfe{\0"),
    ] {
        program.file(name, content);
    }
    for (name, said) in [
        ("folder", "is a directory"),
        ("missing", "No such file"),
        ("a.bz2", "bzip2 -dc"),
        ("a.xz", "xz -dc"),
        ("a.zip", "zip archive"),
        ("a.utf16", "iconv -f UTF-16"),
    ] {
        let ran = program.run(&["run", arg(&good), name]);
        ran.fails(2, &[name, said]);
        assert!(ran.out.is_empty(), "{name}");
    }
    Program::new()
        .pipe(&["run"], b"\xff\xfe{\0}\0\n\0")
        .fails(1, &["standard input", "UTF-16"]);
}

#[test]
fn an_unreadable_file_is_told_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let program = Program::new();
    let file = program.file("secret", "{\"a\":1}\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&file).is_ok() {
        // Whoever runs the tests may read everything. Looking through a file instead of a folder fails for everyone.
        program
            .run(&["run", "secret/file"])
            .fails(2, &["secret/file", "can't be opened"]);
    } else {
        program
            .run(&["run", "secret"])
            .fails(2, &["secret", "can't be opened"]);
    }
}

#[test]
fn an_output_that_can_not_be_written_is_told_before_anything_is_read() {
    let program = Program::new();
    program
        .pipe(&["run", "-o", "no/such/folder/out"], b"{}\n")
        .fails(2, &["no/such/folder/out", "can't be written"]);
    program
        .pipe(&["run", "-o", "."], b"{}\n")
        .fails(2, &["can't be written"]);
}

#[test]
fn a_full_disk_is_an_error() {
    let ran = Program::new().pipe(&["run", "-o", "/dev/full"], &harmless(10));
    ran.fails(1, &["/dev/full", "can't be written"]);
}
