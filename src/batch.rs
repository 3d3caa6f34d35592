//! What is handed from room to room: raw lines on the way in, ready bytes on the way out.
//!
//! [`RawBatch`] holds clear text and therefore has no `Debug`, `Display` or `Serialize`; [`ReadyBatch`] holds only
//! what redaction left. A [`Receipt`] travels with both and tells the source when its bytes are safe.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::redact::Outcome;

/// How far a batch got; given to the [`Receipt`] exactly once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// Every record is stored, or on disk in the spool, or in a dead-letter file.
    Safe,
    /// Not stored: the source must offer the batch again (or report it as undelivered).
    Failed,
}

/// Calls back the source of a batch when the batch is safe. A receipt dropped unanswered counts as [`Delivered::Failed`].
#[derive(Default)]
pub struct Receipt(Option<Box<dyn FnOnce(Delivered) + Send>>);

impl Receipt {
    /// A receipt that runs `f` once.
    pub fn new(f: impl FnOnce(Delivered) + Send + 'static) -> Self {
        Self(Some(Box::new(f)))
    }

    /// For sources that can't be told (standard input).
    pub fn none() -> Self {
        Self(None)
    }

    /// Answers the receipt.
    pub fn answer(mut self, how: Delivered) {
        if let Some(f) = self.0.take() {
            f(how)
        }
    }

    /// `count` receipts that make this one: safe when all of them are.
    pub fn shares(self, count: usize) -> Vec<Receipt> {
        struct Shared {
            left: AtomicUsize,
            failed: AtomicBool,
            whole: Mutex<Receipt>,
        }
        let shared = Arc::new(Shared {
            left: AtomicUsize::new(count),
            failed: AtomicBool::new(false),
            whole: Mutex::new(self),
        });
        let share = |_| {
            let shared = shared.clone();
            Receipt::new(move |how| {
                if how == Delivered::Failed {
                    shared.failed.store(true, Ordering::SeqCst);
                }
                if shared.left.fetch_sub(1, Ordering::SeqCst) > 1 {
                    return;
                }
                let how = match shared.failed.load(Ordering::SeqCst) {
                    true => Delivered::Failed,
                    false => Delivered::Safe,
                };
                let whole = &mut *shared.whole.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(whole).answer(how);
            })
        };
        (0..count).map(share).collect()
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f(Delivered::Failed)
        }
    }
}

/// Whole lines as they were read, each ended by `\n` but perhaps the very last of a source. Not yet redacted.
pub struct RawBatch {
    /// Position in the order of reading, from 0, without gaps.
    pub sequence: u64,
    /// The lines. About a megabyte, or one line if that is longer.
    pub bytes: Vec<u8>,
    /// Tells the source.
    pub receipt: Receipt,
}

/// What a worker made of a [`RawBatch`]: redacted and in the output's final form.
pub struct ReadyBatch {
    /// That of the raw batch.
    pub sequence: u64,
    /// The output's bytes: lines for a file, action and document lines for a bulk request.
    pub body: Vec<u8>,
    /// Where each record's bytes end in `body`; as many entries as records.
    pub ends: Vec<usize>,
    /// When the first of its lines was read.
    pub read: Instant,
    /// Tells the source.
    pub receipt: Receipt,
}

/// Puts one redacted record into an output's final form. Called on all cores at once.
pub trait Encoder: Send + Sync {
    /// Appends the record's bytes to `body`.
    ///
    /// `raw` is the line as it came (without line end), only to derive an identifier from; it must not be copied.
    /// `redacted` is what may be stored.
    fn encode(&self, raw: &[u8], redacted: &[u8], outcome: &Outcome, body: &mut Vec<u8>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_safe_when_all_are() {
        for (answers, expected) in [
            ([Delivered::Safe; 3], Delivered::Safe),
            (
                [Delivered::Safe, Delivered::Failed, Delivered::Safe],
                Delivered::Failed,
            ),
        ] {
            let heard = Arc::new(Mutex::new(Vec::new()));
            let hearing = heard.clone();
            let whole = Receipt::new(move |how| hearing.lock().unwrap().push(how));
            for (share, how) in whole.shares(3).into_iter().zip(answers) {
                assert!(heard.lock().unwrap().is_empty());
                share.answer(how);
            }
            assert_eq!(*heard.lock().unwrap(), [expected]);
        }
    }
}
