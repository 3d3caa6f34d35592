//! Redacted lines to a topic of a Kafka cluster.
//!
//! A message's key is the record's identifier, so a record and its replay go to the same partition, and a compacted topic keeps one of them.
//! A record counts as delivered when the brokers say that all replicas have it. One that is too large for them is a dead letter: sent again
//! it would be refused again, and whoever waits for it would wait for ever.

#[cfg(feature = "kafka")]
mod producer;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dead_letter::DeadLetterSettings;
use crate::kafka::{Cluster, SecuritySettings};

#[cfg(feature = "kafka")]
pub use producer::{KafkaEncoder, KafkaOutput};

/// `[output.kafka]`: a topic for redacted lines.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// Where to ask for the cluster's brokers.
    pub brokers: Vec<String>,
    /// The topic. It must be there.
    pub topic: String,
    /// Bytes of the largest record. A larger one becomes a dead letter, as does one that the brokers refuse for its size: keep this within
    /// what the topic takes (`max.message.bytes`), or they are asked in vain.
    pub max_record_bytes: usize,
    /// Where records go that are too large for the topic.
    pub dead_letters: DeadLetterSettings,
    /// How connections are secured.
    pub security: SecuritySettings,
    /// Further properties of librdkafka: `{ "compression.type" = "zstd" }`.
    pub properties: BTreeMap<String, String>,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: vec!["127.0.0.1:9092".into()],
            topic: "tuomin".into(),
            max_record_bytes: 1_000_000,
            dead_letters: DeadLetterSettings::default(),
            security: SecuritySettings::default(),
            properties: BTreeMap::new(),
        }
    }
}

impl KafkaSettings {
    /// Says what can't work, naming the setting.
    pub fn check(&self) -> Result<(), String> {
        self.cluster().check()?;
        if self.topic.trim().is_empty() {
            return Err("output.kafka.topic must have a name".into());
        }
        if self.max_record_bytes < 1024 {
            return Err("output.kafka.max_record_bytes must be at least 1024".into());
        }
        Ok(())
    }

    fn cluster(&self) -> Cluster<'_> {
        Cluster {
            section: "output.kafka",
            brokers: &self.brokers,
            security: &self.security,
            properties: &self.properties,
        }
    }
}
