//! The shape of a log record: which kind it is, when it happened, which call it belongs to.
//!
//! Works on *redacted* lines. Which field names count for what stands in `patterns/record.toml`.
