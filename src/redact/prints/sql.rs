//! Values of an SQL statement in a debug text: `INSERT INTO t (name, id_card) VALUES ('张三', '110…')`, `name IN ('张三', '李四')`. What a value is, its column says.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::redact::fields::ClassId;
use crate::redact::labels::value::closing_quote;
use crate::redact::pass::Pass;
use crate::redact::words::lookup::late_literals;

/// The longest value of a list, in bytes.
const LONGEST: usize = 200;

static VALUES: LazyLock<AhoCorasick> =
    LazyLock::new(|| late_literals(["VALUES", "values", "Values"]));

impl Pass<'_> {
    /// Values in quotes of which a column has one, `'…', '…')`, or between which it is, `'…' AND '…'`; the first begins at `start`.
    pub(super) fn alternatives(
        &mut self,
        t: &[u8],
        class: ClassId,
        start: usize,
        at: usize,
        mark: usize,
    ) {
        let mut from = start;
        loop {
            let length = closing_quote(&t[from..t.len().min(from + LONGEST)], b"'");
            let Some(end) = length.map(|length| from + length) else {
                return;
            };
            self.complained_of(t, class, from..end, at, mark);
            const GAPS: [&[u8]; 4] = [b", '", b",'", b" AND '", b" and '"];
            let gap = GAPS.iter().find(|gap| t[end + 1..].starts_with(gap));
            match gap {
                Some(gap) => from = end + 1 + gap.len(),
                None => return,
            }
        }
    }

    pub(crate) fn inserted_values(&mut self, t: &[u8], at: usize, mark: usize) {
        for found in VALUES.find_iter(t) {
            let head = t[..found.start()].trim_ascii_end();
            let gap = t[found.end()..]
                .iter()
                .take_while(|c| c.is_ascii_whitespace())
                .count();
            let open = found.end() + gap;
            if !head.ends_with(b")") || t.get(open) != Some(&b'(') {
                continue;
            }
            let Some(columns) = memchr::memrchr(b'(', head) else {
                continue;
            };
            let columns = &head[columns + 1..head.len() - 1];
            let mut open = Some(open);
            // each row of several has its own brackets
            while let Some(row) = open {
                open = self.inserted_row(t, row, columns, at, mark);
            }
        }
    }

    /// The row that begins at `open`. Gives where the next one does.
    fn inserted_row(
        &mut self,
        t: &[u8],
        open: usize,
        columns: &[u8],
        at: usize,
        mark: usize,
    ) -> Option<usize> {
        let mut from = open + 1;
        for column in columns.split(|c| *c == b',') {
            let value = next_value(t, from);
            let class = self
                .scratch
                .keys
                .meaning(column.trim_ascii(), &self.core.fields)
                .class;
            from = value.end
                + t[value.end..]
                    .iter()
                    .take_while(|c| !matches!(**c, b',' | b')'))
                    .count();
            if let Some(category) = self.class(class).and_then(|c| c.category) {
                self.take_labelled(t, value, at, mark, class, category, b"");
            }
            if t.get(from) != Some(&b',') {
                break;
            }
            from += 1;
        }
        let skip = |from: usize, signs: &[u8]| {
            from + t
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|c| signs.contains(c))
                .count()
        };
        let close = skip(from, b")");
        let next = skip(close, b", \n\r\t");
        (close > from && next > close && t.get(next) == Some(&b'(')).then_some(next)
    }
}

/// The value of a list that starts at `from`, without its quotes.
fn next_value(t: &[u8], from: usize) -> Range<usize> {
    let start = from
        + t[from..]
            .iter()
            .take_while(|c| c.is_ascii_whitespace())
            .count();
    match t.get(start) {
        Some(quote @ (b'\'' | b'"')) => {
            let length = closing_quote(&t[start + 1..], &[*quote]);
            start + 1..length.map_or(t.len(), |n| start + 1 + n)
        }
        _ => {
            let length = t[start..].iter().position(|c| matches!(c, b',' | b')'));
            start..length.map_or(t.len(), |n| start + n)
        }
    }
}
