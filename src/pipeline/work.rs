//! One worker's step: a block of raw lines in, the output's bytes out.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use memchr::memchr;

use crate::{
    batch::Encoder,
    input::lines::{BYTE_ORDER_MARK, is_empty, too_long},
    pipeline::{
        buffers::reserve,
        stats::{BatchStats, Stats},
    },
    redact::{Form, Outcome, Redactor, Worker},
};

/// What stands for a record that made the redactor fail.
const UNREADABLE: &[u8] = br#"{"message":"[UNREADABLE]","tags":["redaction_failed"]}"#;

/// The form in which records leave.
#[derive(Clone)]
pub enum Shape {
    /// One line each; line ends, empty lines and byte-order marks as they came.
    Lines,
    /// What an encoder makes of them; empty lines vanish.
    Encoded(Arc<dyn Encoder>),
}

/// What a step needs of a redactor's worker. Tests put one in its place that fails.
pub trait LineRedactor {
    /// See [`Worker::redact`].
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) -> Outcome;
    /// See [`Worker::counts`].
    fn counts(&self) -> &[u64];
}

impl LineRedactor for Worker {
    #[inline]
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) -> Outcome {
        Worker::redact(self, line, out)
    }

    fn counts(&self) -> &[u64] {
        Worker::counts(self)
    }
}

/// A redacted record's buffer that grew beyond this (one huge line) is not kept.
const LARGEST_KEPT: usize = 4 << 20;

/// A worker with the buffers it uses again for every block.
pub struct Step<R = Worker> {
    /// Makes a new worker when a panic has left the old one in an unknown state.
    renew: Box<dyn Fn() -> R + Send>,
    worker: R,
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
        Self::with(move || redactor.worker(), shape, longest, stats)
    }
}

impl<R: LineRedactor> Step<R> {
    fn with(
        renew: impl Fn() -> R + Send + 'static,
        shape: Shape,
        longest: usize,
        stats: Arc<Stats>,
    ) -> Self {
        Self {
            worker: renew(),
            renew: Box::new(renew),
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
        reserve(body, block.len() + block.len() / 16);
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
        let is_empty = is_empty(line);
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
                if redacted.capacity() <= LARGEST_KEPT {
                    self.redacted = redacted;
                }
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
                out[start..].fill(0);
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
        self.worker = (self.renew)();
        self.counted.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds something in every line; fails in the middle of lines that say so.
    struct Fragile(Vec<u64>);

    impl LineRedactor for Fragile {
        fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) -> Outcome {
            out.extend_from_slice(line);
            self.0[0] += 1;
            assert!(
                !line.starts_with(b"panic"),
                "the message quotes {}",
                line.len()
            );
            Outcome::nothing(Form::Json)
        }

        fn counts(&self) -> &[u64] {
            &self.0
        }
    }

    struct Plain;

    impl Encoder for Plain {
        fn encode(&self, _: &[u8], redacted: &[u8], _: &Outcome, body: &mut Vec<u8>) {
            body.extend_from_slice(b"<");
            assert!(!redacted.starts_with(b"encoder"));
            body.extend_from_slice(redacted);
            body.extend_from_slice(b">");
        }
    }

    fn run(shape: Shape, block: &[u8]) -> (String, Vec<usize>, Arc<Stats>) {
        let stats = Arc::new(Stats::new(&["name".into()]));
        let mut step = Step::with(|| Fragile(vec![0]), shape, 20, stats.clone());
        let (mut body, mut ends) = (Vec::new(), Vec::new());
        step.run(block, &mut body, &mut ends);
        (String::from_utf8(body).unwrap(), ends, stats)
    }

    #[test]
    fn a_panic_costs_its_own_records_content_only() {
        let (body, _, stats) = run(Shape::Lines, b"one\npanic: secret\r\ntwo\n");
        let unreadable = std::str::from_utf8(UNREADABLE).unwrap();
        assert_eq!(body, format!("one\n{unreadable}\r\ntwo\n"));
        assert_eq!(
            stats.findings_by_category(),
            [("name", 3)],
            "what was counted before stays"
        );
        let failed = stats.failed.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(failed, 1);
    }

    #[test]
    fn so_does_a_panic_of_the_encoder() {
        let (body, ends, _) = run(
            Shape::Encoded(Arc::new(Plain)),
            b"one\nencoder\n\npanic\ntwo",
        );
        let unreadable = std::str::from_utf8(UNREADABLE).unwrap();
        assert_eq!(body, format!("<one><{unreadable}><{unreadable}><two>"));
        assert_eq!(ends.len(), 4);
    }

    #[test]
    fn framing_stays_and_long_lines_do_not() {
        let (body, ..) = run(
            Shape::Lines,
            b"\xef\xbb\xbf{}\r\n \n0123456789012345678901\nend",
        );
        let marker = String::from_utf8(too_long(22, None, b"")).unwrap();
        assert_eq!(body, format!("\u{feff}{{}}\r\n \n{marker}\nend"));
    }
}
