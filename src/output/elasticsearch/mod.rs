//! The Elasticsearch output: documents, delivery, retention.
//!
//! | file | owns |
//! |---|---|
//! | `settings.rs` | what a person can set |
//! | `names.rs` | names of indices and the arithmetic of retention |
//! | `document.rs` | a redacted line as a document with its identifier |
//! | `bulk.rs`, `item.rs`, `answer.rs`, `outcome.rs`, `throttle.rs`, `notice.rs`, `report.rs` | delivery: what is sent, what an answer means, how much at once, what is said about it, what came of it |
//! | `replay.rs` | sending once more what was refused for good |
//! | `schema.rs`, `setup.rs` | policies, templates and mappings, and bringing a server to them |
//! | `retention.rs` | is everything gone that should be? |
//! | `client.rs`, `sniff.rs`, `error.rs` | nodes, credentials, errors without server text |

mod answer;
mod bulk;
pub mod client;
mod document;
mod error;
mod item;
pub mod names;
mod notice;
mod outcome;
pub mod replay;
mod report;
pub mod retention;
pub mod schema;
pub mod settings;
pub mod setup;
mod sniff;
mod throttle;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

pub use client::Client;
pub use document::{DocumentEncoder, safe_form};
pub use error::Error;
pub use names::Names;
pub use report::Report;
pub use settings::Settings;

use crate::output::dead_letter::DeadLetters;
use crate::record::{Kind, RecordTable};

/// A server that is set up, ready to be written to.
pub struct Elasticsearch {
    client: Client,
    settings: Settings,
    table: Arc<RecordTable>,
    encoder_key: [u8; 32],
    dead_letters: Arc<DeadLetters>,
    throttle: throttle::Throttle,
    notice: notice::Notice,
    /// Indices and streams that are known to be there and managed by their policy.
    indices: Mutex<HashSet<String>>,
    bulk_path: String,
}

impl Drop for Elasticsearch {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.encoder_key);
    }
}

impl Elasticsearch {
    /// Checks the server and sets up what is missing. `key` is the key of the pseudonyms; document identifiers use one derived from it.
    pub async fn connect(
        settings: &Settings,
        table: Arc<RecordTable>,
        key: &[u8; 32],
    ) -> Result<Self, Error> {
        let mut client = Client::new(settings)?;
        if settings.sniff {
            let urls = sniff::nodes(&client, &settings.urls).await?;
            client = Client::new(&Settings {
                urls,
                ..settings.clone()
            })?;
        }
        let version = setup::version(&client).await?;
        setup::ensure(&client, settings, &table).await?;
        // Without the last one, answers quote the refused value.
        let mut bulk_path =
            "/_bulk?filter_path=errors,items.*.status,items.*.error.type".to_owned();
        if version
            >= (setup::Version {
                major: 8,
                minor: 18,
            })
        {
            bulk_path.push_str("&include_source_on_error=false");
        }
        Ok(Self {
            client,
            settings: settings.clone(),
            table,
            encoder_key: *key,
            dead_letters: Arc::new(DeadLetters::in_folder(&settings.dead_letters)),
            throttle: throttle::Throttle::new(settings.bulk.concurrency, settings.bulk.max_bytes),
            notice: notice::Notice::default(),
            indices: Mutex::default(),
            bulk_path,
        })
    }

    /// An encoder for this server's documents. `kind` overrides what the records say.
    pub fn encoder(&self, kind: Option<Kind>) -> DocumentEncoder {
        DocumentEncoder::new(
            &self.settings,
            &self.encoder_key,
            self.table.clone(),
            kind,
            self.dead_letters.clone(),
        )
    }

    /// The client, for questions.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Makes an index or stream, if it is not there, and makes sure that a policy manages it.
    async fn ensure_index(&self, name: &str) -> Result<(), Error> {
        let names = Names::new(&self.settings);
        if !names.owns(name) {
            return self.accept_foreign(name).await;
        }
        let kind = names.parse(name).map(|(kind, _)| kind);
        let policy = kind.map_or_else(|| format!("{name}-stream"), |kind| names.base(kind));
        if setup::lifecycle_names(&self.client, name).await?.is_empty() {
            self.ensure_template(name, &policy).await?;
            self.make_index(&names, name, kind.is_some()).await?;
        }
        let managed = setup::lifecycle_names(&self.client, name).await?;
        let wrong = |(_, is): &&(String, Option<String>)| is.as_ref() != Some(&policy);
        match managed.iter().find(wrong) {
            Some((index, _)) => Err(Error::Retention {
                what: format!("index {index} is not managed by policy {policy}"),
            }),
            None if managed.is_empty() => Err(Error::Retention {
                what: format!("index {name} can't be found after it was made"),
            }),
            None => Ok(()),
        }
    }

    /// What waited in the spool or among dead letters while the prefix was changed goes where it was meant for, if that is there and
    /// is deleted one day.
    async fn accept_foreign(&self, name: &str) -> Result<(), Error> {
        let found = setup::lifecycle_names(&self.client, name).await?;
        if found.is_empty() || found.iter().any(|(_, policy)| policy.is_none()) {
            return Err(Error::Foreign {
                index: name.to_owned(),
                prefix: self.settings.prefix.clone(),
            });
        }
        Ok(())
    }

    /// An index that is made while its template is away gets no policy, and only a person may put one on what holds documents. So it is looked
    /// first, and the template put back.
    async fn ensure_template(&self, name: &str, policy: &str) -> Result<(), Error> {
        for last in [false, true] {
            let to_be = setup::policy_to_be(&self.client, name).await?;
            if to_be.as_deref() == Some(policy) {
                break;
            }
            if last {
                return Err(Error::Retention {
                    what: format!("the template for index {name} does not name policy {policy}"),
                });
            }
            setup::ensure(&self.client, &self.settings, &self.table).await?;
        }
        Ok(())
    }

    async fn make_index(&self, names: &Names, name: &str, dated: bool) -> Result<(), Error> {
        let path = match dated {
            true => format!("/{name}"),
            false => format!("/_data_stream/{name}"),
        };
        // A client finds its documents under the name that it knows. One of ours must stay free for ours.
        let alias = names
            .wanted_by_client(name)
            .filter(|wanted| !wanted.starts_with(&self.settings.prefix))
            .map(|wanted| serde_json::json!({ "aliases": { wanted: {} } }));
        match self.put_index(&path, alias.as_ref()).await {
            Err(Error::Refused { kind, .. }) if alias.is_some() => {
                tracing::warn!(
                    index = name,
                    kind,
                    "made without an alias: the name is taken"
                );
                self.put_index(&path, None).await
            }
            result => result,
        }
    }

    async fn put_index(&self, path: &str, body: Option<&serde_json::Value>) -> Result<(), Error> {
        match self.client.put(path, body).await {
            Err(Error::Refused { kind, .. }) if kind == "resource_already_exists_exception" => {
                Ok(())
            }
            result => result,
        }
    }
}
