//! One line's inspection: what each string, number and array is, through every encoding.
//!
//! A text is opened layer by layer: JSON text in a string, percent-encoding, character references, full-width forms, escapes of a
//! body that was cut, base64 of text, gzip. What no layer claims is running text, and goes to [`super::text`].

use std::ops::Range;

use super::Core;
use super::echo::needles::Needles;
use super::edit::action::CategoryId;
use super::edit::{Coding, Edits, OffsetMap};
use super::fields::context::PatternSet;
use super::fields::{Class, ClassId, KeyInfo, NO_CLASS, Part};
use super::json::Frame;
use super::json::keys::Keys;
use super::json::quiet::{LONG_NUMBER, LONG_SAFE};
use super::json::remember::{LONGEST, LONGEST_VALUE, Remembered, SOME};
use super::layers::decode::{self, Unescaped};
use super::layers::{latin1, payload};
use super::names::spoken::may_hold_name;
use super::scan::{Contents, MANY_DIGITS, contents, holds, is_odd, speaks, string_end};
use crate::patterns::schema::ActionName;

/// So many layers of encoding are opened; what is deeper is replaced unseen. Each JSON layer doubles the backslashes and each base64 layer
/// adds a third, so that no line of less than gigabytes gets there.
pub(super) const LAYERS: usize = 160;

/// Buffers that a worker uses again for every line.
#[derive(Default)]
pub(crate) struct Scratch {
    pub edits: Edits,
    pub frames: Vec<Frame>,
    pub keys: Keys,
    pub label_classes: Remembered<(ClassId, Part), LONGEST, SOME>,
    key_patterns: Remembered<PatternSet, LONGEST, SOME>,
    pub(super) country_values: Remembered<u64, LONGEST, SOME>,
    /// Findings so far, kept ones too.
    pub(super) found: u64,
    /// Short values in which nothing was found, with what they stood under: hosts, services, regions, clients.
    quiet: Remembered<Standing, LONGEST_VALUE>,
    pub needles: Needles,
    /// Countries that the record names, a bit each.
    pub countries: u64,
    /// Something was decoded in which a repetition would not be seen in the raw bytes.
    pub encoded: bool,
    /// Categories of findings that no edit of their own replaces.
    pub unedited: Vec<CategoryId>,
    /// Path of the value at hand, keys joined by dots; kept only where somebody asks for it.
    pub path: Vec<u8>,
    pub track_path: bool,
    /// What was found, for `tuomin explain`.
    pub trace: Option<Vec<Trace>>,
    /// Values behind labels of machine identifiers in the text at hand: value patterns leave them alone.
    pub protected: Vec<Range<usize>>,
    /// Where the containers begin that the last JSON text to fail left open.
    pub(super) unclosed: Vec<usize>,
    pub(super) layers: usize,
    /// Form encodings opened around the text at hand.
    pub(super) forms: usize,
    pub(super) buffers: Vec<(Vec<u8>, OffsetMap)>,
    /// The ends of a payload.
    pub(super) ends: Vec<u8>,
    /// The normal form of a value, while its pseudonym is computed.
    pub(super) compact: Vec<u8>,
    pub(super) details: Vec<u8>,
}

impl Scratch {
    pub fn new(track_path: bool) -> Self {
        Self {
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
pub(super) struct Standing {
    id: u32,
    class: ClassId,
    inherited: bool,
    body: bool,
}

impl Standing {
    /// Under a key that means nothing, in an object that means nothing.
    pub fn plain(id: u32, body: bool) -> Self {
        Self {
            id,
            class: NO_CLASS,
            inherited: false,
            body,
        }
    }
}

impl Context<'_> {
    /// Nothing surrounds it.
    pub const NOTHING: Context<'static> = Context {
        class: NO_CLASS,
        inherited: false,
        key: b"",
        body: false,
        id: 0,
    };

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
        let (mut context, mut bits) = (context, bits);
        let mut class = self.class(context.class);
        // {"Image":{"Bytes":"/9j/4AAQ…"}}: what is so long under a measure's key is none, and {"type":"idcard=370…"} is no code
        let value = &t[span.clone()];
        if let Some(safe) = class.filter(|c| c.safe)
            && (speaks(value)
                || safe.shaped && is_odd(value)
                || bits & holds::ESCAPE != 0 && quotes(value)
                || value.len() >= LONG_SAFE && payload::is_media(value))
        {
            context.class = NO_CLASS;
            class = None;
            // of a safe string only the end was searched
            bits |= holds::UNKNOWN;
        }
        let safe = class.is_some_and(|c| c.safe);
        // words alone tell nothing but under a key that means something, or behind one that promises a name
        let words = bits & (holds::ANYTHING | holds::UNKNOWN) == 0
            && class.is_none()
            && !self.is_denying(context)
            && !may_hold_name(value);
        if span.is_empty() || ((safe || words) && self.scratch.needles.is_empty()) {
            return;
        }
        if bits & holds::ESCAPE == 0 {
            let standing = context.standing();
            let memorable = bits & holds::ANYTHING != 0 && self.is_memorable(standing);
            let plain = standing == Standing::plain(context.id, context.body);
            let asked = plain && bits & holds::ASKED != 0;
            if memorable && !asked && self.is_remembered(value, standing) {
                return;
            }
            let mark = self.scratch.edits.mark();
            let (found, encoded) = (self.scratch.found, self.scratch.encoded);
            self.scratch.encoded = false;
            self.told_apart(value, at + span.start, bits, safe, context);
            let nothing = self.scratch.found == found && !self.scratch.edits.has_since(mark);
            self.scratch.edits.escape_since(mark);
            if memorable && nothing && !self.scratch.encoded {
                self.scratch.quiet.put_again(value, standing);
            }
            self.scratch.encoded |= encoded;
            return;
        }
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        let source = &t[span.clone()];
        let hidden = decode::json_string(source, &mut text, &mut map);
        let unescaped = Unescaped { text, map, hidden };
        self.unescaped_string(source, at + span.start, unescaped, context);
    }

    /// The same of a string that held escapes; `source` is what it was.
    pub(crate) fn unescaped_string(
        &mut self,
        source: &[u8],
        at: usize,
        unescaped: Unescaped,
        context: Context,
    ) {
        let Unescaped { text, map, hidden } = unescaped;
        let safe = self.class(context.class).is_some_and(|c| c.safe);
        if safe && self.scratch.needles.is_empty() {
            self.scratch.buffers.push((text, map));
            return;
        }
        self.opened(source, at, Coding::Json, (text, map), |pass, text| {
            pass.told_apart(text, 0, holds::UNKNOWN, safe, context)
        });
        self.scratch.encoded |= hidden;
    }

    /// Value patterns don't touch machine identifiers: only what the record gave away elsewhere is taken out of what is `safe`.
    fn told_apart(&mut self, text: &[u8], at: usize, bits: Contents, safe: bool, context: Context) {
        if safe {
            self.machine_echoes(text, at)
        } else {
            self.text(text, at, bits, context)
        }
    }

    /// May it be remembered that nothing is found in a value? That depends on nothing else: see [`Standing`].
    fn is_memorable(&self, standing: Standing) -> bool {
        standing.id != 0
            && self.scratch.forms == 0
            && self.scratch.needles.is_empty()
            && self.scratch.trace.is_none()
    }

    /// Is it remembered that nothing is found in a value?
    pub(super) fn is_remembered(&self, value: &[u8], standing: Standing) -> bool {
        self.is_memorable(standing) && self.scratch.quiet.get(value) == Some(standing)
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
            self.opened(source, at, coding, (text, map), inspect);
        } else {
            self.scratch.buffers.push((text, map));
        }
        opened
    }

    /// Inspects what came out of a layer, and carries the edits back.
    fn opened(
        &mut self,
        source: &[u8],
        at: usize,
        coding: Coding,
        (text, map): (Vec<u8>, OffsetMap),
        inspect: impl FnOnce(&mut Self, &[u8]),
    ) {
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
        self.scratch.buffers.push((text, map));
    }

    /// Inspects a whole decoded value: by its key, as JSON text, or as running text.
    pub(crate) fn text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        if bits & (holds::HIGH | holds::UNKNOWN) != 0
            && latin1::may_hold(t)
            && self.layer(t, at, Coding::Width, latin1::decode, |pass, text| {
                pass.scratch.encoded = true;
                pass.text(text, 0, holds::UNKNOWN, context)
            })
        {
            return;
        }
        if self.is_denying(context) {
            return self.denied_text(t, at, bits, context);
        }
        let trimmed = t.trim_ascii_start();
        let start = t.len() - trimmed.len();
        match trimmed.first() {
            None => (),
            Some(b'{' | b'[') => {
                self.scattered(t, at);
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
            self.words_alone(t, at);
        }
    }

    /// Inspects a bare number.
    pub(crate) fn number(&mut self, t: &[u8], at: usize, integer: bool, context: Context) {
        let odd = integer
            && t.len() >= MANY_DIGITS
            && self.class(context.class).is_some_and(|c| c.shaped);
        if !odd && self.by_key(t, at, context, b"\"") {
            return;
        }
        if integer && t.len() >= LONG_NUMBER {
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

    /// The class of a key, if it means something.
    pub(crate) fn class(&self, class: ClassId) -> Option<&Class> {
        self.core.fields.classes.get(class as usize)
    }

    /// What a key of an object means; `bits` tell if it holds escapes.
    pub(crate) fn key_info(&mut self, key: &[u8], bits: Contents) -> KeyInfo {
        if bits & holds::ESCAPE == 0 {
            return self.scratch.keys.learn(key, self.core);
        }
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        decode::json_string(key, &mut text, &mut map);
        let info = self.scratch.keys.learn(&text, self.core);
        self.scratch.buffers.push((text, map));
        info
    }

    /// What the content of a string means where it is the name of a value.
    pub(crate) fn string_class(&mut self, content: &[u8]) -> ClassId {
        let fields = &self.core.fields;
        if memchr::memchr(b'\\', content).is_none() {
            return self.scratch.keys.meaning(content, fields).class;
        }
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        decode::json_string(content, &mut text, &mut map);
        let class = self.scratch.keys.meaning(&text, fields).class;
        self.scratch.buffers.push((text, map));
        class
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

/// Does a string hold an escape of a quote or of a character?
fn quotes(content: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', content).any(|i| matches!(content.get(i + 1), Some(b'"' | b'u')))
}

/// What a text holds, asked only of a text that is looked into.
pub(crate) fn known(t: &[u8], bits: Contents) -> Contents {
    if bits & holds::UNKNOWN == 0 {
        bits
    } else {
        contents(t)
    }
}
