//! Secrets in free text.

/// A token has a digit somewhere: `Bearer authentication` and `Basic verification` are words.
pub(super) fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit)
}

/// Random letters and digits are told from words and hexadecimal by letters behind F, and by how often letters and digits change.
pub(super) fn random_token(value: &[u8]) -> bool {
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let letters = value.iter().filter(|c| matches!(c, b'G'..=b'Z')).count();
    let pairs = value.windows(2);
    let changes = pairs.filter(|w| w[0].is_ascii_digit() != w[1].is_ascii_digit());
    digits >= 3 && letters >= 6 && changes.count() >= 6
}
