//! `tuomin retention`: is everything gone that should be?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{exit, setup, usage};
use crate::config::Config;
use crate::output::elasticsearch::retention::{Facts, IndexFacts, Problem, gather, judge};
use crate::output::elasticsearch::{Client, Settings};
use crate::record::time::{self, DAY_MS};
use crate::record::{Kind, RecordTable};

/// Show what is kept how long, what will be deleted when, and whether the retention is kept.
///
/// Finds lifecycle management that is stopped, policies that are missing or changed, indices without a policy or stuck in a step, documents past
/// their time, and snapshots that would outlive them. Exit code 1 if anything is wrong, so that a scheduler can watch over it.
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file (default: tuomin.toml in the current folder, if it is there).
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// The node, instead of the configured ones.
    #[arg(long, value_name = "URL")]
    es: Option<String>,
    /// Everything as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref()).map_err(usage)?.config;
    config.check().map_err(usage)?;
    config.log.start();
    let settings = setup::settings(&config, args.es.as_ref());
    let client = Client::new(&settings).map_err(usage)?;
    let facts = setup::runtime()?.block_on(gather(&client, &settings, &RecordTable::builtin()))?;
    let now = time::now_ms();
    let problems = judge(&facts, &settings, now);
    let mut out = std::io::stdout().lock();
    if args.json {
        let report = serde_json::json!({ "kept": problems.is_empty(), "problems": problems, "facts": facts });
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        write_report(&mut out, &facts, &settings, &problems, now)?;
    }
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILURE)
    })
}

fn write_report(
    out: &mut impl Write,
    facts: &Facts,
    settings: &Settings,
    problems: &[Problem],
    now: i64,
) -> std::io::Result<()> {
    for kind in Kind::ALL {
        writeln!(
            out,
            "{kind}: kept {} {}",
            bound(settings),
            settings.retention.of(kind)
        )?;
        for policy in facts.policies.iter().filter(|policy| policy.kind == kind) {
            let deletes = policy
                .deletes_after
                .as_deref()
                .map_or("never deletes".into(), |age| format!("deletes after {age}"));
            writeln!(
                out,
                "  policy {}: {}",
                policy.name,
                if policy.missing { "missing" } else { &deletes }
            )?;
        }
        let mut indices: Vec<_> = facts
            .indices
            .iter()
            .filter(|index| index.kind == Some(kind))
            .collect();
        indices.sort_by_key(|index| (index.counts_from_ms.unwrap_or(i64::MAX), index.name.clone()));
        if indices.is_empty() {
            writeln!(out, "  no indices")?;
            continue;
        }
        let width = indices
            .iter()
            .map(|index| index.name.len())
            .max()
            .unwrap_or(0);
        writeln!(
            out,
            "  {:width$}  {:>9}  {:>6}  {:20}  {:10}  deleted",
            "index", "documents", "age", "phase, step", "oldest"
        )?;
        for index in indices {
            write_index(out, index, width, now)?;
        }
    }
    if facts.snapshots.is_none() {
        writeln!(out, "snapshot policies: the server tells of none")?;
    }
    if problems.is_empty() {
        return writeln!(out, "verdict: kept");
    }
    writeln!(out, "verdict: NOT kept")?;
    problems
        .iter()
        .try_for_each(|problem| writeln!(out, "  {}: {}", problem.of, problem.what))
}

fn write_index(
    out: &mut impl Write,
    index: &IndexFacts,
    width: usize,
    now: i64,
) -> std::io::Result<()> {
    let age = index
        .counts_from_ms
        .map_or("-".into(), |from| span(now - from));
    let phase = match (&index.failed, &index.phase, &index.step) {
        (Some((step, _)), _, _) => format!("ERROR in {step}"),
        (None, Some(phase), Some(step)) => format!("{phase}, {step}"),
        _ => "-".into(),
    };
    let oldest = index.oldest_ms.map_or("-".into(), day);
    let deleted = match index.deleted_at_ms {
        Some(at) if at <= now => "due".into(),
        Some(at) => format!("{} (in {})", day(at), span(at - now)),
        None if index.policy.is_none() => "never".into(),
        None => "after its rollover".into(),
    };
    writeln!(
        out,
        "  {:width$}  {:>9}  {age:>6}  {phase:20}  {oldest:10}  {deleted}",
        index.name, index.documents
    )
}

fn bound(settings: &Settings) -> &'static str {
    match settings.retention.bound {
        crate::output::elasticsearch::settings::Bound::AtMost => "at most",
        crate::output::elasticsearch::settings::Bound::AtLeast => "at least",
    }
}

fn day(ms: i64) -> String {
    let (year, month, day) = time::date(ms.div_euclid(DAY_MS));
    format!("{year:04}-{month:02}-{day:02}")
}

fn span(ms: i64) -> String {
    match ms / 1000 {
        s if s < 120 => format!("{s}s"),
        s if s < 7200 => format!("{}m", s / 60),
        s if s < 172_800 => format!("{}h", s / 3600),
        s => format!("{}d", s / 86_400),
    }
}
