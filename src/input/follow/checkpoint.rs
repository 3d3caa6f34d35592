//! How far each followed file is acknowledged, in memory and on disk.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    batch::{Delivered, Receipt},
    input::acknowledged::Acknowledged,
};

/// How often the file is written at most.
const PERIOD: Duration = Duration::from_millis(500);

/// What a file is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl From<&fs::Metadata> for Identity {
    fn from(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// The first bytes of a file as a checksum: inodes are used again, and files are written anew in place. 32 bits tell nothing
/// about the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// How many bytes.
    pub length: u64,
    /// Their CRC32C.
    pub crc: u32,
}

impl Head {
    /// Bytes that count at most.
    pub const MOST: usize = 512;

    /// Of these first bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(Self::MOST)];
        Self {
            length: bytes.len() as u64,
            crc: crc32c::crc32c(bytes),
        }
    }

    /// Whether a file that begins with `bytes` can be the one this was taken of.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let length = self.length as usize;
        bytes.len() >= length && crc32c::crc32c(&bytes[..length]) == self.crc
    }
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    #[serde(flatten)]
    identity: Identity,
    /// How it begins.
    pub head: Head,
    /// Everything before this is acknowledged. In a compressed file, of the decoded bytes.
    pub offset: u64,
}

/// All checkpoints. Shared by the input, which hands blocks out, and receipts, which come back from other threads.
pub struct Checkpoints {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<Identity, Known>,
    /// Blocks that are out, by file.
    out: HashMap<Identity, Acknowledged>,
    changed: bool,
    saved: Option<Instant>,
}

impl Checkpoints {
    /// Reads the file, if it is there. One that can't be understood only means that everything is read again.
    ///
    /// # Errors
    /// If it can't be read, or not be written.
    pub fn open(path: &Path) -> io::Result<Arc<Self>> {
        let mut state = State::default();
        match fs::read(path) {
            Ok(bytes) => match serde_json::from_slice::<Vec<Known>>(&bytes) {
                Ok(files) => state
                    .files
                    .extend(files.into_iter().map(|known| (known.identity, known))),
                Err(_) => {
                    tracing::warn!(file = %path.display(), "the checkpoints can't be understood; files are read from their beginning");
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let checkpoints = Self {
            path: path.into(),
            state: Mutex::new(state),
        };
        checkpoints.write()?;
        Ok(Arc::new(checkpoints))
    }

    /// Where to go on in a file that begins with `head`.
    pub fn find(&self, identity: Identity, head: &[u8]) -> Option<Known> {
        self.state()
            .files
            .get(&identity)
            .copied()
            .filter(|known| known.head.fits(head))
    }

    /// A file, known under another identity, that these are the first decoded bytes of: the compressed form of one that was
    /// followed.
    pub fn find_by_head(&self, head: &[u8]) -> Option<Known> {
        let state = self.state();
        let fits = |known: &&Known| known.head.length >= 64 && known.head.fits(head);
        state
            .files
            .values()
            .filter(fits)
            .max_by_key(|known| known.offset)
            .copied()
    }

    /// A file is begun at `offset`.
    pub fn begin(&self, identity: Identity, head: Head, offset: u64) {
        let mut state = self.state();
        state.files.insert(
            identity,
            Known {
                identity,
                head,
                offset,
            },
        );
        state.out.entry(identity).or_default().begin();
        state.changed = true;
    }

    /// More of a file's beginning is there than when it was begun.
    pub fn set_head(&self, identity: Identity, head: Head) {
        if let Some(known) = self.state().files.get_mut(&identity) {
            known.head = head;
        }
    }

    /// A block that ends at `end` is handed out; the receipt moves the checkpoint.
    pub fn hand_out(self: &Arc<Self>, identity: Identity, end: u64) -> Receipt {
        let epoch = self.state().out.entry(identity).or_default().hand_out(end);
        let checkpoints = self.clone();
        Receipt::new(move |how| checkpoints.heard(identity, epoch, end, how))
    }

    /// Where to read again from, if a block of this file failed.
    pub fn wind_back(&self, identity: Identity) -> Option<u64> {
        let mut state = self.state();
        if !state.out.get_mut(&identity)?.must_wind_back() {
            return None;
        }
        state.files.get(&identity).map(|known| known.offset)
    }

    /// Whether blocks of this file are out.
    pub fn is_out(&self, identity: Identity) -> bool {
        self.state()
            .out
            .get(&identity)
            .is_some_and(Acknowledged::is_out)
    }

    /// Drops what `is_gone` says, unless blocks of it are out.
    pub fn forget(&self, is_gone: impl Fn(&Identity) -> bool) {
        let mut state = self.state();
        let State {
            files,
            out,
            changed,
            ..
        } = &mut *state;
        let before = files.len();
        files.retain(|identity, _| {
            !is_gone(identity) || out.get(identity).is_some_and(Acknowledged::is_out)
        });
        out.retain(|identity, _| files.contains_key(identity));
        *changed |= files.len() != before;
    }

    /// Writes the file if something changed and it was not written just now.
    pub fn save_now_and_then(&self) {
        let due = {
            let state = self.state();
            state.changed && state.saved.is_none_or(|saved| saved.elapsed() >= PERIOD)
        };
        if due {
            self.save();
        }
    }

    /// Writes the file. An error is said and tried again: checkpoints that lag behind only mean that lines come again.
    pub fn save(&self) {
        if let Err(error) = self.write() {
            tracing::error!(file = %self.path.display(), %error, "checkpoints can't be written");
        }
    }

    fn heard(&self, identity: Identity, epoch: u64, end: u64, how: Delivered) {
        let mut state = self.state();
        let acknowledged = state
            .out
            .get_mut(&identity)
            .and_then(|out| out.heard(epoch, end, how));
        if let (Some(offset), Some(known)) = (acknowledged, state.files.get_mut(&identity)) {
            known.offset = offset;
            state.changed = true;
        }
    }

    fn write(&self) -> io::Result<()> {
        let bytes = {
            let mut state = self.state();
            state.changed = false;
            state.saved = Some(Instant::now());
            serde_json::to_vec(&state.files.values().collect::<Vec<_>>())?
        };
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, &bytes)?;
        file.as_file().sync_data()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(checkpoints: &Checkpoints, identity: Identity) -> u64 {
        checkpoints.state().files[&identity].offset
    }

    #[test]
    fn only_what_is_acknowledged_without_a_gap_counts_and_survives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        let checkpoints = Checkpoints::open(&path).unwrap();
        let identity = Identity {
            device: 1,
            inode: 2,
        };
        let head = Head::of(b"abc");
        checkpoints.begin(identity, head, 0);
        let receipts: Vec<_> = [10, 20, 30]
            .map(|end| checkpoints.hand_out(identity, end))
            .into();
        let mut receipts = receipts.into_iter();
        let (first, second, third) = (
            receipts.next().unwrap(),
            receipts.next().unwrap(),
            receipts.next().unwrap(),
        );
        second.answer(Delivered::Safe);
        assert_eq!(offset(&checkpoints, identity), 0);
        first.answer(Delivered::Safe);
        assert_eq!(offset(&checkpoints, identity), 20);
        checkpoints.save();
        let again = Checkpoints::open(&path).unwrap();
        assert_eq!(
            again.find(identity, b"abcdef").map(|known| known.offset),
            Some(20)
        );
        assert_eq!(again.find(identity, b"other"), None);
        // A failure winds back to where it is acknowledged, and what is out then counts no more.
        let late = checkpoints.hand_out(identity, 40);
        third.answer(Delivered::Failed);
        assert_eq!(checkpoints.wind_back(identity), Some(20));
        assert_eq!(checkpoints.wind_back(identity), None);
        late.answer(Delivered::Safe);
        assert_eq!(offset(&checkpoints, identity), 20);
    }

    #[test]
    fn a_broken_file_means_reading_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        fs::write(&path, "{ broken").unwrap();
        let checkpoints = Checkpoints::open(&path).unwrap();
        assert_eq!(
            checkpoints.find(
                Identity {
                    device: 1,
                    inode: 2
                },
                b""
            ),
            None
        );
    }
}
