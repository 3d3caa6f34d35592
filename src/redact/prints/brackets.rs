//! Brackets in what programs print: where one is closed, and where a structure opens.

use crate::redact::labels::before::GO_TYPES;

/// How long an item in brackets may be, in bytes.
const REACH: usize = 1024;

/// The sign that closes what another one opens.
pub(crate) fn closes(open: u8) -> u8 {
    match open {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => b'>',
    }
}

/// Where the next sign stands that closes the bracket at `open`, or as far as an item may reach.
pub(super) fn next_closing(t: &[u8], open: usize) -> usize {
    let reach = &t[open + 1..t.len().min(open + REACH)];
    open + 1 + memchr::memchr(closes(t[open]), reach).unwrap_or(reach.len())
}

/// Where the bracket at `open` is closed, brackets within it passed over, or as far as an item may reach.
pub(super) fn balanced(t: &[u8], open: usize) -> usize {
    let start = open + 1;
    let reach = &t[start..t.len().min(open + REACH)];
    start + closing(reach, t[open]).unwrap_or(reach.len())
}

/// Where the bracket is closed that opened before a text: {'location': {'top': 1}, 'words': '…'}
pub(super) fn closing(text: &[u8], open: u8) -> Option<usize> {
    let mut depth = 0;
    memchr::memchr2_iter(open, closes(open), text).find(|i| {
        if text[*i] == open {
            depth += 1;
            return false;
        }
        depth -= 1;
        depth < 0
    })
}

/// Where a structure opens that a value begins with, behind the name of its type: `{`, `map[`, `Type(`.
pub(super) fn opening(t: &[u8], value: usize) -> Option<usize> {
    let sign = |c: &&u8| matches!(**c, b'>' | b' ' | b'%');
    let value = value + t[value..].iter().take(4).take_while(sign).count();
    let word = |from: usize| {
        t[from..]
            .iter()
            .take(40)
            .take_while(|c| c.is_ascii_alphabetic())
            .count()
    };
    let mut open = value + word(value);
    // Array⏎(
    if open > value {
        let space = |c: &&u8| matches!(**c, b' ' | b'\n');
        open += t[open..].iter().take(24).take_while(space).count();
    }
    if !matches!(t.get(open), Some(b'{' | b'(' | b'[')) {
        return None;
    }
    let typed = t[open] == b'[' && t[value..].starts_with(b"map[string]");
    match typed.then(|| GO_TYPES.iter().find(|told| t[value..].starts_with(told))) {
        Some(told) => told
            .map(|told| value + told.len())
            .filter(|i| t.get(*i) == Some(&b'{')),
        None => Some(open),
    }
}
