//! Measures a whole run into Elasticsearch, under names of its own that are gone afterwards.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::measure::{self, Sample};
use crate::output::elasticsearch::client::Method;
use crate::output::elasticsearch::{Client, Names, Settings, schema};
use crate::record::RecordTable;

/// A server to measure with.
pub struct Store {
    settings: Settings,
    config: Option<PathBuf>,
    runtime: tokio::runtime::Runtime,
    rounds: u32,
}

impl Store {
    /// `settings` are those of the configuration file `config`, with the server to use.
    pub fn new(
        settings: Settings,
        config: Option<PathBuf>,
        runtime: tokio::runtime::Runtime,
    ) -> Self {
        Self {
            settings,
            config,
            runtime,
            rounds: 0,
        }
    }

    /// Runs `tuomin run` on a file until the server has acknowledged each of `records` records, and takes everything away again.
    ///
    /// # Errors
    /// If the run fails, or the server does not hold as many documents afterwards.
    pub fn run(&mut self, file: &Path, records: usize, threads: usize) -> anyhow::Result<Sample> {
        self.rounds += 1;
        self.settings.prefix = format!("tuomin-bench-{}-{}", std::process::id(), self.rounds);
        let mut command = measure::command(file, threads)?;
        command.env(
            "TUOMIN_OUTPUT__ELASTICSEARCH__PREFIX",
            &self.settings.prefix,
        );
        // the made-up records are of a certain day, which will be past any retention
        for kind in ["MONITORING", "OPERATION"] {
            let retention = format!("TUOMIN_OUTPUT__ELASTICSEARCH__RETENTION__{kind}");
            command.env(retention, "36500d");
        }
        command.args(["--es", &self.settings.urls[0]]);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        let sample = measure::timed(command);
        let stored = self.runtime.block_on(self.take_away());
        let (sample, stored) = (sample?, stored?);
        anyhow::ensure!(
            stored == records as u64,
            "{stored} of {records} records are stored: the figure would say nothing"
        );
        Ok(sample)
    }

    /// Deletes what the run made. Gives the number of documents.
    async fn take_away(&self) -> anyhow::Result<u64> {
        let client = Client::new(&self.settings)?;
        let pattern = Names::new(&self.settings).search_pattern(None);
        let path = |what: &str| format!("/{pattern}{what}");
        client
            .json(Method::Post, &path("/_refresh"), None)
            .await
            .context("cannot refresh")?;
        let count = client.json(Method::Get, &path("/_count"), None).await?;
        let indices = client
            .json(
                Method::Get,
                &path("?filter_path=*.settings.index.uuid"),
                None,
            )
            .await?;
        // by their names: servers refuse to delete by a pattern
        for name in indices.as_object().into_iter().flat_map(|all| all.keys()) {
            client
                .json_or_missing(Method::Delete, &format!("/{name}"), None)
                .await?;
        }
        let parts = schema::parts(&self.settings, &RecordTable::builtin());
        for part in parts.iter().rev() {
            client
                .json_or_missing(Method::Delete, &part.path(), None)
                .await?;
        }
        Ok(count["count"].as_u64().unwrap_or(0))
    }
}
