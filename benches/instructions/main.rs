//! A guard against slow code: counts instructions over fixed inputs and compares them with `baseline.txt`.
//!
//! Wall time on a shared machine says little below ten percent; the number of instructions says the same each time. Needs
//! valgrind; without it there is nothing to compare and the guard says so.
//!
//! `cargo bench --bench instructions` compares, `cargo bench --bench instructions -- --update` writes a new baseline. A new version of
//! the compiler, or a processor without AVX2, gives other counts: update the baseline with it, and say so in the commit.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use tuomin::generate::traffic::{self, Shape};
use tuomin::patterns::Patterns;
use tuomin::redact::{PseudonymKey, RedactSettings, Redactor, Worker};

/// More instructions than this share above the baseline is a failure.
const TOLERANCE: f64 = 0.10;
/// Bytes of each input: enough that start-up effects of a worker don't count.
const BYTES: usize = 400_000;
const SHAPES: [Shape; 3] = [Shape::Monitoring, Shape::Text, Shape::Images];

/// The only function whose instructions are counted; valgrind finds it by its name.
#[unsafe(no_mangle)]
#[inline(never)]
fn tuomin_counted_region(worker: &mut Worker, text: &[u8], out: &mut Vec<u8>) {
    for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        worker.redact(std::hint::black_box(line), out);
    }
}

/// What the counted process does.
fn work(shape: Shape) {
    let patterns = Patterns::load(None).expect("built-in packs");
    let redactor = Redactor::new(
        &patterns,
        &RedactSettings::default(),
        PseudonymKey::from_bytes([7; 32]),
    )
    .expect("built-in packs");
    let text = traffic::lines(shape, BYTES, 1);
    let mut out = Vec::with_capacity(text.len() * 2);
    tuomin_counted_region(&mut redactor.worker(), &text, &mut out);
    std::hint::black_box(out.len());
}

/// Instructions that a shape takes, counted by valgrind.
fn count(shape: Shape) -> Result<u64, String> {
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=tuomin_counted_region",
        ])
        .arg(me)
        .args(["--work", shape.name()])
        .output()
        .map_err(|e| e.to_string())?;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let figure = log
        .lines()
        .find_map(|l| l.split_once("Collected :"))
        .and_then(|(_, n)| n.trim().parse().ok());
    figure
        .filter(|n| *n > 0)
        .ok_or(format!("valgrind counted nothing:\n{log}"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(name) = arguments
        .iter()
        .position(|a| a == "--work")
        .and_then(|i| arguments.get(i + 1))
    {
        SHAPES
            .iter()
            .filter(|s| s.name() == name)
            .for_each(|s| work(*s));
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed: instructions are not counted");
        return ExitCode::SUCCESS;
    }
    let file = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/instructions/baseline.txt"
    ));
    let baseline = std::fs::read_to_string(file).unwrap_or_default();
    let update = arguments.iter().any(|a| a == "--update");
    let mut text = String::from(
        "# Instructions to redact 400 KB of each shape. Written by `cargo bench --bench instructions -- --update`.\n",
    );
    let mut slower = false;
    for shape in SHAPES {
        let counted = match count(shape) {
            Ok(counted) => counted,
            Err(error) => {
                eprintln!("{}: {error}", shape.name());
                return ExitCode::FAILURE;
            }
        };
        let _ = writeln!(text, "{} {counted}", shape.name());
        let before = baseline
            .lines()
            .find_map(|l| l.strip_prefix(shape.name()))
            .and_then(|n| n.trim().parse::<u64>().ok());
        let change = before.map(|b| counted as f64 / b as f64 - 1.0);
        let bad = change.is_none_or(|c| c > TOLERANCE);
        slower |= bad;
        println!(
            "{:<12} {counted:>13} instructions, {:>6.2} a byte  {}",
            shape.name(),
            counted as f64 / BYTES as f64,
            change.map_or("no baseline".to_owned(), |c| format!(
                "{:+.2} % against the baseline{}",
                c * 100.0,
                if bad { "  TOO MANY" } else { "" }
            ))
        );
    }
    if update {
        return match std::fs::write(file, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                ExitCode::FAILURE
            }
        };
    }
    if slower {
        println!(
            "more than {} % above the baseline: find out why, or update the baseline and say why",
            TOLERANCE * 100.0
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
