//! Topics of a Kafka cluster: every instance is a member of one consumer group, and Kafka gives each its share of the partitions.
//!
//! A message is one record (line ends in it become spaces). An offset is committed only when everything before it is acknowledged.
//! Before a partition goes to another member, what was read of it is delivered and committed, so the other begins behind it: nothing
//! is lost, and nothing is done twice. Only a process that dies leaves work that is done again, and that overwrites itself in the store.

#[cfg(feature = "kafka")]
mod offsets;
#[cfg(feature = "kafka")]
mod reader;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kafka::{Cluster, SecuritySettings};

#[cfg(feature = "kafka")]
pub use reader::start;

/// `[input.kafka]`: topics, shared by every instance of the same group.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// Where to ask for the cluster's brokers.
    pub brokers: Vec<String>,
    /// Topics to read. One that begins with `^` is a regular expression over their names.
    pub topics: Vec<String>,
    /// The consumer group: instances that name the same share the partitions.
    pub group: String,
    /// How connections are secured.
    pub security: SecuritySettings,
    /// Further properties of librdkafka: `{ "session.timeout.ms" = "10000" }`. A group that has committed nothing begins at the oldest message
    /// unless `auto.offset.reset` says otherwise.
    pub properties: BTreeMap<String, String>,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: vec!["127.0.0.1:9092".into()],
            topics: Vec::new(),
            group: "tuomin".into(),
            security: SecuritySettings::default(),
            properties: BTreeMap::new(),
        }
    }
}

impl KafkaSettings {
    /// Says what can't work, naming the setting.
    pub fn check(&self) -> Result<(), String> {
        self.cluster().check()?;
        if self.topics.is_empty() {
            return Err("input.kafka.topics: name at least one".into());
        }
        if self.group.trim().is_empty() {
            return Err("input.kafka.group must have a name".into());
        }
        Ok(())
    }

    fn cluster(&self) -> Cluster<'_> {
        Cluster {
            section: "input.kafka",
            brokers: &self.brokers,
            security: &self.security,
            properties: &self.properties,
        }
    }
}
