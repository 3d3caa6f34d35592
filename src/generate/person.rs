//! A made-up person with papers, telephone and address.

use super::ids::{self, Day, Id};
use super::names::{Country, Name};
use super::rng::Rng;
use super::words::PLACES;

/// Everything that an eKYC call may say about one person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Where the papers come from.
    pub country: Country,
    /// Name in its forms.
    pub name: Name,
    /// Identity number.
    pub id: Id,
    /// Birth date.
    pub birth: Day,
    /// Passport number.
    pub passport: String,
    /// Telephone in the country's own form.
    pub phone: String,
    /// The same with country code.
    pub phone_international: String,
    /// Address.
    pub address: String,
    /// E-mail address.
    pub email: String,
    /// Bank card.
    pub card: Id,
    /// True for women.
    pub female: bool,
}

impl Person {
    /// A person of the country.
    pub fn of(country: Country, r: &mut Rng) -> Self {
        let birth = Day::birth(r);
        let name = Name::of(country, r);
        let id = identity(country, birth, r);
        let (phone, phone_international) = phone(country, r);
        let email = email(&name, r);
        let address = address(country, r);
        Self {
            country,
            passport: passport(country, r),
            phone,
            phone_international,
            address,
            email,
            card: ids::bank_card(r),
            female: r.chance(0.5),
            name,
            id,
            birth,
        }
    }

    /// The birth date in one of the ways in which the country's papers and programs write it.
    pub fn birth_text(&self, r: &mut Rng) -> String {
        let Day { year, month, day } = self.birth;
        let iso = format!("{year}-{month:02}-{day:02}");
        match (self.country, r.below(4)) {
            (_, 0) => iso,
            (Country::Cn, 1) => format!("{year}年{month}月{day}日"),
            (Country::Cn, 2) => format!("{}年{}月{}日", han_year(year), han(month), han(day)),
            (Country::Cn, _) => format!("{year}{month:02}{day:02}"),
            (Country::Tw, 1) => format!("民國{}年{month}月{day}日", year - 1911),
            (Country::Tw, _) => format!("{:03}/{month:02}/{day:02}", year - 1911),
            (Country::Th, 1) => format!("{day} {} {}", THAI_MONTH[month as usize - 1], year + 543),
            (Country::Th, _) => format!("{day:02}/{month:02}/{}", year + 543),
            (Country::Jp, 1) => match year {
                1989.. => format!("平成{}年{month}月{day}日", year - 1988),
                _ => format!("昭和{}年{month}月{day}日", year - 1925),
            },
            (Country::Jp, _) => format!("{year}年{month}月{day}日"),
            (Country::Kr, 1) => format!("{year}년 {month}월 {day}일"),
            (Country::Kr, _) => format!("{year}.{month:02}.{day:02}"),
            (Country::In | Country::Vn | Country::Id | Country::My | Country::Ph, 1) => {
                format!("{day:02}/{month:02}/{year}")
            }
            (Country::Hk | Country::Sg | Country::Mo, 1) => format!("{day:02}-{month:02}-{year}"),
            (_, 2) => format!(
                "{day:02} {} {year}",
                [
                    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV",
                    "DEC"
                ][month as usize - 1]
            ),
            _ => format!("{year}/{month:02}/{day:02}"),
        }
    }

    /// The gender as the country's records write it.
    pub fn gender_text(&self, r: &mut Rng) -> &'static str {
        let pair: [&str; 2] = match self.country {
            Country::Cn | Country::Tw | Country::Mo => ["男", "女"],
            Country::Jp => ["男性", "女性"],
            Country::Kr => ["남", "여"],
            Country::Th => ["ชาย", "หญิง"],
            Country::Vn => ["Nam", "Nữ"],
            Country::Id => ["LAKI-LAKI", "PEREMPUAN"],
            Country::My => ["LELAKI", "PEREMPUAN"],
            _ if r.chance(0.5) => ["M", "F"],
            _ => ["Male", "Female"],
        };
        pair[usize::from(self.female)]
    }

    /// A machine-readable zone (ICAO 9303) with valid check digits: TD3 (passport), TD1 or TD2 (cards). Lines divided by `\n`.
    pub fn mrz(&self, r: &mut Rng) -> String {
        let country = self.country.alpha3();
        let fill = |s: String, n: usize| format!("{s:<<n$}").chars().take(n).collect::<String>();
        let number = fill(self.passport.clone(), 9);
        let birth = format!(
            "{:02}{:02}{:02}",
            self.birth.year % 100,
            self.birth.month,
            self.birth.day
        );
        let expiry = format!(
            "{:02}{:02}{:02}",
            r.range(26, 35),
            r.range(1, 12),
            r.range(1, 28)
        );
        let sex = if self.female { 'F' } else { 'M' };
        let (nc, bc, ec) = (mrz_check(&number), mrz_check(&birth), mrz_check(&expiry));
        match r.below(4) {
            0 => {
                let whole = format!(
                    "{number}{nc}{}{birth}{bc}{expiry}{ec}{}",
                    "<".repeat(15),
                    "<".repeat(11)
                );
                let end = mrz_check(&whole);
                format!(
                    "I<{country}{number}{nc}{}\n{birth}{bc}{sex}{expiry}{ec}{country}{}{end}\n{}",
                    "<".repeat(15),
                    "<".repeat(11),
                    fill(self.name.mrz(), 30)
                )
            }
            1 => {
                let end = mrz_check(&format!(
                    "{number}{nc}{birth}{bc}{expiry}{ec}{}",
                    "<".repeat(7)
                ));
                format!(
                    "{}\n{number}{nc}{country}{birth}{bc}{sex}{expiry}{ec}{}{end}",
                    fill(format!("I<{country}{}", self.name.mrz()), 36),
                    "<".repeat(7)
                )
            }
            _ => {
                let personal = "<".repeat(14);
                let end = mrz_check(&format!("{number}{nc}{birth}{bc}{expiry}{ec}{personal}0"));
                format!(
                    "{}\n{number}{nc}{country}{birth}{bc}{sex}{expiry}{ec}{personal}0{end}",
                    fill(format!("P<{country}{}", self.name.mrz()), 44)
                )
            }
        }
    }
}

/// The check digit of ICAO 9303: weights 7 3 1, letters from A = 10, filler 0.
fn mrz_check(s: &str) -> u32 {
    s.chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, w)| c.to_digit(36).unwrap_or(0) * w)
        .sum::<u32>()
        % 10
}

const THAI_MONTH: [&str; 12] = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
];

fn han_digit(d: u64) -> char {
    ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'][(d % 10) as usize]
}

fn han_year(y: u64) -> String {
    [y / 1000, y / 100, y / 10, y]
        .iter()
        .map(|d| han_digit(*d))
        .collect()
}

fn han(n: u64) -> String {
    match (n / 10, n % 10) {
        (0, d) => han_digit(d).into(),
        (1, 0) => "十".into(),
        (1, d) => format!("十{}", han_digit(d)),
        (t, 0) => format!("{}十", han_digit(t)),
        (t, d) => format!("{}十{}", han_digit(t), han_digit(d)),
    }
}

fn identity(country: Country, birth: Day, r: &mut Rng) -> Id {
    match country {
        Country::Cn => match r.below(12) {
            0 => ids::cn15(r, birth),
            1 => ids::cn_permit(r, birth),
            2 => ids::cn_foreign(r, birth),
            _ => ids::cn18(r, birth),
        },
        Country::Hk => ids::hkid(r),
        Country::Mo => ids::macau(r),
        Country::Tw if r.chance(0.3) => ids::tw_resident(r),
        Country::Tw => ids::tw_citizen(r),
        Country::Sg => ids::sg(r),
        Country::Th => ids::th(r),
        Country::My => ids::my(r, birth),
        Country::Id => ids::id_nik(r, birth),
        Country::Ph => ids::ph(r),
        Country::Vn => ids::vn(r, birth),
        Country::Jp if r.chance(0.4) => ids::jp_card(r),
        Country::Jp => ids::jp_my_number(r),
        Country::Kr => ids::kr(r, birth),
        Country::In => match r.below(3) {
            0 => ids::pan(r),
            1 => ids::epic(r),
            _ => ids::aadhaar(r),
        },
        Country::Asia => ids::pk_cnic(r),
    }
}

/// A passport number in the country's shape.
fn passport(country: Country, r: &mut Rng) -> String {
    match country {
        Country::Cn if r.chance(0.5) => {
            format!("E{}{}", r.letters(1, "ABCDEFGHJK"), r.any_digits(7))
        }
        Country::Cn => format!("{}{}", r.pick(&["E", "G", "E"]), r.any_digits(8)),
        Country::Hk => format!("{}{}", r.pick(&["K", "KJ", "H"]), r.any_digits(8))
            .chars()
            .take(9)
            .collect(),
        Country::Mo => format!("M{}{}", r.letters(1, "ABC"), r.any_digits(7)),
        Country::Tw => format!("3{}", r.any_digits(8)),
        Country::Sg => format!("K{}{}", r.any_digits(7), r.letters(1, "ABCDEFGHJ")),
        Country::Th => format!("A{}{}", r.letters(1, "ABC"), r.any_digits(7)),
        Country::My => format!("{}{}", r.pick(&["A", "H", "K"]), r.any_digits(8)),
        Country::Id => format!("{}{}", r.letters(1, "ABCX"), r.any_digits(7)),
        Country::Ph => format!("P{}{}", r.any_digits(7), r.letters(1, "ABC")),
        Country::Vn => format!("{}{}", r.letters(1, "BCN"), r.any_digits(7)),
        Country::Jp => format!("T{}{}", r.letters(1, "KRSZ"), r.any_digits(7)),
        Country::Kr => format!("M{}", r.any_digits(8)),
        Country::In => format!("{}{}", r.letters(1, "JKLMNPRSTUVZ"), r.digits(7)),
        Country::Asia => format!("{}{}", r.letters(2, "ABCDEN"), r.any_digits(7)),
    }
}

/// A travel permit between the mainland, Hong Kong, Macau and Taiwan.
pub fn travel_permit(r: &mut Rng) -> String {
    match r.below(3) {
        0 => format!("{}{}", r.pick(&["H", "M"]), r.any_digits(8)),
        1 => format!("{}{}", r.pick(&["H", "M"]), r.any_digits(10)),
        _ => r.digits(8),
    }
}

/// A telephone number: national form, international form.
fn phone(country: Country, r: &mut Rng) -> (String, String) {
    let (code, national) = match country {
        Country::Cn => (
            "86",
            format!("1{}{}{}", r.range(3, 9), r.range(0, 8), r.any_digits(8)),
        ),
        Country::Hk => (
            "852",
            format!("{}{}", r.pick(&["5", "6", "9"]), r.any_digits(7)),
        ),
        Country::Mo => ("853", format!("6{}", r.any_digits(7))),
        Country::Tw => ("886", format!("09{}", r.any_digits(8))),
        Country::Sg => ("65", format!("{}{}", r.pick(&["8", "9"]), r.any_digits(7))),
        Country::Th => (
            "66",
            format!("0{}{}", r.pick(&["6", "8", "9"]), r.any_digits(8)),
        ),
        Country::My => (
            "60",
            format!(
                "01{}{}",
                r.pick(&["2", "3", "6", "7", "9"]),
                r.any_digits(7)
            ),
        ),
        Country::Id => (
            "62",
            format!(
                "08{}{}",
                r.pick(&["12", "13", "21", "52", "57", "78"]),
                r.any_digits(8)
            ),
        ),
        Country::Ph => (
            "63",
            format!(
                "09{}{}",
                r.pick(&["17", "27", "08", "19", "98"]),
                r.any_digits(7)
            ),
        ),
        Country::Vn => (
            "84",
            format!("0{}{}", r.pick(&["3", "5", "7", "8", "9"]), r.any_digits(8)),
        ),
        Country::Jp => (
            "81",
            format!("0{}0{}", r.pick(&["7", "8", "9"]), r.any_digits(8)),
        ),
        Country::Kr => ("82", format!("010{}", r.digits(8))),
        Country::In => ("91", format!("{}{}", r.range(6, 9), r.any_digits(9))),
        Country::Asia => ("92", format!("03{}", r.any_digits(9))),
    };
    let bare = national.strip_prefix('0').unwrap_or(&national);
    let international = match r.below(3) {
        0 => format!("+{code}{bare}"),
        1 => format!("+{code} {bare}"),
        _ => format!(
            "+{code}-{}-{}",
            &bare[..bare.len() - 4],
            &bare[bare.len() - 4..]
        ),
    };
    (national, international)
}

fn email(name: &Name, r: &mut Rng) -> String {
    let part = |s: &str| {
        super::names::strip_vietnamese(s)
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(9)
            .collect::<String>()
    };
    let (a, b) = (part(&name.given), part(&name.family));
    let host = r.pick(&[
        "mail.example.com",
        "example.org",
        "post.example.net",
        "example.co.jp",
        "example.com.sg",
        "example.cn",
    ]);
    format!("{a}.{b}{}@{host}", r.range(1, 999))
        .trim_start_matches('.')
        .to_owned()
}

/// An address as the country writes it.
pub fn address(country: Country, r: &mut Rng) -> String {
    let template = r.pick(PLACES.get(country.code()));
    fill(template, r)
}

fn fill(template: &str, r: &mut Rng) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (what, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&match what {
            "n" => r.range(1, 998).to_string(),
            "m" => r.range(1, 30).to_string(),
            "k" => r.range(100, 2999).to_string(),
            "z" => r.digits(5),
            "z6" => r.digits(6),
            _ => format!("{}-{}", r.digits(3), r.any_digits(4)),
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icao_check_digits() {
        // Doc 9303 part 3, appendix A.
        assert_eq!(mrz_check("520727"), 3);
        assert_eq!(mrz_check("AB2134<<<"), 5);
    }

    #[test]
    fn mrz_lines_have_the_lengths_of_the_standard() {
        let mut r = Rng::new(3);
        for _ in 0..300 {
            let country = Country::any(&mut r);
            let person = Person::of(country, &mut r);
            let zone = person.mrz(&mut r);
            let lens: Vec<_> = zone.lines().map(str::len).collect();
            assert!(
                [vec![30, 30, 30], vec![36, 36], vec![44, 44]].contains(&lens),
                "{lens:?}"
            );
        }
    }

    #[test]
    fn han_numbers() {
        assert_eq!(
            (han_year(1990), han(1), han(10), han(28)),
            ("一九九〇".into(), "一".into(), "十".into(), "二十八".into())
        );
    }
}
