//! Japan and Korea.

use super::digits::{groups, weighted};
use super::{Day, Id};
use crate::generate::rng::Rng;

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
