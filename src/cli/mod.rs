//! One file a subcommand. What another program could call lives elsewhere; here stand arguments, messages and exit codes.

pub mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit codes, the same for every subcommand.
pub mod exit {
    /// Something failed while it ran: an input could not be read to its end, an output not be written.
    pub const FAILURE: u8 = 1;
    /// Wrong arguments or configuration; nothing was read.
    pub const USAGE: u8 = 2;
    /// Everything was read, but some records are neither stored nor kept in a spool or dead-letter file.
    pub const UNDELIVERED: u8 = 3;
}

const ABOUT: &str = "Takes personal data out of eKYC logs and stores the rest.";

const AFTER: &str = "\
Exit codes:
  0    all done
  1    an input could not be read to its end, or an output not be written
  2    wrong arguments or configuration; nothing was read
  3    some records are neither stored nor kept in a spool or dead-letter file
  130  interrupted (Ctrl-C) before the end of a file; 143: terminated";

/// The command line.
#[derive(Parser)]
#[command(name = "tuomin", version, about = ABOUT, after_help = AFTER, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
}

/// Parses the command line, runs it and says how it ended.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Run(args) => run::run(args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("tuomin: {error:#}");
        ExitCode::from(if error.is::<UsageError>() {
            exit::USAGE
        } else {
            exit::FAILURE
        })
    })
}

/// An error found before anything was read: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Turns an error into a [`UsageError`].
pub fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    UsageError(error.to_string()).into()
}
