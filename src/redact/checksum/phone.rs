//! Telephone numbering plans. Other bytes than digits are skipped: numbers come with `+`, spaces and brackets.

/// At most 15 digits of a number (ITU-T E.164), others skipped.
struct Digits {
    bytes: [u8; 16],
    length: usize,
}

impl Digits {
    /// `None` when there are too many to be a telephone number.
    fn of(value: &[u8]) -> Option<Self> {
        let mut digits = Self {
            bytes: [0; 16],
            length: 0,
        };
        for &byte in value.iter().filter(|byte| byte.is_ascii_digit()) {
            *digits.bytes.get_mut(digits.length)? = byte;
            digits.length += 1;
        }
        Some(digits)
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// A mainland mobile number: the segments that MIIT has assigned, satellite and IoT segments aside.
pub(super) fn cn_mobile(value: &[u8]) -> bool {
    let [b'1', second, third, ..] = value else {
        return false;
    };
    let assigned = match second {
        b'3' | b'8' => true,
        b'4' => matches!(third, b'5'..=b'9'),
        b'5' => *third != b'4',
        b'6' => matches!(third, b'2' | b'5'..=b'7'),
        b'7' => matches!(third, b'0'..=b'8'),
        b'9' => *third != b'4',
        _ => false,
    };
    value.len() == 11 && value.iter().all(u8::is_ascii_digit) && assigned
}

/// Eight digits that are a Hong Kong number and no date.
pub(super) fn hk(value: &[u8]) -> bool {
    value.len() == 8
        && matches!(value[0], b'2'..=b'9')
        && value.iter().all(u8::is_ascii_digit)
        && !is_date8(value)
}

/// Eight digits that are a Singapore number.
pub(super) fn sg(value: &[u8]) -> bool {
    value.len() == 8
        && matches!(value[0], b'3' | b'6' | b'8' | b'9')
        && value.iter().all(u8::is_ascii_digit)
}

/// An Indian mobile number, with or without the trunk zero.
pub(super) fn india(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"0").unwrap_or(value);
    value.len() == 10 && matches!(value[0], b'6'..=b'9') && value.iter().all(u8::is_ascii_digit)
}

/// What stands beside a word for telephone and is no date, no time stamp and no run of one digit.
pub(super) fn plausible(value: &[u8]) -> bool {
    (7..=13).contains(&value.len())
        && value.iter().all(u8::is_ascii_digit)
        && value.iter().any(|byte| *byte != value[0])
        && !is_date8(value)
        // Seconds and milliseconds since 1970 of the years 2017 to 2033.
        && !(matches!(value.len(), 10 | 13) && matches!(value, [b'1', b'5'..=b'9', ..]))
}

/// `19900131`, `20261124`.
fn is_date8(value: &[u8]) -> bool {
    value.len() == 8
        && matches!(value, [b'1', b'9', ..] | [b'2', b'0', ..])
        && super::number(&value[4..6]).is_some_and(|month| (1..=12).contains(&month))
        && super::number(&value[6..8]).is_some_and(|day| (1..=31).contains(&day))
}

/// A mobile number with the trunk zero of Taiwan, Thailand, Malaysia, Indonesia, the Philippines, Vietnam, Japan or Korea.
pub(super) fn mobile_zero(value: &[u8]) -> bool {
    if !(10..=13).contains(&value.len())
        || value[0] != b'0'
        || !value.iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    // Nothing but zeros to the end is a counter.
    if value[3..].iter().all(|byte| *byte == b'0') {
        return false;
    }
    match (value.len(), &value[1..3]) {
        // Taiwan 09; Thailand 06, 08, 09; Vietnam 03, 05, 07, 08, 09; Malaysia 01.
        (10, [b'1' | b'8' | b'9', _]) => true,
        (10, [b'3', b'2'..=b'9'] | [b'5', b'2' | b'5' | b'6' | b'8' | b'9']) => true,
        (10, [b'6', b'1'..=b'9'] | [b'7', b'0' | b'6'..=b'9']) => true,
        // Malaysia 011 and 015, Korea 010, Japan 070 080 090 (and 050, 060), the Philippines 09, Indonesia 08.
        (11, [b'1', b'0' | b'1' | b'5' | b'6' | b'7' | b'8' | b'9']) => true,
        (11, [b'5'..=b'9', b'0']) => true,
        (11, [b'9', _]) => true,
        (11..=13, [b'8', b'1' | b'2' | b'3' | b'5' | b'7' | b'8' | b'9']) => true,
        _ => false,
    }
}

/// A landline with the trunk zero: an area code that does not begin with two zeros.
pub(super) fn landline(value: &[u8]) -> bool {
    (9..=12).contains(&value.len())
        && value.iter().all(u8::is_ascii_digit)
        && value[0] == b'0'
        && value[1] != b'0'
        && value[4..].iter().any(|byte| *byte != value[4])
}

/// The countries whose national numbers are checked by length and first digit: country code, lengths, first digits.
const PLANS: &[(&[u8], std::ops::RangeInclusive<usize>, &[u8])] = &[
    (b"86", 10..=12, b"123456789"),
    (b"852", 8..=8, b"23456789"),
    (b"853", 8..=8, b"268"),
    (b"886", 8..=9, b"23456789"),
    (b"65", 8..=8, b"3689"),
    (b"66", 8..=9, b"23456789"),
    (b"60", 8..=10, b"13456789"),
    (b"62", 7..=12, b"23456789"),
    (b"63", 8..=10, b"23456789"),
    (b"84", 9..=10, b"2356789"),
    (b"81", 9..=10, b"123456789"),
    (b"82", 8..=10, b"123456789"),
    (b"91", 10..=10, b"123456789"),
];

/// A number in international form: a country code and a national number of its plan; of other countries 8 to 15 digits.
pub(super) fn e164(value: &[u8]) -> bool {
    let Some(digits) = Digits::of(value) else {
        return false;
    };
    let digits = digits.as_slice();
    let digits = digits.strip_prefix(b"00").unwrap_or(digits);
    if digits.first().is_none_or(|first| *first == b'0') {
        return false;
    }
    // mainland prefixes are given out faster than any list is kept
    if digits.len() == 13 && digits.starts_with(b"861") && digits[3] >= b'3' {
        return true;
    }
    let Some((_, lengths, first)) = PLANS.iter().find(|(code, ..)| digits.starts_with(code)) else {
        return (8..=15).contains(&digits.len());
    };
    let national = &digits[if matches!(digits, [b'8', b'5' | b'8', ..]) {
        3
    } else {
        2
    }..];
    // `+86 (0)10 …`: a trunk zero that should not be there.
    let national = national.strip_prefix(b"0").unwrap_or(national);
    let shape = lengths.contains(&national.len())
        && national.first().is_some_and(|digit| first.contains(digit));
    let mobile = digits.starts_with(b"86") && national.len() == 11 && national[0] == b'1';
    shape && (!mobile || cn_mobile(national) || national.starts_with(b"10"))
}
