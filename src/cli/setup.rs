//! `tuomin setup`: policies, templates and mappings on the server.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{exit, usage};
use crate::config::Config;
use crate::output::elasticsearch::setup::{Finding, Standing};
use crate::output::elasticsearch::{Client, Settings, schema, setup};
use crate::record::RecordTable;

/// Set up Elasticsearch: retention policies, mappings, index templates.
///
/// Puts what is missing and puts right what differs; run again, it changes nothing. `tuomin run` does the same for what is missing before it
/// writes its first document, unless `setup = "never"` is set: then this command is for the one who may.
///
/// Needed privileges: monitor, manage_ilm, manage_index_templates; on the indices create_index, view_index_metadata, manage.
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file (default: tuomin.toml in the current folder, if it is there).
    #[arg(short, long, value_name = "FILE", env = "TUOMIN_CONFIG")]
    config: Option<PathBuf>,
    /// The node, instead of the configured ones.
    #[arg(long, value_name = "URL")]
    es: Option<String>,
    /// Ask no server: write the requests that would be made, in the form that Kibana's console takes.
    #[arg(long, conflicts_with = "check")]
    print: bool,
    /// Change nothing: tell what is missing or differs. Exit code 1 if anything does.
    #[arg(long)]
    check: bool,
    /// Ask no server: write data views, saved searches and a dashboard for Kibana's saved objects import to FILE.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "print", "es"])]
    kibana: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref()).map_err(usage)?.config;
    config.check().map_err(usage)?;
    config.log.start();
    let settings = settings(&config, args.es.as_ref());
    if let Some(path) = &args.kibana {
        super::ask::write_file(path, &crate::kibana::saved_objects(&settings.prefix))?;
        return Ok(ExitCode::SUCCESS);
    }
    let table = RecordTable::builtin();
    let mut out = std::io::stdout().lock();
    if args.print {
        for part in schema::parts(&settings, &table) {
            writeln!(
                out,
                "PUT {}\n{}\n",
                part.path(),
                serde_json::to_string_pretty(&part.body)?
            )?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let client = Client::new(&settings).map_err(usage)?;
    let findings = runtime()?.block_on(async {
        setup::version(&client).await?;
        if args.check {
            setup::compare(&client, &settings, &table).await
        } else {
            setup::apply(&client, &settings, &table).await
        }
    })?;
    for finding in &findings {
        write_finding(&mut out, finding, args.check)?;
    }
    let all_same = findings
        .iter()
        .all(|finding| finding.standing == Standing::Same);
    Ok(if args.check && !all_same {
        ExitCode::from(exit::FAILURE)
    } else {
        ExitCode::SUCCESS
    })
}

fn write_finding(out: &mut impl Write, finding: &Finding, check: bool) -> std::io::Result<()> {
    let (done, differences): (&str, &[String]) = match &finding.standing {
        Standing::Same => ("same", &[]),
        Standing::Missing if check => ("missing", &[]),
        Standing::Missing => ("created", &[]),
        Standing::Different(differences) if check => ("differs", differences),
        Standing::Different(differences) => ("changed", differences),
    };
    writeln!(out, "{done:8} {}", finding.what)?;
    for difference in differences {
        writeln!(out, "         {difference}")?;
    }
    Ok(())
}

/// The configured store, or the one at `--es`.
pub(super) fn settings(config: &Config, url: Option<&String>) -> Settings {
    let mut settings = config.output.elasticsearch.clone().unwrap_or_default();
    if let Some(url) = url {
        settings.urls = vec![url.clone()];
    }
    settings
}

/// For commands that ask a server a few things.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("network")
        .enable_all()
        .build()
}
