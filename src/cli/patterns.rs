//! `tuomin patterns`: what can be found; and whether packs, also a user's own, do what they say.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::patterns::Patterns;
use crate::patterns::schema::Pattern;
use crate::redact::{PseudonymKey, RedactSettings, Redactor, Worker};

/// List the patterns, test them, or check a folder of your own
///
/// Without flags prints every pattern: what it finds, when it counts without context, and where its format is written. With `--folder`
/// your own packs are laid over the built-in ones; errors name file and line.
///
///   tuomin patterns
///   tuomin patterns --test --folder my-patterns
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A folder of packs of your own
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// Run the examples that the patterns carry: what they must find, and what they must leave alone
    #[arg(long)]
    test: bool,
}

/// Runs the subcommand.
///
/// # Errors
/// A pack that can't be used.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let patterns = Patterns::load(args.folder.as_deref()).map_err(super::usage)?;
    if args.test {
        return test(&patterns);
    }
    let mut out = io::stdout().lock();
    for (pack, title) in &patterns.titles {
        writeln!(out, "{pack}: {title}")?;
        for p in patterns
            .patterns
            .iter()
            .filter(|p| p.id.split('.').next() == Some(pack))
        {
            let alone = format!("{:?}", p.alone).to_lowercase();
            writeln!(
                out,
                "  {:34} {:18} alone: {alone:8} {}",
                p.id, p.category, p.title
            )?;
        }
    }
    writeln!(
        out,
        "{} patterns, {} categories, {} key classes",
        patterns.patterns.len(),
        patterns.categories.len(),
        patterns.classes.len()
    )?;
    Ok(ExitCode::SUCCESS)
}

fn test(patterns: &Patterns) -> anyhow::Result<ExitCode> {
    let (key, _) = PseudonymKey::load(None).map_err(super::usage)?;
    let redactor =
        Redactor::new(patterns, &RedactSettings::default(), key).map_err(super::usage)?;
    let mut worker = redactor.worker();
    let mut out = io::stdout().lock();
    let (mut cases, mut failed) = (0, 0);
    let mut complain = |id: &str, what: &str, n: usize| {
        failed += 1;
        writeln!(out, "{id}: {what} {n}")
    };
    for pattern in &patterns.patterns {
        for (n, value) in pattern.matches.iter().enumerate() {
            cases += 1;
            if !found(&mut worker, pattern, value) {
                complain(&pattern.id, "not found: entry of `matches`", n + 1)?;
            }
        }
        for (n, text) in pattern.rejects.iter().enumerate() {
            cases += 1;
            if traces(&mut worker, text).contains(&pattern.id) {
                complain(
                    &pattern.id,
                    "found, and should not: entry of `rejects`",
                    n + 1,
                )?;
            }
        }
    }
    writeln!(
        out,
        "{cases} cases of {} patterns, {failed} failed",
        patterns.patterns.len()
    )?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::exit::FAILURE)
    })
}

/// Is the value taken out, alone if the pattern is strong, else behind its first context word? Another pattern may have been quicker:
/// what counts is that nothing of it is left.
fn found(worker: &mut Worker, pattern: &Pattern, value: &str) -> bool {
    let alone = !traces(worker, value).is_empty();
    alone
        || pattern
            .context
            .iter()
            .any(|word| !traces(worker, &format!("{word} {value}")).is_empty())
}

fn traces(worker: &mut Worker, text: &str) -> Vec<String> {
    let line = serde_json::json!({ "m": text }).to_string();
    worker
        .explain(line.as_bytes())
        .into_iter()
        .map(|t| t.rule)
        .collect()
}
