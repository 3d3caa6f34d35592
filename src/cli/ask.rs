//! What the subcommands that ask share: the time range, the zone, the filters, a runtime.

use jiff::tz::TimeZone;

use crate::query::{
    filter::{Condition, Query},
    time::{self, Millis},
};

/// When, and what.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct AskArgs {
    /// Only records that match, all of: field=value, field=pre*, field=a,b, field!=value (there, and something else), field=* (there at all), field!=* (not there), cost>=500
    ///
    /// Fields: kind, request_id, app_id, action, code, code_text, cost (milliseconds), caller, service, host, client_ip (address or network),
    /// session, region, tag. The log's own spellings work too (RequestId, eCode …).
    #[arg(short = 'w', long = "where", value_name = "FILTER")]
    pub filters: Vec<String>,

    /// Only records of the last 15m, 2h, 7d …
    #[arg(long, value_name = "AGE", conflicts_with_all = ["from", "to"])]
    pub since: Option<String>,

    /// Only records from this time on: 2026-11-24, 2026-11-24T15:01:02, with Z or +08:00, or an age (2h)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,

    /// Only records before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,

    /// Only records with these words, in any field (may be given several times: all must be there)
    #[arg(short = 't', long = "text", value_name = "WORDS")]
    pub words: Vec<String>,

    /// Time zone of what is typed and shown: UTC, +08:00, Asia/Shanghai (default: the system's)
    #[arg(long, value_name = "ZONE", env = "TUOMIN_ZONE")]
    pub zone: Option<String>,
}

/// The zone of a name, or else the system's.
pub fn zone(name: Option<&str>) -> anyhow::Result<TimeZone> {
    match name {
        Some(name) => time::zone(name).map_err(super::usage),
        None => Ok(TimeZone::system()),
    }
}

impl AskArgs {
    /// The zone of what is typed and shown.
    pub fn zone(&self) -> anyhow::Result<TimeZone> {
        zone(self.zone.as_deref())
    }

    /// The query as it is asked now.
    pub fn query(&self, now: Millis) -> anyhow::Result<Query> {
        let zone = self.zone()?;
        let point = |text: &Option<String>| {
            text.as_deref()
                .map(|t| time::point(t, &zone, now))
                .transpose()
                .map_err(super::usage)
        };
        let (from, to) = match &self.since {
            Some(age) => (Some(now - time::duration(age).map_err(super::usage)?), None),
            None => (point(&self.from)?, point(&self.to)?),
        };
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(super::usage(
                "--from is not before --to: nothing can lie between",
            ));
        }
        let conditions = self
            .filters
            .iter()
            .map(|f| Condition::parse(f))
            .collect::<Result<_, _>>()
            .map_err(super::usage)?;
        Ok(Query {
            from,
            to,
            conditions,
            words: self.words.clone(),
            persons: Vec::new(),
        })
    }
}

/// Runs one question to its answer. Questions wait for the network or a file, so one thread is enough.
pub fn block_on<T>(question: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(question)
}

/// Prints what was asked for, as JSON or as text.
///
/// # Errors
/// See [`print()`].
pub fn print_as(
    json: bool,
    told: &impl serde::Serialize,
    text: impl FnOnce() -> String,
) -> anyhow::Result<bool> {
    match json {
        true => print(&(serde_json::to_string_pretty(told)? + "\n")),
        false => print(&text()),
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no error but the end.
pub fn print(text: &str) -> anyhow::Result<bool> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(anyhow::Error::new(e).context("standard output")),
    }
}

/// Writes a report beside its place and puts it there when it is whole.
pub fn write_file(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    use anyhow::Context as _;
    let name = path
        .file_name()
        .ok_or_else(|| super::usage(format!("{}: names no file", path.display())))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(|| path.display().to_string())
}
