//! Lists of lines as OCR gives them, `["KAD PENGENALAN","830312-10-5347",…]`, `[{"text":"Name","score":0.98},{"text":"TAN"},…]`: read once more as the
//! text that they were on the card, in which a label, a name or a word beside a number stands in a line of its own, or is one word of several.
//!
//! Only lists in which a person was found already, or several labels of a card, and of short lines alone.

use std::ops::Range;

use super::skip_space;
use crate::redact::cards::lines::may_be_label;
use crate::redact::edit::{Coding, OffsetMap};
use crate::redact::fields::{NO_CLASS, Part};
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::{Contents, contents, holds, string_end};

/// In longer lists a number says nothing of what stands far from it.
pub(crate) const LIST: usize = 1 << 14;
/// Longer lines are prose, in characters.
const LINE: usize = 120;
/// So long lines are on average no lines of a card, in characters.
const USUAL: usize = 48;
/// Labels that make a card of a list in which nothing was found.
pub(crate) const LABELS: u8 = 2;

/// A line: where its content stands in the list's text, and where it begins in the text of the lines.
pub(crate) struct Line {
    pub source: Range<usize>,
    pub begin: usize,
}

/// A string that a list tells.
pub(crate) struct Told {
    pub text: Range<usize>,
    pub bits: Contents,
    role: Role,
}

#[derive(PartialEq, Eq)]
enum Role {
    /// An element, or the value of one.
    Line,
    /// The same of a list within the list.
    Other,
    /// The name of another one: the list is one of members, each of which was looked at under its name.
    Name,
}

impl Told {
    /// May it be a value?
    pub fn is_value(&self) -> bool {
        self.role != Role::Name
    }
}

impl Pass<'_> {
    /// The strings of a list that are its elements, or the values of those.
    pub(crate) fn told_strings(&mut self, t: &[u8], list: Range<usize>) -> Vec<Told> {
        let mut told = Vec::new();
        let mut key: Option<Range<usize>> = None;
        let (mut from, mut depth) = (list.start, 0usize);
        while let Some(open) = memchr::memchr(b'"', &t[from..list.end]).map(|i| from + i) {
            for c in &t[from..open] {
                match c {
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => (),
                }
            }
            let Some((end, bits)) = string_end(t, open + 1) else {
                return Vec::new();
            };
            from = end + 1;
            let text = open + 1..end;
            let sign = skip_space(t, from);
            if t.get(sign) == Some(&b':') {
                // what isn't a string is no value of any
                let told = t.get(skip_space(t, sign + 1)) == Some(&b'"');
                key = told.then_some(text);
                continue;
            }
            let element = key.is_none();
            let part = key.take().map_or(Part::Value, |key| {
                self.scratch
                    .keys
                    .meaning(&t[key], &self.core.fields)
                    .role
                    .part
            });
            let role = match part {
                Part::Value
                    if depth == 1
                        || depth == 2 && !element
                        || depth <= 3 && element && is_scored(t, end) =>
                {
                    Role::Line
                }
                Part::Value => Role::Other,
                // {"name":"RequestId","value":"…"}
                Part::Key if self.string_class(&t[text.clone()]) != NO_CLASS => Role::Name,
                _ => continue,
            };
            told.push(Told { text, bits, role });
        }
        told
    }

    /// Are there as many labels among the lines as a card has?
    pub(crate) fn are_labelled(&mut self, t: &[u8], told: &[Told]) -> bool {
        let mut labels = 0;
        for line in told.iter().filter(|told| told.role == Role::Line) {
            let line = &t[line.text.clone()];
            if may_be_label(line) && self.label_line(line) != NO_CLASS {
                labels += 1;
            }
        }
        labels >= LABELS
    }

    /// Inspects the lines of a list together.
    pub(crate) fn listed_card(&mut self, t: &[u8], told: &[Told], at: usize, mark: usize) {
        let lines: Vec<&Told> = told.iter().filter(|t| t.role == Role::Line).collect();
        let length: usize = lines
            .iter()
            .map(|line| characters(&t[line.text.clone()]))
            .sum();
        let short = |line: &&Told| characters(&t[line.text.clone()]) <= LINE;
        let pairs = told.iter().any(|told| told.role == Role::Name);
        if !self.scratch.needles.is_empty()
            || pairs
            || lines.len() < 3
            || length > lines.len() * USUAL
            || !lines.iter().all(short)
        {
            return;
        }
        let words = lines.iter().filter(|line| is_word(&t[line.text.clone()]));
        let by_word = lines.len() >= 4 && words.count() * 4 >= lines.len() * 3;
        if by_word {
            self.lines_together(t, &lines, b' ', at, mark);
        }
        self.lines_together(t, &lines, b'\n', at, mark);
    }

    fn lines_together(&mut self, t: &[u8], lines: &[&Told], between: u8, at: usize, mark: usize) {
        let mut text = Vec::new();
        let mut places = Vec::with_capacity(lines.len());
        for line in lines {
            let (source, begin) = (line.text.start + at..line.text.end + at, text.len());
            text.extend_from_slice(&t[line.text.clone()]);
            text.push(between);
            places.push(Line { source, begin });
        }
        text.pop();
        let later = self.scratch.edits.mark();
        let escaped = lines.iter().any(|line| line.bits & holds::ESCAPE != 0);
        if escaped {
            let decode = |source: &[u8], out: &mut Vec<u8>, map: &mut OffsetMap| {
                crate::redact::layers::decode::json_string(source, out, map);
                true
            };
            self.layer(&text, 0, Coding::Json, decode, |pass, text| {
                pass.card_text(text)
            });
        } else {
            self.card_text(&text);
        }
        self.scratch.edits.scatter(mark, later, &places);
    }

    fn card_text(&mut self, text: &[u8]) {
        self.plain_text(text, 0, contents(text), Context::NOTHING);
    }
}

/// Does a number stand behind the string whose quote closes at `end`, and nothing else: `["氏名",0.98]`?
fn is_scored(t: &[u8], end: usize) -> bool {
    let comma = skip_space(t, end + 1);
    let number = skip_space(t, comma + 1);
    t.get(comma) == Some(&b',') && t.get(number).is_some_and(u8::is_ascii_digit)
}

/// The characters of a string of JSON, of which some may be escaped.
fn characters(text: &[u8]) -> usize {
    let first = text.iter().filter(|c| **c & 0xc0 != 0x80).count();
    first
        - 5 * memchr::memmem::find_iter(text, b"\\u")
            .count()
            .min(first / 6)
}

/// Is a line one word?
fn is_word(line: &[u8]) -> bool {
    line.len() <= 24 && !line.contains(&b' ')
}
