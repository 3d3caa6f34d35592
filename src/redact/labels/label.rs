//! Values behind labels: `name=TAN AH KOW`, `姓名：张三`, `{IdCard:110…}`, `<Name>张三</Name>`, fields of multipart bodies.
//!
//! A label is a key in another place: the same table says what it means.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::runs::*;
use super::value::Value;
use crate::patterns::schema::ValueRule;
use crate::redact::core::Core;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::{ClassId, NO_CLASS};
use crate::redact::layers::quoted::is_quoted;
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::prints::changes::next_value;

static FORM_DATA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"form-data"));

/// So many members of a thing are asked if they are a person's.
const MEMBERS: usize = 16;
/// What Go writes between a key and the bracket of what it knows no type of.
pub(crate) const GO_TYPES: [&[u8]; 4] = [
    b"map[string]interface {}",
    b"[]interface {}",
    b"map[string]string",
    b"map[string]any",
];
/// How far before a separator a label may begin, in bytes.
const LABEL: usize = 64;
/// So many items of a list that are no values, one after the other, may stand between values: a list without an end is not read to that of the
/// text for each label in it.
const OTHERS: usize = 16;

impl Pass<'_> {
    /// Fields of a multipart form (RFC 7578): the value stands behind an empty line, up to the next boundary.
    pub(crate) fn multipart(&mut self, t: &[u8], at: usize) {
        let mark = self.scratch.edits.mark();
        let mut from = 0;
        while let Some(offset) = FORM_DATA.find(&t[from..]) {
            from += offset + 9;
            let head = &t[from..t.len().min(from + 400)];
            let empty_line = |n: &[u8]| memchr::memmem::find(head, n).map(|i| i + n.len());
            let Some(body) = empty_line(b"\r\n\r\n").or_else(|| empty_line(b"\n\n")) else {
                continue;
            };
            let Some(open) = memchr::memmem::find(&head[..body], b"name=").map(|i| i + 5) else {
                continue;
            };
            let name = head[open..body].trim_ascii_start();
            let name = match name.first() {
                Some(b'"' | b'\'') => name[1..]
                    .split(|c| matches!(c, b'"' | b'\'' | b'\r' | b'\n'))
                    .next(),
                _ => name.split(|c| matches!(c, b';' | b'\r' | b'\n')).next(),
            };
            let fields = &self.core.fields;
            let class = self
                .scratch
                .keys
                .meaning(name.unwrap_or_default(), fields)
                .class;
            let start = from + body;
            let end = memchr::memmem::find(&t[start..], b"\n--").map_or(t.len(), |i| start + i);
            let end = if end > start && t[end - 1] == b'\r' {
                end - 1
            } else {
                end
            };
            from = end;
            if self.class(class).is_some_and(|c| c.safe) {
                self.scratch.protected.push(at + start..at + end);
            }
            let vector = self
                .class(class)
                .is_some_and(|c| c.value == ValueRule::Blob)
                && self
                    .printed_numbers(t, start, at, class, &Quote(0..0))
                    .is_some();
            if !vector && let Some(category) = self.class(class).and_then(|c| c.category) {
                self.take_labelled(t, start..end, at, mark, class, category, b"");
            }
        }
    }

    /// Labels before `=`, `:` or in an XML tag.
    pub(crate) fn labelled(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut from = 0;
        let mut quoted = false;
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
                self.tag_class(t, separator)
            } else {
                self.label_class(t, separator - arrow as usize)
            };
            let Some((class, quote)) = label else {
                continue;
            };
            let Some(data) = self.class(class) else {
                continue;
            };
            if data.safe {
                // `468 ms：G7518503R`: a unit is no label of what comes next
                if is_unit(t, quote.0.start) {
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
                || quote.is_quoted()
                || !colon
                || set_off
                || !matches!(t.get(from), None | Some(b' '))
                || fills_line(t, separator);
            let denied = data.keys_only && !printed && data.value != ValueRule::Blob;
            if denied || !data.is_everywhere() {
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
            let thing = unsure && !xml && self.is_of_a_thing(t, separator, class);
            let mut start = from;
            let mut listed = false;
            let mut others = 0;
            while let Some(value) = self.value_after(t, start, rule, category, xml) {
                let span = value.span.clone();
                if thing && !self.is_known_name(&t[span.clone()]) {
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
    fn printed_numbers(
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
        let Some(data) = self.class(class) else {
            return false;
        };
        let core = self.core;
        if core.catalog.is_placeholder(value) || cuts_placeholder(core, t, &span) {
            return true;
        }
        if core.outcomes.begins(value)
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
        }
        self.second_writing(t, span, at, mark, category);
        true
    }

    /// The class of the label that ends at `separator`, and how it is quoted.
    fn label_class(&mut self, t: &[u8], separator: usize) -> Option<(ClassId, Quote)> {
        let mut end = separator;
        while end > 0 && t[end - 1] == b' ' && separator - end < 16 {
            end -= 1;
        }
        // `ocr(35ms) -> mrz(12ms)` is no form
        if matches!(t.get(separator), Some(b'=' | b':')) {
            end = form_end(t, end);
        }
        // PHP prints `["fullName":protected]=>`
        let printed = t[..end].ends_with(b"]") && t.get(separator) == Some(&b'=');
        if printed
            && let Some(inner) = [&b":protected]"[..], b":private]"]
                .iter()
                .find_map(|told| t[..end].strip_suffix(*told))
        {
            end = inner.len();
        }
        let before_quotes = end;
        while end > 0 && matches!(t[end - 1], b'"' | b'\'' | b'\\' | b'`' | b']' | b'[') {
            end -= 1;
        }
        // `names[]=`, `[name] =>`: brackets are not quotes
        let bracket = t[end..before_quotes].contains(&b']');
        // `Birth:[BIRTH_DATE]":…`: a value of ours is no label, but `[NAME]: Tan` may have had one
        if bracket
            && end > 0
            && let Some(ours) = self.core.catalog.placeholder_over(t, end - 1)
            && is_behind_sign(t, ours.start)
        {
            return None;
        }
        let quote = Quote(end..if bracket { end } else { before_quotes });
        let floor = end.saturating_sub(LABEL);
        let mut start = word_start(t, end, floor);
        if start == end {
            return None;
        }
        // a quoted label is all that stands between its quotes: 'Giới tính': 'Nam'
        if let Some(mark) = t[quote.0.clone()].last() {
            let open = memchr::memrchr(*mark, &t[floor..start]).map(|i| floor + i + 1);
            let inner = |i: &usize| t[*i..start].iter().all(|c| *c == b' ' || is_word(*c));
            start = open.filter(inner).unwrap_or(start);
        }
        // up to three words before belong to a label as well: `full name`, `ID card number`, or make it something else: `service name`
        let mut starts = [start; 4];
        let mut words = 1;
        while words < 4 && !quote.is_quoted() && start > floor && t[start - 1] == b' ' {
            let next = word_start(t, start - 1, floor);
            // a number is a value, and what stands before it its label
            let number = t[next..start - 1].iter().all(u8::is_ascii_digit);
            if next + 1 >= start || start - next > 24 || number {
                break;
            }
            start = next;
            starts[words] = start;
            words += 1;
        }
        let fields = &self.core.fields;
        // behind a label that only a space ends nothing is glued to it
        let signed = t.get(separator) != Some(&b' ');
        let glued = words > 1 && signed && !matches!(t.get(separator + 1), None | Some(b' '));
        // what was remembered for a phrase must not depend on what follows it
        let phrase = if glued {
            start..separator + 1
        } else {
            start..end
        };
        let class = self.scratch.label_classes.get_or(&t[phrase], |_| {
            if let Some(class) = (1..words)
                .rev()
                .find_map(|n| fields.exact(&t[starts[n]..end]))
            {
                return class;
            }
            let two = fields.classify(&t[starts[words.min(2) - 1]..end]).class;
            if two == NO_CLASS && words > 2 && fields.classify(&t[starts[0]..end]).class == NO_CLASS
            {
                let three = fields.classify(&t[starts[2]..end]).class;
                if three != NO_CLASS {
                    return three;
                }
            }
            // `sex:F nation:X`: where nothing stands between label and value, the words before are another field's
            match two {
                NO_CLASS if glued => fields.exact(&t[starts[0]..end]).unwrap_or(NO_CLASS),
                // `parsed nameOnCard = …`: a program's word is a key whatever stands before it
                NO_CLASS if words > 1 && is_key(&t[starts[0]..end]) => {
                    fields.classify(&t[starts[0]..end]).class
                }
                two => two,
            }
        });
        (class != NO_CLASS).then_some((class, quote))
    }

    /// The class of the label right before a JSON object in a text, `idAddress={"line1":…}`: its members hold what the label tells.
    pub(crate) fn class_before(&mut self, t: &[u8], open: usize) -> ClassId {
        let head = t[..open].trim_ascii_end();
        let typed = GO_TYPES.iter().find_map(|told| head.strip_suffix(*told));
        let head = typed.unwrap_or(head);
        if !matches!(head.last(), Some(b'=' | b':')) {
            return NO_CLASS;
        }
        let class = self
            .label_class(t, head.len() - 1)
            .map_or(NO_CLASS, |l| l.0);
        match self.class(class) {
            Some(c) if c.category.is_some() && !c.keys_only => self.core.fields.listed(class),
            _ => NO_CLASS,
        }
    }

    /// The class of the words that end at `end`, if they are a label in running text too.
    pub(crate) fn label_ending(&mut self, t: &[u8], end: usize) -> Option<ClassId> {
        let (class, quote) = self.label_class(t, end)?;
        let counts = self
            .class(class)
            .is_some_and(|c| c.category.is_some() && !c.keys_only);
        (counts && !quote.is_quoted()).then_some(class)
    }

    /// The class of the XML tag that ends at `close`.
    fn tag_class(&mut self, t: &[u8], close: usize) -> Option<(ClassId, Quote)> {
        let floor = close.saturating_sub(256);
        let open = floor + memchr::memrchr(b'<', &t[floor..close])?;
        let name_end = t[open + 1..close]
            .iter()
            .position(|c| matches!(c, b' ' | b'/' | b'\t' | b'\n'))
            .map_or(close, |i| open + 1 + i);
        let mut name = &t[open + 1..name_end];
        if matches!(name.first(), None | Some(b'/' | b'!' | b'?')) || t[close - 1] == b'/' {
            return None;
        }
        if let Some(colon) = memchr::memrchr(b':', name) {
            name = &name[colon + 1..];
        }
        let class = self.scratch.keys.meaning(name, &self.core.fields).class;
        (class != NO_CLASS).then_some((class, Quote(close..close)))
    }
}

/// The quotes around a label, to put the same around a bare number that is replaced: `\"Phone\":138…` becomes `\"Phone\":\"[PHONE_…]\"`.
struct Quote(Range<usize>);

impl Quote {
    fn of<'t>(&self, t: &'t [u8]) -> &'t [u8] {
        &t[self.0.clone()]
    }

    fn is_quoted(&self) -> bool {
        !self.0.is_empty()
    }

    fn wrap<'t>(&self, t: &'t [u8], value: &Value) -> &'t [u8] {
        let bare = value.quote == 0
            && t[value.span.clone()]
                .iter()
                .all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-'));
        if bare && self.is_quoted() {
            self.of(t)
        } else {
            b""
        }
    }
}

/// Where a label ends that a form wrote something behind: `Name*`, `Full name?`, `Passport #`, `full_name[0]`, `Name（姓名）`,
/// `<b>Name</b>`.
fn form_end(t: &[u8], end: usize) -> usize {
    const LONGEST_REMARK: usize = 40;
    let floor = end.saturating_sub(LONGEST_REMARK);
    let head = &t[floor..end];
    let open = |sign: &[u8]| memchr::memmem::rfind(head, sign);
    let stem = match head.last() {
        // `**Name**:` as well
        Some(b'*') if head.ends_with(b"**") => head.len() - 2,
        Some(b'*' | b'?' | b'#') => head.len() - 1,
        Some(b')') => open(b"(").unwrap_or(0),
        Some(b'>') => open(b"</").unwrap_or(0),
        Some(b']') => {
            let bracket = open(b"[").unwrap_or(0);
            let index = &head[bracket..head.len() - 1];
            match index.len() > 1 && index[1..].iter().all(u8::is_ascii_digit) {
                true => bracket,
                false => return end,
            }
        }
        Some(0x89) if head.ends_with("）".as_bytes()) => open("（".as_bytes()).unwrap_or(0),
        _ => return end,
    };
    let label = head[..stem].trim_ascii_end();
    match label.last() {
        Some(c) if is_word(*c) => floor + label.len(),
        _ => end,
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

/// Is a word written as programs write keys: `nameOnCard`, `house_number`?
fn is_key(word: &[u8]) -> bool {
    memchr::memchr(b'_', word).is_some()
        || word
            .windows(2)
            .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
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

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.') || c >= 0x80
}

/// Where the word that ends at `end` starts.
fn word_start(t: &[u8], end: usize, floor: usize) -> usize {
    let mut start = end;
    while start > floor && is_word(t[start - 1]) {
        // 。 and 、 are no letters
        if matches!(t[start - 1], 0x81 | 0x82) && t[..start].ends_with(&[0xe3, 0x80, t[start - 1]])
        {
            break;
        }
        start -= 1;
    }
    // I/C No., No. K/P
    let letter = |i: usize| t[i].is_ascii_alphabetic();
    let divided = start >= floor + 2 && t[start - 1] == b'/' && letter(start - 2);
    if divided && start < end && letter(start) && (start == 2 || !is_word(t[start - 3])) {
        start -= 2;
    }
    while start < end && !t[start].is_ascii_alphanumeric() && t[start] < 0x80 {
        start += 1;
    }
    start
}

/// Does a value begin at `start`?
fn is_behind_sign(t: &[u8], start: usize) -> bool {
    // "otp":{"[PASSWORD]"
    let before = t[..start].iter().rev().take(6);
    let mut before = before.skip_while(|c| matches!(c, b' ' | b'"' | b'\'' | b'\\' | b'{' | b'('));
    before.next().is_some_and(|c| matches!(c, b':' | b'='))
}

/// `dob={value=[BIRTH_DATE`: what stands there was taken already.
fn cuts_placeholder(core: &Core, t: &[u8], span: &Range<usize>) -> bool {
    t.get(span.end) == Some(&b']')
        && core
            .catalog
            .placeholder_over(t, span.end)
            .is_some_and(|ours| span.contains(&ours.start))
}
