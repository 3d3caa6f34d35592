//! Machine-readable zones (ICAO Doc 9303) and the numbers of passports.

use super::digit;

/// The value of a character: digits themselves, letters from 10, the filler 0.
fn value_of(byte: u8) -> Option<u32> {
    match byte {
        b'<' => Some(0),
        other => super::base36(other),
    }
}

/// Weights 7 3 1 over the parts in a row, modulus 10. The filler as a check digit stands for 0, where its field is empty.
fn checked(parts: &[&[u8]], check: u8) -> bool {
    let sum = parts
        .iter()
        .flat_map(|part| part.iter())
        .enumerate()
        .try_fold(0, |sum, (place, &byte)| {
            Some(sum + value_of(byte)? * [7, 3, 1][place % 3])
        });
    let check = if check == b'<' { Some(0) } else { digit(check) };
    sum.is_some_and(|sum: u32| Some(sum % 10) == check)
}

/// Is this a machine-readable zone, or one of its lines? White space divides lines and is skipped.
pub(super) fn mrz(value: &[u8]) -> bool {
    let mut zone = [0u8; 90];
    let mut length = 0;
    for &byte in value.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        if length == zone.len() || value_of(byte).is_none() {
            return false;
        }
        zone[length] = byte;
        length += 1;
    }
    let zone = &zone[..length];
    match length {
        88 => name_line(&zone[..44]) || long_line(&zone[44..]),
        90 => td1_first(&zone[..30]) || td1_second(&zone[30..60]),
        72 => name_line(&zone[..36]) || middle_line(&zone[36..]),
        60 => td1_first(&zone[..30]) || td1_second(&zone[30..]) || td1_second(&zone[..30]),
        44 => long_line(zone) || name_line(zone),
        36 => middle_line(zone) || name_line(zone),
        30 => td1_first(zone) || td1_second(zone) || td1_third(zone) || one_line_permit(zone),
        // A misread zone lost or gained a filler: its name line still gives it away.
        28..=43 => name_line(zone),
        // Both lines, with fillers missing between them.
        61.. => long_line(&zone[length - 44..]) || middle_line(&zone[length - 36..]),
        _ => false,
    }
}

/// `P<UTOERIKSSON<<ANNA<MARIA<<<`: kind of document, country, the name in letters and fillers only.
fn name_line(line: &[u8]) -> bool {
    matches!(line[0], b'P' | b'I' | b'A' | b'C' | b'V')
        && (line[1] == b'<' || line[1].is_ascii_uppercase())
        && line[2..5]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && line[5].is_ascii_uppercase()
        && line[5..]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && line[5..].windows(2).any(|pair| pair == b"<<")
}

/// Second line of TD3 and MRV-A: two of the checks of number, birth date and expiry date must hold, so that one misread character does not hide it.
fn long_line(line: &[u8]) -> bool {
    dates_and_number(line)
}

/// Second line of TD2 and MRV-B: the same places.
fn middle_line(line: &[u8]) -> bool {
    dates_and_number(line)
}

/// Document number 0..9, nationality 10..13, birth date 13..19, sex 20, expiry date 21..27: each date and the number with its check digit.
fn dates_and_number(line: &[u8]) -> bool {
    let number = checked(&[&line[..9]], line[9]);
    let birth = checked(&[&line[13..19]], line[19])
        && line[13..19]
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'<');
    let expiry = checked(&[&line[21..27]], line[27]) && line[21..27].iter().all(u8::is_ascii_digit);
    line[10..13]
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && matches!(line[20], b'M' | b'F' | b'X' | b'<')
        && [number, birth, expiry]
            .iter()
            .filter(|holds| **holds)
            .count()
            >= 2
}

/// First line of TD1: kind, country, document number with its check digit (a long number leaves the filler there).
fn td1_first(line: &[u8]) -> bool {
    matches!(line[0], b'I' | b'A' | b'C')
        && (line[1] == b'<' || line[1].is_ascii_uppercase())
        && line[2..5]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && line[5..14].iter().any(u8::is_ascii_digit)
        && (line[14] == b'<' || checked(&[&line[5..14]], line[14]))
}

/// Second line of TD1: birth date, sex, expiry date, nationality.
fn td1_second(line: &[u8]) -> bool {
    checked(&[&line[..6]], line[6])
        && line[..6]
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'<')
        && matches!(line[7], b'M' | b'F' | b'X' | b'<')
        && checked(&[&line[8..14]], line[14])
        && line[8..14].iter().all(u8::is_ascii_digit)
        && line[15..18]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
}

/// Third line of TD1: a name and fillers to the end.
fn td1_third(line: &[u8]) -> bool {
    line[0].is_ascii_uppercase()
        && line
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'<')
        && line.windows(2).any(|pair| pair == b"<<")
}

/// The single line of Chinese travel permits since 2013 (`CR…`, `CS…`, `CD…`): kind, number, expiry date, birth date.
fn one_line_permit(line: &[u8]) -> bool {
    line[0] == b'C'
        && matches!(line[1], b'R' | b'S' | b'D' | b'T')
        && line.iter().filter(|byte| byte.is_ascii_digit()).count() >= 14
}

/// Any country's passport number: six to nine letters and digits of which four are digits, at most two of the letters in front.
pub(super) fn passport_any(value: &[u8]) -> bool {
    (6..=9).contains(&value.len())
        && value.iter().all(u8::is_ascii_alphanumeric)
        && value.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4
        && !is_size(value)
        && !is_measure(value)
}

/// `1811ms`, `20480KB`
fn is_measure(value: &[u8]) -> bool {
    const UNITS: [&[u8]; 7] = [b"ms", b"us", b"ns", b"kb", b"mb", b"gb", b"px"];
    let digits = value.iter().take_while(|c| c.is_ascii_digit()).count();
    UNITS
        .iter()
        .any(|unit| value[digits..].eq_ignore_ascii_case(unit))
}

/// `640x480`
fn is_size(value: &[u8]) -> bool {
    let mut sides = value.split(|c| *c == b'x' || *c == b'X');
    let is_side =
        |side: &[u8]| (2..=5).contains(&side.len()) && side.iter().all(u8::is_ascii_digit);
    sides.next().is_some_and(is_side) && sides.next().is_some_and(is_side) && sides.next().is_none()
}
