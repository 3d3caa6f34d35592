//! Valid identity numbers of made-up people, one function per document.
//!
//! The rules are written here a second time, on purpose: the detectors have their own code for them, and where both agree
//! on a value, two readings of the standard agree. Nothing here may call `redact::checksum`.

use super::rng::Rng;

/// A birth date in the Gregorian calendar.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Year, 1945 to 2006.
    pub year: u64,
    /// Month, 1 to 12.
    pub month: u64,
    /// Day, 1 to 28: valid in every month.
    pub day: u64,
}

impl Day {
    /// A birth date of an adult.
    pub fn birth(r: &mut Rng) -> Self {
        Self {
            year: r.range(1945, 2006),
            month: r.range(1, 12),
            day: r.range(1, 28),
        }
    }

    fn yymmdd(self) -> String {
        format!("{:02}{:02}{:02}", self.year % 100, self.month, self.day)
    }

    fn yyyymmdd(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// An identity number and what may be expected of a detector.
#[derive(Clone, Debug)]
pub struct Id {
    /// `id_number.cn`.
    pub class: &'static str,
    /// Without separators.
    pub plain: String,
    /// As people write it, where that differs.
    pub pretty: Option<String>,
    /// `plain` can be told from other numbers without any context.
    pub strong: bool,
    /// `pretty` can.
    pub pretty_strong: bool,
}

impl Id {
    fn new(class: &'static str, plain: String, strong: bool) -> Self {
        Self {
            class,
            plain,
            pretty: None,
            strong,
            pretty_strong: false,
        }
    }

    fn pretty(mut self, pretty: String, strong: bool) -> Self {
        self.pretty = Some(pretty);
        self.pretty_strong = strong;
        self
    }
}

fn digit(b: u8) -> u64 {
    u64::from(b.wrapping_sub(b'0'))
}

/// Sum of digit times weight.
fn weighted(digits: &str, weights: &[u64]) -> u64 {
    digits.bytes().zip(weights).map(|(b, w)| digit(b) * w).sum()
}

/// Cuts an ASCII text into groups.
fn groups(s: &str, lens: &[usize], sep: &str) -> String {
    let mut at = 0;
    let mut parts = Vec::new();
    for n in lens {
        let end = (at + n).min(s.len());
        parts.push(&s[at..end]);
        at = end;
    }
    parts.join(sep)
}

/// The Luhn check digit (ISO/IEC 7812) for a payload.
pub fn luhn(payload: &str) -> u64 {
    let sum: u64 = payload
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = digit(b) * if i % 2 == 0 { 2 } else { 1 };
            d / 10 + d % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// The Verhoeff check digit, from the dihedral group D5 rather than from its printed tables.
pub fn verhoeff(payload: &str) -> u64 {
    fn times(a: u64, b: u64) -> u64 {
        match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => 5 + (a + b - 5) % 5,
            (false, true) => 5 + (a - 5 + 5 - b) % 5,
            (false, false) => (a - 5 + 5 - (b - 5)) % 5,
        }
    }
    const TURN: [u64; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut c = 0;
    for (i, b) in payload.bytes().rev().enumerate() {
        let mut d = digit(b);
        for _ in 0..(i + 1) % 8 {
            d = TURN[d as usize];
        }
        c = times(c, d);
    }
    // The inverse: rotations turn back, reflections undo themselves.
    if c < 5 { (5 - c) % 5 } else { c }
}

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

/// Japan's My Number.
pub fn jp_my_number(r: &mut Rng) -> Id {
    let body = r.digits(11);
    let rest = weighted(&body, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let plain = format!("{body}{}", if rest <= 1 { 0 } else { 11 - rest });
    let pretty = groups(&plain, &[4, 4, 4], if r.chance(0.5) { "-" } else { " " });
    Id::new("id_number.jp", plain, false).pretty(pretty, true)
}

/// Japan's residence card, or a driving licence of twelve digits.
pub fn jp_card(r: &mut Rng) -> Id {
    if r.chance(0.6) {
        let (a, b) = (
            r.letters(2, "ABCDEFGHJKLMNPRSTUWXYZ"),
            r.letters(2, "ABCDEFGHJKLMNPRSTUWXYZ"),
        );
        Id::new("id_number.jp", format!("{a}{}{b}", r.any_digits(8)), false)
    } else {
        Id::new(
            "id_number.jp",
            format!(
                "{}{}",
                r.pick(&["30", "62", "45", "54", "90"]),
                r.any_digits(10)
            ),
            false,
        )
    }
}

/// Korea's resident registration number (5 to 8: foreigners). Since October 2020 the last six digits are random.
pub fn kr(r: &mut Rng, birth: Day) -> Id {
    let foreign = r.chance(0.15);
    let kind = match (birth.year >= 2000, foreign) {
        (false, false) => r.range(1, 2),
        (true, false) => r.range(3, 4),
        (false, true) => r.range(5, 6),
        (true, true) => r.range(7, 8),
    };
    let body = format!("{}{kind}{}", birth.yymmdd(), r.any_digits(5));
    let mut check = (11 - weighted(&body, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    if foreign {
        check = (check + 2) % 10;
    }
    if r.chance(0.2) && birth.year >= 2000 {
        check = r.range(0, 9);
    }
    let plain = format!("{body}{check}");
    let pretty = groups(&plain, &[6, 7], "-");
    Id::new("id_number.kr", plain, false).pretty(pretty, true)
}

/// India's Aadhaar, or its virtual ID of sixteen digits.
pub fn aadhaar(r: &mut Rng) -> Id {
    let vid = r.chance(0.2);
    let body = format!(
        "{}{}",
        r.range(2, 9),
        r.any_digits(if vid { 14 } else { 10 })
    );
    let plain = format!("{body}{}", verhoeff(&body));
    let pretty = groups(
        &plain,
        if vid { &[4, 4, 4, 4] } else { &[4, 4, 4] },
        if r.chance(0.7) { " " } else { "-" },
    );
    Id::new("id_number.in", plain, false).pretty(pretty, !vid)
}

/// India's permanent account number.
pub fn pan(r: &mut Rng) -> Id {
    let (head, kind, tail) = (
        r.letters(3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        r.letters(1, "PPPPCHF"),
        r.letters(2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    );
    Id::new(
        "id_number.in",
        format!(
            "{head}{kind}{}{:04}{}",
            &tail[..1],
            r.range(1, 9999),
            &tail[1..]
        ),
        true,
    )
}

/// India's voter card (EPIC): three letters, six digits, Luhn over the seven.
pub fn epic(r: &mut Rng) -> Id {
    let (head, body) = (r.letters(3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), r.digits(6));
    Id::new(
        "id_number.in",
        format!("{head}{body}{}", luhn(&body)),
        false,
    )
}

/// Pakistan's CNIC, for the rest of Asia.
pub fn pk_cnic(r: &mut Rng) -> Id {
    let plain = format!("{}{}{}", r.range(1, 7), r.any_digits(11), r.range(1, 9));
    let pretty = groups(&plain, &[5, 7, 1], "-");
    Id::new("id_number", plain, false).pretty(pretty, false)
}

/// A bank card with a real issuer prefix and a Luhn digit.
pub fn bank_card(r: &mut Rng) -> Id {
    let (prefix, len) = r.one(&[
        ("622588", 16),
        ("621700", 19),
        ("622848", 19),
        ("625965", 16),
        ("4512", 16),
        ("5321", 16),
        ("3528", 16),
        ("37", 15),
        ("6521", 16),
    ]);
    let body = format!("{prefix}{}", r.any_digits(len - 1 - prefix.len()));
    let plain = format!("{body}{}", luhn(&body));
    let pretty = groups(
        &plain,
        if len == 15 {
            &[4, 6, 5]
        } else {
            &[4, 4, 4, 4, 3]
        },
        " ",
    )
    .trim_end()
    .to_owned();
    Id::new("bank_card", plain, true).pretty(pretty, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed examples of the standards: the generators' arithmetic gives their check digits.
    #[test]
    fn published_vectors() {
        assert_eq!(cn_check("11010519491231002".into()), "11010519491231002X");
        assert_eq!(cn_check("36042619910101007".into()), "360426199101010071");
        assert_eq!(taiwan(b'A', "1", 1, "2345678"), "A123456789");
        assert_eq!(taiwan(b'A', "8", 8, "0000001"), "A800000014");
        assert_eq!(taiwan(b'F', "A", 0, "1234568"), "FA12345689");
        assert_eq!(luhn("7992739871"), 3);
        assert_eq!(verhoeff("236"), 3);
        assert_eq!(verhoeff("23412341234"), 6);
    }

    #[test]
    fn groups_keep_every_character() {
        let mut r = Rng::new(1);
        for _ in 0..200 {
            let birth = Day::birth(&mut r);
            for id in [
                th(&mut r),
                my(&mut r, birth),
                kr(&mut r, birth),
                aadhaar(&mut r),
                ph(&mut r),
                bank_card(&mut r),
                id_nik(&mut r, birth),
            ] {
                let compact: String = id
                    .pretty
                    .unwrap_or_default()
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .collect();
                assert_eq!(compact, id.plain);
            }
        }
    }
}
