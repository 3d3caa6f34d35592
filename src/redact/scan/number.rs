//! Numbers of JSON texts: where one ends.

/// The end of the number at `p` (RFC 8259, section 6), and whether it is an integer.
#[inline]
pub(crate) fn number_end(t: &[u8], p: usize) -> Option<(usize, bool)> {
    let digits = |from: usize| {
        let end = digits_end(t, from);
        (end > from).then_some(end)
    };
    let start = if t.get(p) == Some(&b'-') { p + 1 } else { p };
    let mut end = if t.get(start) == Some(&b'0') {
        start + 1
    } else {
        digits(start)?
    };
    let mut integer = true;
    if t.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
        integer = false;
    }
    if matches!(t.get(end), Some(b'e' | b'E')) {
        let sign = matches!(t.get(end + 1), Some(b'+' | b'-')) as usize;
        end = digits(end + 1 + sign)?;
        integer = false;
    }
    Some((end, integer))
}

/// Where the digits end that start at `from`. Eight bytes are looked at together: a monitoring record is numbers for a third.
#[inline]
fn digits_end(t: &[u8], mut from: usize) -> usize {
    while let Some(bytes) = t.get(from..).and_then(|rest| rest.first_chunk()) {
        // a digit without its high half is at most 9; what a sum carries over lies behind the first byte that is none
        let halves = u64::from_le_bytes(*bytes) ^ 0x3030_3030_3030_3030;
        let others = (halves | halves.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
        from += others.trailing_zeros() as usize / 8;
        if others != 0 {
            return from;
        }
    }
    while t.get(from).is_some_and(u8::is_ascii_digit) {
        from += 1;
    }
    from
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_end_where_the_grammar_ends_them() {
        for (text, end) in [
            ("0,", Some((1, true))),
            ("-12.5e+30]", Some((9, false))),
            ("01", Some((1, true))),
            ("1234567890123456789 ", Some((19, true))),
            ("1e", None),
            ("-", None),
            ("1.", None),
        ] {
            assert_eq!(number_end(text.as_bytes(), 0), end, "{text}");
        }
    }

    proptest! {
        #[test]
        fn digits_end_at_the_first_byte_that_is_none(text in proptest::collection::vec(
            prop_oneof![20 => 0x30..=0x39u8, 1 => proptest::num::u8::ANY], 0..40
        ), from in 0..40usize) {
            let from = from.min(text.len());
            let count = text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
            prop_assert_eq!(digits_end(&text, from), from + count);
        }
    }
}
