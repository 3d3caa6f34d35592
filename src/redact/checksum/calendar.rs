//! Dates inside numbers: the real calendar, leap years included, and which years a living or recently dead person can be born in.

use super::number;

/// The first birth year that counts. Registers hold people born in the 19th century.
const FIRST_YEAR: u32 = 1850;

/// The last birth year that counts. A constant and not the clock: the redactor knows no clock, and a line must redact the same in every year.
const LAST_YEAR: u32 = 2049;

/// Is this a day of the Gregorian calendar?
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `19491231`: a birth date with a full year.
pub(super) fn is_birth_yyyymmdd(value: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (
        value.get(..4).and_then(number),
        value.get(4..6).and_then(number),
        value.get(6..8).and_then(number),
    ) else {
        return false;
    };
    value.len() == 8 && (FIRST_YEAR..=LAST_YEAR).contains(&year) && is_day(year, month, day)
}

/// `491231`: a date without its century. 29 February counts if it exists in 1900s or 2000s: 2000 was a leap year, so any year of four does.
pub(super) fn is_yymmdd(value: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (
        value.get(..2).and_then(number),
        value.get(2..4).and_then(number),
        value.get(4..6).and_then(number),
    ) else {
        return false;
    };
    value.len() == 6 && is_day(2000 + year, month, day)
}
