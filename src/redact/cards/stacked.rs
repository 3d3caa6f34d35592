//! Labels that fill a line, with their value on the next one, as OCR reads a card: `Name⏎ARJUN DESHPANDE⏎Address⏎12 MG ROAD`.
//!
//! Nothing but the line's end ties the value to its label, so the whole line must be a value of the label's kind, and no label itself: a
//! list of fields, one a line, is no form that was filled in.

use super::lines::may_be_as_long;
use crate::patterns::schema::ValueRule;
use crate::redact::fields::{Class, ClassId, NO_CLASS};
use crate::redact::labels::runs::{address_run, blob_run, number_run, secret_run};
use crate::redact::pass::Pass;
use crate::redact::words::spans::{filled_lines, stripped};

/// Longer lines are no values of a few letters, such as a gender or a nationality.
const SHORT: usize = 48;
/// Lines that an address may go on over.
const ADDRESS: u8 = 3;

impl Pass<'_> {
    pub(crate) fn stacked(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut label = NO_CLASS;
        let mut address = 0;
        for line in filled_lines(t) {
            let class = self.label_line(&t[line.clone()]);
            if class != NO_CLASS {
                (label, address) = (class, 0);
                continue;
            }
            let class = std::mem::replace(&mut label, NO_CLASS);
            let Some((data, category)) = self.class(class).and_then(|c| Some((c, c.category?)))
            else {
                continue;
            };
            if !data.is_everywhere() || !self.fills(&t[line.clone()], data, address > 0) {
                continue;
            }
            let is_address = self.core.is_address(category);
            self.take_labelled(t, line, at, mark, class, category, b"");
            address += 1;
            if is_address && address < ADDRESS {
                label = class;
            }
        }
    }

    /// The class of the label that a line is, as a whole.
    pub(crate) fn label_line(&mut self, line: &[u8]) -> ClassId {
        // **客户姓名**, *Applicant:*
        let line = &line[stripped(line, 0..line.len(), |c| c == b'*')];
        if line.is_empty() {
            return NO_CLASS;
        }
        // `4b. Date of expiry`: some cards number their fields
        let number = line
            .iter()
            .take(3)
            .position(|c| matches!(c, b'.' | b')'))
            .filter(|_| line[0].is_ascii_digit())
            .map_or(0, |i| i + 1);
        let line = line[number..].trim_ascii();
        let end = line.iter().rposition(|c| !matches!(c, b'.' | b':' | b' '));
        let line = &line[..end.map_or(0, |i| i + 1)];
        let plain = |c: &u8| {
            c.is_ascii_alphabetic()
                || matches!(c, b' ' | b'/' | b'.' | b'_' | b'-' | b',')
                || *c >= 0x80
        };
        // `-----BEGIN PRIVATE KEY-----` is no label
        let word = line
            .first()
            .is_some_and(|c| c.is_ascii_alphabetic() || *c >= 0x80)
            && may_be_as_long(line);
        // 姓名/性别/民族 is a list of them, but `Ngày, tháng, năm sinh` is one
        let count = |sign: u8| line.iter().filter(|c| **c == sign).count();
        let listed = || count(b'/') > 1 || count(b',') > 1;
        if !word
            || !line.iter().all(plain)
            || line.windows(2).any(|two| two == b"--")
            || count(b',') == 1
            || listed() && self.core.fields.exact(line).is_none()
        {
            return NO_CLASS;
        }
        let mut class = |name: &[u8]| self.scratch.keys.meaning(name, &self.core.fields).class;
        // 姓名/Name: the same in two languages
        std::iter::once(line)
            .chain(
                line.split(|c| *c == b'/')
                    .skip_while(|part| part.len() == line.len()),
            )
            .map(|name| class(name.trim_ascii()))
            .find(|class| *class != NO_CLASS)
            .unwrap_or(NO_CLASS)
    }

    /// Is the whole line a value of the class?
    pub(crate) fn fills(&self, line: &[u8], class: &Class, goes_on: bool) -> bool {
        let Ok(text) = std::str::from_utf8(line) else {
            return false;
        };
        let whole = |length: usize| length == line.len();
        let names = &self.core.names;
        let lower = text.starts_with(|c: char| c.is_ascii_lowercase());
        if class.category.is_some_and(|c| self.core.is_name(c)) {
            let sure =
                class.value != ValueRule::Person || text.starts_with(|c: char| !c.is_ascii());
            return names.is_plausible(text)
                && !names.is_common_word(text)
                && (whole(names.leading_name(text, sure))
                    || whole(names.bounded_name(text, sure)));
        }
        match class.label_value {
            ValueRule::Number | ValueRule::Phone => whole(number_run(line)),
            ValueRule::Date => whole(self.core.dates.placed_run(line)),
            ValueRule::Text if class.category.is_some_and(|c| self.core.is_address(c)) => {
                let digits = line.iter().any(u8::is_ascii_digit);
                let told = if text.is_ascii() {
                    let divided = line.contains(&b' ') || !line.iter().any(u8::is_ascii_lowercase);
                    !lower && (digits || line.contains(&b',') || (!goes_on && divided))
                } else {
                    digits || self.core.addresses.has_unit(text)
                };
                told && whole(address_run(line, &self.core.prose.address_ends))
            }
            ValueRule::Secret => whole(secret_run(line)),
            ValueRule::Blob => whole(blob_run(line)),
            ValueRule::Coordinate
            | ValueRule::Coordinates
            | ValueRule::Place
            | ValueRule::Places
            | ValueRule::Passcode => true,
            ValueRule::Any | ValueRule::Text | ValueRule::Person => {
                let sign = |c: &u8| matches!(c, b':' | b'=' | b'{' | b'(' | b'"');
                line.len() <= SHORT && !lower && !line.iter().any(sign)
            }
        }
    }
}
