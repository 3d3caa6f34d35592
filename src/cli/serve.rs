//! `tuomin serve`: the web page.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    query::{connect, connect::SourceArgs, source::Source},
    serve::{
        Site,
        ask::ANY,
        auth::{Guard, SHORTEST_TOKEN},
    },
};

/// Serve search, overview and calls as a small web page
///
/// Reads only, needs nothing from elsewhere, runs no script in the browser. On loopback anyone on this machine may read; on any other
/// address a token is required, from --token-file or TUOMIN_SERVE_TOKEN (readers sign in with it, programs send `Authorization: Bearer`). Speaks
/// plain HTTP: put a TLS proxy in front of it where others can listen.
///
///   tuomin serve --es http://127.0.0.1:9200
///   tuomin serve redacted.ndjson.zst
///   tuomin serve --listen 0.0.0.0:9280 --token-file token
#[derive(clap::Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files that `tuomin run -o` wrote (gzip and zstd too); without any, Elasticsearch is asked
    pub files: Vec<PathBuf>,

    /// Address and port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9280")]
    pub listen: SocketAddr,

    /// File that holds the token and nothing else: at least 16 characters
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Time zone of what is typed and shown: UTC, +08:00, Asia/Shanghai (default: the system's)
    #[arg(long, value_name = "ZONE", env = "TUOMIN_ZONE")]
    pub zone: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub source: SourceArgs,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let zone = super::ask::zone(args.zone.as_deref())?;
    if args.files.iter().any(|f| f.as_os_str() == "-") {
        return Err(super::usage(
            "serve reads its input again and again: name a file instead of `-`",
        ));
    }
    let token =
        connect::secret(args.token_file.as_deref(), "TUOMIN_SERVE_TOKEN").map_err(super::usage)?;
    check_token(args.listen.ip(), token.as_ref())?;
    let source = args.source.source(&args.files).map_err(super::usage)?;
    let age = if matches!(source, Source::Files(_)) {
        ANY
    } else {
        "24h"
    };
    let guard = Guard::new(token).context("/dev/urandom")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("can't listen on {}", args.listen))?;
        say!(
            "tuomin: http://{}/ shows {} (Ctrl-C ends it)",
            listener.local_addr()?,
            source.describe()
        );
        crate::serve::serve(
            listener,
            Site {
                source,
                guard,
                zone,
                age,
            },
            stop()?,
        )
        .await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn check_token(ip: IpAddr, token: Option<&SecretString>) -> anyhow::Result<()> {
    match token {
        None if !ip.is_loopback() => Err(super::usage(
            "--listen: this address can be reached from elsewhere, so --token-file (or TUOMIN_SERVE_TOKEN) is needed",
        )),
        Some(token) if token.expose_secret().trim().len() < SHORTEST_TOKEN => {
            Err(super::usage(format!(
                "the token is too short: {SHORTEST_TOKEN} characters or more (`openssl rand -hex 24` makes a good one)"
            )))
        }
        _ => Ok(()),
    }
}

/// Done when the process is asked to end.
fn stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elsewhere_needs_a_good_token() {
        let (here, everywhere) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0]));
        assert!(check_token(here, None).is_ok());
        assert!(check_token(everywhere, None).is_err());
        assert!(check_token(here, Some(&"short".to_owned().into())).is_err());
        assert!(
            check_token(
                everywhere,
                Some(&"long enough to be a token".to_owned().into())
            )
            .is_ok()
        );
    }
}
