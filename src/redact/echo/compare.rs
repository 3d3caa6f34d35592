//! Does a known value stand at a place of a text: without case, with separators between its digits, as a word, and not as a label?

/// How rare a letter is in log text; digits and signs are in between.
pub(crate) fn rarity(c: u8) -> u8 {
    match c.to_ascii_lowercase() {
        b'q' | b'z' | b'x' | b'j' => 9,
        b'k' | b'v' | b'w' | b'y' => 7,
        b'b' | b'f' | b'p' | b'g' => 6,
        b'h' | b'u' | b'm' => 5,
        b'd' | b'l' | b'c' => 4,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 2,
        b' ' => 0,
        0x80.. => 1,
        _ => 3,
    }
}

/// The end of `wanted` at `start`, if it stands there as a word. `sim=38` is a label even where a person is called Sim.
pub(crate) fn stands(text: &[u8], start: usize, wanted: &[u8]) -> Option<usize> {
    match_loosely(text, start, wanted).filter(|end| {
        is_word(text, start, *end) && !(is_label(text, *end) && could_be_label(wanted))
    })
}

/// The end of `wanted` at `start`, without case and with single separators between digits (`138-1234-5678` is `13812345678`), or between the
/// last one and a letter for a check digit (`S901 9998 F`).
fn match_loosely(text: &[u8], start: usize, wanted: &[u8]) -> Option<usize> {
    let mut at = start;
    let mut before = 0;
    for (i, c) in wanted.iter().enumerate() {
        let found = *text.get(at)?;
        if !found.eq_ignore_ascii_case(c) {
            let separated = matches!(found, b' ' | b'-' | b'.')
                && (c.is_ascii_digit() || c.is_ascii_alphabetic() && i + 1 == wanted.len())
                && u8::is_ascii_digit(&before);
            if !separated || text.get(at + 1) != Some(c) {
                return None;
            }
            at += 1;
        }
        before = *c;
        at += 1;
    }
    Some(at)
}

/// A number is no label: `kyc:110…:v2`.
fn could_be_label(wanted: &[u8]) -> bool {
    !wanted.iter().any(u8::is_ascii_digit)
}

/// `sim=38`, `Sim: 98.2` and `Sim:true` are labels even where a person is called Sim.
fn is_label(text: &[u8], end: usize) -> bool {
    match text.get(end..).unwrap_or_default() {
        [b'=', ..] => true,
        [b':', b' ', next, ..] => next.is_ascii_digit(),
        [b':', next, ..] => *next != b' ',
        _ => false,
    }
}

/// Latin letters and digits must not go on at either side. A letter after a backslash is an escape (`\nTan`), not a neighbour.
fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let before = start > 0
        && text[start - 1].is_ascii_alphanumeric()
        && !(start > 1 && text[start - 2] == b'\\' && text[start - 1].is_ascii_lowercase());
    let after = text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    !before && !after
}
