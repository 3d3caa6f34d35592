//! One worker's step: a block of raw lines in, the output's bytes out.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use memchr::memchr;

use crate::{
    batch::Encoder,
    input::lines::too_long,
    pipeline::stats::{BatchStats, Stats},
    redact::{Form, Outcome, Redactor, Worker},
};

/// What stands for a record that made the redactor fail.
const UNREADABLE: &[u8] = br#"{"message":"[UNREADABLE]","tags":["redaction_failed"]}"#;
/// UTF-8's byte-order mark. Some Windows programs begin every file with it, so in joined files it can stand anywhere.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The form in which records leave.
#[derive(Clone)]
pub enum Shape {
    /// One line each; line ends, empty lines and byte-order marks as they came.
    Lines,
    /// What an encoder makes of them; empty lines vanish.
    Encoded(Arc<dyn Encoder>),
}

/// A worker with the buffers it uses again for every block.
pub struct Step {
    redactor: Arc<Redactor>,
    worker: Worker,
    shape: Shape,
    longest: usize,
    stats: Arc<Stats>,
    /// One redacted record, for the encoder.
    redacted: Vec<u8>,
    /// Findings of `worker` that `stats` knows already.
    counted: Vec<u64>,
}

impl Step {
    /// A worker. Lines over `longest` bytes are replaced.
    pub fn new(redactor: Arc<Redactor>, shape: Shape, longest: usize, stats: Arc<Stats>) -> Self {
        let worker = redactor.worker();
        Self {
            redactor,
            worker,
            shape,
            longest,
            stats,
            redacted: Vec::new(),
            counted: Vec::new(),
        }
    }

    /// Redacts `block`, appends the output's bytes to `body` and each record's end in it to `ends` (encoded shapes only).
    pub fn run(&mut self, block: &[u8], body: &mut Vec<u8>, ends: &mut Vec<usize>) {
        // Most output is about as long as its input; one growth less in the middle of a block.
        body.reserve(block.len() + block.len() / 16);
        let mut stats = BatchStats::default();
        let mut rest = block;
        while !rest.is_empty() {
            let (line, line_end) = match memchr(b'\n', rest) {
                Some(at) => (&rest[..at], &rest[at..at + 1]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = &rest[line.len() + line_end.len()..];
            self.line(line, line_end, body, ends, &mut stats);
        }
        self.stats
            .add_findings(self.worker.counts(), &mut self.counted);
        self.stats.add(stats, block.len(), body.len());
    }

    #[inline]
    fn line(
        &mut self,
        line: &[u8],
        line_end: &[u8],
        body: &mut Vec<u8>,
        ends: &mut Vec<usize>,
        stats: &mut BatchStats,
    ) {
        let (mark, line) = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(line) => (BYTE_ORDER_MARK, line),
            None => (&b""[..], line),
        };
        let (line, carriage) = match line.strip_suffix(b"\r") {
            Some(line) => (line, &b"\r"[..]),
            None => (line, &b""[..]),
        };
        let is_empty = line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        match self.shape {
            Shape::Lines => {
                body.extend_from_slice(mark);
                if is_empty {
                    stats.empty += 1;
                    body.extend_from_slice(line);
                } else {
                    stats.records += 1;
                    self.redact(line, body, stats);
                }
                body.extend_from_slice(carriage);
                body.extend_from_slice(line_end);
            }
            Shape::Encoded(_) if is_empty => stats.empty += 1,
            Shape::Encoded(_) => {
                stats.records += 1;
                let mut redacted = std::mem::take(&mut self.redacted);
                redacted.clear();
                let outcome = self.redact(line, &mut redacted, stats);
                self.encode(line, &redacted, outcome, body, stats);
                ends.push(body.len());
                self.redacted = redacted;
            }
        }
    }

    /// Appends the redacted line. Whatever happens, not a byte of the raw line is in what is appended unless it was inspected.
    #[inline]
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>, stats: &mut BatchStats) -> Outcome {
        if line.len() > self.longest {
            stats.too_long += 1;
            out.extend_from_slice(&too_long(line.len() as u64, None, b""));
            return Outcome::nothing(Form::Failed);
        }
        let start = out.len();
        let worker = &mut self.worker;
        match catch_unwind(AssertUnwindSafe(|| worker.redact(line, out))) {
            Ok(outcome) => {
                match outcome.form {
                    Form::Json => {}
                    Form::Text => stats.not_json += 1,
                    Form::Failed => stats.failed += 1,
                }
                outcome
            }
            Err(_) => {
                out.truncate(start);
                out.extend_from_slice(UNREADABLE);
                stats.failed += 1;
                self.replace_worker();
                Outcome::nothing(Form::Failed)
            }
        }
    }

    /// An encoder that panics costs the record's content as well, but the record itself stays: without its own fields
    /// it can't fail in the same way.
    fn encode(
        &mut self,
        raw: &[u8],
        redacted: &[u8],
        outcome: Outcome,
        body: &mut Vec<u8>,
        stats: &mut BatchStats,
    ) {
        let Shape::Encoded(encoder) = &self.shape else {
            return;
        };
        let start = body.len();
        if catch_unwind(AssertUnwindSafe(|| {
            encoder.encode(raw, redacted, &outcome, body)
        }))
        .is_err()
        {
            body.truncate(start);
            stats.failed += 1;
            let failed = Outcome::nothing(Form::Failed);
            if catch_unwind(AssertUnwindSafe(|| {
                encoder.encode(raw, UNREADABLE, &failed, body)
            }))
            .is_err()
            {
                body.truncate(start);
            }
        }
    }

    /// What a panic left behind can't be trusted. The counts of before are kept.
    #[cold]
    fn replace_worker(&mut self) {
        self.stats
            .add_findings(self.worker.counts(), &mut self.counted);
        self.worker = self.redactor.worker();
        self.counted.clear();
    }
}
