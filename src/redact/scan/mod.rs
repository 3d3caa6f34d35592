//! One look at a string's bytes: where it ends, and what it holds.
//!
//! Most strings of a log hold nothing that any detector could mean, and what tells them apart are a few kinds of bytes. They are
//! told apart sixteen bytes at a time while the end of the string is searched, so that the question costs nothing of its own.

mod ends;
mod lanes;
pub(crate) mod number;
pub(crate) mod signs;
#[cfg(target_arch = "x86_64")]
pub(crate) mod wide;

pub(crate) use ends::{bare_end, far_stop, prose_end, string_end};
use lanes::{Collector, lanes};
pub(crate) use lanes::{LANES, LONG, backslashes, stops_of};

/// What a text holds: bits of [`holds`].
pub(crate) type Contents = u16;

/// Bits of what a text holds.
pub(crate) mod holds {
    use super::Contents;
    /// A backslash.
    pub const ESCAPE: Contents = 1;
    /// Bytes beyond ASCII.
    pub const HIGH: Contents = 2;
    pub const DIGIT: Contents = 4;
    /// `:` or `=`
    pub const LABEL: Contents = 8;
    /// `%`, `&`, `<`
    pub const ENCODED: Contents = 16;
    pub const AT: Contents = 32;
    /// `{` or `[`
    pub const OPEN: Contents = 64;
    /// So many bytes without a space that they may be a token, a payload or a path.
    pub const RUN: Contents = 128;
    /// Everything a detector could ask for: a text without any of it is words.
    pub const ANYTHING: Contents = 255;
    /// Nobody has looked yet.
    pub const UNKNOWN: Contents = 256;
    /// It was asked already whether nothing is found in it, and nobody remembers.
    pub const ASKED: Contents = 512;
}

/// The next digit at or after `from`.
pub(crate) fn next_digit(t: &[u8], from: usize) -> Option<usize> {
    next_of(t, from, 1)
}

/// The next byte beyond ASCII at or after `from`.
pub(crate) fn next_high(t: &[u8], from: usize) -> Option<usize> {
    next_of(t, from, 0)
}

/// The next byte at or after `from` of a kind in [`lanes::Lanes::of`].
#[inline(always)]
fn next_of(t: &[u8], mut from: usize, kind: usize) -> Option<usize> {
    while from < t.len() {
        let (lanes, count) = lanes(t, from);
        let at = lanes.of[kind].trailing_zeros();
        if at < count {
            return Some(from + at as usize);
        }
        from += LANES;
    }
    None
}

/// Has a text a capital letter? Most lines have none but their first. Eight bytes at a time.
pub(crate) fn has_capital(text: &[u8]) -> bool {
    const ALL: u64 = 0x0101_0101_0101_0101;
    let any = |bytes: &[u8; 8]| {
        let x = u64::from_le_bytes(*bytes);
        let low = x & (0x7f * ALL);
        // the high bit of a byte: at least `A`, and more than `Z`
        let from = low + (0x80 - u64::from(b'A')) * ALL;
        let beyond = low + (0x7f - u64::from(b'Z')) * ALL;
        from & !beyond & !x & (0x80 * ALL) != 0
    };
    let (words, rest) = text.as_chunks::<8>();
    words.iter().any(any)
        || match text.last_chunk::<8>() {
            Some(last) => any(last),
            None => rest.iter().any(u8::is_ascii_uppercase),
        }
}

/// What the bytes of a text hold; [`holds::ESCAPE`] is a backslash.
pub(crate) fn contents(text: &[u8]) -> Contents {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { wide::contents(text) };
    }
    by_sixteen(text)
}

/// The same for processors with narrower vectors.
fn by_sixteen(text: &[u8]) -> Contents {
    let mut all = Collector::default();
    let mut p = 0;
    while p < text.len() {
        let (lanes, count) = lanes(text, p);
        all.add(&lanes, count);
        p += LANES;
    }
    let escape = memchr::memchr(b'\\', text).is_some();
    all.contents() | (Contents::from(escape) * holds::ESCAPE)
}

/// Fewer digits than these tell nothing.
const FEW_DIGITS: usize = 6;
/// From so many digits on a number is more than a measure, a time or a code.
pub(crate) const MANY_DIGITS: usize = 15;

/// No code has so many bytes.
const LONG_CODE: usize = 64;

/// Is a text, where a measure, a time or a code is meant, written like none of them: with an `@`, with more than a few digits among letters or
/// signs, with very many, or at great length?
#[inline(never)] // among vectors the loop becomes one of vectors, which takes four times as long
pub(crate) fn is_odd(text: &[u8]) -> bool {
    let (mut digits, mut held) = (0, 0);
    for c in text {
        let kind = code::KINDS[usize::from(*c)];
        digits += usize::from(kind & code::DIGIT);
        held |= kind;
    }
    let clock = text.first().is_some_and(u8::is_ascii_digit) && held & code::COLON != 0;
    let others = held & code::OTHER != 0 || held & code::TIME != 0 && !clock;
    let long = text.len() >= LONG_CODE;
    held & code::AT != 0
        || others && (digits >= FEW_DIGITS || long)
        || !clock && digits >= MANY_DIGITS
}

/// What the bytes of a measure, a time or a code are.
mod code {
    /// Counted: the lowest bit.
    pub const DIGIT: u8 = 1;
    pub const COLON: u8 = 2;
    /// What a time of day has among its digits.
    pub const TIME: u8 = 4;
    pub const AT: u8 = 8;
    pub const OTHER: u8 = 16;

    pub const KINDS: [u8; 256] = {
        let mut kinds = [OTHER; 256];
        let mut i = 0;
        while i < 256 {
            match i as u8 {
                b'0'..=b'9' => kinds[i] = DIGIT,
                b':' => kinds[i] = COLON,
                b'T' | b'Z' | b'+' => kinds[i] = TIME,
                b'@' => kinds[i] = AT,
                b'.' | b',' | b'-' | b'/' | b' ' | b'_' | b'%' => kinds[i] = 0,
                _ => (),
            }
            i += 1;
        }
        kinds
    };
}

/// Does a value speak where a machine's would not: with `=`, in another script, with a word behind a space?
pub(crate) fn speaks(text: &[u8]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { wide::speaks(text) };
    }
    speaks_by_byte(text)
}

fn speaks_by_byte(text: &[u8]) -> bool {
    text.iter().any(|c| *c == b'=' || *c >= 0x80)
        || text
            .windows(2)
            .any(|w| w[0] == b' ' && w[1].is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a text holds, a byte at a time.
    pub(in crate::redact::scan) fn plainly(text: &[u8]) -> Contents {
        let mut bits = 0;
        let mut run = 0;
        for c in text {
            bits |= match c {
                b'\\' => holds::ESCAPE,
                0x80.. => holds::HIGH,
                b'0'..=b'9' => holds::DIGIT,
                b':' | b'=' => holds::LABEL,
                b'%' | b'&' | b'<' => holds::ENCODED,
                b'@' => holds::AT,
                b'{' | b'[' => holds::OPEN,
                _ => 0,
            };
            run = if *c == b' ' { 0 } else { run + 1 };
            if run >= LONG {
                bits |= holds::RUN;
            }
        }
        bits
    }

    #[test]
    fn what_is_odd_for_a_measure_a_time_or_a_code() {
        for value in [
            "36.5",
            "-1,024.00",
            "13800138000",
            "2026-11-26T10:11:12.123456+08:00",
            "20261126101112",
            "1.2.3-rc1",
            "E1234",
            "ok",
        ] {
            assert!(!is_odd(value.as_bytes()), "{value}");
        }
        for value in [
            "11010519491231002X",
            "110105194912310021",
            "S1234567D",
            "A123456(3)",
            "+8613800138000",
            "a@example.com",
        ] {
            assert!(is_odd(value.as_bytes()), "{value}");
        }
    }

    proptest! {
        #[test]
        fn contents_are_those_of_each_byte(text in "[ -~张\\t]{0,90}|[a-z ]{0,90}|([a-z]{15,24} ){0,6}") {
            prop_assert_eq!(contents(text.as_bytes()), plainly(text.as_bytes()));
            prop_assert_eq!(by_sixteen(text.as_bytes()), plainly(text.as_bytes()));
        }

        #[test]
        fn a_sentence_is_told_by_vector_as_by_byte(text in "[a-z0-9:.-]{0,70}|[a-z ]{0,70}|[ -~]{0,70}|[0-9 ]{25,33}[a=张 ][0-9]{0,9}") {
            prop_assert_eq!(speaks(text.as_bytes()), speaks_by_byte(text.as_bytes()));
        }
    }
}
