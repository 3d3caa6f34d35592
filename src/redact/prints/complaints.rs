//! Values that a program quotes when it refuses them, beside the field that they were meant for: `on field 'name': rejected value [张三]`,
//! `Duplicate entry 'x' for key 'user.phone'`, `Invalid value 'x' for field 'fullName'`, `Key (full_name, birth_date)=(x, y)`, `input_value='张三'`; and values that it binds to a statement,
//! `Parameters: 张三(String)`, of which only the place says what they are. And a piece of PHP's own form, `s:4:"name";s:6:"张三";`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::parameters::Parameters;
use crate::redact::fields::ClassId;
use crate::redact::pass::Pass;
use crate::redact::words::lookup::late_literals;
use crate::redact::words::spans::{pieces, stripped, trimmed};

/// How far from the value its field may be named, in bytes.
const REACH: usize = 200;

const SIGNS: [&str; 31] = [
    "' for ",
    "\" for ",
    "\";s:",
    ":{s:",
    ":{i:",
    "rejected value [",
    ")=(",
    "input_value='",
    " LIKE '",
    " like '",
    " IN ('",
    " in ('",
    " BETWEEN '",
    " between '",
    "' AS ",
    " SET ",
    " set ",
    "(String)",
    "] - [",
    "]) - [",
    ") <- [",
    "with value \"",
    "with value '",
    " received \"",
    "Failing row contains (",
    "bind",
    "PARAMETERS: [",
    "from String \"",
    "got invalid value \"",
    "aram",
    "args",
];
static QUOTED: LazyLock<AhoCorasick> = LazyLock::new(|| late_literals(SIGNS));

impl Pass<'_> {
    pub(crate) fn complaints(&mut self, t: &[u8], at: usize, mark: usize) {
        // lists within a list are read with it
        let mut listed = 0;
        // and so is what PHP serialised
        let mut serialized = 0;
        let mut parameters = Parameters::default();
        for found in QUOTED.find_iter(t) {
            let (start, end) = (found.start(), found.end());
            match SIGNS[found.pattern().as_usize()] {
                ":{s:" | ":{i:" if start >= serialized => {
                    serialized = self.serialized(t, start + 1, at, mark);
                }
                ":{s:" | ":{i:" => (),
                "\";s:" if start < serialized => (),
                "\";s:" => {
                    let key = memchr::memrchr(b'"', &t[reach_back(t, start)..start]);
                    let key = key.map(|i| reach_back(t, start) + i + 1..start);
                    // what was taken out names nothing
                    let key = key.filter(|key| !self.core.catalog.is_placeholder(&t[key.clone()]));
                    let length = t[end..].iter().take_while(|c| c.is_ascii_digit()).count();
                    if t[end + length..].starts_with(b":\"") {
                        self.complained(t, key, upto(t, end + length + 2, b"\";"), at, mark);
                    }
                }
                sign @ ("' for " | "\" for ") => {
                    let quote = sign.as_bytes()[0];
                    // of field 'x', property 'x', column "x"
                    let kind = t[end..].iter().take_while(|c| c.is_ascii_alphabetic());
                    let open = end + kind.count();
                    if t[open..].starts_with(&[b' ', quote]) {
                        let field = upto(t, open + 2, &[quote]);
                        let from = reach_back(t, start);
                        let value = memchr::memmem::rfind(&t[from..start], &[b' ', quote]);
                        let value = value.map_or(start..start, |i| from + i + 2..start);
                        self.complained(t, Some(field), value, at, mark);
                    }
                }
                "rejected value [" => {
                    let field = between(t, reach_back(t, start)..start, b"on field '", b"'");
                    self.complained(t, field, upto(t, end, b"]"), at, mark);
                }
                ")=(" => self.complained_columns(t, start, end, at, mark),
                "input_value='" => {
                    let value = upto(t, end, b"', input_type");
                    self.complained(t, line_before(t, start), value, at, mark);
                }
                " LIKE '" | " like '" => {
                    let value = upto(t, end, b"'");
                    let percent = |c: &u8| *c == b'%';
                    let from =
                        value.start + t[value.clone()].iter().take_while(|c| percent(c)).count();
                    let behind = t[from..value.end]
                        .iter()
                        .rev()
                        .take_while(|c| percent(c))
                        .count();
                    if let Some(class) = self.label_ending(t, start) {
                        self.complained_of(t, class, from..value.end - behind, at, mark);
                    }
                }
                // name IN ('…', '…'), dob BETWEEN '…' AND '…'
                " IN ('" | " in ('" | " BETWEEN '" | " between '" => {
                    if let Some(class) = self.label_ending(t, start) {
                        self.alternatives(t, class, end, at, mark);
                    }
                }
                // SET name = '…': one word before it would tell something else, a set's name
                " SET " | " set " => {
                    let column = t[end..]
                        .iter()
                        .take(64)
                        .take_while(|c| !matches!(c, b' ' | b'=' | b'\n'));
                    let column = end..end + column.count();
                    let gap = t[column.end..]
                        .iter()
                        .take(4)
                        .take_while(|c| matches!(c, b' ' | b'='));
                    let open = column.end + gap.count();
                    if t[column.end..open].contains(&b'=') && t.get(open) == Some(&b'\'') {
                        self.complained(t, Some(column), upto(t, open + 1, b"'"), at, mark);
                    }
                }
                // SELECT '…' AS name
                "' AS " => {
                    let open = memchr::memrchr(b'\'', &t[reach_back(t, start)..start]);
                    let open = open.map_or(start, |i| reach_back(t, start) + i + 1);
                    let word = |c: &&u8| c.is_ascii_alphanumeric() || **c == b'_';
                    let length = t[end..].iter().take(64).take_while(word).count();
                    self.complained(t, Some(end..end + length), open..start, at, mark);
                }
                "(String)" => {
                    let open = memchr::memrchr2(b',', b':', &t[reach_back(t, start)..start]);
                    let from = open.map_or(start, |i| reach_back(t, start) + i + 1);
                    self.bound(t, from..start, at, mark);
                }
                // "fullName" with value "张三", data/fullName must match pattern, received "张三"
                sign @ ("with value \"" | "with value '" | " received \"") => {
                    let quote = &sign.as_bytes()[sign.len() - 1..];
                    let field = named_before(t, start);
                    self.complained(t, field, upto(t, end, quote), at, mark);
                }
                // Jackson: … (through reference chain: com.x.ApplicantDto["birthDate"])
                "from String \"" => {
                    let value = upto(t, end, b"\"");
                    let chain = reach_on(t, value.end);
                    let field = between(t, chain, b"[\"", b"\"]");
                    self.complained(t, field.clone(), value.clone(), at, mark);
                    // … : Text '1985/03/04' could not be parsed
                    let again = upto(t, (value.end + 9).min(t.len()), b"'");
                    if t[value.end..].starts_with(b"\": Text '") && t[again.clone()] == t[value] {
                        self.complained(t, field, again, at, mark);
                    }
                }
                // GraphQL: Variable "$input" got invalid value "…" at "input.fullName"
                "got invalid value \"" => {
                    let value = upto(t, end, b"\"");
                    let field = match t[value.end..].starts_with(b"\" at \"") {
                        true => Some(upto(t, value.end + 6, b"\"")),
                        false => between(t, reach_back(t, start)..start, b"\"$", b"\""),
                    };
                    self.complained(t, field, value, at, mark);
                }
                "aram" | "args" if start >= listed => listed = self.bound_list(t, end, at, mark),
                "aram" | "args" => (),
                "Failing row contains (" => self.refused_row(t, end, at, mark),
                "bind" | "PARAMETERS: [" => {
                    self.bound_list(t, start, at, mark);
                }
                _ => {
                    let value = upto(t, end, b"]");
                    self.bound_parameter(t, start, value, &mut parameters, at, mark);
                }
            }
        }
        self.bound_together(t, &parameters, at, mark);
    }

    /// `Key (full_name, birth_date)=(x, y)`: as many values as columns.
    fn complained_columns(&mut self, t: &[u8], close: usize, open: usize, at: usize, mark: usize) {
        let Some(first) = memchr::memrchr(b'(', &t[..close]) else {
            return;
        };
        let columns = items(t, first + 1..close);
        let values = items(t, upto(t, open, b")"));
        if columns.len() == values.len() {
            for (column, value) in columns.into_iter().zip(values) {
                self.complained(t, Some(column), value, at, mark);
            }
        }
    }

    fn complained(
        &mut self,
        t: &[u8],
        field: Option<Range<usize>>,
        value: Range<usize>,
        at: usize,
        mark: usize,
    ) {
        let Some(field) = field.map(|field| &t[field]) else {
            return;
        };
        // user.full_name, applicant -> name
        let last = field.rsplit(|c| matches!(c, b'.' | b'>')).next();
        let name = last.unwrap_or_default().trim_ascii();
        let class = self.scratch.keys.meaning(name, &self.core.fields).class;
        self.complained_of(t, class, value, at, mark);
    }

    pub(super) fn complained_of(
        &mut self,
        t: &[u8],
        class: ClassId,
        value: Range<usize>,
        at: usize,
        mark: usize,
    ) {
        if let Some(category) = self.class(class).and_then(|c| c.category)
            && self.core.catalog.placeholder_at(t, value.start).is_none()
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// Takes a value whose field nobody names, if it is a name beyond doubt. Gives whether it is one.
    pub(crate) fn bound(&mut self, t: &[u8], value: Range<usize>, at: usize, mark: usize) -> bool {
        // a part of it is searched: %张三%
        let span = stripped(t, value, |c| c == b'%');
        let trimmed = t[span.clone()].trim_ascii_start();
        let span = span.end - trimmed.len()..span.end;
        let core = self.core;
        match (std::str::from_utf8(trimmed), core.name_category) {
            (Ok(text), Some(category))
                if core.names.is_person(text, |word| core.is_label(word)) =>
            {
                self.take_name(t, span, at, mark, category, "name bound to a statement");
                true
            }
            _ => false,
        }
    }
}

fn reach_back(t: &[u8], from: usize) -> usize {
    let start = from.saturating_sub(REACH);
    // what stands in another line belongs to it
    memchr::memrchr(b'\n', &t[start..from]).map_or(start, |i| start + i + 1)
}

/// What stands behind a place and may still speak of it.
fn reach_on(t: &[u8], from: usize) -> Range<usize> {
    const CHAIN: usize = 1024;
    from..t.len().min(from + CHAIN)
}

/// From `start` up to a sign, or nothing.
fn upto(t: &[u8], start: usize, sign: &[u8]) -> Range<usize> {
    let rest = &t[start..t.len().min(start + REACH)];
    start..start + memchr::memmem::find(rest, sign).unwrap_or(0)
}

/// The field that the sentence before `end` begins with, quoted or as the last step of a path: `"fullName" `, `data/fullName must …`.
fn named_before(t: &[u8], end: usize) -> Option<Range<usize>> {
    let from = reach_back(t, end);
    let from = memchr::memrchr(b';', &t[from..end]).map_or(from, |i| from + i + 1);
    let sentence = &t[from..end];
    let start = from + (sentence.len() - sentence.trim_ascii_start().len());
    let word = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'/' | b'$');
    let open = start
        + t[start..end]
            .iter()
            .take_while(|c| matches!(c, b'"' | b'\''))
            .count();
    let length = t[open..end].iter().take_while(|c| word(c)).count();
    let step = memchr::memrchr(b'/', &t[open..open + length]).map_or(0, |i| i + 1);
    (length > step).then_some(open + step..open + length)
}

/// What stands between two signs, the last time that the one that opens it stands there.
fn between(t: &[u8], within: Range<usize>, open: &[u8], close: &[u8]) -> Option<Range<usize>> {
    let start = memchr::memmem::rfind(&t[within.clone()], open)? + within.start + open.len();
    let span = upto(t, start, close);
    (!span.is_empty()).then_some(span)
}

/// The line before the one of `from`.
fn line_before(t: &[u8], from: usize) -> Option<Range<usize>> {
    let floor = from.saturating_sub(REACH);
    let end = floor + memchr::memrchr(b'\n', &t[floor..from])?;
    let start = reach_back(t, end);
    Some(start..end)
}

/// The items of a list that commas divide.
fn items(t: &[u8], list: Range<usize>) -> Vec<Range<usize>> {
    pieces(t, list, |c| c == b',')
        .map(|item| trimmed(t, item))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::scan::signs;

    /// Texts without any of these are not looked at.
    #[test]
    fn each_sign_holds_what_it_is_told_by() {
        // each list that is looked for behind these has a bracket or a quote
        let bracketed =
            |sign: &&str| !matches!(*sign, "aram" | "args" | "bind" | " SET " | " set ");
        for sign in SIGNS.into_iter().filter(bracketed) {
            let held = signs::of(sign.as_bytes());
            assert!(
                held & (signs::QUOTE | signs::BRACKET) != 0 || sign.contains(['[', '{']),
                "{sign}"
            );
        }
    }
}
