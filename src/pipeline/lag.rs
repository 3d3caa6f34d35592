//! Since when records wait to be safe. One entry a batch; monotonic, so that a clock that is set does not matter.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The batches that are neither stored nor spooled, by their number in the order of reading.
#[derive(Default)]
pub struct Waiting(Mutex<BTreeMap<u64, Instant>>);

impl Waiting {
    /// A batch was read.
    pub fn begin(&self, sequence: u64, read: Instant) {
        self.batches().insert(sequence, read);
    }

    /// Its source has heard what became of it.
    pub fn end(&self, sequence: u64) {
        self.batches().remove(&sequence);
    }

    /// How long the first of them has been waiting.
    pub fn longest(&self) -> Option<Duration> {
        self.batches().values().next().map(Instant::elapsed)
    }

    fn batches(&self) -> MutexGuard<'_, BTreeMap<u64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_left_has_waited_longest() {
        let waiting = Waiting::default();
        assert_eq!(waiting.longest(), None);
        let hour = Duration::from_secs(3600);
        let now = Instant::now();
        waiting.begin(0, now - 2 * hour);
        waiting.begin(1, now - hour);
        waiting.begin(2, now);
        assert!(waiting.longest() >= Some(2 * hour));
        waiting.end(0);
        let left = waiting.longest().unwrap();
        assert!((hour..2 * hour).contains(&left), "{left:?}");
    }
}
