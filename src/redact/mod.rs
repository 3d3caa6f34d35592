//! The heart: a line in, a redacted line and its findings out.
//!
//! Knows no input, output, thread or clock. A [`Redactor`] is built once and shared; each thread takes a [`Worker`] from it,
//! which owns the buffers that are used again for every line.

pub mod checksum;

/// What one line became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the line was.
    pub form: Form,
    /// How many values were taken out. Zero means that the line left byte for byte as it came (if [`Form::Json`]).
    pub findings: u32,
}

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object.
    Json,
    /// Anything else: redacted as plain text, leaves as `{"message": …, "tags": ["not_json"]}`.
    Text,
    /// It made the redactor fail: its content is gone, it leaves as `{"message": "[UNREADABLE]", "tags": ["redaction_failed"]}`.
    Failed,
}
