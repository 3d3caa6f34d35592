//! `tuomin explain`: a line in; path, category, rule and action out. Never a value.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::usage;
use crate::config::Config;
use crate::nearest::missing;
use crate::patterns::Patterns;
use crate::query::files;
use crate::redact::{Form, Posture, PseudonymKey, Redactor, Trace, Worker};

/// A posture's name, and what it sees.
type View = (&'static str, Worker);

/// Show what would be taken out of each line, where and why. Values are never shown.
///
/// Reads lines from FILES, or from standard input, and prints a table: the path of the field, the category of what stands there,
/// the rule that decided (a key class, a label, a pattern, a detector), what would be done, and in which posture.
///
/// Example: head -1 app.log | tuomin explain
#[derive(clap::Args)]
pub struct Args {
    /// Files with JSON lines (gzip and zstd too); standard input where none is named.
    files: Vec<PathBuf>,
    /// One posture alone; both are compared where none is named.
    #[arg(long, value_enum)]
    posture: Option<Posture>,
    /// A folder with pattern packs of your own, instead of the configuration's.
    #[arg(long, value_name = "FOLDER")]
    patterns: Option<PathBuf>,
    /// The configuration file (default: tuomin.toml in the current folder, if it is there): its `[redact]` holds here as well.
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// One JSON object per finding instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
/// A file that can't be read, a pack that can't be used.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let loaded = Config::load(args.config.as_deref()).map_err(usage)?;
    let mut settings = loaded.config.redact;
    let folder = args.patterns.as_deref().or(settings.patterns.as_deref());
    let patterns = Patterns::load(folder).map_err(usage)?;
    // each posture is shown for both kinds
    (settings.monitoring.posture, settings.operation.posture) = (None, None);
    let mut views = Vec::new();
    for (posture, name) in [(Posture::Balanced, "balanced"), (Posture::Strict, "strict")] {
        if args.posture.is_none_or(|wanted| wanted == posture) {
            settings.posture = posture;
            // no pseudonym is shown, so any key will do
            let key = PseudonymKey::from_bytes([0; 32]);
            let redactor = Redactor::new(&patterns, &settings, key).map_err(usage)?;
            views.push((name, redactor.worker()));
        }
    }
    let mut out = std::io::stdout().lock();
    let mut number = 0;
    let mut each = |reader: &mut dyn Read, out: &mut dyn Write| -> anyhow::Result<()> {
        let mut reader = std::io::BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            let content = line.trim_ascii_end();
            if !content.is_empty() {
                explain(&mut views, content, number, args.json, out)?;
            }
            line.clear();
        }
        Ok(())
    };
    if args.files.is_empty() {
        each(&mut std::io::stdin().lock(), &mut out)?;
    }
    for path in &args.files {
        let mut file = files::open(path)
            .map_err(|error| usage(format!("{}: {}", path.display(), missing(path, error))))?;
        each(&mut file, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What each posture finds; what both find is told once.
fn compare(views: &mut [View], line: &[u8]) -> Vec<(&'static str, Trace)> {
    let mut rows: Vec<(&'static str, Trace)> = Vec::new();
    for (name, worker) in views {
        let mut before = rows.clone();
        for trace in worker.explain(line) {
            // a finding that was matched once can't stand for a second one
            match before.iter().position(|(_, known)| *known == trace) {
                Some(same) => {
                    let (_, known) = before.swap_remove(same);
                    let row = rows.iter_mut().find(|(n, t)| *n != "both" && *t == known);
                    if let Some(row) = row {
                        row.0 = "both";
                    }
                }
                None => rows.push((name, trace)),
            }
        }
    }
    rows
}

fn explain(
    views: &mut [View],
    line: &[u8],
    number: u64,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let form = views[0].1.redact(line, &mut Vec::new()).form;
    let rows = compare(views, line);
    if json {
        for (posture, trace) in rows {
            let action = serde_json::to_value(trace.action)?;
            let row = serde_json::json!({"line": number, "path": trace.path, "category": trace.category, "rule": trace.rule, "action": action, "posture": posture});
            writeln!(out, "{row}")?;
        }
        return Ok(());
    }
    let note = match form {
        Form::Json => "",
        Form::Text => ", no JSON object: redacted as plain text",
        Form::Failed => ", could not be inspected: replaced as a whole",
    };
    writeln!(
        out,
        "line {number}: {} finding{}{note}",
        rows.len(),
        if rows.len() == 1 { "" } else { "s" }
    )?;
    let cell = |text: &str| {
        if text.is_empty() {
            "(text)".to_string()
        } else {
            text.to_string()
        }
    };
    let width = |f: fn(&Trace) -> usize, least: usize| {
        rows.iter().map(|(_, t)| f(t)).max().unwrap_or(0).max(least)
    };
    let (path, category, rule) = (
        width(|t| t.path.chars().count(), 6),
        width(|t| t.category.len(), 8),
        width(|t| t.rule.len(), 4),
    );
    for (posture, trace) in &rows {
        let action = serde_json::to_value(trace.action)?;
        writeln!(
            out,
            "  {:path$}  {:category$}  {:rule$}  {:8}  {posture}",
            cell(&trace.path),
            trace.category,
            trace.rule,
            action.as_str().unwrap_or_default()
        )?;
    }
    Ok(())
}
