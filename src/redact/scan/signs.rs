//! A second look at a running text, for what only its detectors ask: without a space there is no line of a card and no spoken name,
//! without a quote no complaint. [`super`] sees each string of a record, and has no time for it.

/// What a running text holds.
pub(crate) type Signs = u8;

pub(crate) const SPACE: Signs = 1;
/// A line's end, or a tab.
pub(crate) const LINE: Signs = 2;
/// `>` or `|`, and what has a half of each: `<` and `~`.
pub(crate) const ARROW: Signs = 4;
/// `'` or `"`
pub(crate) const QUOTE: Signs = 8;
pub(crate) const DASH: Signs = 16;
/// `(`
pub(crate) const BRACKET: Signs = 32;
/// `A` to `Z`, in two halves as they stand in ASCII.
pub(crate) const CAPITAL: Signs = 64 | 128;

/// By low and by high half of a byte the signs that it may be: it is those that both tables name.
const HALVES: [[Signs; 16]; 2] = halves(&[
    (SPACE, b' ', b' '),
    (LINE, b'\n', b'\n'),
    (LINE, b'\t', b'\t'),
    (ARROW, b'>', b'>'),
    (ARROW, b'|', b'|'),
    (QUOTE, b'"', b'"'),
    (QUOTE, b'\'', b'\''),
    (DASH, b'-', b'-'),
    (BRACKET, b'(', b'('),
    (CAPITAL & 64, b'A', b'O'),
    (CAPITAL & 128, b'P', b'Z'),
]);

/// The same of control characters, but for those that divide words and lines, and ESC, which begins a colour. Zero fills up a vector.
const CONTROLS: [[Signs; 16]; 2] = halves(&[
    (1, 0x01, 0x08),
    (1, 0x0b, 0x0c),
    (1, 0x0e, 0x0f),
    (2, 0x10, 0x1a),
    (2, 0x1c, 0x1f),
    (4, 0x7f, 0x7f),
]);

const fn halves(members: &[(Signs, u8, u8)]) -> [[Signs; 16]; 2] {
    let mut halves = [[0; 16]; 2];
    let mut i = 0;
    while i < members.len() {
        let (sign, mut c, last) = members[i];
        while c <= last {
            halves[0][(c & 15) as usize] |= sign;
            halves[1][(c >> 4) as usize] |= sign;
            c += 1;
        }
        i += 1;
    }
    halves
}

/// What a text holds.
pub(crate) fn of(text: &[u8]) -> Signs {
    all_of(text, &HALVES)
}

/// Does a text hold control characters that no text needs?
pub(crate) fn has_control(text: &[u8]) -> bool {
    all_of(text, &CONTROLS) != 0
}

fn all_of(text: &[u8], halves: &[[Signs; 16]; 2]) -> Signs {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { super::wide::all_classes(text, halves) };
    }
    by_byte(text, halves)
}

fn by_byte(text: &[u8], halves: &[[Signs; 16]; 2]) -> Signs {
    let sign = |c: &u8| halves[0][usize::from(c & 15)] & halves[1][usize::from(c >> 4)];
    text.iter().fold(0, |all, c| all | sign(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_byte_is_what_it_is() {
        for c in 0..=u8::MAX {
            let expected = match c {
                b' ' => SPACE,
                b'\n' | b'\t' => LINE,
                b'>' | b'|' | b'<' | b'~' => ARROW,
                b'"' | b'\'' => QUOTE,
                b'-' => DASH,
                b'(' => BRACKET,
                b'A'..=b'Z' => CAPITAL,
                _ => 0,
            };
            let found = by_byte(&[c], &HALVES);
            assert_eq!(found & expected, found, "{c}");
            assert_eq!(found == 0, expected == 0, "{c}");
        }
    }

    proptest! {
        #[test]
        fn by_vector_as_by_byte(text in proptest::collection::vec(
            prop_oneof![30 => 0x61..=0x7au8, 1 => proptest::num::u8::ANY], 0..100
        )) {
            prop_assert_eq!(of(&text), by_byte(&text, &HALVES));
            prop_assert_eq!(has_control(&text), by_byte(&text, &CONTROLS) != 0);
        }
    }
}
