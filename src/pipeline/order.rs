//! Writes what many workers finish in the order in which it was read.
//!
//! There is no writer thread. The worker that finishes the next batch in order writes it, and whatever has piled up behind
//! it meanwhile; workers that finish out of turn only leave their batch here and read on. So a batch that is read,
//! redacted and written stays on one core, in its cache.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use crate::batch::{Delivered, ReadyBatch};

/// The reordering buffer in front of a [`Write`]. It is bounded by the pipeline's bytes in flight.
pub struct InOrder {
    state: Mutex<State>,
}

struct State {
    /// The batch whose turn it is.
    next: u64,
    held: BTreeMap<u64, ReadyBatch>,
    /// Absent while a worker is writing.
    writer: Option<Box<dyn Write + Send>>,
    /// The first write error. Nothing is written after it.
    failure: Option<io::Error>,
}

impl InOrder {
    /// Expects batches numbered from 0 without gaps.
    pub fn new(writer: Box<dyn Write + Send>) -> Self {
        Self {
            state: Mutex::new(State {
                next: 0,
                held: BTreeMap::new(),
                writer: Some(writer),
                failure: None,
            }),
        }
    }

    /// Takes a batch and writes all whose turn has come. `done` gets each body back with what became of it.
    /// Returns false once writing has failed: then there is no point in reading on.
    pub fn submit(&self, batch: ReadyBatch, mut done: impl FnMut(ReadyBatch, Delivered)) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held.insert(batch.sequence, batch);
        loop {
            if state.failure.is_some() {
                // Nothing can be written any more: what is held fails, so that nobody waits for it.
                let lost = std::mem::take(&mut state.held);
                drop(state);
                lost.into_values()
                    .for_each(|batch| done(batch, Delivered::Failed));
                return false;
            }
            let turn = state.next;
            let Some(mut writer) = state.writer.take() else {
                return true;
            };
            let Some(ready) = state.held.remove(&turn) else {
                state.writer = Some(writer);
                return true;
            };
            drop(state);
            let result = writer.write_all(&ready.body);
            let how = if result.is_ok() {
                Delivered::Safe
            } else {
                Delivered::Failed
            };
            done(ready, how);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.next += 1;
            state.writer = Some(writer);
            state.failure = result.err();
        }
    }

    /// Flushes and gives the writer's end: the first error, if there was one.
    pub fn finish(self) -> io::Result<()> {
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match (state.failure, state.writer) {
            (Some(failure), _) => Err(failure),
            (None, Some(mut writer)) => writer.flush(),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::batch::Receipt;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn batch(sequence: u64) -> ReadyBatch {
        ReadyBatch {
            sequence,
            body: vec![b'a' + sequence as u8],
            ends: Vec::new(),
            read: std::time::Instant::now(),
            receipt: Receipt::none(),
        }
    }

    #[test]
    fn writes_in_the_order_of_reading() {
        let shared = Shared::default();
        let order = InOrder::new(Box::new(shared.clone()));
        let mut done = Vec::new();
        for sequence in [2, 1, 0, 4, 3] {
            assert!(order.submit(batch(sequence), |batch, how| {
                done.push((batch.sequence, how))
            }));
        }
        order.finish().unwrap();
        assert_eq!(*shared.0.lock().unwrap(), b"abcde");
        assert_eq!(
            done,
            (0..5).map(|n| (n, Delivered::Safe)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn after_a_failure_everything_fails_and_nothing_waits() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let order = InOrder::new(Box::new(Broken));
        let mut failed = 0;
        assert!(order.submit(batch(1), |_, _| failed += 1));
        assert!(!order.submit(batch(0), |_, how| failed +=
            u32::from(how == Delivered::Failed)));
        assert_eq!(failed, 2);
        assert!(order.finish().is_err());
    }
}
