//! Files that grow: `tuomin run --follow 'logs/*.log*'`.
//!
//! A file is what its device, its inode and its first bytes say, not its name: renamed it is still the same, and a new file
//! under an old name is another. How far each is *acknowledged* (stored, in the spool, or written) stands in a checkpoint
//! file; a restart goes on from there, so after a crash the last lines come again, and none is left out.
//!
//! | what happens | what is done |
//! |---|---|
//! | renamed, another file under the name | both are read; the old one until nothing has come for a while |
//! | deleted | read to its end |
//! | truncated, or written anew in place | read again from its beginning |
//! | a compressed file appears | read once; if it is one that was followed before, only what is new in it |
//! | half a line at the end | waits for its other half, unless the file is renamed or deleted |
//! | many files that are read to their end | all but the 64 that were written to last are closed, and opened again when they change |

pub mod checkpoint;
mod growing;
mod tail;

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    checkpoint::{Checkpoints, Identity},
    tail::{Look, Step, Tail},
};
use super::{InputError, Intake, lines::LineLimits};
use crate::{
    batch::Receipt,
    pipeline::{buffers::Buffers, shutdown::Shutdown},
};

/// Files that stay open though nothing comes. Each costs a handle and a look at every poll.
const MOST_OPEN: usize = 64;

/// `[input.follow]`: how files are followed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FollowSettings {
    /// The file with the checkpoints: how far each followed file is acknowledged.
    pub checkpoints: PathBuf,
    /// Milliseconds between two looks for new lines while there are none.
    pub poll_ms: u64,
    /// Milliseconds between two looks for new files.
    pub rescan_ms: u64,
    /// Seconds without anything new after which a file that was renamed or deleted is closed. So are those that were read to their end, if
    /// more than 64 are open; they are opened again when they change.
    pub close_after_s: u64,
    /// Where a file begins that there is no checkpoint for and that was there when the program started.
    pub begin: Begin,
}

impl Default for FollowSettings {
    fn default() -> Self {
        Self {
            checkpoints: "tuomin-checkpoints.json".into(),
            poll_ms: 100,
            rescan_ms: 1000,
            close_after_s: 5,
            begin: Begin::Beginning,
        }
    }
}

/// Where a file begins that there is no checkpoint for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// At its first line.
    #[default]
    Beginning,
    /// Behind its last line: only what is new.
    End,
}

/// The [`Intake`] over followed files.
pub struct Follow {
    patterns: Vec<String>,
    settings: FollowSettings,
    limits: LineLimits,
    shutdown: Shutdown,
    buffers: Arc<Buffers>,
    checkpoints: Arc<Checkpoints>,
    tails: Vec<Tail>,
    /// Files that were read to their end and are not to be opened again.
    closed: HashSet<Identity>,
    /// Files that are opened again once they look otherwise.
    resting: HashMap<Identity, Look>,
    /// The file that is asked first.
    turn: usize,
    next_scan: Instant,
    first_scan: bool,
    /// What could not be opened, said once.
    said: HashSet<PathBuf>,
}

impl Follow {
    /// Follows all files that match one of `patterns`, also those that appear later.
    ///
    /// # Errors
    /// If a pattern is none.
    pub fn new(
        patterns: &[PathBuf],
        settings: &FollowSettings,
        limits: LineLimits,
        shutdown: Shutdown,
        buffers: Arc<Buffers>,
        checkpoints: Arc<Checkpoints>,
    ) -> Result<Self, String> {
        let mut texts = Vec::new();
        for pattern in patterns {
            let text = pattern.to_str().ok_or("names to follow must be UTF-8")?;
            glob::Pattern::new(text).map_err(|error| format!("{text}: {error}"))?;
            texts.push(text.to_owned());
        }
        Ok(Self {
            patterns: texts,
            settings: settings.clone(),
            limits,
            shutdown,
            buffers,
            checkpoints,
            tails: Vec::new(),
            closed: HashSet::new(),
            resting: HashMap::new(),
            turn: 0,
            next_scan: Instant::now(),
            first_scan: true,
            said: HashSet::new(),
        })
    }

    /// Opens files that are new, and notices which have lost their name.
    fn scan(&mut self) {
        let now = Instant::now();
        if now < self.next_scan {
            return;
        }
        self.next_scan = now + Duration::from_millis(self.settings.rescan_ms);
        let mut named = HashSet::new();
        let mut paths: Vec<PathBuf> = Vec::new();
        for pattern in &self.patterns {
            paths.extend(
                glob::glob(pattern)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .filter(|path| path.is_file()),
            );
        }
        paths.sort();
        paths.dedup();
        for path in paths {
            let metadata = match fs::metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    self.complain(path, &error);
                    continue;
                }
            };
            let identity = Identity::from(&metadata);
            named.insert(identity);
            if self.resting.get(&identity) == Some(&Look::of(&metadata))
                || self.closed.contains(&identity)
                || self.tails.iter().any(|tail| tail.identity() == identity)
            {
                continue;
            }
            let begin = if self.first_scan {
                self.settings.begin
            } else {
                Begin::Beginning
            };
            match Tail::open(&path, begin, self.limits, &self.shutdown, &self.checkpoints) {
                Ok(tail) => {
                    self.resting.remove(&identity);
                    self.tails.push(tail);
                }
                Err(error) => self.complain(path, &error),
            }
        }
        self.first_scan = false;
        self.closed.retain(|identity| named.contains(identity));
        self.resting.retain(|identity, _| named.contains(identity));
        for tail in &mut self.tails {
            tail.set_named(named.contains(&tail.identity()), now);
        }
        self.checkpoints.forget(|identity| {
            !named.contains(identity) && !self.tails.iter().any(|tail| tail.identity() == *identity)
        });
        self.rest();
    }

    /// Closes files that were read to their end, beyond those that may stay open. The ones that were written to last stay: one that is
    /// open is read to its end even if it is written to and deleted between two looks.
    fn rest(&mut self) {
        if self.tails.len() <= MOST_OPEN {
            return;
        }
        let after = Duration::from_secs(self.settings.close_after_s);
        let mut resting: Vec<(Identity, Look)> = self
            .tails
            .iter()
            .filter_map(|tail| Some((tail.identity(), tail.at_rest(after)?)))
            .collect();
        resting.sort_by_key(|(_, look)| look.written);
        resting.truncate(self.tails.len() - MOST_OPEN);
        self.resting.extend(resting);
        let resting = &self.resting;
        self.tails
            .retain(|tail| !resting.contains_key(&tail.identity()));
    }

    fn complain(&mut self, path: PathBuf, error: &io::Error) {
        if !self.said.contains(&path) {
            tracing::error!(file = %path.display(), %error, "can't be followed; it is tried again");
            self.said.insert(path);
        }
    }

    /// One round over all files. True if a block was filled.
    fn round(&mut self, block: &mut Vec<u8>) -> Result<Option<Receipt>, InputError> {
        let close_after = Duration::from_secs(self.settings.close_after_s);
        for _ in 0..self.tails.len() {
            self.turn = (self.turn + 1) % self.tails.len().max(1);
            let Some(tail) = self.tails.get_mut(self.turn) else {
                break;
            };
            match tail.step(block, close_after) {
                Ok(Step::Filled(receipt)) => return Ok(Some(receipt)),
                Ok(Step::Nothing) => {}
                Ok(Step::Over) => {
                    let tail = self.tails.swap_remove(self.turn);
                    self.closed.insert(tail.identity());
                    return self.round(block);
                }
                Err(source) => {
                    let tail = self.tails.swap_remove(self.turn);
                    self.closed.insert(tail.identity());
                    let name = tail.name();
                    return Err(match source.kind() {
                        io::ErrorKind::UnexpectedEof => InputError::Truncated { name },
                        _ => InputError::Read { name, source },
                    });
                }
            }
        }
        Ok(None)
    }

    /// Sleeps, but wakes up when reading is to stop.
    fn wait(&self) {
        let timeout = Timespec {
            tv_sec: (self.settings.poll_ms / 1000) as i64,
            tv_nsec: ((self.settings.poll_ms % 1000) * 1_000_000) as i64,
        };
        let wake = self.shutdown.wake_fd();
        let _ = poll(
            &mut [PollFd::from_borrowed_fd(wake, PollFlags::IN)],
            Some(&timeout),
        );
    }
}

impl Intake for Follow {
    fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Receipt>, InputError> {
        loop {
            if self.shutdown.is_set() {
                return Ok(None);
            }
            self.scan();
            self.checkpoints.save_now_and_then();
            if let Some(receipt) = self.round(block)? {
                return Ok(Some(receipt));
            }
            // What a tail held on to while it looked is given back before a long silence.
            self.buffers.put(std::mem::take(block));
            self.wait();
        }
    }
}
