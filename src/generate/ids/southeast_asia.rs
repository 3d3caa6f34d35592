//! Singapore, Thailand, Malaysia, Indonesia, the Philippines and Vietnam.

use super::digits::{groups, weighted};
use super::{Day, Id};
use crate::generate::rng::Rng;

/// Singapore NRIC (S, T) and FIN (F, G, M).
pub fn sg(r: &mut Rng) -> Id {
    let (prefix, body) = (r.letters(1, "SSSTTFGM"), r.any_digits(7));
    let offset = match prefix.as_str() {
        "T" | "G" => 4,
        "M" => 3,
        _ => 0,
    };
    let table = match prefix.as_str() {
        "S" | "T" => "JZIHGFEDCBA",
        "F" | "G" => "XWUTRQPNMLK",
        _ => "XWUTRQPNJLK",
    };
    let at = ((weighted(&body, &[2, 7, 6, 5, 4, 3, 2]) + offset) % 11) as usize;
    Id::new(
        "id_number.sg",
        format!("{prefix}{body}{}", &table[at..=at]),
        true,
    )
}

/// Thailand, 13 digits.
pub fn th(r: &mut Rng) -> Id {
    let body = format!("{}{}", r.range(1, 8), r.any_digits(11));
    let check = (11 - weighted(&body, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    let plain = format!("{body}{check}");
    let pretty = groups(
        &plain,
        &[1, 4, 5, 2, 1],
        if r.chance(0.7) { "-" } else { " " },
    );
    Id::new("id_number.th", plain, false).pretty(pretty, true)
}

/// Malaysia MyKad: birth date, place of birth, sequence.
pub fn my(r: &mut Rng, birth: Day) -> Id {
    let place = r.pick(&[
        "01", "02", "03", "05", "07", "08", "10", "12", "13", "14", "21", "35", "58", "71", "74",
    ]);
    let plain = format!("{}{place}{}", birth.yymmdd(), r.any_digits(4));
    let pretty = groups(&plain, &[6, 2, 4], "-");
    Id::new("id_number.my", plain, false).pretty(pretty, true)
}

/// Indonesia NIK: region, birth date (day + 40 for women), sequence.
pub fn id_nik(r: &mut Rng, birth: Day) -> Id {
    let region = r.pick(&[
        "317101", "327301", "357801", "337402", "510302", "127105", "737101", "167107",
    ]);
    let day = birth.day + if r.chance(0.5) { 40 } else { 0 };
    let plain = format!(
        "{region}{day:02}{:02}{:02}{:04}",
        birth.month,
        birth.year % 100,
        r.range(1, 9999)
    );
    let pretty = groups(&plain, &[4, 4, 4, 4], " ");
    Id::new("id_number.id", plain, false).pretty(pretty, false)
}

/// The Philippines' many numbers: PhilSys, UMID, SSS, TIN, driving licence.
pub fn ph(r: &mut Rng) -> Id {
    let (plain, pretty) = match r.below(5) {
        0 => (r.digits(16), [4, 4, 4, 4].as_slice()),
        1 => (format!("0111{}", r.any_digits(8)), [4, 7, 1].as_slice()),
        2 => (r.any_digits(10), [2, 7, 1].as_slice()),
        3 => (format!("{}000", r.digits(9)), [3, 3, 3, 3].as_slice()),
        _ => (
            format!("{}{}", r.letters(1, "ABCDEFGKN"), r.any_digits(10)),
            [3, 2, 6].as_slice(),
        ),
    };
    let pretty = groups(&plain, pretty, "-");
    Id::new("id_number.ph", plain, false).pretty(pretty, false)
}

/// Vietnam CCCD (12 digits), or the old CMND (9).
pub fn vn(r: &mut Rng, birth: Day) -> Id {
    if r.chance(0.2) {
        return Id::new("id_number.vn", r.any_digits(9), false);
    }
    let province = r.pick(&[
        "001", "031", "048", "079", "092", "038", "040", "056", "075", "096",
    ]);
    let century = if birth.year >= 2000 { 2 } else { 0 } + r.range(0, 1);
    Id::new(
        "id_number.vn",
        format!(
            "{province}{century}{:02}{}",
            birth.year % 100,
            r.any_digits(6)
        ),
        false,
    )
}
