//! One followed file.

use std::{
    fs::{File, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use super::{
    Begin,
    checkpoint::{Checkpoints, Head, Identity},
    growing::{Growing, last_line_end, read_head},
};
use crate::{
    batch::Receipt,
    input::{
        compressed::{Form, MAGIC_BYTES, decoder, form},
        lines::{LineLimits, Lines},
        source::FdSource,
    },
    pipeline::{
        buffers::{cut, wipe},
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

/// How a file looks from outside. Whatever is done to it changes this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    length: u64,
    /// When it was written to, in nanoseconds since 1970.
    pub written: i128,
}

impl Look {
    /// Of the file with this metadata.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            written: i128::from(metadata.mtime()) * 1_000_000_000
                + i128::from(metadata.mtime_nsec()),
        }
    }
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
                Reader::Growing(Growing::new(file, limits, head, position))
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

    /// Whether it could be let go and opened again later: all of it is read and acknowledged, and nothing has come for a while. If so,
    /// how it looks.
    pub fn at_rest(&self, after: Duration) -> Option<Look> {
        let Reader::Growing(growing) = &self.reader else {
            return None;
        };
        if self.nameless_since.is_some()
            || self.last_news.elapsed() < after
            || growing.is_amid_line()
            || self.checkpoints.is_out(self.identity)
        {
            return None;
        }
        let look = Look::of(&growing.metadata().ok()?);
        (look.length == growing.position).then_some(look)
    }

    /// Fills `block` with lines that are new.
    pub fn step(&mut self, block: &mut Vec<u8>, close_after: Duration) -> io::Result<Step> {
        let wound_back = self.checkpoints.wind_back(self.identity);
        let end = match &mut self.reader {
            Reader::Growing(growing) => {
                if let Some(offset) = wound_back {
                    growing.go_to(offset);
                }
                let length = growing.metadata()?.len();
                if growing.is_another(length)? {
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
                // Behind a line that was too long, a whole one may be waiting.
                if !is_over && length == growing.position && !growing.is_amid_line() {
                    return Ok(Step::Nothing);
                }
                match growing.read(block, is_over)? {
                    Some(end) => end,
                    // What is out may fail, and then it is read once more.
                    None if !is_over || self.checkpoints.is_out(self.identity) => {
                        return Ok(Step::Nothing);
                    }
                    None => return Ok(Step::Over),
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
            cut(block, 0);
            self.ended = !self.lines.fill(block)?;
            let start = self.position;
            self.position += block.len() as u64;
            if self.position > self.skip && !block.is_empty() {
                let delivered = self.skip.saturating_sub(start) as usize;
                block.copy_within(delivered.., 0);
                cut(block, block.len() - delivered);
                if !block.ends_with(b"\n") {
                    block.push(b'\n');
                }
                return Ok(Some(self.position));
            }
        }
        Ok(None)
    }
}
