//! Figures of a benchmark as a table and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::measure::{Sample, Workload};
use super::programs::Program;

/// Figures of one program on one workload with some threads.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `monitoring`, `text`, `images`, or a file's name.
    pub workload: String,
    /// What ran.
    pub program: Program,
    /// On how many threads.
    pub threads: usize,
    /// Records a second.
    pub records_per_second: f64,
    /// 10^6 input bytes a second, of the median wall time.
    pub mb_per_second: f64,
    /// The same divided by threads.
    pub mb_per_second_per_core: f64,
    /// Wall time divided by that of [`Program::floor`] in the same round, median of the rounds' ratios.
    pub times_the_floor: Option<f64>,
    /// Milliseconds of a batch of about 512 KiB: median.
    pub batch_p50_ms: Option<f64>,
    /// 99th percentile.
    pub batch_p99_ms: Option<f64>,
    /// The slowest.
    pub batch_max_ms: Option<f64>,
    /// Memory beyond the workload itself, 10^6 bytes; of a process its whole peak.
    pub peak_mb: f64,
}

/// The median of some figures; 0 of none.
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(0.0)
}

impl Row {
    /// From the rounds of one program, beside those of the floor.
    pub fn new(
        name: &str,
        workload: &Workload,
        program: Program,
        threads: usize,
        rounds: &[Sample],
        floor: Option<&[Sample]>,
    ) -> Self {
        let seconds = median(rounds.iter().map(|s| s.seconds).collect()).max(1e-9);
        let mb = workload.bytes.len() as f64 / 1e6 / seconds;
        let mut batches: Vec<f64> = rounds
            .iter()
            .flat_map(|s| s.batches.iter().map(|b| b * 1e3))
            .collect();
        batches.sort_by(f64::total_cmp);
        let percentile = |p: f64| {
            batches
                .get(((batches.len() as f64 * p) as usize).min(batches.len().wrapping_sub(1)))
                .copied()
        };
        Self {
            workload: name.to_owned(),
            program,
            threads,
            records_per_second: workload.records as f64 / seconds,
            mb_per_second: mb,
            mb_per_second_per_core: mb / threads as f64,
            times_the_floor: floor.map(|f| {
                median(
                    rounds
                        .iter()
                        .zip(f)
                        .map(|(a, b)| a.seconds / b.seconds.max(1e-9))
                        .collect(),
                )
            }),
            batch_p50_ms: percentile(0.5),
            batch_p99_ms: percentile(0.99),
            batch_max_ms: percentile(1.0),
            peak_mb: rounds.iter().map(|s| s.peak).max().unwrap_or(0) as f64 / 1e6,
        }
    }
}

/// The machine, so that figures can be told apart later.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Processors that the process may use.
    pub cores: usize,
    /// As the processor calls itself.
    pub processor: String,
    /// Version of this program.
    pub version: &'static str,
    /// Without optimisation the figures say nothing.
    pub optimised: bool,
}

impl Machine {
    /// This machine.
    pub fn here() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = info
            .lines()
            .find_map(|l| l.strip_prefix("model name"))
            .map_or_else(String::new, |l| {
                l.trim_start_matches(['\t', ' ', ':']).to_owned()
            });
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor,
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
        }
    }
}

/// Everything measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Where.
    pub machine: Machine,
    /// Rounds of which medians were taken.
    pub rounds: usize,
    /// What.
    pub rows: Vec<Row>,
}

impl Figures {
    /// The table.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let m = &self.machine;
        let _ = writeln!(
            out,
            "tuomin {}, {} cores, {}; median of {} rounds",
            m.version, m.cores, m.processor, self.rounds
        );
        if !m.optimised {
            let _ = writeln!(
                out,
                "built without optimisation: the figures say nothing (use `cargo run --release`)"
            );
        }
        let mut workload = "";
        for row in &self.rows {
            if row.workload != workload {
                workload = &row.workload;
                let _ = writeln!(
                    out,
                    "\n{:<22} {:>7} {:>11} {:>9} {:>9} {:>8}  {:>8} {:>8} {:>8} {:>8}",
                    workload,
                    "threads",
                    "records/s",
                    "MB/s",
                    "MB/s/core",
                    "x floor",
                    "p50 ms",
                    "p99 ms",
                    "max ms",
                    "peak MB"
                );
            }
            let number = |x: Option<f64>, places: usize| {
                x.map_or_else(|| "-".to_owned(), |x| format!("{x:.places$}"))
            };
            let _ = writeln!(
                out,
                "  {:<20} {:>7} {:>11.0} {:>9.0} {:>9.0} {:>8}  {:>8} {:>8} {:>8} {:>8.1}",
                row.program.name(),
                row.threads,
                row.records_per_second,
                row.mb_per_second,
                row.mb_per_second_per_core,
                number(row.times_the_floor, 2),
                number(row.batch_p50_ms, 3),
                number(row.batch_p99_ms, 3),
                number(row.batch_max_ms, 3),
                row.peak_mb
            );
        }
        let _ = writeln!(
            out,
            "\np50, p99, max: a batch of about 512 KiB. x floor: wall time over that of the copy floor on as many threads,\nof processes over that of one that only copies the lines."
        );
        out
    }
}
