//! Tables in a text: a line of column names and lines of values under it, as CSV, TSV, Markdown and database clients write them.

use std::ops::Range;

use crate::patterns::schema::ValueRule;
use crate::redact::fields::{ClassId, NO_CLASS};
use crate::redact::pass::Pass;
use crate::redact::words::spans::{lines, stripped};

/// Tables with more columns are no table of persons.
const COLUMNS: usize = 64;
/// Longer names are none of a column.
const NAME: usize = 80;
/// Nor are those with more digits.
const MOST_DIGITS: usize = 5;
/// Stands for any of the lines that a drawn box divides its cells by, which begin with this byte.
const BOX: u8 = 0xe2;
const LINES: [&[u8]; 5] = [
    "│".as_bytes(),
    "┃".as_bytes(),
    "║".as_bytes(),
    "┆".as_bytes(),
    "┊".as_bytes(),
];

/// What a line that names columns says of those under it.
struct Table {
    divider: u8,
    /// Each line begins with what a logger writes: `… INFO row: Tan Wei Ming,138…`.
    led: bool,
    classes: Vec<ClassId>,
}

impl Pass<'_> {
    pub(crate) fn columns(&mut self, t: &[u8], at: usize, mark: usize) {
        let lines =
            lines(t).filter(|line| !is_empty(&t[line.clone()]) && !is_rule(&t[line.clone()]));
        let mut before: Option<Range<usize>> = None;
        let mut table: Option<Table> = None;
        for line in lines {
            if let Some(table) = &table
                && self.row(t, &line, table, at, mark)
            {
                continue;
            }
            if table.is_some() {
                (table, before) = (None, Some(line));
                continue;
            }
            let head = before.replace(line.clone());
            if let Some(value) = self.beside(t, &line) {
                self.cell(t, value.0, value.1, at, mark);
                continue;
            }
            table = head.and_then(|head| self.head(t, &head, &line));
            if let Some(table) = &table {
                self.row(t, &line, table, at, mark);
            }
        }
    }

    /// The classes of the columns that a line names, if the line after it has as many cells.
    fn head(&mut self, t: &[u8], head: &Range<usize>, next: &Range<usize>) -> Option<Table> {
        let divider = [b'\t', b'|', BOX, b',', b';']
            .into_iter()
            .find(|d| next_divider(&t[head.clone()], *d).is_some())?;
        let (head, led) = without_lead(t, head, divider);
        let names = cells(t, &head, divider);
        if !(2..=COLUMNS).contains(&names.len())
            || !names.iter().all(|name| is_name(&t[name.clone()]))
            || cells(t, next, divider).len() < names.len()
        {
            return None;
        }
        let names: Vec<&[u8]> = names.into_iter().map(|name| &t[name]).collect();
        let classes = self.column_classes(&names)?;
        Some(Table {
            divider,
            led,
            classes,
        })
    }

    /// The classes of columns with these names, if they are such: one must be a column's as it stands, and half of all known. A sentence with
    /// commas is no list of names.
    pub(crate) fn column_classes(&mut self, names: &[&[u8]]) -> Option<Vec<ClassId>> {
        let core = self.core;
        // `[BIRTH_DATE]` beside a name reads like another one, and what has many digits is a value
        let digits = |name: &&[u8]| name.iter().filter(|c| c.is_ascii_digit()).count();
        if names
            .iter()
            .any(|name| core.catalog.is_placeholder(name) || digits(name) > MOST_DIGITS)
        {
            return None;
        }
        let classes: Vec<ClassId> = names
            .iter()
            .map(|name| {
                let class = self.scratch.keys.meaning(name, &core.fields).class;
                core.fields.listed(class)
            })
            .collect();
        let telling = |(name, class): (&&[u8], &ClassId)| {
            self.class(*class).is_some_and(|c| c.category.is_some())
                && (core.fields.exact(name) == Some(*class)
                    || (name.is_ascii() && !name.contains(&b' ')))
        };
        let known = classes.iter().filter(|c| **c != NO_CLASS).count();
        let is_head = known * 2 >= classes.len() && names.iter().zip(&classes).any(telling);
        is_head.then_some(classes)
    }

    /// A line of values. False if it is none of this table.
    fn row(
        &mut self,
        t: &[u8],
        line: &Range<usize>,
        table: &Table,
        at: usize,
        mark: usize,
    ) -> bool {
        let classes = &table.classes;
        let (line, led) = match table.led {
            true => without_lead(t, line, table.divider),
            false => (line.clone(), false),
        };
        if led != table.led {
            return false;
        }
        let mut values = cells(t, &line, table.divider);
        // an address that nobody quoted has commas of its own
        let more = values.len().saturating_sub(classes.len());
        if more > 0 {
            let core = self.core;
            let is_address = |c: &ClassId| {
                let category = core
                    .fields
                    .classes
                    .get(usize::from(*c))
                    .and_then(|c| c.category);
                category.is_some_and(|c| core.is_address(c))
            };
            let Some(i) = classes.iter().position(is_address) else {
                return false;
            };
            let end = values[i + more].end;
            values.drain(i + 1..=i + more);
            values[i].end = end;
        }
        if values.len() < classes.len() {
            return false;
        }
        // missing fields: name, phone⏎next step: Liveness, 3
        let is_sure = |(value, class): (&Range<usize>, &ClassId)| {
            !value.is_empty() && self.is_sure(&t[value.clone()], *class)
        };
        if led && !values.iter().zip(classes).any(is_sure) {
            return false;
        }
        for (value, class) in values.into_iter().zip(classes) {
            self.cell(t, value, *class, at, mark);
        }
        true
    }

    pub(crate) fn cell(
        &mut self,
        t: &[u8],
        value: Range<usize>,
        class: ClassId,
        at: usize,
        mark: usize,
    ) {
        let is_ours = self.core.catalog.placeholder_at(t, value.start).is_some();
        if let Some(category) = self
            .class(class)
            .and_then(|c| c.category)
            .filter(|_| !is_ours && self.may_be_cell(&t[value.clone()], class))
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// Could a value stand in a column of the class? `name` heads columns of services as well.
    pub(crate) fn may_be_cell(&self, value: &[u8], class: ClassId) -> bool {
        let is_person = self
            .class(class)
            .is_some_and(|c| c.value == ValueRule::Person);
        !is_person || value.contains(&b'\\') || self.core.names.is_written_like_one(value)
    }

    /// A name and its value on one line, divided by a tab: the value, and what the name means.
    fn beside(&mut self, t: &[u8], line: &Range<usize>) -> Option<(Range<usize>, ClassId)> {
        let tab = line.start + memchr::memchr(b'\t', &t[line.clone()])?;
        let name = bare(t, line.start..tab);
        let value = bare(t, tab + 1..line.end);
        let core = self.core;
        let class = core
            .fields
            .exact(&t[name.clone()])
            .filter(|_| is_name(&t[name]))?;
        let is_value =
            !t[value.clone()].contains(&b'\t') && core.fields.exact(&t[value.clone()]).is_none();
        let data = self.class(class)?;
        // `id number⇥3174… verified`
        let value = match data.value {
            ValueRule::Number | ValueRule::Phone => {
                value.start..value.start + core.shapes.number_length(&t[value])
            }
            _ => value,
        };
        (is_value && data.category.is_some() && !value.is_empty()).then_some((value, class))
    }
}

fn is_empty(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// `+----+----+`, `|:---|---:|`, `├────┼────┤`: what programs draw between the lines of a table.
fn is_rule(line: &[u8]) -> bool {
    let mut rest = line;
    loop {
        rest = match rest {
            [] => return true,
            [b'+' | b'-' | b'=' | b'|' | b':' | b' ' | b'\r', rest @ ..] => rest,
            // U+2500 to U+257F
            [0xe2, 0x94 | 0x95, _, rest @ ..] => rest,
            _ => return false,
        };
    }
}

/// A line without what a logger writes before its first cell, `… INFO header: name,phone`, and if there was any of that.
fn without_lead(t: &[u8], line: &Range<usize>, divider: u8) -> (Range<usize>, bool) {
    let first = match divider {
        b',' | b';' => memchr::memchr(divider, &t[line.clone()]).unwrap_or(0),
        _ => 0,
    };
    let head = &t[line.start..line.start + first];
    let sign = memchr::memmem::rfind(head, b": ").map(|i| i + 2);
    match sign.max(memchr::memrchr(b'=', head).map(|i| i + 1)) {
        Some(lead) => (line.start + lead..line.end, true),
        None => (line.clone(), false),
    }
}

/// Where the next divider is in a text, and how long.
fn next_divider(text: &[u8], divider: u8) -> Option<(usize, usize)> {
    let mut places = memchr::memchr_iter(divider, text);
    if divider != BOX {
        return Some((places.next()?, 1));
    }
    let line = |i: &usize| LINES.iter().any(|line| text[*i..].starts_with(line));
    Some((places.find(line)?, LINES[0].len()))
}

/// Could it be the name of a column?
fn is_name(name: &[u8]) -> bool {
    let part = |c: &u8| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'_' | b'-' | b' ' | b'.' | b'/' | b'(' | b')')
            || *c >= 0x80
    };
    (1..=NAME).contains(&name.len()) && !name[0].is_ascii_digit() && name.iter().all(part)
}

/// The cells of a line, without quotes and white space at their ends.
fn cells(t: &[u8], line: &Range<usize>, divider: u8) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = line.start;
    while start <= line.end && cells.len() <= COLUMNS {
        let open = start
            + t[start..line.end]
                .iter()
                .take_while(|c| **c == b' ')
                .count();
        let quote = t[open..line.end].first().filter(|c| **c == b'"');
        // a quoted cell may hold the divider
        let from = match quote {
            Some(_) => memchr::memchr(b'"', &t[open + 1..line.end]).map_or(open, |i| open + 1 + i),
            None => start,
        };
        let (end, length) =
            next_divider(&t[from..line.end], divider).map_or((line.end, 1), |(i, n)| (from + i, n));
        cells.push(bare(t, start..end));
        start = end + length;
    }
    // a table that is drawn has a line at either side
    if matches!(divider, b'|' | BOX) {
        if cells.last().is_some_and(Range::is_empty) {
            cells.pop();
        }
        if cells.first().is_some_and(Range::is_empty) {
            cells.remove(0);
        }
    }
    cells
}

/// A cell without quotes and white space at its ends.
fn bare(t: &[u8], cell: Range<usize>) -> Range<usize> {
    stripped(t, cell, |c| {
        c.is_ascii_whitespace() || matches!(c, b'"' | b'\'')
    })
}
