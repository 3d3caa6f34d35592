//! One file a subcommand. What another program could call lives elsewhere; here stand arguments, messages and exit codes.

/// Tells the person who runs it. That nobody listens any more (`2>&1 | head`) is no reason to end, where `eprintln!` panics.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

pub mod ask;
pub mod audit;
pub mod bench;
pub mod completions;
pub mod config;
pub mod evaluate;
pub mod explain;
pub mod generate;
mod help;
pub mod man;
pub mod patterns;
pub mod person;
pub mod progress;
pub mod replay;
pub mod retention;
pub mod run;
pub mod search;
pub mod serve;
pub mod setup;
pub mod summary;
pub mod token;
pub mod top;
pub mod trace;

use std::{io, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::output::elasticsearch::Error;
use crate::patterns::Patterns;
use crate::query::source::SourceError;
use crate::redact::{Posture, PseudonymKey, RedactSettings, Redactor};

/// Exit codes, the same for every subcommand.
pub mod exit {
    /// Something failed while it ran: an input could not be read to its end, an output not be written.
    pub const FAILURE: u8 = 1;
    /// Wrong arguments or configuration, or the server can't be used; nothing was read.
    pub const USAGE: u8 = 2;
    /// Everything was read, but some records are neither stored nor kept in a spool or dead-letter file.
    pub const UNDELIVERED: u8 = 3;
}

const ABOUT: &str = "Takes personal data out of eKYC logs and stores the rest.";

const LONG_ABOUT: &str = "\
Takes personal data out of eKYC logs and stores the rest.

JSON lines come in (files, standard input, sockets); names, identity numbers, face images, phone numbers, secrets and
the like are replaced wherever they stand, also in JSON inside strings; everything else leaves byte for byte as it came,
to standard output, a file or Elasticsearch, where it lives for two years and not a day longer.";

const AFTER: &str = "\
Examples:
  tuomin run app.log.gz > clean.ndjson          redact a file
  shipper | tuomin run --es https://es:9200     redact a stream and index it
  tuomin config --example > tuomin.toml         start a configuration

Exit codes:
  0    all done
  1    an input could not be read to its end, or an output not be written; a check says no
  2    wrong arguments or configuration, or a server that can't be used; nothing was read
  3    some records are neither stored nor kept in a spool or dead-letter file
  130  interrupted (Ctrl-C) before the end of a file; 143: terminated";

/// The command line.
#[derive(Parser)]
#[command(
    name = "tuomin",
    version = env!("TUOMIN_VERSION"),
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = AFTER,
    max_term_width = 110,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
    Generate(generate::Args),
    Evaluate(evaluate::Args),
    Bench(bench::Args),
    Trace(trace::Args),
    Search(Box<search::Args>),
    Top(top::Args),
    Token(token::Args),
    Serve(serve::Args),
    Explain(explain::Args),
    Audit(Box<audit::Args>),
    Patterns(patterns::Args),
    Setup(setup::Args),
    Retention(retention::Args),
    Replay(replay::Args),
}

/// Parses the command line, runs it and says how it ended.
pub fn main() -> ExitCode {
    let parsed = Cli::from_arg_matches(&command().get_matches());
    let result = match parsed.unwrap_or_else(|error| error.exit()).command {
        Command::Run(args) => run::run(args),
        Command::Config(args) => config::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Trace(args) => trace::run(args),
        Command::Search(args) => search::run(*args),
        Command::Top(args) => top::run(args),
        Command::Token(args) => token::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Audit(args) => audit::run(*args),
        Command::Patterns(args) => patterns::run(args),
        Command::Setup(args) => setup::run(args),
        Command::Retention(args) => retention::run(args),
        Command::Replay(args) => replay::run(args),
    };
    result.unwrap_or_else(|error| {
        // Whoever reads our output has seen enough: `tuomin config | head`.
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            return ExitCode::SUCCESS;
        }
        say!("tuomin: {error:#}");
        ExitCode::from(if error.is::<UsageError>() || is_unusable(&error) {
            exit::USAGE
        } else {
            exit::FAILURE
        })
    })
}

/// Is it a server that can't be used? A check must not be taken for one that says no.
fn is_unusable(error: &anyhow::Error) -> bool {
    let store = match error.downcast_ref() {
        Some(SourceError::Store(store)) => Some(store),
        _ => error.downcast_ref::<Error>(),
    };
    store.is_some_and(Error::is_unusable)
}

/// Everything that can be typed, for help, completions and man pages.
fn command() -> clap::Command {
    help::flowing(Cli::command())
}

/// An error found before anything was read: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The redactor without a configuration: what measures it is to give the same figures everywhere.
fn usual_redactor(posture: Option<Posture>) -> anyhow::Result<Redactor> {
    let settings = RedactSettings {
        posture: posture.unwrap_or_default(),
        ..RedactSettings::default()
    };
    let patterns = Patterns::load(None).map_err(usage)?;
    let (key, _) = PseudonymKey::load(None).map_err(usage)?;
    Redactor::new(&patterns, &settings, key).map_err(usage)
}

/// Turns an error into a [`UsageError`].
pub fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    // With its causes, where it has any.
    UsageError(format!("{error:#}")).into()
}
