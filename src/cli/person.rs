//! From a person's number or name, read from standard input, to the pseudonym that stands in the records.

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::Path,
};

use anyhow::Context as _;
use zeroize::Zeroizing;

use super::search::PersonArgs;
use crate::{
    patterns::Patterns,
    query::{connect::SourceArgs, person},
    redact::{KeyOrigin, PseudonymKey, RedactSettings},
};

/// The pseudonyms to search for, under the key in force and every older one; none if no person was asked for.
pub fn pseudonyms(args: &PersonArgs, source: &SourceArgs) -> anyhow::Result<Vec<String>> {
    let wanted: fn(&str) -> bool = match (&args.id_number, &args.name) {
        (None, None) => return Ok(Vec::new()),
        (Some(_), _) => |id| {
            let family = id.split('.').next().unwrap_or(id);
            matches!(family, "id_number" | "passport" | "travel_permit" | "mrz")
        },
        (None, Some(_)) => |id| id == "name",
    };
    let settings = source.config().map_err(super::usage)?.redact;
    let mut keys = vec![key(args.key_file.as_deref(), &settings)?];
    for path in settings.old_keys.values() {
        keys.push(PseudonymKey::load(Some(path)).map_err(super::usage)?.0);
    }
    let patterns = Patterns::load(settings.patterns.as_deref()).map_err(super::usage)?;
    let value = read_value(if args.name.is_some() {
        "name"
    } else {
        "ID number"
    })?;
    Ok(person::of_value(
        &value,
        &keys,
        &patterns.categories,
        wanted,
    ))
}

/// The key in force. A made-up one would find nothing and say so of nobody, so it is an error here.
pub fn key(file: Option<&Path>, settings: &RedactSettings) -> anyhow::Result<PseudonymKey> {
    let (key, origin) =
        PseudonymKey::load(file.or(settings.key_file.as_deref())).map_err(super::usage)?;
    if origin == KeyOrigin::Ephemeral {
        return Err(super::usage(
            "the key that the records were redacted with is needed: --key-file, redact.key_file in the configuration, or TUOMIN_KEY",
        ));
    }
    Ok(key)
}

/// One line of standard input, wiped after use. Never from the command line, where every process could read it.
fn read_value(what: &str) -> anyhow::Result<Zeroizing<String>> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        say!("{what}, then Enter:");
    }
    let mut value = Zeroizing::new(String::new());
    stdin
        .lock()
        .read_line(&mut value)
        .context("standard input")?;
    if value.trim().is_empty() {
        return Err(super::usage(format!("no {what} on standard input")));
    }
    Ok(Zeroizing::new(value.trim().to_owned()))
}
