//! What programs print around values: structures, statements, tables, refusals, formats of other trades.
//!
//! Each file reads one way of writing and hands what it finds to [`super::edit::take`]; none of them knows the others.

pub(crate) mod barred;
pub(crate) mod bound;
pub(crate) mod brackets;
pub(crate) mod changes;
pub(crate) mod columns;
pub(crate) mod complaints;
mod events;
pub(crate) mod formats;
pub(crate) mod html;
pub(crate) mod pairs;
mod parameters;
pub(crate) mod parts;
mod paths;
pub(crate) mod refused;
mod serialized;
pub(crate) mod sql;
