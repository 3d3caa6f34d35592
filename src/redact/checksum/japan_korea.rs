//! Japan and Korea.

use super::{calendar, digits, number, weighted};

/// My Number, ordinance 85 of 2014: weights 6 5 4 3 2 7 6 5 4 3 2; 0 if the remainder is 0 or 1, else 11 minus it.
pub(super) fn jp_my_number(value: &[u8]) -> bool {
    let Some(all) = digits::<12>(value) else {
        return false;
    };
    let remainder = weighted(&all[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if remainder <= 1 { 0 } else { 11 - remainder };
    check == all[11]
}

/// Japanese driving licence: a commission's code (10 to 97 without gaps of ten, 00 for those first licensed abroad), year, serial, check digit, issue count.
pub(super) fn jp_driving_licence(value: &[u8]) -> bool {
    let Some(all) = digits::<12>(value) else {
        return false;
    };
    let commission = matches!(
        all[0] * 10 + all[1],
        0 | 10..=14 | 20..=25 | 30 | 40..=49 | 50..=55 | 60..=65 | 70..=74 | 80..=83 | 90..=97
    );
    commission && (11 - weighted(&all[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == all[10]
}

/// Korean resident or alien registration number without its check digit: a birth date whose century the seventh digit names.
///
/// Numbers given out or changed since October 2020 have random digits where the check digit was.
pub(super) fn kr_rrn_shape(value: &[u8]) -> bool {
    let Some(all) = digits::<13>(value) else {
        return false;
    };
    let century = match all[6] {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let year = century + all[0] * 10 + all[1];
    // A year that is still to come is a random number, and nobody born before 1850 is registered.
    (1850..=2049).contains(&year)
        && calendar::is_day(year, all[2] * 10 + all[3], all[4] * 10 + all[5])
}

/// The same with the check digit: weights 2 to 9 and 2 to 5, `(11 - sum mod 11) mod 10`; alien numbers add 2 (`13 - …`).
///
/// Thirteen digits from 14… to 18… are the milliseconds of 2014 to 2029 rather than somebody born in 1914 to 1918 or 2014 to 2018.
pub(super) fn kr_rrn(value: &[u8]) -> bool {
    let (true, Some(all)) = (kr_rrn_shape(value), digits::<13>(value)) else {
        return false;
    };
    if matches!(all[..2], [1, 4..=8]) {
        return false;
    }
    let remainder = weighted(&all[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
    let alien = matches!(all[6], 5..=8);
    (11 - remainder) % 10 == all[12] || (alien && (13 - remainder) % 10 == all[12])
}

/// Korean driving licence: a region of 11 to 28, year, serial, two check digits whose rule is not public.
pub(super) fn kr_driving_licence(value: &[u8]) -> bool {
    value.len() == 12
        && value.iter().all(u8::is_ascii_digit)
        && value
            .get(..2)
            .and_then(number)
            .is_some_and(|region| (11..=28).contains(&region))
}
