//! Says why delivery waits: once when it begins, once a minute while it lasts, once when it is over.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often the same thing is said.
const EVERY: Duration = Duration::from_secs(60);

/// The present trouble, if any.
#[derive(Default)]
pub struct Notice(Mutex<Option<(String, Instant)>>);

impl Notice {
    /// There is trouble.
    pub fn say(&self, what: &str) {
        let mut state = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let said = state
            .as_ref()
            .is_some_and(|(said, at)| said == what && at.elapsed() < EVERY);
        if !said {
            tracing::warn!("{what}");
            *state = Some((what.to_owned(), Instant::now()));
        }
    }

    /// A request went through.
    pub fn clear(&self) {
        let mut state = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.take().is_some() {
            tracing::info!("Elasticsearch takes documents again");
        }
    }
}
