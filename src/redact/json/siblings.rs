//! What stands beside a value in its object or list and says what it is: the first of two elements (`["Name", "张三"]`), the member that names
//! what another one holds (`{"key": "姓名", "value": "张三"}`), members that describe a person around an `id`.

use super::skip_space;
use crate::patterns::schema::ValueRule;
use crate::redact::edit::action::Family;
use crate::redact::fields::{Class, ClassId, KeyInfo, NO_CLASS, Part};
use crate::redact::layers::dumps;
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::{contents, string_end};

/// The longest first element of two that may name the second, in bytes and in spaces between its words.
const LONGEST_TITLE: (usize, usize) = (64, 3);
/// One with more digits has its value.
const TITLE_DIGITS: usize = 5;
/// So many numbers under a key that says nothing, below one that tells of a payload, are one.
const LONG_LIST: usize = 16;
/// So many members that describe a person make an `ID` beside them the number of a document.
const DESCRIPTION: u8 = 3;
/// So many make one of an `id` that is written like a country's numbers.
const LEAST_DESCRIPTION: u8 = 2;
/// A longer `ID` is a program's.
pub(crate) const LONGEST_ID: usize = 20;

impl Pass<'_> {
    /// Is the first element, at `p`, the only one of its list, and no sentence? Forms and headers hold lists of one value, `{"password":["…"]}`; of names
    /// a list holds messages as well.
    pub(crate) fn is_only_value(&self, t: &[u8], p: usize, context: Context) -> bool {
        let Some((class, category)) = self
            .class(context.class)
            .and_then(|class| Some((class, class.category?)))
        else {
            return false;
        };
        if self.core.is_name(category) || t.get(p) != Some(&b'"') {
            return false;
        }
        let Some((end, _)) = string_end(t, p + 1) else {
            return false;
        };
        let said = class.id.ends_with(".header") || memchr::memchr(b' ', &t[p..end]).is_none();
        said && t.get(skip_space(t, end + 1)) == Some(&b']')
    }

    /// Is what is called only `ID` the number of a document, beside so many members that describe a person? A program's `id` only if a
    /// country's numbers are written so.
    pub(crate) fn is_document(&self, t: &[u8], id: (usize, usize), describing: u8) -> bool {
        let capitals = t[id.0.saturating_sub(8)..id.0]
            .windows(3)
            .any(|key| key == b"ID\"");
        (capitals && describing >= DESCRIPTION)
            || (describing >= LEAST_DESCRIPTION
                && self.core.shapes.is_national(&t[id.0..id.1], |c| {
                    self.core.catalog.family(c) == Family::IdNumber
                }))
    }

    /// What an `id` is the number of, where a member beside it names a document: `{"type":"passport","id":"K1234567"}`.
    pub(crate) fn typed(&mut self, t: &[u8], id: (usize, usize), named: (usize, usize)) -> ClassId {
        let content = &t[id.0..id.1];
        let digits = content.iter().filter(|c| c.is_ascii_digit()).count();
        if content.len() < 6 || digits < 4 || !content.iter().all(u8::is_ascii_alphanumeric) {
            return NO_CLASS;
        }
        let class = self.named(t, named);
        match self.class(class).map(|class| class.value) {
            Some(ValueRule::Number) => class,
            _ => NO_CLASS,
        }
    }

    /// What a key that only counts, `id` or `no`, means below the key `above`: `{"tax":{"id":"…"}}`.
    pub(crate) fn joined(&mut self, above: &[u8], key: &[u8]) -> ClassId {
        let counts = key.eq_ignore_ascii_case(b"id") || key.eq_ignore_ascii_case(b"no");
        if !counts || above.is_empty() || above.len() > 24 {
            return NO_CLASS;
        }
        let above = above.strip_suffix(b"s").unwrap_or(above);
        let whole = [above, b" ", key].concat();
        let fields = &self.core.fields;
        let class = self.scratch.keys.meaning(&whole, fields).class;
        let is_number = |class: &Class| class.value == ValueRule::Number && class.is_everywhere();
        match self.class(class).is_some_and(is_number) {
            true => class,
            false => NO_CLASS,
        }
    }

    /// The second of exactly two elements stands under the first, if that names something: `["Name", "张三"]`.
    pub(crate) fn pair_context<'t>(
        &mut self,
        t: &'t [u8],
        span: (usize, usize),
        after: usize,
        mut context: Context<'t>,
    ) -> Context<'t> {
        let Some(frame) = self.scratch.frames.last() else {
            return context;
        };
        let first = frame.first;
        if frame.array
            && frame.index == 1
            && first.1 > first.0
            && first.1 < span.0
            && t.get(skip_space(t, after)) == Some(&b']')
        {
            let class = self.title(&t[first.0..first.1], context);
            // ["full_name","nik"] are two names of columns
            let content = &t[span.0..span.1];
            let head = !(content.is_ascii() && content.iter().any(u8::is_ascii_uppercase))
                && self.core.fields.exact(content).is_some();
            // ["ready to sign","liveness passed"], ["check token","cost=3"] are lines of a log
            let title = &t[first.0..first.1];
            let secret = self
                .class(class)
                .and_then(|c| c.category)
                .is_some_and(|c| self.core.catalog.is_secret(c));
            let line = secret && title.contains(&b' ') && self.core.fields.exact(title).is_none();
            // ['… 金融超市', "decode image cost=3"]
            let entry = !secret && content.contains(&b' ') && content.contains(&b'=');
            if class != NO_CLASS && !head && !line && !entry {
                context = Context {
                    class,
                    inherited: false,
                    key: &t[first.0..first.1],
                    ..context
                };
            }
        }
        context
    }

    /// What the first of two elements names. A sentence names nothing, whatever its last word is. Where everything unknown is denied it can't
    /// let the second one stand, since it may not stand itself: `["w", "B"]`.
    pub(crate) fn title(&mut self, content: &[u8], context: Context) -> ClassId {
        let (mut bytes, spaces) = LONGEST_TITLE;
        // `\u0e40` is a letter of three bytes
        let escaped = memchr::memchr(b'\\', content).is_some();
        if escaped {
            bytes *= 2;
        }
        if content.len() > bytes || memchr::memchr_iter(b' ', content).count() > spaces {
            return NO_CLASS;
        }
        // what was found in it is no title of anything
        if self.core.catalog.next_placeholder(content, 0).is_some() {
            return NO_CLASS;
        }
        // `No. KTP 3174…` has its value
        let digits = || {
            String::from_utf8_lossy(content)
                .matches(char::is_numeric)
                .count()
        };
        if !escaped && digits() > TITLE_DIGITS {
            return NO_CLASS;
        }
        let class = self.string_class(content);
        let is_safe = self.class(class).is_some_and(|c| c.safe);
        if is_safe && self.is_denying(context) {
            NO_CLASS
        } else {
            class
        }
    }

    /// The same for a list as second element: `["Embedding", [0.12, …]]`.
    pub(crate) fn list_context<'t>(
        &mut self,
        t: &'t [u8],
        p: usize,
        context: Context<'t>,
    ) -> Context<'t> {
        let Some(frame) = self.scratch.frames.last() else {
            return context;
        };
        let first = frame.first;
        if !frame.array || frame.index != 1 || first.1 <= first.0 || first.1 >= p || t[p] != b'[' {
            return context;
        }
        let class = self.title(&t[first.0..first.1], context);
        if class == NO_CLASS {
            context
        } else {
            Context {
                class,
                inherited: false,
                ..context
            }
        }
    }

    /// Is this the value of a key/value object whose key has not come yet?
    pub(crate) fn keeps_waiting(&mut self, info: KeyInfo, context: Context) -> bool {
        info.role.part == Part::Value
            && context.class == NO_CLASS
            && self
                .scratch
                .frames
                .last()
                .is_some_and(|f| !f.array && f.named.1 == 0)
    }

    /// What the *key* member of a key/value object names.
    pub(crate) fn named(&mut self, t: &[u8], span: (usize, usize)) -> ClassId {
        if span.1 == 0 || span.1 - span.0 > 256 {
            return NO_CLASS;
        }
        // "FieldType":5
        let content = &t[span.0..span.1];
        if let Some(colon) = memchr::memrchr(b':', content).filter(|i| {
            content[..*i].ends_with(b"ieldType\"") && content.last().is_some_and(u8::is_ascii_digit)
        }) {
            let told = [b"field type ", &content[colon + 1..]].concat();
            return self.scratch.keys.meaning(&told, &self.core.fields).class;
        }
        let class = self.string_class(&t[span.0..span.1]);
        self.core.fields.listed(class)
    }

    /// A value whose key came after it.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn late_value(
        &mut self,
        t: &[u8],
        span: std::ops::Range<usize>,
        number: bool,
        at: usize,
        class: ClassId,
        body: bool,
        mark: usize,
    ) {
        let context = Context {
            class,
            inherited: false,
            key: b"",
            body,
            id: 0,
        };
        let before = self.scratch.edits.mark();
        if number {
            self.number(&t[span.clone()], at + span.start, true, context);
        } else {
            let bits = contents(&t[span.clone()]);
            self.string(t, span.clone(), bits, at, context);
        }
        if self.scratch.edits.has_since(before) {
            self.scratch.edits.prefer_later(mark, before);
        }
    }

    /// `"FeatureVector":[0.12,-0.3,…]` goes as a whole. Gives the position behind it.
    pub(crate) fn number_array(
        &mut self,
        t: &[u8],
        p: usize,
        at: usize,
        context: Context,
    ) -> Option<usize> {
        let class = self.class(context.class);
        let telling = class.is_some_and(|c| c.value == ValueRule::Blob && c.category.is_some());
        let safe = class.is_some_and(|c| c.safe);
        let born = class
            .and_then(|c| c.category)
            .is_some_and(|c| self.core.catalog.family(c) == Family::BirthDate);
        let words = class.is_some_and(|c| {
            c.category.is_some() && matches!(c.value, ValueRule::Text | ValueRule::Place)
        });
        // {"type":"Buffer","data":[255,216,255,224,…]}
        let close = || memchr::memchr(b']', &t[p..]);
        if (!telling || close().is_none())
            && let Some(bytes) = dumps::list_of_bytes(t, p)
            && self.take_bytes(&bytes, at, b"\"")
        {
            return Some(bytes.span.end);
        }
        // Java's dates: [1990,5,17], [1990,5,17,0,0]
        if born && let Some((end, 3..=7)) = short_numbers(t, p) {
            self.array(&t[p + 1..end - 1], at + p..at + end, context);
            return Some(end);
        }
        if !telling && (safe || !self.is_denying(context)) {
            // where on an image a field was read: {"address":[3,43,514,238]}
            let list = short_numbers(t, p).filter(|(_, count)| words && *count >= 4);
            return list.map(|(end, _)| end);
        }
        let end = p + close()?;
        let inner = &t[p + 1..end];
        // {"faces":[{"box":[120.5,88.2,310.1,402.9]}]}
        let own = !context.inherited || self.is_own_key(context);
        let fewest = if own { 4 } else { LONG_LIST };
        let numbers = inner.iter().all(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    b'-' | b'+' | b'.' | b'e' | b'E' | b',' | b' ' | b'\n' | b'\r' | b'\t'
                )
        });
        if !numbers || inner.iter().filter(|c| **c == b',').count() + 1 < fewest {
            return None;
        }
        let span = at + p..at + end + 1;
        if telling {
            self.array(inner, span, context);
        } else if !self.denied_numbers(inner, span) {
            return None;
        }
        Some(end + 1)
    }
}

/// The position behind a list of short whole numbers, and how many there are.
fn short_numbers(t: &[u8], p: usize) -> Option<(usize, usize)> {
    const REACH: usize = 128;
    let list = t[p..t.len().min(p + REACH)].strip_prefix(b"[")?;
    let inner = &list[..memchr::memchr(b']', list)?];
    let short = |n: &[u8]| {
        let n = n.trim_ascii();
        (1..=5).contains(&n.len()) && n.iter().all(u8::is_ascii_digit)
    };
    let numbers = || inner.split(|c| *c == b',');
    (numbers().all(short)).then(|| (p + inner.len() + 2, numbers().count()))
}
