//! Lines that OCR reads off a card, where a space or nothing divides a label from its value: `ID No. 536598982`, `Sex F`, and lists of such lines, in
//! which one item is the label and the next one its value: `[{"words": "Name"}, {"words": "TAN AH KOW"}]`.
//!
//! A space is no sign, so label and value must fill the line between them, and the value must look like one of its kind more plainly than
//! behind a sign: `Address Verification Service` is no address, `Sex Detection Model` no gender.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::patterns::schema::ValueRule;
use crate::redact::edit::action::Family;
use crate::redact::fields::accept::rule_accepts;
use crate::redact::fields::{Class, ClassId, NO_CLASS};
use crate::redact::json::listed::Told;
use crate::redact::names::spoken::Promise;
use crate::redact::pass::Pass;
use crate::redact::scan::holds;
use crate::redact::words::spans::filled_lines;

/// Longer lines are prose.
const LINE: usize = 120;
/// Longer lines are no labels, in characters.
const LABEL: usize = 40;
/// Words of a label, at most.
const WORDS: usize = 5;
/// Longer values of a few letters, such as a gender or a nationality, are something else.
const SHORT: usize = 24;

/// Shorter words in capitals are codes.
const SHORTEST_PLACE: usize = 4;

/// Between the columns of what a program prints in lines.
static GAP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"   "));

/// Labels of cards begin with a capital or in another script, options with a dash: a cheap question, for most lists are of other things.
pub(crate) fn may_be_label(line: &[u8]) -> bool {
    let begins = |c: &u8| c.is_ascii_uppercase() || *c >= 0x80 || *c == b'-';
    line.first().is_some_and(begins) && may_be_as_long(line)
}

/// Is a line no longer than labels are? Characters of some scripts have three bytes.
pub(crate) fn may_be_as_long(line: &[u8]) -> bool {
    let first = |c: &&u8| **c & 0xc0 != 0x80;
    let letter = |c: &u8| *c >= 0x80 || c.is_ascii_alphabetic() || matches!(c, b' ' | b'/');
    line.len() <= LABEL
        || line.len() <= 3 * LABEL
            && line.iter().all(letter)
            && line.iter().filter(first).count() <= LABEL
}

impl Pass<'_> {
    /// Lines of a label, a space and a value.
    pub(crate) fn spaced_lines(&mut self, t: &[u8], at: usize, mark: usize) {
        for line in filled_lines(t) {
            let text = &t[line.clone()];
            // `dob          1992-06-19` stands in columns
            let column = || GAP.find(text).is_some();
            let begins = text[0].is_ascii_uppercase() || text[0] >= 0xc3 || column();
            // what has a sign is read by `label`
            if begins && text.len() <= LINE && memchr::memchr3(b':', b'=', b'{', text).is_none() {
                self.spaced_line(t, line, at, mark);
            }
        }
    }

    fn spaced_line(&mut self, t: &[u8], line: Range<usize>, at: usize, mark: usize) {
        let spaces = memchr::memchr2_iter(b' ', b'\t', &t[line.clone()]).take(WORDS);
        let mut found = None;
        for space in spaces.map(|i| line.start + i) {
            let class = self.label_line(&t[line.start..space]);
            if class != NO_CLASS {
                found = Some((class, space));
            }
        }
        let Some((class, space)) = found else {
            return;
        };
        // `Họ và tên` begins with a shorter label
        if self.label_line(&t[line.clone()]) != NO_CLASS {
            return;
        }
        let start = space + t[space..line.end].len() - t[space..line.end].trim_ascii_start().len();
        let value = start..line.end;
        if let Some(data) = self.class(class)
            && let Some(category) = data.category
            && data.is_everywhere()
            && !data.keys_only
        {
            if self.stands_out(&t[value.clone()], data) {
                self.take_labelled(t, value, at, mark, class, category, b"");
            } else {
                self.unsigned_labels(t, at, mark);
            }
        }
    }

    /// Is the whole text a value of the class beyond doubt?
    pub(crate) fn stands_out(&self, value: &[u8], class: &Class) -> bool {
        let Ok(text) = std::str::from_utf8(value) else {
            return false;
        };
        let core = self.core;
        let capitals = !value.iter().any(u8::is_ascii_lowercase);
        if class.category.is_some_and(|c| core.is_name(c)) {
            let sure = class.value != ValueRule::Person;
            let promise = if sure { Promise::Sure } else { Promise::Hint };
            let is_label = |word: &str| core.is_label(word);
            let several = core.names.spoken_name(text, promise, is_label) == text.len();
            let single =
                sure && capitals && !core.names.is_common_word(text) && !text.contains(' ');
            return (several || single || !text.is_ascii()) && self.fills(value, class, false);
        }
        match class.label_value {
            ValueRule::Any | ValueRule::Text
                if class.category.is_some_and(|c| core.is_address(c)) =>
            {
                let placed = capitals || value[0].is_ascii_digit() || value.contains(&b',');
                // KECAMATAN⏎WONOKROMO
                let letter = |c: &u8| c.is_ascii_uppercase() || matches!(c, b' ' | b'-' | b'.');
                let named = value.len() >= SHORTEST_PLACE
                    && value.iter().all(letter)
                    && !core.names.is_common_word(text);
                placed
                    && (named || rule_accepts(ValueRule::Place, value))
                    && self.fills(value, class, false)
            }
            ValueRule::Any | ValueRule::Text | ValueRule::Person => {
                let word = value.len() > 2 && core.names.is_common_word(text);
                capitals && !word && value.len() <= SHORT && self.fills(value, class, false)
            }
            ValueRule::Number | ValueRule::Phone | ValueRule::Date => {
                self.fills(value, class, false)
            }
            _ => false,
        }
    }

    /// Names in a list in which an identity number stands: `["张三", "110…"]`, the arguments of a call, or `[{"text": "陳大文"}, {"text": "HKID A123456(3)"}]`, a card
    /// without labels. Only what is a name beyond doubt, for steps and codes stand in lists as well.
    pub(crate) fn named_beside(&mut self, t: &[u8], told: &[Told], at: usize, mark: usize) {
        let core = self.core;
        let is_number =
            |e: &crate::redact::edit::Edit| core.catalog.family(e.category) == Family::IdNumber;
        let Some(category) = core.name_category else {
            return;
        };
        if !self.scratch.edits.since(mark).iter().any(is_number) {
            return;
        }
        let is_label = |word: &str| core.is_label(word);
        for Told { text, bits, .. } in told.iter().filter(|told| told.is_value()) {
            if bits & (holds::ESCAPE | holds::DIGIT | holds::LABEL) == 0
                && std::str::from_utf8(&t[text.clone()])
                    .is_ok_and(|v| core.names.is_person(v, is_label))
            {
                self.take_name(t, text.clone(), at, mark, category, "name beside a number");
            }
        }
    }

    /// The class of a line in a list of lines, if the line before it is a label.
    pub(crate) fn next_line(&mut self, line: &[u8], base: usize) -> ClassId {
        if self.scratch.frames.len() == base || !self.top().array {
            return NO_CLASS;
        }
        let before = self.top().label;
        if before == NO_CLASS && !may_be_label(line) {
            return NO_CLASS;
        }
        let (class, label) = self.listed_line(line, before);
        let list = self.top();
        list.label = label;
        list.labels = list.labels.saturating_add((label != NO_CLASS).into());
        class
    }

    /// What a line of a list is, if the one before it was the label `before`; the class that it gets, and the label that it is itself.
    pub(crate) fn listed_line(&mut self, line: &[u8], before: ClassId) -> (ClassId, ClassId) {
        let line = line.trim_ascii();
        if line.contains(&b'\\') {
            return (NO_CLASS, NO_CLASS);
        }
        // arguments of a command
        let name = line.strip_prefix(b"--").unwrap_or(line);
        let label = self.label_line(name);
        if label != NO_CLASS {
            return (NO_CLASS, label);
        }
        let told = self.class(before).is_some_and(|class| {
            class.category.is_some()
                && class.is_everywhere()
                && !class.keys_only
                && self.stands_out(line, class)
        });
        (if told { before } else { NO_CLASS }, NO_CLASS)
    }
}
