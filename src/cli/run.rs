//! `tuomin run`: lines in, redacted lines or documents out.

use std::{
    path::PathBuf, process::ExitCode, sync::Arc, sync::atomic::Ordering::Relaxed, time::Instant,
};

use anyhow::Context;

use crate::{
    cli::{exit, usage},
    input::files::{Files, Watch, check},
    output::file::FileOutput,
    patterns::Patterns,
    pipeline::{
        self, PipelineSettings, Plan, Sink, order::InOrder, shutdown::Shutdown, stats::Stats,
        work::Shape,
    },
    redact::{Posture, PseudonymKey, RedactSettings, Redactor},
    telemetry,
};

/// Redact log lines from files or standard input.
#[derive(clap::Args)]
pub struct Args {
    /// What to read, in this order; `-` is standard input, which is also read where nothing is named. gzip and zstd are
    /// recognised by their content.
    files: Vec<PathBuf>,
    /// Worker threads. All processors are used unless this says otherwise.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Write to this file instead of standard output. It is written beside and renamed, so it is never half there.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How much is taken out.
    #[arg(long, value_enum)]
    posture: Option<Posture>,
    /// The secret key of the pseudonyms: a file with 64 hexadecimal digits.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// No summary.
    #[arg(short, long)]
    quiet: bool,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    telemetry::quiet_panics();
    telemetry::forbid_dumps();
    let mut redact = RedactSettings::default();
    if let Some(posture) = args.posture {
        redact.posture = posture;
    }
    if args.key_file.is_some() {
        redact.key_file = args.key_file;
    }
    let settings = PipelineSettings {
        threads: args.threads.unwrap_or(0),
        ..Default::default()
    };
    settings.check().map_err(usage)?;
    let inputs = check(&args.files).map_err(usage)?;
    let (key, _origin) = PseudonymKey::load(redact.key_file.as_deref()).map_err(usage)?;
    let patterns = Patterns::load(redact.patterns.as_deref()).map_err(usage)?;
    let redactor = Arc::new(Redactor::new(&patterns, &redact, key).map_err(usage)?);
    let output = FileOutput::open(args.output.as_deref())
        .with_context(|| {
            format!(
                "{}: can't be written",
                args.output.as_deref().unwrap_or("-".as_ref()).display()
            )
        })
        .map_err(usage)?;

    let shutdown = Shutdown::new()?;
    let temporary = output.temporary();
    shutdown.listen(move || {
        if let Some(path) = &temporary {
            let _ = std::fs::remove_file(path);
        }
    })?;
    let buffers = pipeline::buffers(&settings);
    let stats = Arc::new(Stats::new(redactor.categories()));
    let watch = Watch::default();
    let started = Instant::now();
    let intake = Files::new(
        inputs.inputs,
        settings.workers(),
        settings.line_limits(),
        shutdown.clone(),
        buffers.clone(),
        watch.clone(),
    );
    let ended = pipeline::run(Plan {
        intake: Box::new(intake),
        redactor,
        shape: Shape::Lines,
        sink: Sink::InOrder(InOrder::new(output.writer()?)),
        settings,
        shutdown: shutdown.clone(),
        stats: stats.clone(),
        buffers,
    });
    let seconds = started.elapsed().as_secs_f64();
    if !args.quiet {
        eprintln!(
            "{} records, {} bytes in, {} bytes out, {:.1} MB/s, {:?}",
            stats.records.load(Relaxed),
            stats.bytes_in.load(Relaxed),
            stats.bytes_out.load(Relaxed),
            stats.bytes_in.load(Relaxed) as f64 / seconds / 1e6,
            stats.findings_by_category(),
        );
    }
    for error in &ended.unread {
        eprintln!("tuomin: {error}");
    }
    if let Some(error) = ended.unwritten {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Ok(ExitCode::SUCCESS);
        }
        return Err(error).context(format!("{}: can't be written", output.name()));
    }
    if watch.unfinished.load(Relaxed) {
        let signal = shutdown.signal().unwrap_or(0);
        return Ok(ExitCode::from(
            u8::try_from(128 + signal).unwrap_or(exit::FAILURE),
        ));
    }
    output.commit()?;
    Ok(if ended.unread.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILURE)
    })
}
