//! Mainland China, Hong Kong, Macau and Taiwan.

use super::digits::{groups, weighted};
use super::{Day, Id};
use crate::generate::rng::Rng;

const CN_AREA: [&str; 20] = [
    "110101", "110105", "120103", "130102", "150105", "210202", "230103", "310115", "320508",
    "330106", "340104", "350203", "370202", "410102", "420111", "440305", "510107", "610113",
    "650102", "500112",
];

fn cn_check(body: String) -> String {
    let sum = weighted(
        &body,
        &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
    );
    format!("{body}{}", &"10X98765432"[(sum % 11) as usize..][..1])
}

/// Mainland resident identity card, 18 characters (GB 11643-1999).
pub fn cn18(r: &mut Rng, birth: Day) -> Id {
    let plain = cn_check(format!(
        "{}{}{}",
        r.pick(&CN_AREA),
        birth.yyyymmdd(),
        r.any_digits(3)
    ));
    let pretty = format!("{} {} {}", &plain[..6], &plain[6..14], &plain[14..]);
    Id::new("id_number.cn", plain, true).pretty(pretty, true)
}

/// The first generation card, 15 digits, no check digit.
pub fn cn15(r: &mut Rng, birth: Day) -> Id {
    Id::new(
        "id_number.cn",
        format!("{}{}{}", r.pick(&CN_AREA), birth.yymmdd(), r.any_digits(3)),
        false,
    )
}

/// Residence permit for Hong Kong, Macau and Taiwan residents: as the resident card with regions 81, 82, 83.
pub fn cn_permit(r: &mut Rng, birth: Day) -> Id {
    let region = r.pick(&["810000", "820000", "830000"]);
    Id::new(
        "id_number.cn",
        cn_check(format!("{region}{}{}", birth.yyyymmdd(), r.any_digits(3))),
        true,
    )
}

/// Foreigner's permanent residence card (2023): 9, province, country by ISO 3166 number, birth date, sequence, check.
pub fn cn_foreign(r: &mut Rng, birth: Day) -> Id {
    let (province, country) = (
        r.pick(&["11", "31", "44", "33"]),
        r.pick(&["702", "458", "764", "392", "410", "840", "356"]),
    );
    Id::new(
        "id_number.cn",
        cn_check(format!(
            "9{province}{country}{}{}",
            birth.yyyymmdd(),
            r.any_digits(3)
        )),
        true,
    )
}

/// Hong Kong identity card.
pub fn hkid(r: &mut Rng) -> Id {
    let letters = if r.chance(0.15) {
        r.letters(2, "ABEGHKMNPRVWXZ")
    } else {
        r.letters(1, "ABCDEGHKMPRSVYZ")
    };
    let number = r.any_digits(6);
    let value = |b: u8| u64::from(b - b'A') + 10;
    let (first, second) = match letters.as_bytes() {
        [a, b] => (value(*a), value(*b)),
        [a] => (36, value(*a)),
        _ => (36, 36),
    };
    let check = match (first * 9 + second * 8 + weighted(&number, &[7, 6, 5, 4, 3, 2])) % 11 {
        0 => "0".to_owned(),
        1 => "A".to_owned(),
        x => (11 - x).to_string(),
    };
    Id::new("id_number.hk", format!("{letters}{number}{check}"), false)
        .pretty(format!("{letters}{number}({check})"), true)
}

/// Macau resident identity card: no public check rule.
pub fn macau(r: &mut Rng) -> Id {
    let plain = format!("{}{}", r.pick(&["1", "5", "7"]), r.any_digits(7));
    let pretty = if r.chance(0.5) {
        format!("{}({})", &plain[..7], &plain[7..])
    } else {
        groups(&plain, &[1, 6, 1], "/")
    };
    Id::new("id_number.mo", plain, false).pretty(pretty, false)
}

/// The number that the first letter of a Taiwanese ID stands for. They were given in the order of places' founding, hence the gaps.
fn taiwan_letter(letter: u8) -> u64 {
    10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO"
        .bytes()
        .position(|l| l == letter)
        .unwrap_or(0) as u64
}

fn taiwan(letter: u8, second: &str, second_digit: u64, body: &str) -> String {
    let code = taiwan_letter(letter);
    let sum = code / 10 + code % 10 * 9 + second_digit * 8 + weighted(body, &[7, 6, 5, 4, 3, 2, 1]);
    format!("{}{second}{body}{}", letter as char, (10 - sum % 10) % 10)
}

/// Taiwan national ID.
pub fn tw_citizen(r: &mut Rng) -> Id {
    let (letter, sex, body) = (
        r.letters(1, "ABCDEFGHJKLMNPQRSTUVXYWZIO").as_bytes()[0],
        r.range(1, 2),
        r.any_digits(7),
    );
    Id::new(
        "id_number.tw",
        taiwan(letter, &sex.to_string(), sex, &body),
        true,
    )
}

/// Taiwan resident certificate since 2021 (`A8…`, `A9…`), or the older one with two letters.
pub fn tw_resident(r: &mut Rng) -> Id {
    let (letter, body) = (
        r.letters(1, "ABCDEFGHJKLMNPQ").as_bytes()[0],
        r.any_digits(7),
    );
    if r.chance(0.5) {
        let kind = r.range(8, 9);
        Id::new(
            "id_number.tw",
            taiwan(letter, &kind.to_string(), kind, &body),
            true,
        )
    } else {
        let second = r.letters(1, "ABCD");
        let ones = taiwan_letter(second.as_bytes()[0]) % 10;
        Id::new("id_number.tw", taiwan(letter, &second, ones, &body), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed examples of the standards: the generator's arithmetic gives their check digits.
    #[test]
    fn published_vectors() {
        assert_eq!(cn_check("11010519491231002".into()), "11010519491231002X");
        assert_eq!(cn_check("36042619910101007".into()), "360426199101010071");
        assert_eq!(taiwan(b'A', "1", 1, "2345678"), "A123456789");
        assert_eq!(taiwan(b'A', "8", 8, "0000001"), "A800000014");
        assert_eq!(taiwan(b'F', "A", 0, "1234568"), "FA12345689");
    }
}
