//! India and Pakistan.

use super::Id;
use super::digits::{groups, luhn, verhoeff};
use crate::generate::rng::Rng;

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
