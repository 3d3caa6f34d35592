//! Wires input, redaction on all cores and output: order, bounds, acknowledgement, shutdown.
//!
//! Every worker does the whole way of a block by itself: it takes its turn at the input and fills a buffer, redacts it, and
//! hands the result to the output (which puts blocks in order). There are no reader and writer threads and no queues in between: what a core
//! has read is in its cache when it is redacted and written, a block changes threads only when it has to wait for
//! the ones before it, and with one thread the same code is a plain loop.
//!
//! ```text
//! worker 1  ── read 1 ──┬── redact 1 ──────── write 1 ── read 4 ──┬── …
//! worker 2     (wait)   └─ read 2 ──┬── redact 2 ── write 2, 3    └── …
//! worker 3                 (wait)   └─ read 3 ── redact 3 (left for worker 2) ── read 5 …
//! ```

pub mod budget;
pub mod buffers;
pub mod deliver;
mod desk;
pub mod lag;
pub mod order;
pub mod shutdown;
pub mod spooled;
pub mod stats;
pub mod work;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    batch::{ReadyBatch, Receipt},
    input::{InputError, Intake, lines::LineLimits},
    redact::Redactor,
    stack,
};

use self::{
    budget::Budget,
    buffers::Buffers,
    desk::Desk,
    order::InOrder,
    shutdown::Shutdown,
    stats::Stats,
    work::{Shape, Step},
};

/// How long nothing may come before what workers remember of the last lines is let go.
const IDLE: Duration = Duration::from_secs(1);

/// Bytes of a block of lines, unless settings say something else: input and output of one stay in a core's own cache.
pub const BLOCK: usize = 512 << 10;

/// `[pipeline]`: how lines travel.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineSettings {
    /// Worker threads; 0 means one for each processor.
    pub threads: usize,
    /// Bytes of a block of lines that one worker takes at once.
    pub block_bytes: usize,
    /// Bytes in flight between input and output. When they are reached, the input waits.
    pub in_flight_bytes: usize,
    /// Bytes of the longest line that is looked at. A longer one is replaced by a record that says how long it was.
    pub max_line_bytes: usize,
    /// Milliseconds that a whole line may wait for more lines before it goes on alone.
    pub flush_ms: u64,
}

impl Default for PipelineSettings {
    fn default() -> Self {
        Self {
            threads: 0,
            block_bytes: BLOCK,
            in_flight_bytes: 64 << 20,
            max_line_bytes: 256 << 20,
            flush_ms: 200,
        }
    }
}

impl PipelineSettings {
    /// The number of workers.
    pub fn workers(&self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// How lines are cut into blocks.
    pub fn line_limits(&self) -> LineLimits {
        LineLimits {
            block: self.block_bytes,
            line: self.max_line_bytes,
            flush: Duration::from_millis(self.flush_ms),
        }
    }

    /// Says what is wrong, naming the setting.
    pub fn check(&self) -> Result<(), String> {
        let least = |name: &str, value: usize, least: usize| match value < least {
            true => Err(format!("pipeline.{name} must be at least {least}")),
            false => Ok(()),
        };
        least("block_bytes", self.block_bytes, 1024)?;
        least("in_flight_bytes", self.in_flight_bytes, self.block_bytes)?;
        least("max_line_bytes", self.max_line_bytes, 1024)?;
        if self.threads > 4096 {
            return Err("pipeline.threads must be at most 4096".into());
        }
        Ok(())
    }
}

/// Where ready batches go.
pub enum Sink {
    /// In the order of reading, to a file or standard output.
    InOrder(InOrder),
    /// In any order, to whoever takes them; returns false when nobody does any more. Must answer each receipt.
    Anywhere(Box<dyn Fn(ReadyBatch) -> bool + Send + Sync>),
}

/// Everything a run needs.
pub struct Plan {
    /// Where lines come from.
    pub intake: Box<dyn Intake>,
    /// What takes personal data out.
    pub redactor: Arc<Redactor>,
    /// The form in which records leave.
    pub shape: Shape,
    /// Where they go.
    pub sink: Sink,
    /// How they travel.
    pub settings: PipelineSettings,
    /// Ends reading.
    pub shutdown: Shutdown,
    /// Counts.
    pub stats: Arc<Stats>,
    /// Buffers shared with the input.
    pub buffers: Arc<Buffers>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What could not be read, in order.
    pub unread: Vec<InputError>,
    /// The first error of an output that is written in order.
    pub unwritten: Option<io::Error>,
}

/// Buffers for `settings`: each worker has one going in and one coming out, and finished blocks may wait for their turn.
pub fn buffers(settings: &PipelineSettings) -> Arc<Buffers> {
    Arc::new(Buffers::new(
        settings.workers() * 4 + 4,
        settings.block_bytes * 4,
    ))
}

/// Runs until the input ends. The calling thread is one of the workers.
pub fn run(plan: Plan) -> Ended {
    let Plan {
        intake,
        redactor,
        shape,
        sink,
        settings,
        shutdown,
        stats,
        buffers,
    } = plan;
    let shared = Shared {
        intake: Mutex::new(Turn {
            intake,
            sequence: 0,
            ended: false,
            unread: Vec::new(),
        }),
        budget: Arc::new(Budget::new(settings.in_flight_bytes)),
        sink,
        shutdown,
        buffers,
        block_bytes: settings.block_bytes,
        stats: stats.clone(),
    };
    let step = || {
        Step::new(
            redactor.clone(),
            shape.clone(),
            settings.max_line_bytes,
            stats.clone(),
        )
    };
    let desk = Desk::new(IDLE);
    thread::scope(|scope| {
        let _closing = desk.closing();
        scope.spawn(|| desk.tidy());
        for number in 1..settings.workers() {
            let (shared, desk, step) = (&shared, &desk, &step);
            let started = thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn_scoped(scope, move || shared.work(desk, step));
            if let Err(error) = started {
                tracing::warn!(%error, "fewer workers than asked for: the system starts no more threads");
                break;
            }
        }
        shared.work(&desk, &step);
    });
    let Shared { intake, sink, .. } = shared;
    let unwritten = match sink {
        Sink::InOrder(order) => order.finish().err(),
        Sink::Anywhere(_) => None,
    };
    let turn = intake.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ended {
        unread: turn.unread,
        unwritten,
    }
}

/// What the workers share.
struct Shared {
    intake: Mutex<Turn>,
    budget: Arc<Budget>,
    sink: Sink,
    shutdown: Shutdown,
    buffers: Arc<Buffers>,
    block_bytes: usize,
    stats: Arc<Stats>,
}

/// A block that a worker has read.
struct Block {
    sequence: u64,
    lines: Vec<u8>,
    read: Instant,
    receipt: Receipt,
}

/// The input, and whose turn it is.
struct Turn {
    intake: Box<dyn Intake>,
    sequence: u64,
    ended: bool,
    unread: Vec<InputError>,
}

/// As deep as inspecting a line normally goes, in bytes of the stack; to wipe it costs some microseconds a block.
const DEPTH: usize = 128 << 10;

impl Shared {
    fn work(&self, desk: &Desk<Step>, make: &dyn Fn() -> Step) {
        while let Some(block) = self.read() {
            let mut body = self.buffers.take();
            let mut ends = Vec::new();
            let mut step = desk.take(make);
            step.run(&block.lines, &mut body, &mut ends);
            desk.put(step);
            stack::wipe::<DEPTH>();
            let bytes = block.lines.len();
            self.buffers.put(block.lines);
            if !self.submit(
                ReadyBatch {
                    sequence: block.sequence,
                    body: self.buffers.fit(body),
                    ends,
                    read: block.read,
                    receipt: block.receipt,
                },
                bytes,
            ) {
                self.shutdown.output_gone();
                return;
            }
        }
    }

    /// The next block, in turn.
    fn read(&self) -> Option<Block> {
        let mut turn = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if turn.ended {
                return None;
            }
            // Before anything is read, so that no more than the limit is ever held.
            self.budget.acquire(self.block_bytes);
            let mut lines = self.buffers.take();
            let next = turn.intake.next(&mut lines);
            match next {
                Ok(Some(receipt)) => {
                    self.budget.correct(self.block_bytes, lines.len());
                    let (sequence, read) = (turn.sequence, Instant::now());
                    turn.sequence += 1;
                    self.stats.waiting.begin(sequence, read);
                    return Some(Block {
                        sequence,
                        lines,
                        read,
                        receipt,
                    });
                }
                Ok(None) => turn.ended = true,
                Err(error) => turn.unread.push(error),
            }
            self.budget.release(self.block_bytes);
            self.buffers.put(lines);
        }
    }

    /// Hands a batch of `bytes` raw bytes on. False if nobody takes it.
    fn submit(&self, mut batch: ReadyBatch, bytes: usize) -> bool {
        let (budget, stats, sequence) = (self.budget.clone(), self.stats.clone(), batch.sequence);
        // The raw bytes are gone; what stays in flight is what was made of them (of images next to nothing).
        budget.correct(bytes, batch.body.len());
        let bytes = batch.body.len();
        let receipt = std::mem::take(&mut batch.receipt);
        batch.receipt = Receipt::with_notes(move |how, notes| {
            budget.release(bytes);
            stats.waiting.end(sequence);
            receipt.tell(how, notes);
        });
        match &self.sink {
            Sink::InOrder(order) => order.submit(batch, |batch, how| {
                batch.receipt.answer(how);
                self.buffers.put_redacted(batch.body);
            }),
            Sink::Anywhere(send) => send(batch),
        }
    }
}
