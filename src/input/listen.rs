//! Inputs that others connect to: TCP, Unix sockets and HTTP. All of them hand blocks of lines to one [`Intake`].
//!
//! ```text
//! connection ──lines──▶ Door (bounded in bytes) ──▶ ListenIntake ──▶ workers
//!      ▲                                                                │
//!      └──────────── receipt: 200, or 503 (HTTP only) ◀─────────────────┘
//! ```
//! When the door is full, a stream is simply not read on, so that its sender waits; an HTTP request is refused with 429.

mod bulk;
mod endpoint;
mod gate;
mod http;
mod settings;
mod stream;
mod tls;

use std::{fs, io, net::SocketAddr, path::Path, sync::Arc, thread::JoinHandle, time::Duration};

use tokio::{
    net::{TcpListener, UnixListener},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};

use self::{endpoint::Endpoint, gate::Gate};
pub use self::{
    settings::{BulkNames, BulkSettings, HttpSettings, TOKEN_VARIABLE, TcpSettings, UnixSettings},
    tls::TlsSettings,
};
#[cfg(feature = "kafka")]
use super::kafka;
use super::{
    InputError, Intake,
    kafka::KafkaSettings,
    lines::{LineLimits, count_records},
};
use crate::{batch::Receipt, pipeline::shutdown::Shutdown};

/// Messages between connections and workers; their bytes are bounded by the door.
const QUEUE: usize = 1024;
/// The door counts in these.
const UNIT: usize = 1024;
/// How often tasks look whether the program is to end.
const LOOK: Duration = Duration::from_millis(50);
/// How long connections may take to end after a signal.
const GRACE: Duration = Duration::from_secs(10);
/// Why a listener can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address or path can't be listened on.
    #[error("input.{input}: {place} can't be listened on: {source}")]
    Listen {
        /// Which section.
        input: &'static str,
        /// Address or path.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// A setting that can't work.
    #[error("{0}")]
    Setting(String),
}

/// Lines from somewhere.
struct Incoming {
    bytes: Vec<u8>,
    receipt: Receipt,
}

/// Through this, connections hand over lines. Bounded in bytes, from before they are read until they are safe.
#[derive(Clone)]
pub struct Door {
    sender: mpsc::Sender<Result<Incoming, InputError>>,
    room: Arc<Semaphore>,
    all: usize,
    limits: LineLimits,
    shutdown: Shutdown,
}

impl Door {
    fn units(&self, bytes: usize) -> u32 {
        // Something always fits when nothing else is in, however large.
        bytes.div_ceil(UNIT).clamp(1, self.all) as u32
    }

    /// Waits until there is room for `bytes`. `None` when the program ends.
    pub async fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.room
            .clone()
            .acquire_many_owned(self.units(bytes))
            .await
            .ok()
    }

    /// Room for `bytes`, if there is any now.
    fn try_room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.room
            .clone()
            .try_acquire_many_owned(self.units(bytes))
            .ok()
    }

    /// Hands whole lines over, in blocks that several workers can take; the receipt hears when all of them are safe.
    pub async fn hand_over(
        &self,
        bytes: Vec<u8>,
        room: Option<OwnedSemaphorePermit>,
        receipt: Receipt,
    ) {
        let mut blocks = Vec::new();
        let mut rest = &bytes[..];
        while rest.len() > self.limits.block {
            let Some(end) = memchr::memrchr(b'\n', &rest[..self.limits.block]).or_else(|| {
                memchr::memchr(b'\n', &rest[self.limits.block..]).map(|at| at + self.limits.block)
            }) else {
                break;
            };
            let (block, after) = rest.split_at(end + 1);
            blocks.push(block.to_vec());
            rest = after;
        }
        if blocks.is_empty() {
            blocks.push(bytes);
        } else {
            if !rest.is_empty() {
                blocks.push(rest.to_vec());
            }
            crate::pipeline::buffers::wipe(bytes);
        }
        let receipt = Receipt::with_notes(move |how, notes| {
            drop(room);
            receipt.tell(how, notes);
        });
        let records: Vec<usize> = blocks.iter().map(|block| count_records(block)).collect();
        let shares = receipt.shares(&records);
        for (bytes, receipt) in blocks.into_iter().zip(shares) {
            // An error means that the workers are gone; the dropped receipt says so.
            let _ = self.sender.send(Ok(Incoming { bytes, receipt })).await;
        }
    }

    /// Tells why a source can't be read any more, and ends the others with it.
    pub async fn fail(&self, error: InputError) {
        // Without workers there is nobody who could be told.
        let _ = self.sender.send(Err(error)).await;
        self.shutdown.input_gone();
    }

    /// How large a block had best be.
    pub fn block_bytes(&self) -> usize {
        self.limits.block
    }

    /// Whether the program is to end.
    pub fn is_ending(&self) -> bool {
        self.shutdown.is_set()
    }

    /// Returns when the program is to end.
    async fn ending(&self) {
        while !self.shutdown.is_set() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The [`Intake`] over all listeners.
pub struct ListenIntake {
    incoming: mpsc::Receiver<Result<Incoming, InputError>>,
    block_bytes: usize,
    /// A message that did not fit into the block before.
    held: Option<Result<Incoming, InputError>>,
}

impl Intake for ListenIntake {
    fn next(&mut self, block: &mut Vec<u8>) -> Result<Option<Receipt>, InputError> {
        let Some(first) = self.held.take().or_else(|| self.incoming.blocking_recv()) else {
            return Ok(None);
        };
        let first = first?;
        let mut receipt = first.receipt;
        // A large message is taken as it is; small ones (a line a packet) are put together while there are more.
        if first.bytes.len() >= self.block_bytes / 2 {
            *block = first.bytes;
            return Ok(Some(receipt));
        }
        let mut records = count_records(&first.bytes);
        block.extend_from_slice(&first.bytes);
        crate::pipeline::buffers::wipe(first.bytes);
        while let Ok(next) = self.incoming.try_recv() {
            let next = match next {
                Ok(next) if block.len() + next.bytes.len() <= self.block_bytes => next,
                held => {
                    self.held = Some(held);
                    break;
                }
            };
            receipt = receipt.and(records, next.receipt);
            records += count_records(&next.bytes);
            block.extend_from_slice(&next.bytes);
            crate::pipeline::buffers::wipe(next.bytes);
        }
        Ok(Some(receipt))
    }
}

/// Which listeners there are.
#[derive(Clone, Debug, Default)]
pub struct Listeners {
    /// TCP.
    pub tcp: Option<TcpSettings>,
    /// A Unix socket.
    pub unix: Option<UnixSettings>,
    /// HTTP.
    pub http: Option<HttpSettings>,
    /// Elasticsearch's bulk protocol.
    pub bulk: Option<BulkSettings>,
    /// Kafka, which does not connect but is connected to.
    pub kafka: Option<KafkaSettings>,
    /// Whether records go where a client's names for them have a meaning.
    pub is_stored: bool,
}

/// What is open.
pub struct Opened {
    /// Where workers read.
    pub intake: ListenIntake,
    /// The name of each input that is connected to, and where it listens: with the port that the system chose, if it was to.
    pub places: Vec<(&'static str, String)>,
    /// Threads that end after the last acknowledgement.
    pub threads: Vec<JoinHandle<()>>,
}

impl Listeners {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tcp.is_none()
            && self.unix.is_none()
            && self.http.is_none()
            && self.bulk.is_none()
            && self.kafka.is_none()
    }

    /// Opens them all. The intake ends after the program was told to end and every connection is done.
    ///
    /// # Errors
    /// If one can't be opened; then none is.
    pub fn open(
        &self,
        runtime: &Handle,
        limits: LineLimits,
        in_flight_bytes: usize,
        shutdown: &Shutdown,
    ) -> Result<Opened, ListenError> {
        let _inside = runtime.enter();
        let (sender, incoming) = mpsc::channel(QUEUE);
        let all = (in_flight_bytes / UNIT).max(1);
        let door = Door {
            sender,
            room: Arc::new(Semaphore::new(all)),
            all,
            limits,
            shutdown: shutdown.clone(),
        };
        let failed = |input, place: String| {
            move |source| ListenError::Listen {
                input,
                place,
                source,
            }
        };
        let mut tasks = JoinSet::new();
        let mut places = Vec::new();
        let mut bind =
            |input, listen: SocketAddr, tls: &Option<TlsSettings>, protocols: &[&str]| {
                let section = format!("input.{input}");
                let tls = tls.as_ref().map(|tls| tls.load(&section, protocols));
                let tls = tls.transpose().map_err(ListenError::Setting)?;
                let bound = runtime.block_on(TcpListener::bind(listen));
                let (listener, address) = bound
                    .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
                    .map_err(failed(input, listen.to_string()))?;
                places.push((input, address.to_string()));
                Ok(Gate::new(listener, tls))
            };
        if let Some(TcpSettings { listen, tls }) = &self.tcp {
            let gate = bind("tcp", *listen, tls, &[])?;
            tasks.spawn_on(stream::accept(gate, door.clone()), runtime);
        }
        if let Some(unix) = &self.unix {
            let listener =
                bind_unix(&unix.path).map_err(failed("unix", unix.path.display().to_string()))?;
            let accept = stream::accept(listener, door.clone());
            let path = unix.path.clone();
            tasks.spawn_on(
                async move {
                    accept.await;
                    let _ = fs::remove_file(path);
                },
                runtime,
            );
        }
        if let Some(HttpSettings {
            listen,
            token_file,
            max_body_bytes,
            tls,
        }) = &self.http
        {
            let token = settings::token("http", *listen, token_file.as_deref(), tls.as_ref())?;
            let endpoint = Endpoint::new(door.clone(), token, *max_body_bytes);
            let gate = bind("http", *listen, tls, &["http/1.1"])?;
            tasks.spawn_on(http::serve(gate, endpoint), runtime);
        }
        if let Some(BulkSettings {
            listen,
            token_file,
            max_body_bytes,
            names,
            tls,
        }) = &self.bulk
        {
            let token = settings::token("bulk", *listen, token_file.as_deref(), tls.as_ref())?;
            let endpoint = Endpoint::new(door.clone(), token, *max_body_bytes);
            let keep = self.is_stored && *names == BulkNames::Client;
            let gate = bind("bulk", *listen, tls, &["http/1.1"])?;
            tasks.spawn_on(bulk::serve(gate, endpoint, keep), runtime);
        }
        #[cfg(not(feature = "kafka"))]
        let threads = Vec::new();
        #[cfg(feature = "kafka")]
        let threads = match &self.kafka {
            Some(settings) => vec![
                kafka::start(settings, door.clone(), runtime.clone())
                    .map_err(ListenError::Setting)?,
            ],
            None => Vec::new(),
        };
        runtime.spawn(async move {
            door.ending().await;
            let all_ended = async { while tasks.join_next().await.is_some() {} };
            if tokio::time::timeout(GRACE, all_ended).await.is_err() {
                tracing::warn!("some connections did not end in time and are cut");
            }
            // Tasks that are left are cut here, and with the last door the intake ends.
        });
        if let Some(unix) = &self.unix {
            places.push(("unix", unix.path.display().to_string()));
        }
        Ok(Opened {
            intake: ListenIntake {
                incoming,
                block_bytes: limits.block,
                held: None,
            },
            places,
            threads,
        })
    }
}

/// A socket file of a process that is gone would be in the way; one of a living process must not be taken from it.
fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket()) {
        match std::os::unix::net::UnixStream::connect(path) {
            Ok(_) => return Err(io::ErrorKind::AddrInUse.into()),
            Err(_) => fs::remove_file(path)?,
        }
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}
