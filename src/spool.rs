//! A queue on disk between the workers and a server: what is in it is safe, whatever happens to server or process.
//!
//! With `[spool]`, every batch (redacted, in its final form) is appended to a file before its source hears that it is safe, and
//! is delivered from there; when the server is slow or away the queue grows to its limit, and after a restart it is taken
//! up where it was left. Invariants:
//!
//! - Only redacted bytes are ever on disk.
//! - A receipt is answered when its bytes are on disk (after `fdatasync`, unless that is switched off), and not before. Many
//!   batches share one sync.
//! - A process only appends to files that it began itself. What a crash left half written at the end of a file is cut and
//!   counted; entries behind a broken one are found again. Nothing that is in the folder keeps it from starting.
//! - A file is removed when everything in it is delivered. Delivering something twice is harmless (a document's
//!   identifier is a function of its record); losing it is not. So every doubt is resolved by sending again.

mod entry;
mod queue;
mod segment;
mod state;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use queue::{Recovered, Spool, SpoolError};
pub use segment::Damage;

/// `[spool]`: a queue on disk in front of the server. Everything goes through it if this section is there.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpoolSettings {
    /// Folder of the queue's files. One process at a time can use it.
    pub folder: PathBuf,
    /// Most bytes on disk.
    pub max_bytes: u64,
    /// Bytes of one file. Space is given back file by file.
    pub segment_bytes: u64,
    /// What happens when the queue is full.
    pub when_full: WhenFull,
    /// Days after which what could not be delivered is dropped (and counted). Unset: never.
    pub max_age_days: Option<u32>,
    /// When a batch counts as safe.
    pub sync: Sync,
    /// zstd level, 1 (fast) to 19.
    pub compression: i32,
}

impl Default for SpoolSettings {
    fn default() -> Self {
        Self {
            folder: "tuomin-spool".into(),
            max_bytes: 10 << 30,
            segment_bytes: 64 << 20,
            when_full: WhenFull::Wait,
            max_age_days: None,
            sync: Sync::Disk,
            compression: 1,
        }
    }
}

/// What happens when the queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// The input waits.
    #[default]
    Wait,
    /// The oldest file is dropped, and its records are counted.
    DropOldest,
}

/// When a batch counts as safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sync {
    /// When it is on the disk: survives a power cut.
    #[default]
    Disk,
    /// When the operating system has it: survives the death of the process, not of the machine.
    System,
}

impl SpoolSettings {
    /// Says what is wrong, naming the setting.
    ///
    /// # Errors
    /// For sizes that can't work.
    pub fn check(&self) -> Result<(), String> {
        if self.segment_bytes < 64 << 10 {
            return Err("spool.segment_bytes must be at least 65536".into());
        }
        if self.max_bytes < 2 * self.segment_bytes {
            return Err("spool.max_bytes must be at least twice spool.segment_bytes".into());
        }
        if !(1..=19).contains(&self.compression) {
            return Err("spool.compression must be between 1 and 19".into());
        }
        Ok(())
    }
}
