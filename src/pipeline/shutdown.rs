//! One switch that ends reading. The first signal flips it: what was read is delivered. The second ends the process.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

use rustix::event::{EventfdFlags, eventfd};

/// Shared by everything that reads. Besides the flag there is a file descriptor that becomes readable, so that a reader
/// that waits in `poll` wakes up at once.
#[derive(Clone)]
pub struct Shutdown(Arc<Inner>);

struct Inner {
    /// 0: run on. Otherwise a signal's number, or one of the constants below.
    cause: AtomicI32,
    wake: OwnedFd,
}

/// Reading ends because the output is gone.
const OUTPUT_GONE: i32 = -1;
/// Reading ends because an input is gone that should never end.
const INPUT_GONE: i32 = -2;

impl Shutdown {
    /// A switch that is off.
    pub fn new() -> io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Arc::new(Inner {
            cause: AtomicI32::new(0),
            wake,
        })))
    }

    /// Whether reading must end.
    pub fn is_set(&self) -> bool {
        self.0.cause.load(Ordering::Relaxed) != 0
    }

    /// The signal that flipped it, if it was one.
    pub fn signal(&self) -> Option<i32> {
        Some(self.0.cause.load(Ordering::Relaxed)).filter(|cause| *cause > 0)
    }

    /// Ends reading because nobody takes the output any more.
    pub fn output_gone(&self) {
        self.set(OUTPUT_GONE);
    }

    /// Ends reading because an input can't be read any more that should never end: whoever supervises the process starts it anew.
    pub fn input_gone(&self) {
        self.set(INPUT_GONE);
    }

    /// Becomes readable when the switch is flipped.
    pub fn wake_fd(&self) -> BorrowedFd<'_> {
        self.0.wake.as_fd()
    }

    /// Returns false if it was flipped before.
    fn set(&self, cause: i32) -> bool {
        let first = self
            .0
            .cause
            .compare_exchange(0, cause, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        // An eventfd write fails only when the counter is full, and then it is readable already.
        let _ = rustix::io::write(&self.0.wake, &1u64.to_ne_bytes());
        first
    }

    /// Listens for SIGINT and SIGTERM on a thread of its own for the rest of the process.
    ///
    /// `at_once` runs before the process ends on the second signal (to remove half-written files).
    pub fn listen(&self, at_once: impl Fn() + Send + 'static) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let (mut interrupt, mut terminate) = {
            use tokio::signal::unix::{SignalKind, signal};
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            )
        };
        let switch = self.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                runtime.block_on(async {
                    let mut seen = 0;
                    loop {
                        let number = tokio::select! {
                            _ = interrupt.recv() => libc::SIGINT,
                            _ = terminate.recv() => libc::SIGTERM,
                        };
                        seen += 1;
                        switch.set(number);
                        if seen > 1 {
                            at_once();
                            std::process::exit(128 + number);
                        }
                    }
                })
            })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cause_stands() {
        let switch = Shutdown::new().unwrap();
        assert!(!switch.is_set());
        assert!(switch.set(libc::SIGTERM));
        assert!(!switch.set(libc::SIGINT));
        assert_eq!(switch.signal(), Some(libc::SIGTERM));
    }

    #[test]
    fn a_missing_output_is_no_signal() {
        let switch = Shutdown::new().unwrap();
        switch.output_gone();
        assert!(switch.is_set());
        assert_eq!(switch.signal(), None);
    }
}
