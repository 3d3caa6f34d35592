//! Values whose own label says only that they are values, `value=…`, `[content] => …`: what they are is told by a label before them, as its value
//! (`fieldName=Surname type=8 value=TAN`) or as the one that they stand below (`dateOfBirth:⏎  value: 1990-03-07`).
//!
//! Where brackets hold such members together, [`crate::redact::prints`] reads them; here nothing but their order does.

use std::ops::Range;

use super::before::{GO_TYPES, Label};
use super::runs::typed_run;
use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::pass::Pass;

/// How far before a value what tells of it may stand, in bytes.
const REACH: usize = 320;
/// So many labels whose values may tell are remembered.
const KEYS: usize = 3;
/// The longest name of a field.
const NAME: usize = 64;

/// A label whose value may name a field.
struct Key {
    label: Range<usize>,
    /// Where its value begins.
    value: usize,
    /// In how many brackets of its own that stands.
    depth: i32,
}

/// What the labels of a text have told so far about the values behind them.
pub(super) struct Told {
    keys: [Key; KEYS],
    count: usize,
    /// The last label without a value of its own, and where what stands below it begins.
    above: (ClassId, usize),
    /// Where the last of all that begins.
    reached: usize,
}

impl Told {
    pub(super) const NOTHING: Self = Self {
        keys: [const {
            Key {
                label: 0..0,
                value: 0,
                depth: 0,
            }
        }; KEYS],
        count: 0,
        above: (NO_CLASS, 0),
        reached: 0,
    };

    /// A label whose value, which begins at `from`, may name a field. The same label again begins another item.
    fn key(&mut self, t: &[u8], label: Range<usize>, value: usize) {
        self.reached = value;
        let same = |key: &Key| t[key.label.clone()] == t[label.clone()];
        self.count = self.keys[..self.count]
            .iter()
            .position(same)
            .unwrap_or(self.count);
        if self.count == KEYS {
            self.keys.rotate_left(1);
            self.count -= 1;
        }
        self.keys[self.count] = Key {
            label,
            value,
            depth: 0,
        };
        self.count += 1;
    }

    /// Is there a label without a value of its own?
    pub(super) fn is_above(&self) -> bool {
        self.above.0 != NO_CLASS
    }

    /// A label of `class` behind which no value begins at `from`.
    pub(super) fn nothing_at(&mut self, class: ClassId, from: usize) {
        self.reached = self.reached.max(from);
        self.above = (class, from);
    }
}

impl Pass<'_> {
    /// The class of what stands behind a label that says no more than that it is one, from `from` on.
    pub(super) fn value_of(
        &mut self,
        t: &[u8],
        told: &mut Told,
        label: &Label,
        from: usize,
    ) -> ClassId {
        if label.part == Part::Key {
            told.key(t, label.span.clone(), from);
            return NO_CLASS;
        }
        // the sign of a label may stand behind the beginning of the next one
        let start = label.span.start.max(told.reached);
        let (above, below) = told.above;
        let near = above != NO_CLASS && start - below < REACH;
        let holds = matches!(label.part, Part::Value | Part::Inner) && label.class == NO_CLASS;
        if near && (holds || self.is_part_label(t, label, above)) && is_below(t, below, start) {
            return above;
        }
        if !holds {
            return NO_CLASS;
        }
        // Type: {Text: FIRST_NAME}
        if let Some(key) = told.keys[..told.count].last_mut()
            && opens(&t[key.value..start])
        {
            key.value = from;
            key.depth += 1;
            told.reached = from;
            return NO_CLASS;
        }
        match label.part {
            Part::Value => self.field_before(t, told, start),
            _ => NO_CLASS,
        }
    }

    /// Does a label name a part of what `class` tells: `address:⏎  city: Ipoh`?
    fn is_part_label(&mut self, t: &[u8], label: &Label, class: ClassId) -> bool {
        let name = &t[label.span.clone()];
        let info = self.scratch.keys.meaning(name, &self.core.fields);
        self.class(class).is_some_and(|c| info.is_part_of(c))
    }

    /// What the value of a label before `at` names.
    fn field_before(&mut self, t: &[u8], told: &Told, at: usize) -> ClassId {
        for key in told.keys[..told.count].iter().rev() {
            if at - key.value > REACH {
                break;
            }
            let label = &t[key.label.clone()];
            let name = name_at(t, key.value, at);
            if lowest_depth(&t[name.end..at]) < -key.depth {
                continue;
            }
            let value = &t[name];
            let fields = &self.core.fields;
            // Regula numbers its fields
            let numbered =
                label.to_ascii_lowercase().ends_with(b"ieldtype") || label.ends_with(b"ield_type");
            let class = if numbered && value.iter().all(u8::is_ascii_digit) && !value.is_empty() {
                let name = [b"field type ", value].concat();
                self.scratch.keys.meaning(&name, fields).class
            } else if value.is_empty() || memchr::memchr2(b'/', b'[', value).is_some() {
                NO_CLASS
            } else {
                self.scratch.keys.meaning(value, fields).class
            };
            let class = self.core.fields.listed(class);
            if self.class(class).is_some_and(|c| c.category.is_some()) {
                return class;
            }
        }
        NO_CLASS
    }
}

/// Is a value no more than a word of programs, as an event or a format has them: `click`, `application/json`?
pub(super) fn is_program_word(value: &[u8]) -> bool {
    value
        .iter()
        .all(|c| c.is_ascii_lowercase() || matches!(c, b'_' | b'-' | b'/' | b'.'))
}

/// The name of a field that begins at `from`, without its quotes.
fn name_at(t: &[u8], from: usize, limit: usize) -> Range<usize> {
    let rest = &t[from..limit.min(from + NAME + 24)];
    let gap = rest
        .iter()
        .take_while(|c| matches!(c, b' ' | b'\n'))
        .count();
    let gap = gap + typed_run(&rest[gap..]);
    let start = gap
        + rest[gap..]
            .iter()
            .take_while(|c| matches!(c, b'\\' | b'"' | b'\''))
            .count();
    let rest = &rest[start..];
    let end = match start > gap {
        true => memchr::memchr3(b'"', b'\'', b'\\', rest),
        false => rest.iter().position(|c| {
            matches!(
                c,
                b',' | b';'
                    | b'|'
                    | b'&'
                    | b'\n'
                    | b'<'
                    | b'>'
                    | b'('
                    | b')'
                    | b'{'
                    | b'}'
                    | b'['
                    | b']'
            )
        }),
    };
    let value = &rest[..end.unwrap_or(rest.len())];
    // type:Given Names mentionText:…
    let sign = memchr::memchr2(b'=', b':', value).filter(|_| start == gap);
    let words = sign.map_or(value, |sign| {
        let space = memchr::memrchr(b' ', &value[..sign]);
        &value[..space.unwrap_or(0)]
    });
    let words = words.trim_ascii_end();
    let start = from + start;
    let long = words.len() > NAME;
    start..start + words.len() * usize::from(!long)
}

/// Does a text, from a label's sign up to the next label, only open a structure, behind the name of its type?
fn opens(between: &[u8]) -> bool {
    const LONGEST: usize = 64;
    let edge = |c: &u8| matches!(c, b'"' | b'\'' | b'\\' | b'@') || c.is_ascii_whitespace();
    let end = between.iter().rposition(|c| !edge(c)).map_or(0, |i| i + 1);
    let opened = between[..end].trim_ascii_start();
    if between.len() >= LONGEST {
        return false;
    }
    match opened.last() {
        // the tag of the label itself
        Some(b'<') => opened.len() == 1,
        Some(b'{' | b'(' | b'[') => {
            let name = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'_' | b'.' | b'%');
            let name = opened.iter().take_while(name).count();
            let typed = GO_TYPES.iter().find(|told| opened.starts_with(told));
            let rest = &opened[typed.map_or(name, |told| told.len())..];
            rest.iter().all(|c| {
                c.is_ascii_digit()
                    || c.is_ascii_whitespace()
                    || matches!(c, b'{' | b'(' | b'[' | b')')
            })
        }
        Some(_) => false,
        None => between.contains(&b'\n'),
    }
}

/// How far a text goes out of the brackets around its beginning, below zero.
fn lowest_depth(text: &[u8]) -> i32 {
    let (mut depth, mut lowest) = (0, 0);
    for c in text {
        match c {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => (),
        }
        lowest = depth.min(lowest);
    }
    lowest
}

/// Does the label at `at` stand below what ends at `from`: in brackets that are still open, in an element, or further in than its line?
fn is_below(t: &[u8], from: usize, at: usize) -> bool {
    let between = &t[from..at];
    if let Some(tag) = element_before(t, from) {
        let end = [b"</", tag].concat();
        return memchr::memmem::find(between, &end).is_none();
    }
    let (mut depth, mut opened) = (0, false);
    let mut before = 0;
    for c in between {
        // []interface {}{…
        let empty = matches!((before, c), (b'{', b'}') | (b'[', b']') | (b'(', b')'));
        before = *c;
        match c {
            _ if empty => depth -= 1,
            b'{' | b'(' | b'[' => (depth, opened) = (depth + 1, true),
            b'}' | b')' | b']' => depth -= 1,
            _ => (),
        }
        if depth < 0 || opened && depth == 0 && !empty {
            return false;
        }
    }
    if opened && depth > 0 {
        return true;
    }
    let line = memchr::memrchr(b'\n', &t[..from]).map_or(0, |i| i + 1);
    let inward = |line: &[u8]| line.iter().take_while(|c| matches!(c, b' ' | b'-')).count();
    let own = inward(&t[line..from]);
    let mut lines = between.split(|c| *c == b'\n');
    lines
        .next()
        .is_some_and(|rest| rest.trim_ascii().is_empty())
        && between.contains(&b'\n')
        && lines.all(|line| inward(line) > own)
}

/// The name of the element whose tag ends at `from`.
fn element_before(t: &[u8], from: usize) -> Option<&[u8]> {
    let floor = from.saturating_sub(NAME);
    let head = t[floor..from].strip_suffix(b">")?;
    let open = memchr::memrchr(b'<', head)?;
    head[open + 1..].split(|c| *c == b' ').next()
}
