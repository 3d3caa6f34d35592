//! Bytes of a file descriptor.

use std::{
    fs::File,
    io::{self, BufRead, Read},
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::FileType,
};

use crate::pipeline::{buffers::reserve, shutdown::Shutdown};

/// How large a pipe is asked to be. The usual 64 KiB mean a switch between two processes every 64 KiB.
const PIPE_BYTES: usize = 1 << 20;
/// Compressed bytes asked for at once.
const COMPRESSED_BYTES: usize = 256 << 10;

/// Something bytes can be read from.
pub trait ByteSource: Send {
    /// Appends at most `most` bytes to `into` and says how many; 0 at the end, which is also when reading is to stop.
    ///
    /// With `until`, [`io::ErrorKind::WouldBlock`] means that nothing more came until then; the source can be read on.
    fn read_some(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
        until: Option<Instant>,
    ) -> io::Result<usize>;
}

/// A file, pipe, terminal or socket.
pub struct FdSource {
    fd: OwnedFd,
    /// A regular file never makes anyone wait: no `poll` needed.
    regular: bool,
    /// Bytes that were read to look at the beginning.
    peeked: Vec<u8>,
    shutdown: Shutdown,
    /// Counts what was read, for the progress bar.
    consumed: Arc<AtomicU64>,
}

impl FdSource {
    /// Reads from `fd`; counts into `consumed`.
    pub fn new(fd: OwnedFd, shutdown: Shutdown, consumed: Arc<AtomicU64>) -> io::Result<Self> {
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode);
        if kind == FileType::Fifo {
            // Only faster: a system that refuses (limit per user) is as right as one that agrees.
            let _ = rustix::pipe::fcntl_setpipe_size(&fd, PIPE_BYTES);
        }
        Ok(Self {
            fd,
            regular: kind == FileType::RegularFile,
            peeked: Vec::new(),
            shutdown,
            consumed,
        })
    }

    /// Opens a file.
    pub fn open(
        path: &std::path::Path,
        shutdown: Shutdown,
        consumed: Arc<AtomicU64>,
    ) -> io::Result<Self> {
        Self::new(File::open(path)?.into(), shutdown, consumed)
    }

    /// Whether this is a regular file, which can be read again, rather than a stream, which can't.
    pub fn is_regular(&self) -> bool {
        self.regular
    }

    /// The first bytes, up to `most`; they are still read afterwards. Waits only for as many as `enough` asks for.
    pub fn peek(&mut self, most: usize, enough: impl Fn(&[u8]) -> bool) -> io::Result<&[u8]> {
        let mut head = std::mem::take(&mut self.peeked);
        while head.len() < most && !enough(&head) {
            let room = most - head.len();
            match self.read_some(&mut head, room, None) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.peeked = head;
                    return Err(error);
                }
            }
        }
        self.peeked = head;
        Ok(&self.peeked)
    }

    /// Waits until there is something to read. False if reading is to stop.
    fn wait(&self, until: Option<Instant>) -> io::Result<bool> {
        loop {
            if self.shutdown.is_set() {
                return Ok(false);
            }
            if self.regular {
                return Ok(true);
            }
            let wake = self.shutdown.wake_fd();
            let mut fds = [
                PollFd::from_borrowed_fd(self.fd.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(wake, PollFlags::IN),
            ];
            let timeout =
                until.map(|until| timespec(until.saturating_duration_since(Instant::now())));
            match poll(&mut fds, timeout.as_ref()) {
                Ok(0) => return Err(io::ErrorKind::WouldBlock.into()),
                // Also on hang-up or error: the read that follows says which.
                Ok(_) if !fds[0].revents().is_empty() && !self.shutdown.is_set() => {
                    return Ok(true);
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

impl ByteSource for FdSource {
    fn read_some(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
        until: Option<Instant>,
    ) -> io::Result<usize> {
        if !self.peeked.is_empty() {
            let count = self.peeked.len().min(most);
            reserve(into, count);
            into.extend(self.peeked.drain(..count));
            return Ok(count);
        }
        reserve(into, most);
        loop {
            if !self.wait(until)? {
                return Ok(0);
            }
            // Straight into memory that was never initialised: zeroing it first would cost a third of the whole reading.
            // No more than was asked for, or blocks grow with their buffers until they leave the processor's cache.
            match rustix::io::read(&self.fd, &mut into.spare_capacity_mut()[..most]) {
                Ok((read, _)) => {
                    let count = read.len();
                    // SAFETY: so many bytes behind the end have just been read.
                    unsafe { into.set_len(into.len() + count) };
                    self.consumed.fetch_add(count as u64, Ordering::Relaxed);
                    return Ok(count);
                }
                // Someone else made the descriptor non-blocking and took the bytes first.
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// [`BufRead`] over an [`FdSource`], for decoders. `WouldBlock` passes through them and keeps their state.
pub struct Buffered {
    source: FdSource,
    buffer: Vec<u8>,
    start: usize,
    until: Option<Instant>,
}

impl Buffered {
    /// Wraps `source`.
    pub fn new(source: FdSource) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            start: 0,
            until: None,
        }
    }

    /// Reads from now on fail with `WouldBlock` when nothing came until then.
    pub fn set_until(&mut self, until: Option<Instant>) {
        self.until = until;
    }

    /// Whether reading is to stop.
    pub fn is_stopped(&self) -> bool {
        self.source.shutdown.is_set()
    }
}

impl BufRead for Buffered {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            self.source
                .read_some(&mut self.buffer, COMPRESSED_BYTES, self.until)?;
        }
        Ok(&self.buffer[self.start..])
    }

    fn consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.buffer.len());
    }
}

impl Read for Buffered {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
