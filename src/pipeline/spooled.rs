//! Delivery by way of the spool: workers append, a thread takes out what is there and delivers it.
//!
//! Records are safe once they are in the spool, so the server may be away when the program starts, and a signal need not wait for
//! it: what is left is delivered by the next process.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::runtime::Handle;

use super::deliver::{Collect, Delivery, DeliveryStats};
use crate::{
    batch::ReadyBatch,
    output::elasticsearch::{Elasticsearch, Error},
    spool::Spool,
};

/// Between two tries to reach a server for the first time.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// In what steps a wait looks whether it is over.
const STEP: Duration = Duration::from_millis(100);
/// How long deliveries that are on their way may take after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// A running delivery out of a spool.
pub struct SpooledDelivery {
    spool: Spool,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl SpooledDelivery {
    /// Starts; `connect` is called until it gives a server.
    pub fn start(
        runtime: Handle,
        spool: Spool,
        connect: impl Fn(&Handle) -> Result<Elasticsearch, Error> + Send + 'static,
        collect: Collect,
        stats: Arc<DeliveryStats>,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (spool, stop) = (spool.clone(), stop.clone());
            thread::Builder::new().name("spool".into()).spawn(move || {
                let Some(server) = reach(&runtime, connect, &stop) else {
                    return Ok(());
                };
                let delivery = Delivery::start(&runtime, Arc::new(server), collect, stats);
                let push = delivery.push();
                while let Some(batch) = spool.next() {
                    if !push(batch) {
                        break;
                    }
                }
                drop(push);
                let patience = stop.load(Relaxed).then_some(GRACE);
                delivery.finish(&runtime, patience)
            })?
        };
        Ok(Self {
            spool,
            stop,
            thread,
        })
    }

    /// Where workers push.
    pub fn push(&self) -> Box<dyn Fn(ReadyBatch) -> bool + Send + Sync> {
        let spool = self.spool.clone();
        Box::new(move |batch| {
            spool.append(batch);
            true
        })
    }

    /// Waits until all is delivered, or if the program is to end, only until all is safe. Gives the number of records that are left
    /// in the spool.
    pub fn finish(self, is_to_end: impl Fn() -> bool) -> io::Result<u64> {
        self.spool.close();
        while !self.thread.is_finished() {
            if is_to_end() && !self.stop.swap(true, Relaxed) {
                self.spool.stop();
            }
            thread::sleep(STEP / 10);
        }
        self.thread
            .join()
            .map_err(|_| io::Error::other("the delivery thread failed"))??;
        Ok(self.spool.records())
    }
}

/// Tries until the server can be used.
fn reach(
    runtime: &Handle,
    connect: impl Fn(&Handle) -> Result<Elasticsearch, Error>,
    stop: &AtomicBool,
) -> Option<Elasticsearch> {
    let mut wait = FIRST_WAIT;
    let mut said = String::new();
    while !stop.load(Relaxed) {
        match connect(runtime) {
            Ok(server) => return Some(server),
            Err(error) => {
                let message = error.to_string();
                if message != said {
                    tracing::warn!("{message}; records wait in the spool");
                    said = message;
                }
            }
        }
        let mut left = wait;
        while !left.is_zero() && !stop.load(Relaxed) {
            thread::sleep(STEP.min(left));
            left = left.saturating_sub(STEP);
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    None
}
