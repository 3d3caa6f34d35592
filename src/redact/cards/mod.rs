//! Lines of a card that no label tells, in a text in which an identity number stands: names in lines of their own, the address under the number and
//! the name of a Malaysian card.

pub(crate) mod lines;
pub(crate) mod stacked;
pub(crate) mod unsigned;

use std::ops::Range;

use crate::redact::edit::Edit;
use crate::redact::edit::action::{CategoryId, Family};
use crate::redact::fields::NO_CLASS;
use crate::redact::names::NameLists;
use crate::redact::names::spoken::Promise;
use crate::redact::pass::{Pass, Rule};
use crate::redact::words::script::{is_han, is_hangul};
use crate::redact::words::spans::filled_lines;

/// Longer texts are no card.
const CARD: usize = 1 << 12;
/// Longer lines are no name.
const NAME: std::ops::RangeInclusive<usize> = 6..=64;
/// `12/03/1983`
const DATE: usize = 10;
/// Lines of an address, at most, up to that of its postal code.
const ADDRESS: usize = 6;

impl NameLists {
    /// The length in bytes of the name that a line of a card is: all of it, or all before a second writing in brackets, 김민준(金民俊).
    fn card_name(&self, line: &str, is_label: impl Fn(&str) -> bool) -> usize {
        if line.starts_with(is_hangul) {
            let run = line.find(|c| !is_hangul(c)).unwrap_or(line.len());
            let rest = line[run..].trim_matches(['(', ')', ' ', '（', '）']);
            let named = self.is_korean_person(&line[..run]) && rest.chars().all(is_han);
            return if named { run } else { 0 };
        }
        if self.is_person(line, is_label) {
            line.len()
        } else {
            0
        }
    }
}

impl Pass<'_> {
    /// Was something found since `mark` that says that a text is of a person?
    pub(crate) fn has_person(&self, mark: usize) -> bool {
        let catalog = &self.core.catalog;
        let person = |e: &Edit| {
            matches!(
                catalog.family(e.category),
                Family::IdNumber | Family::Name | Family::Passport | Family::BirthDate
            )
        };
        self.scratch.edits.since(mark).iter().any(person)
    }

    pub(crate) fn card_lines(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        if t.len() <= CARD {
            self.filling_numbers(t, at, mark);
        }
        let numbers: Vec<Range<usize>> = {
            let is_number = |e: &&Edit| core.catalog.family(e.category) == Family::IdNumber;
            let found = self.scratch.edits.since(mark).iter().filter(is_number);
            found.map(|e| e.start - at..e.end - at).collect()
        };
        let Some(category) = core
            .name_category
            .filter(|_| !numbers.is_empty() && t.len() <= CARD)
        else {
            return;
        };
        let lines: Vec<Range<usize>> = filled_lines(t).collect();
        let is_label = |word: &str| core.is_label(word);
        for line in &lines {
            let text = &t[line.clone()];
            let first = text[0].is_ascii_uppercase() || text[0] >= 0xe3;
            if !first || !NAME.contains(&text.len()) || text.iter().any(u8::is_ascii_digit) {
                continue;
            }
            let length =
                std::str::from_utf8(text).map_or(0, |text| core.names.card_name(text, is_label));
            if length > 0 {
                let span = line.start..line.start + length;
                self.take_name(t, span.clone(), at, mark, category, "name on a card");
                let rest = line.start + length..line.end;
                let other = inner(t, rest.clone());
                if !other.is_empty() {
                    self.take_name(t, other, at, mark, category, "name on a card");
                }
            }
        }
        for (i, line) in lines.iter().enumerate() {
            if numbers.contains(line) {
                self.under_number(t, &lines[i + 1..], at, mark);
            } else if i > 0
                && self.is_birth_line(&t[line.clone()], at + line.start..at + line.end, mark)
            {
                self.over_birth(t, &lines[..i], line, at, mark, category);
            }
        }
    }

    /// Numbers with a letter and a check digit that fill a line: `V8448914` on a card that tells more of a person.
    fn filling_numbers(&mut self, t: &[u8], at: usize, mark: usize) {
        for line in filled_lines(t) {
            let text = &t[line.clone()];
            if self.is_lettered(text) {
                self.take_number(t, line, at, mark);
            }
        }
    }

    /// Does a birth date fill a line, `DOB: 12/03/1983`, or a date that nobody knows?
    fn is_birth_line(&mut self, line: &[u8], placed: Range<usize>, mark: usize) -> bool {
        let found = self.scratch.edits.since(mark).iter();
        let mut within = found.filter(|e| e.start < placed.end && placed.start < e.end);
        match within.next() {
            Some(edit) => edit.end == placed.end && Some(edit.category) == self.core.birth_category,
            None => {
                line.len() == DATE && line[2] == b'/' && self.core.dates.placed_run(line) == DATE
            }
        }
    }

    /// A name over the birth date, its father's between them, and its writing in another script.
    fn over_birth(
        &mut self,
        t: &[u8],
        above: &[Range<usize>],
        birth: &Range<usize>,
        at: usize,
        mark: usize,
        category: CategoryId,
    ) {
        let core = self.core;
        let mut words = 0;
        let told = t[birth.clone()][0].is_ascii_alphabetic() || t[birth.start] >= 0x80;
        for line in above.iter().rev().take(2) {
            let text = &t[line.clone()];
            let Ok(name) = std::str::from_utf8(text) else {
                return;
            };
            let count = name.split(' ').count();
            let other = words > 0
                && count == words
                && text[0] >= 0xe0
                && name.chars().all(|c| !c.is_ascii() || c == ' ');
            let is_label = |word: &str| core.is_label(word);
            let named = NAME.contains(&text.len())
                && count > 1
                && (told || !text.iter().any(u8::is_ascii_lowercase))
                && !core.names.is_all_words(text)
                && self.label_line(text) == NO_CLASS
                && core.names.spoken_name(name, Promise::Sure, is_label) == text.len();
            if !(named || other) {
                break;
            }
            words = count;
            self.take_name(t, line.clone(), at, mark, category, "name on a card");
        }
        // the date by itself: a card says elsewhere what it is
        let placed = at + birth.start..at + birth.end;
        if words > 0
            && !self.scratch.edits.touches(mark, placed.clone())
            && let Some(category) = core.birth_category
        {
            let rule = Rule::Named("birth date on a card");
            self.take(&t[birth.clone()], placed, category, rule, 0, b"");
        }
    }

    /// A name in capitals under a number, and an address under it that ends with a postal code and a town.
    fn under_number(&mut self, t: &[u8], lines: &[Range<usize>], at: usize, mark: usize) {
        let core = self.core;
        let (Some(name), Some(address)) = (core.name_category, core.address_category) else {
            return;
        };
        let ends = |line: &Range<usize>| is_town(&t[line.clone()]);
        let divides = |line: &Range<usize>| !t[line.clone()].iter().any(u8::is_ascii_uppercase);
        let mut within = lines.iter().take(ADDRESS).take_while(|line| !divides(line));
        let Some(last) = within.position(ends) else {
            return;
        };
        let first = lines[0].clone();
        let text = &t[first.clone()];
        let letter = |c: &u8| {
            c.is_ascii_uppercase() || matches!(c, b' ' | b'\'' | b'/' | b'@' | b'-' | b'.')
        };
        let named = text.iter().all(letter) && text.contains(&b' ');
        if last == 0 || named && core.names.is_all_words(text) {
            return;
        }
        if named {
            self.take_name(t, first, at, mark, name, "name on a card");
        }
        for line in &lines[usize::from(named)..=last] {
            let placed = at + line.start..at + line.end;
            if !self.scratch.edits.touches(mark, placed.clone()) {
                let rule = Rule::Named("address on a card");
                self.take(&t[line.clone()], placed, address, rule, 0, b"");
            }
        }
    }
}

/// What stands in brackets behind a name: 김민준(金民俊).
fn inner(t: &[u8], rest: Range<usize>) -> Range<usize> {
    match t[rest.clone()] {
        [b'(', .., b')'] => rest.start + 1..rest.end - 1,
        _ => rest.start..rest.start,
    }
}

/// `43000 KAJANG`: a postal code and a town.
fn is_town(line: &[u8]) -> bool {
    let town = |c: &u8| c.is_ascii_uppercase() || matches!(c, b' ' | b',');
    line.len() > 6
        && line[..5].iter().all(u8::is_ascii_digit)
        && line[5] == b' '
        && line[6..].iter().all(town)
}
