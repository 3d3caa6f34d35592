//! Taking a value out: what its key or label decides, which category it is of, and the edit that replaces it.

use std::ops::Range;

use super::action::{Catalog, CategoryId, write_replacement};
use crate::patterns::schema::{ActionName, ValueRule};
use crate::redact::fields::Part;
use crate::redact::layers::payload::{self, Media};
use crate::redact::pass::{Context, Pass, Rule, Scratch, Trace};

impl Pass<'_> {
    /// Takes out the name at `span` of a text that begins at `at`, unless an edit since `mark` has it already, and looks for it elsewhere. True if it did.
    pub(crate) fn take_name(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        at: usize,
        mark: usize,
        category: CategoryId,
        rule: &'static str,
    ) -> bool {
        let placed = at + span.start..at + span.end;
        if self.scratch.edits.touches(mark, placed.clone()) {
            return false;
        }
        let name = &t[span];
        self.take(name, placed, category, Rule::Named(rule), 0, b"");
        self.scratch.needles.note(name, category, self.core);
        true
    }

    /// Is the key right above a value the one whose class it has? Elements of a list stand under the list's key.
    pub(crate) fn is_own_key(&mut self, context: Context) -> bool {
        let fields = &self.core.fields;
        !context.key.is_empty()
            && self.scratch.keys.meaning(context.key, fields).class == context.class
    }

    /// Takes the whole value out if its key says so. True if nothing else need be looked for.
    pub(crate) fn by_key(&mut self, t: &[u8], at: usize, context: Context, wrap: &[u8]) -> bool {
        let core = self.core;
        let Some(class) = core.fields.classes.get(context.class as usize) else {
            return false;
        };
        let Some(category) = class.category else {
            return class.safe;
        };
        let value = t.trim_ascii();
        // {"birth":{"year":"1988"}}: the member holds the value as if it stood under the key itself
        let part = if context.inherited {
            self.scratch
                .keys
                .meaning(context.key, &core.fields)
                .role
                .part
        } else {
            Part::None
        };
        if context.inherited {
            let told = matches!(part, Part::Value | Part::Inner) || self.is_own_key(context);
            if core.is_stray(class, category, told, value)
                || core.catalog.next_placeholder(value, 0).is_some()
            {
                return false;
            }
        }
        let holds = context.inherited
            && if core.is_name(category) {
                // {"FirstName":{"content":"…"}}: a given name by itself is like no name
                core.accepts(class, false, value)
                    && class.value == ValueRule::Any
                    && !core.outcomes.begins(value)
                    && core.names.is_part(value)
                    && matches!(part, Part::Value | Part::Inner)
            } else {
                core.accepts(class, false, value) && part != Part::None
            };
        if !holds && !core.accepts(class, context.inherited, value) {
            return false;
        }
        let lead = t.len() - t.trim_ascii_start().len();
        let span = at + lead..at + lead + value.len();
        self.take_by_class(value, span, Rule::Key(context.class), category, wrap);
        true
    }

    /// The category is made precise by what the value looks like.
    pub(crate) fn take_by_class(
        &mut self,
        value: &[u8],
        span: Range<usize>,
        rule: Rule,
        category: CategoryId,
        wrap: &[u8],
    ) {
        if self.core.catalog.action(category) == ActionName::Describe {
            let (name, media) = payload::media(value).unwrap_or(("data", Media::Data));
            let body_media = memchr::memchr(b',', &value[..value.len().min(160)])
                .filter(|_| value.starts_with(b"data:"))
                .and_then(|comma| payload::media(&value[comma + 1..]));
            let (name, media) = body_media.unwrap_or((name, media));
            self.take_payload(value, span, name, media, Some(category), rule, wrap);
            return;
        }
        let precise = self.core.refine(category, value);
        self.take(value, span, precise, rule, 0, wrap);
        self.scratch.needles.note(value, precise, self.core);
    }

    /// Takes a payload out; its category follows from what it is, unless the key knows better.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn take_payload(
        &mut self,
        value: &[u8],
        span: Range<usize>,
        name: &str,
        media: Media,
        by_key: Option<CategoryId>,
        rule: Rule,
        wrap: &[u8],
    ) {
        if is_encoded_placeholder(value, &self.core.catalog) {
            return;
        }
        let category = match (media, by_key) {
            (Media::Data, Some(category)) => category,
            (media, _) => self.core.media_category(media),
        };
        let mut details = std::mem::take(&mut self.scratch.details);
        details.clear();
        payload::describe(value, name, media, &mut details);
        let mut print = std::mem::take(&mut self.scratch.ends);
        payload::fingerprint(value, &mut print);
        self.replace(&print, span, category, rule, 0, wrap, &details);
        self.scratch.ends = print;
        self.scratch.details = details;
    }

    /// Takes a value out.
    pub(crate) fn take(
        &mut self,
        value: &[u8],
        span: Range<usize>,
        category: CategoryId,
        rule: Rule,
        only_in: u8,
        wrap: &[u8],
    ) {
        self.replace(value, span, category, rule, only_in, wrap, b"");
    }

    #[allow(clippy::too_many_arguments)]
    fn replace(
        &mut self,
        value: &[u8],
        span: Range<usize>,
        category: CategoryId,
        rule: Rule,
        only_in: u8,
        wrap: &[u8],
        details: &[u8],
    ) {
        let core = self.core;
        let action = core
            .path_action(&self.scratch.path)
            .unwrap_or(core.catalog.action(category));
        if span.is_empty() || !self.is_wanted(value, category, rule, action) {
            return;
        }
        let Scratch { edits, compact, .. } = &mut *self.scratch;
        let plain = wrap.is_empty() && matches!(action, ActionName::Label | ActionName::Token);
        edits.push(span, category, only_in, plain, |out| {
            out.extend_from_slice(wrap);
            write_replacement(
                core.catalog.label(category),
                action,
                value,
                details,
                &core.pseudonyms,
                compact,
                out,
            );
            out.extend_from_slice(wrap);
        });
    }

    /// Is a finding to be taken out? Notes it for `tuomin explain`, and counts it if it is only to be kept.
    pub(crate) fn is_wanted(
        &mut self,
        value: &[u8],
        category: CategoryId,
        rule: Rule,
        action: ActionName,
    ) -> bool {
        let core = self.core;
        if core.is_allowed(value) || core.catalog.is_off(category) {
            return false;
        }
        self.scratch.found += 1;
        let action = match core.path_action(&self.scratch.path) {
            Some(ActionName::Keep) => ActionName::Keep,
            _ => action,
        };
        if let Some(trace) = &mut self.scratch.trace {
            trace.push(Trace {
                path: String::from_utf8_lossy(&self.scratch.path).into_owned(),
                category: core.catalog.ids()[category as usize].clone(),
                rule: match rule {
                    Rule::Key(class) => format!("key:{}", core.fields.classes[class as usize].id),
                    Rule::Label(class) => {
                        format!("label:{}", core.fields.classes[class as usize].id)
                    }
                    Rule::Named(name) => name.to_string(),
                },
                action,
            });
        }
        let kept = action == ActionName::Keep;
        if kept {
            self.scratch.unedited.push(category);
        }
        !kept
    }

    /// Takes out an array of numbers as a whole.
    pub(crate) fn array(&mut self, inner: &[u8], span: Range<usize>, context: Context) {
        self.array_wrapped(inner, span, context, b"\"");
    }

    /// The same, with the quotes that the place wants.
    pub(crate) fn array_wrapped(
        &mut self,
        inner: &[u8],
        span: Range<usize>,
        context: Context,
        wrap: &[u8],
    ) {
        let Some(category) = self.class(context.class).and_then(|c| c.category) else {
            return;
        };
        let count = inner.iter().filter(|c| **c == b',').count() + 1;
        let details = format!("{count}x");
        self.replace(
            inner,
            span,
            category,
            Rule::Key(context.class),
            0,
            wrap,
            details.as_bytes(),
        );
    }
}

/// Is a payload a placeholder in base64, as one within base64 leaves it?
fn is_encoded_placeholder(value: &[u8], catalog: &Catalog) -> bool {
    const LONGEST: usize = 160;
    let mut plain = Vec::new();
    // `[` and a capital letter
    matches!(value, [b'W', b'0' | b'1', ..])
        && value.len() <= LONGEST
        && payload::decode_base64(value, &mut plain)
        && catalog.is_placeholder(&plain)
}
