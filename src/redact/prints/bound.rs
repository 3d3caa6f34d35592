//! Values that a program binds to a statement: what each of them is, the column at its place in the statement says. In text,
//! `INSERT INTO t (name, id_no) VALUES (?, ?) -- params: ['张三', '110…']`, and as members of an object, `{"sql":"… WHERE name = $1","bindings":["张三"]}`.

use std::ops::Range;

use crate::redact::json::ambiguous::member_keys;
use crate::redact::json::grid::elements;
use crate::redact::json::{Frame, skip_space};
use crate::redact::pass::Pass;
use crate::redact::scan::string_end;

/// How far before its values a statement may begin, in bytes.
const REACH: usize = 4096;
/// How long a list of values may be, in bytes, and how many it may hold.
const LONGEST: usize = 8192;
const MOST: usize = 64;

impl Pass<'_> {
    /// The list that may stand behind a word like *params*, *args* or *bindings*, of which `p` is any letter or the end.
    /// Gives where the list ends.
    pub(crate) fn bound_list(&mut self, t: &[u8], p: usize, at: usize, mark: usize) -> usize {
        // `-- PARAMETERS: […]`, `{"bind": […]}`
        let letters = t[p..]
            .iter()
            .take(12)
            .take_while(|c| c.is_ascii_alphabetic() || matches!(c, b'"' | b'\\'));
        let sign = p + letters.count();
        if !matches!(t.get(sign), Some(b':' | b'=')) {
            return sign;
        }
        let open = sign + 1 + usize::from(t.get(sign + 1) == Some(&b' '));
        let bracket = matches!(t.get(open), Some(b'[' | b'('));
        let items = match bracket {
            true => items(t, open + 1),
            // MyBatis: 张三(String), 5(Integer); PostgreSQL: $1 = '张三', $2 = '5'
            false
                if t.get(open..)
                    .is_some_and(|t| is_typed(t) || t.starts_with(b"$1 = ")) =>
            {
                items(t, open)
            }
            false => return open,
        };
        let from = p.saturating_sub(REACH);
        let slots = slots(&t[from..p]);
        let catalog = &self.core.catalog;
        let several = |item: &Range<usize>| {
            matches!(t[item.start], b'(' | b'[') && catalog.placeholder_at(t, item.start).is_none()
        };
        if items.iter().any(several) {
            for item in items.iter().filter(|item| several(item)) {
                let row = self::items(t, item.start + 1);
                self.bound_values(t, &row, &slots, at, mark);
            }
        } else {
            self.bound_values(t, &items, &slots, at, mark);
        }
        items.last().map_or(open, |item| item.end)
    }

    fn bound_values(
        &mut self,
        t: &[u8],
        items: &[Range<usize>],
        slots: &[&[u8]],
        at: usize,
        mark: usize,
    ) {
        // Go prints a list without commas
        let divided = items.len() > 1 || slots.len() == 1;
        let more = slots.len().checked_sub(items.len()).filter(|_| divided);
        let statement = !slots.is_empty();
        let slots = more.map(|more| &slots[more..]);
        let mut named = false;
        for (i, item) in items.iter().enumerate() {
            let value = unquoted(t, item.clone());
            let column = slots.map_or(&b""[..], |slots| slots[i]);
            let class = self.scratch.keys.meaning(column, &self.core.fields).class;
            match self.class(class).map(|class| class.category) {
                Some(Some(category))
                    if !value.is_empty() && self.may_be_cell(&t[value.clone()], class) =>
                {
                    self.take_labelled(t, value, at, mark, class, category, b"");
                }
                Some(_) => (),
                None => named |= self.bound(t, value, at, mark),
            }
        }
        if named && !statement {
            for item in items {
                self.cell_beside_name(t, unquoted(t, item.clone()), at, mark);
            }
        }
    }

    /// The values of an object that has ended, with a list of them and their statement as members.
    pub(crate) fn bound_row(&mut self, t: &[u8], frame: &Frame, end: usize, at: usize) {
        let object = frame.start..end.min(frame.start + REACH);
        let mut keys = member_keys(t, object);
        let statement = loop {
            let Some(key) = keys.next() else { return };
            let behind = key.end;
            let info = self.scratch.keys.meaning(&t[key], &self.core.fields);
            let start = skip_space(t, skip_space(t, behind + 1) + 1);
            if info.role.statement && t.get(start) == Some(&b'"') {
                let end = string_end(t, start + 1).map_or(start + 1, |(end, _)| end);
                break &t[start + 1..end];
            }
        };
        let slots = slots(statement);
        let cells: Vec<Range<usize>> = elements(t, frame.row.0..frame.row.1).take(MOST).collect();
        let Some(before) = slots.len().checked_sub(cells.len()) else {
            return;
        };
        let classes: Vec<_> = slots[before..]
            .iter()
            .map(|column| self.scratch.keys.meaning(column, &self.core.fields).class)
            .collect();
        let row = frame.row.0..frame.row.1;
        self.cells(t, row, &classes, at, frame.body, frame.mark);
    }
}

/// The columns at whose places a statement has signs for values, in the order of the values.
pub(super) fn slots(sql: &[u8]) -> Vec<&[u8]> {
    let mut slots: Vec<&[u8]> = Vec::new();
    if memchr::memchr3(b'?', b'$', b'%', sql).is_none() && memchr::memchr(b':', sql).is_none() {
        return slots;
    }
    // of the row at hand: its columns, which of them is next, how many brackets are open
    let (mut columns, mut next, mut depth): (Vec<&[u8]>, usize, usize) = (Vec::new(), 0, 0);
    let mut p = 0;
    while p < sql.len() && slots.len() < MOST {
        let digits = |from: usize| {
            sql[from..]
                .iter()
                .take(2)
                .take_while(|c| c.is_ascii_digit())
                .count()
        };
        let (length, number) = match sql[p] {
            b'(' if depth > 0 => {
                depth += 1;
                (0, 0)
            }
            b'(' => {
                let head = sql[..p].trim_ascii_end();
                if let Some(told) = columns_before_values(head) {
                    (columns, next, depth) = (told, 0, 1);
                } else if head.ends_with(b",") && !columns.is_empty() {
                    (next, depth) = (0, 1);
                }
                (0, 0)
            }
            b')' => {
                depth = depth.saturating_sub(1);
                (0, 0)
            }
            b',' => {
                next += usize::from(depth == 1);
                (0, 0)
            }
            b'?' => (1, 0),
            b'%' if sql[p..].starts_with(b"%s") => (2, 0),
            b'$' | b':' if p > 0 && !sql[p - 1].is_ascii_alphanumeric() && digits(p + 1) > 0 => {
                let digits = digits(p + 1);
                let number = std::str::from_utf8(&sql[p + 1..p + 1 + digits]);
                (1 + digits, number.map_or(0, |n| n.parse().unwrap_or(0)))
            }
            _ => (0, 0),
        };
        if length > 0 {
            let column = match depth {
                0 => compared(&sql[..p]),
                _ => columns.get(next).copied().unwrap_or_default(),
            };
            match number {
                0 => slots.push(column),
                number if number <= MOST => {
                    slots.resize(slots.len().max(number), b"");
                    slots[number - 1] = column;
                }
                _ => (),
            }
        }
        p += length.max(1);
    }
    slots
}

/// The columns of `INSERT INTO t (name, id_no) VALUES`.
fn columns_before_values(head: &[u8]) -> Option<Vec<&[u8]>> {
    const VALUES: usize = 6;
    let cut = head.len().checked_sub(VALUES)?;
    if !head[cut..].eq_ignore_ascii_case(b"values") {
        return None;
    }
    let list = head[..cut].trim_ascii_end().strip_suffix(b")")?;
    let open = memchr::memrchr(b'(', list)?;
    Some(list[open + 1..].split(|c| *c == b',').map(bare).collect())
}

/// The column that a sign behind `head` is compared with or set for: `p.full_name = `, `lower("name") LIKE `.
fn compared(head: &[u8]) -> &[u8] {
    let operator = |c: &u8| {
        matches!(
            c,
            b'=' | b'<' | b'>' | b'~' | b'!' | b' ' | b'(' | b')' | b'\'' | b'%'
        )
    };
    let trimmed = |text: &[u8]| text.len() - text.iter().rev().take_while(|c| operator(c)).count();
    let mut column = &head[..trimmed(head)];
    for word in [&b"like"[..], b"ilike", b"in", b"lower", b"upper"] {
        let cut = column.len().saturating_sub(word.len());
        let alone = cut > 0 && matches!(column[cut - 1], b' ' | b')' | b'=');
        if alone && column[cut..].eq_ignore_ascii_case(word) {
            column = &column[..trimmed(&column[..cut])];
        }
    }
    let part = |c: &u8| {
        c.is_ascii_alphanumeric()
            || *c >= 0x80
            || matches!(c, b'_' | b'.' | b'`' | b'"' | b'\\' | b'[' | b']')
    };
    let length = column.iter().rev().take(64).take_while(|c| part(c)).count();
    bare(&column[column.len() - length..])
}

/// A column's name without its table and its quotes.
fn bare(column: &[u8]) -> &[u8] {
    let mark = |c: &u8| !matches!(c, b' ' | b'`' | b'"' | b'\\' | b'[' | b']' | b'\n' | b'\t');
    let start = column.iter().position(mark).unwrap_or(column.len());
    let end = column.iter().rposition(mark).map_or(start, |i| i + 1);
    let name = &column[start..end];
    let dot = memchr::memrchr(b'.', name).map_or(0, |i| i + 1);
    let name = &name[dot..];
    &name[name.iter().position(mark).unwrap_or(name.len())..]
}

/// The items of a list that begins at `start`, up to its bracket or the end of its line.
fn items(t: &[u8], start: usize) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let (mut from, mut depth, mut quote) = (start, 0usize, None);
    let end = t.len().min(start + LONGEST);
    let mut add = |from: usize, to: usize| {
        let lead = t[from..to].len() - t[from..to].trim_ascii_start().len();
        let span = from + lead..from + lead + t[from..to].trim_ascii().len();
        if !span.is_empty() {
            items.push(span);
        }
        items.len() < MOST
    };
    let mut p = start;
    while p < end {
        match (t[p], quote) {
            (b'\\', Some(_)) => p += 1,
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => (),
            // an apostrophe is none that opens
            (c @ (b'\'' | b'"'), None)
                if matches!(t[from..p].trim_ascii().last(), None | Some(b'=')) =>
            {
                quote = Some(c)
            }
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) if depth > 0 => depth -= 1,
            (b')' | b']' | b'}' | b'\n', None) => break,
            (b',', None) if depth == 0 => {
                if !add(from, p) {
                    return items;
                }
                from = p + 1;
            }
            _ => (),
        }
        p += 1;
    }
    let to = p.min(end);
    if from < to {
        add(from, to);
    }
    items
}

/// Without the type that MyBatis writes behind it, and without quotes.
fn unquoted(t: &[u8], item: Range<usize>) -> Range<usize> {
    let value = &t[item.clone()];
    if value.starts_with(b"$")
        && let Some(sign) = memchr::memmem::find(&value[..value.len().min(6)], b" = ")
    {
        return unquoted(t, item.start + sign + 3..item.end);
    }
    let quoted = |c: &u8| matches!(c, b'\'' | b'"');
    if value.len() >= 2 && quoted(&value[0]) && value.ends_with(&value[..1]) {
        return item.start + 1..item.end - 1;
    }
    match memchr::memrchr(b'(', value).filter(|open| is_typed(&value[*open..])) {
        Some(open) => item.start..item.start + open,
        None => item,
    }
}

/// Does the first value of a list have its type behind it, `张三(String)`?
fn is_typed(list: &[u8]) -> bool {
    let head = &list[..list.len().min(256)];
    memchr::memchr(b'(', head).is_some_and(|open| {
        let name = head[open + 1..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .count();
        name > 2 && head[open + 1].is_ascii_uppercase() && head.get(open + 1 + name) == Some(&b')')
    })
}
