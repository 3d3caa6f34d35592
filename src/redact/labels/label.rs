//! Values behind labels: `name=TAN AH KOW`, `姓名：张三`, `{IdCard:110…}`, `<Name>张三</Name>`.
//!
//! A label is a key in another place: the same table says what it means.

use std::ops::Range;

use super::apart::{Told, is_program_word};
use super::before::{LABEL, Quote, is_key, word_start};
use super::runs::*;
use crate::patterns::schema::ValueRule;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::layers::quoted::is_quoted;
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::prints::changes::next_value;

/// So many members of a thing are asked if they are a person's.
const MEMBERS: usize = 16;
/// So many items of a list that are no values, one after the other, may stand between values: a list without an end is not read to that of the
/// text for each label in it.
const OTHERS: usize = 16;

impl Pass<'_> {
    /// Labels before `=`, `:` or in an XML tag.
    pub(crate) fn labelled(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut from = 0;
        let mut quoted = false;
        let mut told = Told::NOTHING;
        while let Some(offset) = memchr::memchr3(b'=', b':', b'>', &t[from..]) {
            let separator = from + offset;
            from = separator + 1;
            let colon = t[separator] == b':';
            let equals = t[separator] == b'=';
            if equals
                && t.get(from) == Some(&b'?')
                && let Some(end) = self.encoded_word(t, separator, at, mark)
            {
                from = end;
                continue;
            }
            if equals && !quoted && is_quoted(t, separator) {
                quoted = true;
                self.quoted_printable(t, at);
            }
            let digit = |i: usize| t.get(i).is_some_and(u8::is_ascii_digit);
            if colon
                && (t[from..].starts_with(b"//")
                    || (digit(from) && separator > 0 && digit(separator - 1)))
            {
                continue;
            }
            let arrow = separator > 0 && t[separator - 1] == b'-';
            let xml = t[separator] == b'>' && !arrow;
            // Pin::new, signature::Error: a path within a program
            if colon
                && t.get(from) == Some(&b':')
                && t.get(from + 1).is_some_and(u8::is_ascii_alphabetic)
                && !is_printed_key(t, separator)
            {
                from += 1;
                continue;
            }
            // `=>`, `==`, `:=`, `::`
            while matches!(t.get(from), Some(b'=' | b'>' | b':')) && !xml {
                from += 1;
            }
            // `**Name:** Tan Wei Ming`, `<b>Name:</b> Tan Wei Ming`: what sets the label off ends behind its sign
            let set_off = !xml && matches!(t.get(from), Some(b'*' | b'_' | b'<'));
            if set_off {
                from += closing_mark(&t[from..]);
            }
            let label = if xml {
                self.tag(t, separator)
            } else {
                self.label(t, separator - arrow as usize)
            };
            let Some(label) = label else {
                continue;
            };
            let apart = match label.part {
                Part::None | Part::About | Part::Persons if !told.is_above() => NO_CLASS,
                _ => self.value_of(t, &mut told, &label, from),
            };
            let is_told = apart != NO_CLASS;
            let alone = !is_told && label.class == NO_CLASS && !xml && !arrow;
            let class = match (is_told, alone) {
                (true, _) => apart,
                (_, true) => self.class_alone(t, &label),
                _ => label.class,
            };
            let quote = label.quote;
            let Some(data) = self.class(class) else {
                continue;
            };
            if data.safe {
                // `468 ms：G7518503R`: a unit is no label of what comes next
                if is_unit(t, quote.start()) {
                    continue;
                }
                let mut start = from;
                while matches!(t.get(start), Some(b' ' | b'"' | b'\'' | b'\\'))
                    || t[start..].starts_with(b"<![CDATA[")
                {
                    start += if t[start] == b'<' { 9 } else { 1 };
                }
                let length = identifier_run(&t[start..]);
                self.scratch.protected.push(at + start..at + start + length);
                continue;
            }
            let (Some(category), mut rule) = (data.category, data.label_value) else {
                continue;
            };
            // of a multipart form: what stands there names the field
            // and HTTP/2 calls a host `:authority`
            if !xml
                && (t[..separator].ends_with(b"form-data; name")
                    || (colon && t[..separator].ends_with(b":authority")))
            {
                continue;
            }
            // words of prose (`result: ok`) are labels only where a program wrote them
            let printed = xml
                || is_told
                || quote.is_quoted()
                || !colon
                || set_off
                || !matches!(t.get(from), None | Some(b' '))
                || fills_line(t, separator);
            let denied = data.keys_only && !printed && data.value != ValueRule::Blob;
            if denied || !is_told && !data.is_everywhere() {
                continue;
            }
            // Pekerjaan : KARYAWAN SWASTA, on a line of its own
            let line = rule == ValueRule::Text && t.get(from) == Some(&b' ');
            if printed && data.value == ValueRule::Any && !line {
                rule = data.value;
            }
            let unsure = data.unsure;
            if data.value == ValueRule::Blob
                && let Some(end) = self.printed_numbers(t, from, at, class, &quote)
            {
                from = end;
                continue;
            }
            if self.core.catalog.is_secret(category) && self.is_machine_field(t, from) {
                continue;
            }
            let thing = unsure && !xml && !is_told && self.is_of_a_thing(t, separator, class);
            let mut start = from;
            let mut listed = false;
            let mut others = 0;
            let mut any = false;
            while let Some(value) = self.value_after(t, start, rule, category, xml) {
                let span = value.span.clone();
                if thing && !self.is_known_name(&t[span.clone()]) {
                    break;
                }
                if is_told && is_program_word(&t[span.clone()]) {
                    break;
                }
                if alone && !self.is_strong(&t[span.clone()], category) {
                    break;
                }
                if arrow && self.is_step(&t[span.clone()], category) {
                    break;
                }
                let dealt_with = self.take_labelled(
                    t,
                    span.clone(),
                    at,
                    mark,
                    class,
                    category,
                    quote.wrap(t, &value),
                );
                // what is no value of this label may hold others: `'Feature:' "Authorization": "…"`
                others += 1;
                if dealt_with {
                    from = from.max(span.end);
                    others = 0;
                    any = true;
                }
                // a list of values: ["张三", "李四"], [a b]
                listed |= value.listed;
                match (listed && others <= OTHERS, span.end + value.quote) {
                    (true, end) if matches!(t.get(end), Some(b',' | b' ')) => start = end + 1,
                    (_, end) if dealt_with => match next_value(t, end) {
                        Some(next) => start = next,
                        None => break,
                    },
                    _ => break,
                }
            }
            if !any {
                told.nothing_at(class, separator + 1);
            }
        }
    }

    /// Does the bracket before the label that ends at `separator` open what a thing tells: `issuer={name=Stadt Augsburg`?
    fn is_of_a_thing(&mut self, t: &[u8], separator: usize, class: ClassId) -> bool {
        let floor = separator.saturating_sub(2 * LABEL);
        let without = |end: usize, part: fn(&u8) -> bool| {
            end - t[floor..end].iter().rev().take_while(|c| part(c)).count()
        };
        let sign = |c: &u8| matches!(c, b' ' | b'"' | b'\'' | b'\\' | b'=' | b':' | b'>');
        let word = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
        let open = without(without(without(separator, sign), word), sign);
        if open == floor || !matches!(t[open - 1], b'{' | b'(') {
            return false;
        }
        // issuer=Issuer(name=…
        let typed = without(open - 1, word);
        let end = without(typed, sign);
        if end == typed {
            return false;
        }
        let key = &t[without(end, word)..end];
        let info = self.scratch.keys.meaning(key, &self.core.fields);
        if !self.core.fields.is_out_of_place(class, &info) {
            return false;
        }
        // params={name=…, id_card=…}
        let around = super::bare::surroundings(t, separator);
        let signs = memchr::memchr2_iter(b'=', b':', &t[around.clone()]);
        let personal = signs.take(MEMBERS).any(|i| {
            let end = around.start + i;
            let key = &t[around.start..end];
            let key = &key[..key.iter().rposition(|c| !sign(c)).map_or(0, |i| i + 1)];
            let start = key.iter().rposition(|c| !word(c)).map_or(0, |i| i + 1);
            let class = self
                .scratch
                .keys
                .meaning(&key[start..], &self.core.fields)
                .class;
            self.class(class)
                .is_some_and(|class| class.personal && class.is_everywhere())
        });
        !personal
    }

    fn is_known_name(&self, value: &[u8]) -> bool {
        std::str::from_utf8(value).is_ok_and(|text| self.core.names.is_known_name(text))
    }

    /// Is a value one of its kind by itself, so that it needs no label that leaves no doubt?
    pub(crate) fn is_strong(&self, value: &[u8], category: CategoryId) -> bool {
        if self.core.is_name(category) {
            return self.is_known_name(value);
        }
        const DIGITS: usize = 6;
        value.iter().filter(|c| c.is_ascii_digit()).count() >= DIGITS
    }

    /// Does a machine's field stand where a label's value would: `密码: code=1003`?
    fn is_machine_field(&mut self, t: &[u8], from: usize) -> bool {
        let rest = t[from..].trim_ascii_start();
        let letter = |c: &&u8| c.is_ascii_alphabetic() || **c == b'_';
        let word = rest.iter().take(24).take_while(letter).count();
        let signed = matches!(rest.get(word), Some(b'=' | b':')) && rest.len() > word + 1;
        word > 1 && signed && {
            let class = self.scratch.keys.meaning(&rest[..word], &self.core.fields);
            self.class(class.class).is_some_and(|c| c.safe)
        }
    }

    /// A printed vector, `[0.12, -0.3 …]` or `0.12,-0.3,…`, goes as a whole. Gives the position behind it.
    pub(super) fn printed_numbers(
        &mut self,
        t: &[u8],
        from: usize,
        at: usize,
        class: ClassId,
        quote: &Quote,
    ) -> Option<usize> {
        let mut start = from;
        if t[start..].starts_with(b"<![CDATA[") {
            start += 9;
        }
        while matches!(t.get(start), Some(b' ' | b'"' | b'\'' | b'\\')) {
            start += 1;
        }
        let bracket = matches!(t.get(start), Some(b'[' | b'{' | b'('));
        let inner = start + bracket as usize;
        let length = t[inner..]
            .iter()
            .position(|c| {
                !(c.is_ascii_digit() || matches!(c, b'-' | b'+' | b'.' | b'e' | b'E' | b',' | b' '))
            })
            .unwrap_or(t.len() - inner);
        let numbers = &t[inner..inner + length];
        let digits = numbers.iter().filter(|c| c.is_ascii_digit()).count();
        let points = numbers.iter().filter(|c| **c == b'.').count();
        // Go prints bytes as numbers: [255 216 255 224 …]
        let bytes = bracket
            && numbers
                .split(|c| matches!(c, b' ' | b','))
                .filter(|n| !n.is_empty())
                .count()
                >= 16;
        // a single component, repeated under the same name, counts as well
        if digits < 3
            || (points == 0 && !bytes)
            || (!bracket && numbers.contains(&b' ') && !numbers.contains(&b','))
        {
            return None;
        }
        let end = inner + numbers.trim_ascii_end().len();
        let closed = bracket && matches!(t.get(inner + length), Some(b']' | b'}' | b')'));
        let end = if closed { inner + length + 1 } else { end };
        // cut, with a picture glued to it, which would be one only where the numbers are gone
        let glued = t[end..].starts_with(b"data:");
        let end = end + if glued { word_run(&t[end..]) } else { 0 };
        let context = Context {
            class,
            inherited: false,
            key: b"",
            body: false,
            id: 0,
        };
        let wrap = if bracket && quote.is_quoted() {
            quote.of(t)
        } else {
            b""
        };
        self.array_wrapped(numbers, at + start..at + end, context, wrap);
        Some(end)
    }

    /// Takes out the value of a label. False if it is none.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn take_labelled(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        at: usize,
        mark: usize,
        class: ClassId,
        category: CategoryId,
        wrap: &[u8],
    ) -> bool {
        let value = &t[span.clone()];
        let core = self.core;
        let Some(data) = core.fields.classes.get(usize::from(class)) else {
            return false;
        };
        // what was taken out of it already told what it is: as a whole it would be another value the second time
        if core.catalog.holds_placeholder(t, &span) {
            return true;
        }
        // a secret is one word of `Sai mật khẩu`
        let said = if core.catalog.is_secret(category) {
            &t[span.start..]
        } else {
            value
        };
        if core.outcomes.begins(said)
            || core.outcomes.is_one(value) && !core.catalog.is_secret(category)
            || is_parameter(value)
            || core.is_name(category) && core.names.is_all_words(value)
            || !core.accepts(data, false, value)
        {
            return false;
        }
        let placed = at + span.start..at + span.end;
        if !self.scratch.edits.touches(mark, placed.clone()) {
            self.take_by_class(value, placed, Rule::Label(class), category, wrap);
        } else {
            // what was taken out there belongs to another value
            let end = self.scratch.edits.first_in(mark, &placed);
            let left = t[span.start..end - at].trim_ascii_end();
            if !left.is_empty() && core.accepts(data, false, left) {
                let placed = placed.start..placed.start + left.len();
                self.take_by_class(left, placed, Rule::Label(class), category, b"");
            }
        }
        self.second_writing(t, span, at, mark, category);
        true
    }
}

/// The length of what ends a label set off by Markdown or HTML at the start of a text, for a value behind a space or on the next line.
fn closing_mark(text: &[u8]) -> usize {
    const TAG: usize = 64;
    if text.starts_with(b"</") {
        let tag = |from: usize| {
            let close = memchr::memchr(b'>', &text[from..text.len().min(from + TAG)]);
            close.map_or(from, |close| from + close + 1)
        };
        // </span> <span class="value">
        let end = tag(0);
        let gap = text[end..]
            .iter()
            .take(4)
            .take_while(|c| **c == b' ')
            .count();
        return match text[end + gap..] {
            [b'<', b'a'..=b'z', ..] => tag(end + gap),
            _ => end,
        };
    }
    let marks = text
        .iter()
        .take(3)
        .take_while(|c| matches!(c, b'*' | b'_'))
        .count();
    match text.get(marks) {
        Some(b' ' | b'\n') if marks < 3 => marks,
        _ => 0,
    }
}

/// Is it the place of a value in a statement or template: `%(full_name)s`, `$2`, `:B1`, `#{name}`, `${name}`, `{{name}}`?
fn is_parameter(value: &[u8]) -> bool {
    match value {
        [b'%', b'(', ..] | [b'#' | b'$' | b'{', b'{', ..] => true,
        [b'$', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        [b':' | b'@', name @ ..] => {
            name.first().is_some_and(u8::is_ascii_alphabetic)
                && name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
        }
        _ => false,
    }
}

/// `fullName::Siti`, but not `kyc::full_name::Error`.
fn is_printed_key(t: &[u8], end: usize) -> bool {
    let start = word_start(t, end, end.saturating_sub(LABEL));
    is_key(&t[start..end]) && !t[..start].ends_with(b"::")
}

/// Does a number stand before the word that ends at `end`, so that it is the number's unit?
fn is_unit(t: &[u8], end: usize) -> bool {
    const LONGEST: usize = 3;
    let letter = |c: &&u8| c.is_ascii_alphabetic();
    let word = t[..end].iter().rev().take(LONGEST + 1).take_while(letter);
    let length = word.count();
    let before = &t[..end - length];
    let before = before.strip_suffix(b" ").unwrap_or(before);
    (1..=LONGEST).contains(&length) && before.last().is_some_and(u8::is_ascii_digit)
}
