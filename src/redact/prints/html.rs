//! Tables of HTML, as mails and reports have them: a row of heads, and rows of cells under it.
//!
//! A head beside its value (`<tr><th>Name</th><td>…</td></tr>`) is read by [`super::parts`].

use std::ops::Range;

use crate::redact::fields::{ClassId, NO_CLASS};
use crate::redact::pass::Pass;

/// How far a table is looked through, in bytes.
const REACH: usize = 1 << 16;

impl Pass<'_> {
    /// The table whose first row begins at `open`. Gives where it ends.
    pub(crate) fn html_table(&mut self, t: &[u8], open: usize, at: usize, mark: usize) -> usize {
        let reach = open..t.len().min(open + REACH);
        let end = find(t, reach, b"</table");
        let mut heads: Option<Vec<ClassId>> = None;
        let mut from = open;
        while from < end {
            let row = from..find(t, from + 1..end, b"<tr");
            from = row.end;
            if let Some(classes) = &heads {
                for (cell, class) in cells(t, row, b"<td").zip(classes) {
                    self.cell(t, cell, *class, at, mark);
                }
            } else {
                heads = self.heads(t, row);
            }
        }
        end
    }

    /// The classes of the columns that a row names: one of `<th>`, or of `<td>` of which each is the name of a field.
    fn heads(&mut self, t: &[u8], row: Range<usize>) -> Option<Vec<ClassId>> {
        let is_title = memchr::memmem::find(&t[row.clone()], b"<td").is_none();
        let tag: &[u8] = if is_title { b"<th" } else { b"<td" };
        let names: Vec<&[u8]> = cells(t, row, tag).map(|cell| &t[cell]).collect();
        if names.len() < 2 {
            return None;
        }
        let classes = self.column_classes(&names)?;
        (is_title || !classes.contains(&NO_CLASS)).then_some(classes)
    }
}

/// Where something stands next, or the end.
fn find(t: &[u8], within: Range<usize>, wanted: &[u8]) -> usize {
    let found = t
        .get(within.clone())
        .and_then(|rest| memchr::memmem::find(rest, wanted));
    found.map_or(within.end, |i| within.start + i)
}

/// The texts of a row's cells, without the tags around them: `<td><b>…</b></td>`.
fn cells<'t>(
    t: &'t [u8],
    row: Range<usize>,
    tag: &'static [u8],
) -> impl Iterator<Item = Range<usize>> + 't {
    let mut from = find(t, row.clone(), tag);
    std::iter::from_fn(move || {
        if from >= row.end {
            return None;
        }
        let next = find(t, from + 1..row.end, tag);
        let mut start = from;
        // over the tags that open
        while start < next && t[start] == b'<' && t.get(start + 1) != Some(&b'/') {
            start = find(t, start..next, b">") + 1;
            start += t[start.min(next)..next]
                .iter()
                .take_while(|c| c.is_ascii_whitespace())
                .count();
        }
        let start = start.min(next);
        let length = t[start..find(t, start..next, b"<")].trim_ascii_end().len();
        from = next;
        Some(start..start + length)
    })
}
