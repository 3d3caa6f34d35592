//! What is handed from room to room: raw lines on the way in, ready bytes on the way out.
//!
//! [`RawBatch`] holds clear text and therefore has no `Debug`, `Display` or `Serialize`; [`ReadyBatch`] holds only
//! what redaction left. A [`Receipt`] travels with both and tells the source when its bytes are safe.

use std::{
    sync::{Arc, Mutex, PoisonError},
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

/// What a store says of a record beyond that it is safe. Most records are new, of which nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It took the place of one with the same identifier.
    Updated,
    /// One with the same identifier was there and stays; this one was not wanted then.
    AlreadyThere,
}

/// A record of a batch, counted from 0, and what became of it.
pub type Note = (usize, Fate);

type Answer = dyn FnOnce(Delivered, &[Note]) + Send;

/// Calls back the source of a batch when the batch is safe. A receipt dropped unanswered counts as [`Delivered::Failed`].
#[derive(Default)]
pub struct Receipt(Option<Box<Answer>>);

impl Receipt {
    /// A receipt that runs `f` once.
    pub fn new(f: impl FnOnce(Delivered) + Send + 'static) -> Self {
        Self(Some(Box::new(|how, _| f(how))))
    }

    /// One that also hears of single records.
    pub fn with_notes(f: impl FnOnce(Delivered, &[Note]) + Send + 'static) -> Self {
        Self(Some(Box::new(f)))
    }

    /// For sources that can't be told (standard input).
    pub fn none() -> Self {
        Self(None)
    }

    /// Answers the receipt.
    pub fn answer(self, how: Delivered) {
        self.tell(how, &[]);
    }

    /// Answers the receipt, with what is to be said of single records.
    pub fn tell(mut self, how: Delivered, notes: &[Note]) {
        if let Some(f) = self.0.take() {
            f(how, notes)
        }
    }

    /// The receipt of two batches that became one: this one is for its first `records` records, `next` for the others.
    pub fn and(self, records: usize, next: Receipt) -> Self {
        Self::with_notes(move |how, notes| {
            let (first, mut second): (Vec<_>, Vec<_>) = notes
                .iter()
                .copied()
                .partition(|(record, _)| *record < records);
            second.iter_mut().for_each(|(record, _)| *record -= records);
            self.tell(how, &first);
            next.tell(how, &second);
        })
    }

    /// Receipts that make this one, for batches of so many `records` each: safe when all of them are.
    pub fn shares(self, records: &[usize]) -> Vec<Receipt> {
        struct Shared {
            left: usize,
            how: Delivered,
            notes: Vec<Note>,
            whole: Receipt,
        }
        let shared = Arc::new(Mutex::new(Shared {
            left: records.len(),
            how: Delivered::Safe,
            notes: Vec::new(),
            whole: self,
        }));
        let mut start = 0;
        let share = |records: &usize| {
            let (first, shared) = (start, shared.clone());
            start += records;
            Receipt::with_notes(move |how, notes| {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if how == Delivered::Failed {
                    shared.how = how;
                }
                let notes = notes.iter().map(|(record, fate)| (first + record, *fate));
                shared.notes.extend(notes);
                shared.left -= 1;
                if shared.left == 0 {
                    let whole = std::mem::take(&mut shared.whole);
                    let (how, notes) = (shared.how, std::mem::take(&mut shared.notes));
                    // Whoever hears it may take its time.
                    drop(shared);
                    whole.tell(how, &notes);
                }
            })
        };
        records.iter().map(share).collect()
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f(Delivered::Failed, &[])
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
            for (share, how) in whole.shares(&[1; 3]).into_iter().zip(answers) {
                assert!(heard.lock().unwrap().is_empty());
                share.answer(how);
            }
            assert_eq!(*heard.lock().unwrap(), [expected]);
        }
    }

    #[test]
    fn notes_find_their_way_through_batches_that_are_parted_and_joined() {
        let heard = Arc::new(Mutex::new(Vec::<Note>::new()));
        let hearing = heard.clone();
        let whole = Receipt::with_notes(move |_, notes| hearing.lock().unwrap().extend(notes));
        // Two blocks of a request; between them stands a record of somebody else.
        let mut shares = whole.shares(&[2, 3]).into_iter();
        let (first, second) = (shares.next().unwrap(), shares.next().unwrap());
        let joined = first.and(2, Receipt::none().and(1, second));
        joined.tell(
            Delivered::Safe,
            &[
                (1, Fate::Updated),
                (2, Fate::Updated),
                (5, Fate::AlreadyThere),
            ],
        );
        assert_eq!(
            *heard.lock().unwrap(),
            [(1, Fate::Updated), (4, Fate::AlreadyThere)]
        );
    }
}
