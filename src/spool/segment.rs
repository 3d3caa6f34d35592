//! One file of the spool.
//!
//! ```text
//! offset  bytes
//!      0      8  "TUOMINs1"
//!      8      8  when it was begun, in milliseconds since 1970
//!     16      8  up to where it is delivered: an offset in this file
//!     24      8  nothing yet
//!     32      …  entries
//! ```
//! A file is only ever appended to, by the process that began it; the delivered offset is written without being synced,
//! because a stale one only means that something is sent again.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use super::entry::{self, Header};

/// Bytes before the first entry.
pub const HEADER: u64 = 32;
const MAGIC: &[u8; 8] = b"TUOMINs1";
/// Where the delivered offset stands.
const DELIVERED: u64 = 16;
/// Behind the number in a file's name.
const SUFFIX: &str = ".spool";

/// An entry in a file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where its header begins.
    pub start: u64,
    /// Its header.
    pub header: Header,
    /// When its first line was read, as far as that is known: of an earlier process's entries, when their file was begun.
    pub read: Instant,
    /// Whether it is delivered.
    pub done: bool,
}

impl Place {
    /// Where the next entry begins.
    pub fn end(&self) -> u64 {
        self.start + entry::HEADER as u64 + self.header.length as u64
    }
}

/// A file and its entries that are not delivered (or not known to be).
pub struct Segment {
    /// In the order of writing.
    pub number: u64,
    /// When it was begun. The clock is asked once, for files of earlier processes: if it is set later, no file gets older or younger.
    pub begun: Instant,
    /// Where it is.
    pub path: PathBuf,
    /// Open for reading and writing while it is written or read: a backlog of a thousand files must not be a thousand open ones.
    file: Option<Arc<File>>,
    /// Bytes.
    pub size: u64,
    /// From the first that is not delivered on.
    pub places: VecDeque<Place>,
    /// Which of `places` is handed out next.
    pub next: usize,
}

/// What was wrong with files of an earlier process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Bytes at ends of files that are no whole entry: what was being written when a process died.
    pub torn_bytes: u64,
    /// Bytes in the middle that are no entry.
    pub damaged_bytes: u64,
}

impl Segment {
    /// Begins a file.
    pub fn create(folder: &Path, number: u64, now_ms: u64) -> io::Result<Self> {
        let path = folder.join(format!("{number:020}{SUFFIX}"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let mut header = [0; HEADER as usize];
        header[..8].copy_from_slice(MAGIC);
        header[8..16].copy_from_slice(&now_ms.to_le_bytes());
        header[16..24].copy_from_slice(&HEADER.to_le_bytes());
        if let Err(error) = file.write_all_at(&header, 0) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Self {
            number,
            begun: Instant::now(),
            path,
            file: Some(Arc::new(file)),
            size: HEADER,
            places: VecDeque::new(),
            next: 0,
        })
    }

    /// Looks into a file of an earlier process and finds its entries. Whatever is in it, this only fails if the file can't be read.
    pub fn recover(path: &Path, number: u64, now_ms: u64, damage: &mut Damage) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let length = file.metadata()?.len();
        let mut head = [0; HEADER as usize];
        let is_whole =
            length >= HEADER && file.read_exact_at(&mut head, 0).is_ok() && head.starts_with(MAGIC);
        let number_at =
            |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap_or_default());
        // A broken header costs nothing but sending again what may be delivered already.
        let (begun_ms, delivered) = if is_whole {
            (number_at(8), number_at(16))
        } else {
            (now_ms, 0)
        };
        let age = Duration::from_millis(now_ms.saturating_sub(begun_ms));
        let now = Instant::now();
        let begun = now.checked_sub(age).unwrap_or(now);
        let mut places = VecDeque::new();
        let mut at = HEADER.min(length);
        while at < length {
            let mut bytes = [0; entry::HEADER];
            let header = file
                .read_exact_at(&mut bytes, at)
                .ok()
                .and_then(|()| Header::read(&bytes));
            match header.map(|header| Place {
                start: at,
                header,
                read: begun,
                done: false,
            }) {
                Some(place) if place.end() <= length => {
                    at = place.end();
                    if place.start >= delivered {
                        places.push_back(place);
                    }
                }
                _ => match next_entry(&file, at + 1, length)? {
                    Some(next) => {
                        damage.damaged_bytes += next - at;
                        at = next;
                    }
                    None => {
                        damage.torn_bytes += length - at;
                        file.set_len(at)?;
                        break;
                    }
                },
            }
        }
        Ok(Self {
            number,
            begun,
            path: path.into(),
            file: None,
            size: at,
            places,
            next: 0,
        })
    }

    /// Its file, opened if it isn't.
    pub fn open(&mut self) -> io::Result<Arc<File>> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let opened = OpenOptions::new().read(true).write(true).open(&self.path);
        let file = Arc::new(opened?);
        self.file = Some(file.clone());
        Ok(file)
    }

    /// Closes its file, unless something in it is handed out. Whoever still reads or syncs it has a handle of his own.
    pub fn close_if_idle(&mut self) {
        if self.next == 0 {
            self.file = None;
        }
    }

    /// Appends an entry. On failure (a full disk) the file is as it was.
    pub fn append(&mut self, entry: &[u8], header: Header, read: Instant) -> io::Result<Arc<File>> {
        let file = self.open()?;
        if let Err(error) = file.write_all_at(entry, self.size) {
            // If this fails too, what was half written is a torn tail and is overwritten by the next try.
            let _ = file.set_len(self.size);
            return Err(error);
        }
        self.places.push_back(Place {
            start: self.size,
            header,
            read,
            done: false,
        });
        self.size += entry.len() as u64;
        Ok(file)
    }

    /// Marks the entry that begins at `start` as delivered.
    pub fn done(&mut self, start: u64) {
        let found = self
            .places
            .binary_search_by_key(&start, |place| place.start);
        if let Some(place) = found.ok().and_then(|at| self.places.get_mut(at)) {
            place.done = true;
        }
        let mut delivered = None;
        while let Some(place) = self.places.front().filter(|place| place.done) {
            delivered = Some(place.end());
            self.places.pop_front();
            self.next = self.next.saturating_sub(1);
        }
        if let (Some(delivered), Some(file)) = (delivered, &self.file) {
            let _ = file.write_all_at(&delivered.to_le_bytes(), DELIVERED);
        }
    }

    /// Records that are not delivered.
    pub fn records(&self) -> u64 {
        self.places
            .iter()
            .filter(|place| !place.done)
            .map(|place| u64::from(place.header.records))
            .sum()
    }
}

/// The number in a spool file's name.
pub fn number_of(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_suffix(SUFFIX)?
        .parse()
        .ok()
}

/// Looks for an entry whose checksum is right from `from` on.
fn next_entry(file: &File, from: u64, length: u64) -> io::Result<Option<u64>> {
    let mut rest = vec![0; usize::try_from(length.saturating_sub(from)).unwrap_or(0)];
    file.read_exact_at(&mut rest, from)?;
    let mut start = 0;
    while let Some(found) = entry::find(&rest[start..]) {
        let at = start + found;
        let payload =
            |header: &Header| rest.get(at + entry::HEADER..at + entry::HEADER + header.length);
        if Header::read(&rest[at..])
            .is_some_and(|header| payload(&header).is_some_and(|bytes| header.fits(bytes)))
        {
            return Ok(Some(from + at as u64));
        }
        start = at + 1;
    }
    Ok(None)
}
