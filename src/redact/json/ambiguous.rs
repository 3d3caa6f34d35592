//! Names that the members beside them tell: `name` is a person's beside a date of birth, and a step's beside what the step took.
//!
//! Only what may be either waits until its object ends: a name beyond doubt under a key that says *thing*, and what is none in a list of objects.

use std::ops::Range;

use super::{Frame, skip_space};
use crate::redact::fields::{ClassId, KeyInfo, NO_CLASS, Part};
use crate::redact::layers::decode;
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::string_end;

/// Members that far behind the start of an object are not asked.
const REACH: usize = 4096;

/// A value that waits for the members beside it.
#[derive(Clone, Copy)]
pub(crate) struct Unsure {
    key: (usize, usize),
    span: (usize, usize),
    class: ClassId,
    /// The key above says that it is no person's.
    denied: bool,
}

impl Pass<'_> {
    /// Must the string `content` wait, which stands under a key of its own?
    pub(crate) fn must_wait(&mut self, content: &[u8], context: Context, info: KeyInfo) -> bool {
        let unsure = self.class(info.class).is_some_and(|class| class.unsure);
        if !unsure || context.inherited || content.is_empty() || content.len() > 120 {
            return false;
        }
        let denied = context.class == NO_CLASS;
        if !(denied || context.class == info.class) {
            return false;
        }
        let frames = &self.scratch.frames;
        let listed = frames.len() >= 2 && frames[frames.len() - 2].array;
        (denied || listed) && self.is_surely_a_name(content) == denied
    }

    fn is_surely_a_name(&mut self, content: &[u8]) -> bool {
        let names = &self.core.names;
        let is_name =
            |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| names.is_known_name(text));
        if memchr::memchr(b'\\', content).is_none() {
            return is_name(content);
        }
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        decode::json_string(content, &mut text, &mut map);
        let sure = is_name(&text);
        self.scratch.buffers.push((text, map));
        sure
    }

    /// Is it a person's name that a store of documents wrote with its type, `{"name":{"S":"Tan Wei Ming"},"birth_date":{"S":"…"}}`?
    pub(crate) fn is_typed_name(
        &mut self,
        t: &[u8],
        content: &[u8],
        info: KeyInfo,
        base: usize,
    ) -> bool {
        let frames = &self.scratch.frames[base..];
        let [.., outer, typed] = frames else {
            return false;
        };
        let unsure = matches!(info.role.part, Part::Inner | Part::Value)
            && !typed.array
            && !outer.array
            && self
                .class(typed.parent.class)
                .is_some_and(|class| class.unsure);
        let object = outer.start..t.len().min(outer.start + REACH);
        unsure
            && self.is_surely_a_name(content)
            && member_keys(t, object).any(|key| {
                let class = self.scratch.keys.meaning(&t[key], &self.core.fields).class;
                self.class(class).is_some_and(|class| class.personal)
            })
    }

    /// Makes the value at `span` of the object at hand wait.
    pub(crate) fn wait(
        &mut self,
        t: &[u8],
        span: (usize, usize),
        context: Context,
        class: ClassId,
    ) {
        // `"name" : "…"`: the key ends with the last quote before the value's own
        let before = &t[..span.0 - 1];
        let close = memchr::memrchr(b'"', before).unwrap_or(0);
        let key = (close.saturating_sub(context.key.len()), close);
        let frame = self.top();
        frame.unsure = Some(Unsure {
            key,
            span,
            class,
            denied: context.class == NO_CLASS,
        });
    }

    /// Does an object have a *value* member?
    fn has_value(&mut self, t: &[u8], object: Range<usize>) -> bool {
        member_keys(t, object).any(|key| {
            let info = self.scratch.keys.meaning(&t[key], &self.core.fields);
            info.role.part == Part::Value
        })
    }

    /// Inspects what waited in an object that ends at `end`, or that the text was cut in.
    pub(crate) fn settle(&mut self, t: &[u8], frame: &Frame, end: usize, at: usize) {
        let Some(unsure) = frame.unsure else {
            return;
        };
        let object = frame.start..end.min(frame.start + REACH);
        // {"Name":"性別 Sex","Value":"女"}: it names what stands beside it
        if self.named(t, unsure.span) != NO_CLASS && self.has_value(t, object.clone()) {
            return;
        }
        let (mut personal, mut step) = (false, false);
        let mut keys = member_keys(t, object);
        while !personal && let Some(key) = keys.next() {
            let info = self.scratch.keys.meaning(&t[key], &self.core.fields);
            personal |= self.class(info.class).is_some_and(|class| class.personal);
            step |= info.role.step;
        }
        let class = match unsure.denied {
            true if personal => unsure.class,
            false if personal || !step => unsure.class,
            _ => NO_CLASS,
        };
        self.enter(&t[unsure.key.0..unsure.key.1], frame.path);
        let (start, end) = unsure.span;
        self.late_value(t, start..end, false, at, class, frame.body, frame.mark);
    }
}

/// The keys of the members of an object that is known to be JSON, up to its end or that of the range.
pub(crate) fn member_keys(t: &[u8], object: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut from = object.start + 1;
    std::iter::from_fn(move || {
        let start = skip_space(t, from);
        if start >= object.end || t.get(start) != Some(&b'"') {
            return None;
        }
        let key = start + 1..string_end(t, start + 1)?.0;
        let mut p = key.end + 1;
        let mut depth = 0;
        loop {
            match t.get(p).filter(|_| p < object.end) {
                Some(b'"') => p = string_end(t, p + 1)?.0 + 1,
                Some(b'[' | b'{') => (depth, p) = (depth + 1, p + 1),
                Some(b',') if depth == 0 => break,
                // the object's own end
                Some(b'}') if depth == 0 => {
                    p = object.end;
                    break;
                }
                Some(b']' | b'}') => (depth, p) = (depth - 1, p + 1),
                Some(_) => p += 1,
                None => break,
            }
        }
        from = p + 1;
        Some(key)
    })
}
