//! Hands ready batches to Elasticsearch: the bridge from worker threads to asynchronous requests.
//!
//! Workers push; one task collects what they push into requests of a good size and starts a delivery for each. When nothing is
//! in flight, a batch goes at once, however small; while requests are on their way, batches are collected, so that a
//! slow stream is prompt and a fast one sends large requests. How many requests really run at once is the output's own
//! matter, and how much waits here is bounded by the pipeline's bytes in flight.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::{Instant, timeout_at},
};

use crate::{
    batch::{Delivered, ReadyBatch},
    output::elasticsearch::{Elasticsearch, Report},
};

/// Batches that workers may push before they wait; their bytes are bounded elsewhere.
const QUEUE: usize = 256;

/// How batches are collected.
#[derive(Clone, Copy, Debug)]
pub struct Collect {
    /// Bytes of a request.
    pub bytes: usize,
    /// How long a batch may wait for others.
    pub wait: Duration,
    /// Whether batches that fail are offered again (out of a spool) rather than lost.
    pub offered_again: bool,
}

/// Counts of what became of the records.
#[derive(Default)]
pub struct DeliveryStats {
    /// Stored by the server.
    pub stored: AtomicU64,
    /// There already: a replay.
    pub already_there: AtomicU64,
    /// In a dead-letter file.
    pub dead: AtomicU64,
    /// Older than their retention: refused at the door.
    pub refused: AtomicU64,
    /// Sent more than once.
    pub sent_again: AtomicU64,
    /// Neither stored nor kept.
    pub undelivered: AtomicU64,
}

impl DeliveryStats {
    fn add(&self, report: &Report, records: usize, offered_again: bool) {
        self.stored.fetch_add(report.stored, Relaxed);
        self.already_there.fetch_add(report.already_there, Relaxed);
        self.dead.fetch_add(report.dead, Relaxed);
        self.refused.fetch_add(report.refused, Relaxed);
        self.sent_again.fetch_add(report.sent_again, Relaxed);
        if offered_again {
            return;
        }
        let settled = report.stored + report.already_there + report.dead + report.refused;
        self.undelivered
            .fetch_add((records as u64).saturating_sub(settled), Relaxed);
    }
}

/// A running delivery.
pub struct Delivery {
    sender: mpsc::Sender<ReadyBatch>,
    collector: JoinHandle<()>,
}

impl Delivery {
    /// Starts delivering on `runtime`.
    pub fn start(
        runtime: &Handle,
        server: Arc<Elasticsearch>,
        collect: Collect,
        stats: Arc<DeliveryStats>,
    ) -> Self {
        let (sender, batches) = mpsc::channel(QUEUE);
        let collector = runtime.spawn(collect_and_send(batches, server, collect, stats));
        Self { sender, collector }
    }

    /// Where workers push. False when nobody takes batches any more.
    pub fn push(&self) -> Box<dyn Fn(ReadyBatch) -> bool + Send + Sync> {
        let sender = self.sender.clone();
        Box::new(move |batch| sender.blocking_send(batch).is_ok())
    }

    /// Waits until everything that was pushed is delivered, or only for as long as `patience` says: what is not delivered then
    /// is given up, and its receipts say so. All that [`Delivery::push`] gave out must be dropped before.
    pub fn finish(self, runtime: &Handle, patience: Option<Duration>) -> io::Result<()> {
        drop(self.sender);
        let mut collector = self.collector;
        runtime.block_on(async {
            let Some(patience) = patience else {
                return collector.await.map_err(io::Error::other);
            };
            if tokio::time::timeout(patience, &mut collector)
                .await
                .is_err()
            {
                collector.abort();
                let _ = collector.await;
            }
            Ok(())
        })
    }
}

async fn collect_and_send(
    mut batches: mpsc::Receiver<ReadyBatch>,
    server: Arc<Elasticsearch>,
    collect: Collect,
    stats: Arc<DeliveryStats>,
) {
    let mut running = JoinSet::new();
    while let Some(mut batch) = batches.recv().await {
        let until = Instant::now() + collect.wait;
        while batch.body.len() < collect.bytes {
            while running.try_join_next().is_some() {}
            let next = match running.is_empty() {
                true => batches.try_recv().ok(),
                false => timeout_at(until, batches.recv()).await.ok().flatten(),
            };
            match next {
                Some(next) => merge(&mut batch, next),
                None => break,
            }
        }
        let (server, stats) = (server.clone(), stats.clone());
        running.spawn(async move {
            let (records, read) = (batch.ends.len(), batch.read);
            let report = server.deliver(batch).await;
            if report.delivered == Delivered::Safe {
                metrics::histogram!("tuomin_delivery_lag_seconds")
                    .record(read.elapsed().as_secs_f64());
            }
            stats.add(&report, records, collect.offered_again);
        });
    }
    while running.join_next().await.is_some() {}
}

/// Appends `next` to `batch`. Both receipts hear the same.
fn merge(batch: &mut ReadyBatch, next: ReadyBatch) {
    let (offset, records) = (batch.body.len(), batch.ends.len());
    batch.body.extend_from_slice(&next.body);
    batch.ends.extend(next.ends.iter().map(|end| end + offset));
    batch.read = batch.read.min(next.read);
    batch.receipt = std::mem::take(&mut batch.receipt).and(records, next.receipt);
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::batch::Receipt;

    #[test]
    fn merged_batches_keep_their_records_and_both_receipts() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let batch = |sequence, body: &[u8], ends: &[usize]| {
            let heard = heard.clone();
            let receipt = Receipt::new(move |how| heard.lock().unwrap().push((sequence, how)));
            ReadyBatch {
                sequence,
                body: body.to_vec(),
                ends: ends.to_vec(),
                read: Instant::now().into(),
                receipt,
            }
        };
        let mut first = batch(0, b"aabb", &[2, 4]);
        merge(&mut first, batch(1, b"ccc", &[3]));
        assert_eq!(
            (&first.body[..], &first.ends[..]),
            (&b"aabbccc"[..], &[2, 4, 7][..])
        );
        first.receipt.answer(Delivered::Safe);
        assert_eq!(
            *heard.lock().unwrap(),
            [(0, Delivered::Safe), (1, Delivered::Safe)]
        );
    }
}
