//! What workers work with lies here between two blocks. When no block comes for a while it is let go, because in its scratch
//! buffers are pieces of the last lines; the next block gets a new one.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A stack of tools, last in, first out.
pub struct Desk<T> {
    state: Mutex<State<T>>,
    ended: Condvar,
    patience: Duration,
}

struct State<T> {
    free: Vec<T>,
    /// How often something was taken: if that stands still, nobody works.
    taken: u64,
    ended: bool,
}

/// Ends [`Desk::tidy`] when it is dropped.
pub struct Closing<'a, T>(&'a Desk<T>);

impl<T> Desk<T> {
    /// An empty one, tidied up when nothing was taken for as long as `patience` says.
    pub fn new(patience: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                free: Vec::new(),
                taken: 0,
                ended: false,
            }),
            ended: Condvar::new(),
            patience,
        }
    }

    /// Takes what was put here last, or makes something new.
    pub fn take(&self, make: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.taken += 1;
        let tool = state.free.pop();
        drop(state);
        tool.unwrap_or_else(make)
    }

    /// Puts it back.
    pub fn put(&self, tool: T) {
        self.lock().free.push(tool);
    }

    /// Lets go of what is not used, until the desk is closed.
    pub fn tidy(&self) {
        let mut state = self.lock();
        while !state.ended {
            let before = state.taken;
            state = self
                .ended
                .wait_timeout(state, self.patience)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            if state.taken == before {
                let idle = mem::take(&mut state.free);
                drop(state);
                drop(idle);
                state = self.lock();
            }
        }
    }

    /// Closes it at the end of the scope, however that comes.
    pub fn closing(&self) -> Closing<'_, T> {
        Closing(self)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Instant};

    use super::*;

    #[test]
    fn what_lies_idle_is_let_go() {
        let desk = Desk::new(Duration::from_millis(20));
        let tool = desk.take(|| Arc::new(1));
        let watched = Arc::downgrade(&tool);
        thread::scope(|scope| {
            let _closing = desk.closing();
            scope.spawn(|| desk.tidy());
            thread::sleep(Duration::from_millis(100));
            assert!(watched.upgrade().is_some(), "what is in use stays");
            desk.put(tool);
            let begin = Instant::now();
            while watched.upgrade().is_some() {
                assert!(begin.elapsed() < Duration::from_secs(10));
                thread::sleep(Duration::from_millis(5));
            }
        });
        assert_eq!(*desk.take(|| Arc::new(2)), 2);
    }
}
