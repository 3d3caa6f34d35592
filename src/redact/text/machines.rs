//! What machines write where a person's address, name or secret would stand.

/// A longer number may be a person's.
const SHORT_NUMBER: usize = 7;

/// Is a value a machine's address: `kafka-1:9092`, `:8080`, `10.0.0.1`, `kyc-api.internal`, `00:1a:2b:3c:4d:5e`, `tcp://10.0.0.1:80`,
/// `/var/run/x.sock`, `0xc000123456`?
pub(crate) fn is_endpoint(value: &[u8]) -> bool {
    // most are people's
    if !value.is_ascii() {
        return false;
    }
    if let Some(space) = memchr::memchr(b' ', value) {
        // `Address 1: 10.96.0.10 mysql-0.mysql`
        return is_dotted(&value[..space]);
    }
    is_socket(value) || is_host(value) || is_hardware(value) || is_location(value) || is_ipv6(value)
}

fn is_socket(value: &[u8]) -> bool {
    let plain =
        |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    let port = value.rsplit(|c| *c == b':').next().unwrap_or_default();
    let ported = port.len() < value.len()
        && (1..=5).contains(&port.len())
        && port.iter().all(u8::is_ascii_digit);
    value.iter().all(plain) && (ported || is_dotted(value) || value.starts_with(b"0x"))
}

/// `10.0.0.1`
fn is_dotted(value: &[u8]) -> bool {
    value.iter().filter(|c| **c == b'.').count() == 3
        && value.iter().all(|c| c.is_ascii_digit() || *c == b'.')
}

/// `2408:89cb:506d::d74c` (RFC 4291).
fn is_ipv6(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
}

fn is_host(value: &[u8]) -> bool {
    let part = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    value == b"localhost"
        || value.last().is_some_and(u8::is_ascii_lowercase)
            && memchr::memchr(b'.', value).is_some()
            && value.iter().all(part)
}

fn is_hardware(value: &[u8]) -> bool {
    let pair = |pair: &[u8]| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
    value.len() == 17 && value.split(|c| matches!(c, b':' | b'-')).all(pair)
}

fn is_location(value: &[u8]) -> bool {
    let scheme = |c: &u8| c.is_ascii_alphanumeric() || *c == b'+';
    match memchr::memmem::find(value, b"://") {
        Some(end) if end > 0 && value[..end].iter().all(scheme) => true,
        _ => value.starts_with(b"/") && memchr::memchr(b'/', &value[1..]).is_some(),
    }
}

/// Does the name of a header that numbers messages stand before what is written like an address of mail: `Message-ID: <`?
pub(crate) fn is_message_id(before: &[u8]) -> bool {
    const HEADERS: [&[u8]; 4] = [b"message-id", b"content-id", b"in-reply-to", b"references"];
    let Some(head) = before.strip_suffix(b"<") else {
        return false;
    };
    let sign = |c: &&u8| matches!(**c, b' ' | b':' | b'=' | b'"' | b'\'' | b'\\');
    let head = &head[..head.len() - head.iter().rev().take(8).take_while(sign).count()];
    let ends = |name: &&[u8]| {
        head.len() >= name.len() && head[head.len() - name.len()..].eq_ignore_ascii_case(name)
    };
    HEADERS.iter().any(ends)
}

/// Is a value made of a program's words: `face_compare`, `default-config-2`, `sts.example.com`?
pub(crate) fn is_machine_word(value: &[u8]) -> bool {
    let is_word = |word: &[u8]| {
        let letters = word.iter().take_while(|c| c.is_ascii_lowercase()).count();
        let digits = word.len() - letters;
        digits <= 2
            && letters <= 12
            && word[letters..].iter().all(u8::is_ascii_digit)
            && (digits == 0 || letters <= 1)
    };
    value.len() <= 64
        && value
            .split(|c| matches!(c, b'_' | b'-' | b'.'))
            .all(is_word)
}

/// Is a value the number of a program's own row rather than one that a bank gives out: `ac_1029`, `10293`, an identifier in hexadecimal?
pub(crate) fn is_program_id(value: &[u8]) -> bool {
    const FEWEST: usize = 6;
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let small = value.iter().any(u8::is_ascii_lowercase);
    let joined = memchr::memchr2(b'_', b'-', value).is_some();
    memchr::memchr2(b'@', b'*', value).is_none() && (digits < FEWEST || small && joined)
}

/// Does only a program write so: `42`, `0.93`, `null`, `PENDING`, `id_card`, `2026-11-23 10:20:30.123+08`, an identifier in hexadecimal?
pub(crate) fn is_program_value(value: &[u8]) -> bool {
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let number = |c: &u8| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+' | b':');
    let word = |c: &u8| c.is_ascii_alphabetic() || matches!(c, b'_' | b'-' | b'.');
    let date = value.len() == 10 && value.iter().filter(|c| **c == b'-').count() == 2;
    // F and M may be somebody's
    let gender = matches!(value, b"F" | b"M");
    let cased = value.iter().all(|c| !c.is_ascii_lowercase())
        || value.iter().all(|c| !c.is_ascii_uppercase());
    let decimal = memchr::memchr(b'.', value).is_some_and(|point| point <= SHORT_NUMBER)
        && value.iter().filter(|c| !c.is_ascii_digit()).count() == 1;
    decimal
        || digits <= SHORT_NUMBER && value.iter().all(number) && !date
        || digits == 0 && cased && !gender && value.iter().all(word)
        || is_time(value)
        || is_identifier(value)
}

/// A date with a time of day.
fn is_time(value: &[u8]) -> bool {
    let date = |c: &u8| c.is_ascii_digit() || *c == b'-';
    let time = |c: &u8| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'+' | b'-' | b'Z');
    let divided = value.split_at_checked(10).is_some_and(|(day, rest)| {
        day.iter().all(date)
            && matches!(rest.first(), Some(b' ' | b'T'))
            && rest[1..].iter().all(time)
            && rest[1..].contains(&b':')
    });
    divided && value.len() >= 15
}

/// `6f1c2d3e-8a4b-4c5d-9e6f-7a8b9c0d1e2f`
fn is_identifier(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, c)| match i {
            8 | 13 | 18 | 23 => *c == b'-',
            _ => c.is_ascii_hexdigit(),
        })
}
