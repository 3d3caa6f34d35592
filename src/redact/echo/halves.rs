//! Which bytes may stand at the first places of several values, by their half bytes: so a vector looks up 32 places of a text at a time.

/// So many places of a text are looked at together.
pub(super) const LANES: usize = 32;

/// For each place the half bytes, low and high, that may stand there; a bit for each eighth value.
pub(super) struct Halves<const PLACES: usize>([[[u8; 16]; 2]; PLACES]);

impl<const PLACES: usize> Default for Halves<PLACES> {
    fn default() -> Self {
        Self([[[0; 16]; 2]; PLACES])
    }
}

impl<const PLACES: usize> Halves<PLACES> {
    /// The low and the high half bytes of a place.
    #[inline(always)]
    pub fn at(&mut self, place: usize) -> &mut [[u8; 16]; 2] {
        &mut self.0[place]
    }

    /// The values that may stand at a place of a text, a bit for each eighth.
    pub fn allowed(&self, text: &[u8], at: usize) -> u8 {
        let mut bits = u8::MAX;
        for (place, [low, high]) in self.0.iter().enumerate() {
            let Some(c) = text.get(at + place) else {
                break;
            };
            bits &= low[usize::from(c & 15)] & high[usize::from(c >> 4)];
        }
        bits
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use vectors::Tables;

#[cfg(target_arch = "x86_64")]
mod vectors {
    use std::arch::x86_64::*;

    use super::{Halves, LANES};

    /// The half bytes in vectors.
    pub struct Tables<const PLACES: usize> {
        halves: [[__m256i; 2]; PLACES],
        nibble: __m256i,
        ones: __m256i,
    }

    impl<const PLACES: usize> Tables<PLACES> {
        #[inline]
        #[target_feature(enable = "avx2")]
        pub fn new(halves: &Halves<PLACES>) -> Self {
            let table = |half: &[u8; 16]| {
                // SAFETY: the array has the sixteen bytes that are read.
                _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(half.as_ptr().cast()) })
            };
            let halves = halves.0.each_ref();
            Self {
                halves: halves.map(|place| place.each_ref().map(table)),
                nibble: _mm256_set1_epi8(15),
                ones: _mm256_set1_epi8(-1),
            }
        }

        /// The places from `at` on at which a value may begin, a bit for each. So many bytes and those of the last place must be there.
        #[inline]
        #[target_feature(enable = "avx2")]
        pub fn places(&self, text: &[u8], at: usize) -> u32 {
            assert!(at + LANES + PLACES <= text.len() + 1);
            let mut all = self.ones;
            let mut place = 0;
            while place < PLACES {
                // SAFETY: LANES bytes stand behind each place, as was asserted.
                let x = unsafe { _mm256_loadu_si256(text.as_ptr().add(at + place).cast()) };
                let [low, high] = self.halves[place];
                let above = _mm256_and_si256(_mm256_srli_epi16::<4>(x), self.nibble);
                let low = _mm256_shuffle_epi8(low, _mm256_and_si256(x, self.nibble));
                let both = _mm256_and_si256(low, _mm256_shuffle_epi8(high, above));
                all = _mm256_and_si256(all, both);
                place += 1;
            }
            let none = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
            !(_mm256_movemask_epi8(none) as u32)
        }
    }
}
