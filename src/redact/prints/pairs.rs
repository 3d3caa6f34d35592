//! Key/value lists that a program printed: `[{'key': 'Name', 'value': '张三'}]`, `Item(key=姓名, value=张三)`, `{name:Sex value:女}`,
//! `<item key="Name" value="张三"/>`, `[[Name, 张三], [Sex, 女]]`.
//!
//! As JSON such lists are read by [`crate::redact::json`]; here they are text, and what names a value is itself a value.

use std::ops::Range;

use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::pass::Pass;

/// How long an item of such a list may be, in bytes.
const REACH: usize = 1024;

impl Pass<'_> {
    pub(crate) fn printed_pairs(&mut self, t: &[u8], at: usize, mark: usize) {
        for open in memchr::memchr3_iter(b'[', b'(', b'{', t).chain(memchr::memchr_iter(b'<', t)) {
            let end = closing(t, open);
            let pair = self
                .members(t, open + 1..end, t[open] == b'<')
                .or_else(|| self.couple(t, open, end));
            if let Some((class, value)) = pair
                && !self.core.catalog.holds_placeholder(t, &value)
                && let Some(category) = self.class(class).and_then(|c| c.category)
            {
                self.take_labelled(t, value, at, mark, class, category, b"");
            }
        }
    }

    /// `key=姓名, value=张三`: the value, and the class that the key names.
    fn members(
        &mut self,
        t: &[u8],
        item: Range<usize>,
        tag: bool,
    ) -> Option<(ClassId, Range<usize>)> {
        let mut from = item.start;
        if tag {
            from += t[item.clone()].iter().position(|c| *c == b' ')?;
        }
        // <input type="text" name="full_name" value="…">: the first that names something counts
        let class = loop {
            let (key, name) = member(t, from..item.end)?;
            from = name.end;
            let is_key = self.part(&t[key]) == Part::Key;
            match is_key.then(|| self.named_by(&t[name])) {
                Some(class) if class != NO_CLASS => break class,
                _ if !tag => return None,
                _ => (),
            }
        };
        loop {
            let (key, value) = member(t, from..item.end)?;
            if self.part(&t[key]) == Part::Value {
                return Some((class, value));
            }
            from = value.end;
        }
    }

    /// `[Name, 张三]` or `[Name 张三]` as an item of a list: the value, and the class that the first element names.
    fn couple(&mut self, t: &[u8], open: usize, end: usize) -> Option<(ClassId, Range<usize>)> {
        let before = t[..open]
            .iter()
            .rev()
            .find(|c| !matches!(**c, b' ' | b','))?;
        if !matches!(t[open], b'[' | b'(') || !matches!(before, b'[' | b'(' | b']' | b')') {
            return None;
        }
        let item = &t[open + 1..end];
        [b',', b' '].into_iter().find_map(|divider| {
            let divide = open + 1 + memchr::memchr(divider, item)?;
            let class = self.named_by(&t[bare(t, open + 1..divide)]);
            let value = bare(t, divide + 1..end);
            // a table's head names further columns: `House 72` is none
            let next = t[value.clone()].split(|c| *c == b',').next()?;
            let head =
                !next.last().is_some_and(u8::is_ascii_digit) && self.named_by(next) != NO_CLASS;
            (class != NO_CLASS && !head).then_some((class, value))
        })
    }

    fn part(&mut self, key: &[u8]) -> Part {
        self.scratch.keys.meaning(key, &self.core.fields).role.part
    }

    fn named_by(&mut self, name: &[u8]) -> ClassId {
        match name.len() {
            1..=64 => {
                let class = self.scratch.keys.meaning(name, &self.core.fields).class;
                self.core.fields.listed(class)
            }
            _ => NO_CLASS,
        }
    }
}

/// Where the bracket at `open` is closed, or as far as an item may reach.
fn closing(t: &[u8], open: usize) -> usize {
    let close = match t[open] {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => b'>',
    };
    let reach = &t[open + 1..t.len().min(open + REACH)];
    open + 1 + memchr::memchr(close, reach).unwrap_or(reach.len())
}

/// The next `key: value` in a span, without quotes.
fn member(t: &[u8], span: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let start = bare(t, span.clone()).start;
    let separator = start
        + t[start..span.end.min(start + 40)]
            .iter()
            .position(|c| matches!(c, b':' | b'='))?;
    let key = bare(t, start..separator);
    if !t[key.clone()].iter().all(|c| is_word(*c) || *c == b' ') {
        return None;
    }
    let value = separator + 1..span.end;
    let open = value.start
        + t[value.clone()]
            .iter()
            .take_while(|c| matches!(**c, b' ' | b'\\' | b'>'))
            .count();
    let value = match t[..span.end].get(open) {
        Some(quote @ (b'"' | b'\'')) => {
            let end = memchr::memchr(*quote, &t[open + 1..span.end]);
            bare(t, open..end.map_or(span.end, |i| open + 1 + i))
        }
        _ => bare(t, value.start..next_member(t, value)),
    };
    Some((key, value))
}

/// Where the next `, key=` or ` key:` begins.
fn next_member(t: &[u8], value: Range<usize>) -> usize {
    memchr::memchr2_iter(b':', b'=', &t[value.clone()])
        .find_map(|i| {
            let separator = value.start + i;
            let word = t[value.start..separator]
                .iter()
                .rev()
                .take_while(|c| is_word(**c))
                .count();
            let start = separator - word;
            let begins = word > 0 && !t[start].is_ascii_digit() && start > value.start;
            (begins && matches!(t[start - 1], b' ' | b',')).then_some(start)
        })
        .unwrap_or(value.end)
}

/// A span without quotes, backslashes, commas and white space at its ends.
fn bare(t: &[u8], mut span: Range<usize>) -> Range<usize> {
    let edge = |c: u8| matches!(c, b'"' | b'\'' | b'\\' | b',' | b'/') || c.is_ascii_whitespace();
    while span.start < span.end && edge(t[span.start]) {
        span.start += 1;
    }
    while span.start < span.end && edge(t[span.end - 1]) {
        span.end -= 1;
    }
    span
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-') || c >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_without_a_value_ends_before_the_next_quote() {
        let text = b"[key: 'x'";
        let (key, value) = member(text, 1..6).expect("a member");
        assert_eq!((&text[key], &text[value]), (&b"key"[..], &b""[..]));
    }
}
