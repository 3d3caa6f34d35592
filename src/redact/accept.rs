//! Which values a key's rule speaks about.

use super::payload;
use crate::patterns::schema::ValueRule;

/// Which values a rule speaks about.
pub(crate) fn rule_accepts(rule: ValueRule, value: &[u8]) -> bool {
    let digits = || value.iter().filter(|c| c.is_ascii_digit()).count();
    let said = |c: &u8| c.is_ascii_alphanumeric() || *c >= 0x80;
    match rule {
        ValueRule::Any | ValueRule::Person => value.iter().any(said),
        ValueRule::Number => {
            value.len() >= 5
                && (digits() >= 4 || wide_digits(value) >= 4)
                && !value.starts_with(b"http")
        }
        ValueRule::Phone => digits() >= 6 || wide_digits(value) >= 6,
        ValueRule::Date => {
            digits() >= 4
                || value.iter().any(|c| *c >= 0x80)
                || (value.len() >= 6 && value.len() < 40 && digits() >= 2)
        }
        ValueRule::Text => {
            value.iter().filter(|c| said(c)).count() >= 2
                && !value.starts_with(b"http://")
                && !value.starts_with(b"https://")
        }
        ValueRule::Blob => is_blob(value),
        ValueRule::Secret => {
            value.len() >= 6 && !(value.len() <= 6 && value.iter().all(u8::is_ascii_digit))
        }
    }
}

fn wide_digits(value: &[u8]) -> usize {
    memchr::memmem::find_iter(value, b"\xef\xbc")
        .filter(|i| matches!(value.get(i + 2), Some(0x90..=0x99)))
        .count()
}

fn is_blob(value: &[u8]) -> bool {
    if value.starts_with(b"data:") || payload::media(value).is_some() {
        return true;
    }
    // PHP writes `\/` for `/`, also where nothing undoes it
    let escaped = memchr::memmem::find(value, b"\\/").is_some();
    let part = |c: &u8| {
        payload::is_base64(*c)
            || matches!(c, b'.' | b'\r' | b'\n' | b'*')
            || (*c == b'\\' && escaped)
            || *c >= 0x80
    };
    // bytes that Python or C printed
    if value.len() >= 64 && memchr::memmem::find_iter(&value[..64], b"\\x").count() >= 8 {
        return true;
    }
    value.len() >= 16
        && value.iter().take(4096).all(part)
        && value.iter().any(|c| {
            c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, b'+' | b'/' | b'=')
        })
        && !value.starts_with(b"http")
}
