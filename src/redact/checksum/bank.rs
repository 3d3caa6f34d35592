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

/// The countries that have IBANs, with the length of theirs (SWIFT's registry; those of Asia, of Europe and a few more).
#[rustfmt::skip]
const IBAN_LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AE", 23), (b"AZ", 28), (b"BH", 22), (b"GE", 22), (b"IL", 23), (b"IQ", 23), (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28),
    (b"MN", 20), (b"OM", 23), (b"PK", 24), (b"PS", 29), (b"QA", 29), (b"SA", 24), (b"TL", 23), (b"TR", 26), (b"YE", 30), (b"EG", 29),
    (b"AD", 24), (b"AL", 28), (b"AT", 20), (b"BA", 20), (b"BE", 16), (b"BG", 22), (b"BY", 28), (b"CH", 21), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DK", 18), (b"EE", 20), (b"ES", 24), (b"FI", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GI", 23), (b"GL", 18),
    (b"GR", 27), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IS", 26), (b"IT", 27), (b"LI", 21), (b"LT", 20), (b"LU", 20), (b"LV", 21),
    (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MT", 31), (b"NL", 18), (b"NO", 15), (b"PL", 28), (b"PT", 25), (b"RO", 24),
    (b"RS", 22), (b"RU", 33), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"UA", 29), (b"VA", 22), (b"XK", 20), (b"BR", 29),
];

/// ISO 13616: a country with the length of its accounts, check digits, account; moved to the end and read as one number, 1 modulo 97.
///
/// Most banks' numbers are digits but for a code of four letters, which keeps hexadecimal digests out: letters must stand together at the front.
pub(super) fn iban(value: &[u8]) -> bool {
    let known = IBAN_LENGTHS
        .iter()
        .any(|(country, length)| value.starts_with(*country) && value.len() == *length);
    if !known || !value[2..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let letters = value[4..]
        .iter()
        .filter(|byte| byte.is_ascii_uppercase())
        .count();
    let leading = value[4..]
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    if letters > leading + 1 {
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
