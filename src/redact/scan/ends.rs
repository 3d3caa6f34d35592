//! Where the string of a JSON text ends, and what was seen of it on the way.

use super::lanes::{Collector, LANES, Lanes, lanes, stops};
#[cfg(target_arch = "x86_64")]
use super::wide;
use super::{Contents, holds};

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
    use proptest::prelude::*;

    use super::super::tests::plainly;
    use super::super::{has_capital, holds};
    use super::*;

    /// A byte at a time.
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
        fn prose_holds_nothing(text in "[a-z ,.-]{0,90}|[ -~张\t]{0,40}|([a-z]{15,24} ){0,6}") {
            let line = format!("{text}\"{:40}", "");
            if let Some(end) = prose_end(line.as_bytes(), 0) {
                prop_assert_eq!(Some((end, 0)), string_end(line.as_bytes(), 0));
                prop_assert!(!has_capital(&line.as_bytes()[..end]));
            }
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
