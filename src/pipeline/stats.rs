//! What a run has done so far. Workers add once a batch, so that counting costs nothing and can be read at any time.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::lag::Waiting;

/// Counters that all workers share.
pub struct Stats {
    /// Records: lines that are not empty.
    pub records: AtomicU64,
    /// Empty lines, passed through.
    pub empty: AtomicU64,
    /// Bytes read (decoded).
    pub bytes_in: AtomicU64,
    /// Bytes written, or handed to the server (documents, uncompressed).
    pub bytes_out: AtomicU64,
    /// Records that are no JSON object.
    pub not_json: AtomicU64,
    /// Records whose content is gone because they made the redactor fail.
    pub failed: AtomicU64,
    /// Records longer than the limit, replaced.
    pub too_long: AtomicU64,
    /// Batches redacted.
    pub batches: AtomicU64,
    /// Batches that are not safe yet.
    pub waiting: Waiting,
    /// Values taken out, by category index.
    pub findings: Vec<AtomicU64>,
    /// What the categories are called.
    pub categories: Vec<String>,
}

/// What one batch adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchStats {
    /// See [`Stats::records`].
    pub records: u64,
    /// See [`Stats::empty`].
    pub empty: u64,
    /// See [`Stats::not_json`].
    pub not_json: u64,
    /// See [`Stats::failed`].
    pub failed: u64,
    /// See [`Stats::too_long`].
    pub too_long: u64,
}

impl Stats {
    /// All zero.
    pub fn new(categories: &[String]) -> Self {
        Self {
            records: AtomicU64::new(0),
            empty: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            not_json: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            too_long: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            waiting: Waiting::default(),
            findings: categories.iter().map(|_| AtomicU64::new(0)).collect(),
            categories: categories.to_vec(),
        }
    }

    /// Adds a batch.
    pub fn add(&self, batch: BatchStats, bytes_in: usize, bytes_out: usize) {
        self.records.fetch_add(batch.records, Relaxed);
        self.empty.fetch_add(batch.empty, Relaxed);
        self.not_json.fetch_add(batch.not_json, Relaxed);
        self.failed.fetch_add(batch.failed, Relaxed);
        self.too_long.fetch_add(batch.too_long, Relaxed);
        self.bytes_in.fetch_add(bytes_in as u64, Relaxed);
        self.bytes_out.fetch_add(bytes_out as u64, Relaxed);
        self.batches.fetch_add(1, Relaxed);
    }

    /// Adds findings: `now` are cumulative counts of one worker, `before` what was added already.
    pub fn add_findings(&self, now: &[u64], before: &mut Vec<u64>) {
        before.resize(now.len(), 0);
        for ((total, now), before) in self.findings.iter().zip(now).zip(before) {
            if now > before {
                total.fetch_add(now - *before, Relaxed);
            }
            *before = *now;
        }
    }

    /// The categories in which something was found, most first.
    pub fn findings_by_category(&self) -> Vec<(&str, u64)> {
        let counts = self.findings.iter().map(|count| count.load(Relaxed));
        let mut found: Vec<_> = self
            .categories
            .iter()
            .map(String::as_str)
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        found
    }
}
