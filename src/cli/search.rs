//! `tuomin search`: records by field, time, words, person.

use std::{collections::VecDeque, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context as _;

use super::{ask, ask::AskArgs};
use crate::query::{
    connect::SourceArgs,
    files::Files,
    filter::Query,
    record::Record,
    source::{Order, OrderBy, Source},
    table,
    text::{Style, count},
    time,
};

/// Find records by field, time, words or person
///
///   tuomin search --since 2h -w 'code!=0' -w action=IdCardVerification
///   tuomin search -w 'cost>=2000' --sort cost --limit 20 --output csv > slow.csv
///   tuomin search --follow -w app_id=1300000001
///   tuomin search --id-number - --key-file tuomin.key        (the number is read from standard input and never sent)
///
/// Words given with --text are found anywhere in a record, without case, as whole words.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files that `tuomin run -o` wrote (gzip and zstd too); without any, Elasticsearch is asked
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub ask: AskArgs,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub person: PersonArgs,

    /// Sort by time, cost or another field; `+` in front: smallest first, `-`: largest first
    #[arg(
        long,
        value_name = "FIELD",
        default_value = "time",
        allow_hyphen_values = true
    )]
    pub sort: String,

    /// Records a page
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub limit: usize,

    /// Which page, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub page: u32,

    /// Every record, whatever their number
    #[arg(long, conflicts_with_all = ["limit", "page", "follow"])]
    pub all: bool,

    /// Keep asking and print what comes in, oldest first, until interrupted
    #[arg(short, long, conflicts_with_all = ["sort", "page", "to"])]
    pub follow: bool,

    /// How to print
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    pub output: Output,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub source: SourceArgs,
}

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Columns for a terminal
    Table,
    /// One JSON object a line, with every field
    Json,
    /// RFC 4180, safe to open in a spreadsheet
    Csv,
}

/// A person whose records are searched by pseudonym.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct PersonArgs {
    /// Records of the person with this ID number: `-` reads it from standard input; only its pseudonym leaves this process
    #[arg(long, value_name = "-", value_parser = ["-"], allow_hyphen_values = true, conflicts_with = "name")]
    pub id_number: Option<String>,

    /// Records of the person with this name: `-` reads it from standard input
    #[arg(long, value_name = "-", value_parser = ["-"], allow_hyphen_values = true)]
    pub name: Option<String>,

    /// The key that the records were redacted with (default: redact.key_file of the configuration, or TUOMIN_KEY)
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut query = args.ask.query(time::now())?;
    let zone = args.ask.zone()?;
    let order = Order::parse(&args.sort).map_err(super::usage)?;
    query.persons = super::person::pseudonyms(&args.person, &args.source)?;
    let source = args.source.source(&args.files).map_err(super::usage)?;
    let mut printer = Printer {
        output: args.output,
        zone,
        style: Style::of_stdout(),
        begun: false,
    };
    if args.follow {
        return ask::block_on(follow(&source, query, args.limit, printer))
            .map_err(super::trace::hint(&args.source));
    }
    ask::block_on(async {
        if args.all {
            let mut failed = None;
            let walk = source.walk(&query, order, |record| match printer.print(&[record]) {
                Ok(more) => more,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            });
            walk.await?;
            return failed.map_or(Ok(()), Err);
        }
        let offset = (args.page as usize - 1).saturating_mul(args.limit);
        let page = source.search(&query, order, offset, args.limit).await?;
        printer.print(&page.records)?;
        if args.output == Output::Table {
            let last = offset + page.records.len();
            let more = if (last as u64) < page.total {
                format!("; --page {} goes on", args.page + 1)
            } else {
                String::new()
            };
            let shown = if page.records.is_empty() {
                "none".to_owned()
            } else {
                format!("{} to {}", offset + 1, last)
            };
            say!("{} records, shown: {shown}{more}", count(page.total));
        }
        Ok(())
    })
    .map_err(super::trace::hint(&args.source))?;
    Ok(ExitCode::SUCCESS)
}

struct Printer {
    output: Output,
    zone: jiff::tz::TimeZone,
    style: Style,
    begun: bool,
}

impl Printer {
    /// Prints some records; false if nobody reads any more.
    fn print(&mut self, records: &[Record]) -> anyhow::Result<bool> {
        let first = !std::mem::replace(&mut self.begun, true);
        let text = match self.output {
            Output::Table if records.is_empty() => String::new(),
            Output::Table => {
                let table = table::table(records, &self.zone, &self.style);
                // Later parts of one answer need no head of their own.
                if first {
                    table
                } else {
                    table
                        .split_once('\n')
                        .map_or(String::new(), |(_, rows)| rows.to_owned())
                }
            }
            Output::Json => records
                .iter()
                .map(|r| table::json(r).to_string() + "\n")
                .collect(),
            Output::Csv => {
                let head = if first {
                    table::csv_head()
                } else {
                    String::new()
                };
                records.iter().fold(head, |text, r| text + &table::csv(r))
            }
        };
        ask::print(&text)
    }
}

/// How often new records are asked for.
const EVERY: Duration = Duration::from_secs(2);
/// Records may become visible a little out of order: each question reaches back so far, and what was seen is left out.
const REACH_BACK_MS: i64 = 60_000;
/// What was seen is remembered for so many records.
const REMEMBER: usize = 200_000;

async fn follow(
    source: &Source,
    mut query: Query,
    limit: usize,
    mut printer: Printer,
) -> anyhow::Result<ExitCode> {
    if let Source::Files(files) = source {
        if files.paths().len() != 1 || files.paths()[0].as_os_str() == "-" {
            return Err(super::usage("--follow follows one file or Elasticsearch"));
        }
        return follow_file(files, &query, printer).await;
    }
    let newest = Order {
        by: OrderBy::Time,
        descending: true,
    };
    let oldest = Order {
        by: OrderBy::Time,
        descending: false,
    };
    let mut seen = std::collections::HashSet::new();
    let mut age = VecDeque::new();
    let mut remember = |id: &Option<String>| {
        let Some(id) = id.clone() else { return true };
        let new = seen.insert(id.clone());
        if new {
            age.push_back(id);
            if age.len() > REMEMBER
                && let Some(old) = age.pop_front()
            {
                seen.remove(&old);
            }
        }
        new
    };
    // Some context first, then whatever is new.
    let mut page = source.search(&query, newest, 0, limit).await?.records;
    page.reverse();
    let mut latest = page.last().and_then(|r| r.time);
    page.retain(|r| remember(&r.id));
    if !printer.print(&page)? {
        return Ok(ExitCode::SUCCESS);
    }
    let asked_from = query.from;
    loop {
        tokio::time::sleep(EVERY).await;
        // Nothing yet: from now on. A record's time is its event's, so some minutes late is usual.
        let from = latest.unwrap_or_else(time::now) - REACH_BACK_MS;
        query.from = Some(asked_from.map_or(from, |asked| asked.max(from)));
        let mut fresh = Vec::new();
        source
            .walk(&query, oldest, |record| {
                latest = latest.max(record.time);
                if remember(&record.id) {
                    fresh.push(record);
                }
                true
            })
            .await?;
        if !fresh.is_empty() && !printer.print(&fresh)? {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Follows the end of a growing file; starts again at its beginning when it was cut or replaced.
async fn follow_file(
    files: &Files,
    query: &Query,
    mut printer: Printer,
) -> anyhow::Result<ExitCode> {
    let path = &files.paths()[0];
    use std::io::{Read as _, Seek as _, SeekFrom};
    use std::os::unix::fs::MetadataExt as _;
    let context = || path.display().to_string();
    let mut file = std::fs::File::open(path).with_context(context)?;
    let mut at = file.seek(SeekFrom::End(0)).with_context(context)?;
    let mut identity = file.metadata().with_context(context)?.ino();
    let mut partial: Vec<u8> = Vec::new();
    loop {
        let mut fresh = Vec::new();
        (&mut file)
            .take(16 << 20)
            .read_to_end(&mut fresh)
            .with_context(context)?;
        at += fresh.len() as u64;
        let idle = fresh.is_empty();
        partial.extend(fresh);
        if let Some(end) = memchr::memrchr(b'\n', &partial) {
            let lines: Vec<u8> = partial.drain(..=end).collect();
            let records: Vec<Record> = lines
                .split(|b| *b == b'\n')
                .filter(|l| !l.is_empty())
                .filter_map(|line| {
                    let mut record = files.head(line);
                    query.accepts(&record, line).then(|| {
                        record.open(line);
                        record
                    })
                })
                .collect();
            if !records.is_empty() && !printer.print(&records)? {
                return Ok(ExitCode::SUCCESS);
            }
        }
        if idle {
            tokio::time::sleep(EVERY).await;
            let replaced = std::fs::metadata(path)
                .ok()
                .filter(|m| m.ino() != identity || m.len() < at);
            if let Some(metadata) = replaced {
                file = std::fs::File::open(path).with_context(context)?;
                (identity, at) = (metadata.ino(), 0);
                partial.clear();
            }
        }
    }
}
