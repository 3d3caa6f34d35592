//! What can be asked over HTTP while it runs: `/metrics` (Prometheus), `/healthz`, `/readyz`.
//!
//! Rooms count with the `metrics` crate's macros where something rare happens (a request, a retry). What happens per record is
//! counted by the workers in [`Stats`] and only read here when someone asks. Labels are names of ours (categories, reasons),
//! never anything out of a record.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, runtime::Handle};

use crate::{
    pipeline::{deliver::DeliveryStats, shutdown::Shutdown, stats::Stats},
    spool::Spool,
};

/// `[metrics]`: an HTTP endpoint for monitoring systems.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address and port of `/metrics`, `/healthz` and `/readyz`: `127.0.0.1:9464`. Unset: none.
    pub listen: Option<SocketAddr>,
}

/// Seconds that divide request times into classes.
const SECONDS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];
/// The same for records, which may have waited in a spool for a day.
const LAG: [f64; 11] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0, 3600.0, 86_400.0,
];

/// Why the endpoint can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The address can't be listened on.
    #[error("metrics.listen: {address} can't be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// Metrics are collected by someone else in this process.
    #[error("metrics can't be collected: {0}")]
    Recorder(String),
}

/// What is read when someone asks.
#[derive(Clone)]
pub struct Observed {
    /// What the workers count.
    pub stats: Arc<Stats>,
    /// What became of records, where they go to a server.
    pub delivery: Option<Arc<DeliveryStats>>,
    /// The spool, if there is one.
    pub spool: Option<Spool>,
    /// Whether it is about to end.
    pub shutdown: Shutdown,
}

impl Observed {
    /// How long the oldest record that is not delivered has been waiting.
    pub fn longest_wait(&self) -> Option<Duration> {
        let spooled = self.spool.as_ref().and_then(Spool::longest_wait);
        self.stats.waiting.longest().max(spooled)
    }
}

#[derive(Clone)]
struct Page {
    observed: Observed,
    recorder: PrometheusHandle,
}

/// Opens the endpoint, if there is to be one; it answers for as long as `runtime` lives. Says where it listens.
///
/// # Errors
/// If the address can't be listened on.
pub fn listen(
    settings: &MetricsSettings,
    runtime: &Handle,
    observed: Observed,
) -> Result<Option<SocketAddr>, MetricsError> {
    let Some(address) = settings.listen else {
        return Ok(None);
    };
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(|builder| {
            builder
                .set_buckets_for_metric(Matcher::Full("tuomin_delivery_lag_seconds".into()), &LAG)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| MetricsError::Recorder(error.to_string()))?;
    let failed = |source| MetricsError::Listen { address, source };
    let listener = runtime
        .block_on(TcpListener::bind(address))
        .map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let pages = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(Page { observed, recorder });
    runtime.spawn(async move {
        if let Err(error) = axum::serve(listener, pages).await {
            tracing::error!(%error, "the metrics endpoint has ended");
        }
    });
    Ok(Some(bound))
}

/// Not ready means: send nothing more here.
async fn ready(State(page): State<Page>) -> (StatusCode, &'static str) {
    match page.observed.shutdown.is_set() {
        true => (StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
        false => (StatusCode::OK, "ready\n"),
    }
}

async fn metrics(State(page): State<Page>) -> String {
    page.recorder.run_upkeep();
    let mut text = page.recorder.render();
    let Observed {
        stats,
        delivery,
        spool,
        ..
    } = &page.observed;
    let get = |counter: &AtomicU64| counter.load(Relaxed);
    let mut one = |name: &str, kind: &str, help: &str, value: u64| {
        text.push_str(&format!(
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
        ));
    };
    one(
        "tuomin_records_total",
        "counter",
        "Records read.",
        get(&stats.records),
    );
    one(
        "tuomin_read_bytes_total",
        "counter",
        "Bytes read, decompressed.",
        get(&stats.bytes_in),
    );
    one(
        "tuomin_redacted_bytes_total",
        "counter",
        "Bytes made of them.",
        get(&stats.bytes_out),
    );
    one(
        "tuomin_batches_total",
        "counter",
        "Batches redacted.",
        get(&stats.batches),
    );
    one(
        "tuomin_not_json_total",
        "counter",
        "Records that were no JSON object.",
        get(&stats.not_json),
    );
    one(
        "tuomin_redaction_failed_total",
        "counter",
        "Records replaced because they could not be inspected.",
        get(&stats.failed),
    );
    one(
        "tuomin_line_too_long_total",
        "counter",
        "Records replaced because they were too long.",
        get(&stats.too_long),
    );
    if let Some(delivery) = delivery {
        one(
            "tuomin_undelivered_records_total",
            "counter",
            "Records neither stored nor kept.",
            get(&delivery.undelivered),
        );
    }
    if let Some(spool) = spool {
        one(
            "tuomin_spool_bytes",
            "gauge",
            "Bytes on disk in the spool.",
            spool.bytes(),
        );
        one(
            "tuomin_spool_records",
            "gauge",
            "Records in the spool.",
            spool.records(),
        );
        one(
            "tuomin_spool_age_seconds",
            "gauge",
            "How long the oldest record in the spool has been waiting.",
            spool.longest_wait().map_or(0, |wait| wait.as_secs()),
        );
        one(
            "tuomin_spool_dropped_records_total",
            "counter",
            "Records dropped from a full spool.",
            spool.dropped_records(),
        );
        one(
            "tuomin_spool_damaged_entries_total",
            "counter",
            "Entries with a wrong checksum.",
            spool.damaged_entries(),
        );
    }
    let longest = page.observed.longest_wait();
    one(
        "tuomin_oldest_undelivered_seconds",
        "gauge",
        "How long the oldest record that is not delivered has been waiting.",
        longest.map_or(0, |wait| wait.as_secs()),
    );
    if let Some(bytes) = resident_bytes() {
        one(
            "process_resident_memory_bytes",
            "gauge",
            "Memory in use.",
            bytes,
        );
    }
    text.push_str("# HELP tuomin_findings_total Values taken out, by category.\n# TYPE tuomin_findings_total counter\n");
    for (category, count) in stats.findings_by_category() {
        text.push_str(&format!(
            "tuomin_findings_total{{category=\"{category}\"}} {count}\n"
        ));
    }
    text
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}
