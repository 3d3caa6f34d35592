//! `tuomin config`: what is in force, what there is to set.

use std::{io::Write, path::PathBuf, process::ExitCode};

use super::usage;
use crate::config::{Config, example, json_schema};

/// Show the configuration in force, a commented example, or its JSON Schema.
///
/// What is in force comes from the built-in defaults, then tuomin.toml, then environment variables (TUOMIN_SECTION__KEY).
/// It holds no secrets: those come from files that it names, or from environment variables of their own.
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file (default: tuomin.toml in the current folder, if it is there).
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// A file with every setting, its meaning and its default, to start from.
    #[arg(long, conflicts_with_all = ["schema", "config"])]
    example: bool,
    /// JSON Schema for editors that check and complete TOML.
    #[arg(long, conflicts_with = "config")]
    schema: bool,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    if args.example {
        text = example();
    } else if args.schema {
        text = serde_json::to_string_pretty(&json_schema())? + "\n";
    } else {
        let loaded = Config::load(args.config.as_deref()).map_err(usage)?;
        loaded.config.check().map_err(usage)?;
        match &loaded.file {
            Some(file) => text += &format!("# from {}\n", file.display()),
            None => text += "# no file: built-in defaults\n",
        }
        for variable in &loaded.variables {
            text += &format!("# from the environment: {variable}\n");
        }
        text += "\n";
        text += &loaded.config.to_toml()?;
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
