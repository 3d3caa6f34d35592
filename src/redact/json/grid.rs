//! Tables in JSON: the names of the columns once, and rows that are lists, `{"columns":["Name","IdCard"],"rows":[["…","…"]]}`; or rows alone, of which
//! the first one names the columns.

use std::borrow::Cow;
use std::ops::Range;

use super::listed::{LABELS, LIST};
use super::{Frame, skip_space};
use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::layers::decode::plain_string;
use crate::redact::pass::Pass;
use crate::redact::scan::string_end;

impl Pass<'_> {
    /// Notes for the container around a list what it was: names of columns, or rows.
    pub(crate) fn close_list(
        &mut self,
        t: &[u8],
        frame: &Frame,
        end: usize,
        at: usize,
        base: usize,
    ) {
        let span = (frame.start, end);
        let telling = frame.labels >= LABELS || self.has_person(frame.mark);
        if end - frame.start <= LIST && (telling || frame.nested) {
            let mut lines = self.told_strings(t, frame.start..end);
            // [[[[66,237],…],["氏名",0.98]],…]: labels of lists within the list are not counted on the way
            if !telling && !self.are_labelled(t, &lines) {
                lines.clear();
            }
            self.named_beside(t, &lines, at, frame.mark);
            self.listed_card(t, &lines, at, frame.mark);
        }
        if frame.index >= 3 && frame.last.1 > 0 && !frame.nested && end - frame.start <= LIST {
            self.turns(t, frame, end, at);
        }
        let within = self.scratch.frames.len() > base;
        if within && self.top().array {
            self.top().nested = true;
            return;
        }
        if frame.nested && t[skip_space(t, frame.start + 1)..].starts_with(b"[\"") {
            self.grid(t, None, span.0..span.1, at, frame.body, frame.mark);
        }
        if within && frame.nested {
            self.top().rows = span;
        } else if within && (frame.parent.role.part == Part::Value || frame.parent.role.binds) {
            self.top().row = span;
        } else if within && frame.parent.role.heads {
            self.top().heads = span;
        }
    }

    /// Takes out the cells of `rows`, a list of lists. The columns are named by `heads`, a list of strings or of objects that have a name, or by the first row.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn grid(
        &mut self,
        t: &[u8],
        heads: Option<Range<usize>>,
        rows: Range<usize>,
        at: usize,
        body: bool,
        mark: usize,
    ) {
        let mut rows = elements(t, rows);
        let told = heads.is_some();
        let Some(heads) = heads.or_else(|| rows.next()) else {
            return;
        };
        let Some(classes) = self.head_classes(t, heads, told) else {
            return;
        };
        for row in rows.filter(|row| t[row.start] == b'[') {
            self.cells(t, row, &classes, at, body, mark);
        }
    }

    /// The same where one list of values stands beside the names: `{"fields":["fullName","nik"],"values":["…","…"]}`.
    pub(crate) fn single_row(
        &mut self,
        t: &[u8],
        heads: Range<usize>,
        row: Range<usize>,
        at: usize,
        body: bool,
        mark: usize,
    ) {
        if elements(t, heads.clone()).count() != elements(t, row.clone()).count() {
            return;
        }
        if let Some(classes) = self.head_classes(t, heads, true) {
            self.cells(t, row, &classes, at, body, mark);
        }
    }

    pub(crate) fn cells(
        &mut self,
        t: &[u8],
        row: Range<usize>,
        classes: &[ClassId],
        at: usize,
        body: bool,
        mark: usize,
    ) {
        for (cell, class) in elements(t, row).zip(classes) {
            if *class == NO_CLASS || !self.may_be_cell(&t[cell.clone()], *class) {
                continue;
            }
            match t[cell.start] {
                b'"' => {
                    let content = cell.start + 1..cell.end - 1;
                    self.late_value(t, content, false, at, *class, body, mark);
                }
                b'-' | b'0'..=b'9' => self.late_value(t, cell, true, at, *class, body, mark),
                _ => (),
            }
        }
    }

    fn head_classes(&mut self, t: &[u8], heads: Range<usize>, told: bool) -> Option<Vec<ClassId>> {
        let mut names: Vec<Cow<'_, [u8]>> = Vec::new();
        for head in elements(t, heads) {
            let name = match t[head.start] {
                b'"' => head,
                // {"name":"id_card","type":"text"}
                b'{' => named(t, head)?,
                _ => return None,
            };
            names.push(plain_string(&t[name.start + 1..name.end - 1]));
        }
        let names: Vec<&[u8]> = names.iter().map(|name| &**name).collect();
        // [["name","张三"],["id_no","110…"]] is a list of pairs
        let core = self.core;
        let is_field = |name: &&[u8]| core.fields.exact(name).is_some();
        let pair = names.len() == 2 && !told && !names.iter().all(is_field);
        if names.len() < 2 || pair {
            return None;
        }
        self.column_classes(&names)
    }
}

/// The string under `name` in an object.
fn named(t: &[u8], object: Range<usize>) -> Option<Range<usize>> {
    let key = memchr::memmem::find(&t[object.clone()], b"\"name\"")?;
    let colon = skip_space(t, object.start + key + 6);
    let start = skip_space(t, colon + 1);
    let end = string_end(t, start + 1).filter(|_| t[start] == b'"')?.0;
    (end < object.end).then_some(start..end + 1)
}

/// The elements of the list that `list` is, which is known to be JSON.
pub(crate) fn elements(t: &[u8], list: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut from = list.start + 1;
    std::iter::from_fn(move || {
        let start = skip_space(t, from);
        let mut p = start;
        let mut depth = 0;
        loop {
            match t.get(p).filter(|_| p < list.end)? {
                b'"' => p = string_end(t, p + 1)?.0 + 1,
                b'[' | b'{' => (depth, p) = (depth + 1, p + 1),
                b',' | b']' if depth == 0 => break,
                b']' | b'}' => (depth, p) = (depth - 1, p + 1),
                _ => p += 1,
            }
        }
        from = p + 1;
        let length = t[start..p].trim_ascii_end().len();
        (length > 0).then_some(start..start + length)
    })
}
