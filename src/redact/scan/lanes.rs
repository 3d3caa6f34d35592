//! Sixteen bytes looked at together: which of them are what, a bit each.

use super::{Contents, holds};

/// Bytes looked at together.
pub(crate) const LANES: usize = 16;
/// [`holds::RUN`] is set from so many bytes without a space on, and may be set from `LONG - LANES` on.
pub(crate) const LONG: usize = 20;

/// Which of sixteen bytes are what, a bit each.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    /// `"`, `\` and control characters.
    pub(super) stop: u32,
    pub(super) space: u32,
    /// By bit of [`holds`], from [`holds::HIGH`] to [`holds::OPEN`].
    pub(super) of: [u32; 6],
}

#[cfg(target_arch = "x86_64")]
impl Lanes {
    #[inline(always)]
    pub(super) fn new(bytes: &[u8; LANES]) -> Self {
        use std::arch::x86_64::*;
        // SAFETY: every x86-64 processor has SSE2, and the load needs no alignment.
        unsafe {
            let x = _mm_loadu_si128(bytes.as_ptr().cast());
            let is = |c: u8| _mm_cmpeq_epi8(x, _mm_set1_epi8(c as i8));
            // unsigned `x <= most`, of which SSE2 has no comparison
            let most = |x, most: u8| _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(most as i8)), x);
            let or = |a, b| _mm_or_si128(a, b);
            let bits = |x| _mm_movemask_epi8(x) as u32;
            let digit = most(_mm_sub_epi8(x, _mm_set1_epi8(b'0' as i8)), 9);
            // `{` and `[` differ in one bit, as `:` and `=` don't
            let open = _mm_cmpeq_epi8(
                _mm_or_si128(x, _mm_set1_epi8(0x20)),
                _mm_set1_epi8(b'{' as i8),
            );
            Self {
                stop: bits(or(or(is(b'"'), is(b'\\')), most(x, 0x1f))),
                space: bits(is(b' ')),
                of: [
                    bits(x),
                    bits(digit),
                    bits(or(is(b':'), is(b'='))),
                    bits(or(or(is(b'%'), is(b'&')), is(b'<'))),
                    bits(is(b'@')),
                    bits(open),
                ],
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Lanes {
    pub(super) fn new(bytes: &[u8; LANES]) -> Self {
        let bits = |is: fn(u8) -> bool| {
            bytes
                .iter()
                .enumerate()
                .fold(0, |bits, (i, c)| bits | u32::from(is(*c)) << i)
        };
        Self {
            stop: bits(|c| matches!(c, b'"' | b'\\' | 0..0x20)),
            space: bits(|c| c == b' '),
            of: [
                bits(|c| c >= 0x80),
                bits(|c| c.is_ascii_digit()),
                bits(|c| matches!(c, b':' | b'=')),
                bits(|c| matches!(c, b'%' | b'&' | b'<')),
                bits(|c| c == b'@'),
                bits(|c| matches!(c, b'{' | b'[')),
            ],
        }
    }
}

/// Collects what the bytes of one text hold.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) of: [u32; 6],
    pub(super) run: Run,
}

/// Bytes without a space.
#[derive(Default)]
pub(crate) struct Run {
    /// Since the last space.
    pub length: u32,
    /// So many in a row that they may be a token, a payload or a path.
    pub long: bool,
}

impl Run {
    /// Adds `count` bytes, of which those are spaces whose bits are set.
    #[inline(always)]
    pub fn add(&mut self, space: u32, count: u32) {
        if space == 0 {
            self.length += count;
            self.long |= self.length >= LONG as u32;
        } else {
            self.long |= self.length + space.trailing_zeros() >= LONG as u32;
            self.length = count - (32 - space.leading_zeros());
        }
    }
}

impl Collector {
    #[inline(always)]
    pub(super) fn add(&mut self, lanes: &Lanes, count: u32) {
        let within = ((1u64 << count) - 1) as u32;
        for (all, these) in self.of.iter_mut().zip(lanes.of) {
            *all |= these & within;
        }
        self.run.add(lanes.space & within, count);
    }

    #[inline(always)]
    pub(super) fn contents(&self) -> Contents {
        let mut bits = if self.run.long { holds::RUN } else { 0 };
        for (i, all) in self.of.iter().enumerate() {
            bits |= Contents::from(*all != 0) << (i + 1);
        }
        bits
    }
}

/// The sixteen bytes at `p`, filled up with zeros behind the end, and how many of them are there.
#[inline(always)]
pub(super) fn lanes(t: &[u8], p: usize) -> (Lanes, u32) {
    match t.get(p..p + LANES) {
        Some(bytes) => (
            Lanes::new(bytes.try_into().unwrap_or(&[0; LANES])),
            LANES as u32,
        ),
        None => {
            let rest = &t[p.min(t.len())..];
            let mut bytes = [0; LANES];
            bytes[..rest.len()].copy_from_slice(rest);
            (Lanes::new(&bytes), rest.len() as u32)
        }
    }
}

/// Quotes, backslashes and control characters among the sixteen bytes at `p`, a bit each, and how many bytes are there.
#[inline(always)]
pub(super) fn stops(t: &[u8], p: usize) -> (u32, usize) {
    match t.get(p..p + LANES) {
        Some(bytes) => (stops_of(bytes.try_into().unwrap_or(&[0; LANES])), LANES),
        None => {
            let rest = &t[p.min(t.len())..];
            let mut bytes = [b' '; LANES];
            bytes[..rest.len()].copy_from_slice(rest);
            (stops_of(&bytes), rest.len())
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn stops_of(bytes: &[u8; LANES]) -> u32 {
    use std::arch::x86_64::*;
    // SAFETY: every x86-64 processor has SSE2, and the load needs no alignment.
    unsafe {
        let x = _mm_loadu_si128(bytes.as_ptr().cast());
        let is = |c: u8| _mm_cmpeq_epi8(x, _mm_set1_epi8(c as i8));
        let control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
        let stop = _mm_or_si128(_mm_or_si128(is(b'"'), is(b'\\')), control);
        _mm_movemask_epi8(stop) as u32
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn stops_of(bytes: &[u8; LANES]) -> u32 {
    let bits = bytes.iter().enumerate();
    bits.fold(0, |bits, (i, c)| {
        bits | u32::from(matches!(c, b'"' | b'\\' | 0..0x20)) << i
    })
}

/// Backslashes among sixteen bytes, a bit each.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn backslashes(bytes: &[u8; LANES]) -> u32 {
    use std::arch::x86_64::*;
    // SAFETY: every x86-64 processor has SSE2, and the load needs no alignment.
    unsafe {
        let x = _mm_loadu_si128(bytes.as_ptr().cast());
        _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(b'\\' as i8))) as u32
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn backslashes(bytes: &[u8; LANES]) -> u32 {
    let bits = bytes.iter().enumerate();
    bits.fold(0, |bits, (i, c)| bits | u32::from(*c == b'\\') << i)
}
