//! Where redacted records go.

pub mod age;
pub mod dead_letter;
pub mod elasticsearch;
pub mod file;
pub mod identifier;
pub mod kafka;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[output]`: where records go. Standard output, unless something is named here.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutputSettings {
    /// A file for the redacted lines. It is written beside and renamed when it is whole.
    pub file: Option<PathBuf>,
    /// An Elasticsearch cluster. Records go there if this section is there (or `--es` is given).
    pub elasticsearch: Option<elasticsearch::Settings>,
    /// A topic of a Kafka cluster. Records go there if this section is there.
    pub kafka: Option<kafka::KafkaSettings>,
}
