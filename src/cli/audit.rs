//! `tuomin audit`: is anything personal left in what is stored?

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::Config;
use crate::patterns::Patterns;
use crate::query::connect::SourceArgs;
use crate::query::filter::Query;
use crate::query::source::{Order, OrderBy, Source};
use crate::redact::{Posture, PseudonymKey, RedactSettings, Redactor, Worker};

/// Look for personal data in what is already stored, and report where: field and category, never a value
///
/// Reads files that `tuomin run -o` wrote, or every document of the store (one point in time, page by page), and looks at each as `run` would
/// look at a new line. What was redacted is recognised and not reported. Made for a scheduled check: the exit code says if anything was found.
///
///   tuomin audit clean.ndjson.gz
///   tuomin audit --es https://es:9200 --since 26h
///
/// Exit codes: 0 nothing found; 1 something found, or it could not be read to the end; 2 wrong arguments or configuration.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files to read instead of Elasticsearch (plain, gzip or zstd)
    files: Vec<PathBuf>,

    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    ask: super::ask::AskArgs,

    /// How careful to look
    #[arg(long, value_enum, default_value = "balanced")]
    posture: Posture,

    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What was found, by path and category.
#[derive(Default)]
struct Report {
    records: u64,
    with_findings: u64,
    residue: BTreeMap<(String, String), u64>,
}

impl Report {
    fn inspect(&mut self, worker: &mut Worker, line: &[u8]) {
        self.records += 1;
        let found = worker.explain(line);
        self.with_findings += u64::from(!found.is_empty());
        for trace in found {
            // what the store added holds only facts of the record, under its own names
            let path = trace
                .path
                .strip_prefix("tuomin.")
                .map_or(trace.path.clone(), |p| format!("tuomin.{p}"));
            *self.residue.entry((path, trace.category)).or_default() += 1;
        }
    }
}

/// Runs the subcommand.
///
/// # Errors
/// A configuration that can't be used; a file or server that can't be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config: Config = args.source.config().map_err(super::usage)?;
    let settings = RedactSettings {
        posture: args.posture,
        ..config.redact.clone()
    };
    let patterns = Patterns::load(settings.patterns.as_deref()).map_err(super::usage)?;
    // Nothing is written, so any key will do.
    let (key, _) = PseudonymKey::load(None).map_err(super::usage)?;
    let redactor = Redactor::new(&patterns, &settings, key).map_err(super::usage)?;
    let mut worker = redactor.worker();
    let source = args.source.source(&args.files).map_err(super::usage)?;
    let query = args.ask.query(jiff::Timestamp::now().as_millisecond())?;
    let mut report = Report::default();
    match &source {
        Source::Files(files) => files.lines(None, |lines| {
            for line in lines.iter().filter(|l| !l.is_empty()) {
                if query_is_empty(&query) || query.accepts(&files.head(line), line) {
                    report.inspect(&mut worker, line);
                }
            }
        })?,
        Source::Elastic(_) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let order = Order {
                by: OrderBy::Time,
                descending: false,
            };
            runtime.block_on(source.walk(&query, order, |record| {
                if let Ok(line) = serde_json::to_vec(&record.fields) {
                    report.inspect(&mut worker, &line);
                }
                true
            }))?;
        }
    }
    print(&report, &source.describe(), args.json)?;
    Ok(if report.residue.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::exit::FAILURE)
    })
}

fn query_is_empty(query: &Query) -> bool {
    *query == Query::default()
}

fn print(report: &Report, source: &str, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let residue: Vec<_> = report
            .residue
            .iter()
            .map(|((path, category), count)| serde_json::json!({"path": path, "category": category, "count": count}))
            .collect();
        writeln!(
            out,
            "{}",
            serde_json::json!({"source": source, "records": report.records, "with_findings": report.with_findings, "residue": residue})
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{source}: {} records, {} with something personal left",
        report.records, report.with_findings
    )?;
    let width = report
        .residue
        .keys()
        .map(|(path, _)| path.chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    for ((path, category), count) in &report.residue {
        writeln!(out, "  {path:width$}  {category:20}  {count}")?;
    }
    Ok(())
}
