//! One line's inspection: what each string, number and array is, through every encoding.
//!
//! A text is opened layer by layer: JSON text in a string, percent-encoding, character references, full-width forms, escapes of a
//! body that was cut, base64 of text, gzip. What no layer claims is running text, and goes to [`super::text`].

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::lookup::literals;
use memchr::memmem::Finder;

use super::Core;
use super::action::{CategoryId, write_replacement};
use super::context::PatternSet;
use super::decode;
use super::echo::Needles;
use super::edit::{Coding, Edits, OffsetMap};
use super::fields::{Class, ClassId, KeyInfo, NO_CLASS, Part};
use super::json::Frame;
use super::keys::Keys;
use super::packed::Packing;
use super::payload::{self, Media};
use super::remember::Remembered;
use super::scan::{Contents, contents, holds, string_end};
use crate::patterns::schema::{ActionName, ValueRule};

/// So many layers of encoding are opened; what is deeper is replaced unseen. Each JSON layer doubles the backslashes and each base64 layer
/// adds a third, so that no line of less than gigabytes gets there.
const LAYERS: usize = 160;

static UNICODE_ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\u"));
static EMBEDDED: LazyLock<AhoCorasick> = LazyLock::new(|| literals(["{\"", "[[\""]));

/// Buffers that a worker uses again for every line.
#[derive(Default)]
pub(crate) struct Scratch {
    pub edits: Edits,
    pub frames: Vec<Frame>,
    pub keys: Keys,
    pub label_classes: Remembered<ClassId>,
    key_patterns: Remembered<PatternSet>,
    country_values: Remembered<u64>,
    /// Findings so far, kept ones too.
    found: u64,
    /// Short values in which nothing was found, with what they stood under: hosts, services, regions, clients.
    quiet: Remembered<Standing>,
    pub needles: Needles,
    /// Countries that the record names, a bit each.
    pub countries: u64,
    /// Something was decoded in which a repetition would not be seen in the raw bytes.
    pub encoded: bool,
    pub counts: Vec<u64>,
    /// Path of the value at hand, keys joined by dots; kept only where somebody asks for it.
    pub path: Vec<u8>,
    pub track_path: bool,
    /// What was found, for `tuomin explain`.
    pub trace: Option<Vec<Trace>>,
    /// Values behind labels of machine identifiers in the text at hand: value patterns leave them alone.
    pub protected: Vec<Range<usize>>,
    layers: usize,
    /// Form encodings opened around the text at hand.
    forms: usize,
    buffers: Vec<(Vec<u8>, OffsetMap)>,
    /// The ends of a payload.
    ends: Vec<u8>,
    /// The normal form of a value, while its pseudonym is computed.
    compact: Vec<u8>,
    details: Vec<u8>,
}

impl Scratch {
    pub fn new(categories: usize, track_path: bool) -> Self {
        Self {
            counts: vec![0; categories],
            track_path,
            ..Self::default()
        }
    }
}

/// A finding for people: never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Keys from the root, joined by dots.
    pub path: String,
    /// Category id.
    pub category: String,
    /// The key class, pattern or detector that decided.
    pub rule: String,
    /// What was done.
    pub action: ActionName,
}

/// What surrounds a value.
#[derive(Clone, Copy)]
pub(crate) struct Context<'t> {
    /// Class of its key.
    pub class: ClassId,
    /// The class is that of a key further up.
    pub inherited: bool,
    /// The key.
    pub key: &'t [u8],
    /// Within a request, response or debug body.
    pub body: bool,
    /// [`KeyInfo::id`] of the key.
    pub id: u32,
}

/// All of a [`Context`] on which it depends what is found in a value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Standing {
    id: u32,
    class: ClassId,
    inherited: bool,
    body: bool,
}

impl Context<'_> {
    fn standing(&self) -> Standing {
        Standing {
            id: self.id,
            class: self.class,
            inherited: self.inherited,
            body: self.body,
        }
    }
}

/// What decided, for `tuomin explain`.
#[derive(Clone, Copy)]
pub(crate) enum Rule<'r> {
    Key(ClassId),
    Label(ClassId),
    Named(&'r str),
}

pub(crate) struct Pass<'c> {
    pub core: &'c Core,
    pub scratch: &'c mut Scratch,
}

impl Pass<'_> {
    /// Inspects the content of a JSON string, `t[span]`, which may hold escapes.
    pub(crate) fn string(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        bits: Contents,
        at: usize,
        context: Context,
    ) {
        let safe = self.class(context.class).is_some_and(|c| c.safe);
        if span.is_empty() || (safe && self.scratch.needles.is_empty()) {
            return;
        }
        // value patterns don't touch machine identifiers; only what the record gave away elsewhere is taken out of them
        let inspect = |pass: &mut Self, text: &[u8], at: usize, bits: Contents| {
            if safe {
                pass.echoes(text, at, b"")
            } else {
                pass.text(text, at, bits, context)
            }
        };
        if bits & holds::ESCAPE == 0 {
            let value = &t[span.clone()];
            let standing = context.standing();
            // what is not found depends on nothing else: see `Standing`
            let memorable = bits & holds::ANYTHING != 0
                && standing.id != 0
                && self.scratch.needles.is_empty()
                && self.scratch.trace.is_none();
            if memorable && self.scratch.quiet.get(value) == Some(standing) {
                return;
            }
            let mark = self.scratch.edits.mark();
            let (found, encoded) = (self.scratch.found, self.scratch.encoded);
            self.scratch.encoded = false;
            inspect(self, value, at + span.start, bits);
            let nothing = self.scratch.found == found && !self.scratch.edits.has_since(mark);
            self.scratch.edits.escape_since(mark);
            if memorable && nothing && !self.scratch.encoded {
                self.scratch.quiet.put(value, standing);
            }
            self.scratch.encoded |= encoded;
            return;
        }
        let source = &t[span.clone()];
        self.layer(
            source,
            at + span.start,
            Coding::Json,
            |source, out, map| {
                decode::json_string(source, out, map);
                true
            },
            |pass, text| inspect(pass, text, 0, holds::UNKNOWN),
        );
        if UNICODE_ESCAPE.find(source).is_some() {
            self.scratch.encoded = true;
        }
    }

    /// Opens a layer: decodes `source`, inspects what comes out, and carries the edits back. False if there was nothing to decode.
    pub(crate) fn layer(
        &mut self,
        source: &[u8],
        at: usize,
        coding: Coding,
        decode: impl FnOnce(&[u8], &mut Vec<u8>, &mut OffsetMap) -> bool,
        inspect: impl FnOnce(&mut Self, &[u8]),
    ) -> bool {
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        let opened = decode(source, &mut text, &mut map);
        if opened {
            let mark = self.scratch.edits.mark();
            if self.scratch.layers == LAYERS {
                if let Some(category) = self.core.opaque {
                    self.take(
                        source,
                        0..text.len(),
                        category,
                        Rule::Named("too deep"),
                        0,
                        b"",
                    );
                }
            } else {
                self.scratch.layers += 1;
                inspect(self, &text);
                self.scratch.layers -= 1;
            }
            self.scratch.edits.carry_back(mark, &map, at, coding);
        }
        self.scratch.buffers.push((text, map));
        opened
    }

    /// Inspects a whole decoded value: by its key, as JSON text, or as running text.
    pub(crate) fn text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        if self.is_denying(context) {
            return self.denied_text(t, at, bits, context);
        }
        let trimmed = t.trim_ascii_start();
        let start = t.len() - trimmed.len();
        match trimmed.first() {
            None => (),
            Some(b'{' | b'[') => {
                let tail = match self.walk(t, start, at, context) {
                    Ok(end) => end,
                    Err(end) => end,
                };
                if !t[tail..].trim_ascii_start().is_empty() {
                    // what is no JSON, or no longer, is running text
                    if tail == start {
                        self.value(t, at, bits, context);
                    } else {
                        self.running_text(
                            &t[tail..],
                            at + tail,
                            bits,
                            Context {
                                class: NO_CLASS,
                                ..context
                            },
                        );
                    }
                }
            }
            Some(b'"') if trimmed.len() > 2 => {
                // JSON text of a string: `"\"…\""`
                match string_end(t, start + 1) {
                    Some((end, bits)) if t[end + 1..].trim_ascii().is_empty() => {
                        self.string(t, start + 1..end, bits, at, context)
                    }
                    _ => self.value(t, at, bits, context),
                }
            }
            _ => self.value(t, at, bits, context),
        }
    }

    /// A value that is no JSON text.
    fn value(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        if bits & (holds::OPEN | holds::UNKNOWN) != 0 && self.core.catalog.is_placeholder(t) {
            return;
        }
        if self.by_key(t, at, context, b"") {
            return;
        }
        let bits = known(t, bits);
        if bits & holds::ANYTHING != 0 {
            self.running_text(t, at, bits, context);
        } else {
            self.echoes(t, at, b"");
        }
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
        let holds = context.inherited
            && !core.is_name(category)
            && core.accepts(class, false, value)
            && self.scratch.keys.meaning(context.key, &core.fields).part != Part::None;
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
        edits.push(span, category, only_in, |out| {
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
        if kept && let Some(count) = self.scratch.counts.get_mut(category as usize) {
            *count += 1;
        }
        !kept
    }

    /// Inspects a bare number.
    pub(crate) fn number(&mut self, t: &[u8], at: usize, integer: bool, context: Context) {
        if self.class(context.class).is_some_and(|c| c.safe) || self.by_key(t, at, context, b"\"") {
            return;
        }
        if self
            .scratch
            .edits
            .touches(self.scratch.edits.mark(), at..at + t.len())
        {
            return;
        }
        if integer && t.len() >= 7 {
            let by_key = self.patterns_of_key(context.key);
            if let Some(found) = self.core.shapes.bare(t, &by_key) {
                let pattern = &self.core.shapes.patterns[found.pattern as usize];
                self.take(
                    t,
                    at..at + t.len(),
                    pattern.category,
                    Rule::Named(&pattern.id),
                    found.only_in,
                    b"\"",
                );
                return;
            }
            self.echoes(t, at, b"\"");
        }
        if self.is_denying(context) {
            self.denied_number(t, at);
        }
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

    /// Opens what encodes a running text, then looks at the text itself.
    pub(crate) fn running_text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        let bits = known(t, bits);
        if bits & holds::HIGH != 0
            && self.layer(t, at, Coding::Width, decode::width, |pass, text| {
                pass.running_text(text, 0, holds::UNKNOWN, context)
            })
        {
            return;
        }
        if self.embedded_json(t, at, bits, context) {
            return;
        }
        let form = self.scratch.forms == 0 && bits & holds::LABEL != 0 && decode::is_form(t);
        if ((bits & holds::ENCODED != 0 && memchr::memchr(b'%', t).is_some())
            || (form && memchr::memchr(b'+', t).is_some()))
            && self.layer(
                t,
                at,
                Coding::Percent,
                |s, o, m| decode::percent(s, form, o, m),
                |pass, text| {
                    pass.scratch.encoded = true;
                    // what a form decoded to a plus sign is one
                    pass.scratch.forms += 1;
                    pass.text(text, 0, holds::UNKNOWN, context);
                    pass.scratch.forms -= 1;
                },
            )
        {
            return;
        }
        if bits & holds::ENCODED != 0
            && memchr::memchr(b'&', t).is_some()
            && self.layer(t, at, Coding::Entity, decode::entities, |pass, text| {
                pass.scratch.encoded = true;
                pass.text(text, 0, holds::UNKNOWN, context)
            })
        {
            return;
        }
        if bits & holds::ESCAPE != 0 && has_json_escape(t) {
            self.layer(
                t,
                at,
                Coding::Json,
                |s, o, m| {
                    decode::json_string(s, o, m);
                    true
                },
                |pass, text| {
                    pass.scratch.encoded = true;
                    pass.running_text(text, 0, holds::UNKNOWN, context)
                },
            );
            return;
        }
        self.encoded_runs(t, at, bits, context);
    }

    /// JSON objects within a running text (`body: {"Name":…} cost=3`) are inspected as what they are. True if there was one.
    fn embedded_json(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) -> bool {
        if bits & holds::LABEL == 0 || bits & holds::OPEN == 0 {
            return false;
        }
        let mut from = 0;
        while let Some(found) = EMBEDDED.find(&t[from..]) {
            let offset = found.start();
            let mut open = from + offset;
            if open > 0 && t[open - 1] == b'[' {
                open -= 1;
            }
            let mark = self.scratch.edits.mark();
            match self.walk(
                t,
                open,
                at,
                Context {
                    class: NO_CLASS,
                    ..context
                },
            ) {
                Ok(end) if open > 0 || end < t.len() => {
                    if open > 0 {
                        self.running_text(&t[..open], at, holds::UNKNOWN, context);
                    }
                    if end < t.len() {
                        self.running_text(&t[end..], at + end, holds::UNKNOWN, context);
                    }
                    return true;
                }
                _ => self.scratch.edits.truncate(mark),
            }
            from = from + offset + 2;
        }
        false
    }

    /// Payloads and base64 in a running text; what lies between them is inspected as plain text.
    fn encoded_runs(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        let mut from = 0;
        if t.len() >= 20 && bits & (holds::RUN | holds::DIGIT | holds::LABEL) != 0 {
            while let Some(found) = payload::find(t, from) {
                if found.span.start > from {
                    self.base64_runs(&t[from..found.span.start], at + from, bits, context);
                }
                let value = &t[found.span.clone()];
                if !(found.media == Media::Data
                    && self.open_base64(t, found.span.clone(), at, context))
                {
                    self.take_payload(
                        value,
                        at + found.span.start..at + found.span.end,
                        found.name,
                        found.media,
                        None,
                        Rule::Named("payload"),
                        b"",
                    );
                }
                from = found.span.end;
            }
        }
        if from < t.len() {
            self.base64_runs(&t[from..], at + from, bits, context);
        }
    }

    /// Opens base64 of text wherever a run of it is long enough to hold a personal datum.
    fn base64_runs(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        const STEP: usize = 24;
        let mut from = 0;
        let mut sample = STEP - 1;
        while sample < t.len() && bits & holds::RUN != 0 {
            if payload::is_base64(t[sample]) {
                let start = t[from..sample]
                    .iter()
                    .rposition(|c| !payload::is_base64(*c))
                    .map_or(from, |i| from + i + 1);
                let end = t[sample..]
                    .iter()
                    .position(|c| !payload::is_base64(*c))
                    .map_or(t.len(), |i| sample + i);
                let mark = self.scratch.edits.mark();
                // only a run in which something was found divides the text: `token=eyJ…` must stay with its label
                if end - start >= STEP
                    && self.open_base64(t, start..end, at, context)
                    && self.scratch.edits.has_since(mark)
                {
                    if start > from {
                        self.plain_text(&t[from..start], at + from, bits, context);
                    }
                    from = end;
                }
                sample = end + STEP - 1;
            } else {
                sample += STEP;
            }
        }
        if from < t.len() {
            self.plain_text(&t[from..], at + from, bits, context);
        }
    }

    /// Opens base64 that holds text, or text that is packed. True if it did, whether or not anything was found inside.
    pub(crate) fn open_base64(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        at: usize,
        context: Context,
    ) -> bool {
        let mut run = &t[span.clone()];
        let mut start = span.start;
        // `data=eyJ…`: a label glued by `=`
        if let Some(equals) =
            memchr::memchr(b'=', &run[..run.len().min(40)]).filter(|e| e + 16 < run.len())
        {
            start += equals + 1;
            run = &run[equals + 1..];
        }
        if run.len() < 16 || self.scratch.layers == LAYERS || run.contains(&b'.') {
            return false;
        }
        let mut head = [0u8; 18];
        let clean = run.iter().take(24).all(|c| payload::is_base64(*c));
        if !clean || !looks_like_text(run, &mut head) {
            return false;
        }
        let (mut plain, map) = self.scratch.buffers.pop().unwrap_or_default();
        let mut opened = false;
        if payload::decode_base64(run, &mut plain) {
            if let Some(packing) = Packing::of(&plain) {
                if let Some(unpacked) = packing.unpack(&plain).filter(|t| is_text(t)) {
                    opened = true;
                    self.recode(&unpacked, run, at + start, context, |text| {
                        packing.pack(&text)
                    });
                } else if let (Packing::Gzip, Some(category)) = (packing, self.core.opaque) {
                    opened = true;
                    self.take(
                        run,
                        at + start..at + span.end,
                        category,
                        Rule::Named("gzip that can't be read"),
                        0,
                        b"",
                    );
                }
            } else if is_text(&plain) {
                opened = true;
                self.recode(&plain, run, at + start, context, |text| text);
            }
        }
        plain.clear();
        self.scratch.buffers.push((plain, map));
        opened
    }

    /// Redacts a text that was unpacked, and replaces the run by the redacted text packed again, if anything was found.
    fn recode(
        &mut self,
        text: &[u8],
        run: &[u8],
        at: usize,
        context: Context,
        pack: impl FnOnce(Vec<u8>) -> Vec<u8>,
    ) {
        let mark = self.scratch.edits.mark();
        self.scratch.layers += 1;
        self.scratch.encoded = true;
        self.text(text, 0, holds::UNKNOWN, context);
        self.scratch.layers -= 1;
        if !self.scratch.edits.has_since(mark) {
            return;
        }
        self.scratch.edits.settle(mark);
        let mut redacted = Vec::with_capacity(text.len());
        self.scratch.edits.splice(mark, text, &mut redacted);
        let found: Vec<CategoryId> = self
            .scratch
            .edits
            .since(mark)
            .iter()
            .map(|e| e.category)
            .collect();
        self.scratch.edits.truncate(mark);
        for category in &found[1..] {
            if let Some(count) = self.scratch.counts.get_mut(*category as usize) {
                *count += 1;
            }
        }
        let packed = payload::encode_base64(&pack(redacted), run);
        self.scratch
            .edits
            .push(at..at + run.len(), found[0], 0, |out| {
                out.extend_from_slice(&packed)
            });
    }

    /// The class of a key, if it means something.
    pub(crate) fn class(&self, class: ClassId) -> Option<&Class> {
        self.core.fields.classes.get(class as usize)
    }

    /// What a key of an object means; `bits` tell if it holds escapes.
    pub(crate) fn key_info(&mut self, key: &[u8], bits: Contents) -> KeyInfo {
        if bits & holds::ESCAPE == 0 {
            return self.scratch.keys.learn(key, &self.core.fields);
        }
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        decode::json_string(key, &mut text, &mut map);
        let info = self.scratch.keys.learn(&text, &self.core.fields);
        self.scratch.buffers.push((text, map));
        info
    }

    /// The value patterns that a key makes count.
    pub(crate) fn patterns_of_key(&mut self, key: &[u8]) -> PatternSet {
        if key.is_empty() {
            return PatternSet::default();
        }
        let shapes = &self.core.shapes;
        self.scratch
            .key_patterns
            .get_or(key, |key| shapes.of_key(key))
    }

    /// Notes the key of the value that comes next in the path.
    pub(crate) fn enter(&mut self, key: &[u8], parent: usize) {
        if self.scratch.track_path {
            self.scratch.path.truncate(parent);
            if !self.scratch.path.is_empty() {
                self.scratch.path.push(b'.');
            }
            self.scratch.path.extend_from_slice(key);
        }
    }

    /// Notes the country that a record names.
    pub(crate) fn note_country(&mut self, value: &[u8]) {
        let core = self.core;
        self.scratch.countries |= self
            .scratch
            .country_values
            .get_or(value, |value| core.country_bits(value));
    }
}

/// What a text holds, asked only of a text that is looked into.
pub(crate) fn known(t: &[u8], bits: Contents) -> Contents {
    if bits & holds::UNKNOWN == 0 {
        bits
    } else {
        contents(t)
    }
}

/// Does an escape stand here that only JSON writes: `\"`, `\/`, `\uXXXX`?
fn has_json_escape(t: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', t).any(|i| match t.get(i + 1) {
        // wrongly undoing `\\new` costs nothing: edits find back to the very bytes
        Some(b'"' | b'/' | b'n' | b'r' | b't') => true,
        Some(b'u') => t.len() >= i + 6 && t[i + 2..i + 6].iter().all(u8::is_ascii_hexdigit),
        _ => false,
    })
}

/// Do the first bytes of a base64 run decode to text or something packed? Cheap, so that hashes and identifiers cost next to nothing.
fn looks_like_text(run: &[u8], head: &mut [u8; 18]) -> bool {
    use base64::Engine;
    let part = &run[..run.len().min(24) / 4 * 4];
    let part = &part[..part.iter().position(|c| *c == b'=').unwrap_or(part.len()) / 4 * 4];
    let url = part.iter().any(|c| matches!(c, b'-' | b'_'));
    let engine = if url {
        &base64::engine::general_purpose::URL_SAFE_NO_PAD
    } else {
        &base64::engine::general_purpose::STANDARD_NO_PAD
    };
    let Ok(n) = engine.decode_slice(part, head) else {
        return false;
    };
    let head = &head[..n];
    Packing::of(head).is_some() || (n >= 9 && is_text(head))
}

/// UTF-8 (perhaps cut within a character) without control characters but white space.
fn is_text(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none(),
    };
    valid
        && !bytes
            .iter()
            .any(|c| (*c < 0x20 && !matches!(c, b'\t' | b'\n' | b'\r')) || *c == 0x7f)
}

/// Which values a rule speaks about.
pub(crate) fn rule_accepts(rule: ValueRule, value: &[u8]) -> bool {
    let digits = || value.iter().filter(|c| c.is_ascii_digit()).count();
    let said = |c: &u8| c.is_ascii_alphanumeric() || *c >= 0x80;
    match rule {
        ValueRule::Any | ValueRule::Person => value.iter().any(said),
        ValueRule::Number => {
            value.len() >= 5
                && (digits() >= 4 || wide_digits(value) >= 4)
                && !value.starts_with(b"http")
        }
        ValueRule::Phone => digits() >= 6 || wide_digits(value) >= 6,
        ValueRule::Date => {
            digits() >= 4
                || value.iter().any(|c| *c >= 0x80)
                || (value.len() >= 6 && value.len() < 40 && digits() >= 2)
        }
        ValueRule::Text => {
            value.iter().filter(|c| said(c)).count() >= 2
                && !value.starts_with(b"http://")
                && !value.starts_with(b"https://")
        }
        ValueRule::Blob => is_blob(value),
        ValueRule::Secret => {
            value.len() >= 6 && !(value.len() <= 6 && value.iter().all(u8::is_ascii_digit))
        }
    }
}

fn wide_digits(value: &[u8]) -> usize {
    memchr::memmem::find_iter(value, b"\xef\xbc")
        .filter(|i| matches!(value.get(i + 2), Some(0x90..=0x99)))
        .count()
}

fn is_blob(value: &[u8]) -> bool {
    if value.starts_with(b"data:") || payload::media(value).is_some() {
        return true;
    }
    // PHP writes `\/` for `/`, also where nothing undoes it
    let escaped = memchr::memmem::find(value, b"\\/").is_some();
    let part = |c: &u8| {
        payload::is_base64(*c)
            || matches!(c, b'.' | b'\r' | b'\n' | b'*')
            || (*c == b'\\' && escaped)
            || *c >= 0x80
    };
    // bytes that Python or C printed
    if value.len() >= 64 && memchr::memmem::find_iter(&value[..64], b"\\x").count() >= 8 {
        return true;
    }
    value.len() >= 16
        && value.iter().take(4096).all(part)
        && value.iter().any(|c| {
            c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, b'+' | b'/' | b'=')
        })
        && !value.starts_with(b"http")
}
