//! Secrets in free text.

/// A token has a digit somewhere: `Bearer authentication` and `Basic verification` are words.
pub(super) fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}
