//! The time of day, and what a step of the clock does not move.
//!
//! An event's age decides whether it is refused, and its distance into the future whether its time is believed. Both would go wrong
//! for every record of a process whose clock is set: forward by more than the retention, and all that is new is too old; back by more
//! than a day, and all that is new lies in the future. So beside the clock there is another that goes on steadily from where the
//! first one was, and a record is only refused or moved if both agree. A new setting is believed after it has lasted for an hour.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Instant,
};

use super::time;

/// What the two may differ by before it counts as a step. Corrections by a time service are smaller.
const STEP_MS: i64 = 60_000;
/// How long a setting must last to be believed.
const BELIEVED_MS: i64 = 3_600_000;
/// No step is watched.
const NONE: i64 = -1;

/// Now, by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What the clock says, in milliseconds since 1970.
    pub wall_ms: i64,
    /// What it would say if nobody had set it.
    pub steady_ms: i64,
}

impl Now {
    /// Asks the clock.
    pub fn read() -> Self {
        static CLOCK: LazyLock<(Instant, Steady)> =
            LazyLock::new(|| (Instant::now(), Steady::new(time::now_ms())));
        let (start, steady) = &*CLOCK;
        let passed = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        steady.judge(time::now_ms(), passed)
    }

    /// A moment that both agree on.
    pub fn at(ms: i64) -> Self {
        Self {
            wall_ms: ms,
            steady_ms: ms,
        }
    }

    /// What is too old now is too old by both.
    pub fn earliest_ms(&self) -> i64 {
        self.wall_ms.min(self.steady_ms)
    }

    /// What lies in the future now does so by both.
    pub fn latest_ms(&self) -> i64 {
        self.wall_ms.max(self.steady_ms)
    }
}

/// The clock that goes on. Read for every record by every worker, hence no lock; what two of them write at once is the same.
struct Steady {
    /// What the clock said when it was last believed, less what had passed.
    offset: AtomicI64,
    /// When the clock was first seen to differ, in what has passed.
    apart_since: AtomicI64,
}

impl Steady {
    fn new(wall_ms: i64) -> Self {
        Self {
            offset: AtomicI64::new(wall_ms),
            apart_since: AtomicI64::new(NONE),
        }
    }

    /// The clock says `wall_ms`, and `passed_ms` have passed since the beginning.
    fn judge(&self, wall_ms: i64, passed_ms: i64) -> Now {
        let offset = self.offset.load(Relaxed);
        let steady_ms = offset.saturating_add(passed_ms);
        let apart = wall_ms.saturating_sub(steady_ms);
        let since = self.apart_since.load(Relaxed);
        let is_believed = if apart.abs() < STEP_MS {
            if since != NONE {
                self.apart_since.store(NONE, Relaxed);
            }
            // A second of drift at a time: nothing is written for most records.
            apart.abs() > 1000
        } else if since == NONE {
            self.apart_since.store(passed_ms, Relaxed);
            tracing::warn!(
                seconds = apart / 1000,
                "the clock was set; ages are judged by both settings for an hour"
            );
            false
        } else {
            passed_ms - since >= BELIEVED_MS
        };
        if !is_believed {
            return Now { wall_ms, steady_ms };
        }
        self.offset
            .store(wall_ms.saturating_sub(passed_ms), Relaxed);
        self.apart_since.store(NONE, Relaxed);
        Now::at(wall_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;
    /// When the program starts.
    const START: i64 = 1_795_502_216_382;

    #[test]
    fn a_step_is_seen_by_one_of_the_two_until_it_has_lasted() {
        for step in [-30 * DAY, -2 * 60_000, 2 * 60_000, 30 * DAY] {
            let clock = Steady::new(START);
            assert_eq!(clock.judge(START + 10, 10), Now::at(START + 10));
            for passed in [1000, 20 * 60_000, HOUR - 1] {
                let now = clock.judge(START + passed + step, passed);
                assert_eq!(now.wall_ms, START + passed + step);
                assert_eq!(now.steady_ms, START + passed);
                assert_eq!(now.latest_ms() - now.earliest_ms(), step.abs());
            }
            let later = HOUR + 1000;
            let now = clock.judge(START + later + step, later);
            assert_eq!(now, Now::at(START + later + step));
        }
    }

    #[test]
    fn a_step_that_is_taken_back_was_none() {
        let clock = Steady::new(START);
        clock.judge(START + 5 * DAY, 0);
        assert_eq!(
            clock.judge(START + HOUR / 2, HOUR / 2).steady_ms,
            START + HOUR / 2
        );
        // Another one has an hour of its own.
        let now = clock.judge(START + HOUR + DAY, HOUR);
        assert_eq!(now.steady_ms, START + HOUR);
        let now = clock.judge(START + 3 * HOUR / 2 + DAY, 3 * HOUR / 2);
        assert_eq!(now.steady_ms, START + 3 * HOUR / 2);
    }

    #[test]
    fn drift_is_followed() {
        let clock = Steady::new(START);
        for minute in 1..10_000 {
            let passed = minute * 60_000;
            // Half a second a minute, for days.
            let now = clock.judge(START + passed + minute * 500, passed);
            assert!(now.latest_ms() - now.earliest_ms() <= 1500);
        }
    }

    #[test]
    fn absurd_clocks_do_no_harm() {
        let clock = Steady::new(0);
        assert_eq!(clock.judge(i64::MAX, 1).earliest_ms(), 1);
        assert_eq!(Steady::new(i64::MAX).judge(0, i64::MAX).earliest_ms(), 0);
    }
}
