//! The queue over the files: limits, order, acknowledgement, recovery.

use std::{
    collections::VecDeque,
    fs::{DirBuilder, File},
    io,
    os::unix::fs::{DirBuilderExt, FileExt},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};

use super::{
    SpoolSettings, Sync, WhenFull,
    entry::{self, Header},
    segment::{Damage, Place, Segment},
    state::{State, now_ms, recover, remove},
};
use crate::{
    batch::{Delivered, ReadyBatch, Receipt},
    pipeline::shutdown::Shutdown,
};

/// How long a writer waits before it looks again whether there is room, or whether it is told to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How often it is said that the spool can't be written, while that lasts.
const SAY_AGAIN: Duration = Duration::from_secs(60);
/// How long an entry that could not be delivered waits before it is handed out again.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// Bytes (decoded) that may be handed out and not yet delivered.
const HANDED_OUT: usize = 64 << 20;

/// Why a spool can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The folder can't be made, read or written.
    #[error("spool folder {}: {source}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has it.
    #[error("spool folder {} is in use by another process; give each its own", .0.display())]
    InUse(PathBuf),
}

/// What an earlier process left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Records that are not known to be delivered.
    pub records: u64,
    /// What was wrong with its files.
    pub damage: Damage,
}

/// The queue. Cloned handles share it.
#[derive(Clone)]
pub struct Spool(Arc<Inner>);

struct Inner {
    settings: SpoolSettings,
    shutdown: Shutdown,
    state: Mutex<State>,
    changed: Condvar,
    /// Held for as long as the spool is open: its lock keeps others out.
    _lock: File,
}

impl Spool {
    /// Opens the folder, makes it if it isn't there, and takes up what is in it.
    ///
    /// # Errors
    /// Only if the folder can't be used at all; never because of what is in a file.
    pub fn open(
        settings: &SpoolSettings,
        shutdown: Shutdown,
    ) -> Result<(Self, Recovered), SpoolError> {
        let folder = &settings.folder;
        let failed = |source| SpoolError::Folder {
            folder: folder.clone(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        if let Err(error) = flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            return Err(match error {
                rustix::io::Errno::WOULDBLOCK => SpoolError::InUse(folder.clone()),
                error => failed(error.into()),
            });
        }
        let mut recovered = Recovered::default();
        let (segments, next_number) = recover(folder, &mut recovered).map_err(failed)?;
        let state = State {
            segments,
            writing: false,
            next_number,
            again: VecDeque::new(),
            out: 0,
            waiting: Vec::new(),
            dirty: Vec::new(),
            syncing: false,
            closed: false,
            stopped: false,
            trouble: None,
            unopened: None,
            dropped_records: 0,
            damaged_entries: 0,
        };
        let inner = Inner {
            settings: settings.clone(),
            shutdown,
            state: Mutex::new(state),
            changed: Condvar::new(),
            _lock: lock,
        };
        let spool = Self(Arc::new(inner));
        if settings.sync == Sync::Disk {
            let syncing = spool.clone();
            thread::Builder::new()
                .name("spool-sync".into())
                .spawn(move || syncing.sync())
                .map_err(failed)?;
        }
        Ok((spool, recovered))
    }

    /// Appends a batch; answers its receipt once it is safe. Waits while the queue is full, if that is what the settings say.
    pub fn append(&self, mut batch: ReadyBatch) {
        if batch.ends.is_empty() {
            return batch.receipt.answer(Delivered::Safe);
        }
        // On the worker, in parallel, outside the lock.
        let entry = match entry::encode(&batch, self.0.settings.compression) {
            Ok(entry) => entry,
            Err(error) => {
                tracing::error!(%error, "a batch can't be spooled");
                return batch.receipt.answer(Delivered::Failed);
            }
        };
        let Some(header) = Header::read(&entry) else {
            return;
        };
        let (receipt, read) = (std::mem::take(&mut batch.receipt), batch.read);
        drop(batch);
        let mut state = self.state();
        loop {
            state = self.make_room(state, entry.len() as u64);
            match self.write(&mut state, &entry, header, read) {
                Ok(()) => break,
                Err(error) => {
                    if state.trouble.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
                        tracing::warn!(%error, "the spool can't be written; the input waits");
                        state.trouble = Some(Instant::now());
                    }
                    if self.0.settings.when_full == WhenFull::DropOldest {
                        self.drop_oldest(&mut state);
                    }
                    if self.0.shutdown.is_set() {
                        drop(state);
                        return receipt.answer(Delivered::Failed);
                    }
                    state = self.wait(state, LOOK_AGAIN);
                }
            }
        }
        if state.trouble.take().is_some() {
            tracing::info!("the spool can be written again");
        }
        if self.0.settings.sync == Sync::System {
            drop(state);
            receipt.answer(Delivered::Safe);
        } else {
            state.waiting.push(receipt);
        }
        self.0.changed.notify_all();
    }

    /// The next batch to deliver; its receipt takes it out of the queue, or puts it back. `None` when the queue is closed and
    /// empty, or was stopped.
    pub fn next(&self) -> Option<ReadyBatch> {
        let mut state = self.state();
        loop {
            if state.stopped || (state.closed && state.is_empty()) {
                return None;
            }
            let found = if state.out < HANDED_OUT {
                state.hand_out()
            } else {
                None
            };
            let Some((number, place, file)) = found else {
                state = self.wait(state, LOOK_AGAIN);
                continue;
            };
            let file = match file {
                Ok(file) => Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                // Too many open files, most likely: that passes, and what is in it is not lost.
                Err(error) => {
                    if state.unopened.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
                        tracing::warn!(%error, "a file of the spool can't be opened; it is tried again");
                        state.unopened = Some(Instant::now());
                    }
                    state.put_back(number, place, TRY_AGAIN);
                    state = self.wait(state, LOOK_AGAIN);
                    continue;
                }
            };
            state.out += place.header.decoded;
            drop(state);
            if let Some(batch) = file.and_then(|file| self.read(number, place, &file)) {
                return Some(batch);
            }
            state = self.state();
            state.damaged_entries += 1;
            state.out -= place.header.decoded;
            tracing::error!(
                records = place.header.records,
                "an entry of the spool is damaged; it is left out"
            );
            self.done(&mut state, number, place.start);
        }
    }

    /// Nothing more will be appended. Waits until everything that was is safe.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.0.changed.notify_all();
        while state.syncing || !state.waiting.is_empty() {
            state = self.wait(state, LOOK_AGAIN);
        }
        state.remove_if_over();
    }

    /// Nothing more is handed out; what is left stays for the next process.
    pub fn stop(&self) {
        self.state().stopped = true;
        self.0.changed.notify_all();
    }

    /// Records in it.
    pub fn records(&self) -> u64 {
        self.state().segments.iter().map(Segment::records).sum()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.state().bytes()
    }

    /// How long the first line that is not delivered has been waiting.
    pub fn longest_wait(&self) -> Option<Duration> {
        self.state().oldest().map(|oldest| oldest.elapsed())
    }

    /// Records that were dropped because the queue was full or they were too old.
    pub fn dropped_records(&self) -> u64 {
        self.state().dropped_records
    }

    /// Entries whose checksum was wrong.
    pub fn damaged_entries(&self) -> u64 {
        self.state().damaged_entries
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        self.0
            .changed
            .wait_timeout(state, most)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    /// Waits for, or makes, room for `bytes`.
    fn make_room<'a>(&self, mut state: MutexGuard<'a, State>, bytes: u64) -> MutexGuard<'a, State> {
        let settings = &self.0.settings;
        if let Some(days) = settings.max_age_days {
            let limit = Duration::from_secs(u64::from(days) * 86_400);
            while state
                .segments
                .front()
                .is_some_and(|oldest| oldest.begun.elapsed() > limit)
                && self.drop_oldest(&mut state)
            {}
        }
        // A batch larger than the whole limit goes in when there is nothing else.
        while state.bytes() + bytes > settings.max_bytes && !state.segments.is_empty() {
            match settings.when_full {
                WhenFull::DropOldest if self.drop_oldest(&mut state) => {}
                _ if !state.has_undelivered() => {
                    state.writing = false;
                    state.remove_delivered();
                }
                // What was read is to be safe, even if that takes a little more room than there should be.
                _ if self.0.shutdown.is_set() => break,
                _ => state = self.wait(state, LOOK_AGAIN),
            }
        }
        state
    }

    fn write(
        &self,
        state: &mut State,
        entry: &[u8],
        header: Header,
        read: Instant,
    ) -> io::Result<()> {
        let full = state
            .segments
            .back()
            .is_some_and(|last| last.size >= self.0.settings.segment_bytes);
        if !state.writing || full {
            state.writing = false;
            // What can't be begun (a full disk) may have left a file of that name.
            let number = state.next_number;
            state.next_number += 1;
            let segment = Segment::create(&self.0.settings.folder, number, now_ms())?;
            // Its name is in the folder, which must be synced as well.
            if self.0.settings.sync == Sync::Disk {
                state
                    .dirty
                    .push(Arc::new(File::open(&self.0.settings.folder)?));
            }
            // What waits to be synced in the one before is in `dirty`.
            if let Some(before) = state.segments.back_mut() {
                before.close_if_idle();
            }
            state.segments.push_back(segment);
            state.writing = true;
            state.remove_delivered();
        }
        let Some(last) = state.segments.back_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let file = last.append(entry, header, read)?;
        let is_synced = self.0.settings.sync == Sync::Disk;
        if is_synced && !state.dirty.iter().any(|dirty| Arc::ptr_eq(dirty, &file)) {
            state.dirty.push(file);
        }
        Ok(())
    }

    /// Drops the oldest file that is not being written to. False if there is none.
    fn drop_oldest(&self, state: &mut State) -> bool {
        if state.segments.len() <= usize::from(state.writing) {
            return false;
        }
        let Some(oldest) = state.segments.pop_front() else {
            return false;
        };
        let records = oldest.records();
        state.dropped_records += records;
        state
            .again
            .retain(|(_, number, _)| *number != oldest.number);
        remove(&oldest.path);
        if records > 0 {
            tracing::error!(
                records,
                "the oldest records of the spool are dropped: it is full, or they are too old"
            );
        }
        true
    }

    /// Reads an entry that was handed out.
    fn read(&self, number: u64, place: Place, file: &File) -> Option<ReadyBatch> {
        let mut payload = vec![0; place.header.length];
        file.read_exact_at(&mut payload, place.start + entry::HEADER as u64)
            .ok()?;
        if !place.header.fits(&payload) {
            return None;
        }
        let batch = entry::decode(&place.header, &payload, place.read)?;
        let spool = self.clone();
        let receipt = Receipt::new(move |how| spool.heard(number, place, how));
        Some(ReadyBatch { receipt, ..batch })
    }

    /// What became of an entry that was handed out.
    fn heard(&self, number: u64, place: Place, how: Delivered) {
        let mut state = self.state();
        state.out = state.out.saturating_sub(place.header.decoded);
        match how {
            Delivered::Safe => self.done(&mut state, number, place.start),
            Delivered::Failed => state.put_back(number, place, TRY_AGAIN),
        }
        drop(state);
        self.0.changed.notify_all();
    }

    fn done(&self, state: &mut State, number: u64, start: u64) {
        let written = state.segments.back().map(|last| last.number);
        let written = written.filter(|_| state.writing);
        if let Some(segment) = state
            .segments
            .iter_mut()
            .find(|segment| segment.number == number)
        {
            segment.done(start);
            if written != Some(number) {
                segment.close_if_idle();
            }
        }
        state.remove_delivered();
        state.remove_if_over();
    }

    /// Syncs what was written since the last time and tells those who wait for it; one sync serves all of them.
    fn sync(&self) {
        let mut state = self.state();
        loop {
            if state.waiting.is_empty() {
                if state.closed {
                    return;
                }
                state = self.wait(state, LOOK_AGAIN);
                continue;
            }
            let receipts = std::mem::take(&mut state.waiting);
            let files = std::mem::take(&mut state.dirty);
            state.syncing = true;
            drop(state);
            let synced = files.iter().try_for_each(|file| file.sync_data());
            let how = match &synced {
                Ok(()) => Delivered::Safe,
                Err(error) => {
                    tracing::error!(%error, "the spool can't be synced to disk");
                    Delivered::Failed
                }
            };
            receipts.into_iter().for_each(|receipt| receipt.answer(how));
            state = self.state();
            state.syncing = false;
            // After a failed sync nobody knows what of the file is on disk.
            state.writing &= synced.is_ok();
            self.0.changed.notify_all();
        }
    }
}
