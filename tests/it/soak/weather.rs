//! What the network does to requests: nothing, now and then something, or all the time.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tuomin::generate::rng::Rng;

use crate::proxy::{Fault, Request};

/// Shared by the proxy, which asks, and the test, which changes it.
#[derive(Clone)]
pub struct Weather(Arc<State>);

struct State {
    dice: Mutex<Rng>,
    /// Requests out of a hundred that are spoiled.
    badness: AtomicU64,
    requests: AtomicU64,
    spoiled: AtomicU64,
    node_deaths: AtomicU64,
}

impl Weather {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(State {
            dice: Mutex::new(Rng::new(seed)),
            badness: AtomicU64::new(20),
            requests: AtomicU64::new(0),
            spoiled: AtomicU64::new(0),
            node_deaths: AtomicU64::new(0),
        }))
    }

    /// What happens to a request, whatever it is for: also those that set up indices and templates.
    pub fn decide(self) -> impl Fn(&Request) -> Fault + Send + Sync {
        move |_| {
            self.0.requests.fetch_add(1, Relaxed);
            let mut dice = self.0.dice.lock().unwrap();
            if dice.range(0, 99) >= self.0.badness.load(Relaxed) {
                return Fault::Pass;
            }
            self.0.spoiled.fetch_add(1, Relaxed);
            match dice.below(8) {
                0 => Fault::LoseAnswer,
                1 => Fault::CutAnswer,
                2 => Fault::ShortAnswer,
                3 => Fault::Refuse,
                4 => Fault::Answer(429, ""),
                5 => Fault::Answer(503, "{}"),
                6 => Fault::Answer(200, "<html>a proxy's idea of an answer</html>"),
                _ => Fault::Slow(Duration::from_millis(dice.range(10, 3000))),
            }
        }
    }

    pub fn change(&self, dice: &mut Rng) {
        self.0
            .badness
            .store(dice.one(&[0, 5, 20, 50, 100]), Relaxed);
    }

    pub fn clear(&self) {
        self.0.badness.store(0, Relaxed);
    }

    pub fn node_died(&self) {
        self.0.node_deaths.fetch_add(1, Relaxed);
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let get = |count: &AtomicU64| count.load(Relaxed);
        write!(
            f,
            "{} requests, {} of them spoiled; the node died {} times",
            get(&self.0.requests),
            get(&self.0.spoiled),
            get(&self.0.node_deaths)
        )
    }
}
