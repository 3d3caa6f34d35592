//! `[output.elasticsearch]`: what a person can set, with its defaults and reasons.

mod credentials;

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use credentials::Secret;

use super::error::{Error, Setting};
use crate::output::age::Age;
use crate::output::dead_letter::DeadLetterSettings;
use crate::record::Kind;

/// Everything about the Elasticsearch output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The nodes, tried in turn: `["https://es1:9200", "https://es2:9200"]`. No credentials in them.
    pub urls: Vec<String>,
    /// Ask the cluster for its other nodes when starting, and write to all of them. Off: only to `urls`.
    pub sniff: bool,
    /// User of basic authentication. Its password comes from `password_file` or the variable `TUOMIN_ES_PASSWORD`.
    pub username: Option<String>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// File that holds an API key as Elasticsearch hands it out (`encoded`, or `id:api_key`); or set `TUOMIN_ES_API_KEY`.
    pub api_key_file: Option<PathBuf>,
    /// PEM file with the certificate authority that signed the nodes' certificates, if that is a private one.
    pub ca_file: Option<PathBuf>,
    /// First part of every name: indices, streams, templates, policies.
    pub prefix: String,
    /// How documents are laid out over indices.
    pub layout: Layout,
    /// Which span of event time shares an index (layout `dated`).
    pub partition: Partition,
    /// What to do with policies, templates and mappings that are missing.
    pub setup: Setup,
    /// Which mapping types to use.
    pub mapping: Mapping,
    /// Index the words inside bodies that are JSON objects, so that a search for a text finds them.
    pub full_text: bool,
    /// Primary shards of an index.
    pub shards: u32,
    /// Copies of a shard. Unset: what the server says.
    pub replicas: Option<u32>,
    /// How long documents live.
    pub retention: Retention,
    /// How documents are sent.
    pub bulk: Bulk,
    /// Where documents go that Elasticsearch refuses for good.
    pub dead_letters: DeadLetterSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            urls: vec!["http://127.0.0.1:9200".into()],
            sniff: false,
            username: None,
            password_file: None,
            api_key_file: None,
            ca_file: None,
            prefix: "tuomin".into(),
            layout: Layout::Dated,
            partition: Partition::Week,
            setup: Setup::Auto,
            mapping: Mapping::Portable,
            full_text: true,
            shards: 1,
            replicas: None,
            retention: Retention::default(),
            bulk: Bulk::default(),
            dead_letters: DeadLetterSettings::default(),
        }
    }
}

/// How documents are laid out over indices.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One index for each span of *event* time: a record and its replay meet in the same index, late arrivals too.
    Dated,
    /// Append-only data streams with rollover; events later than `retention.lateness` go to dated indices beside them.
    DataStream,
}

/// Which span of event time shares an index.
///
/// Two kinds with one replica over 730 days make 2,920 shards by day, 420 by week and 100 by month, where a node carries
/// 1,000 by default. With `at_most` the youngest document of an index goes with the oldest: up to a day, a week, a month early.
/// A week is the default for being cheap enough for a single node and never more than 1 % early.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    /// A day, UTC.
    Day,
    /// Monday to Sunday, UTC.
    Week,
    /// A calendar month, UTC.
    Month,
}

/// What to do with policies, templates and mappings that are missing.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Setup {
    /// Put what is missing, leave what is there; refuse if what is there breaks the retention.
    Auto,
    /// Refuse to write until someone has run `tuomin setup`.
    Never,
}

/// Which mapping types to use.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Mapping {
    /// `keyword`, `text`, `flattened`, `date`, `ip`, `double`: on every Elasticsearch 8 and 9.
    Portable,
    /// `match_only_text` for texts and `wildcard` for user agents: less disk, but phrases are checked against the stored document. These types are in
    /// modules of their own that a stripped-down server may lack.
    Modern,
}

/// How long documents live, by event time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Of monitoring records.
    pub monitoring: Age,
    /// Of operation logs.
    pub operation: Age,
    /// Which side the retention is a bound for.
    pub bound: Bound,
    /// When an index moves to the warm phase: merged to one segment, lower priority. Unset: never. Records older than that are merged while they are
    /// still being written: for a large backfill, set it afterwards.
    pub warm_after: Option<Age>,
    /// When an index moves to the cold phase: lowest priority. Unset: never.
    pub cold_after: Option<Age>,
    /// Age at which a data stream rolls over (layout `data_stream`).
    pub rollover: Age,
    /// How late an event may be to still go to the data stream (layout `data_stream`).
    pub lateness: Age,
    /// Waits in the delete phase until this snapshot policy has run. What a snapshot keeps, tuomin can't delete: let it expire in time.
    pub wait_for_snapshot: Option<String>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            monitoring: Age::days(730),
            operation: Age::days(730),
            bound: Bound::AtMost,
            warm_after: Some(Age::days(30)),
            cold_after: None,
            rollover: Age::days(7),
            lateness: Age::days(1),
            wait_for_snapshot: None,
        }
    }
}

impl Retention {
    /// The retention of a kind.
    pub fn of(&self, kind: Kind) -> Age {
        match kind {
            Kind::Monitoring => self.monitoring,
            Kind::Operation => self.operation,
        }
    }
}

/// Which side the retention is a bound for: documents share an index, and an index is deleted whole.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No document older than the retention is left; the youngest of an index go up to a partition early.
    AtMost,
    /// No document younger than the retention is deleted; the oldest of an index stay up to a partition longer.
    AtLeast,
}

/// How documents are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bulk {
    /// Largest request, in bytes before compression. A single larger document is sent alone.
    pub max_bytes: usize,
    /// Most requests in flight at once. How many really are adapts to the server: one more for each round that goes well, half after a 429.
    pub concurrency: usize,
    /// gzip level of requests, 0 (off) to 9.
    pub compression: u32,
    /// Seconds until a request without an answer is given up and sent again.
    pub timeout_s: u64,
    /// Longest wait between two tries, in seconds.
    pub max_backoff_s: u64,
    /// Gives up on a batch that many seconds after its first try, and reports it as undelivered. Unset: never.
    pub give_up_after_s: Option<u64>,
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            max_bytes: 5_000_000,
            concurrency: 8,
            compression: 1,
            timeout_s: 60,
            max_backoff_s: 30,
            give_up_after_s: None,
        }
    }
}

impl Bulk {
    /// Time until a request counts as lost.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }
}

impl Settings {
    /// Checks what the types can't: called before the first byte is read.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |field: &'static str, why: &str| {
            Err(Error::Setting(Setting {
                field,
                why: why.to_owned(),
            }))
        };
        if self.urls.is_empty() {
            return refuse(
                "urls",
                "needs at least one node, such as \"http://127.0.0.1:9200\"",
            );
        }
        for url in &self.urls {
            match ::elasticsearch::http::Url::parse(url) {
                Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host().is_none() => {
                    return refuse(
                        "urls",
                        "each must begin with http:// or https:// and name a host",
                    );
                }
                Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                    return refuse(
                        "urls",
                        "must hold no credentials: use username with password_file, or api_key_file",
                    );
                }
                Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                    return refuse("urls", "must hold no query");
                }
                Ok(_) => {}
                Err(_) => {
                    return refuse(
                        "urls",
                        "holds something that is no URL, such as \"http://127.0.0.1:9200\"",
                    );
                }
            }
        }
        // Elasticsearch's own rules for index names, and no dash at the end: it would blur `<prefix>-<kind>`.
        let allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
        if !self.prefix.bytes().all(allowed)
            || !self.prefix.starts_with(|c: char| c.is_ascii_lowercase())
            || self.prefix.ends_with('-')
            || self.prefix.len() > 100
        {
            return refuse(
                "prefix",
                "must be of a-z, 0-9, '-', '_' and '.', begin with a letter and not end with '-'",
            );
        }
        if self.shards == 0 {
            return refuse("shards", "must be at least 1");
        }
        if self.bulk.max_bytes < 1000 || self.bulk.max_bytes > 100_000_000 {
            return refuse(
                "bulk.max_bytes",
                "must be between 1000 and 100000000: servers refuse larger requests",
            );
        }
        if !(1..=256).contains(&self.bulk.concurrency) {
            return refuse("bulk.concurrency", "must be between 1 and 256");
        }
        if self.bulk.compression > 9 {
            return refuse("bulk.compression", "must be between 0 (off) and 9");
        }
        if self.bulk.timeout_s == 0 || self.bulk.max_backoff_s == 0 {
            return refuse("bulk.timeout_s", "and max_backoff_s must be at least 1");
        }
        let retention = &self.retention;
        for kind in Kind::ALL {
            let age = retention.of(kind);
            let field = if kind == Kind::Monitoring {
                "retention.monitoring"
            } else {
                "retention.operation"
            };
            if age.ms() == 0 {
                return refuse(field, "must be longer than nothing, such as \"730d\"");
            }
            if self.layout == Layout::DataStream
                && retention.bound == Bound::AtMost
                && retention.rollover.ms() + retention.lateness.ms() >= age.ms()
            {
                return refuse(
                    "retention.rollover",
                    "and lateness together must be shorter than the retention",
                );
            }
            let later = [retention.warm_after, retention.cold_after];
            if later
                .into_iter()
                .flatten()
                .any(|phase| phase.ms() >= age.ms())
                && age.ms() >= Age::days(1).ms()
            {
                return refuse(
                    "retention.warm_after",
                    "and cold_after must be shorter than the retention of both kinds",
                );
            }
        }
        if let (Some(warm), Some(cold)) = (retention.warm_after, retention.cold_after)
            && cold.ms() < warm.ms()
        {
            return refuse(
                "retention.cold_after",
                "must not be shorter than warm_after",
            );
        }
        if self.password_file.is_some() && self.username.is_none() {
            return refuse(
                "username",
                "is missing: password_file alone says not whose password it is",
            );
        }
        if self.username.is_some() && self.api_key_file.is_some() {
            return refuse("api_key_file", "and username exclude each other");
        }
        Ok(())
    }
}
