//! `tuomin completions`: for the shell, from the same definitions as the help.

use std::{io::Write, process::ExitCode};

use clap_complete::Shell;

/// Write completions for a shell to standard output: `source <(tuomin completions bash)`.
#[derive(clap::Args)]
pub struct Args {
    /// Which shell.
    shell: Shell,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "tuomin", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
