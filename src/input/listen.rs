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
mod http;
mod stream;

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, UnixListener},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};

use self::endpoint::Endpoint;
#[cfg(feature = "kafka")]
use super::kafka;
use super::{InputError, Intake, kafka::KafkaSettings, lines::LineLimits};
use crate::{batch::Receipt, pipeline::shutdown::Shutdown};

/// Messages between connections and workers; their bytes are bounded by the door.
const QUEUE: usize = 1024;
/// The door counts in these.
const UNIT: usize = 1024;
/// How often tasks look whether the program is to end.
const LOOK: Duration = Duration::from_millis(50);
/// How long connections may take to end after a signal.
const GRACE: Duration = Duration::from_secs(10);
/// The variable that holds the HTTP token where no file does.
pub const TOKEN_VARIABLE: &str = "TUOMIN_HTTP_TOKEN";

/// `[input.tcp]`: lines over TCP, without encryption and without acknowledgement.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TcpSettings {
    /// Address and port. Whoever can reach it can send.
    pub listen: SocketAddr,
}

impl Default for TcpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 5170)),
        }
    }
}

/// `[input.unix]`: lines over a Unix socket.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UnixSettings {
    /// Path of the socket. It belongs to the user and group of the process (mode 0660).
    pub path: PathBuf,
}

impl Default for UnixSettings {
    fn default() -> Self {
        Self {
            path: "tuomin.sock".into(),
        }
    }
}

/// `[input.http]`: `POST /` with lines, also gzip or zstd; answered with 200 only when they are safe.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port. Anything but a loopback address needs a token.
    pub listen: SocketAddr,
    /// A file with the token that senders must show (`Authorization: Bearer …`); or set `TUOMIN_HTTP_TOKEN`.
    pub token_file: Option<PathBuf>,
    /// Most bytes of a request once it is decompressed.
    pub max_body_bytes: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8088)),
            token_file: None,
            max_body_bytes: 64 << 20,
        }
    }
}

/// `[input.bulk]`: Elasticsearch's bulk protocol, for whatever ships logs to Elasticsearch.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BulkSettings {
    /// Address and port. Anything but a loopback address needs a token.
    pub listen: SocketAddr,
    /// A file with the token that senders must show, as an API key, a bearer token, or the password of any user; or set
    /// `TUOMIN_HTTP_TOKEN`.
    pub token_file: Option<PathBuf>,
    /// Most bytes of a request once it is decompressed.
    pub max_body_bytes: usize,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9200)),
            token_file: None,
            max_body_bytes: 100 << 20,
        }
    }
}

/// The token of an HTTP input, if there is one.
///
/// # Errors
/// If the file can't be read or the token is too short, or if there is none where there must be one.
fn token(
    section: &str,
    listen: SocketAddr,
    file: Option<&Path>,
) -> Result<Option<SecretString>, ListenError> {
    let setting = |message: String| ListenError::Setting(format!("input.{section}{message}"));
    let token = match file {
        Some(file) => {
            let text = fs::read_to_string(file);
            Some(
                text.map_err(|error| setting(format!(".token_file: {}: {error}", file.display())))?,
            )
        }
        None => std::env::var(TOKEN_VARIABLE).ok(),
    };
    let token = token.map(|token| token.trim().to_owned());
    match &token {
        Some(token) if token.len() < 16 => {
            Err(setting(": a token must have at least 16 characters".into()))
        }
        None if !listen.ip().is_loopback() => Err(setting(format!(
            ".listen: others than this machine can reach it, so it needs a token: set token_file or {TOKEN_VARIABLE}"
        ))),
        _ => Ok(token.map(SecretString::from)),
    }
}

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
        let receipt = Receipt::new(move |how| {
            drop(room);
            receipt.answer(how);
        });
        let shares = receipt.shares(blocks.len());
        for (bytes, receipt) in blocks.into_iter().zip(shares) {
            // An error means that the workers are gone; the dropped receipt says so.
            let _ = self.sender.send(Ok(Incoming { bytes, receipt })).await;
        }
    }

    /// Tells why a source can't be read any more.
    pub async fn fail(&self, error: InputError) {
        // Without workers there is nobody who could be told.
        let _ = self.sender.send(Err(error)).await;
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
            block.extend_from_slice(&next.bytes);
            crate::pipeline::buffers::wipe(next.bytes);
            let (first, second) = (receipt, next.receipt);
            receipt = Receipt::new(move |how| {
                first.answer(how);
                second.answer(how);
            });
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
}

/// What is open.
pub struct Opened {
    /// Where workers read.
    pub intake: ListenIntake,
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
        if let Some(tcp) = &self.tcp {
            let listener = runtime
                .block_on(TcpListener::bind(tcp.listen))
                .map_err(failed("tcp", tcp.listen.to_string()))?;
            tasks.spawn_on(stream::accept_tcp(listener, door.clone()), runtime);
        }
        if let Some(unix) = &self.unix {
            let listener =
                bind_unix(&unix.path).map_err(failed("unix", unix.path.display().to_string()))?;
            tasks.spawn_on(
                stream::accept_unix(listener, unix.path.clone(), door.clone()),
                runtime,
            );
        }
        let bind = |input, listen: SocketAddr| {
            runtime
                .block_on(TcpListener::bind(listen))
                .map_err(failed(input, listen.to_string()))
        };
        if let Some(HttpSettings {
            listen,
            token_file,
            max_body_bytes,
        }) = &self.http
        {
            let token = token("http", *listen, token_file.as_deref())?;
            let endpoint = Endpoint::new(door.clone(), token, *max_body_bytes);
            tasks.spawn_on(http::serve(bind("http", *listen)?, endpoint), runtime);
        }
        if let Some(BulkSettings {
            listen,
            token_file,
            max_body_bytes,
        }) = &self.bulk
        {
            let token = token("bulk", *listen, token_file.as_deref())?;
            let endpoint = Endpoint::new(door.clone(), token, *max_body_bytes);
            tasks.spawn_on(bulk::serve(bind("bulk", *listen)?, endpoint), runtime);
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
        Ok(Opened {
            intake: ListenIntake {
                incoming,
                block_bytes: limits.block,
                held: None,
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_loopback_needs_a_token() {
        let of = |listen: &str| token("http", listen.parse().unwrap(), None);
        assert!(of("127.0.0.1:1").unwrap().is_none());
        assert!(of("0.0.0.0:1").unwrap_err().to_string().contains("token"));
    }
}
