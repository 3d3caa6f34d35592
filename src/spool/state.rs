//! The queue's files and entries: which is next, which are delivered, what an earlier process left.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    queue::Recovered,
    segment::{Place, Segment, number_of},
};
use crate::{batch::Receipt, record::clock::Now};

/// What the queue knows; behind its lock.
pub struct State {
    /// Oldest first.
    pub segments: VecDeque<Segment>,
    /// Whether the last of them may be appended to.
    pub writing: bool,
    pub next_number: u64,
    /// Entries to hand out once more, and when.
    pub again: VecDeque<(Instant, u64, Place)>,
    /// Bytes handed out.
    pub out: usize,
    /// Written, not yet synced: whom to tell, and which files.
    pub waiting: Vec<Receipt>,
    pub dirty: Vec<Arc<File>>,
    pub syncing: bool,
    /// Nothing more will be appended.
    pub closed: bool,
    /// Nothing more is to be handed out.
    pub stopped: bool,
    /// When it was last said that it can't be written.
    pub trouble: Option<Instant>,
    /// When it was last said that a file of it can't be opened.
    pub unopened: Option<Instant>,
    pub dropped_records: u64,
    pub damaged_entries: u64,
}

impl State {
    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.size).sum()
    }

    /// Whether something is left to deliver.
    pub fn has_undelivered(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| !segment.places.is_empty())
    }

    /// When the first line that is not delivered was read.
    pub fn oldest(&self) -> Option<Instant> {
        let first = self
            .segments
            .iter()
            .find_map(|segment| segment.places.front());
        first.map(|place| place.read)
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        !self.has_undelivered()
    }

    /// The next entry in order, or one that is due once more; with its file, unless that can't be opened.
    pub fn hand_out(&mut self) -> Option<(u64, Place, io::Result<Arc<File>>)> {
        let due = self
            .again
            .front()
            .is_some_and(|(when, ..)| *when <= Instant::now());
        if due && let Some((_, number, place)) = self.again.pop_front() {
            let segment = self
                .segments
                .iter_mut()
                .find(|segment| segment.number == number)?;
            return Some((number, place, segment.open()));
        }
        let segment = self
            .segments
            .iter_mut()
            .find(|segment| segment.next < segment.places.len())?;
        let place = *segment.places.get(segment.next)?;
        segment.next += 1;
        Some((segment.number, place, segment.open()))
    }

    /// An entry that was handed out is to be handed out once more, after `wait`.
    pub fn put_back(&mut self, number: u64, place: Place, wait: Duration) {
        self.again.push_back((Instant::now() + wait, number, place));
    }

    /// Removes the last file too once nothing more will come.
    pub fn remove_if_over(&mut self) {
        if self.closed && self.is_empty() {
            self.writing = false;
            self.remove_delivered();
        }
    }

    /// Removes files in which everything is delivered, but for the one that is being written to.
    pub fn remove_delivered(&mut self) {
        let last = self
            .segments
            .len()
            .saturating_sub(usize::from(self.writing));
        let mut at = 0;
        self.segments.retain(|segment| {
            let keep = at >= last || !segment.places.is_empty();
            at += 1;
            if !keep {
                remove(&segment.path);
            }
            keep
        });
    }
}

/// What is in the folder, and a number that no file in it has.
pub fn recover(folder: &Path, recovered: &mut Recovered) -> io::Result<(VecDeque<Segment>, u64)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        files.extend(number_of(&path).map(|number| (number, path)));
    }
    files.sort();
    let next_number = files.last().map_or(1, |(number, _)| number + 1);
    let mut segments = VecDeque::new();
    for (number, path) in files {
        match Segment::recover(&path, number, now_ms(), &mut recovered.damage) {
            Ok(segment) => segments.push_back(segment),
            Err(error) => {
                tracing::error!(file = %path.display(), %error, "a file of the spool can't be read; it is left alone")
            }
        }
    }
    segments.retain(|segment| {
        if segment.places.is_empty() {
            remove(&segment.path);
        }
        !segment.places.is_empty()
    });
    recovered.records = segments.iter().map(Segment::records).sum();
    Ok((segments, next_number))
}

/// Removes a file. That it can't be removed costs no more than delivering it again.
pub fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(file = %path.display(), %error, "a delivered file of the spool can't be removed; it will be delivered again");
    }
}

/// Milliseconds since 1970, by the clock that no step moves: a file begun while the clock was wrong must not be too old, or for ever
/// young, for the next process.
pub fn now_ms() -> u64 {
    u64::try_from(Now::read().steady_ms).unwrap_or(0)
}
