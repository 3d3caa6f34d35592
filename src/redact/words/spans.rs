//! Spans of a text: its lines, what a sign divides, and either without what stands at its ends; and what of its bytes is text.

use std::ops::Range;

/// The lines of a text, without their ends.
pub(crate) fn lines(t: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = t.get(from..)?;
        let start = from;
        from += memchr::memchr(b'\n', rest).unwrap_or(rest.len()) + 1;
        Some(start..from - 1)
    })
}

/// The lines that hold something, without white space at their ends.
pub(crate) fn filled_lines(t: &[u8]) -> impl Iterator<Item = Range<usize>> {
    lines(t)
        .map(|line| trimmed(t, line))
        .filter(|line| !line.is_empty())
}

/// The pieces of a span between signs.
pub(crate) fn pieces(
    t: &[u8],
    span: Range<usize>,
    divides: impl Fn(u8) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut from = span.start;
    t[span].split(move |c| divides(*c)).map(move |piece| {
        let start = from;
        from += piece.len() + 1;
        start..from - 1
    })
}

/// A span without what stands at its ends and does not belong to it.
pub(crate) fn stripped(
    t: &[u8],
    mut span: Range<usize>,
    edge: impl Fn(u8) -> bool,
) -> Range<usize> {
    while span.start < span.end && edge(t[span.start]) {
        span.start += 1;
    }
    while span.start < span.end && edge(t[span.end - 1]) {
        span.end -= 1;
    }
    span
}

/// A span without white space at its ends.
pub(crate) fn trimmed(t: &[u8], span: Range<usize>) -> Range<usize> {
    stripped(t, span, |c| c.is_ascii_whitespace())
}

/// Words of a list that a text may end with, in any case.
pub(crate) struct Endings {
    words: Vec<String>,
    /// Their last bytes: they are few, and most texts end with another.
    last: [bool; 256],
}

impl Endings {
    pub fn new(words: &[String]) -> Self {
        let mut last = [false; 256];
        for c in words.iter().filter_map(|word| word.as_bytes().last()) {
            last[usize::from(c.to_ascii_lowercase())] = true;
            last[usize::from(c.to_ascii_uppercase())] = true;
        }
        Self {
            words: words.to_vec(),
            last,
        }
    }

    /// The length of the word that a text ends with; zero without one.
    #[inline]
    pub fn of(&self, text: &[u8]) -> usize {
        let Some(last) = text.last().filter(|c| self.last[usize::from(**c)]) else {
            return 0;
        };
        // most have a space before them, and most texts none there
        let stands = |word: &[u8]| {
            let start = text.len().checked_sub(word.len());
            start.is_some_and(|start| {
                text[start].eq_ignore_ascii_case(&word[0])
                    && text[start..].eq_ignore_ascii_case(word)
            })
        };
        let ends = |word: &[u8]| word.last().is_some_and(|c| c.eq_ignore_ascii_case(last));
        let mut words = self.words.iter().map(String::as_bytes);
        words
            .find(|word| ends(word) && stands(word))
            .map_or(0, <[u8]>::len)
    }
}

/// What is text up to the first broken character, of bytes that were cut somewhere.
pub(crate) fn valid_prefix(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default(),
    }
}

/// The text without the character that was cut at its start.
pub(crate) fn valid_suffix(bytes: &[u8]) -> &str {
    (0..bytes.len().min(4))
        .find_map(|i| std::str::from_utf8(&bytes[i..]).ok())
        .unwrap_or_default()
}
