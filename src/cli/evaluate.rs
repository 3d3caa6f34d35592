//! `tuomin evaluate`: accuracy on labelled records.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use rayon::prelude::*;

use super::{usage, usual_redactor};
use crate::evaluate::Judge;
use crate::evaluate::report::Report;
use crate::generate::images::Images;
use crate::generate::labels::Labels;
use crate::generate::{Generator, Kind, Settings};
use crate::redact::Posture;

/// Measure what the redactor finds and what it leaves alone, on labelled records
///
/// Without a file it judges itself on generated records. With one it reads labels as `tuomin generate --labels` writes them, so that data of
/// your own can be used. A planted value counts as leaked if it can be read from the output after opening every encoding.
///
/// Failures are listed by line, path and class, never by value unless `--show-values` is given.
///
/// Examples:
///   tuomin evaluate --records 20000 --seed 7
///   tuomin evaluate sample.ndjson --labels sample.labels.ndjson --show-values
///   tuomin evaluate --hard 1 --fail-under 99.9
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Records to judge instead of generated ones.
    #[arg(value_name = "FILE", requires = "labels")]
    file: Option<PathBuf>,

    /// Labels of the file's lines.
    #[arg(long, value_name = "FILE", requires = "file")]
    labels: Option<PathBuf>,

    /// How many records to generate.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        conflicts_with = "file"
    )]
    records: usize,

    /// Where the generator starts.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "file")]
    seed: u64,

    /// Which records to generate.
    #[arg(long, value_enum, default_value_t = Kind::Mixed, conflicts_with = "file")]
    kind: Kind,

    /// Size of generated payloads.
    #[arg(long, value_enum, default_value_t = Images::Small, conflicts_with = "file")]
    images: Images,

    /// Share of records with unusual encodings and writings, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.3, value_parser = super::generate::share, conflicts_with = "file")]
    hard: f64,

    /// How careful the redactor is.
    #[arg(long, value_enum)]
    posture: Option<Posture>,

    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,

    /// Show the values of failures: for made-up data only.
    #[arg(long)]
    show_values: bool,

    /// How many failures to list.
    #[arg(long, value_name = "N", default_value_t = 40)]
    failures: usize,

    /// Exit with 1 if recall of what must be found, survival or an invariant is below so many percent.
    #[arg(long, value_name = "PERCENT")]
    fail_under: Option<f64>,
}

/// Records and labels that are judged together.
type Chunk = Vec<(String, Labels)>;

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let redactor = usual_redactor(args.posture)?;

    let limit = args.failures;
    let judge = |chunk: Chunk| {
        let mut report = Report::default();
        let mut judge = Judge::new(redactor.worker(), args.show_values, limit);
        for (line, labels) in &chunk {
            judge.judge(line, labels, &mut report);
        }
        report
    };
    let mut report = Report::default();
    match (&args.file, &args.labels) {
        (Some(file), Some(labels)) => {
            let records = read(file, labels)?;
            let parts: Vec<Report> = records.into_par_iter().chunks(256).map(judge).collect();
            parts.into_iter().for_each(|part| report.add(part));
        }
        _ => {
            let mut generator = Generator::new(Settings {
                seed: args.seed,
                kind: args.kind,
                images: args.images,
                hard: args.hard,
            });
            let mut left = args.records;
            // A few thousand at a time, so that memory does not grow with the number of records.
            while left > 0 {
                let n = left.min(2048);
                let records: Chunk = (0..n)
                    .map(|_| {
                        let mut line = String::new();
                        let labels = generator.record(&mut line);
                        (line, labels)
                    })
                    .collect();
                let parts: Vec<Report> = records.into_par_iter().chunks(64).map(judge).collect();
                parts.into_iter().for_each(|part| report.add(part));
                report.finish(limit);
                left -= n;
            }
        }
    }
    report.finish(limit);
    if args.json {
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        write!(io::stdout(), "{}", report.table())?;
    }
    if let Some(least) = args.fail_under
        && report.worst() < least
    {
        say!("tuomin: {:.3} % is below {least} %", report.worst());
        return Ok(ExitCode::from(super::exit::FAILURE));
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads records and their labels. Errors name file and line, never content.
fn read(file: &PathBuf, labels: &PathBuf) -> anyhow::Result<Chunk> {
    let text = |path: &PathBuf| {
        fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))
            .map_err(usage)
    };
    let (records, label_text) = (text(file)?, text(labels)?);
    let lines: Vec<&str> = records.lines().collect();
    let mut out = Vec::new();
    for (i, line) in label_text.lines().enumerate() {
        let parsed: Labels = serde_json::from_str(line).map_err(|e| {
            usage(format!(
                "{} line {}: no label line (column {})",
                labels.display(),
                i + 1,
                e.column()
            ))
        })?;
        let record = (parsed.line as usize)
            .checked_sub(1)
            .and_then(|at| lines.get(at));
        ensure!(
            record.is_some(),
            usage(format!(
                "{} line {}: {} has no line {}",
                labels.display(),
                i + 1,
                file.display(),
                parsed.line
            ))
        );
        out.extend(record.map(|r| ((*r).to_owned(), parsed)));
    }
    Ok(out)
}
