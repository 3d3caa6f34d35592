//! Singapore, Thailand, Malaysia, Indonesia, the Philippines and Vietnam.

use super::{calendar, digits, number, weighted};

/// Singapore NRIC and FIN: weights 2 7 6 5 4 3 2, an offset by series, a letter table by series.
///
/// The M series (FIN since 2022) has the offset 3 and a table of its own.
pub(super) fn sg_nric(value: &[u8]) -> bool {
    let (Some(body), true) = (value.get(1..8).and_then(digits::<7>), value.len() == 9) else {
        return false;
    };
    let (offset, letters): (u32, &[u8; 11]) = match value[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    letters[(weighted(&body, &[2, 7, 6, 5, 4, 3, 2]) + offset) as usize % 11] == value[8]
}

/// A masked NRIC ends in a letter that some series uses.
pub(super) fn sg_nric_masked(value: &[u8]) -> bool {
    value
        .last()
        .is_some_and(|letter| b"JZIHGFEDCBAXWUTRQPNMLK".contains(letter))
}

/// Thailand: weights 13 to 2, check digit `(11 - sum mod 11) mod 10`. First digit 0 to 8 (0 on cards of people without nationality).
pub(super) fn th_pin(value: &[u8]) -> bool {
    let Some(all) = digits::<13>(value) else {
        return false;
    };
    all[0] <= 8
        && (11 - weighted(&all[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10
            == all[12]
}

/// Malaysia MyKad: birth date, then a place of birth that the National Registration Department has given a code.
pub(super) fn my_nric(value: &[u8]) -> bool {
    let (12, true) = (value.len(), value.iter().all(u8::is_ascii_digit)) else {
        return false;
    };
    let place = number(&value[6..8]).unwrap_or(0);
    let known = !matches!(place, 0 | 17..=20 | 69 | 70 | 73 | 80 | 81 | 94..=97);
    known && calendar::is_yymmdd(&value[..6])
}

/// Malaysian passports begin with A (peninsula), H (Sarawak) or K (Sabah).
pub(super) fn my_passport(value: &[u8]) -> bool {
    value.len() == 9
        && matches!(value[0], b'A' | b'H' | b'K')
        && value[1..].iter().all(u8::is_ascii_digit)
}

/// Indonesia NIK: a province of the Ministry of Home Affairs, a birth date (day + 40 for women), a serial number above zero.
pub(super) fn id_nik(value: &[u8]) -> bool {
    let (16, true) = (value.len(), value.iter().all(u8::is_ascii_digit)) else {
        return false;
    };
    let part = |from: usize, to: usize| number(&value[from..to]).unwrap_or(0);
    // 91 to 96 are Papua and the provinces that were cut out of it.
    let province =
        matches!(part(0, 2), 11..=21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97);
    let day = match part(6, 8) {
        day @ 41..=71 => day - 40,
        day => day,
    };
    province
        && part(2, 4) > 0
        && part(4, 6) > 0
        && calendar::is_day(2000 + part(10, 12), part(8, 10), day)
        && part(12, 16) > 0
}

/// Philippine TIN: weights 9 to 2 modulus 11 as validators in circulation have it; the Bureau of Internal Revenue publishes no rule.
pub(super) fn ph_tin(value: &[u8]) -> bool {
    let (9 | 12 | 14, Some(all)) = (value.len(), value.get(..9).and_then(digits::<9>)) else {
        return false;
    };
    value.iter().all(u8::is_ascii_digit)
        && weighted(&all[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == all[8]
}

/// Vietnam CCCD: a province code of 1999 (001 to 096, with gaps), century and sex 0 to 3 for anyone alive.
pub(super) fn vn_cccd(value: &[u8]) -> bool {
    let (12, true) = (value.len(), value.iter().all(u8::is_ascii_digit)) else {
        return false;
    };
    let province = number(&value[..3]).unwrap_or(0);
    let known = matches!(
        province,
        1 | 2 | 4 | 6 | 8 | 10 | 11 | 12 | 14 | 15 | 17 | 19 | 20 | 22 | 24..=27 | 30 | 31 | 33..=38 | 40 | 42 | 44..=46
            | 48 | 49 | 51 | 52 | 54 | 56 | 58 | 60 | 62 | 64 | 66..=68 | 70 | 72 | 74 | 75 | 77 | 79 | 80 | 82..=84 | 86 | 87 | 89 | 91..=96
    );
    // Born in the 1900s (0 men, 1 women) or the 2000s (2, 3); a year of the 2000s that is still to come is a random number.
    let century = value[3];
    let year = number(&value[4..6]).unwrap_or(0);
    known && (matches!(century, b'0' | b'1') || (matches!(century, b'2' | b'3') && year <= 49))
}

/// Vietnam tax code: weights 31 29 23 19 17 13 7 5 3, check digit `10 - sum mod 11`.
pub(super) fn vn_mst(value: &[u8]) -> bool {
    let (10 | 13, Some(all)) = (value.len(), value.get(..10).and_then(digits::<10>)) else {
        return false;
    };
    let sum = weighted(&all[..9], &[31, 29, 23, 19, 17, 13, 7, 5, 3]);
    value.iter().all(u8::is_ascii_digit) && 10 - sum % 11 == all[9]
}
