//! Candidates: words that hold digits, joined by single separators (`1-2345-45678-78-1`, `A123456(3)`), and their letters and digits alone.

use crate::redact::words::bytes::{DIGIT, LETTER, kind};

/// The longest value of any shape.
pub(crate) const MAX_COMPACT: usize = 48;
/// Words of a cluster that are looked at together.
pub(crate) const MAX_WORDS: usize = 8;

#[derive(Clone, Copy, Default)]
pub(crate) struct Word {
    pub start: usize,
    pub end: usize,
    pub digits: usize,
}

impl Word {
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Letters and digits of a value, without what stands between them and without case.
pub(crate) struct Compact {
    bytes: [u8; MAX_COMPACT],
    length: usize,
    /// Bit per place that is a digit.
    pub digits: u64,
}

impl Default for Compact {
    fn default() -> Self {
        Self {
            bytes: [0; MAX_COMPACT],
            length: 0,
            digits: 0,
        }
    }
}

impl Compact {
    /// Adds the letters and digits of a text. False if there is no room for all of them.
    pub fn add(&mut self, text: &[u8]) -> bool {
        for c in text {
            let kind = kind(*c) & (DIGIT | LETTER);
            if kind == 0 {
                continue;
            }
            let Some(place) = self.bytes.get_mut(self.length) else {
                return false;
            };
            // the cases of a letter differ in one bit
            *place = c & !((kind & LETTER) << 4);
            self.digits |= u64::from(kind & DIGIT) << self.length;
            self.length += 1;
        }
        true
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The words around the digit at `digit`, joined by single separators: how many they are, and where the last one ends.
pub(crate) fn cluster(
    text: &[u8],
    digit: usize,
    floor: usize,
    words: &mut [Word; MAX_WORDS],
) -> (usize, usize) {
    let mut start = digit;
    while start > floor && text[start - 1].is_ascii_alphanumeric() {
        start -= 1;
    }
    let mut count = 0;
    // one short word of letters may stand before: `S 1234567 D`
    if start >= floor + 2 && is_joint(text[start - 1]) && text[start - 2].is_ascii_alphabetic() {
        let end = start - 1;
        let mut first = end;
        while first > floor && text[first - 1].is_ascii_alphanumeric() && end - first < 4 {
            first -= 1;
        }
        if end - first <= 2 && !(first > floor && text[first - 1].is_ascii_alphanumeric()) {
            words[0] = Word {
                start: first,
                end,
                digits: 0,
            };
            count = 1;
        }
    }
    let mut at = start;
    let mut letters_only = 0;
    loop {
        let begin = at;
        let mut digits = 0;
        while let Some(c) = text.get(at).filter(|c| kind(**c) & (DIGIT | LETTER) != 0) {
            digits += usize::from(kind(*c) & DIGIT);
            at += 1;
        }
        if at == begin || (digits == 0 && at - begin > 2) {
            at = begin;
            break;
        }
        if digits == 0 {
            letters_only += 1;
        }
        words[count] = Word {
            start: begin,
            end: at,
            digits,
        };
        count += 1;
        if count == MAX_WORDS || letters_only > 2 {
            break;
        }
        match text.get(at..) {
            Some([a, b, c, ..]) if is_joint(*a) && *b == b'(' && c.is_ascii_alphanumeric() => {
                at += 2
            }
            Some([a, b, ..]) if is_joint(*a) && b.is_ascii_alphanumeric() => at += 1,
            Some([b' ', b'-', b' ', d, ..]) if d.is_ascii_alphanumeric() => at += 3,
            Some([b')', b, c, ..]) if is_joint(*b) && c.is_ascii_alphanumeric() => at += 2,
            _ => break,
        }
    }
    // a cluster that was cut for its length goes on from its second word
    let end = if count == MAX_WORDS {
        words[1].start.max(digit + 1)
    } else {
        at
    };
    (count, end)
}

fn is_joint(c: u8) -> bool {
    matches!(c, b' ' | b'-' | b'.' | b'/' | b'(')
}
