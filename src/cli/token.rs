//! `tuomin token`: the pseudonym of a value.

use std::{io::BufRead as _, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use zeroize::Zeroize as _;

use super::{ask, person};
use crate::{
    config::Config,
    nearest::nearest,
    patterns::Patterns,
    redact::{PseudonymKey, Pseudonymizer},
};

/// Print the pseudonym of each value on standard input, to search for it
///
/// Case, width and separators don't matter, as in the records. Values are read from standard input only, one a line: on the command line every
/// process could see them.
///
///   tuomin token --key-file tuomin.key --category id_number.cn < number.txt
///   tuomin token --key-id 2025-11        (an older key, by its name in redact.old_keys)
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Print the whole replacement text of this category ([ID_CN_…]) instead of the digits alone
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,

    /// The key that the records were redacted with (default: redact.key_file of the configuration, or TUOMIN_KEY)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// A key by its name: redact.key_id, or one of redact.old_keys
    #[arg(long, value_name = "NAME", conflicts_with = "key_file")]
    pub key_id: Option<String>,

    /// Configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Runs the subcommand.
///
/// # Errors
/// A key, a category or a configuration that can't be used.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let settings = Config::load(args.config.as_deref())
        .map_err(super::usage)?
        .config
        .redact;
    let key = match args.key_id.as_deref() {
        Some(id) if settings.key_id.as_deref() != Some(id) => {
            let Some(path) = settings.old_keys.get(id) else {
                let known: Vec<&str> = settings
                    .key_id
                    .iter()
                    .chain(settings.old_keys.keys())
                    .map(String::as_str)
                    .collect();
                return Err(super::usage(match known[..] {
                    [] => format!("no key is named `{id}`: the configuration names none"),
                    _ => format!("no key is named `{id}`; there are: {}", known.join(", ")),
                }));
            };
            PseudonymKey::load(Some(path)).map_err(super::usage)?.0
        }
        _ => person::key(args.key_file.as_deref(), &settings)?,
    };
    let label = match &args.category {
        None => None,
        Some(wanted) => {
            let categories = Patterns::load(settings.patterns.as_deref())
                .map_err(super::usage)?
                .categories;
            let found = categories
                .iter()
                .find(|c| c.id == *wanted || c.label.eq_ignore_ascii_case(wanted));
            let found = found.ok_or_else(|| {
                let known = || categories.iter().map(|c| c.id.as_str());
                super::usage(match nearest(wanted, known()) {
                    Some(id) => format!("there is no category `{wanted}`; did you mean `{id}`?"),
                    None => format!(
                        "there is no category `{wanted}`; there are: {}",
                        known().collect::<Vec<_>>().join(", ")
                    ),
                })
            })?;
            Some(found.label.clone())
        }
    };
    let pseudonymizer = Pseudonymizer::new(&key);
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    while input.read_line(&mut line).context("standard input")? > 0 {
        let value = line.trim();
        if !value.is_empty() {
            let digits = pseudonymizer.pseudonym(value);
            let text = label.as_ref().map_or_else(
                || format!("{digits}\n"),
                |label| format!("[{label}_{digits}]\n"),
            );
            if !ask::print(&text)? {
                break;
            }
        }
        line.zeroize();
    }
    Ok(ExitCode::SUCCESS)
}
