//! Images, video and audio in every way that programs write bytes: whatever the format and wherever they stand, nothing of them is left.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::redactor::redactor;

/// How files begin, by the formats' own specifications.
const FORMATS: [(&str, &[u8]); 18] = [
    (
        "jpeg",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
    ),
    (
        "jpeg with EXIF",
        b"\xff\xd8\xff\xe1\0\x28Exif\0\0MM\0*\0\0\0\x08",
    ),
    (
        "jpeg without either",
        b"\xff\xd8\xff\xdb\0\x43\0\x08\x06\x06\x07\x06\x05\x08",
    ),
    (
        "png",
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x30\x08\x02\0\0\0",
    ),
    ("gif", b"GIF89a\x40\0\x30\0\xf7\0\0"),
    ("webp", b"RIFF\x20\x01\0\0WEBPVP8 \x14\x01\0\0"),
    (
        "bmp",
        b"BM\x36\x01\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\0\0\0\x30\0\0\0\x01\0\x18\0",
    ),
    ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
    ("tiff", b"II*\0\x08\0\0\0"),
    ("jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    ("mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"),
    (
        "webm",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01webm",
    ),
    ("wav", b"RIFF\x20\x01\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"),
    ("mp3", b"ID3\x03\0\0\0\0\0\x0fTSSE\0\0\0"),
    ("amr", b"#!AMR\n"),
    ("wsq", b"\xff\xa0\xff\xa8\0\x7a"),
    ("iso 19794", b"FMR\0 20\0\0\0\x01\x20"),
];

/// Bytes without a pattern (Marsaglia, "Xorshift RNGs", 2003), the same in each run.
fn noise(mut seed: u32, count: usize) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as u8
    };
    (0..count).map(|_| next()).collect()
}

fn lines(text: &str, width: usize, end: &str) -> String {
    let lines: Vec<&str> = (0..text.len())
        .step_by(width)
        .map(|from| &text[from..text.len().min(from + width)])
        .collect();
    lines.join(end)
}

/// The ways in which one file's bytes are written.
fn writings(file: &[u8]) -> Vec<(&'static str, String)> {
    let base64 = STANDARD.encode(file);
    let each = |write: fn(u8) -> String, between: &str| {
        let bytes: Vec<String> = file.iter().map(|c| write(*c)).collect();
        bytes.join(between)
    };
    let plain = |c: u8| (0x20..0x7f).contains(&c) && c != b'\\' && c != b'"' && c != b'\'';
    let escaped = |write: fn(u8) -> String| {
        let bytes = file.iter().map(|c| match plain(*c) {
            true => char::from(*c).to_string(),
            false => write(*c),
        });
        bytes.collect::<String>()
    };
    vec![
        ("base64", base64.clone()),
        ("URL-safe base64", URL_SAFE_NO_PAD.encode(file)),
        ("lines of 76", lines(&base64, 76, "\r\n")),
        ("lines of 64", lines(&base64, 64, "\n")),
        ("the beginning", format!("{}...", &base64[..120])),
        (
            "a data URI",
            format!("data:application/octet-stream;base64,{base64}"),
        ),
        ("hexadecimal", each(|c| format!("{c:02x}"), "")),
        ("0x", format!("0x{}", each(|c| format!("{c:02X}"), ""))),
        ("pairs", each(|c| format!("{c:02x}"), " ")),
        ("pairs with colons", each(|c| format!("{c:02X}"), ":")),
        ("C", each(|c| format!("0x{c:02x}"), ", ")),
        ("Go's bytes", format!("[{}]", each(|c| c.to_string(), " "))),
        (
            "Java's bytes",
            format!("[{}]", each(|c| (c as i8).to_string(), ", ")),
        ),
        ("Latin-1", file.iter().map(|c| char::from(*c)).collect()),
        ("lossy UTF-8", String::from_utf8_lossy(file).into_owned()),
        (
            "Python's bytes",
            format!("b'{}'", escaped(|c| format!("\\x{c:02x}"))),
        ),
        ("octal", escaped(|c| format!("\\{c:03o}"))),
        ("JSON's escapes twice", escaped(|c| format!("\\u{c:04x}"))),
    ]
}

/// The places where it may stand.
fn places(text: &str) -> [(&'static str, Value); 5] {
    [
        (
            "key",
            json!({"Request": {"FaceImage": text, "RuleId": "1"}}),
        ),
        (
            "plain key",
            json!({"Response": {"payload": text, "RuleId": "1"}}),
        ),
        (
            "message",
            json!({"Message": format!("upload {text} took 12 ms")}),
        ),
        (
            "body",
            json!({"Body": json!({"data": {"raw": text}}).to_string()}),
        ),
        (
            "part",
            json!({"Body": format!(
                "--b1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n{text}\r\n--b1--\r\n"
            )}),
        ),
    ]
}

/// Is a piece out of the middle of a text there still? As it stands in a JSON string, or in one of those in one.
fn is_left(text: &str, out: &str) -> bool {
    const PIECE: usize = 24;
    let inner = |text: &str| {
        let quoted = Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_string()
    };
    let chars: Vec<char> = text.chars().collect();
    (1..8).any(|eighth| {
        let from = chars.len() / 8 * eighth;
        let piece: String = chars[from..].iter().take(PIECE).collect();
        let once = inner(&piece);
        out.contains(&once) || out.contains(&inner(&once))
    })
}

#[test]
fn no_writing_of_a_payload_is_left() {
    let redactor = redactor();
    let mut worker = redactor.worker();
    let mut complaints = Vec::new();
    let mut redact = |line: &str| {
        let mut out = Vec::new();
        worker.redact(line.as_bytes(), &mut out);
        String::from_utf8(out).expect("text")
    };
    for (seed, (format, head)) in (1..).zip(FORMATS) {
        let file = [head, &noise(seed, 300)].concat();
        for (writing, text) in writings(&file) {
            for (place, record) in places(&text) {
                let out = redact(&record.to_string());
                let parses = serde_json::from_str::<Value>(&out).is_ok();
                if is_left(&text, &out) || !parses || redact(&out) != out {
                    let left = is_left(&text, &out);
                    complaints.push(format!("{format} as {writing} in a {place}: left {left}"));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
