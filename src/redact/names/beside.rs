//! Names that stand beside a number of a person or before an address of mail, with no label of their own: `陈大文 110…`, `verify(陈大文, 110…)`,
//! `Verified Imogen Tan (S1234567D)`, `Imogen Tan, NRIC: S1234567D`, `"Imogen Fairweather" <imogen@…>`. Only what is a name beyond doubt.

use std::borrow::Cow;
use std::ops::Range;

use super::NameLists;
use super::spoken::Promise;
use super::told::is_caseless;
use crate::redact::edit::action::{CategoryId, Family};
use crate::redact::pass::{Pass, Rule};
use crate::redact::words::script::{is_han, is_hangul};
use crate::redact::words::spans::{valid_prefix, valid_suffix};

/// So far a name is looked for, in bytes.
const REACH: usize = 64;
/// Signs between a name and its number, at most.
const GAP: usize = 4;
/// Words of a name in Latin letters, at most.
const WORDS: usize = 6;
/// Words of the label between a name and its number, at most.
const LABEL: usize = 3;
/// More numbers are a list of them.
const NUMBERS: usize = 16;

/// `12/03/1983`, `1983-03-12`
const DATE: usize = 10;

/// Is it a date of the years in which those were born who are grown up?
pub(crate) fn is_old_date(date: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let sign = |c: u8| matches!(c, b'/' | b'-' | b'.');
    let (year, rest) = match date {
        [y @ .., s, m1, m2, r, d1, d2] if y.len() == 4 && sign(*s) && s == r => {
            (y, [*m1, *m2, *d1, *d2])
        }
        [d1, d2, s, m1, m2, r, y @ ..] if y.len() == 4 && sign(*s) && s == r => {
            (y, [*m1, *m2, *d1, *d2])
        }
        _ => return false,
    };
    digits(year) && digits(&rest) && (&b"1920"[..]..=&b"2010"[..]).contains(&year)
}

/// What languages print around a value that may be missing.
const WRAPPERS: [&[u8]; 4] = [b"Some(", b"Just(", b"Optional(", b"Optional["];

/// The length of a wrapper that opens at the end of a text.
fn wrapper_before(text: &[u8]) -> usize {
    let quote = usize::from(text.ends_with(b"\""));
    let text = &text[..text.len() - quote];
    let wrapper = WRAPPERS.iter().find(|wrapper| text.ends_with(wrapper));
    wrapper.map_or(0, |wrapper| wrapper.len() + quote)
}

/// The length of what closes a wrapper and opens the next one, `), Some(`, at the start of a text.
fn wrapper_behind(text: &[u8]) -> usize {
    let gap = text
        .iter()
        .take(GAP)
        .take_while(|c| matches!(c, b'"' | b')' | b']' | b',' | b' '))
        .count();
    let wrapper = WRAPPERS
        .iter()
        .find(|wrapper| text[gap..].starts_with(wrapper));
    wrapper.map_or(0, |wrapper| gap + wrapper.len() - 1)
}

/// A text in which the name of a file is divided as a person's, `Tan_Wei_Ming_S1234567D.jpg`, at the same places.
fn spaced(text: &str, joined: bool) -> Cow<'_, str> {
    match joined {
        true => Cow::Owned(text.replace('_', " ")),
        false => Cow::Borrowed(text),
    }
}

#[rustfmt::skip]
fn divides(c: char) -> bool {
    // Hive writes \u{1} between fields
    c.is_ascii_control()
        || matches!(
            c,
            ' ' | ',' | '/' | '|' | '(' | ')' | '[' | ']' | '"' | '\'' | ':' | '-' | '+' | '_'
                | '，' | '、' | '（' | '）' | '「' | '」' | '【' | '】' | '：' | '　'
        )
}

/// A text without the label of the number that follows it: `Imogen Tan (NRIC: `, `陈大文，身份证号：`.
fn without_label(text: &str, is_label: impl Fn(&str) -> bool) -> &str {
    let phrase = text.trim_end_matches(|c| divides(c) || c == '=');
    let starts = phrase.rmatch_indices(divides).take(LABEL);
    let label = starts
        .map(|(i, sign)| i + sign.len())
        .filter(|start| is_label(&phrase[*start..]))
        .last();
    &text[..label.unwrap_or(text.len())]
}

/// Does the last word of a text begin with a capital, or in another script?
fn may_end_name(text: &[u8]) -> bool {
    let letter = |c: &&u8| c.is_ascii_alphanumeric() || **c >= 0x80;
    let gap = text.iter().rev().take(8).take_while(|c| !letter(c)).count();
    let end = text.len() - gap;
    let word = text[..end].iter().rev().take(24).take_while(letter).count();
    text[end - word..end]
        .first()
        .is_some_and(|c| c.is_ascii_uppercase() || *c >= 0x80)
}

impl NameLists {
    /// Where the name at the end of a text begins.
    fn name_before(
        &self,
        text: &str,
        promise: Promise,
        labelled: bool,
        is_label: impl Fn(&str) -> bool,
    ) -> Option<usize> {
        let before = text;
        let text = text.trim_end_matches(divides);
        if text.ends_with(is_han) {
            let start = text.trim_end_matches(is_han).len();
            let run = &text[start..];
            if self.is_person(run, &is_label) {
                return Some(start);
            }
            // 给高国栋(138…)
            let name = run.strip_prefix(&self.joining[..]).unwrap_or_default();
            if self.is_person(name, is_label) {
                return Some(text.len() - name.len());
            }
            // 佐藤 健太
            let head = text[..start].trim_end_matches([' ', '　']);
            let surname = head.trim_end_matches(is_han).len();
            let apart = surname < head.len()
                && head.len() < start
                && self.leading_name(&text[surname..], false) == text.len() - surname;
            return apart.then_some(surname);
        }
        if text.ends_with(is_caseless) {
            let starts = text.rmatch_indices(' ').map(|(i, _)| i + 1);
            let listed = |start: &usize| self.listed_name(&text[*start..]) == text.len() - start;
            return starts.chain([0]).take(LABEL).filter(listed).last();
        }
        if text.ends_with(is_hangul) {
            let start = text.trim_end_matches(is_hangul).len();
            let name = &text[start..];
            let line = before.ends_with('\n')
                && text[..start].chars().next_back().is_none_or(|c| c == '\n');
            // 이서연/900101-1234567
            let signed = before[text.len()..].contains(['/', ']', ',', '|', '(', '（']);
            let stands = line || (signed || labelled) && !is_label(name);
            return (stands && self.is_korean_person(name)).then_some(start);
        }
        let mut starts = text.rmatch_indices([
            ' ', '\n', ',', ':', '(', '[', '"', '\'', '>', '/', '|', ';', '，', '：',
        ]);
        let mut found = None;
        let mut words = 0;
        while words < WORDS {
            let (start, sign) = starts
                .next()
                .map_or((0, ""), |(i, sign)| (i + sign.len(), sign));
            words += 1;
            let name = &text[start..];
            if name.starts_with(char::is_uppercase)
                && self.spoken_name(name, promise, &is_label) == name.len()
            {
                found = Some(start);
            }
            // `SURNAME, Given` apart, a name has only spaces
            if sign != " " && !(sign == "," && name.starts_with(' ')) {
                break;
            }
        }
        found
    }

    /// Where the name at the start of a text is.
    fn name_after(&self, text: &str, is_label: impl Fn(&str) -> bool) -> Option<Range<usize>> {
        let start = text.len() - text.trim_start_matches(divides).len();
        if start == 0 || text[..start].chars().count() > GAP {
            return None;
        }
        let rest = &text[start..];
        let length = if rest.starts_with(is_han) {
            let run = rest.len() - rest.trim_start_matches(is_han).len();
            // 高負荷のため
            let free = !rest[run..].starts_with(char::is_alphanumeric);
            if free && self.is_person(&rest[..run], is_label) {
                run
            } else {
                0
            }
        } else if rest.starts_with(is_hangul) {
            // 790512-2005506⏎김민준(金民俊)
            let run = rest.len() - rest.trim_start_matches(is_hangul).len();
            let line = text[..start].contains('\n') && rest[run..].starts_with(['\n', '(']);
            if line && self.is_korean_person(&rest[..run]) {
                run
            } else {
                0
            }
        } else {
            self.spoken_name(rest, Promise::Hint, is_label)
        };
        (length > 0).then_some(start..start + length)
    }
}

impl Pass<'_> {
    /// Looks beside what was found in a text since `mark`.
    pub(crate) fn names_beside(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core
            .name_category
            .filter(|_| self.scratch.edits.has_since(mark))
        else {
            return;
        };
        let is_mail = |c: CategoryId| core.catalog.family(c) == Family::Mail;
        let is_number = |c: CategoryId| {
            use Family::{BankCard, IdNumber, Passport, Phone, TravelPermit};
            let family = core.catalog.family(c);
            matches!(
                family,
                IdNumber | Passport | TravelPermit | Phone | BankCard
            )
        };
        let found: Vec<(Range<usize>, bool)> = self
            .scratch
            .edits
            .since(mark)
            .iter()
            .filter(|e| is_number(e.category) || is_mail(e.category))
            .map(|e| (e.start - at..e.end - at, is_mail(e.category)))
            .take(NUMBERS)
            .collect();
        let is_label = |word: &str| core.is_label(word);
        for (span, mail) in found {
            // Person(Some(Tan Wei Ming), Some(S1234567D))
            let start = span.start - wrapper_before(&t[..span.start]);
            let before = valid_suffix(&t[start.saturating_sub(REACH)..start]);
            let head = start - before.len();
            let before = if mail {
                before
            } else {
                without_label(before, is_label)
            };
            if !mail && !may_end_name(before.as_bytes()) {
                self.name_behind(t, span.end, at, mark, category);
                continue;
            }
            let labelled = head + before.len() < start;
            let before = &*spaced(before, before.ends_with('_'));
            let name = if mail {
                let text = before
                    .strip_suffix('<')
                    .map(|text| text.trim_end_matches([' ', '"', '\'']));
                text.and_then(|text| {
                    Some(
                        core.names
                            .name_before(text, Promise::Address, false, is_label)?
                            ..text.len(),
                    )
                })
            } else {
                let text = before.trim_end_matches(divides);
                let gap = before[text.len()..].chars().count();
                let name = core
                    .names
                    .name_before(before, Promise::Hint, labelled, is_label);
                name.filter(|_| gap <= GAP).map(|start| start..text.len())
            };
            if let Some(name) = name {
                self.take_beside(t, head + name.start..head + name.end, at, mark, category);
            }
            if !mail {
                self.name_behind(t, span.end, at, mark, category);
                self.birth_behind(t, span.end, at, mark);
            }
        }
    }

    /// The date behind a number and a name: `079083012345 - NGUYEN VAN AN - 12/03/1983`. One of the last years is that of a log.
    fn birth_behind(&mut self, t: &[u8], end: usize, at: usize, mark: usize) {
        let Some(category) = self.core.birth_category else {
            return;
        };
        let named =
            self.scratch.edits.since(mark).iter().find(|e| {
                self.core.is_name(e.category) && (end..=end + GAP).contains(&(e.start - at))
            });
        let Some(end) = named.map(|e| e.end - at) else {
            return;
        };
        let rest = &t[end..t.len().min(end + GAP + DATE)];
        let gap = rest
            .iter()
            .take_while(|c| matches!(c, b' ' | b'-' | b',' | b'|' | b'/' | b';' | b'\n'))
            .count();
        let span = end + gap..end + gap + DATE;
        if (1..=GAP).contains(&gap)
            && t.get(span.clone()).is_some_and(is_old_date)
            && !t.get(span.end).is_some_and(u8::is_ascii_alphanumeric)
            && !self
                .scratch
                .edits
                .touches(mark, at + span.start..at + span.end)
        {
            let rule = Rule::Named("birth date beside a number");
            let placed = at + span.start..at + span.end;
            self.take(&t[span], placed, category, rule, 0, b"");
        }
    }

    fn name_behind(&mut self, t: &[u8], end: usize, at: usize, mark: usize, category: CategoryId) {
        let core = self.core;
        let end = end + wrapper_behind(&t[end..]);
        let rest = &t[end..t.len().min(end + REACH)];
        // a name begins with a capital or in another script
        let first = rest
            .iter()
            .take(8)
            .find(|c| c.is_ascii_alphanumeric() || **c >= 0x80);
        if first.is_some_and(|c| c.is_ascii_uppercase() || *c >= 0x80) {
            let is_label = |word: &str| core.is_label(word);
            let text = spaced(
                valid_prefix(rest),
                matches!(rest.first(), Some(b'_' | b'/')),
            );
            if let Some(name) = core.names.name_after(&text, is_label) {
                self.take_beside(t, end + name.start..end + name.end, at, mark, category);
            }
        }
    }

    fn take_beside(
        &mut self,
        t: &[u8],
        name: Range<usize>,
        at: usize,
        mark: usize,
        category: CategoryId,
    ) {
        if self.take_name(t, name.clone(), at, mark, category, "name beside a number") {
            self.writing_before(t, name.start, at, mark, category);
            self.second_writing(t, name, at, mark, category);
        }
    }

    /// The writing of a name in Chinese characters before the one in Latin letters: `陳大文 CHAN TAI MAN A123456(3)`.
    fn writing_before(
        &mut self,
        t: &[u8],
        start: usize,
        at: usize,
        mark: usize,
        category: CategoryId,
    ) {
        let before = valid_suffix(&t[start.saturating_sub(REACH)..start]);
        let text = before.trim_end_matches([' ', '(', '（', '/', ',', '，']);
        let name = text.trim_end_matches(is_han).len();
        let core = self.core;
        let is_label = |word: &str| core.is_label(word);
        if t[start].is_ascii()
            && text.len() < before.len()
            && core.names.is_person(&text[name..], is_label)
        {
            let from = start - before.len();
            let rule = "name in a second writing";
            self.take_name(t, from + name..from + text.len(), at, mark, category, rule);
        }
    }
}
