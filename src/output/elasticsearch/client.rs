//! Talks to the nodes: one connection pool a node, in turn, leaving out for a while those that don't answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ::elasticsearch::auth::Credentials;
use ::elasticsearch::cert::{Certificate, CertificateValidation};
pub use ::elasticsearch::http::Method;
use ::elasticsearch::http::Url;
use ::elasticsearch::http::headers::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use ::elasticsearch::http::transport::{SingleNodeConnectionPool, Transport, TransportBuilder};
use bytes::Bytes;
use secrecy::ExposeSecret;
use serde_json::Value as Json;

use super::error::{Error, Setting};
use super::outcome::error_type;
use super::settings::{Secret, Settings};

/// A client for all nodes. Shared by everything that speaks with Elasticsearch: bulk, set-up, queries.
pub struct Client {
    nodes: Vec<Node>,
    next: AtomicUsize,
    timeout: Duration,
}

struct Node {
    /// Without credentials: `Settings::check` refuses URLs that hold any.
    url: String,
    transport: Transport,
    ejected: Mutex<Ejection>,
}

/// How long a node is left out: a second after its first failure, twice as long after each further one, a minute at most.
#[derive(Clone, Copy, Default)]
struct Ejection {
    failures: u32,
    until: Option<Instant>,
}

impl Ejection {
    fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.until =
            Some(now + Duration::from_secs(60.min(1 << self.failures.saturating_sub(1).min(6))));
    }
}

/// The index of the node to ask: the next in turn that is not left out, else the one whose time is over first.
fn choose(turn: usize, ejections: &[Ejection], now: Instant) -> usize {
    let count = ejections.len();
    let in_turn = (0..count).map(|i| (turn + i) % count);
    in_turn
        .clone()
        .find(|i| ejections[*i].until.is_none_or(|until| until <= now))
        .or_else(|| in_turn.min_by_key(|i| ejections[*i].until))
        .unwrap_or(0)
}

/// An answer, read whole.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Seconds that the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The body. Not for logs or errors: it may quote values.
    pub body: Bytes,
}

/// No answer. Carries the kind of failure only.
#[derive(Clone, Copy, Debug)]
pub struct NoAnswer(pub &'static str);

impl Client {
    /// Makes the pools; connects to nothing yet.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        settings.check()?;
        let secret = settings.credentials()?;
        let authority = match &settings.ca_file {
            Some(file) => {
                let wrong = |why: String| {
                    Error::Setting(Setting {
                        field: "ca_file",
                        why,
                    })
                };
                let pem = std::fs::read(file).map_err(|e| {
                    wrong(format!("can't be read: {}: {}", file.display(), e.kind()))
                })?;
                // An empty or foreign file parses as zero certificates and would only show as a TLS failure much later.
                if memchr::memmem::find(&pem, b"-----BEGIN CERTIFICATE-----").is_none() {
                    return Err(wrong(format!(
                        "holds no PEM certificate: {}",
                        file.display()
                    )));
                }
                Some(pem)
            }
            None => None,
        };
        let nodes = settings
            .urls
            .iter()
            .map(|url| {
                let wrong = |why: &str| {
                    Error::Setting(Setting {
                        field: "urls",
                        why: why.to_owned(),
                    })
                };
                let parsed =
                    Url::parse(url).map_err(|_| wrong("holds something that is no URL"))?;
                let mut builder = TransportBuilder::new(SingleNodeConnectionPool::new(parsed));
                if let Some(secret) = &secret {
                    builder = builder.auth(credentials(secret));
                }
                if let Some(pem) = &authority {
                    let certificate = Certificate::from_pem(pem).map_err(|_| {
                        Error::Setting(Setting {
                            field: "ca_file",
                            why: "holds no readable PEM certificate".into(),
                        })
                    })?;
                    builder = builder.cert_validation(CertificateValidation::Full(certificate));
                }
                let transport = builder
                    .build()
                    .map_err(|_| wrong("or ca_file can't be used for a connection"))?;
                Ok(Node {
                    url: url.trim_end_matches('/').to_owned(),
                    transport,
                    ejected: Mutex::default(),
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            nodes,
            next: AtomicUsize::new(0),
            timeout: settings.bulk.timeout(),
        })
    }

    /// The nodes, for messages.
    pub fn urls(&self) -> String {
        self.nodes
            .iter()
            .map(|node| node.url.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Sends a request to the next node. `path` begins with a slash and may hold a query.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(Bytes, Encoding)>,
    ) -> Result<Answer, NoAnswer> {
        let now = Instant::now();
        let ejections: Vec<Ejection> = self.nodes.iter().map(|node| *lock(&node.ejected)).collect();
        let node = &self.nodes[choose(self.next.fetch_add(1, Ordering::Relaxed), &ejections, now)];
        let mut headers = HeaderMap::new();
        let bytes = body.map(|(bytes, encoding)| {
            let kind = if encoding == Encoding::Json {
                "application/json"
            } else {
                "application/x-ndjson"
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            if encoding == Encoding::NdjsonGzip {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            bytes
        });
        let asked = node
            .transport
            .send(
                method,
                path,
                headers,
                None::<&()>,
                bytes,
                Some(self.timeout),
            )
            .await;
        let answer = match asked {
            Ok(response) => {
                let status = response.status_code().as_u16();
                let wait = response
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|v| v.to_str().ok()?.parse().ok())
                    .map(Duration::from_secs);
                match response.bytes().await {
                    Ok(body) => Ok(Answer {
                        status,
                        retry_after: wait,
                        body,
                    }),
                    Err(_) => Err(NoAnswer("the connection ended in the middle of the answer")),
                }
            }
            Err(error) if error.is_timeout() => Err(NoAnswer("no answer in time")),
            Err(_) => Err(NoAnswer("no connection")),
        };
        let mut ejected = lock(&node.ejected);
        match &answer {
            // A gateway's 502 and 504 mean that the node behind it is away.
            Ok(answer) if !matches!(answer.status, 502 | 504) => *ejected = Ejection::default(),
            _ => ejected.failed(Instant::now()),
        }
        answer
    }

    /// Asks for JSON; anything but success is an error that names the request and the error's type. `path` is logged: no values in it.
    pub async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Json, Error> {
        match self.json_or_missing(method, path, body).await? {
            Some(json) => Ok(json),
            None => Err(Error::Refused {
                what: what(method, path),
                status: 404,
                kind: "not_found".into(),
            }),
        }
    }

    /// Like [`Client::json`], with `None` for 404. Tries each node (and a single one
    /// twice: a connection that was idle may have been closed), for set-up and queries; delivery has its own patience.
    pub async fn json_or_missing(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Option<Json>, Error> {
        let bytes = body.map(|json| Bytes::from(json.to_string()));
        let mut last = NoAnswer("no connection");
        for _ in 0..self.nodes.len().max(2) {
            let answer = match self
                .send(
                    method,
                    path,
                    bytes.clone().map(|bytes| (bytes, Encoding::Json)),
                )
                .await
            {
                Ok(answer) => answer,
                Err(no_answer) => {
                    last = no_answer;
                    continue;
                }
            };
            let url = self.urls();
            return match answer.status {
                200..=299 => match serde_json::from_slice(&answer.body) {
                    Ok(json) => Ok(Some(json)),
                    Err(_) => Err(self.not_elasticsearch(method, path)),
                },
                404 => Ok(None),
                status @ (401 | 403) => Err(Error::Credentials {
                    url,
                    what: what(method, path),
                    status,
                }),
                status => Err(Error::Refused {
                    what: what(method, path),
                    status,
                    kind: answer.error_type(),
                }),
            };
        }
        Err(Error::Unreachable {
            urls: self.urls(),
            why: last.0,
        })
    }
}

impl Client {
    /// Puts a part of the set-up, an index, or settings.
    ///
    /// # Errors
    /// Also if the answer does not say that it was done: success without that is some proxy's.
    pub async fn put(&self, path: &str, body: Option<&Json>) -> Result<(), Error> {
        let answer = self.json(Method::Put, path, body).await?;
        match answer["acknowledged"].as_bool() {
            Some(true) => Ok(()),
            // The nodes did not take it over in time: they may still do, so ask again.
            Some(false) => Err(Error::Refused {
                what: what(Method::Put, path),
                status: 200,
                kind: "not_acknowledged".into(),
            }),
            None => Err(self.not_elasticsearch(Method::Put, path)),
        }
    }

    /// For an answer that is not what Elasticsearch answers to this.
    pub fn not_elasticsearch(&self, method: Method, path: &str) -> Error {
        Error::NotElasticsearch {
            url: self.urls(),
            what: what(method, path),
        }
    }
}

impl Answer {
    /// The type of the error that the body tells of.
    pub fn error_type(&self) -> String {
        let json: Json = serde_json::from_slice(&self.body).unwrap_or_default();
        error_type(json["error"]["type"].as_str().unwrap_or_default()).to_owned()
    }
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON value.
    Json,
    /// JSON lines.
    Ndjson,
    /// JSON lines, compressed.
    NdjsonGzip,
}

fn what(method: Method, path: &str) -> String {
    let method = format!("{method:?}").to_uppercase();
    format!("{method} {}", path.split('?').next().unwrap_or_default())
}

fn credentials(secret: &Secret) -> Credentials {
    match secret {
        Secret::Basic(user, password) => {
            Credentials::Basic(user.clone(), password.expose_secret().to_owned())
        }
        Secret::ApiKey(key) => match key.expose_secret().split_once(':') {
            Some((id, key)) => Credentials::ApiKey(id.to_owned(), key.to_owned()),
            None => Credentials::EncodedApiKey(key.expose_secret().to_owned()),
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_nodes_are_left_out_for_a_while() {
        let now = Instant::now();
        let mut ejections = [Ejection::default(); 3];
        assert_eq!(
            [0, 1, 2, 3].map(|turn| choose(turn, &ejections, now)),
            [0, 1, 2, 0]
        );
        ejections[1].failed(now);
        assert_eq!(
            [0, 1, 2, 3].map(|turn| choose(turn, &ejections, now)),
            [0, 2, 2, 0]
        );
        assert_eq!(choose(1, &ejections, now + Duration::from_secs(1)), 1);
        ejections[0].failed(now);
        ejections[0].failed(now);
        ejections[2].failed(now);
        ejections[2].failed(now);
        ejections[2].failed(now);
        assert_eq!(
            choose(2, &ejections, now),
            1,
            "all are out: the first to come back is asked"
        );
        (0..100).for_each(|_| ejections[0].failed(now));
        assert_eq!(ejections[0].until, Some(now + Duration::from_secs(60)));
    }

    #[test]
    fn what_was_asked_shows_no_query() {
        assert_eq!(
            what(Method::Put, "/_ilm/policy/x?timeout=1s"),
            "PUT /_ilm/policy/x"
        );
    }
}
