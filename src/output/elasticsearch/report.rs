//! What became of a batch, counted.

use crate::batch::{Delivered, Note};

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Documents stored now.
    pub stored: u64,
    /// Documents that were there already.
    pub already_there: u64,
    /// Of the stored ones: those that only the safe form could store.
    pub safe_form: u64,
    /// Documents that are in a dead letter now.
    pub dead: u64,
    /// Records that the encoder refused (they have no document).
    pub refused: u64,
    /// Items that were sent more than once.
    pub sent_again: u64,
    /// What the receipt was answered with.
    pub delivered: Delivered,
    /// What it said of single records.
    pub notes: Vec<Note>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            stored: 0,
            already_there: 0,
            safe_form: 0,
            dead: 0,
            refused: 0,
            sent_again: 0,
            delivered: Delivered::Safe,
            notes: Vec::new(),
        }
    }
}

impl Report {
    /// Adds the figures of another.
    pub fn add(&mut self, other: &Report) {
        self.stored += other.stored;
        self.already_there += other.already_there;
        self.safe_form += other.safe_form;
        self.dead += other.dead;
        self.refused += other.refused;
        self.sent_again += other.sent_again;
        self.notes.extend_from_slice(&other.notes);
        if other.delivered == Delivered::Failed {
            self.delivered = Delivered::Failed;
        }
    }
}
