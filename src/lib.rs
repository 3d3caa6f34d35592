//! tuomin (脱敏, "desensitize"): JSON lines in, personal data out, the rest stored.
//!
//! How data flows, and the module that owns each step:
//!
//! ```text
//! input ──lines──▶ pipeline ──batch──▶ redact (all cores) ──▶ output encoder ──▶ output
//!   files, stdin,     bounded bytes,      a line in, a          a line, or a         stdout, file,
//!   tcp, http …       order, receipts     redacted line out     bulk document        Elasticsearch
//! ```
//!
//! | module | knows | never knows |
//! |---|---|---|
//! | [`redact`] | bytes, keys, values, edits | inputs, outputs, threads, clocks |
//! | [`patterns`] | the packs in `patterns/`: what a key or a value means | records, I/O |
//! | [`record`] | the shape of a log record: kind, event time, call ID | how it was redacted |
//! | [`batch`] | what is handed from room to room | what is in it |
//! | [`input`], [`output`] | one source or one destination each | each other |
//! | [`kafka`] | how a Kafka cluster is reached | what is read or written |
//! | [`pipeline`] | wiring: order, bounds, acknowledgement, shutdown | formats |
//! | [`allocator`], `stack` | that clear text leaves nothing in memory | what it was |
//! | [`config`] | composes the settings that each room declares | defaults of its own |
//! | [`cli`] | one file a subcommand | anything that another program could not call |
//!
//! Arrows run one way: `cli → config → pipeline → {redact, input, output} → {patterns, record, batch}`.

pub mod allocator;
pub mod batch;
pub mod bench;
pub mod cli;
pub mod config;
pub mod evaluate;
pub mod generate;
pub mod input;
pub mod kafka;
pub mod kibana;
pub mod metrics;
mod nearest;
pub mod output;
pub mod patterns;
pub mod pipeline;
pub mod query;
pub mod record;
pub mod redact;
pub mod serve;
pub mod spool;
pub(crate) mod stack;
pub mod telemetry;
