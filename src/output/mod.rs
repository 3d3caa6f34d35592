//! Where redacted records go.

pub mod file;
