//! The fuzz targets' checks over seeded mutations of the shipped sample: no libFuzzer needed, the same inputs every time.
//!
//! `TUOMIN_FUZZ_RUNS` sets how many inputs each test takes (2000 if not set).

use std::{fs, io::Write as _};

use tuomin::generate::rng::Rng;

#[path = "../../fuzz/checks.rs"]
pub mod checks;

fn runs() -> usize {
    std::env::var("TUOMIN_FUZZ_RUNS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2000)
}

/// Lines of the sample that are not huge, so that many inputs can be tried.
fn seeds() -> Vec<Vec<u8>> {
    let sample = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/sample.ndjson"
    ))
    .unwrap();
    sample
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty() && l.len() < 6000)
        .map(<[u8]>::to_vec)
        .collect()
}

/// Bytes with which parsers trip.
const TRIPS: [&[u8]; 24] = [
    b"\\",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\u",
    b"\\ud800",
    b"\\u0000",
    b"%",
    b"%2",
    b"&#",
    b"<![CDATA[",
    b"]]>",
    b"=",
    b"\xff",
    b"\xe5\xbc",
    b"\0",
    b"[NAME_",
    b"...",
    b"data:image/jpeg;base64,",
    b"11010519491231002X",
];

/// Cuts, doubles, moves, flips and inserts; sometimes splices two seeds.
fn mutate(seed: &[u8], other: &[u8], r: &mut Rng) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..r.range(1, 6) {
        let at = r.below(data.len() + 1);
        let end = (at + r.range(1, 40) as usize).min(data.len());
        match r.below(7) {
            0 => data.truncate(at),
            1 => drop(data.drain(at..end)),
            2 => {
                let piece = data[at..end].to_vec();
                data.splice(at..at, piece);
            }
            3 if at < data.len() => data[at] ^= 1 << r.below(8),
            4 => drop(data.splice(at..at, r.one(&TRIPS).iter().copied())),
            5 if !other.is_empty() => {
                let from = r.below(other.len());
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
            _ => {
                let n = r.below(8);
                let bytes = r.bytes(n);
                data.splice(at..at, bytes);
            }
        }
    }
    // A line has no line end in it.
    data.retain(|b| *b != b'\n');
    data
}

/// What the check says about an input; `None` if all is well.
fn complaint(check: &impl Fn(&[u8]), data: &[u8]) -> Option<String> {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(data))).err()?;
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    Some(
        text.or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default(),
    )
}

/// Takes pieces away for as long as the check still complains.
fn shrink(check: &impl Fn(&[u8]), mut data: Vec<u8>) -> Vec<u8> {
    let mut size = data.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < data.len() {
            let mut shorter = data.clone();
            shorter.drain(at..(at + size).min(data.len()));
            if complaint(check, &shorter).is_some() {
                data = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    data
}

fn each(seed: u64, check: impl Fn(&[u8])) {
    let mut r = Rng::new(seed);
    let seeds = seeds();
    for i in 0..runs() {
        let (a, b) = (r.below(seeds.len()), r.below(seeds.len()));
        let data = mutate(&seeds[a], &seeds[b], &mut r);
        if complaint(&check, &data).is_some() {
            let small = shrink(&check, data);
            // Made-up data: it may be shown, so that the case can be made a test.
            panic!(
                "input {i} (seed {seed}): {}\n{}",
                complaint(&check, &small).unwrap_or_default(),
                small.escape_ascii()
            );
        }
    }
}

#[test]
fn mutated_lines() {
    each(1, checks::line);
}

#[test]
fn mutated_values() {
    // The inside of a line, not all of it: decoders see parts. Its first byte says which encoding.
    each(3, |data| checks::value(&data[data.len() / 3..]));
}

#[test]
fn mutated_numbers_and_records() {
    each(5, checks::checksums);
    each(6, checks::record);
}

#[test]
fn mutated_archives() {
    let mut r = Rng::new(4);
    for i in 0..runs() / 10 {
        let text: Vec<u8> = seeds().concat();
        let mut packed = if i % 2 == 0 {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(&text[..text.len().min(20_000)]).unwrap();
            gzip.finish().unwrap()
        } else {
            zstd::encode_all(&text[..text.len().min(20_000)], 1).unwrap()
        };
        for _ in 0..r.range(1, 4) {
            // The magic stays, or nothing would be decoded.
            let at = 4 + r.below(packed.len() - 4);
            match r.below(3) {
                0 => packed[at] ^= 1 << r.below(8),
                1 => packed.truncate(at.max(5)),
                _ => packed.extend(r.bytes(9)),
            }
        }
        checks::compressed(&packed);
    }
}
