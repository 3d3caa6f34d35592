//! What stands around or in a number that says it is no value of a person: a decimal point, a list, a UUID, a program's word, a time.

use super::SURE_LENGTH;
use super::cluster::Word;

/// Is the value a part of a decimal number (`0.123…`, `123….5`)?
pub(crate) fn within_number(text: &[u8], start: usize, end: usize) -> bool {
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    (start >= 2 && text[start - 1] == b'.' && digit(Some(start - 2)))
        || (text.get(end) == Some(&b'.') && digit(Some(end + 1)))
}

/// What stands behind a card's number on its magnetic stripe (ISO/IEC 7813, track 2): a sign, the month of expiry, service code and the issuer's
/// own digits.
pub(crate) fn track_run(text: &[u8], end: usize) -> usize {
    if text.get(end) != Some(&b'=') {
        return 0;
    }
    let digits = text[end + 1..].iter().take_while(|c| c.is_ascii_digit());
    let digits = digits.count();
    if (7..=24).contains(&digits) {
        digits + 1
    } else {
        0
    }
}

/// Does an underscore glue the value to a word: `shard_13912345678`? A file or an entry of a cache that is called by it goes on behind it:
/// `kyc_13912345678_front.jpg`.
pub(crate) fn is_named(text: &[u8], start: usize, end: usize) -> bool {
    let goes_on = matches!(text.get(end), Some(b'_' | b'.'))
        && text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
    start >= 2 && text[start - 1] == b'_' && text[start - 2].is_ascii_alphabetic() && !goes_on
}

/// Do further groups of the same list stand around groups of one length: `1024 2048 4096 8192`, the middle of a UUID?
pub(crate) fn within_list(text: &[u8], window: &[Word]) -> bool {
    let (start, end) = (window[0].start, window[window.len() - 1].end);
    let separator = text[window[0].end];
    if window.iter().any(|w| w.len() != window[0].len()) {
        return false;
    }
    let digit = |i: usize| text.get(i).is_some_and(u8::is_ascii_digit);
    (start >= 2 && text[start - 1] == separator && digit(start - 2))
        || (text.get(end) == Some(&separator) && digit(end + 1))
        || (separator == b'-' && within_token_of(text, start, end))
}

/// Does a unit stand behind the number, `17766687043 bytes`, or the same once more in a larger one, `18631942013/17.3gb`?
pub(crate) fn is_measured(behind: &[u8], units: &[String]) -> bool {
    let word = behind.strip_prefix(b" ").unwrap_or(behind);
    let ends = |at: usize| !word.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let unit = |unit: &String| word.starts_with(unit.as_bytes()) && ends(unit.len());
    let larger = || {
        let rest = behind.strip_prefix(b"/")?;
        let number = |c: &&u8| c.is_ascii_digit() || **c == b'.';
        let length = rest.iter().take(8).take_while(number).count();
        let unit = rest.get(length..length + 2)?;
        Some(length > 0 && unit[1].eq_ignore_ascii_case(&b'b') && unit[0].is_ascii_alphabetic())
    };
    word.first().is_some_and(|c| !c.is_ascii_digit())
        && (units.iter().any(unit) || larger() == Some(true))
}

/// Is it a part of an IP address, `109.154.236.87`, or of the name of a host that is called by one, `node-117-165-227-227`?
pub(crate) fn within_ip(text: &[u8], start: usize, end: usize) -> bool {
    const LONGEST: usize = 16;
    let of = |sign: u8| {
        let part = |c: &&u8| c.is_ascii_digit() || **c == sign;
        let before = text[..start].iter().rev().take(LONGEST).take_while(part);
        let after = text[end..].iter().take(LONGEST).take_while(part);
        start - before.count()..end + after.count()
    };
    let quad = |run: &[u8], sign: u8| {
        let octet =
            |part: &[u8]| std::str::from_utf8(part).is_ok_and(|part| part.parse::<u8>().is_ok());
        run.len() <= LONGEST
            && run.split(|c| *c == sign).count() == 4
            && run.split(|c| *c == sign).all(octet)
    };
    let (dots, dashes) = (of(b'.'), of(b'-'));
    let called = dashes.start > 0 && text[dashes.start - 1].is_ascii_alphabetic();
    quad(&text[dots], b'.')
        || called && text[dashes.start] == b'-' && quad(&text[dashes.start + 1..dashes.end], b'-')
}

/// Is it a group of a UUID (RFC 9562), `…-aa72-ad41328605ed`?
pub(crate) fn within_uuid(text: &[u8], start: usize, end: usize) -> bool {
    const LENGTH: usize = 36;
    let part = |c: &&u8| c.is_ascii_hexdigit() || **c == b'-';
    let before = text[..start].iter().rev().take(LENGTH).take_while(part);
    let after = text[end..].iter().take(LENGTH).take_while(part);
    let run = &text[start - before.count()..end + after.count()];
    if run.len() == LENGTH && [8, 13, 18, 23].iter().all(|i| run[*i] == b'-') {
        return true;
    }
    // the beginning was cut
    let Some([b'-', group @ .., b'-']) = start.checked_sub(6).map(|i| &text[i..start]) else {
        return false;
    };
    group.iter().all(u8::is_ascii_hexdigit)
}

/// Is it a piece of a longer machine token, such as the last group of a UUID? A neighbour glued by `-`, `_`, `.`, `/` or `#` that holds a
/// digit says so (`NRIC-S1234567D` is none, `4f8f-a5ec-446655440000` is one).
pub(crate) fn within_token_of(text: &[u8], start: usize, end: usize) -> bool {
    let glue = |c: u8| matches!(c, b'-' | b'.' | b'_' | b'/' | b'#');
    let word = |c: &&u8| c.is_ascii_alphanumeric();
    let before = start > 0
        && glue(text[start - 1])
        && text[..start - 1]
            .iter()
            .rev()
            .take(12)
            .take_while(word)
            .any(u8::is_ascii_digit);
    let after = text.get(end).is_some_and(|c| glue(*c))
        && text[end + 1..]
            .iter()
            .take(12)
            .take_while(word)
            .any(u8::is_ascii_digit);
    before || after
}

/// Are the letters of a short value words beside a number (`backup of 20261126 is done`), or digits of a hexadecimal one (`ab12345678cd`)?
/// Words are set apart in small letters; where no check digit is right, their signs differ as well: `SG-92894080 OK`.
pub(crate) fn is_prose(text: &[u8], window: &[Word], length: usize, checked: bool) -> bool {
    let of = |w: &Word| &text[w.start..w.end];
    if length >= SURE_LENGTH {
        return false;
    }
    if let [whole] = window {
        return !checked
            && of(whole).iter().any(u8::is_ascii_lowercase)
            && !of(whole)
                .iter()
                .any(|c| matches!(c, b'G'..=b'Z' | b'g'..=b'z'));
    }
    let gap = |pair: &[Word]| text[pair[0].end];
    let apart = |w: &Word| w.digits == 0 && of(w).iter().any(u8::is_ascii_lowercase);
    let lettered = |w: &Word| w.digits < w.len();
    window.iter().any(apart)
        || !checked
            && window.iter().any(lettered)
            && window.windows(2).any(|pair| gap(pair) != gap(window))
}

/// Could the digits be a time of which a log speaks: seconds, milliseconds or microseconds since 1970, between 2015 and 2033?
pub(crate) fn is_epoch(compact: &[u8]) -> bool {
    matches!(compact.len(), 10 | 13 | 16)
        && compact[..3] >= b"142"[..]
        && compact[..1] < b"2"[..]
        && compact.iter().all(u8::is_ascii_digit)
}
