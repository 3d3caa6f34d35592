//! Standard input and files, one after the other in the order they were named.
//!
//! Plain files are read by whichever worker's turn it is. Compressed ones are decoded ahead, several files at once,
//! because a decoder is slower than a worker; their blocks still come in the order of the names.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use rustix::fs::FileType;

use crate::{
    batch::Receipt,
    input::{
        InputError, Intake,
        compressed::{DecodeAhead, Form, MAGIC_BYTES, decoder, form, is_decided},
        lines::{LineLimits, Lines},
        source::FdSource,
    },
    nearest::missing,
    pipeline::{buffers::Buffers, shutdown::Shutdown},
};

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Standard input.
    Stdin,
    /// A file, FIFO or device.
    Path(PathBuf),
}

impl Named {
    /// As it stands in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".into(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Whether it has no end of its own: a pipe, a terminal, a FIFO.
    fn is_stream(&self) -> bool {
        match self {
            Self::Stdin => !rustix::fs::fstat(io::stdin())
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file()),
            Self::Path(path) => !path.is_file(),
        }
    }
}

/// What was named on the command line, checked.
#[derive(Debug)]
pub struct Checked {
    /// In order.
    pub inputs: Vec<Named>,
    /// Bytes of all of them, if all are regular files.
    pub total_bytes: Option<u64>,
}

/// Looks at everything before the first byte is read, so that a wrong name is told at once and not after an hour.
/// No path means standard input, as does `-`.
pub fn check(paths: &[PathBuf]) -> Result<Checked, InputError> {
    let stdin = [PathBuf::from("-")];
    let mut total_bytes = Some(0);
    let mut inputs = Vec::new();
    for path in if paths.is_empty() { &stdin } else { paths } {
        if path == Path::new("-") {
            total_bytes = None;
            inputs.push(Named::Stdin);
            continue;
        }
        let failed = |source| InputError::Open {
            path: path.clone(),
            source,
        };
        let metadata = std::fs::metadata(path).map_err(|error| failed(missing(path, error)))?;
        if metadata.is_dir() {
            return Err(InputError::Directory(path.clone()));
        }
        // Opening a FIFO waits for its writer, and a byte read from it is gone: those are looked at in their turn.
        if metadata.is_file() {
            let mut head = Vec::new();
            let file = File::open(path).map_err(failed)?;
            io::Read::read_to_end(&mut io::Read::take(file, MAGIC_BYTES as u64), &mut head)
                .map_err(failed)?;
            refuse_foreign(form(&head), || path.display().to_string())?;
        }
        total_bytes = total_bytes
            .filter(|_| metadata.is_file())
            .map(|total| total + metadata.len());
        inputs.push(Named::Path(path.clone()));
    }
    Ok(Checked {
        inputs,
        total_bytes,
    })
}

fn refuse_foreign(form: Form, name: impl FnOnce() -> String) -> Result<(), InputError> {
    match form {
        Form::Foreign(form, advice) => Err(InputError::Form {
            name: name(),
            form,
            advice,
        }),
        _ => Ok(()),
    }
}

/// What can be watched while the files are read.
#[derive(Clone, Default)]
pub struct Watch {
    /// Bytes read, as they are on disk (compressed).
    pub consumed: Arc<AtomicU64>,
    /// Set when reading was stopped before the end of a regular file.
    pub unfinished: Arc<AtomicBool>,
}

/// The [`Intake`] over files and standard input.
pub struct Files {
    pending: VecDeque<Named>,
    /// Opened, in order; the first is being read.
    open: VecDeque<Open>,
    /// How many may be open at once.
    width: usize,
    limits: LineLimits,
    shutdown: Shutdown,
    buffers: Arc<Buffers>,
    watch: Watch,
}

struct Open {
    name: String,
    regular: bool,
    reader: Reader,
}

enum Reader {
    Plain(Lines),
    Decoded(DecodeAhead),
}

impl Files {
    /// Reads `inputs`; up to `width` compressed ones are decoded at once.
    pub fn new(
        inputs: Vec<Named>,
        width: usize,
        limits: LineLimits,
        shutdown: Shutdown,
        buffers: Arc<Buffers>,
        watch: Watch,
    ) -> Self {
        Self {
            pending: inputs.into(),
            open: VecDeque::new(),
            width: width.max(1),
            limits,
            shutdown,
            buffers,
            watch,
        }
    }

    fn open(&self, input: &Named) -> Result<Open, InputError> {
        let name = input.name();
        let failed = |source| match input {
            Named::Path(path) => InputError::Open {
                path: path.clone(),
                source,
            },
            Named::Stdin => InputError::Read {
                name: input.name(),
                source,
            },
        };
        let fd = match input {
            Named::Stdin => rustix::io::dup(io::stdin()).map_err(io::Error::from),
            Named::Path(path) => File::open(path).map(Into::into),
        };
        let mut source = FdSource::new(
            fd.map_err(failed)?,
            self.shutdown.clone(),
            self.watch.consumed.clone(),
        )
        .map_err(failed)?;
        let form = form(source.peek(MAGIC_BYTES, is_decided).map_err(failed)?);
        refuse_foreign(form, || name.clone())?;
        let regular = source.is_regular();
        let lines = |source| Lines::new(source, self.limits, self.shutdown.clone(), !regular);
        let reader = match form {
            Form::Plain | Form::Foreign(..) => Reader::Plain(lines(Box::new(source))),
            Form::Gzip | Form::Zstd => {
                let decoder = decoder(form, source).map_err(failed)?;
                Reader::Decoded(
                    DecodeAhead::start(lines(decoder), self.buffers.clone()).map_err(failed)?,
                )
            }
        };
        Ok(Open {
            name,
            regular,
            reader,
        })
    }

    /// Opens what comes next: always the file whose turn it is, and regular ones behind it, so that they are decoded ahead.
    fn refill(&mut self) -> Result<(), InputError> {
        while self.open.len() < self.width {
            let Some(input) = self.pending.front() else {
                break;
            };
            if input.is_stream() && !self.open.is_empty() {
                break;
            }
            let Some(input) = self.pending.pop_front() else {
                break;
            };
            let opened = self.open(&input)?;
            self.open.push_back(opened);
        }
        Ok(())
    }
}

impl Intake for Files {
    fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Receipt>, InputError> {
        loop {
            if self.shutdown.is_set() {
                let left = |input: &Named| !input.is_stream();
                if self.pending.iter().any(left) || self.open.iter().any(|open| open.regular) {
                    self.watch.unfinished.store(true, Ordering::Relaxed);
                }
                self.pending.clear();
            } else {
                self.refill()?;
            }
            let Some(current) = self.open.front_mut() else {
                return Ok(None);
            };
            let filled = match &mut current.reader {
                Reader::Plain(lines) => lines.fill(block),
                Reader::Decoded(ahead) => ahead.next_block().map(|decoded| {
                    let more = decoded.is_some();
                    if let Some(decoded) = decoded {
                        self.buffers.put(std::mem::replace(block, decoded));
                    }
                    more
                }),
            };
            match filled {
                Ok(true) => {
                    let is_last = self.pending.is_empty() && self.open.len() == 1;
                    // The last line of one file and the first of the next must not become one.
                    if !is_last && !block.ends_with(b"\n") {
                        block.push(b'\n');
                    }
                    return Ok(Some(Receipt::none()));
                }
                Ok(false) => drop(self.open.pop_front()),
                Err(source) => {
                    let name = current.name.clone();
                    return Err(match source.kind() {
                        io::ErrorKind::UnexpectedEof => InputError::Truncated { name },
                        _ => InputError::Read { name, source },
                    });
                }
            }
        }
    }
}
