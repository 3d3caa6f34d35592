//! The bound on bytes in flight: from before they are read until they are written or acknowledged.

use std::sync::{Condvar, Mutex, PoisonError};

/// A counting semaphore in bytes. One locked step a batch, not a record.
pub struct Budget {
    limit: usize,
    used: Mutex<usize>,
    freed: Condvar,
}

impl Budget {
    /// Lets `limit` bytes into flight.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until `bytes` fit. Something always fits when nothing else is in flight, however large it is.
    pub fn acquire(&self, bytes: usize) {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut used = self
            .freed
            .wait_while(used, |used| *used > 0 && *used + bytes > self.limit)
            .unwrap_or_else(PoisonError::into_inner);
        *used += bytes;
    }

    /// Corrects what was acquired once the true size is known; never waits, because whoever calls holds the bytes already.
    pub fn correct(&self, from: usize, to: usize) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = (*used + to).saturating_sub(from);
        if to < from {
            self.freed.notify_all();
        }
    }

    /// Gives bytes back.
    pub fn release(&self, bytes: usize) {
        self.correct(bytes, 0);
    }

    /// Bytes in flight now.
    pub fn used(&self) -> usize {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Duration};

    use super::*;

    #[test]
    fn waits_until_bytes_come_back() {
        let budget = Arc::new(Budget::new(10));
        budget.acquire(8);
        let waiter = {
            let budget = budget.clone();
            thread::spawn(move || budget.acquire(5))
        };
        thread::sleep(Duration::from_millis(20));
        assert!(!waiter.is_finished());
        budget.release(8);
        waiter.join().unwrap();
        assert_eq!(budget.used(), 5);
    }

    #[test]
    fn one_that_is_larger_than_the_limit_goes_alone() {
        let budget = Budget::new(10);
        budget.acquire(1000);
        assert_eq!(budget.used(), 1000);
        budget.release(1000);
        assert_eq!(budget.used(), 0);
    }
}
