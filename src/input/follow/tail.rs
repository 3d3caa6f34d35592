//! One followed file.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use memchr::{memchr, memrchr};

use super::{
    Begin,
    checkpoint::{Checkpoints, Head, Identity},
};
use crate::{
    batch::Receipt,
    input::{
        compressed::{Form, MAGIC_BYTES, decoder, form},
        lines::{LineLimits, Lines, too_long},
        source::FdSource,
    },
    pipeline::{
        buffers::{reserve, wipe},
        shutdown::Shutdown,
    },
};

/// What came of looking into a file.
pub enum Step {
    /// The block has lines.
    Filled(Receipt),
    /// Nothing new.
    Nothing,
    /// Nothing new will come.
    Over,
}

/// A followed file.
pub struct Tail {
    path: PathBuf,
    identity: Identity,
    checkpoints: Arc<Checkpoints>,
    reader: Reader,
    /// Whether its name still leads to it, and since when it doesn't.
    nameless_since: Option<Instant>,
    last_news: Instant,
}

enum Reader {
    Growing(Growing),
    Compressed(Compressed),
}

/// A plain file.
struct Growing {
    file: File,
    limits: LineLimits,
    head: Head,
    /// Where to read on.
    position: u64,
    /// Half a line right before `position`.
    carry: Vec<u8>,
    /// How long the line at the end is that is too long to be kept.
    skipping: Option<u64>,
}

/// A compressed file: complete, read once.
struct Compressed {
    lines: Lines,
    /// Decoded bytes handed out or skipped.
    position: u64,
    /// Decoded bytes that were delivered before.
    skip: u64,
    ended: bool,
}

impl Tail {
    /// Opens a file and finds where to go on in it.
    pub fn open(
        path: &Path,
        begin: Begin,
        limits: LineLimits,
        shutdown: &Shutdown,
        checkpoints: &Arc<Checkpoints>,
    ) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let identity = Identity::from(&metadata);
        let head = read_head(&file)?;
        let reader = match form(&head[..head.len().min(MAGIC_BYTES)]) {
            Form::Foreign(form, advice) => {
                return Err(io::Error::other(format!("is {form}; {advice}")));
            }
            Form::Plain => {
                let known = checkpoints.find(identity, &head).map(|known| known.offset);
                let start = match begin {
                    Begin::End => last_line_end(&file, metadata.len())?,
                    Begin::Beginning => 0,
                };
                let position = known
                    .filter(|offset| *offset <= metadata.len())
                    .unwrap_or(start);
                let head = Head::of(&head);
                checkpoints.begin(identity, head, position);
                Reader::Growing(Growing {
                    file,
                    limits,
                    head,
                    position,
                    carry: Vec::new(),
                    skipping: None,
                })
            }
            form => Reader::Compressed(Compressed::open(
                path,
                form,
                identity,
                &head,
                limits,
                shutdown,
                checkpoints,
            )?),
        };
        let checkpoints = checkpoints.clone();
        Ok(Self {
            path: path.into(),
            identity,
            checkpoints,
            reader,
            nameless_since: None,
            last_news: Instant::now(),
        })
    }

    /// What file it is.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// As it stands in messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether a name still leads to it.
    pub fn set_named(&mut self, is_named: bool, now: Instant) {
        match is_named {
            true => self.nameless_since = None,
            false => self.nameless_since = self.nameless_since.or(Some(now)),
        }
    }

    /// Fills `block` with lines that are new.
    pub fn step(&mut self, block: &mut Vec<u8>, close_after: Duration) -> io::Result<Step> {
        let wound_back = self.checkpoints.wind_back(self.identity);
        let end = match &mut self.reader {
            Reader::Growing(growing) => {
                if let Some(offset) = wound_back {
                    growing.go_to(offset);
                }
                if growing.is_another()? {
                    tracing::info!(file = %self.path.display(), "was truncated or written anew; it is read from its beginning");
                    growing.go_to(0);
                    growing.head = Head::default();
                    self.checkpoints.begin(self.identity, growing.head, 0);
                }
                if growing.learn_head()? {
                    self.checkpoints.set_head(self.identity, growing.head);
                }
                let quiet_since = self.nameless_since.map(|since| since.max(self.last_news));
                let is_over = quiet_since.is_some_and(|since| since.elapsed() >= close_after);
                match growing.read(block, is_over)? {
                    Some(end) => end,
                    None if is_over => return Ok(Step::Over),
                    None => return Ok(Step::Nothing),
                }
            }
            Reader::Compressed(compressed) => {
                if wound_back.is_some() {
                    // A compressed file can't be read backwards: it is opened again by the next look at its name.
                    return Err(io::Error::other("could not be delivered"));
                }
                match compressed.read(block)? {
                    Some(end) => end,
                    // Its checkpoint must be complete before it is let go.
                    None if self.checkpoints.is_out(self.identity) => return Ok(Step::Nothing),
                    None => return Ok(Step::Over),
                }
            }
        };
        self.last_news = Instant::now();
        Ok(Step::Filled(self.checkpoints.hand_out(self.identity, end)))
    }
}

impl Growing {
    fn go_to(&mut self, position: u64) {
        wipe(std::mem::take(&mut self.carry));
        self.position = position;
        self.skipping = None;
    }

    /// Whether the file is shorter than what was read of it, or begins otherwise.
    fn is_another(&self) -> io::Result<bool> {
        if self.file.metadata()?.len() < self.position {
            return Ok(true);
        }
        Ok(!self.head.fits(&read_head(&self.file)?))
    }

    /// Takes more of the beginning into account once it is there.
    fn learn_head(&mut self) -> io::Result<bool> {
        if self.head.length as usize >= Head::MOST {
            return Ok(false);
        }
        let head = Head::of(&read_head(&self.file)?);
        let is_more = head.length > self.head.length;
        self.head = head;
        Ok(is_more)
    }

    /// Fills `block` with whole lines (with half a one too, if nothing will follow) and says where they end.
    fn read(&mut self, block: &mut Vec<u8>, is_over: bool) -> io::Result<Option<u64>> {
        block.clear();
        std::mem::swap(block, &mut self.carry);
        loop {
            let old = block.len();
            let most = self.limits.block.saturating_sub(old).max(64 << 10);
            reserve(block, most);
            let count = match self.fill(block) {
                Ok(count) => count,
                Err(error) => {
                    std::mem::swap(block, &mut self.carry);
                    return Err(error);
                }
            };
            if self.skipping.is_some() {
                match self.skip(block, is_over && count == 0) {
                    Some(end) => return Ok(Some(end)),
                    None if count == 0 => return Ok(None),
                    None => continue,
                }
            }
            if count == 0 {
                break;
            }
            let has_line = memchr(b'\n', &block[old..]).is_some();
            if !has_line && block.len() > self.limits.line {
                self.skipping = Some(block.len() as u64);
                wipe(std::mem::take(block));
            } else if has_line && block.len() >= self.limits.block {
                break;
            }
        }
        let whole = memrchr(b'\n', block).map_or(0, |at| at + 1);
        if is_over && whole == 0 && !block.is_empty() {
            // Nobody will complete this line, and the next file's first must not run into it.
            block.push(b'\n');
            return Ok(Some(self.position));
        }
        self.carry.clear();
        self.carry.extend_from_slice(&block[whole..]);
        block.truncate(whole);
        let end = self.position - self.carry.len() as u64;
        Ok((!block.is_empty()).then_some(end))
    }

    fn fill(&mut self, block: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            match rustix::io::pread(
                &self.file,
                rustix::buffer::spare_capacity(block),
                self.position,
            ) {
                Ok(count) => {
                    self.position += count as u64;
                    return Ok(count);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// `block` continues a line that is too long: leaves a record in its place once its end is there.
    fn skip(&mut self, block: &mut Vec<u8>, is_over: bool) -> Option<u64> {
        let before = self.skipping?;
        let found = memchr(b'\n', block);
        if found.is_none() && !is_over {
            self.skipping = Some(before + block.len() as u64);
            block.clear();
            return None;
        }
        let rest = found.map_or(block.len(), |at| at + 1);
        let length = before + found.unwrap_or(block.len()) as u64;
        self.carry.clear();
        self.carry.extend_from_slice(&block[rest..]);
        let end = self.position - self.carry.len() as u64;
        self.skipping = None;
        *block = too_long(
            length,
            Some(end - length - u64::from(found.is_some())),
            b"\n",
        );
        Some(end)
    }
}

impl Compressed {
    fn open(
        path: &Path,
        form: Form,
        identity: Identity,
        head: &[u8],
        limits: LineLimits,
        shutdown: &Shutdown,
        checkpoints: &Checkpoints,
    ) -> io::Result<Self> {
        let open = || -> io::Result<Lines> {
            let source = FdSource::open(path, shutdown.clone(), Arc::new(AtomicU64::new(0)))?;
            Ok(Lines::new(
                decoder(form, source)?,
                limits,
                shutdown.clone(),
                false,
            ))
        };
        let skip = match checkpoints.find(identity, head) {
            Some(known) => known.offset,
            None => {
                // Decoded a little and thrown away: is it a file that was followed before it was compressed?
                let mut beginning = Vec::new();
                open()?.fill(&mut beginning)?;
                let known = checkpoints.find_by_head(&beginning[..beginning.len().min(Head::MOST)]);
                wipe(beginning);
                known.map_or(0, |known| known.offset)
            }
        };
        checkpoints.begin(identity, Head::of(head), skip);
        Ok(Self {
            lines: open()?,
            position: 0,
            skip,
            ended: false,
        })
    }

    fn read(&mut self, block: &mut Vec<u8>) -> io::Result<Option<u64>> {
        while !self.ended {
            block.clear();
            self.ended = !self.lines.fill(block)?;
            let start = self.position;
            self.position += block.len() as u64;
            if self.position > self.skip && !block.is_empty() {
                let delivered = self.skip.saturating_sub(start) as usize;
                block.drain(..delivered);
                if !block.ends_with(b"\n") {
                    block.push(b'\n');
                }
                return Ok(Some(self.position));
            }
        }
        Ok(None)
    }
}

fn read_head(file: &File) -> io::Result<Vec<u8>> {
    let mut head = vec![0; Head::MOST];
    let mut length = 0;
    while length < head.len() {
        match file.read_at(&mut head[length..], length as u64)? {
            0 => break,
            count => length += count,
        }
    }
    head.truncate(length);
    Ok(head)
}

/// Where the last whole line of a file of this length ends.
fn last_line_end(file: &File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut piece = vec![0; 64 << 10];
    while end > 0 {
        let start = end.saturating_sub(piece.len() as u64);
        let piece = &mut piece[..(end - start) as usize];
        file.read_exact_at(piece, start)?;
        if let Some(at) = memrchr(b'\n', piece) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
