//! The rest of Asia.

use super::{bank, calendar, digits, number, weighted};

/// Pakistan CNIC: a province 1 to 7 in front, the sex digit above zero at the end.
pub(super) fn pk_cnic(value: &[u8]) -> bool {
    digits::<13>(value).is_some_and(|all| (1..=7).contains(&all[0]) && all[12] > 0)
}

/// Sri Lanka NIC: the day of the year, plus 500 for women, after a year of two or four digits.
pub(super) fn lk_nic(value: &[u8]) -> bool {
    let day = match value.len() {
        10 if matches!(value[9], b'V' | b'X') && value[..9].iter().all(u8::is_ascii_digit) => {
            &value[2..5]
        }
        12 if value.iter().all(u8::is_ascii_digit)
            && matches!(value, [b'1', b'9', ..] | [b'2', b'0', ..]) =>
        {
            &value[4..7]
        }
        _ => return false,
    };
    number(day).is_some_and(|day| matches!(day, 1..=366 | 501..=866))
}

/// Brunei: the colour of the card.
pub(super) fn bn_ic(value: &[u8]) -> bool {
    digits::<8>(value).is_some()
        && matches!(&value[..2], b"00" | b"01" | b"30" | b"31" | b"50" | b"51")
}

/// Kazakhstan IIN: birth date, century and sex, weights 1 to 11, a second row (3 to 11, 1, 2) where the first gives 10.
pub(super) fn kz_iin(value: &[u8]) -> bool {
    let Some(all) = digits::<12>(value) else {
        return false;
    };
    let first = weighted(&all[..11], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
    let check = if first == 10 {
        weighted(&all[..11], &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
    } else {
        first
    };
    (1..=6).contains(&all[6]) && check == all[11] && calendar::is_yymmdd(&value[..6])
}

/// Uzbekistan PINFL: century and sex, birth date as day, month, year.
pub(super) fn uz_pinfl(value: &[u8]) -> bool {
    let Some(all) = digits::<14>(value) else {
        return false;
    };
    (1..=6).contains(&all[0])
        && calendar::is_day(
            2000 + all[5] * 10 + all[6],
            all[3] * 10 + all[4],
            all[1] * 10 + all[2],
        )
}

/// Emirates ID: 784, birth year, seven digits, Luhn.
pub(super) fn ae_emirates_id(value: &[u8]) -> bool {
    value.len() == 15
        && value.starts_with(b"784")
        && number(&value[3..7]).is_some_and(|year| (1900..=2049).contains(&year))
        && bank::luhn(value)
}

/// Saudi citizens 1, residents 2, Luhn.
pub(super) fn sa_id(value: &[u8]) -> bool {
    value.len() == 10 && matches!(value[0], b'1' | b'2') && bank::luhn(value)
}

/// Türkiye: tenth digit from odd and even sums, eleventh from the sum of ten.
pub(super) fn tr_tckn(value: &[u8]) -> bool {
    let Some(all) = digits::<11>(value) else {
        return false;
    };
    let odd: u32 = all[..9].iter().step_by(2).sum();
    let even: u32 = all[1..8].iter().step_by(2).sum();
    // 10 * even keeps the difference above zero and changes nothing modulo 10.
    let tenth = (odd * 7 + even * 9) % 10;
    all[0] != 0 && tenth == all[9] && all[..10].iter().sum::<u32>() % 10 == all[10]
}

/// Iran: weights 10 to 2 modulus 11; the remainder below 2, else 11 minus it. Not all digits the same.
pub(super) fn ir_national(value: &[u8]) -> bool {
    let Some(all) = digits::<10>(value) else {
        return false;
    };
    let remainder = weighted(&all[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if remainder < 2 {
        remainder
    } else {
        11 - remainder
    };
    check == all[9] && all.iter().any(|digit| *digit != all[0])
}
