//! How many requests are in flight, and how large they are: more for each round that goes well, half when the server has too much, as TCP does.

use std::sync::Mutex;

use tokio::sync::Notify;

/// A good answer allows for this part of the largest size more.
const GROWTH: usize = 256;
/// Requests get no smaller than this part of the largest size by themselves.
const SMALLEST: usize = 64;

/// The limiter. Cheap: one lock for each request of megabytes.
pub struct Throttle {
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Clone, Copy, Debug)]
struct State {
    limit: f64,
    most: f64,
    in_flight: usize,
    /// Bytes of a request. It grows slowly: a server that refuses a size will refuse it again.
    bytes: usize,
    most_bytes: usize,
    /// Answers until the limit may be halved again: those already in flight all tell of the same jam.
    deaf_for: usize,
}

impl State {
    fn success(&mut self) {
        self.deaf_for = self.deaf_for.saturating_sub(1);
        self.limit = (self.limit + 1.0 / self.limit).min(self.most);
        self.bytes = (self.bytes + self.most_bytes / GROWTH).min(self.most_bytes);
    }

    fn overload(&mut self) {
        if self.deaf_for == 0 {
            self.limit = (self.limit / 2.0).max(1.0);
            self.bytes = (self.bytes / 2).max(self.most_bytes / SMALLEST);
            self.deaf_for = self.in_flight;
        } else {
            self.deaf_for -= 1;
        }
    }
}

/// The right to have one request in flight.
pub struct Slot<'a>(&'a Throttle);

impl Throttle {
    /// Starts with two (or one) requests of `most_bytes` and never exceeds `most`.
    pub fn new(most: usize, most_bytes: usize) -> Self {
        let most = most.max(1) as f64;
        Self {
            state: Mutex::new(State {
                limit: most.min(2.0),
                most,
                in_flight: 0,
                bytes: most_bytes,
                most_bytes,
                deaf_for: 0,
            }),
            freed: Notify::new(),
        }
    }

    /// Waits for a slot.
    pub async fn slot(&self) -> Slot<'_> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            {
                let mut state = self.lock();
                if (state.in_flight as f64) < state.limit.floor() {
                    state.in_flight += 1;
                    return Slot(self);
                }
            }
            freed.await;
        }
    }

    /// Bytes that a request should have at most.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// An answer came and was good.
    pub fn success(&self) {
        self.lock().success();
        self.freed.notify_one();
    }

    /// The server says that it has too much, or too much at once.
    pub fn overload(&self) {
        let (limit, bytes) = {
            let mut state = self.lock();
            state.overload();
            (state.limit, state.bytes)
        };
        metrics::gauge!("tuomin_elasticsearch_concurrency_limit").set(limit);
        metrics::gauge!("tuomin_elasticsearch_request_bytes_limit").set(bytes as f64);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight -= 1;
        drop(state);
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_slowly_and_halves_once_a_jam() {
        let mut state = State {
            limit: 8.0,
            most: 10.0,
            in_flight: 8,
            bytes: 6400,
            most_bytes: 6400,
            deaf_for: 0,
        };
        for _ in 0..8 {
            state.overload();
        }
        assert_eq!((state.limit, state.bytes), (4.0, 3200));
        state.deaf_for = 0;
        for _ in 0..5 {
            state.success();
        }
        assert!((5.0..5.2).contains(&state.limit), "{}", state.limit);
        assert_eq!(state.bytes, 3325);
        for _ in 0..1000 {
            state.success();
        }
        assert_eq!((state.limit, state.bytes), (10.0, 6400));
        for _ in 0..100 {
            state.deaf_for = 0;
            state.overload();
        }
        assert_eq!((state.limit, state.bytes), (1.0, 100));
    }

    #[tokio::test]
    async fn hands_out_no_more_than_its_limit() {
        let throttle = Throttle::new(8, 1000);
        let (first, _second) = (throttle.slot().await, throttle.slot().await);
        let wait = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(wait, throttle.slot()).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(wait, throttle.slot()).await.is_ok());
    }
}
