//! `tuomin bench`: how fast, as figures and as ratios.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::{usage, usual_redactor};
use crate::bench::measure::{self, Sample, Workload};
use crate::bench::programs::Program;
use crate::bench::report::{Figures, Machine, Row};
use crate::bench::store::Store;
use crate::config::Config;
use crate::generate::traffic::{self, Shape};
use crate::nearest::missing;
use crate::redact::{Posture, Redactor};

/// Measure the redactor's speed beside the floor that nothing can beat, a JSON check, and the regular expressions that people try first
///
/// Everything runs in turn in one process, round by round, so that ratios hold on a machine that does other work too. Workloads are made up:
/// monitoring records, operation logs as text, operation logs with pictures; or a file of your own. `tuomin run` as a process of its own is measured as well,
/// and with `--es` also until Elasticsearch has acknowledged each record: into indices named `tuomin-bench-…`, which are deleted afterwards.
///
/// Examples:
///   tuomin bench
///   tuomin bench --workload text --bytes 256MB --threads 1,2,4 --rounds 9
///   tuomin bench my.ndjson --json
///   tuomin bench --es http://127.0.0.1:9200 --workload text --rounds 3
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Lines of your own instead of made-up ones.
    #[arg(value_name = "FILE", conflicts_with_all = ["workload", "bytes"])]
    file: Option<PathBuf>,

    /// Which workloads.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Shape::Monitoring, Shape::Text, Shape::Images])]
    workload: Vec<Shape>,

    /// Size of each workload. Units: KB, MB, GB (10^3), KiB, MiB, GiB (2^10).
    #[arg(long, value_name = "SIZE", default_value = "64MB", value_parser = super::generate::size)]
    bytes: u64,

    /// Numbers of threads. One and all cores if not given.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    threads: Vec<usize>,

    /// Rounds of which the median is taken.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,

    /// How careful the redactor is.
    #[arg(long, value_enum)]
    posture: Option<Posture>,

    /// Leave out all but the copy floor and the redactor.
    #[arg(long)]
    only: bool,

    /// Measure runs into this Elasticsearch too.
    #[arg(long, value_name = "URL")]
    es: Option<String>,

    /// The configuration file with the credentials for it.
    #[arg(short, long, value_name = "FILE", requires = "es")]
    config: Option<PathBuf>,

    /// Only copy the lines of a file to standard output: what processes are compared with.
    #[arg(long, value_name = "FILE", hide = true)]
    copy: Option<PathBuf>,

    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if let Some(file) = &args.copy {
        measure::copy_lines(file, &mut io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    }
    let redactor = usual_redactor(args.posture)?;
    let machine = Machine::here();
    let mut threads = args.threads.clone();
    if threads.is_empty() {
        threads = vec![1, machine.cores];
    }
    if threads.contains(&0) || args.rounds == 0 {
        return Err(usage("--threads and --rounds count from 1"));
    }
    threads.dedup();
    let mut store = match &args.es {
        None => None,
        Some(url) => {
            let config = Config::load(args.config.as_deref()).map_err(usage)?.config;
            config.check().map_err(usage)?;
            let settings = super::setup::settings(&config, Some(url));
            Some(Store::new(
                settings,
                args.config.clone(),
                super::setup::runtime()?,
            ))
        }
    };

    let mut figures = Figures {
        machine,
        rounds: args.rounds,
        rows: Vec::new(),
    };
    let sources: Vec<Source> = match args.file {
        Some(path) => vec![Source::File(path)],
        None => args
            .workload
            .iter()
            .map(|shape| Source::Made(*shape, args.bytes as usize))
            .collect(),
    };
    for source in sources {
        // One at a time: three workloads in memory would be three times the memory.
        let workload = Workload::new(source.read()?);
        workload_rows(
            &source.name(),
            &workload,
            &redactor,
            &threads,
            args.rounds,
            args.only,
            store.as_mut(),
            &mut figures.rows,
        )?;
    }
    if args.json {
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&figures)?)?;
    } else {
        write!(io::stdout(), "{}", figures.table())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where lines come from.
enum Source {
    File(PathBuf),
    Made(Shape, usize),
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            Self::Made(shape, _) => shape.name().to_owned(),
        }
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::File(path) => std::fs::read(path)
                .map_err(|error| usage(format!("{}: {}", path.display(), missing(path, error)))),
            Self::Made(shape, bytes) => Ok(traffic::lines(*shape, *bytes, 1)),
        }
    }
}

/// Measures all programs on one workload, round by round.
#[allow(clippy::too_many_arguments)]
fn workload_rows(
    name: &str,
    workload: &Workload,
    redactor: &Redactor,
    threads: &[usize],
    rounds: usize,
    only: bool,
    mut store: Option<&mut Store>,
    rows: &mut Vec<Row>,
) -> anyhow::Result<()> {
    let file = ScratchFile::new(&workload.bytes)?;
    let mut programs = if only {
        vec![Program::Copy, Program::Redact]
    } else {
        vec![
            Program::Copy,
            Program::CheckJson,
            Program::NaiveRegex,
            Program::Redact,
            Program::CopyRun,
            Program::Run,
        ]
    };
    if store.is_some() {
        programs.push(Program::Store);
    }
    let mut samples: HashMap<(usize, usize), Vec<Sample>> = HashMap::new();
    for _ in 0..rounds {
        for &n in threads {
            for (i, &program) in programs.iter().enumerate() {
                // Slow programs once: their figure is for scale only.
                let done = samples.entry((n, i)).or_default();
                if program == Program::NaiveRegex && !done.is_empty() {
                    continue;
                }
                done.push(match (program, &mut store) {
                    (Program::CopyRun, _) => measure::timed(measure::copying(&file.0)?)?,
                    (Program::Run, _) => measure::timed(measure::command(&file.0, n)?)?,
                    (Program::Store, Some(store)) => store.run(&file.0, workload.records, n)?,
                    _ => measure::run(program, redactor, workload, n),
                });
            }
        }
    }
    for &n in threads {
        for (i, &program) in programs.iter().enumerate() {
            let floor = programs.iter().position(|p| *p == program.floor());
            let floor = floor.and_then(|at| samples.get(&(n, at)).map(Vec::as_slice));
            if let Some(rounds) = samples.get(&(n, i)) {
                rows.push(Row::new(name, workload, program, n, rounds, floor));
            }
        }
    }
    Ok(())
}

/// A workload in a file, for the measurement of a whole process; gone when dropped.
struct ScratchFile(PathBuf);

impl ScratchFile {
    fn new(bytes: &[u8]) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("tuomin-bench-{}.ndjson", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        let scratch = Self(path);
        file.write_all(bytes)?;
        Ok(scratch)
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
