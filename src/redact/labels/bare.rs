//! Numbers of persons that no label of theirs tells, beside what was found: `Passport(id=K1234567, name=…, dob=…)`, a number in brackets
//! behind a name. As JSON the members of an object decide it, see [`crate::redact::json`].

use std::ops::Range;

use super::runs::typed_run;
use crate::patterns::schema::Prose;
use crate::redact::edit::Edit;
use crate::redact::edit::action::Family;
use crate::redact::pass::Pass;

/// How far around a bare `id` a person is described, in bytes.
const REACH: usize = 400;
/// So much that describes a person makes an `ID` the number of a document, whatever it looks like.
const DESCRIPTION: u32 = 3;
/// So much an `id` that is written like a country's numbers.
const LEAST_DESCRIPTION: u32 = 2;
/// A longer number is a program's.
const LONGEST: usize = 20;
/// More of them are a list, of which each has labels.
const IDS: usize = 64;
/// More names are a list, of which each has labels.
const NAMES: usize = 16;
/// Signs between a name and the number beside it, at most.
const GAP: usize = 4;
/// So far from a name a word tells its number, in bytes.
const NEAR: usize = 64;

impl Pass<'_> {
    /// `id=048189136316` beside a name and a date of birth, `ID: K1234567` beside more.
    pub(crate) fn bare_ids(&mut self, t: &[u8], at: usize, mark: usize) {
        if self.scratch.edits.since(mark).len() < 2 {
            return;
        }
        let labels = memchr::memchr2_iter(b'=', b':', t)
            .filter_map(|sign| Some((sign, bare_label(t, sign)?)));
        for (sign, telling) in labels.take(IDS) {
            let value = value_behind(t, sign + 1);
            let content = &t[value.clone()];
            let digits = content.iter().filter(|c| c.is_ascii_digit()).count();
            if digits < 4 || !(6..=LONGEST).contains(&content.len()) {
                continue;
            }
            let around = surroundings(t, sign);
            let described = self.described(at + around.start..at + around.end, mark);
            let sure = telling && described >= DESCRIPTION;
            if sure || described >= LEAST_DESCRIPTION && self.is_national(content) {
                self.take_number(t, value, at, mark);
            }
        }
    }

    /// `Verified customer Ishita Joshi (454582722669)`, `Parameters: 张三(String), 031083326367(String)`, `id 5879607307821 and name Tan Wei Ming`.
    pub(crate) fn numbers_beside(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let mut names = [(0, 0); NAMES];
        let mut count = 0;
        for edit in self.scratch.edits.since(mark) {
            if core.is_name(edit.category) && count < NAMES {
                names[count] = (edit.start - at, edit.end - at);
                count += 1;
            }
        }
        for (start, end) in &names[..count] {
            let behind = number_behind(t, *end);
            let before = number_before(t, *start);
            let near = start.saturating_sub(NEAR)..*start;
            let after = *end..t.len().min(end + NEAR);
            let told = [near, after].into_iter();
            let told = told.flat_map(|within| numbers_told(t, within, &core.prose));
            for value in [behind, before].into_iter().flatten().chain(told) {
                let number = &t[value.clone()];
                if self.is_national(number) || self.is_lettered(number) {
                    self.take_number(t, value, at, mark);
                }
            }
        }
    }

    pub(crate) fn is_national(&self, content: &[u8]) -> bool {
        let catalog = &self.core.catalog;
        self.core
            .shapes
            .is_national(content, |c| catalog.family(c) == Family::IdNumber)
    }

    /// The same of a shorter number that begins with a letter, where something tells that a number of a person stands there.
    pub(crate) fn is_lettered(&self, content: &[u8]) -> bool {
        let catalog = &self.core.catalog;
        let shapes = &self.core.shapes;
        (8..=12).contains(&content.len())
            && content[0].is_ascii_uppercase()
            && shapes.is_checked(content, |c| catalog.family(c) == Family::IdNumber)
    }

    pub(crate) fn take_number(&mut self, t: &[u8], value: Range<usize>, at: usize, mark: usize) {
        let placed = at + value.start..at + value.end;
        if let Some(category) = self.scratch.edits.confirm(mark, &placed) {
            self.scratch.needles.note(&t[value], category, self.core);
            return;
        }
        let class = self.core.fields.id_number;
        if let Some(category) = self.class(class).and_then(|c| c.category) {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// How many kinds of what describes a person were found in a span.
    fn described(&self, around: Range<usize>, mark: usize) -> u32 {
        let catalog = &self.core.catalog;
        let near = |e: &&Edit| around.start <= e.start && e.end <= around.end;
        let found = self.scratch.edits.since(mark).iter().filter(near);
        found
            .map(|e| catalog.family(e.category))
            .filter(|family| family.describes() || *family == Family::Validity)
            .fold(0, |kinds: u32, family| kinds | 1 << family as u32)
            .count_ones()
    }
}

/// The inside of the brackets that a place stands in, as far as one reaches.
pub(super) fn surroundings(t: &[u8], place: usize) -> Range<usize> {
    let floor = place.saturating_sub(REACH);
    let ceiling = t.len().min(place + REACH);
    let before = t[floor..place].iter().rev().copied();
    let behind = t[place..ceiling].iter().copied();
    let start = unmatched(before, b"{(", b"})").map_or(floor, |far| place - 1 - far);
    let end = unmatched(behind, b"})", b"{(").map_or(ceiling, |far| place + far);
    start..end
}

/// How far the first of `ends` stands that none of `begins` met on the way belongs to.
fn unmatched(
    mut bytes: impl Iterator<Item = u8>,
    ends: &[u8; 2],
    begins: &[u8; 2],
) -> Option<usize> {
    let mut depth = 0;
    bytes.position(|c| {
        if ends.contains(&c) {
            depth -= 1;
        } else if begins.contains(&c) {
            depth += 1;
        }
        depth < 0
    })
}

/// Is what ends before a sign a bare `id`, and does it tell a document's: `ID`, `number`?
fn bare_label(t: &[u8], sign: usize) -> Option<bool> {
    let quote = |c: &&u8| matches!(**c, b'"' | b'\'' | b'\\' | b' ' | b']');
    let head = &t[..sign];
    let head = &head[..head.len() - head.iter().rev().take(4).take_while(quote).count()];
    let letters = head
        .iter()
        .rev()
        .take(8)
        .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
        .count();
    let (head, word) = head.split_at(head.len() - letters);
    let telling = match word {
        b"ID" | b"iD" | b"number" | b"Number" => true,
        b"id" | b"Id" | b"pid" | b"PID" => false,
        _ => return None,
    };
    // order ID: 88213456
    let spaced = head.last() == Some(&b' ');
    let before = head.trim_ascii_end();
    let goes_on = spaced && before.last().is_some_and(u8::is_ascii_lowercase)
        || head
            .last()
            .is_some_and(|c| *c >= 0x80 || matches!(c, b'-' | b'.' | b'/'));
    (!goes_on).then_some(telling)
}

/// The run of letters and digits that a sign is followed by, in quotes or not.
fn value_behind(t: &[u8], from: usize) -> Range<usize> {
    let skipped = |c: &&u8| matches!(**c, b'>' | b'=' | b'"' | b'\'' | b'\\' | b' ');
    let mut start = from;
    start += typed_run(&t[start..]);
    start += t[start..].iter().take(6).take_while(skipped).count();
    let end = start + run(&t[start..]);
    match goes_on(t, end) {
        true => start..start,
        false => start..end,
    }
}

fn run(text: &[u8]) -> usize {
    let part = |c: &&u8| c.is_ascii_alphanumeric();
    text.iter().take(LONGEST + 1).take_while(part).count()
}

fn goes_on(t: &[u8], end: usize) -> bool {
    match t.get(end) {
        Some(b'_' | b'-') => true,
        Some(b'.') => t.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(c) => c.is_ascii_alphanumeric(),
        None => false,
    }
}

fn divides(c: u8) -> bool {
    matches!(
        c,
        b' ' | b'(' | b'[' | b',' | b'/' | b'|' | b'"' | b'\'' | b'\\'
    )
}

/// What stands behind a name, over the type that a program printed: `张三(String), 031083326367(String)`.
fn number_behind(t: &[u8], end: usize) -> Option<Range<usize>> {
    let typed = t[end..].starts_with(b"(String)");
    let from = end + usize::from(typed) * "(String)".len();
    let gap = t[from..]
        .iter()
        .take(GAP)
        .take_while(|c| divides(**c))
        .count();
    let start = from + gap;
    let length = run(&t[start..]);
    (gap > 0 && length >= 12 && !goes_on(t, start + length)).then_some(start..start + length)
}

/// The numbers that a word tells in a part of a text: `id 5879607307821`.
fn numbers_told(
    t: &[u8],
    within: Range<usize>,
    prose: &Prose,
) -> impl Iterator<Item = Range<usize>> {
    const SHORTEST: usize = 8;
    let spaces = memchr::memchr_iter(b' ', &t[within.clone()]);
    spaces.filter_map(move |space| {
        let mut before = t[within.start..within.start + space].rsplit(|c| matches!(c, b' ' | b'('));
        let is_one_of = |word: &[u8], words: &[String]| {
            let mut words = words.iter().map(String::as_bytes);
            words.any(|known| known.eq_ignore_ascii_case(word))
        };
        let told = is_one_of(before.next()?, &prose.telling);
        let free = told
            && before.next().is_none_or(|word| match word.last() {
                Some(c) => c.is_ascii_punctuation() || is_one_of(word, &prose.joints),
                None => true,
            });
        let start = within.start + space + 1;
        let end = start + run(&t[start..]);
        (free && end - start >= SHORTEST && !goes_on(t, end)).then_some(start..end)
    })
}

fn number_before(t: &[u8], start: usize) -> Option<Range<usize>> {
    let gap = t[..start]
        .iter()
        .rev()
        .take(GAP)
        .take_while(|c| divides(**c))
        .count();
    let end = start - gap;
    let end = end - usize::from(t[..end].ends_with(b"(String)")) * "(String)".len();
    let part = |c: &&u8| c.is_ascii_alphanumeric();
    let length = t[..end]
        .iter()
        .rev()
        .take(LONGEST + 1)
        .take_while(part)
        .count();
    let first = end - length;
    let joined = t[..first]
        .last()
        .is_some_and(|c| *c >= 0x80 || matches!(c, b'-' | b'_' | b'.' | b'/' | b'=' | b':'));
    (gap > 0 && length >= 12 && !joined).then_some(first..end)
}
