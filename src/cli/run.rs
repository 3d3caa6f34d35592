//! `tuomin run`: lines in, redacted lines or documents out.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Instant,
};

use anyhow::Context;

use super::{exit, progress::Progress, summary::summary, usage};
use crate::{
    config::Config,
    input::files::{Files, Watch, check},
    output::file::FileOutput,
    patterns::Patterns,
    pipeline::{
        self, Ended, Plan, Sink, order::InOrder, shutdown::Shutdown, stats::Stats, work::Shape,
    },
    record::Kind,
    redact::{Posture, PseudonymKey, Redactor},
};

/// Redact log lines from files or standard input.
///
/// Lines come out in the order they went in, each as it was but for what was taken out. A line that is no JSON object leaves as
/// {"message": …, "tags": ["not_json"]}. Names of one person, numbers and the like become pseudonyms that are the same
/// wherever the value is the same, as long as the key (--key-file) is.
#[derive(clap::Args)]
pub struct Args {
    /// What to read, in this order; `-` is standard input, which is also read where nothing is named. gzip and zstd are
    /// recognised by their content.
    files: Vec<PathBuf>,
    /// Write to this file instead of standard output. It is written beside and renamed, so it is never half there.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The configuration file (default: tuomin.toml in the current folder, if it is there).
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// Worker threads; 0 for one on each processor.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Take every record for this kind, whatever fields it has.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// How much is taken out.
    #[arg(long, value_enum)]
    posture: Option<Posture>,
    /// The secret key of the pseudonyms: a file with 64 hexadecimal digits (`openssl rand -hex 32`).
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// No summary and no progress bar, only warnings and errors.
    #[arg(short, long)]
    quiet: bool,
}

impl Args {
    /// Flags win over file and environment.
    fn apply(&self, config: &mut Config) {
        fn set<T: Clone>(flag: &Option<T>, setting: &mut T) {
            if let Some(value) = flag {
                *setting = value.clone();
            }
        }
        set(&self.threads, &mut config.pipeline.threads);
        set(&self.posture, &mut config.redact.posture);
        set(&self.kind.map(Some), &mut config.record.kind);
        set(
            &self.key_file.clone().map(Some),
            &mut config.redact.key_file,
        );
        set(&self.output.clone().map(Some), &mut config.output.file);
    }
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut config = Config::load(args.config.as_deref()).map_err(usage)?.config;
    args.apply(&mut config);
    config.check().map_err(usage)?;
    config.log.start();
    let inputs = check(&args.files).map_err(usage)?;
    let redactor = Arc::new(redactor(&config)?);
    let output = open(config.output.file.as_deref())?;

    let shutdown = Shutdown::new()?;
    let temporary = output.temporary();
    shutdown.listen(move || {
        if let Some(path) = &temporary {
            let _ = std::fs::remove_file(path);
        }
    })?;
    let settings = config.pipeline;
    let buffers = pipeline::buffers(&settings);
    let stats = Arc::new(Stats::new(redactor.categories()));
    let watch = Watch::default();
    let started = Instant::now();
    let progress = Progress::start(watch.consumed.clone(), inputs.total_bytes, args.quiet);
    let (width, limits) = (settings.workers(), settings.line_limits());
    let intake = Files::new(
        inputs.inputs,
        width,
        limits,
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
    drop(progress);
    let unfinished = watch.unfinished.load(Relaxed);
    let code = finish(ended, output, unfinished, &shutdown)?;
    if !args.quiet {
        eprint!("{}", summary(&stats, started.elapsed(), None));
    }
    Ok(code)
}

/// Everything that takes personal data out, from the configuration.
fn redactor(config: &Config) -> anyhow::Result<Redactor> {
    let (key, _origin) = PseudonymKey::load(config.redact.key_file.as_deref()).map_err(usage)?;
    let patterns = Patterns::load(config.redact.patterns.as_deref()).map_err(usage)?;
    Redactor::new(&patterns, &config.redact, key).map_err(usage)
}

fn open(path: Option<&Path>) -> anyhow::Result<FileOutput> {
    let name = path.unwrap_or(Path::new("-")).display();
    FileOutput::open(path).map_err(|error| usage(format!("{name}: can't be written: {error}")))
}

/// Gives the output its name, unless a file was not read to its end, and says how it went.
fn finish(
    ended: Ended,
    output: FileOutput,
    unfinished: bool,
    shutdown: &Shutdown,
) -> anyhow::Result<ExitCode> {
    for error in &ended.unread {
        eprintln!("tuomin: {error}");
    }
    if let Some(error) = ended.unwritten {
        // `tuomin run … | head`: whoever reads has seen enough.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Ok(ExitCode::SUCCESS);
        }
        return Err(error).context(format!("{}: can't be written", output.name()));
    }
    if unfinished {
        eprintln!("tuomin: stopped by a signal before the end of the input");
        let code = shutdown
            .signal()
            .and_then(|signal| u8::try_from(128 + signal).ok());
        return Ok(ExitCode::from(code.unwrap_or(exit::FAILURE)));
    }
    let name = output.name();
    output
        .commit()
        .with_context(|| format!("{name}: can't be written"))?;
    Ok(if ended.unread.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILURE)
    })
}
