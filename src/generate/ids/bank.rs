//! Bank cards.

use super::Id;
use super::digits::{groups, luhn};
use crate::generate::rng::Rng;

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
