//! Asking what was stored: one set of questions, two places that can answer.
//!
//! ```text
//! Query ──▶ Source ──▶ Record… ──▶ Story (trace) / Page (search) / Top (top)
//!            ├ elastic: the indices that `tuomin run --es` wrote
//!            └ files:   the lines that `tuomin run -o` wrote
//! ```
//!
//! Both places give the same answers to the same [`filter::Query`]: the facts of a record ([`record::Facts`]) are those that the
//! writer of the document derived from the very same redacted line. What a terminal, a file or a page shows of an answer is no
//! concern of this room's data types: the renderers sit beside them and take them by reference.

pub mod connect;
pub mod elastic;
pub mod elastic_dsl;
pub mod facts;
pub mod field;
pub mod files;
pub mod filter;
pub mod opened;
pub mod person;
pub mod record;
pub mod source;
pub mod steps;
pub mod story;
pub mod story_text;
pub mod table;
pub mod tally;
pub mod text;
pub mod time;
pub mod top;
pub mod top_elastic;
pub mod top_text;
pub mod wording;
