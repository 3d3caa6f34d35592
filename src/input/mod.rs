//! Where lines come from. Each input yields blocks of whole lines; nothing here looks into a line.
//!
//! | module | does |
//! |---|---|
//! | [`source`] | bytes of a file descriptor: large reads, wakes up on shutdown and when a slow stream must be flushed |
//! | [`compressed`] | gzip and zstd, recognised by their first bytes, decoded on a thread of their own |
//! | [`lines`] | bytes to blocks that end at a line end |
//! | [`files`] | standard input and files, one after the other in the order they were named |
//! | [`listen`] | TCP, Unix sockets, HTTP, and the door that everything goes through which is not a file |
//! | [`kafka`] | topics, as a member of a consumer group |
//! | [`acknowledged`] | how far a source is acknowledged, without gaps |
//! | [`follow`] | files that grow, are rotated, truncated, renamed; checkpoints |

pub mod acknowledged;
pub mod compressed;
pub mod files;
pub mod follow;
pub mod kafka;
pub mod lines;
pub mod listen;
pub mod source;

use std::{io, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::batch::Receipt;

/// `[input]`: where lines come from besides the files and the standard input of `tuomin run`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InputSettings {
    /// How files are followed (`tuomin run --follow`).
    pub follow: follow::FollowSettings,
    /// Lines over TCP, without acknowledgement. Unset: none.
    pub tcp: Option<listen::TcpSettings>,
    /// Lines over a Unix socket. Unset: none.
    pub unix: Option<listen::UnixSettings>,
    /// `POST /` with lines, answered when they are safe. Unset: none.
    pub http: Option<listen::HttpSettings>,
    /// Elasticsearch's bulk protocol, for whatever ships logs to Elasticsearch. Unset: none.
    pub bulk: Option<listen::BulkSettings>,
    /// Topics of a Kafka cluster, shared by every instance of the same group. Unset: none.
    pub kafka: Option<kafka::KafkaSettings>,
}

/// A stream of blocks of whole lines, read by one worker at a time.
pub trait Intake: Send {
    /// Fills `block` (empty, but perhaps with capacity) with whole lines. `None` at the end.
    ///
    /// After an error it can be called again: it goes on with what is left, if anything is.
    fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Receipt>, InputError>;
}

/// Why an input could not be read (to its end). Names files, never content.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A path that was named is a directory.
    #[error("{}: is a directory; name the files in it ({}/*.ndjson)", .0.display(), .0.display())]
    Directory(PathBuf),
    /// It can't be opened.
    #[error("{}: can't be opened: {}", .path.display(), .source)]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It begins with the mark of a form that is not read.
    #[error("{name}: is {form}; {advice}")]
    Form {
        /// The file, or `standard input`.
        name: String,
        /// What it is.
        form: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Compressed data end too early. What was decoded before has been delivered.
    #[error(
        "{name}: the compressed data end too early (cut off while it was copied?); everything before was delivered"
    )]
    Truncated {
        /// The file, or `standard input`.
        name: String,
    },
    /// Reading failed in the middle. What was read before has been delivered.
    #[error("{name}: reading failed: {source}; everything before was delivered")]
    Read {
        /// The file, or `standard input`.
        name: String,
        /// What the system or the decoder says.
        source: io::Error,
    },
    /// A consumer can't go on. What was read before has been delivered.
    #[error("Kafka: {reason}; everything read before was delivered")]
    Kafka {
        /// What librdkafka says.
        reason: String,
    },
}
