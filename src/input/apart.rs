//! Blocks of a regular file, read by several workers at once.
//!
//! A file can be read at any place. So the worker whose turn it is reads only the last bytes of a block, as far back as the line end where
//! the block is cut; all before them it reads when the next worker has its turn. Of lines of some hundred kilobytes that is two
//! thirds, of short ones nearly everything: reading is no longer what one core does while the others wait.

use std::{
    io,
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use memchr::{memchr, memrchr};

use crate::{
    input::InputError,
    pipeline::buffers::{cut, reserve},
};

/// Bytes of the first piece that is read from a block's end. Each further one has twice as many.
const PIECE: usize = 16 << 10;

/// A regular file, and how far it was given out.
pub struct Place {
    /// The file.
    pub fd: Arc<OwnedFd>,
    /// Bytes before what comes next.
    pub at: u64,
    /// Counts what was given out, for the progress bar.
    pub consumed: Arc<AtomicU64>,
}

/// The part of a block that nobody has read yet.
#[derive(Debug)]
pub struct Unread {
    /// The file's name, for an error.
    name: Arc<str>,
    fd: Arc<OwnedFd>,
    /// Bytes before it in the file, its own, and bytes before it in the block.
    at: u64,
    length: usize,
    into: usize,
}

impl Place {
    /// Takes the next `most` bytes, cut at their last line end: appends to `block` what of them was read, and what is behind the cut to
    /// `carry`. `None` if no line ends there, the file ends, or reading failed: then nothing was taken.
    pub fn take(
        &mut self,
        most: usize,
        block: &mut Vec<u8>,
        carry: &mut Vec<u8>,
        pieces: &mut Vec<Vec<u8>>,
    ) -> Option<Unread> {
        let (mut left, mut count, mut length) = (most, 0, PIECE);
        let found = loop {
            if left == 0 {
                break None;
            }
            length = length.min(left);
            left -= length;
            if pieces.len() == count {
                pieces.push(Vec::new());
            }
            let piece = &mut pieces[count];
            count += 1;
            if !self.read(left, length, piece).unwrap_or(false) {
                break None;
            }
            if let Some(end) = memrchr(b'\n', piece) {
                break Some(end + 1);
            }
            length *= 2;
        };
        let unread = found.map(|end| {
            let into = block.len();
            block.extend_from_slice(&pieces[count - 1][..end]);
            carry.extend_from_slice(&pieces[count - 1][end..]);
            for piece in pieces[..count - 1].iter().rev() {
                carry.extend_from_slice(piece);
            }
            let unread = Unread {
                name: "".into(),
                fd: self.fd.clone(),
                at: self.at,
                length: left,
                into,
            };
            self.at += most as u64;
            self.consumed.fetch_add(most as u64, Ordering::Relaxed);
            unread
        });
        for piece in &mut pieces[..count] {
            cut(piece, 0);
        }
        unread
    }

    /// Reads `length` bytes that stand `from` bytes further on. False if there are not so many.
    fn read(&self, from: usize, length: usize, piece: &mut Vec<u8>) -> io::Result<bool> {
        reserve(piece, length);
        while piece.len() < length {
            let at = self.at + (from + piece.len()) as u64;
            let missing = length - piece.len();
            let room = &mut piece.spare_capacity_mut()[..missing];
            match rustix::io::pread(&self.fd, room, at) {
                Ok((read, _)) if read.is_empty() => return Ok(false),
                Ok((read, _)) => {
                    let count = read.len();
                    // SAFETY: so many bytes behind the end have just been read.
                    unsafe { piece.set_len(piece.len() + count) };
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}

impl Unread {
    /// With the name of its file.
    pub fn of(self, name: Arc<str>) -> Self {
        Self { name, ..self }
    }

    /// How many bytes are to be read.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is to be read.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Reads it to its place in `block`.
    ///
    /// If the file holds no more so much (somebody shortened it), the lines that can't be read as a whole are left out and the error
    /// says so.
    pub fn read(self, block: &mut Vec<u8>) -> Result<(), InputError> {
        let (from, to) = (self.into, self.into + self.length);
        let tail = block.len();
        reserve(block, self.length);
        block.resize(tail + self.length, 0);
        block.copy_within(from..tail, to);
        let mut filled = from;
        let source = loop {
            if filled == to {
                return Ok(());
            }
            let at = self.at + (filled - from) as u64;
            match rustix::io::pread(&self.fd, &mut block[filled..to], at) {
                Ok(0) => break io::Error::other("the file became shorter"),
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => break error.into(),
            }
        };
        let whole = memrchr(b'\n', &block[..filled]).map_or(0, |at| at + 1);
        let next = memchr(b'\n', &block[to..]).map_or(block.len(), |at| to + at + 1);
        let length = whole + block.len() - next;
        block.copy_within(next.., whole);
        cut(block, length);
        Err(InputError::Read {
            name: self.name.to_string(),
            source,
        })
    }
}
