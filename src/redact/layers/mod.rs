//! Layers of encoding in a running text: JSON within it, percent-encoding, character references, escapes of a body that was cut,
//! payloads, base64 of text or of something packed. What no layer claims goes to [`crate::redact::text`].

pub(crate) mod binary;
pub(crate) mod decode;
pub(crate) mod dumps;
pub(crate) mod escapes;
pub(crate) mod hexed;
pub(crate) mod latin1;
pub(crate) mod packed;
pub(crate) mod payload;
pub(crate) mod payload_search;
pub(crate) mod percent;
pub(crate) mod quoted;
mod raw;
mod shown;
pub(crate) mod width;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::redact::edit::Coding;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::NO_CLASS;
use crate::redact::pass::{Context, LAYERS, Pass, Rule, known};
use crate::redact::scan::{Contents, holds};
use crate::redact::words::lookup::late_literals;
use packed::Packing;
use payload::Media;
use percent::Plus;

static EMBEDDED: LazyLock<AhoCorasick> = LazyLock::new(|| late_literals(["{\"", "[[\""]));

impl Pass<'_> {
    /// Opens what encodes a running text, then looks at the text itself.
    pub(crate) fn running_text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        let bits = known(t, bits);
        if self.raw_payloads(t, at, bits, context) {
            return;
        }
        if bits & holds::HIGH != 0
            && self.layer(t, at, Coding::Width, width::width, |pass, text| {
                pass.running_text(text, 0, holds::UNKNOWN, context)
            })
        {
            return;
        }
        if self.embedded_json(t, at, bits, context) {
            return;
        }
        let form = self.scratch.forms == 0
            && (bits & holds::LABEL != 0
                && (percent::is_form(t)
                    || bits & holds::ENCODED != 0 && percent::is_message_with_form(t))
                || bits & holds::ENCODED != 0 && percent::is_encoded_json(t));
        let plus = match form {
            true => Plus::Space,
            false => Plus::SpaceInQueries,
        };
        if ((bits & holds::ENCODED != 0 && memchr::memchr(b'%', t).is_some())
            || (bits & holds::LABEL != 0
                && memchr::memchr(b'+', t).is_some()
                && (form || self.scratch.forms == 0 && percent::holds_query(t))))
            && self.layer(
                t,
                at,
                Coding::Percent,
                |s, o, m| percent::percent(s, plus, o, m),
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
        if bits & holds::ESCAPE != 0
            && escapes::may_hold(t)
            && self.layer(t, at, Coding::Bytes, escapes::decode, |pass, text| {
                pass.scratch.encoded = true;
                pass.text(text, 0, holds::UNKNOWN, context)
            })
        {
            return;
        }
        self.encoded_runs(t, at, bits, context);
    }

    /// JSON objects within a running text (`body: {"Name":…} cost=3`) are inspected as what they are. True if there was one.
    fn embedded_json(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) -> bool {
        if bits & holds::LABEL == 0 || bits & holds::OPEN == 0 {
            return false;
        }
        // a log may be thousands of them: one after the other, not one within the other
        let (mut start, mut from) = (0, 0);
        // where one fails, all that it left open fail: each would be read to the same place
        let (mut hopeless, mut passed) = (Vec::new(), 0);
        while let Some(found) = EMBEDDED.find(&t[from..]) {
            let brace = from + found.start();
            let listed = brace > start && t[brace - 1] == b'[';
            let open = brace - usize::from(listed);
            while hopeless.get(passed).is_some_and(|start| *start < open) {
                passed += 1;
            }
            if hopeless.get(passed) == Some(&open) {
                from = brace + 2;
                continue;
            }
            let mark = self.scratch.edits.mark();
            let class = self.class_before(&t[start..], open - start);
            let within = Context {
                class,
                inherited: class != NO_CLASS,
                ..context
            };
            match self.walk(t, open, at, within) {
                Ok(end) if open > 0 || end < t.len() => {
                    if open > start {
                        let head = &t[start..open];
                        self.running_text(head, at + start, holds::UNKNOWN, context);
                    }
                    (start, from) = (end, end);
                }
                failed => {
                    self.scratch.edits.truncate(mark);
                    from = brace + 2;
                    if failed.is_err() {
                        std::mem::swap(&mut hopeless, &mut self.scratch.unclosed);
                        passed = 0;
                    }
                }
            }
        }
        if start > 0 && start < t.len() {
            self.running_text(&t[start..], at + start, holds::UNKNOWN, context);
        }
        start > 0
    }

    /// Payloads and base64 in a running text; what lies between them is inspected as plain text.
    fn encoded_runs(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        if self.dumped_payloads(t, at, bits, context) {
            return;
        }
        let mut from = 0;
        let mut divided = false;
        if t.len() >= 20 && bits & (holds::RUN | holds::DIGIT | holds::LABEL) != 0 {
            while let Some(found) = payload_search::find(t, from) {
                divided |= found.span != (0..t.len());
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
        // what names a value may stand on the other side of a payload, and a payload may be a part of a value
        if divided {
            let mark = self.scratch.edits.mark();
            self.inserted_values(t, at, mark);
            self.printed_pairs(t, at, mark);
        }
    }

    /// Opens base64 of text wherever a run of it is long enough to hold a personal datum.
    fn base64_runs(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        const STEP: usize = 24;
        let mut from = 0;
        let mut sample = STEP - 1;
        // where lines end that are no base64 together: they are not put together again from each of them
        let mut apart = 0;
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
                let mut opened = 0;
                if end - start >= STEP {
                    let lines = match start >= apart {
                        true => {
                            // what `=` glues to the first line makes it longer
                            let first = end - without_label(&t[start..end]).len();
                            payload_search::over_equal_lines(t, first..end).end
                        }
                        false => end,
                    };
                    if lines > end && self.open_base64(t, start..lines, at, context) {
                        opened = lines;
                    } else if self.open_base64(t, start..end, at, context) {
                        opened = end;
                    }
                    apart = apart.max(lines);
                }
                // only a run in which something was found divides the text: `token=eyJ…` must stay with its label
                if opened > 0 && self.scratch.edits.has_since(mark) {
                    if start > from {
                        self.plain_text(&t[from..start], at + from, bits, context);
                    }
                    from = opened;
                }
                sample = end.max(opened) + STEP - 1;
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
        let run = without_label(&t[span.clone()]);
        let start = span.end - run.len();
        if self.open_hex(run, at + start, context) {
            return true;
        }
        if run.len() < 16 || self.scratch.layers == LAYERS || run.contains(&b'.') {
            return false;
        }
        let mut head = [0u8; 18];
        let clean = run.iter().take(24).all(|c| payload::is_base64(*c));
        if !clean {
            return false;
        }
        let raw = is_saml(&t[..start], context.key);
        let told = looks_like_text(run, &mut head) || raw;
        if !told && !binary::may_be_message(&head) {
            return false;
        }
        let (mut plain, map) = self.scratch.buffers.pop().unwrap_or_default();
        let mut opened = false;
        if payload::decode_base64(run, &mut plain) {
            if !told {
                opened = self.open_message(&plain, run, at + start, context);
            } else if let Some(packing) =
                Packing::of(&plain).or((raw && !is_text(&plain)).then_some(Packing::Raw))
            {
                if let Some(unpacked) = packing.unpack(&plain).filter(|t| is_text(t)) {
                    opened = true;
                    self.recode(&unpacked, run, at + start, context, |text| {
                        payload::encode_base64(&packing.pack(&text), run)
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
                self.recode(&plain, run, at + start, context, |text| {
                    payload::encode_base64(&text, run)
                });
            }
        }
        plain.clear();
        self.scratch.buffers.push((plain, map));
        opened
    }

    /// Redacts a text that was unpacked, and replaces the run by the redacted text packed again, if anything was found.
    pub(crate) fn recode(
        &mut self,
        text: &[u8],
        run: &[u8],
        at: usize,
        context: Context,
        encode: impl FnOnce(Vec<u8>) -> Vec<u8>,
    ) {
        let mark = self.scratch.edits.mark();
        self.scratch.layers += 1;
        self.scratch.encoded = true;
        self.text(text, 0, holds::UNKNOWN, context);
        self.scratch.layers -= 1;
        if !self.scratch.edits.has_since(mark) {
            return;
        }
        // what counts only in one country makes the whole of it count only there, unless something else counts anyway; asked before what
        // overlaps becomes one
        let only_in = self.scratch.edits.only_in(mark);
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
        self.scratch.unedited.extend_from_slice(&found[1..]);
        let packed = encode(redacted);
        self.scratch
            .edits
            .push(at..at + run.len(), found[0], only_in, false, |out| {
                out.extend_from_slice(&packed)
            });
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

/// SAML packs its requests without a sign of how (SAML 2.0 bindings, section 3.4.4.1): only their name tells.
fn is_saml(before: &[u8], key: &[u8]) -> bool {
    const NAMES: [&[u8]; 2] = [b"samlrequest", b"samlresponse"];
    let label = before.strip_suffix(b"=").unwrap_or_default();
    NAMES.iter().any(|name| {
        key.eq_ignore_ascii_case(name)
            || label.len() >= name.len()
                && label[label.len() - name.len()..].eq_ignore_ascii_case(name)
    })
}

/// `data=eyJ…`: a run without the label that `=` glues to it.
fn without_label(run: &[u8]) -> &[u8] {
    let equals = memchr::memchr(b'=', &run[..run.len().min(40)]).filter(|e| e + 16 < run.len());
    equals.map_or(run, |equals| &run[equals + 1..])
}

/// Is a run base64 of what was opened already, whether or not anything was found inside?
pub(crate) fn is_opened(run: &[u8]) -> bool {
    looks_like_text(without_label(run), &mut [0; 18])
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
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none(),
    };
    valid
        && !bytes
            .iter()
            .any(|c| (*c < 0x20 && !matches!(c, b'\t' | b'\n' | b'\r')) || *c == 0x7f)
}
