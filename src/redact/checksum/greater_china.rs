//! Mainland China, Hong Kong, Macau and Taiwan.

use super::{base36, calendar, digit, digits, weighted};

/// The first two digits of a mainland region code: provinces of GB/T 2260, 81 to 83 for residence permits, 71 for Taiwan, 91 abroad.
///
/// The other four digits are not tested: counties are renamed and merged every year, and old numbers keep theirs.
fn is_province(value: &[u8]) -> bool {
    matches!(
        value,
        [b'1', b'1'..=b'5']
            | [b'2', b'1'..=b'3']
            | [b'3', b'1'..=b'7']
            | [b'4', b'1'..=b'6']
            | [b'5', b'0'..=b'4']
            | [b'6', b'1'..=b'6']
            | [b'7', b'1']
            | [b'8', b'1'..=b'3']
            | [b'9', b'1']
    )
}

/// GB 11643-1999: region, birth date, serial number, check character by ISO 7064 MOD 11-2.
///
/// The foreign permanent resident card of 2023 has the same check and date: 9, two digits of the province, three of the country.
pub(super) fn cn_resident18(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if !cn_resident18_shape(value) {
        return false;
    }
    let Some(head) = digits::<17>(&value[..17]) else {
        return false;
    };
    b"10X98765432"[weighted(&head, &WEIGHTS) as usize % 11] == value[17]
}

/// The same without the check character: what a misread or invented number still has.
pub(super) fn cn_resident18_shape(value: &[u8]) -> bool {
    let [head @ .., last] = value else {
        return false;
    };
    if head.len() != 17
        || !head.iter().all(u8::is_ascii_digit)
        || !(last.is_ascii_digit() || *last == b'X')
    {
        return false;
    }
    let region = is_province(&head[..2]) || (head[0] == b'9' && is_province(&head[1..3]));
    region && calendar::is_birth_yyyymmdd(&head[6..14])
}

/// GB 11643-1989: region, birth date without century, serial number.
pub(super) fn cn_resident15(value: &[u8]) -> bool {
    value.len() == 15
        && value.iter().all(u8::is_ascii_digit)
        && is_province(&value[..2])
        && calendar::is_yymmdd(&value[6..12])
}

/// Foreign permanent resident card until 2023: ICAO country, two digits of the province, two of the office, birth date, serial and check.
pub(super) fn cn_foreign_permanent15(value: &[u8]) -> bool {
    value.len() == 15
        && value[..3].iter().all(u8::is_ascii_uppercase)
        && value[3..].iter().all(u8::is_ascii_digit)
        && is_province(&value[3..5])
        && calendar::is_yymmdd(&value[7..13])
}

/// Home return permit with its issue count: H or M, eight digits, two digits from 00 (first card) to 30.
pub(super) fn cn_permit_hm10(value: &[u8]) -> bool {
    value.len() == 11
        && matches!(value[0], b'H' | b'M')
        && value[1..].iter().all(u8::is_ascii_digit)
        && value[9] <= b'2'
}

/// Chinese, Hong Kong and Macau passports by their first letters.
pub(super) fn cn_passport(value: &[u8]) -> bool {
    if value.len() != 9 || !value[2..].iter().all(u8::is_ascii_digit) {
        return false;
    }
    match (value[0], value[1]) {
        (b'E' | b'G' | b'D' | b'S' | b'P' | b'K' | b'H', second) if second.is_ascii_digit() => true,
        // I and O are left out of the second letter, as they read like digits.
        (b'E', second) => second.is_ascii_uppercase() && !matches!(second, b'I' | b'O'),
        (b'K' | b'H', b'J') | (b'M', b'A' | b'B') => true,
        _ => false,
    }
}

/// Hong Kong: letters as 10 to 35, a missing first letter as 36, weights 9 to 2, check character (10 is `A`) with weight 1, modulus 11.
pub(super) fn hk_id(value: &[u8]) -> bool {
    let (letters, tail) = match value.len() {
        8 => value.split_at(1),
        9 => value.split_at(2),
        _ => return false,
    };
    if !letters.iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let first = if letters.len() == 2 {
        base36(letters[0])
    } else {
        Some(36)
    };
    let (Some(first), Some(second)) = (first, base36(letters[letters.len() - 1])) else {
        return false;
    };
    let Some(six) = digits::<6>(&tail[..6]) else {
        return false;
    };
    let check = match tail[6] {
        b'A' => 10,
        other => match digit(other) {
            Some(value) => value,
            None => return false,
        },
    };
    (first * 9 + second * 8 + weighted(&six, &[7, 6, 5, 4, 3, 2]) + check).is_multiple_of(11)
}

/// Macau: a first digit of the series that were given out. No rule of the last digit is published.
pub(super) fn mo_bir(value: &[u8]) -> bool {
    value.len() == 8
        && matches!(value[0], b'1' | b'5' | b'7')
        && value.iter().all(u8::is_ascii_digit)
}

/// The number of a Taiwanese letter: the table of the Ministry of the Interior, in the order in which counties got theirs.
fn tw_letter(letter: u8) -> Option<u32> {
    b"ABCDEFGHJKLMNPQRSTUVXYWZIO"
        .iter()
        .position(|&known| known == letter)
        .map(|index| index as u32 + 10)
}

/// Letter's tens digit once, its ones digit nine times, then weights 8 to 1 and the check digit once: 0 modulo 10.
fn tw_sum(letter: u8, second: u32, rest: &[u8]) -> bool {
    let (Some(code), Some(rest)) = (tw_letter(letter), digits::<8>(rest)) else {
        return false;
    };
    let sum = code / 10 + code % 10 * 9 + second * 8 + weighted(&rest, &[7, 6, 5, 4, 3, 2, 1, 1]);
    sum.is_multiple_of(10)
}

/// Taiwan national identity number: second character 1 or 2.
pub(super) fn tw_id(value: &[u8]) -> bool {
    value.len() == 10
        && matches!(value[1], b'1' | b'2')
        && tw_sum(value[0], u32::from(value[1] - b'0'), &value[2..])
}

/// Taiwan resident certificate since 2021: second character 8 or 9; 7 for persons without household registration.
pub(super) fn tw_resident_new(value: &[u8]) -> bool {
    value.len() == 10
        && matches!(value[1], b'7'..=b'9')
        && tw_sum(value[0], u32::from(value[1] - b'0'), &value[2..])
}

/// Taiwan resident certificate before 2021: second character A to D, of whose number the ones digit counts.
pub(super) fn tw_resident_old(value: &[u8]) -> bool {
    value.len() == 10
        && matches!(value[1], b'A'..=b'D')
        && tw_letter(value[1]).is_some_and(|code| tw_sum(value[0], code % 10, &value[2..]))
}
