//! Parts of what a label tells, in a text: the attributes and children of an XML element (`<Poa state="Karnataka" po="…"/>`,
//! `<Address><State>…`), the members of a printed structure (`address={'state': 'Karnataka'}`, `Address(state=Karnataka)`), and
//! elements that an attribute names (`<field name="full_name">…</field>`).
//!
//! As JSON they are read by [`crate::redact::json`]. Elsewhere most of these names mean something else: a job has a state.

use std::ops::Range;

use super::brackets::{balanced, closing, opening};
use crate::patterns::schema::ValueRule;
use crate::redact::fields::{ClassId, NO_CLASS, Part};
use crate::redact::labels::runs::typed_run;
use crate::redact::pass::Pass;

/// How far the parts of one structure may reach, in bytes.
const REACH: usize = 2048;
/// Elements of HTML that hold a label, whose value is in the next one.
const CELLS: [&[u8]; 6] = [b"dt", b"td", b"th", b"b", b"strong", b"span"];

impl Pass<'_> {
    pub(crate) fn told_parts(&mut self, t: &[u8], at: usize, mark: usize) {
        let mut table_end = 0;
        for open in memchr::memchr3_iter(b'<', b'{', b'(', t) {
            if t[open] == b'<' {
                if open >= table_end && t[open..].starts_with(b"<tr") {
                    table_end = self.html_table(t, open, at, mark);
                }
                self.element(t, open, at, mark);
            } else {
                let class = self.structure(t, open);
                if self.class(class).is_some_and(|c| c.category.is_some()) {
                    let end = within(t, open + 1, |rest| closing(rest, t[open]));
                    self.members_of(t, open + 1..end, class, at, mark);
                }
            }
        }
    }

    /// The element that begins at `open`.
    fn element(&mut self, t: &[u8], open: usize, at: usize, mark: usize) {
        let name = open + 1..open + 1 + name_length(&t[open + 1..]);
        if name.is_empty() {
            return;
        }
        let close = within(t, name.end, |rest| memchr::memchr(b'>', rest));
        let local = local(&t[name.clone()]);
        let info = self.scratch.keys.meaning(local, &self.core.fields);
        if close < t.len()
            && close == name.end
            && (info.role.part == Part::Key || CELLS.contains(&local))
        {
            self.named_sibling(t, close + 1, at, mark);
        } else if close < t.len() && close > name.end && info.class == NO_CLASS {
            self.named_element(t, name.end..close, at, mark);
        }
        if !self.class(info.class).is_some_and(|c| c.has_parts()) {
            return;
        }
        self.members_of(t, name.end..close, info.class, at, mark);
        if close == t.len() || t[close - 1] == b'/' {
            return;
        }
        let closing = [b"</", &t[name], b">"].concat();
        let end = within(t, close, |rest| memchr::memmem::find(rest, &closing));
        for child in memchr::memchr_iter(b'<', &t[close..end]).map(|i| close + i) {
            let name = child + 1..child + 1 + name_length(&t[child + 1..]);
            if self.is_part(local_of(t, &name), info.class) && t.get(name.end) == Some(&b'>') {
                let length = memchr::memchr(b'<', &t[name.end..]).unwrap_or(0);
                self.take_part(
                    t,
                    name.end + 1..name.end + length.max(1),
                    info.class,
                    at,
                    mark,
                );
            }
        }
    }

    /// `<field name="full_name">…</field>`: `tag` is what stands between the element's name and `>`.
    fn named_element(&mut self, t: &[u8], tag: Range<usize>, at: usize, mark: usize) {
        if t[tag.end - 1] == b'/' {
            return;
        }
        let mut class = NO_CLASS;
        let mut from = tag.start;
        // <saml:Attribute Name="urn:oid:2.5.4.42" FriendlyName="givenName">
        for _ in 0..ATTRIBUTES {
            let Some(equals) = memchr::memchr(b'=', &t[from..tag.end]).map(|i| from + i) else {
                break;
            };
            let key = &t[key_before(t, from, equals)];
            let Some(name) = quoted(t, equals + 1, tag.end) else {
                return;
            };
            from = (name.end + 1).min(tag.end);
            match self.scratch.keys.meaning(key, &self.core.fields).role.part {
                Part::Key if class == NO_CLASS => {
                    let named = self.scratch.keys.meaning(&t[name], &self.core.fields).class;
                    class = self.core.fields.listed(named);
                }
                // another attribute holds the value
                Part::Value => return,
                _ => (),
            }
        }
        let mut start = tag.end + 1;
        // <saml:AttributeValue>…
        let space = |c: &&u8| c.is_ascii_whitespace();
        let child = start + t[start..].iter().take(64).take_while(space).count();
        if t.get(child) == Some(&b'<') {
            let name = child + 1..child + 1 + name_length(&t[child + 1..]);
            let local = local_of(t, &name);
            if self
                .scratch
                .keys
                .meaning(local, &self.core.fields)
                .role
                .part
                != Part::Value
            {
                return;
            }
            start = (within(t, name.end, |rest| memchr::memchr(b'>', rest)) + 1).min(t.len());
        }
        let end = start + memchr::memchr(b'<', &t[start..]).unwrap_or(0);
        if let Some(category) = self.class(class).and_then(|c| c.category) {
            self.take_labelled(t, start..end, at, mark, class, category, b"");
        }
    }

    /// `<name>full_name</name><value><string>…</string></value>`: `start` is where the text that names begins.
    fn named_sibling(&mut self, t: &[u8], start: usize, at: usize, mark: usize) {
        let Some(length) = memchr::memchr(b'<', &t[start..]).filter(|n| (1..=64).contains(n))
        else {
            return;
        };
        let name = &t[start..start + length];
        let class = self.scratch.keys.meaning(name, &self.core.fields).class;
        let class = self.core.fields.listed(class);
        let Some(category) = self.class(class).and_then(|c| c.category) else {
            return;
        };
        let mut from = start + length;
        if !t[from..].starts_with(b"</") {
            return;
        }
        // the heads of columns stand side by side
        if t[from..].starts_with(b"</th><th") {
            return;
        }
        // over the end of the name and the beginnings of what holds the value
        for step in 0..4 {
            let Some(close) = memchr::memchr(b'>', &t[from..t.len().min(from + 80)]) else {
                return;
            };
            let ends = t[from..].starts_with(b"</");
            from += close + 1;
            from += t[from..]
                .iter()
                .take_while(|c| c.is_ascii_whitespace())
                .count();
            if ends != (step == 0) {
                return;
            }
            if t.get(from) != Some(&b'<') {
                break;
            }
            // <fieldName>Surname</fieldName><fieldType>8</fieldType>
            let sibling = from + 1..from + 1 + name_length(&t[from + 1..]);
            let info = self
                .scratch
                .keys
                .meaning(local_of(t, &sibling), &self.core.fields);
            if matches!(info.role.part, Part::Key | Part::About) {
                return;
            }
        }
        let end = from + memchr::memchr(b'<', &t[from..]).unwrap_or(0);
        let value = t[from..end].trim_ascii();
        if self.scratch.keys.meaning(value, &self.core.fields).class != NO_CLASS {
            return;
        }
        self.take_labelled(t, from..end, at, mark, class, category, b"");
    }

    /// `Name:map[Value:张三 Confidence:98]`, as Go prints what it knows no type of.
    pub(super) fn told_map(&mut self, t: &[u8], open: usize, at: usize, mark: usize) {
        let class = self.structure(t, open);
        if self.class(class).is_some_and(|c| c.category.is_some()) {
            let end = within(t, open + 1, |rest| closing(rest, b'['));
            self.members_of(t, open + 1..end, class, at, mark);
        }
    }

    /// The class of what stands before a bracket: `address={`, `Address(`, `"address" => %{`, `address: Address {`.
    fn structure(&mut self, t: &[u8], open: usize) -> ClassId {
        let head = trimmed(&t[..open]);
        match head.last() {
            Some(b'=' | b':' | b'}') => self.class_before(t, head.len()),
            Some(b'>') if head.ends_with(b"=>") => self.class_before(t, head.len() - 1),
            // document_numbers: [{value: …}]
            Some(b'[') => self.class_before(t, head.len() - 1),
            Some(b'%' | b')') => self.typed_structure(t, head.len()),
            Some(c) if c.is_ascii_alphanumeric() || *c >= 0x80 => {
                let length = word_length(head);
                let name = &head[head.len() - length..];
                match self.scratch.keys.meaning(name, &self.core.fields).class {
                    NO_CLASS => self.typed_structure(t, head.len()),
                    class => class,
                }
            }
            _ => NO_CLASS,
        }
    }

    /// The class of the key before the name of a type that ends at `end`: `address = Address`, `["address"]=>\n array(2)`.
    fn typed_structure(&mut self, t: &[u8], end: usize) -> ClassId {
        let mut head = &t[..end];
        if let Some(counted) = head.strip_suffix(b")") {
            let from = counted.len().saturating_sub(8);
            let open = memchr::memrchr(b'(', &counted[from..]);
            head = open.map_or(b"", |i| &counted[..from + i]);
        }
        head = head.strip_suffix(b"%").unwrap_or(head);
        head = trimmed(&head[..head.len() - word_length(head)]);
        match head.last() {
            Some(b'=' | b':') => self.class_before(t, head.len()),
            Some(b'>') if head.ends_with(b"=>") => self.class_before(t, head.len() - 1),
            // documentNumber=[Item(value=…
            Some(b'[') => self.class_before(t, head.len() - 1),
            _ => NO_CLASS,
        }
    }

    /// `key=value` or `key: value`, whose keys are parts of what `class` tells.
    fn members_of(
        &mut self,
        t: &[u8],
        inside: Range<usize>,
        class: ClassId,
        at: usize,
        mark: usize,
    ) {
        let mut from = inside.start;
        while let Some(i) = memchr::memchr2(b'=', b':', &t[from.min(inside.end)..inside.end]) {
            let separator = from + i;
            // 'value' => '…'
            from = separator + 1 + usize::from(t.get(separator + 1) == Some(&b'>'));
            let key = key_before(t, inside.start, separator);
            if !self.is_part(&t[key.clone()], class) {
                // Polygon:[{X:911 Y:432}]
                if let Some(open) = opening(t, from)
                    && self
                        .scratch
                        .keys
                        .meaning(&t[key], &self.core.fields)
                        .role
                        .part
                        == Part::About
                {
                    from = balanced(t, open);
                }
                continue;
            }
            let Some(category) = self.class(class).and_then(|c| c.category) else {
                return;
            };
            let rule = match self.core.is_address(category) {
                true => ValueRule::Text,
                false => ValueRule::Any,
            };
            let value = match quoted(t, from, inside.end) {
                Some(value) => Some(value),
                None => self
                    .value_after(t, from, rule, category, false)
                    .map(|value| value.span.start..value.span.end.min(inside.end))
                    .filter(|value| !value.is_empty()),
            };
            if let Some(value) = value {
                from = value.end.max(from);
                self.take_part(t, value, class, at, mark);
            }
        }
    }

    fn is_part(&mut self, key: &[u8], class: ClassId) -> bool {
        let info = self.scratch.keys.meaning(key, &self.core.fields);
        let holds = matches!(info.role.part, Part::Value | Part::Inner);
        !key.is_empty() && (holds || self.class(class).is_some_and(|c| info.is_part_of(c)))
    }

    fn take_part(&mut self, t: &[u8], value: Range<usize>, class: ClassId, at: usize, mark: usize) {
        let here = self.core.catalog.placeholder_at(t, value.start);
        if let Some(category) = self.class(class).and_then(|c| c.category)
            && here.is_none()
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }
}

/// So many attributes of an element are read.
const ATTRIBUTES: usize = 6;

/// Where something is found from `from` on, or as far as a structure may reach.
fn within(t: &[u8], from: usize, find: impl Fn(&[u8]) -> Option<usize>) -> usize {
    let rest = &t[from..t.len().min(from + REACH)];
    from + find(rest).unwrap_or(rest.len())
}

/// Without the white space at its end, of which a printer writes little.
fn trimmed(head: &[u8]) -> &[u8] {
    let space = head
        .iter()
        .rev()
        .take(24)
        .take_while(|c| c.is_ascii_whitespace())
        .count();
    &head[..head.len() - space]
}

/// How long the word at the end of a text is.
fn word_length(head: &[u8]) -> usize {
    head.iter()
        .rev()
        .take(40)
        .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_' || **c >= 0x80)
        .count()
}

fn name_length(rest: &[u8]) -> usize {
    rest.iter()
        .take(64)
        .take_while(|c| {
            c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b':') || **c >= 0x80
        })
        .count()
}

/// A name without its namespace.
fn local(name: &[u8]) -> &[u8] {
    let colon = memchr::memrchr(b':', name).map_or(0, |i| i + 1);
    &name[colon..]
}

fn local_of<'t>(t: &'t [u8], name: &Range<usize>) -> &'t [u8] {
    local(&t[name.clone()])
}

/// The word before a separator, without quotes.
fn key_before(t: &[u8], floor: usize, separator: usize) -> Range<usize> {
    let edge = |c: u8| matches!(c, b' ' | b'"' | b'\'' | b'\\' | b']' | b'[');
    let mut end = separator;
    while end > floor && edge(t[end - 1]) {
        end -= 1;
    }
    let mut start = end;
    while start > floor
        && (t[start - 1].is_ascii_alphanumeric() || matches!(t[start - 1], b'_' | b'-'))
    {
        start -= 1;
    }
    start..end
}

/// What stands in quotes behind a separator.
fn quoted(t: &[u8], from: usize, end: usize) -> Option<Range<usize>> {
    let rest = t.get(from..end)?;
    let gap = rest
        .iter()
        .take_while(|c| matches!(c, b' ' | b'\\' | b'\n'))
        .count();
    let gap = gap + typed_run(&rest[gap..]);
    let quote = *rest.get(gap).filter(|c| matches!(c, b'"' | b'\''))?;
    let start = from + gap + 1;
    let mut length = memchr::memchr(quote, &t[start..end])?;
    if length > 0 && t[start + length - 1] == b'\\' {
        length -= 1;
    }
    Some(start..start + length)
}
