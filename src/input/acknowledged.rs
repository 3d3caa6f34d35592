//! How far a source is acknowledged: blocks are handed out in order, answers come back in any, and only what is safe without a
//! gap counts.

use std::collections::VecDeque;

use crate::batch::Delivered;

/// The blocks of one file or partition that are out.
#[derive(Default)]
pub struct Acknowledged {
    /// End and whether it is acknowledged, in order.
    blocks: VecDeque<(u64, bool)>,
    /// Counts how often the source was begun anew or wound back: answers about what was handed out before don't count any more.
    epoch: u64,
    /// A block failed: the source must be read again from where it is acknowledged.
    failed: bool,
}

impl Acknowledged {
    /// The source is begun anew: nothing is out.
    pub fn begin(&mut self) {
        self.blocks.clear();
        self.epoch += 1;
        self.failed = false;
    }

    /// A block that ends at `end` is handed out. Gives the epoch that its answer must name.
    pub fn hand_out(&mut self, end: u64) -> u64 {
        self.blocks.push_back((end, false));
        self.epoch
    }

    /// The answer about a block. Gives how far everything is acknowledged now, if that has moved.
    pub fn heard(&mut self, epoch: u64, end: u64, how: Delivered) -> Option<u64> {
        if epoch != self.epoch {
            return None;
        }
        if how == Delivered::Failed {
            self.failed = true;
            return None;
        }
        if let Ok(at) = self.blocks.binary_search_by_key(&end, |block| block.0) {
            self.blocks[at].1 = true;
        }
        let mut acknowledged = None;
        while self.blocks.front().is_some_and(|block| block.1) {
            acknowledged = self.blocks.pop_front().map(|block| block.0);
        }
        acknowledged
    }

    /// Whether a block failed. If so, the source counts as begun anew, and is to be read from where it is acknowledged.
    pub fn must_wind_back(&mut self) -> bool {
        let failed = self.failed;
        if failed {
            self.begin();
        }
        failed
    }

    /// Whether blocks are out.
    pub fn is_out(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// Whether no answer is waited for: none is due, or one was a failure, after which the others make no difference.
    pub fn is_settled(&self) -> bool {
        self.failed || self.blocks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_without_a_gap_counts() {
        let mut acknowledged = Acknowledged::default();
        let epochs = [10, 20, 30].map(|end| acknowledged.hand_out(end));
        assert_eq!(acknowledged.heard(epochs[1], 20, Delivered::Safe), None);
        assert_eq!(acknowledged.heard(epochs[0], 10, Delivered::Safe), Some(20));
        assert!(acknowledged.is_out() && !acknowledged.is_settled());
        assert_eq!(acknowledged.heard(epochs[2], 30, Delivered::Failed), None);
        assert!(acknowledged.is_settled());
        assert!(acknowledged.must_wind_back() && !acknowledged.must_wind_back());
        assert!(!acknowledged.is_out());
    }

    #[test]
    fn answers_from_before_a_new_beginning_are_not_heard() {
        let mut acknowledged = Acknowledged::default();
        let old = acknowledged.hand_out(10);
        acknowledged.begin();
        let new = acknowledged.hand_out(10);
        assert_eq!(acknowledged.heard(old, 10, Delivered::Safe), None);
        assert_eq!(acknowledged.heard(new, 10, Delivered::Safe), Some(10));
    }
}
