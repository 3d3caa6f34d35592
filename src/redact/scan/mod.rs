//! One look at a string's bytes: where it ends, and what it holds.
//!
//! Most strings of a log hold nothing that any detector could mean, and what tells them apart are a few kinds of bytes. They are
//! told apart sixteen bytes at a time while the end of the string is searched, so that the question costs nothing of its own.

pub(crate) mod number;
pub(crate) mod signs;
#[cfg(target_arch = "x86_64")]
pub(crate) mod wide;

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

/// Bytes looked at together.
pub(crate) const LANES: usize = 16;
/// [`holds::RUN`] is set from so many bytes without a space on, and may be set from `LONG - LANES` on.
pub(crate) const LONG: usize = 20;

/// Which of sixteen bytes are what, a bit each.
#[derive(Clone, Copy)]
struct Lanes {
    /// `"`, `\` and control characters.
    stop: u32,
    space: u32,
    /// By bit of [`holds`], from [`holds::HIGH`] to [`holds::OPEN`].
    of: [u32; 6],
}

#[cfg(target_arch = "x86_64")]
impl Lanes {
    #[inline(always)]
    fn new(bytes: &[u8; LANES]) -> Self {
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
    fn new(bytes: &[u8; LANES]) -> Self {
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
struct Collector {
    of: [u32; 6],
    run: Run,
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
    fn add(&mut self, lanes: &Lanes, count: u32) {
        let within = ((1u64 << count) - 1) as u32;
        for (all, these) in self.of.iter_mut().zip(lanes.of) {
            *all |= these & within;
        }
        self.run.add(lanes.space & within, count);
    }

    #[inline(always)]
    fn contents(&self) -> Contents {
        let mut bits = if self.run.long { holds::RUN } else { 0 };
        for (i, all) in self.of.iter().enumerate() {
            bits |= Contents::from(*all != 0) << (i + 1);
        }
        bits
    }
}

/// The sixteen bytes at `p`, filled up with zeros behind the end, and how many of them are there.
#[inline(always)]
fn lanes(t: &[u8], p: usize) -> (Lanes, u32) {
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

/// The next digit at or after `from`.
pub(crate) fn next_digit(t: &[u8], from: usize) -> Option<usize> {
    next_of(t, from, 1)
}

/// The next byte beyond ASCII at or after `from`.
pub(crate) fn next_high(t: &[u8], from: usize) -> Option<usize> {
    next_of(t, from, 0)
}

/// The next byte at or after `from` of a kind in [`Lanes::of`].
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

/// Quotes, backslashes and control characters among the sixteen bytes at `p`, a bit each, and how many bytes are there.
#[inline(always)]
fn stops(t: &[u8], p: usize) -> (u32, usize) {
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

/// The end of the JSON string whose content starts at `p` (where its quote stands), and what it holds. `None` if it isn't one.
///
/// Of a string with escapes nothing else is known: it is looked at when it is decoded.
#[inline]
pub(crate) fn string_end(t: &[u8], p: usize) -> Option<(usize, Contents)> {
    let (end, before) = search(t, p)?;
    // nobody looked at all of what is long
    let beyond = Contents::from(end.beyond) * (holds::ANYTHING ^ holds::ESCAPE);
    Some((end.at, before | beyond | end.escape()))
}

#[inline]
fn search(t: &[u8], p: usize) -> Option<(End, Contents)> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { wide::search(t, p) };
    }
    let mut all = Collector::default();
    let end = search_end(t, p, |lanes, count| {
        all.add(lanes, count);
        all.run.length
    })?;
    Some((end, all.contents()))
}

/// The end of a string in which nothing is ever found: small letters, spaces and a few signs, and no long run. Most messages are such.
/// `None` tells nothing.
#[inline]
pub(crate) fn prose_end(t: &[u8], p: usize) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { wide::prose_end(t, p) };
    }
    let _ = (t, p);
    None
}

/// The same without a look at what the string holds: [`holds::ESCAPE`] or nothing.
#[inline]
pub(crate) fn bare_end(t: &[u8], p: usize) -> Option<(usize, Contents)> {
    let mut length = 0;
    let end = search_end(t, p, |_, count| {
        length += count;
        length
    })?;
    Some((end.at, end.escape()))
}

/// Where a string ends.
pub(crate) struct End {
    at: usize,
    /// Not all bytes before it were shown.
    beyond: bool,
    escaped: bool,
}

impl End {
    /// What follows from the first byte that stopped a look at a string, `beyond` a part that nobody looked at.
    #[inline(always)]
    pub fn at_stop(t: &[u8], p: usize, beyond: bool) -> Option<Self> {
        let (at, escaped) = match t[p] {
            b'"' => (p, false),
            b'\\' => (escaped_end(t, p)?, true),
            _ => return None,
        };
        Some(Self {
            at,
            beyond,
            escaped,
        })
    }

    #[inline(always)]
    fn escape(&self) -> Contents {
        Contents::from(self.escaped) * holds::ESCAPE
    }
}

/// From so many bytes without a stop on a string is a payload: its end is searched alone.
pub(crate) const PAYLOAD: u32 = 128;

/// Searches the end of a string. `look` sees its bytes up to the first escape, and says how many of them make up the run at hand.
#[inline(always)]
fn search_end(t: &[u8], mut p: usize, mut look: impl FnMut(&Lanes, u32) -> u32) -> Option<End> {
    let mut beyond = false;
    loop {
        let (lanes, count) = lanes(t, p);
        let stop = lanes.stop.trailing_zeros();
        if stop >= count {
            if count < LANES as u32 {
                return None;
            }
            p += LANES;
            if look(&lanes, count) < PAYLOAD {
                continue;
            }
            p = far_stop(t, p)?;
            beyond = true;
        } else {
            look(&lanes, stop);
            p += stop as usize;
        }
        return End::at_stop(t, p, beyond);
    }
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

/// The next quote or backslash, of a string that goes on without one for long.
pub(crate) fn far_stop(t: &[u8], p: usize) -> Option<usize> {
    let far = &t[p..];
    let stop = memchr::memchr2(b'"', b'\\', far)?;
    // control characters are not allowed; the minimum of many bytes is vectorised, a search for any of 32 is not
    let least = far[..stop].iter().fold(u8::MAX, |least, c| least.min(*c));
    (least >= 0x20).then_some(p + stop)
}

/// The end of a string from its first escape at `p` on. Texts in texts hold an escape every few bytes: all of a block are taken at once.
fn escaped_end(t: &[u8], mut p: usize) -> Option<usize> {
    let mut quiet = 0;
    loop {
        let (mut stops, count) = stops(t, p);
        if stops == 0 {
            if count < LANES {
                return None;
            }
            p += LANES;
            quiet += LANES as u32;
            if quiet >= PAYLOAD {
                (p, quiet) = (far_stop(t, p)?, 0);
            }
            continue;
        }
        quiet = 0;
        let block = p;
        p += LANES;
        while stops != 0 {
            let at = block + stops.trailing_zeros() as usize;
            let next = match t[at] {
                b'"' => return Some(at),
                b'\\' => at + escape_length(t, at)?,
                _ => return None,
            };
            p = p.max(next);
            stops &= (!0u32).checked_shl((next - block) as u32).unwrap_or(0);
        }
    }
}

/// Bytes of the escape at `p` (RFC 8259, section 7).
#[inline(always)]
fn escape_length(t: &[u8], p: usize) -> Option<usize> {
    match t.get(p + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' if t.get(p + 2..p + 6)?.iter().all(u8::is_ascii_hexdigit) => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, a byte at a time.
    fn plainly(text: &[u8]) -> Contents {
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

    proptest! {
        #[test]
        fn contents_are_those_of_each_byte(text in "[ -~张\\t]{0,90}|[a-z ]{0,90}|([a-z]{15,24} ){0,6}") {
            prop_assert_eq!(contents(text.as_bytes()), plainly(text.as_bytes()));
            prop_assert_eq!(by_sixteen(text.as_bytes()), plainly(text.as_bytes()));
        }

        #[test]
        fn prose_holds_nothing(text in "[a-z ,.-]{0,90}|[ -~张\t]{0,40}|([a-z]{15,24} ){0,6}") {
            let line = format!("{text}\"{:40}", "");
            if let Some(end) = prose_end(line.as_bytes(), 0) {
                prop_assert_eq!(Some((end, 0)), string_end(line.as_bytes(), 0));
                prop_assert!(!has_capital(&line.as_bytes()[..end]));
            }
        }

        #[test]
        fn a_sentence_is_told_by_vector_as_by_byte(text in "[a-z0-9:.-]{0,70}|[a-z ]{0,70}|[ -~]{0,70}|[0-9 ]{25,33}[a=张 ][0-9]{0,9}") {
            prop_assert_eq!(speaks(text.as_bytes()), speaks_by_byte(text.as_bytes()));
        }

        #[test]
        fn the_end_of_a_string(text in "[ a-z0-9:=%<@{\\[张]{0,200}", before in 0..40usize) {
            let line = format!("{}{text}\" tail", "x".repeat(before));
            let (end, bits) = string_end(line.as_bytes(), before).expect("a string");
            prop_assert_eq!(end, before + text.len());
            if !text.split(' ').any(|w| w.len() >= 128) {
                prop_assert_eq!(bits, plainly(text.as_bytes()));
            }
        }
    }

    /// The same, a byte at a time.
    fn end_plainly(t: &[u8]) -> Option<usize> {
        let mut p = 0;
        loop {
            match t.get(p)? {
                b'"' => return Some(p),
                b'\\' => p += escape_length(t, p)?,
                0..0x20 => return None,
                _ => p += 1,
            }
        }
    }

    proptest! {
        #[test]
        fn the_end_of_a_string_with_escapes(
            parts in proptest::collection::vec(
                prop_oneof![
                    8 => "[ -!#-\\[\\]-~张]{0,12}",
                    6 => Just("\\\"".to_owned()),
                    3 => Just("\\\\".to_owned()),
                    2 => Just("\\u5f20".to_owned()),
                    1 => "[a-z]{100,200}",
                    1 => Just("\"".to_owned()),
                    1 => Just("\\u12".to_owned()),
                    1 => Just("\t".to_owned()),
                ],
                0..40
            )
        ) {
            let text = parts.concat();
            prop_assert_eq!(string_end(text.as_bytes(), 0).map(|(end, _)| end), end_plainly(text.as_bytes()));
            prop_assert_eq!(bare_end(text.as_bytes(), 0).map(|(end, _)| end), end_plainly(text.as_bytes()));
        }
    }

    #[test]
    fn escapes_and_what_is_no_string() {
        let end =
            |t: &str| string_end(t.as_bytes(), 0).map(|(end, bits)| (end, bits & holds::ESCAPE));
        assert_eq!(end("a\\\"b\\u5f20\""), Some((10, holds::ESCAPE)));
        assert_eq!(
            end(&format!("{}\\n\"", "x".repeat(300))),
            Some((302, holds::ESCAPE))
        );
        for bad in [
            "open",
            "tab\t\"",
            "\\q\"",
            "\\u12\"",
            "\\",
            &"x".repeat(300),
            &format!("{}\n\"", "x".repeat(300)),
        ] {
            assert_eq!(end(bad), None, "{bad}");
        }
    }
}
