//! Payment cards and bank accounts.

use super::{base36, digit, number};

/// ISO/IEC 7812-1 annex B: every second digit from the right doubled, digits of the products summed, 0 modulo 10.
pub(super) fn luhn(value: &[u8]) -> bool {
    let sum = value
        .iter()
        .rev()
        .enumerate()
        .try_fold(0, |sum, (place, &byte)| {
            let plain = digit(byte)?;
            let doubled = if place % 2 == 0 {
                plain
            } else {
                plain * 2 / 10 + plain * 2 % 10
            };
            Some(sum + doubled)
        });
    value.len() > 1 && sum.is_some_and(|sum: u32| sum.is_multiple_of(10))
}

/// A prefix and a length that a card scheme gives out, and Luhn. Not all digits the same.
pub(super) fn bank_card(value: &[u8]) -> bool {
    let Some(six) = value.get(..6).and_then(number) else {
        return false;
    };
    let length = value.len();
    let known = match six {
        // UnionPay, and the national schemes that share its range. Cards of 16 to 19 digits.
        620000..=629999 | 810000..=817199 => (16..=19).contains(&length),
        // Debit cards of Chinese banks from before the range 62, 19 digits or 16.
        103000 | 940000..=969999 | 900000..=909999 => matches!(length, 16 | 18 | 19),
        // Visa.
        400000..=499999 => matches!(length, 16 | 19),
        // Mastercard, Maestro.
        510000..=559999 | 222100..=272099 => length == 16,
        500000..=509999 | 560000..=589999 | 630000..=639999 | 670000..=679999 => {
            (16..=19).contains(&length)
        }
        // American Express.
        340000..=349999 | 370000..=379999 => length == 15,
        // JCB.
        352800..=358999 => matches!(length, 16..=19),
        // Diners Club.
        300000..=305999 | 309500..=309599 | 360000..=369999 | 380000..=399999 => {
            matches!(length, 14 | 16)
        }
        // Discover and RuPay.
        601100..=601199 | 644000..=659999 => matches!(length, 16..=19),
        606900..=608599 | 820000..=829999 => length == 16,
        // Mir, Troy, BC Card and other Korean cards, NAPAS (Vietnam), GPN (Indonesia).
        220000..=220499 | 979200..=979399 | 970400..=970499 | 195000..=195099 => {
            matches!(length, 16..=19)
        }
        _ => false,
    };
    known && value.iter().any(|byte| *byte != value[0]) && luhn(value)
}

/// ISO 13616: country, check digits, account; moved to the end and read as one number, 1 modulo 97.
pub(super) fn iban(value: &[u8]) -> bool {
    if !(15..=34).contains(&value.len())
        || !value[..2].iter().all(u8::is_ascii_uppercase)
        || !value[2..4].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let remainder = value[4..]
        .iter()
        .chain(&value[..4])
        .try_fold(0, |remainder, &byte| {
            let place = base36(byte)?;
            Some(if place < 10 {
                (remainder * 10 + place) % 97
            } else {
                (remainder * 100 + place) % 97
            })
        });
    remainder == Some(1)
}
