//! India: the Verhoeff scheme and the numbers that use letters.

use super::{bank, digit, digits, number};

/// Multiplication table of the dihedral group D5.
const D5: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// Verhoeff's permutation and its powers.
const PERMUTATIONS: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// J. Verhoeff, Error Detecting Decimal Codes, 1969: the product over all digits from the right is 0.
pub(super) fn verhoeff(value: &[u8]) -> bool {
    let product = value
        .iter()
        .rev()
        .enumerate()
        .try_fold(0u8, |product, (place, &byte)| {
            Some(
                D5[usize::from(product)]
                    [usize::from(PERMUTATIONS[place % 8][digit(byte)? as usize])],
            )
        });
    !value.is_empty() && product == Some(0)
}

/// Does it read the same backwards? UIDAI gives out no such numbers.
fn is_palindrome(value: &[u8]) -> bool {
    value.iter().eq(value.iter().rev())
}

/// Aadhaar: twelve digits, the first 2 to 9.
pub(super) fn aadhaar(value: &[u8]) -> bool {
    value.len() == 12 && value[0] >= b'2' && !is_palindrome(value) && verhoeff(value)
}

/// Virtual ID: sixteen digits, the first 2 to 9.
pub(super) fn vid(value: &[u8]) -> bool {
    value.len() == 16 && value[0] >= b'2' && !is_palindrome(value) && verhoeff(value)
}

/// PAN: three letters, the kind of holder, the initial of the name, four digits (not 0000), a check letter whose rule is not public.
pub(super) fn pan(value: &[u8]) -> bool {
    value.len() == 10
        && value[..5].iter().all(u8::is_ascii_uppercase)
        && b"ABCFGHJKLPTE".contains(&value[3])
        && number(&value[5..9]).is_some_and(|serial| serial > 0)
        && value[9].is_ascii_uppercase()
}

/// Voter card: three letters, seven digits that pass Luhn.
pub(super) fn epic(value: &[u8]) -> bool {
    value.len() == 10 && value[..3].iter().all(u8::is_ascii_uppercase) && bank::luhn(&value[3..])
}

/// Driving licence: a state's letters, the office, the year of issue, seven digits.
pub(super) fn driving_licence(value: &[u8]) -> bool {
    const STATES: &[&[u8; 2]] = &[
        b"AN", b"AP", b"AR", b"AS", b"BR", b"CG", b"CH", b"DD", b"DL", b"DN", b"GA", b"GJ", b"HP",
        b"HR", b"JH", b"JK", b"KA", b"KL", b"LA", b"LD", b"MH", b"ML", b"MN", b"MP", b"MZ", b"NL",
        b"OD", b"OR", b"PB", b"PY", b"RJ", b"SK", b"TG", b"TN", b"TR", b"TS", b"UA", b"UK", b"UP",
        b"WB",
    ];
    value.len() == 15
        && STATES.iter().any(|state| value.starts_with(*state))
        && value[2..].iter().all(u8::is_ascii_digit)
        && number(&value[4..8]).is_some_and(|year| (1950..=2049).contains(&year))
}

/// Passport: a letter that is in use, a first digit above zero, six more, the last above zero.
pub(super) fn passport(value: &[u8]) -> bool {
    value.len() == 8
        && value[0].is_ascii_uppercase()
        && !matches!(value[0], b'Q' | b'X' | b'Y')
        && value[1] != b'0'
        && digits::<7>(&value[1..]).is_some()
}
