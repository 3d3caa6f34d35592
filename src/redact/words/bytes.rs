//! What a byte is, asked of many in a row: one load each, where comparisons cost a branch or more.

pub(crate) const DIGIT: u8 = 1;
pub(crate) const LETTER: u8 = 2;
/// Beyond ASCII.
pub(crate) const HIGH: u8 = 4;
/// Of those what may be something else as well: letters with marks, full-width forms, kana, white space and dots beyond ASCII, characters
/// of four bytes.
pub(crate) const ODD: u8 = 8;

/// What each byte is; zero for signs and white space of ASCII.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut i = 0;
    while i < 256 {
        let c = i as u8;
        kinds[i] = match c {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            0xc2..=0xcd | 0xe1..=0xe3 | 0xef.. => HIGH | ODD,
            0x80.. => HIGH,
            _ => 0,
        };
        i += 1;
    }
    kinds
};

#[inline(always)]
pub(crate) fn kind(c: u8) -> u8 {
    KINDS[usize::from(c)]
}

/// What the bytes of a text are, together.
pub(crate) fn kinds(text: &[u8]) -> u8 {
    text.iter().fold(0, |all, c| all | kind(*c))
}
