//! Valid identity numbers of made-up people, one function per document.
//!
//! The rules are written here a second time, on purpose: the detectors have their own code for them, and where both agree
//! on a value, two readings of the standard agree. Nothing here may call `redact::checksum`.

mod bank;
mod digits;
mod greater_china;
mod japan_korea;
mod south_asia;
mod southeast_asia;

pub use bank::bank_card;
pub use digits::{luhn, verhoeff};
pub use greater_china::{cn_foreign, cn_permit, cn15, cn18, hkid, macau, tw_citizen, tw_resident};
pub use japan_korea::{jp_card, jp_my_number, kr};
pub use south_asia::{aadhaar, epic, pan, pk_cnic};
pub use southeast_asia::{id_nik, my, ph, sg, th, vn};

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

#[cfg(test)]
mod tests {
    use super::*;

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
