//! `tuomin trace`: one call's whole story.

use std::{path::PathBuf, process::ExitCode};

use super::ask;
use crate::{
    output::elasticsearch::Error,
    query::{connect::SourceArgs, source::SourceError, story, story_text, text::Style},
    serve::{page::Page, words::Lang},
};

/// Tell a call's whole story from its request ID
///
/// Joins every record that carries the identifier, monitoring and operation: who called what from where, with which client, each debug step with its
/// cost on a time axis, code and text, and the request and response laid out with the JSON text inside them opened. Everything is as it was
/// stored: without personal data, with the same pseudonym for the same person.
///
///   tuomin trace 5f0c7d1e-… --es http://127.0.0.1:9200
///   tuomin trace 5f0c7d1e-… redacted.ndjson.zst --related
///   tuomin trace 5f0c7d1e-… --html call.html
///
/// Exit code 1 if no record carries the identifier, which is compared as a whole.
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The call's request ID
    pub request_id: String,

    /// Files that `tuomin run -o` wrote (gzip and zstd too; `-`: standard input); without any, Elasticsearch is asked
    pub files: Vec<PathBuf>,

    /// Also list other calls of the same session and of the same persons, found by their pseudonyms
    #[arg(long)]
    pub related: bool,

    /// Print the story as JSON
    #[arg(long, conflicts_with = "html")]
    pub json: bool,

    /// Write the story as one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Language of the page
    #[arg(long, value_enum, default_value_t = Lang::En, requires = "html")]
    pub lang: Lang,

    /// Time zone of what is shown: UTC, +08:00, Asia/Shanghai (default: the system's)
    #[arg(long, value_name = "ZONE", env = "TUOMIN_ZONE")]
    pub zone: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub source: SourceArgs,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let zone = ask::zone(args.zone.as_deref())?;
    if args.related && args.files.iter().any(|f| f.as_os_str() == "-") {
        return Err(super::usage(
            "--related reads its input more than once: name a file instead of `-`",
        ));
    }
    let source = args.source.source(&args.files).map_err(super::usage)?;
    let told =
        ask::block_on(async { Ok(story::tell(&source, &args.request_id, args.related).await?) });
    let Some(story) = told.map_err(hint(&args.source))? else {
        anyhow::bail!("no record carries this request ID in {}", source.describe());
    };
    if let Some(path) = &args.html {
        let page = Page::standalone(args.lang, zone);
        ask::write_file(path, &crate::serve::trace::page(&story, &page))?;
    } else {
        let text = || story_text::render(&story, &zone, &Style::of_stdout());
        ask::print_as(args.json, &story, text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what to do about an unreachable server when none was named.
pub fn hint(source: &SourceArgs) -> impl Fn(anyhow::Error) -> anyhow::Error {
    let named = !source.es.is_empty();
    move |error| match error.downcast_ref::<SourceError>() {
        Some(SourceError::Store(Error::Unreachable { .. })) if !named => {
            error.context("name files, or the server with --es URL")
        }
        _ => error,
    }
}
