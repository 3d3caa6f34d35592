//! `tuomin explain`: a line in; path, category, rule and action out. Never a value.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::patterns::Patterns;
use crate::redact::{Form, Posture, PseudonymKey, RedactSettings, Redactor};

/// Show what would be taken out of each line, where and why. Values are never shown.
///
/// Reads lines from FILES, or from standard input, and prints a table: the path of the field, the category of what stands there,
/// the rule that decided (a key class, a label, a pattern, a detector), and what would be done.
///
/// Example: head -1 app.log | tuomin explain --posture strict
#[derive(clap::Args)]
pub struct Args {
    /// Files with JSON lines; standard input where none is named.
    files: Vec<PathBuf>,
    /// How much is taken out.
    #[arg(long, value_enum, default_value = "balanced")]
    posture: Posture,
    /// A folder with pattern packs of your own.
    #[arg(long, value_name = "FOLDER")]
    patterns: Option<PathBuf>,
    /// One JSON object per finding instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
///
/// # Errors
/// A file that can't be read, a pack that can't be used.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let patterns = Patterns::load(args.patterns.as_deref())?;
    let settings = RedactSettings {
        posture: args.posture,
        ..RedactSettings::default()
    };
    let (key, _) = PseudonymKey::load(None)?;
    let redactor = Redactor::new(&patterns, &settings, key)?;
    let mut worker = redactor.worker();
    let mut out = std::io::stdout().lock();
    let mut number = 0;
    let mut each = |reader: &mut dyn Read, out: &mut dyn Write| -> anyhow::Result<()> {
        let mut reader = std::io::BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            let content = line.trim_ascii_end();
            if !content.is_empty() {
                explain(&mut worker, content, number, args.json, out)?;
            }
            line.clear();
        }
        Ok(())
    };
    if args.files.is_empty() {
        each(&mut std::io::stdin().lock(), &mut out)?;
    }
    for path in &args.files {
        let mut file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
        each(&mut file, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(
    worker: &mut crate::redact::Worker,
    line: &[u8],
    number: u64,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let form = worker.redact(line, &mut Vec::new()).form;
    let traces = worker.explain(line);
    if json {
        for trace in traces {
            let action = serde_json::to_value(trace.action)?;
            let row = serde_json::json!({"line": number, "path": trace.path, "category": trace.category, "rule": trace.rule, "action": action});
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
        traces.len(),
        if traces.len() == 1 { "" } else { "s" }
    )?;
    let cell = |text: &str| {
        if text.is_empty() {
            "(text)".to_string()
        } else {
            text.to_string()
        }
    };
    let width = |f: fn(&crate::redact::Trace) -> usize, least: usize| {
        traces.iter().map(f).max().unwrap_or(0).max(least)
    };
    let (path, category, rule) = (
        width(|t| t.path.chars().count(), 6),
        width(|t| t.category.len(), 8),
        width(|t| t.rule.len(), 4),
    );
    for trace in &traces {
        let action = serde_json::to_value(trace.action)?;
        writeln!(
            out,
            "  {:path$}  {:category$}  {:rule$}  {}",
            cell(&trace.path),
            trace.category,
            trace.rule,
            action.as_str().unwrap_or_default()
        )?;
    }
    Ok(())
}
