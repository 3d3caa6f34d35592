//! Which values a key's rule speaks about.

use crate::patterns::schema::ValueRule;
use crate::redact::layers::width::native_digit;
use crate::redact::layers::{dumps, payload};

/// The longest word of a machine in hexadecimal, with its `0x`.
const LONGEST_WORD: usize = 18;
/// The longest digest in hexadecimal.
const LONGEST_DIGEST: usize = 64;

/// Which values a rule speaks about.
pub(crate) fn rule_accepts(rule: ValueRule, value: &[u8]) -> bool {
    // asked from the front, and no further than the answer
    let digits = |least: usize| {
        value
            .iter()
            .filter(|c| c.is_ascii_digit())
            .nth(least - 1)
            .is_some()
    };
    let said = |c: &u8| c.is_ascii_alphanumeric() || *c >= 0x80;
    match rule {
        ValueRule::Any | ValueRule::Person => value.iter().any(said),
        ValueRule::Number => {
            value.len() >= 5
                && (digits(4) || wide_digits(value) >= 4)
                && !value.starts_with(b"http")
                // a resource of a cloud, not an alien's registration
                && !value.starts_with(b"arn:")
                // the name of a thread, the vendor of a device; a longer one is a fingerprint
                && !(value.starts_with(b"0x") && value.len() <= LONGEST_WORD)
                && !is_ticket(value)
        }
        ValueRule::Phone => digits(6) || wide_digits(value) >= 6,
        ValueRule::Date => {
            digits(4)
                || value.iter().any(|c| *c >= 0x80)
                || (value.len() >= 6 && value.len() < 40 && digits(2))
        }
        ValueRule::Text => {
            value.iter().filter(|c| said(c)).nth(1).is_some()
                && !value.starts_with(b"http://")
                && !value.starts_with(b"https://")
        }
        ValueRule::Place => rule_accepts(ValueRule::Text, value) && is_place(value),
        ValueRule::Passcode => {
            (4..=8).contains(&value.len()) | (12..=64).contains(&value.len())
                && value.iter().all(u8::is_ascii_alphanumeric)
                && digits(1)
        }
        ValueRule::Places => {
            let placed = |part: &[u8]| {
                let first = part.trim_ascii().first();
                first.is_some_and(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c >= 0x80)
            };
            // Thanh Oai, Hà Nội
            let least = 2 - usize::from(!value.is_ascii());
            value.split(|c| *c == b',').nth(least).is_some()
                && value.split(|c| *c == b',').all(placed)
                && !value.iter().any(|c| matches!(c, b':' | b'=' | b'{' | b'['))
        }
        ValueRule::Coordinate => {
            let (count, length) = coordinates(value);
            count > 0 && length == value.len()
        }
        ValueRule::Coordinates => coordinates(value) == (2, value.len()),
        ValueRule::Blob => is_blob(value),
        ValueRule::Secret => {
            value.len() >= 6 && !(value.len() <= 6 && value.iter().all(u8::is_ascii_digit))
        }
    }
}

/// An address is told from a host and port: several words with a number and a capital, or another script.
fn is_place(value: &[u8]) -> bool {
    if value.iter().any(|c| *c >= 0x80) {
        return true;
    }
    let first = value.split(|c| *c == b' ').next().unwrap_or_default();
    let machine = first.iter().filter(|c| **c == b'.').count() >= 2
        || first
            .iter()
            .any(|c| matches!(c, b':' | b'=' | b'@' | b'\\'));
    !machine
        && value.iter().any(|c| matches!(c, b' ' | b','))
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_uppercase)
}

/// How many coordinates in degrees stand at the start of a text, at most two, and how long they are. Three decimals are a hundred metres:
/// with fewer it is a measure like any other.
pub(crate) fn coordinates(text: &[u8]) -> (usize, usize) {
    let Some(first) = coordinate(text) else {
        return (0, 0);
    };
    let gap = text[first..]
        .iter()
        .take(3)
        .take_while(|c| matches!(c, b',' | b' ' | b';' | b'|' | b'/'))
        .count();
    match coordinate(&text[first + gap..]).filter(|_| gap > 0) {
        Some(second) => (2, first + gap + second),
        None => (1, first),
    }
}

/// The length of one coordinate: `-6.2087634`, `103.8318241° E`.
fn coordinate(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    let start = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let whole = digits(start);
    let point = start + whole;
    if !(1..=3).contains(&whole) || text.get(point) != Some(&b'.') {
        return None;
    }
    let decimals = digits(point + 1);
    let fewest = if text[start] == b'0' { 5 } else { 3 };
    if !(fewest..=17).contains(&decimals) {
        return None;
    }
    let mut end = point + 1 + decimals;
    if text[end..].starts_with("°".as_bytes()) {
        end += "°".len();
    }
    let sky = usize::from(text.get(end) == Some(&b' '));
    let letter = |i: usize| text.get(i).is_some_and(u8::is_ascii_alphanumeric);
    if matches!(text.get(end + sky), Some(b'N' | b'S' | b'E' | b'W')) && !letter(end + sky + 1) {
        end += sky + 1;
    }
    // 33.125ms is no place, nor is 1.234.5
    let goes_on = letter(end)
        || text.get(end) == Some(&b'%')
        || (text.get(end) == Some(&b'.') && letter(end + 1));
    (!goes_on).then_some(end)
}

fn wide_digits(value: &[u8]) -> usize {
    let native = |i: &usize| match value.get(i + 1..i + 3) {
        Some(&[second, third]) => native_digit(second, third).is_some(),
        _ => false,
    };
    let natives = memchr::memchr_iter(0xe0, value).filter(native).count();
    natives
        + memchr::memmem::find_iter(value, b"\xef\xbc")
            .filter(|i| matches!(value.get(i + 2), Some(0x90..=0x99)))
            .count()
}

/// Are these the numbers of a vector: `-0.156353,0.545303,…`? Fewer make a rectangle.
fn is_vector(value: &[u8]) -> bool {
    const FEWEST: usize = 8;
    let numeral = |c: &u8| c.is_ascii_digit() || matches!(c, b'-' | b'+' | b'.' | b'e' | b'E');
    let numbers = value.split(|c| matches!(c, b',' | b' ' | b';' | b'\n'));
    let mut numbers = numbers.filter(|n| !n.is_empty());
    let decimal = |n: &[u8]| n.iter().all(numeral) && n.contains(&b'.');
    value.len() >= 4 * FEWEST
        && numbers.by_ref().take(FEWEST).filter(|n| decimal(n)).count() == FEWEST
        && numbers.all(|n| n.iter().all(numeral))
}

/// Is it base64 of which a logger cut off most: `RC2xA986kHgN…(truncated, 20480 bytes)`?
fn is_cut(value: &[u8]) -> bool {
    const FEWEST: usize = 48;
    let length = value.iter().take_while(|c| payload::is_base64(**c)).count();
    let any = |kind: fn(&u8) -> bool| value[..length].iter().any(kind);
    let begins = |cut: &&str| value[length..].starts_with(cut.as_bytes());
    length >= FEWEST
        && any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit)
        && ["...", "…", "***", "(", "[", "<", " (", " [", " <"]
            .iter()
            .any(begins)
}

fn is_blob(value: &[u8]) -> bool {
    let begins = value.starts_with(b"data:") || payload::media(value).is_some();
    if begins || is_vector(value) || dumps::is_list(value) || is_cut(value) {
        return true;
    }
    // Python's b'iVBORw0KGgo…'
    let bytes = value.strip_prefix(b"b'").and_then(|v| v.strip_suffix(b"'"));
    let value = bytes.unwrap_or(value);
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
    // registry.example.com/kyc: an image of a container
    let host = value
        .windows(3)
        .take(64)
        .any(|w| w[0] != b'.' && w[1] == b'.' && w[2].is_ascii_lowercase());
    // TLS_AES_256_GCM_SHA384; and hexadecimal so short is a digest, of a certificate or an alert
    let shouted = value.len() < 64
        && value.iter().any(|c| matches!(c, b'_' | b'-'))
        && value
            .iter()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, b'_' | b'-'));
    let digest = value.len() <= LONGEST_DIGEST && value.iter().all(u8::is_ascii_hexdigit);
    // idg-20261127/42170F50-17A2-40DE-836C-5C6F47410B3E: no base64 has signs of both its alphabets
    let path = value.len() < 256
        && value.iter().any(|c| matches!(c, b'_' | b'-'))
        && value.iter().any(|c| matches!(c, b'/' | b'+'));
    if shouted || digest || path {
        return false;
    }
    // few bytes are told from a path by their mixture: `registry/kyc-api-v2`
    let any = |kind: fn(&u8) -> bool| value.iter().any(kind);
    let mixed = if value.len() >= 64 || value.iter().all(u8::is_ascii_hexdigit) {
        any(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, b'+' | b'/' | b'='))
    } else {
        any(u8::is_ascii_uppercase) && (any(u8::is_ascii_digit) || any(u8::is_ascii_lowercase))
    };
    value.len() >= 16
        && !host
        && mixed
        && value.iter().take(4096).all(part)
        && !value.starts_with(b"http")
}

/// `1965-07-15`, `15/07/1965`
pub(crate) fn is_date(value: &[u8]) -> bool {
    let sign = |c: &u8| matches!(c, b'-' | b'/' | b'.');
    value.len() == 10
        && value.iter().filter(|c| c.is_ascii_digit()).count() == 8
        && value.iter().filter(|c| sign(c)).count() == 2
}

/// A moment within a day, of which a card knows nothing: `2026-12-01T10:04:09Z`.
pub(crate) fn is_moment(value: &[u8]) -> bool {
    matches!(value.get(10), Some(b'T' | b' '))
        && value.get(13) == Some(&b':')
        && value[..10].iter().all(|c| c.is_ascii_digit() || *c == b'-')
        && !matches!(&value[11..13], b"00" | b"23")
}

/// `98.6`, `0.9971`: how sure somebody is of a value.
pub(crate) fn is_score(value: &[u8]) -> bool {
    let point = memchr::memchr(b'.', value).unwrap_or_default();
    (1..=3).contains(&point)
        && value.len() <= 20
        && value.len() > point + 1
        && (value.iter().enumerate()).all(|(i, c)| i == point || c.is_ascii_digit())
}

/// `EKYC-1243`: the number of an issue of a tracker.
fn is_ticket(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|c| c.is_ascii_uppercase()).count();
    letters >= 2
        && value.get(letters) == Some(&b'-')
        && (1..=4).contains(&(value.len() - letters - 1))
        && value[letters + 1..].iter().all(u8::is_ascii_digit)
}

/// `hide_all`: a rule's word, where somebody's address would stand.
pub(crate) fn is_rules_word(value: &[u8]) -> bool {
    let word = |c: &u8| c.is_ascii_lowercase() || *c == b'_';
    value.contains(&b'_') && value.iter().all(word)
}
