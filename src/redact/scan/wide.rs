//! The same looks as in [`super`], thirty-two bytes at a time: two table lookups tell all kinds of bytes apart. Half of the
//! instructions, on processors that have AVX2.

use std::arch::x86_64::*;

use super::ends::{End, PAYLOAD};
use super::lanes::Run;
use super::{Contents, FEW_DIGITS, LONG, far_stop, holds};

/// Bytes looked at together.
pub(crate) const LANES: usize = 32;
/// Bits of a class that are none of [`holds`]: what ends a look at a string, and a second kind of [`holds::ENCODED`].
const CONTROL: u8 = 1;
const QUOTE: u8 = 2;
const BACKSLASH: u8 = 64;
const LESS: u8 = 128;

/// How far the bit of a class is moved to where a mask takes its bits from.
const fn moved(class: Contents) -> i32 {
    7 - class.trailing_zeros() as i32
}
const DIGITS: i32 = moved(holds::DIGIT);
const ATS: i32 = moved(holds::AT);

/// By low and by high half of a byte the classes that it may belong to: it does belong to those that both tables name.
const HALVES: [[u8; 16]; 2] = {
    let mut halves = [[0; 16]; 2];
    let members: [(u8, &[u8]); 7] = [
        (QUOTE, b"\""),
        (BACKSLASH, b"\\"),
        (holds::DIGIT as u8, b"0123456789"),
        (holds::LABEL as u8, b":="),
        (holds::ENCODED as u8, b"%&"),
        (holds::AT as u8, b"@"),
        (LESS, b"<"),
    ];
    let mut i = 0;
    while i < members.len() {
        let (class, bytes) = members[i];
        let mut j = 0;
        while j < bytes.len() {
            halves[0][(bytes[j] & 15) as usize] |= class;
            halves[1][(bytes[j] >> 4) as usize] |= class;
            j += 1;
        }
        i += 1;
    }
    let mut low = 0;
    while low < 16 {
        halves[0][low] |= CONTROL;
        low += 1;
    }
    halves[1][0] |= CONTROL;
    halves[1][1] |= CONTROL;
    halves
};

/// Ones, then zeros: the bytes before a place.
const BEFORE: [u8; 2 * LANES] = {
    let mut bytes = [0; 2 * LANES];
    let mut i = 0;
    while i < LANES {
        bytes[i] = u8::MAX;
        i += 1;
    }
    bytes
};

/// Thirty-two bytes, told apart.
#[derive(Clone, Copy)]
struct Lanes {
    bytes: __m256i,
    classes: __m256i,
    /// `{` and `[`
    open: __m256i,
    space: u32,
}

impl Lanes {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn new(bytes: &[u8; LANES]) -> Self {
        // SAFETY: the array has the bytes that are read.
        let x = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let is = |x, c: u8| _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c as i8));
        Self {
            bytes: x,
            classes: classes(x, &HALVES),
            // `{` and `[` differ in one bit
            open: is(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), b'{'),
            space: _mm256_movemask_epi8(is(x, b' ')) as u32,
        }
    }

    /// Bytes of one class, [`DIGITS`] or [`ATS`], a bit each.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn of<const CLASS: i32>(&self) -> u32 {
        _mm256_movemask_epi8(_mm256_slli_epi16::<CLASS>(self.classes)) as u32
    }

    /// Bytes of any class, a bit each; a long run apart.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn anything(&self) -> u32 {
        let none = _mm256_cmpeq_epi8(self.classes, _mm256_setzero_si256());
        let told = _mm256_or_si256(self.bytes, self.open);
        !(_mm256_movemask_epi8(none) as u32) | _mm256_movemask_epi8(told) as u32
    }

    /// What a machine's value has none of, a bit each: `=`, letters of other scripts, a letter behind a space.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn speech(&self) -> u32 {
        let sign = _mm256_cmpeq_epi8(self.bytes, _mm256_set1_epi8(b'=' as i8));
        let told = _mm256_movemask_epi8(_mm256_or_si256(self.bytes, sign)) as u32;
        if self.space == 0 {
            return told;
        }
        let small = _mm256_or_si256(self.bytes, _mm256_set1_epi8(0x20));
        let above = _mm256_cmpgt_epi8(small, _mm256_set1_epi8(b'a' as i8 - 1));
        let below = _mm256_cmpgt_epi8(_mm256_set1_epi8(b'z' as i8 + 1), small);
        let letters = _mm256_movemask_epi8(_mm256_and_si256(above, below)) as u32;
        told | (self.space << 1 & letters)
    }

    /// Quotes, backslashes and control characters, a bit each.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn stops(&self) -> u32 {
        let stop = _mm256_set1_epi8((CONTROL | QUOTE | BACKSLASH) as i8);
        let none = _mm256_cmpeq_epi8(_mm256_and_si256(self.classes, stop), _mm256_setzero_si256());
        !(_mm256_movemask_epi8(none) as u32)
    }
}

/// Collects what the bytes of one text hold.
struct Collector {
    bytes: __m256i,
    classes: __m256i,
    open: __m256i,
    run: Run,
}

impl Collector {
    #[target_feature(enable = "avx2")]
    #[inline]
    fn new() -> Self {
        let zero = _mm256_setzero_si256();
        Self {
            bytes: zero,
            classes: zero,
            open: zero,
            run: Run::default(),
        }
    }

    /// Adds the first `count` of thirty-two bytes.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn add(&mut self, lanes: &Lanes, count: u32) {
        let (mut bytes, mut classes, mut open) = (lanes.bytes, lanes.classes, lanes.open);
        let mut within = u32::MAX;
        if count < LANES as u32 {
            let from = LANES - count as usize;
            // SAFETY: `from` is at most LANES, and as many bytes follow.
            let mask = unsafe { _mm256_loadu_si256(BEFORE.as_ptr().add(from).cast()) };
            bytes = _mm256_and_si256(bytes, mask);
            classes = _mm256_and_si256(classes, mask);
            open = _mm256_and_si256(open, mask);
            within = (1 << count) - 1;
        }
        self.bytes = _mm256_or_si256(self.bytes, bytes);
        self.classes = _mm256_or_si256(self.classes, classes);
        self.open = _mm256_or_si256(self.open, open);
        let space = lanes.space & within;
        self.run.add(space, count);
        // between two spaces of thirty-two bytes there is room for one
        self.run.long |= space != 0 && holds_run(!space & within);
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn contents(&self) -> Contents {
        let all = together(self.classes);
        let told = (holds::DIGIT | holds::LABEL | holds::ENCODED | holds::AT) as u8;
        let mut bits = Contents::from(all & told);
        if all & LESS != 0 {
            bits |= holds::ENCODED;
        }
        if all & BACKSLASH != 0 {
            bits |= holds::ESCAPE;
        }
        if _mm256_movemask_epi8(self.bytes) != 0 {
            bits |= holds::HIGH;
        }
        if _mm256_movemask_epi8(self.open) != 0 {
            bits |= holds::OPEN;
        }
        if self.run.long {
            bits |= holds::RUN;
        }
        bits
    }
}

/// The bits of all bytes in one.
#[target_feature(enable = "avx2")]
#[inline]
fn together(bytes: __m256i) -> u8 {
    let half = _mm_or_si128(
        _mm256_castsi256_si128(bytes),
        _mm256_extracti128_si256::<1>(bytes),
    );
    let all = _mm_cvtsi128_si64(half) | _mm_cvtsi128_si64(_mm_unpackhi_epi64(half, half));
    let all = all | all >> 32;
    let all = all | all >> 16;
    (all | all >> 8) as u8
}

/// The classes of bytes, by tables like [`HALVES`].
#[target_feature(enable = "avx2")]
#[inline]
fn classes(bytes: __m256i, halves: &[[u8; 16]; 2]) -> __m256i {
    let [low, high] = halves.each_ref().map(|half| {
        // SAFETY: the array has the sixteen bytes that are read.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(half.as_ptr().cast()) })
    });
    let above = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15));
    // a lookup by a byte beyond ASCII gives zero
    _mm256_and_si256(
        _mm256_shuffle_epi8(low, bytes),
        _mm256_shuffle_epi8(high, above),
    )
}

/// The classes of all bytes of a text, by tables like [`HALVES`] that have none for a zero.
#[target_feature(enable = "avx2")]
pub(crate) fn all_classes(text: &[u8], halves: &[[u8; 16]; 2]) -> u8 {
    let of = |bytes: &[u8; LANES]| {
        // SAFETY: the array has the bytes that are read.
        classes(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }, halves)
    };
    let (blocks, rest) = text.as_chunks::<LANES>();
    let mut all = _mm256_setzero_si256();
    for block in blocks {
        all = _mm256_or_si256(all, of(block));
    }
    if !rest.is_empty() {
        let mut block = [0; LANES];
        block[..rest.len()].copy_from_slice(rest);
        all = _mm256_or_si256(all, of(&block));
    }
    together(all)
}

/// Are [`LONG`] bits in a row set?
#[inline]
fn holds_run(bits: u32) -> bool {
    const { assert!(LONG == 20) };
    let two = bits & bits >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & four >> 16 != 0
}

/// The bytes at `p`, filled up with zeros behind the end, and how many of them are there.
#[target_feature(enable = "avx2")]
#[inline]
fn lanes(t: &[u8], p: usize) -> (Lanes, u32) {
    match t.get(p..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => (Lanes::new(bytes), LANES as u32),
        None => {
            let rest = &t[p.min(t.len())..];
            let mut bytes = [0; LANES];
            bytes[..rest.len()].copy_from_slice(rest);
            (Lanes::new(&bytes), rest.len() as u32)
        }
    }
}

/// What the thirty-two bytes from the first one of a value on say about it.
pub(crate) enum Brief {
    /// A string without escapes that ends there.
    String(Short),
    /// A number that ends there: where, and if it is an integer.
    Number { end: usize, integer: bool },
    /// `true`, `false` or `null`, and where it ends.
    Literal { end: usize },
}

/// A string that ends within a vector, and what it holds, told when asked: a key decides what matters.
pub(crate) struct Short {
    /// Where its closing quote is.
    pub end: usize,
    lanes: Lanes,
    /// The bytes between its quotes, a bit each.
    within: u32,
}

impl Short {
    /// Does it hold any of [`holds`]?
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn holds_anything(&self) -> bool {
        self.lanes.anything() & self.within != 0
            || self.within >> LONG != 0 && holds_run(!self.lanes.space & self.within)
    }

    /// [`super::speaks`]
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn speaks(&self) -> bool {
        self.lanes.speech() & self.within != 0
    }

    /// Without this it is not odd; see [`super::is_odd`].
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn may_be_odd(&self) -> bool {
        let digits = self.lanes.of::<DIGITS>() & self.within;
        digits.count_ones() as usize >= FEW_DIGITS || self.lanes.of::<ATS>() & self.within != 0
    }
}

/// What the beginning of the value at `p` says, if that is all of it.
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn brief(t: &[u8], p: usize) -> Option<Brief> {
    let bytes: &[u8; LANES] = t.get(p..)?.first_chunk()?;
    let lanes = Lanes::new(bytes);
    if bytes[0] != b'"' {
        let literal = match bytes {
            [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => 4,
            [b'f', b'a', b'l', b's', b'e', ..] => 5,
            _ => {
                let (length, integer) = number(bytes, lanes.of::<DIGITS>())?;
                let end = p + length;
                return Some(Brief::Number { end, integer });
            }
        };
        return Some(Brief::Literal { end: p + literal });
    }
    let stop = (lanes.stops() & !1).trailing_zeros();
    if bytes.get(stop as usize) != Some(&b'"') {
        return None;
    }
    Some(Brief::String(Short {
        end: p + stop as usize,
        lanes,
        within: ((1u32 << stop) - 1) & !1,
    }))
}

/// [`super::speaks`]
#[target_feature(enable = "avx2")]
pub(crate) fn speaks(text: &[u8]) -> bool {
    (0..text.len()).step_by(LANES - 1).any(|p| {
        let (lanes, count) = lanes(text, p);
        // the last place is looked at again with what follows it
        lanes.speech() & ((1u64 << count) - 1) as u32 != 0
    })
}

/// The length of the number that the bytes begin with (RFC 8259, section 6), and if it is an integer. `None` if there is none, if it does not
/// end there, or has an exponent.
#[inline(always)]
fn number(bytes: &[u8; LANES], digits: u32) -> Option<(usize, bool)> {
    const END: usize = LANES - 1;
    let count = |from: usize| (digits >> from).trailing_ones() as usize;
    let start = usize::from(bytes[0] == b'-');
    let mut end = start
        + if bytes[start] == b'0' {
            1
        } else {
            count(start)
        };
    if end == start || end >= END {
        return None;
    }
    let mut integer = true;
    if bytes[end] == b'.' {
        let decimals = count(end + 1);
        end += 1 + decimals;
        integer = false;
        if decimals == 0 || end > END {
            return None;
        }
    }
    (bytes[end] | 0x20 != b'e').then_some((end, integer))
}

/// Where the string ends whose content goes on at `p`, if it has no escapes and does not speak; see [`super::speaks`].
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn machine_end(t: &[u8], mut p: usize) -> Option<usize> {
    loop {
        let bytes: &[u8; LANES] = t.get(p..)?.first_chunk()?;
        let lanes = Lanes::new(bytes);
        let stop = lanes.stops().trailing_zeros();
        if lanes.speech() & ((1u64 << stop) - 1) as u32 != 0 {
            return None;
        }
        if let Some(c) = bytes.get(stop as usize) {
            return (*c == b'"').then_some(p + stop as usize);
        }
        // a space at the end is looked at again with what follows it
        p += LANES - (lanes.space >> (LANES - 1)) as usize;
    }
}

/// Does `text` begin with the first `length` bytes of `head`?
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn begins(text: &[u8; LANES], head: &[u8; LANES], length: u32) -> bool {
    // SAFETY: both arrays have the bytes that are read.
    let [text, head] =
        [text, head].map(|bytes| unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) });
    let same = _mm256_movemask_epi8(_mm256_cmpeq_epi8(text, head)) as u32;
    (!same).trailing_zeros() >= length
}

/// [`super::contents`]
#[target_feature(enable = "avx2")]
pub(crate) fn contents(text: &[u8]) -> Contents {
    let mut all = Collector::new();
    for p in (0..text.len()).step_by(LANES) {
        let (lanes, count) = lanes(text, p);
        all.add(&lanes, count);
    }
    all.contents()
}

/// By low and by high half of a byte: small letters, spaces, and signs that mark nothing.
const PROSE: [[u8; 16]; 2] = {
    let mut halves = [[0; 16]; 2];
    let (mut i, members) = (0, b"abcdefghijklmnopqrstuvwxyz ,.-_/!?;*+");
    while i < members.len() {
        // a bit for each high half: letters take two
        let bit = 1 << (members[i] >> 4);
        halves[0][(members[i] & 15) as usize] |= bit;
        halves[1][(members[i] >> 4) as usize] |= bit;
        i += 1;
    }
    halves
};

/// [`super::prose_end`]
#[target_feature(enable = "avx2")]
pub(crate) fn prose_end(t: &[u8], mut p: usize) -> Option<usize> {
    let mut run = Run::default();
    loop {
        let bytes: &[u8; LANES] = t.get(p..)?.first_chunk()?;
        // SAFETY: the array has the bytes that are read.
        let x = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        let other = _mm256_cmpeq_epi8(classes(x, &PROSE), _mm256_setzero_si256());
        let stop = (_mm256_movemask_epi8(other) as u32).trailing_zeros();
        let space = _mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_set1_epi8(b' ' as i8))) as u32;
        let within = ((1u64 << stop) - 1) as u32;
        run.add(space & within, stop);
        if run.long || holds_run(!space & within) {
            return None;
        }
        if stop < LANES as u32 {
            return (bytes[stop as usize] == b'"').then_some(p + stop as usize);
        }
        p += LANES;
    }
}

/// What [`super::string_end`] asks for: the end of a string, or its first escape, and what stands before it.
#[target_feature(enable = "avx2")]
pub(crate) fn search(t: &[u8], mut p: usize) -> Option<(End, Contents)> {
    let mut all = Collector::new();
    loop {
        let (lanes, count) = lanes(t, p);
        let stop = lanes.stops().trailing_zeros();
        if stop < count {
            all.add(&lanes, stop);
            let end = End::at_stop(t, p + stop as usize, false)?;
            return Some((end, all.contents()));
        }
        if count < LANES as u32 {
            return None;
        }
        all.add(&lanes, count);
        p += LANES;
        if all.run.length >= PAYLOAD {
            let end = End::at_stop(t, far_stop(t, p)?, true)?;
            return Some((end, all.contents()));
        }
    }
}
