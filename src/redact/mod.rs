//! The heart: a line in, a redacted line and its findings out.
//!
//! Knows no input, output, thread or clock. A [`Redactor`] is built once and shared (`core`); each thread takes a [`Worker`] from it,
//! which owns the buffers that are used again for every line.
//!
//! ```text
//! line ─▶ json      one forward pass, hands out strings and numbers with what their key means
//!          │        (fields) and what stands beside them says
//!          ▼
//!         pass      by key? JSON again?
//!          │
//!        layers     what encodes the text, each decoder with the map by which edits find back; images and other blobs
//!          ▼
//!         text      prints, labels, cards, names, shapes (checksum), expressions, addresses
//!          │
//!          ▼
//!         edit      what is to be replaced, and by what: action, pseudonym
//!          │
//!         echo      what was found is looked for in the whole record
//!          ▼
//!        redacted line: everything between the edits byte for byte
//! ```
//!
//! | room | owns |
//! |---|---|
//! | `scan` | one look at a string's bytes: where it ends, what it holds |
//! | `words` | lists of words searched in texts; letters, scripts and accents |
//! | `json` | the pass over JSON, and what members, elements and rows say of each other |
//! | `fields` | what a key, label, tag or parameter means, however it is spelled |
//! | `layers` | encodings and payloads |
//! | `text` | the order of the detectors of running text; expressions, addresses |
//! | `labels` | values behind labels: where they begin and end |
//! | `prints` | structures, tables, statements and refusals as programs print them |
//! | `cards` | lines read off a card |
//! | `names` | names of persons where no key tells them |
//! | `shapes`, `checksum` | numbers that their form and check digits prove |
//! | `edit` | spans with their replacement; placeholders and pseudonyms |
//! | `echo` | repetitions of what was found |
//!
//! ```
//! use tuomin::patterns::Patterns;
//! use tuomin::redact::{PseudonymKey, RedactSettings, Redactor};
//!
//! let redactor = Redactor::new(&Patterns::builtin()?, &RedactSettings::default(), PseudonymKey::from_bytes([7; 32]))?;
//! let mut worker = redactor.worker();
//! let mut out = Vec::new();
//! worker.redact(r#"{"RequestId":"5f0c7d1e","IdCard":"11010519491231002X"}"#.as_bytes(), &mut out);
//! assert!(out.starts_with(br#"{"RequestId":"5f0c7d1e","IdCard":"[ID_CN_"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cards;
pub mod checksum;
mod core;
mod echo;
mod edit;
mod fields;
mod json;
mod kinds;
mod labels;
mod layers;
mod names;
mod pass;
mod prints;
mod scan;
mod settings;
mod shapes;
mod strict;
mod text;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use thiserror::Error;

pub use edit::pseudonym::{
    KEY_VARIABLE, KeyError, KeyOrigin, PSEUDONYM_BYTES, PseudonymKey, Pseudonymizer,
};
pub(crate) use fields::MOST_DENIALS;
pub use pass::Trace;
pub use settings::{KindSettings, Posture, RedactSettings};
pub(crate) use shapes::try_pattern;
pub(crate) use text::expressions::compile;

use self::core::Core;
use crate::patterns::Patterns;
use crate::record::Kind;
use edit::action::CategoryId;
use fields::spelling::normal_form;
use kinds::Kinds;
use pass::{Context, Pass, Scratch};

/// What one line became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the line was.
    pub form: Form,
    /// How many values were taken out. Zero means that the line left byte for byte as it came (if [`Form::Json`]).
    pub findings: u32,
    by_category: [(CategoryId, u16); 12],
}

impl Outcome {
    /// Findings by category: index into [`Redactor::categories`] and count. Of a record with more than twelve categories the first
    /// twelve.
    pub fn categories(&self) -> impl Iterator<Item = (usize, u16)> + '_ {
        self.by_category
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(c, n)| (*c as usize, *n))
    }

    /// An outcome without findings.
    pub fn nothing(form: Form) -> Self {
        Self {
            form,
            findings: 0,
            by_category: [(0, 0); 12],
        }
    }

    fn add(&mut self, category: CategoryId) {
        self.findings += 1;
        if let Some(slot) = self
            .by_category
            .iter_mut()
            .find(|(c, n)| *n == 0 || *c == category)
        {
            *slot = (category, slot.1.saturating_add(1));
        }
    }
}

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object.
    Json,
    /// Anything else: redacted as plain text, leaves as `{"message": …, "tags": ["not_json"]}`.
    Text,
    /// It made the redactor fail: its content is gone, it leaves as `{"message": "[UNREADABLE]", "tags": ["redaction_failed"]}`.
    Failed,
}

/// Why a redactor can't be built.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct RedactError(String);

/// Redacts lines. Built once, shared by reference count.
#[derive(Clone)]
pub struct Redactor {
    core: Arc<Core>,
    kinds: Option<Arc<Kinds>>,
}

impl Redactor {
    /// Compiles patterns and settings.
    ///
    /// # Errors
    /// [`RedactError`] names the pattern or setting that can't be used.
    pub fn new(
        patterns: &Patterns,
        settings: &RedactSettings,
        key: PseudonymKey,
    ) -> Result<Self, RedactError> {
        let of = |kind| Core::new(patterns, &settings.for_kind(kind), &key).map(Arc::new);
        let kinds = if settings.differs_by_kind() {
            Some(Arc::new(Kinds {
                monitoring: of(Kind::Monitoring)?,
                operation: of(Kind::Operation)?,
                bodies: patterns
                    .bodies
                    .iter()
                    .map(|b| normal_form(b.as_bytes()))
                    .collect(),
            }))
        } else {
            None
        };
        let core = match &kinds {
            Some(kinds) => kinds.monitoring.clone(),
            None => Arc::new(Core::new(patterns, settings, &key)?),
        };
        Ok(Self { core, kinds })
    }

    /// Category ids by index, as in [`Outcome::categories`] and [`Worker::counts`].
    pub fn categories(&self) -> &[String] {
        self.core.catalog.ids()
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker {
        let kinds = self.kinds.as_deref();
        let has_paths = match kinds {
            Some(kinds) => !(kinds.monitoring.paths.is_empty() && kinds.operation.paths.is_empty()),
            None => !self.core.paths.is_empty(),
        };
        let scratch = || Scratch::new(has_paths);
        Worker {
            core: self.core.clone(),
            kinds: self.kinds.clone(),
            other: self.kinds.is_some().then(scratch),
            scratch: scratch(),
            totals: vec![0; self.categories().len()],
            stage: Vec::new(),
        }
    }
}

/// Cuts off what is not redacted to its end, and leaves nothing of it behind: output buffers are used again as they are.
fn forget(out: &mut Vec<u8>, from: usize) {
    out[from..].fill(0);
    out.truncate(from);
}

/// Redacts lines on one thread; owns the buffers.
pub struct Worker {
    core: Arc<Core>,
    kinds: Option<Arc<Kinds>>,
    /// What the other kind's records left: each remembers for itself.
    other: Option<Scratch>,
    scratch: Scratch,
    totals: Vec<u64>,
    stage: Vec<u8>,
}

impl Worker {
    /// Appends the redacted form of `line` (without line end) to `out`, without line end.
    ///
    /// Never fails: what can't be inspected is replaced. A defect of the redactor costs the content of the line, never the process.
    pub fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) -> Outcome {
        let from = out.len();
        match catch_unwind(AssertUnwindSafe(|| self.redact_unguarded(line, out))) {
            Ok(outcome) => {
                if outcome.findings > 0 {
                    for (category, count) in outcome.categories() {
                        self.totals[category] += u64::from(count);
                    }
                }
                outcome
            }
            Err(_) => {
                let track_path = self.scratch.track_path;
                self.scratch = Scratch::new(track_path);
                self.stage.clear();
                forget(out, from);
                out.extend_from_slice(br#"{"message":"[UNREADABLE]","tags":["redaction_failed"]}"#);
                Outcome {
                    findings: 1,
                    ..Outcome::nothing(Form::Failed)
                }
            }
        }
    }

    /// Findings by category since the worker was made; indices as in [`Redactor::categories`].
    pub fn counts(&self) -> &[u64] {
        &self.totals
    }

    /// Takes up the rules for the line's kind.
    fn choose(&mut self, line: &[u8]) {
        let (Some(kinds), Some(other)) = (&self.kinds, &mut self.other) else {
            return;
        };
        let wanted = kinds.of(line);
        if !Arc::ptr_eq(wanted, &self.core) {
            self.core = wanted.clone();
            std::mem::swap(&mut self.scratch, other);
        }
    }

    /// What would be taken out of a line, where and why. Never shows a value.
    pub fn explain(&mut self, line: &[u8]) -> Vec<Trace> {
        self.choose(line);
        self.scratch.trace = Some(Vec::new());
        let before = std::mem::replace(&mut self.scratch.track_path, true);
        self.redact(line, &mut Vec::new());
        self.scratch.track_path = before;
        self.scratch.trace.take().unwrap_or_default()
    }

    fn redact_unguarded(&mut self, line: &[u8], out: &mut Vec<u8>) -> Outcome {
        self.choose(line);
        self.scratch.needles.clear();
        self.scratch.countries = 0;
        self.scratch.encoded = false;
        self.scratch.unedited.clear();
        let from = out.len();
        let mut outcome = Outcome::nothing(Form::Json);
        if simdutf8::basic::from_utf8(line).is_err() {
            // no JSON: bytes that are no text have no place in a document, and hide nothing once they are replaced
            let text = String::from_utf8_lossy(line).into_owned();
            self.plain(text.as_bytes(), out, &mut outcome);
        } else if !self.object(line, out, &mut outcome) {
            self.plain(line, out, &mut outcome);
        }
        let encoded = self.scratch.encoded;
        while (self.scratch.needles).may_repeat(&out[from..], encoded, &self.core) {
            self.scratch.spare_identifiers(&out[from..], &self.core);
            self.scratch.needles.search();
            let mut stage = std::mem::take(&mut self.stage);
            stage.clear();
            stage.extend_from_slice(&out[from..]);
            forget(out, from);
            let form = outcome.form;
            if !self.object(&stage, out, &mut outcome) {
                out.extend_from_slice(&stage);
            }
            outcome.form = form;
            self.stage = stage;
        }
        for category in self.scratch.unedited.drain(..) {
            outcome.add(category);
        }
        outcome
    }

    /// Redacts a JSON object. False, and nothing written, if the line is none.
    fn object(&mut self, line: &[u8], out: &mut Vec<u8>, outcome: &mut Outcome) -> bool {
        let start = line.len() - line.trim_ascii_start().len();
        if line.get(start) != Some(&b'{') {
            return false;
        }
        self.begin();
        let mut pass = Pass {
            core: &self.core,
            scratch: &mut self.scratch,
        };
        pass.scattered(line, 0);
        let end = pass.walk(line, start, 0, Context::NOTHING);
        if !end.is_ok_and(|end| line[end..].trim_ascii().is_empty()) {
            self.scratch.needles.clear();
            self.scratch.unedited.clear();
            return false;
        }
        self.finish(line, out, outcome);
        true
    }

    /// Redacts a line that is no JSON object, and wraps it into one.
    fn plain(&mut self, line: &[u8], out: &mut Vec<u8>, outcome: &mut Outcome) {
        outcome.form = Form::Text;
        self.begin();
        let context = Context {
            body: self.core.posture == Posture::Strict,
            ..Context::NOTHING
        };
        Pass {
            core: &self.core,
            scratch: &mut self.scratch,
        }
        .text(line, 0, scan::holds::UNKNOWN, context);
        let mut text = std::mem::take(&mut self.stage);
        text.clear();
        self.finish(line, &mut text, outcome);
        out.extend_from_slice(br#"{"message":"#);
        // serialising a string into a vector can't fail
        let _ = serde_json::to_writer(&mut *out, &String::from_utf8_lossy(&text));
        out.extend_from_slice(br#","tags":["not_json"]}"#);
        text.clear();
        self.stage = text;
    }

    fn begin(&mut self) {
        self.scratch.edits.clear();
        self.scratch.frames.clear();
        self.scratch.path.clear();
        if let Some(trace) = self
            .scratch
            .trace
            .as_mut()
            .filter(|_| self.scratch.needles.is_empty())
        {
            trace.clear();
        }
    }

    fn finish(&mut self, line: &[u8], out: &mut Vec<u8>, outcome: &mut Outcome) {
        let countries = self.scratch.countries;
        self.scratch
            .edits
            .keep_countries(|country| countries >> country & 1 == 1);
        self.scratch.edits.settle(0);
        for edit in self.scratch.edits.since(0) {
            outcome.add(edit.category);
        }
        self.scratch.edits.splice(0, line, out);
    }
}

#[cfg(test)]
mod tests;
