//! `tuomin replay`: dead letters, once more.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use super::{exit, setup, usage};
use crate::batch::Delivered;
use crate::config::Config;
use crate::output::elasticsearch::{Elasticsearch, replay};
use crate::record::RecordTable;

/// Send dead letters once more, after what made Elasticsearch refuse them was put right.
///
/// What is stored leaves the files; what is refused again becomes a new dead letter. A record that was stored in the meantime overwrites itself.
/// Files that a running tuomin writes to are left alone.
#[derive(clap::Args)]
pub struct Args {
    /// The files; all of the configured folder where none is named.
    files: Vec<PathBuf>,
    /// The configuration file (default: tuomin.toml in the current folder, if it is there).
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// The node, instead of the configured ones.
    #[arg(long, value_name = "URL")]
    es: Option<String>,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref()).map_err(usage)?.config;
    config.check().map_err(usage)?;
    config.log.start();
    let settings = setup::settings(&config, args.es.as_ref());
    let folder = &settings.dead_letters.folder;
    let files = if args.files.is_empty() {
        replay::files(folder)
            .with_context(|| format!("{}: can't be read", folder.display()))
            .map_err(usage)?
    } else {
        args.files
    };
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        return Err(usage(format!("{}: no such file", missing.display())));
    }
    let mut out = std::io::stdout().lock();
    if files.is_empty() {
        writeln!(out, "no dead letters in {}", folder.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = setup::runtime()?;
    // Letters hold their identifiers, so no key is needed to send them.
    let server = runtime
        .block_on(Elasticsearch::connect(
            &settings,
            Arc::new(RecordTable::builtin()),
            &[0; 32],
        ))
        .map_err(usage)?;
    let mut code = ExitCode::SUCCESS;
    for file in files {
        let done = match runtime.block_on(replay::replay(&server, &file)) {
            Ok(done) => done,
            Err(error) => {
                say!("tuomin: {error}");
                code = ExitCode::from(exit::FAILURE);
                continue;
            }
        };
        let report = done.report;
        write!(out, "{}: {} stored", file.display(), report.stored)?;
        for (count, what) in [
            (report.already_there, "there already"),
            (report.dead, "refused again"),
            (
                done.without_document,
                "without a document (past their retention)",
            ),
            (
                done.for_kafka,
                "for Kafka, kept (docs/scaling.md says how to send them)",
            ),
            (done.unreadable, "unreadable, kept"),
        ] {
            if count > 0 {
                write!(out, ", {count} {what}")?;
            }
        }
        writeln!(out)?;
        if report.delivered == Delivered::Failed {
            code = ExitCode::from(exit::UNDELIVERED);
        } else if report.dead + done.unreadable + done.for_kafka > 0 && code == ExitCode::SUCCESS {
            code = ExitCode::from(exit::FAILURE);
        }
    }
    Ok(code)
}
