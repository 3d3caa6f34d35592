//! `tuomin man`: manual pages, from the same definitions as the help.

use std::{io, process::ExitCode};

use clap_mangen::Man;

use super::usage;

/// Write a manual page to standard output: `tuomin man trace | man -l -`
#[derive(clap::Args)]
pub struct Args {
    /// Of which subcommand; without any, the program's own
    command: Option<String>,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut whole = super::command();
    // So that usage lines begin with `tuomin`.
    whole.build();
    let page = match &args.command {
        None => whole,
        Some(name) => whole
            .find_subcommand(name)
            .ok_or_else(|| usage(format!("there is no subcommand `{name}`")))?
            .clone()
            .display_name(format!("tuomin-{name}")),
    };
    Man::new(page)
        .source(concat!("tuomin ", env!("TUOMIN_VERSION")))
        .render(&mut io::stdout())?;
    Ok(ExitCode::SUCCESS)
}
