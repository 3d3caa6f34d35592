//! The cells of a row whose table's head was not logged, `1,张伟明,男,1990-03-07,110…`, around one that says by itself that it is personal. Only
//! what is of its kind beyond doubt.

use std::ops::Range;

use super::beside::is_old_date;
use crate::redact::edit::action::Family;
use crate::redact::pass::Pass;
use crate::redact::words::script::is_hangul;
use crate::redact::words::spans::{lines, pieces, stripped, valid_prefix};

/// So far from what was found a row goes, in bytes to either side.
const REACH: usize = 256;
/// A row has so many cells at least, and at most.
const CELLS: std::ops::RangeInclusive<usize> = 3..=32;
/// More findings are a list of them.
const MOST: usize = 16;

impl Pass<'_> {
    /// Looks into the rows of what was found in a text since `mark`.
    pub(crate) fn cells_beside(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let telling = |family: Family| {
            matches!(
                family,
                Family::IdNumber
                    | Family::Name
                    | Family::Mail
                    | Family::Phone
                    | Family::Passport
                    | Family::BirthDate
            )
        };
        let found: Vec<Range<usize>> = {
            let edits = self.scratch.edits.since(mark).iter();
            let edits = edits.filter(|e| telling(core.catalog.family(e.category)));
            edits.map(|e| e.start - at..e.end - at).take(MOST).collect()
        };
        let mut seen = 0;
        for span in found {
            if span.start >= seen {
                seen = self.row_around(t, span, at, mark).max(seen);
            }
        }
    }

    /// The cells of the row in which something was found. Gives where the row ends.
    fn row_around(&mut self, t: &[u8], span: Range<usize>, at: usize, mark: usize) -> usize {
        let core = self.core;
        let quoted = |c: Option<&u8>| c == Some(&b'"') || c == Some(&b'\'');
        let behind = span.end + usize::from(quoted(t.get(span.end)));
        let before = span.start - usize::from(span.start > 0 && quoted(t.get(span.start - 1)));
        let divider = [t.get(behind), before.checked_sub(1).map(|i| &t[i])]
            .into_iter()
            .flatten()
            .find(|c| matches!(**c, b',' | b'|' | b';' | b'\t' | b'~' | b'^' | b'#'));
        let Some(divider) = divider.copied() else {
            return self.numbered_lines(t, before, at, mark);
        };
        let (from, to) = (before.saturating_sub(REACH), t.len().min(behind + REACH));
        let start = memchr::memrchr(b'\n', &t[from..before]).map_or(from, |i| from + i + 1);
        let end = memchr::memchr(b'\n', &t[behind..to]).map_or(to, |i| behind + i);
        let edge = |c: u8| matches!(c, b'"' | b'\'') || c.is_ascii_whitespace();
        let cells = pieces(t, start..end, |c| c == divider);
        let mut cells: Vec<Range<usize>> = cells.map(|cell| stripped(t, cell, edge)).collect();
        // INFO import row=12 data=张三,110…: what a logger writes before them
        if let Some(first) = cells.first_mut()
            && let Some(sign) = t[first.clone()]
                .iter()
                .rposition(|c| matches!(c, b'=' | b':'))
        {
            // TVerifyReq(reqId:537747526325, person:…
            let head = &t[first.start..first.start + sign];
            let word = |c: &&u8| c.is_ascii_alphanumeric() || **c == b'_';
            let key = &head[head.len() - head.iter().rev().take_while(word).count()..];
            let class = self.scratch.keys.meaning(key, &core.fields).class;
            *first = match self.class(class) {
                Some(class) if class.safe => first.end..first.end,
                _ => stripped(t, first.start + sign + 1..first.end, edge),
            };
        }
        if !CELLS.contains(&cells.len()) {
            return end;
        }
        // 연결 시간이 초과되었습니다: a Korean sentence is written like a name of several words
        let is_korean = |cell: &Range<usize>| valid_prefix(&t[cell.clone()]).chars().any(is_hangul);
        for cell in cells.iter().filter(|cell| !is_korean(cell)) {
            self.bound(t, cell.clone(), at, mark);
        }
        let named = {
            let edits = self.scratch.edits.since(mark).iter();
            let mut names = edits.filter(|e| self.core.is_name(e.category));
            names.any(|e| e.start >= at + start && e.end <= at + end)
        };
        for cell in cells.into_iter().filter(|_| named) {
            self.cell_beside_name(t, cell, at, mark);
        }
        end
    }

    /// The values of a row as MySQL's log prints it, a line for each column, by number: `###   @2='张三'⏎###   @3='110…'`. Gives where it ends.
    fn numbered_lines(&mut self, t: &[u8], found: usize, at: usize, mark: usize) -> usize {
        let line = memchr::memrchr(b'\n', &t[..found]).map_or(0, |i| i + 1);
        if column(&t[line..t.len().min(found + 1)]).is_none() {
            return 0;
        }
        let (from, to) = (
            found.saturating_sub(2 * REACH),
            t.len().min(found + 2 * REACH),
        );
        let mut named = false;
        let mut values = Vec::new();
        let mut end = 0;
        for line in lines(&t[from..to]) {
            let line = from + line.start..from + line.end;
            if let Some(value) = column(&t[line.clone()]).filter(|_| values.len() < *CELLS.end()) {
                let start = line.start + value + 1;
                let close = memchr::memchr(b'\'', &t[start..line.end]);
                let value = start..close.map_or(line.end, |i| start + i);
                named |= self.bound(t, value.clone(), at, mark);
                values.push(value);
                end = line.end;
            }
        }
        for value in values.into_iter().filter(|_| named) {
            self.cell_beside_name(t, value, at, mark);
        }
        end
    }

    /// A value in a row or list with a name: a birth date or a number by what they look like.
    pub(crate) fn cell_beside_name(
        &mut self,
        t: &[u8],
        cell: Range<usize>,
        at: usize,
        mark: usize,
    ) {
        if is_old_date(&t[cell.clone()]) {
            self.told(t, cell, b"birth date", at, mark);
        } else if self.is_national(&t[cell.clone()]) {
            self.take_number(t, cell, at, mark);
        }
    }
}

/// Where the quote of the value opens in a line like `###   @2='张三'`.
fn column(line: &[u8]) -> Option<usize> {
    let lead = line
        .iter()
        .take(16)
        .take_while(|c| matches!(c, b'#' | b' '))
        .count();
    let number = line[lead..].strip_prefix(b"@")?;
    let digits = number
        .iter()
        .take(4)
        .take_while(|c| c.is_ascii_digit())
        .count();
    let quoted = digits > 0 && number[digits..].starts_with(b"='");
    quoted.then_some(lead + digits + 2)
}
