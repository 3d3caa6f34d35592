//! A second look at a running text, for what only its detectors ask: without a space there is no line of a card and no spoken name,
//! without a quote no complaint. [`super::scan`] sees each string of a record, and has no time for it.

/// What a running text holds.
pub(super) type Signs = u8;

pub(super) const SPACE: Signs = 1;
/// A line's end, or a tab.
pub(super) const LINE: Signs = 2;
/// `>`
pub(super) const ARROW: Signs = 4;
/// `'` or `"`
pub(super) const QUOTE: Signs = 8;
pub(super) const DASH: Signs = 16;
/// `(`
pub(super) const BRACKET: Signs = 32;
/// `A` to `Z`, in two halves as they stand in ASCII.
pub(super) const CAPITAL: Signs = 64 | 128;

/// By low and by high half of a byte the signs that it may be: it is those that both tables name.
const HALVES: [[Signs; 16]; 2] = {
    let mut halves = [[0; 16]; 2];
    let members: [(Signs, u8, u8); 10] = [
        (SPACE, b' ', b' '),
        (LINE, b'\n', b'\n'),
        (LINE, b'\t', b'\t'),
        (ARROW, b'>', b'>'),
        (QUOTE, b'"', b'"'),
        (QUOTE, b'\'', b'\''),
        (DASH, b'-', b'-'),
        (BRACKET, b'(', b'('),
        (CAPITAL & 64, b'A', b'O'),
        (CAPITAL & 128, b'P', b'Z'),
    ];
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
};

/// What a text holds.
pub(super) fn of(text: &[u8]) -> Signs {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { by_vector(text) };
    }
    by_byte(text)
}

fn by_byte(text: &[u8]) -> Signs {
    let sign = |c: &u8| HALVES[0][usize::from(c & 15)] & HALVES[1][usize::from(c >> 4)];
    text.iter().fold(0, |all, c| all | sign(c))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn by_vector(text: &[u8]) -> Signs {
    use std::arch::x86_64::*;
    const LANES: usize = 32;
    let table = |half: &[u8; 16]| {
        // SAFETY: the array has the sixteen bytes that are read.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(half.as_ptr().cast()) })
    };
    let [low, high] = HALVES.each_ref().map(table);
    let signs_of = |bytes: &[u8; LANES]| {
        // SAFETY: the array has the bytes that are read.
        let x = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let above = _mm256_and_si256(_mm256_srli_epi16::<4>(x), _mm256_set1_epi8(15));
        // a lookup by a byte beyond ASCII gives zero
        _mm256_and_si256(
            _mm256_shuffle_epi8(low, x),
            _mm256_shuffle_epi8(high, above),
        )
    };
    let (blocks, rest) = text.as_chunks::<LANES>();
    let mut all = _mm256_setzero_si256();
    for block in blocks {
        all = _mm256_or_si256(all, signs_of(block));
    }
    match text.last_chunk::<LANES>() {
        // the last step overlaps the one before
        Some(last) if !rest.is_empty() => all = _mm256_or_si256(all, signs_of(last)),
        Some(_) => (),
        None => {
            let mut block = [0; LANES];
            block[..rest.len()].copy_from_slice(rest);
            all = _mm256_or_si256(all, signs_of(&block));
        }
    }
    let half = _mm_or_si128(
        _mm256_castsi256_si128(all),
        _mm256_extracti128_si256::<1>(all),
    );
    let all = _mm_cvtsi128_si64(half) | _mm_cvtsi128_si64(_mm_unpackhi_epi64(half, half));
    let all = all | all >> 32;
    let all = all | all >> 16;
    (all | all >> 8) as Signs
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
                b'>' => ARROW,
                b'"' | b'\'' => QUOTE,
                b'-' => DASH,
                b'(' => BRACKET,
                b'A'..=b'Z' => CAPITAL,
                _ => 0,
            };
            let found = by_byte(&[c]);
            assert_eq!(found & expected, found, "{c}");
            assert_eq!(found == 0, expected == 0, "{c}");
        }
    }

    proptest! {
        #[test]
        fn by_vector_as_by_byte(text in proptest::collection::vec(
            prop_oneof![30 => 0x61..=0x7au8, 1 => proptest::num::u8::ANY], 0..100
        )) {
            prop_assert_eq!(of(&text), by_byte(&text));
        }
    }
}
