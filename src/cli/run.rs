//! `tuomin run`: lines in, redacted lines or documents out.

mod destination;
mod source;

use std::{
    io::IsTerminal,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock, atomic::Ordering::Relaxed},
    time::Instant,
};

use tokio::runtime::Builder;

use self::{
    destination::{Destination, Finished},
    source::Source,
};
use super::{exit, progress::Progress, summary::summary, usage};
use crate::{
    config::Config,
    input::files::Watch,
    metrics::{self, Observed},
    patterns::Patterns,
    pipeline::{self, Plan, shutdown::Shutdown, stats::Stats},
    record::Kind,
    redact::{KeyOrigin, Posture, PseudonymKey, Redactor},
};

/// Threads for the network. They compress and decompress; everything heavier is done by the workers.
const NETWORK_THREADS: usize = 2;
/// Threads that compress requests and look up names, at most: each keeps a few megabytes.
const HELPER_THREADS: usize = 32;

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
    /// Go on when the files end: read what is appended, follow them when they are rotated, and go on where the last run was
    /// acknowledged. FILES may be patterns then ('logs/*.log*', in quotes), for files that are not there yet.
    #[arg(short, long, requires = "files", conflicts_with = "output")]
    follow: bool,
    /// Write to this file instead of standard output. It is written beside and renamed, so it is never half there.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Store the records in this Elasticsearch cluster, under its retention policy: `https://es1:9200`. Several nodes, credentials
    /// and everything else are set in the configuration file.
    #[arg(long, value_name = "URL", conflicts_with = "output")]
    es: Option<String>,
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
        if let Some(file) = &self.output {
            config.output.file = Some(file.clone());
            config.output.elasticsearch = None;
            config.output.kafka = None;
        }
        if let Some(url) = &self.es {
            config.output.elasticsearch.get_or_insert_default().urls = vec![url.clone()];
            config.output.file = None;
            config.output.kafka = None;
        }
    }
}

/// Says where it listens: in the log, and to whoever sits at a terminal and doesn't see that level of it.
fn say_where(inputs: &[(&str, String)], metrics: Option<SocketAddr>, quiet: bool) {
    for (input, address) in inputs {
        tracing::info!(address, input, "listening");
    }
    if let Some(address) = metrics {
        tracing::info!(%address, path = "/metrics", "listening");
    }
    if quiet || tracing::enabled!(tracing::Level::INFO) || !std::io::stderr().is_terminal() {
        return;
    }
    for (input, address) in inputs {
        say!("tuomin: listening on {address} ({input})");
    }
    if let Some(address) = metrics {
        say!("tuomin: http://{address}/metrics tells how it goes");
    }
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut config = Config::load(args.config.as_deref()).map_err(usage)?.config;
    args.apply(&mut config);
    config.check().map_err(usage)?;
    config.log.start();
    let mut source = Source::open(&args.files, args.follow, &config)?;
    let (key, origin) = PseudonymKey::load(config.redact.key_file.as_deref()).map_err(usage)?;
    let shutdown = Shutdown::new()?;
    // Before there is anything that must not be left behind.
    let temporary = Arc::new(OnceLock::<PathBuf>::new());
    let half_written = temporary.clone();
    shutdown.listen(move || {
        if let Some(path) = half_written.get() {
            let _ = std::fs::remove_file(path);
        }
    })?;
    // For requests, listeners and metrics. Lines from files to files never see it.
    let runtime = Builder::new_multi_thread()
        .worker_threads(NETWORK_THREADS)
        .max_blocking_threads(HELPER_THREADS)
        .thread_name("network")
        .enable_all()
        .build()?;
    let destination = Destination::open(&config, &key, &shutdown, runtime.handle())?;
    if let Some(path) = destination.temporary() {
        temporary.get_or_init(|| path);
    }
    if origin == KeyOrigin::Ephemeral && destination.is_server() {
        tracing::warn!(
            "no key (redact.key_file or TUOMIN_KEY): pseudonyms of this run match no other's, and a line that is sent again is stored again"
        );
    }
    let patterns = Patterns::load(config.redact.patterns.as_deref()).map_err(usage)?;
    let redact = match config.record.kind {
        Some(kind) => config.redact.for_kind(kind),
        None => config.redact.clone(),
    };
    let redactor = Arc::new(Redactor::new(&patterns, &redact, key).map_err(usage)?);

    let settings = config.pipeline;
    let buffers = pipeline::buffers(&settings);
    destination.name_categories(redactor.categories());
    let stats = Arc::new(Stats::new(redactor.categories()));
    let watch = Watch::default();
    let started = Instant::now();
    let intake = source.intake(&settings, &shutdown, &buffers, &watch, runtime.handle())?;
    let (delivery, spool) = destination.observe();
    let observed = Observed {
        stats: stats.clone(),
        delivery,
        spool,
        shutdown: shutdown.clone(),
    };
    let metrics =
        metrics::listen(&config.metrics, runtime.handle(), observed.clone()).map_err(usage)?;
    say_where(source.places(), metrics, args.quiet);
    let to_terminal = !destination.is_server() && config.output.file.is_none();
    let progress = Progress::start(
        watch.consumed.clone(),
        source.total_bytes(),
        observed,
        args.quiet || to_terminal && std::io::stdout().is_terminal(),
    );
    let ended = pipeline::run(Plan {
        intake,
        redactor,
        shape: destination.shape(),
        sink: destination.sink()?,
        settings,
        shutdown: shutdown.clone(),
        stats: stats.clone(),
        buffers,
    });
    let unfinished = watch.unfinished.load(Relaxed);
    let finished = destination.finish(ended.unwritten, unfinished, &shutdown);
    source.finish();
    // Nobody is waited for any more: what is to be safe is.
    runtime.shutdown_background();
    drop(progress);
    for error in &ended.unread {
        say!("tuomin: {error}");
    }
    let delivery = match finished? {
        Finished::NobodyListens => return Ok(ExitCode::SUCCESS),
        Finished::Lines => None,
        Finished::Server(stats, waiting) => Some((stats, waiting)),
    };
    let undelivered = delivery
        .as_ref()
        .map_or(0, |(stats, _)| stats.undelivered.load(Relaxed));
    if !args.quiet {
        let delivery = delivery
            .as_ref()
            .map(|(stats, waiting)| (&**stats, *waiting));
        let told = summary(&stats, started.elapsed(), delivery);
        say!("{}", told.trim_end_matches('\n'));
        // of a server it was said at the start
        let said = delivery.is_some() || stats.findings_by_category().is_empty();
        if origin == KeyOrigin::Ephemeral && !said {
            say!("No key (redact.key_file or TUOMIN_KEY): these pseudonyms match no other run's.");
        }
    }
    if unfinished {
        say!("tuomin: stopped by a signal before the end of the input");
    }
    Ok(ExitCode::from(match shutdown.signal() {
        _ if undelivered > 0 => exit::UNDELIVERED,
        _ if !ended.unread.is_empty() => exit::FAILURE,
        Some(signal) if unfinished => u8::try_from(128 + signal).unwrap_or(exit::FAILURE),
        _ => 0,
    }))
}
