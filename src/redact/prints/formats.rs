//! Formats in which no label of ours says what a value is: cards of contacts (vCard, MECARD), segments of HL7, parties of SWIFT messages, names in
//! distinguished names, relations of a name (`S/O Gopal Narayanan`), fields of events, steps of paths.
//!
//! Each begins with a sign of its own; one search for all signs tells that a text has none.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::redact::fields::ClassId;
use crate::redact::names::spoken::Promise;
use crate::redact::pass::Pass;
use crate::redact::words::lookup::late_literals;
use crate::redact::words::spans::{pieces, valid_prefix};

/// More than 32 are searched by an automaton that takes half as long again.
const SIGNS: [&str; 30] = [
    "BEGIN:VCARD",
    "MECARD:",
    "PID|",
    "NK1|",
    ":50A:",
    ":50F:",
    ":50K:",
    ":59:",
    ":59A:",
    ":59F:",
    "CN=",
    "cn=",
    "S/O",
    "D/O",
    "W/O",
    "C/O",
    "H/O",
    "Label=",
    "name/",
    "Name/",
    "no/",
    "No/",
    "nric/",
    "birthdate/",
    "dob/",
    "id/",
    "Id/",
    "card/",
    "Card/",
    "passports/",
];
static BEGINS: LazyLock<AhoCorasick> = LazyLock::new(|| late_literals(SIGNS));

/// So far a format is read, in bytes.
const REACH: usize = 4096;

/// Properties of a vCard (RFC 6350) and what they tell.
const CARD: [(&[u8], &[u8]); 6] = [
    (b"FN", b"full name"),
    (b"N", b"full name"),
    (b"NICKNAME", b"full name"),
    (b"SOUND", b"full name"),
    (b"ADR", b"address"),
    (b"LABEL", b"address"),
];
/// Fields of HL7's segments for a patient and the next of kin, by their number.
const PATIENT: [(usize, &[u8]); 9] = [
    (2, b"id number"),
    (3, b"id number"),
    (5, b"full name"),
    (6, b"full name"),
    (7, b"birth date"),
    (9, b"full name"),
    (11, b"address"),
    (13, b"phone"),
    (19, b"id number"),
];
const KIN: [(usize, &[u8]); 3] = [(2, b"full name"), (4, b"address"), (5, b"phone")];

impl Pass<'_> {
    pub(crate) fn formats(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut from = 0;
        while let Some(found) = t.get(from..).and_then(|rest| BEGINS.find(rest)) {
            let (start, end) = (from + found.start(), from + found.end());
            from = end;
            let free = start == 0 || !t[start - 1].is_ascii_alphanumeric();
            match SIGNS.get(found.pattern().as_usize()).copied() {
                Some("BEGIN:VCARD") => self.card(t, end, at, mark),
                Some("MECARD:") => self.contact(t, end, at, mark),
                Some("PID|") if free => self.segment(t, end, &PATIENT, at, mark),
                Some("NK1|") if free => self.segment(t, end, &KIN, at, mark),
                Some(":50A:" | ":50F:" | ":50K:" | ":59:" | ":59A:" | ":59F:")
                    if start == 0 || t[start - 1] == b'\n' =>
                {
                    self.party(t, end, at, mark);
                }
                Some("CN=" | "cn=") if free => self.common_name(t, end, at, mark),
                Some("S/O" | "D/O" | "W/O" | "C/O" | "H/O") if free => {
                    self.relation(t, end, at, mark);
                }
                Some("Label=") => self.custom_field(t, start, end, at, mark),
                Some(step) if step.ends_with('/') => self.named_step(t, end, at, mark),
                _ => (),
            }
        }
    }

    fn class_called(&self, name: &[u8]) -> Option<ClassId> {
        self.core.fields.exact(name)
    }

    pub(crate) fn told(
        &mut self,
        t: &[u8],
        value: Range<usize>,
        name: &[u8],
        at: usize,
        mark: usize,
    ) {
        let lead = t[value.clone()]
            .iter()
            .take_while(|c| matches!(c, b';' | b' '))
            .count();
        let value = value.start + lead..value.end;
        if let Some(class) = self.class_called(name)
            && let Some(category) = self.class(class).and_then(|c| c.category)
            && !value.is_empty()
            && self.core.catalog.placeholder_at(t, value.start).is_none()
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }

    /// The properties of a vCard, one a line: `ADR;TYPE=HOME:;;12 Main St;…`.
    fn card(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let end = reach(t, from, b"BEGIN:VCARD");
        let end = memchr::memmem::find(&t[from..end], b"END:VCARD").map_or(end, |i| from + i);
        for line in pieces(t, from..end, |c| matches!(c, b'\n' | b'\r')) {
            let Some(colon) = memchr::memchr(b':', &t[line.clone()]) else {
                continue;
            };
            let property = &t[line.start..line.start + colon];
            let property = property.split(|c| *c == b';').next().unwrap_or_default();
            // item1.ADR
            let property = property.rsplit(|c| *c == b'.').next().unwrap_or_default();
            if let Some((_, name)) = CARD.iter().find(|(p, _)| p.eq_ignore_ascii_case(property)) {
                self.told(t, line.start + colon + 1..line.end, name, at, mark);
            }
        }
    }

    /// `MECARD:N:Goh,Jun Hao;TEL:…;ADR:…;;`.
    fn contact(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let end = reach(t, from, b"MECARD:");
        let end = memchr::memmem::find(&t[from..end], b";;").map_or(end, |i| from + i);
        for field in pieces(t, from..end, |c| c == b';') {
            let Some(colon) = memchr::memchr(b':', &t[field.clone()]) else {
                continue;
            };
            let property = &t[field.start..field.start + colon];
            if let Some((_, name)) = CARD.iter().find(|(p, _)| *p == property) {
                self.told(t, field.start + colon + 1..field.end, name, at, mark);
            }
        }
    }

    /// The fields of a segment of HL7, `PID|||S1234567D^^^NRIC||TAN^WEI MING||19851006|M`.
    fn segment(
        &mut self,
        t: &[u8],
        from: usize,
        fields: &[(usize, &[u8])],
        at: usize,
        mark: usize,
    ) {
        let rest = &t[from..reach(t, from, b"PID|")];
        let end = from + memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        for (i, field) in pieces(t, from..end, |c| c == b'|').enumerate() {
            let Some((_, name)) = fields.iter().find(|(n, _)| *n == i + 1) else {
                continue;
            };
            // of a number what stands behind it says who gave it
            let length = match *name {
                b"id number" | b"phone" => memchr::memchr(b'^', &t[field.clone()]),
                _ => None,
            };
            let end = length.map_or(field.end, |n| field.start + n);
            self.told(t, field.start..end, name, at, mark);
        }
    }

    /// A party of a SWIFT message: an account, a name, and the lines of an address, up to the next field.
    fn party(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let end = t.len().min(from + REACH);
        let mut names = 0;
        for line in pieces(t, from..end, |c| matches!(c, b'\n' | b'\r')) {
            match t.get(line.start) {
                None => (),
                Some(b':' | b'-' | b'}') if line.start > from => break,
                Some(b'/') => self.told(t, line.start + 1..line.end, b"account no", at, mark),
                Some(_) if names == 0 => {
                    names = 1;
                    self.told(t, line, b"full name", at, mark);
                }
                Some(_) if names <= 3 => {
                    names += 1;
                    self.told(t, line, b"address", at, mark);
                }
                Some(_) => break,
            }
        }
    }

    /// `CN=Goh Jun Hao,OU=…`, `CN=051@张三@110…@1`: a person's, not a server's.
    fn common_name(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let rest = &t[from..t.len().min(from + 96)];
        let ends = |c: &u8| {
            matches!(
                c,
                b',' | b'/' | b'+' | b';' | b')' | b'"' | b'\n' | b'<' | b'\\'
            )
        };
        let rest = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        // cn=Tan Wei Ming ou=staff
        let rest = memchr::memchr(b'=', rest)
            .and_then(|sign| memchr::memrchr(b' ', &rest[..sign]))
            .map_or(rest, |word| &rest[..word]);
        let end = from + rest.len();
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        for part in pieces(t, from..end, |c| c == b'@') {
            let is_label = |word: &str| core.is_label(word);
            let Ok(text) = std::str::from_utf8(&t[part.clone()]) else {
                continue;
            };
            if core.names.is_person(text, is_label) {
                self.take_name(t, part, at, mark, category, "common name of a person");
            }
        }
    }

    /// `D/O Gopal Narayanan`, `S/O: RAMAN`.
    fn relation(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let core = self.core;
        let gap = t[from..]
            .iter()
            .take(3)
            .take_while(|c| matches!(c, b':' | b' ' | b'.' | b'-'))
            .count();
        let start = from + gap;
        let text = valid_prefix(&t[start..t.len().min(start + 96)]);
        let Some(category) = core.name_category.filter(|_| gap > 0) else {
            return;
        };
        let mut length = core
            .names
            .spoken_name(text, Promise::Sure, |word: &str| core.is_label(word));
        if length == 0 {
            let word = text
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(text.len());
            let closed = text[word..].is_empty()
                || text[word..].starts_with([',', ';', '\n', ')', '"', '|']);
            let named = word > 2
                && text.starts_with(char::is_uppercase)
                && !core.names.is_common_word(&text[..word]);
            length = if closed && named { word } else { 0 };
        }
        if length > 0 {
            self.take_name(
                t,
                start..start + length,
                at,
                mark,
                category,
                "name behind a relation",
            );
        }
    }
}

/// So far what begins with a sign before `from` is read: to the next such sign at most, or else many without an end take quadratic time.
fn reach(t: &[u8], from: usize, sign: &[u8]) -> usize {
    let end = t.len().min(from + REACH);
    memchr::memmem::find(&t[from..end], sign).map_or(end, |i| from + i)
}
