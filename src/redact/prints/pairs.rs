//! Key/value lists that a program printed: `[{'key': 'Name', 'value': '张三'}]`, `Item(key=姓名, value=张三)`, `{name:Sex value:女}`,
//! `<item key="Name" value="张三"/>`, `[[Name, 张三], [Sex, 女]]`.
//!
//! As JSON such lists are read by [`crate::redact::json`]; here they are text, and what names a value is itself a value.

use std::ops::Range;

use super::brackets::{balanced, next_closing, opening};
use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::pass::Pass;
use crate::redact::words::spans::stripped;

/// So many members may stand before the key.
const OTHERS: usize = 2;
/// So many members behind the key are asked for values.
const VALUES: usize = 12;

impl Pass<'_> {
    pub(crate) fn printed_pairs(&mut self, t: &[u8], at: usize, mark: usize) {
        for open in memchr::memchr3_iter(b'[', b'(', b'{', t).chain(memchr::memchr_iter(b'<', t)) {
            let end = next_closing(t, open);
            if t[open] == b'[' && t[..open].last().is_some_and(u8::is_ascii_alphabetic) {
                self.told_map(t, open, at, mark);
            }
            if !self.members(t, open..end, at, mark) {
                self.couple(t, open, at, mark);
            }
        }
    }

    /// `(name, 张三), (phone, 138…)` in a text without another sign.
    pub(crate) fn couples(&mut self, t: &[u8], at: usize, mark: usize) {
        for open in memchr::memchr_iter(b'(', t) {
            self.couple(t, open, at, mark);
        }
    }

    /// `key=姓名, value=张三`: takes what stands under the values of the item, if its key names something.
    fn members(&mut self, t: &[u8], mut item: Range<usize>, at: usize, mark: usize) -> bool {
        let tag = t[item.start] == b'<';
        let mut from = item.start + 1;
        if tag {
            let Some(space) = t[from..item.end].iter().position(|c| *c == b' ') else {
                return false;
            };
            from += space;
        }
        // <input type="text" name="full_name" value="…">: the first that names something counts
        let mut others = 0;
        let class = loop {
            let Some((key, mut name)) = member(t, from..item.end.max(from)) else {
                return false;
            };
            from = name.end;
            let is_key = self.part(&t[key]) == Part::Key;
            if let Some(open) = opening(t, name.start).filter(|_| !tag) {
                // {'Type': {'Text': 'FIRST_NAME'}, 'ValueDetection': {'Text': 'GARCIA'}}
                item.end = balanced(t, item.start);
                let end = balanced(t, open).min(item.end).max(open + 1);
                from = item.end.min(end + 1);
                name = match is_key {
                    true => self.told_value(t, open + 1..end).unwrap_or(open..open),
                    false => open..open,
                };
            }
            let class = match is_key {
                true => self.named_by(&t[name]),
                false => NO_CLASS,
            };
            others += 1;
            match class {
                NO_CLASS if !tag && (is_key || others > OTHERS) => return false,
                NO_CLASS => (),
                class => break class,
            }
        };
        let mut taken = false;
        // {type: 'Date Of Birth', mentionText: '3 Jun 1972', normalizedValue: {text: '1972-06-03'}}
        for _ in 0..VALUES {
            let Some((key, mut value)) = member(t, from..item.end.max(from)) else {
                break;
            };
            from = value.end;
            // {"property":"address","data":"…"}
            let is_value =
                self.part(&t[key.clone()]) == Part::Value || t[key].eq_ignore_ascii_case(b"data");
            if let Some(open) = opening(t, value.start).filter(|_| !tag) {
                item.end = balanced(t, item.start);
                let end = balanced(t, open).min(item.end).max(open + 1);
                from = item.end.min(end + 1);
                match self.told_value(t, open + 1..end) {
                    Some(inner) => value = inner,
                    None => continue,
                }
            }
            if is_value {
                self.take_paired(t, value, class, at, mark);
                taken = true;
            }
        }
        taken
    }

    /// What the first member of a structure tells that holds a value.
    fn told_value(&mut self, t: &[u8], inside: Range<usize>) -> Option<Range<usize>> {
        let mut from = inside.start;
        loop {
            let (key, value) = member(t, from..inside.end.max(from))?;
            if self.part(&t[key]) == Part::Value {
                return Some(value);
            }
            from = value.end;
        }
    }

    fn take_paired(
        &mut self,
        t: &[u8],
        value: Range<usize>,
        class: ClassId,
        at: usize,
        mark: usize,
    ) {
        if !self.core.catalog.holds_placeholder(t, &value)
            && let Some(category) = self.class(class).and_then(|c| c.category)
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// `[Name, 张三]` or `[Name 张三]` as an item of a list: takes the value that the first element names.
    fn couple(&mut self, t: &[u8], open: usize, at: usize, mark: usize) {
        let gap = |c: &u8| matches!(*c, b' ' | b',');
        let Some(before) = t[..open].iter().rposition(|c| !gap(c)) else {
            return;
        };
        // what was taken out is no item: `[NAME_…](phone, …)` was a word and its brackets
        let listed = match t[before] {
            b'[' | b'(' | b')' => true,
            b']' => self.core.catalog.placeholder_over(t, before).is_none(),
            _ => false,
        };
        if !listed || !matches!(t[open], b'[' | b'(') {
            return;
        }
        let end = next_closing(t, open);
        let item = &t[open + 1..end];
        // [('idCard', '…'), ('orderNo', '…')] holds couples
        if matches!(item.first(), Some(b'[' | b'(')) {
            return;
        }
        let paired = [b',', b' '].into_iter().find_map(|divider| {
            let divide = open + 1 + memchr::memchr(divider, item)?;
            let name = bare(t, open + 1..divide);
            // ('住址[ADDRESS]', 0.98): the name had its value
            if self.core.catalog.holds_placeholder(t, &name) {
                return None;
            }
            let class = self.named_by(&t[name]);
            let value = bare(t, divide + 1..end);
            // a table's head names further columns: `House 72` is none
            let next = t[value.clone()].split(|c| *c == b',').next()?;
            let head =
                !next.last().is_some_and(u8::is_ascii_digit) && self.named_by(next) != NO_CLASS;
            (class != NO_CLASS && !head).then_some((class, value))
        });
        if let Some((class, value)) = paired {
            self.take_paired(t, value, class, at, mark);
        }
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
fn bare(t: &[u8], span: Range<usize>) -> Range<usize> {
    let edge = |c: u8| matches!(c, b'"' | b'\'' | b'\\' | b',' | b'/') || c.is_ascii_whitespace();
    stripped(t, span, edge)
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
