//! `tuomin top`: the overview.

use std::{path::PathBuf, process::ExitCode};

use super::ask;
use crate::{
    query::{connect::SourceArgs, text::Style, time, top::TopSpec, top_text},
    serve::{page::Page, words::Lang},
};

/// Show which codes, which costs, how many calls, which steps and regions
///
/// Error codes by action and caller, cost percentiles, calls a minute as a plot, the slowest debug steps and the volume by region. From
/// Elasticsearch by its aggregations (percentiles are approximations there, and to half a percent here), or from files.
///
///   tuomin top --since 1h
///   tuomin top redacted.ndjson -w action=IdCardVerification
///   tuomin top --since 7d --html week.html
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files that `tuomin run -o` wrote (gzip and zstd too); without any, Elasticsearch is asked
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub ask: ask::AskArgs,

    /// Rows a table
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rows: u32,

    /// Print as JSON
    #[arg(long, conflicts_with = "html")]
    pub json: bool,

    /// Write one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Language of the page
    #[arg(long, value_enum, default_value_t = Lang::En, requires = "html")]
    pub lang: Lang,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub source: SourceArgs,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let query = args.ask.query(time::now())?;
    let zone = args.ask.zone()?;
    if args.files.iter().any(|f| f.as_os_str() == "-") {
        return Err(super::usage(
            "top reads its input twice: name a file instead of `-`",
        ));
    }
    let source = args.source.source(&args.files).map_err(super::usage)?;
    let spec = TopSpec {
        rows: args.rows as usize,
        ..TopSpec::default()
    };
    let top = ask::block_on(async { Ok(source.top(&query, &spec).await?) })
        .map_err(super::trace::hint(&args.source))?;
    if let Some(path) = &args.html {
        let page = Page::standalone(args.lang, zone);
        ask::write_file(path, &crate::serve::top::page(&top, &page))?;
    } else {
        let text = || top_text::render(&top, &zone, &Style::of_stdout());
        ask::print_as(args.json, &top, text)?;
    }
    Ok(ExitCode::SUCCESS)
}
