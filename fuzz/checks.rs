//! What must hold for any input whatever: used by the fuzz targets of this folder, and by seeded tests of the project itself.
//!
//! Each function panics if a promise is broken; messages never show the input.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use tuomin::input::compressed::{self, Form as Compression};
use tuomin::input::source::FdSource;
use tuomin::patterns::Patterns;
use tuomin::pipeline::shutdown::Shutdown;
use tuomin::record::table::RecordTable;
use tuomin::record::{Envelope, time};
use tuomin::redact::{Form, Posture, PseudonymKey, RedactSettings, Redactor, checksum};

/// The redactors that are checked: both postures.
pub fn redactors() -> &'static [Redactor; 2] {
    static BOTH: OnceLock<[Redactor; 2]> = OnceLock::new();
    BOTH.get_or_init(|| {
        let patterns = Patterns::load(None).expect("the built-in packs are right");
        [Posture::Balanced, Posture::Strict].map(|posture| {
            let settings = RedactSettings {
                posture,
                ..RedactSettings::default()
            };
            Redactor::new(&patterns, &settings, PseudonymKey::from_bytes([7; 32]))
                .expect("the built-in packs compile")
        })
    })
}

/// Any bytes as a line: the result is a JSON object, a second pass leaves it alone (a record), nothing fails, and without findings
/// nothing changed.
pub fn line(data: &[u8]) {
    for (posture, redactor) in ["balanced", "strict"].into_iter().zip(redactors()) {
        let mut worker = redactor.worker();
        let (mut once, mut twice) = (Vec::new(), Vec::new());
        let outcome = worker.redact(data, &mut once);
        assert!(outcome.form != Form::Failed, "a detector failed");
        // Judged by grammar alone: half a surrogate pair in an escape is JSON, if no text.
        let object = once.starts_with(b"{")
            && serde_json::from_slice::<serde::de::IgnoredAny>(&once).is_ok();
        // Deeper than serde_json reads is not deeper than we pass on.
        assert!(object || is_deep(data), "the result is no JSON object");
        if outcome.form == Form::Json && outcome.findings == 0 {
            assert!(once == data, "changed without a finding");
        }
        worker.redact(&once, &mut twice);
        let same = once.iter().zip(&twice).take_while(|(a, b)| a == b).count();
        assert!(
            once == twice || outcome.form != Form::Json,
            "{posture}, {:?}: a second pass changed something at byte {same}",
            outcome.form
        );
        // A worker keeps nothing from one line to the next.
        let mut fresh = Vec::new();
        redactor.worker().redact(data, &mut fresh);
        assert!(fresh == once, "the result depends on lines before");
    }
}

/// Whether brackets nest deeper than serde_json's limit, strings aside.
fn is_deep(data: &[u8]) -> bool {
    data.iter().filter(|b| matches!(b, b'{' | b'[')).count() > 100
}

/// Any text as a value, wrapped as the first byte says, so that each decoder and each reader of prints is met. Whatever they make of it, the
/// record around it stays a record and keeps its other fields.
pub fn value(data: &[u8]) {
    let Some((how, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let inner = serde_json::json!({ "Message": text, "Name": "x" }).to_string();
    let wrapped = match how % 16 {
        0 => text.into_owned(),
        1 => inner,
        2 => serde_json::Value::String(inner).to_string(),
        3 => base64(inner.as_bytes()),
        4 => percent(&inner),
        5 => format!("a=1&b={}", percent(&text)),
        6 => format!("<xml><a>{text}</a><b><![CDATA[{text}]]></b></xml>"),
        7 => base64(rest),
        8 => base64(&gzip(inner.as_bytes())),
        9 => base64(&zlib(inner.as_bytes())),
        10 => entities(&inner),
        11 => full_width(&text),
        12 => format!("{{Name:{text} Items:[{{Key:Name Value:{text}}}]}}"),
        13 => format!("[{{'key': 'Name', 'value': '{text}'}}, ['Sex', '{text}']]"),
        14 => format!("INSERT INTO t (name, id_card) VALUES ('{text}', '{text}')"),
        _ => format!("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n{text}\r\n--b--"),
    };
    let record = serde_json::json!({ "RequestId": "5f0c7d1e-0000-4000-8000-000000000000", "Request": wrapped, "eCode": 0 }).to_string();
    line(record.as_bytes());
    let mut out = Vec::new();
    redactors()[0].worker().redact(record.as_bytes(), &mut out);
    let after: serde_json::Value = serde_json::from_slice(&out).expect("still a record");
    assert!(
        after["RequestId"] == "5f0c7d1e-0000-4000-8000-000000000000" && after["eCode"] == 0,
        "a field beside was lost"
    );
}

/// Any bytes as compressed input: the decoder ends, with an error or without, and gives no more than it may.
pub fn compressed(data: &[u8]) {
    let form = compressed::form(data);
    if !matches!(form, Compression::Gzip | Compression::Zstd) {
        return;
    }
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(data).expect("written");
    file.seek(SeekFrom::Start(0)).expect("at the start");
    let shutdown = Shutdown::new().expect("a switch");
    let source =
        FdSource::new(file.into(), shutdown, Arc::new(AtomicU64::new(0))).expect("a source");
    let Ok(mut decoder) = compressed::decoder(form, source) else {
        return;
    };
    let (mut block, mut total) = (Vec::new(), 0);
    // A bomb is fine, it comes in pieces; 64 MiB of it are enough here.
    while total < 64 << 20 {
        block.clear();
        match decoder.read_some(&mut block, 1 << 18, None) {
            Ok(0) | Err(_) => break,
            Ok(n) => {
                assert!(n == block.len() && n <= 1 << 18, "more than asked for");
                total += n;
            }
        }
    }
}

/// Any bytes through every check digit and calendar of the packs: each says yes or no.
pub fn checksums(data: &[u8]) {
    let upper = data.to_ascii_uppercase();
    for name in checksum::names() {
        if let Some(check) = checksum::by_name(name) {
            check(data);
            check(&upper);
        }
    }
}

/// Any bytes as a record to read: its kind, time and identifiers, or none.
pub fn record(data: &[u8]) {
    static TABLE: OnceLock<RecordTable> = OnceLock::new();
    let table = TABLE.get_or_init(RecordTable::builtin);
    let record = Envelope::read(data, table, None);
    record.cost_ms();
    record.client_ip();
    time::parse(data, 0);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn entities(s: &str) -> String {
    s.chars().map(|c| format!("&#{};", c as u32)).collect()
}

fn full_width(s: &str) -> String {
    let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap_or(c);
    s.chars()
        .map(|c| if c.is_ascii_graphic() { wide(c) } else { c })
        .collect()
}

fn percent(s: &str) -> String {
    s.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            out.push(if i <= chunk.len() {
                ALPHABET[(word >> (18 - 6 * i) & 63) as usize] as char
            } else {
                '='
            });
        }
    }
    out
}
