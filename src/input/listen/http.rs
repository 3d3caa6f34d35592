//! `POST /` with one record a line. The answer says what became of them:
//!
//! | status | meaning | the sender |
//! |---|---|---|
//! | 200 | all are safe: stored, or in the spool, or written | goes on |
//! | 400 | can't be decompressed | gives up on it |
//! | 401 | no token, or the wrong one | |
//! | 413 | larger than `max_body_bytes` | sends less at once |
//! | 415 | a `Content-Encoding` that is not known | |
//! | 429 | too much in flight | sends it again after a while |
//! | 503 | not delivered, or the program is ending | sends it again, elsewhere or later |

use std::{io::Read, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, oneshot},
};

use super::Door;
use crate::{
    batch::{Delivered, Receipt},
    pipeline::buffers::wipe,
};

/// Room is taken in steps of this while a body of unknown length is read.
const STEP: usize = 64 << 10;

struct Endpoint {
    door: Door,
    /// As a hash: comparing hashes takes the same time whatever is wrong about a token.
    token: Option<blake3::Hash>,
    max_body_bytes: usize,
}

/// Serves until the program ends and every request is answered.
pub async fn serve(
    listener: TcpListener,
    token: Option<SecretString>,
    max_body_bytes: usize,
    door: Door,
) {
    let token = token.map(|token| blake3::hash(token.expose_secret().as_bytes()));
    let ending = door.clone();
    let endpoint = Arc::new(Endpoint {
        door,
        token,
        max_body_bytes,
    });
    let pages = Router::new().route("/", post(receive)).with_state(endpoint);
    let served =
        axum::serve(listener, pages).with_graceful_shutdown(async move { ending.ending().await });
    if let Err(error) = served.await {
        tracing::error!(%error, "the HTTP input has ended");
    }
}

async fn receive(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    match endpoint.receive(request).await {
        Ok(bytes) => (
            StatusCode::OK,
            format!("{{\"safe\":true,\"bytes\":{bytes}}}\n"),
        )
            .into_response(),
        Err((status, why)) => {
            let mut answer = (status, format!("{{\"error\":\"{why}\"}}\n")).into_response();
            if matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            ) {
                answer
                    .headers_mut()
                    .insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            }
            answer
        }
    }
}

type Refusal = (StatusCode, &'static str);

impl Endpoint {
    async fn receive(&self, request: Request) -> Result<usize, Refusal> {
        if !self.is_allowed(request.headers()) {
            return Err((StatusCode::UNAUTHORIZED, "token missing or wrong"));
        }
        if self.door.shutdown.is_set() {
            return Err((StatusCode::SERVICE_UNAVAILABLE, "ending"));
        }
        let encoding = Encoding::of(request.headers())?;
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let (body, room) = self.read(request.into_body(), announced).await?;
        let most = self.max_body_bytes;
        let mut lines = match encoding {
            Encoding::Identity => body,
            // Decoding takes milliseconds a megabyte: not on a thread that others wait for.
            encoding => tokio::task::spawn_blocking(move || encoding.decode(body, most))
                .await
                .map_err(|_| (StatusCode::BAD_REQUEST, "can't be decompressed"))??,
        };
        if lines.is_empty() {
            return Ok(0);
        }
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let bytes = lines.len();
        let (answer, answered) = oneshot::channel();
        let receipt = Receipt::new(move |how| {
            // A sender that has gone away does not hear it.
            let _ = answer.send(how);
        });
        self.door.hand_over(lines, Some(room), receipt).await;
        match answered.await {
            Ok(Delivered::Safe) => Ok(bytes),
            _ => Err((StatusCode::SERVICE_UNAVAILABLE, "not delivered")),
        }
    }

    fn is_allowed(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let shown = headers
            .get(header::AUTHORIZATION)
            .map(|value| value.as_bytes());
        let shown = shown
            .and_then(|value| value.strip_prefix(b"Bearer "))
            .unwrap_or_default();
        // blake3::Hash compares in constant time.
        blake3::hash(shown) == *token
    }

    async fn read(
        &self,
        mut body: Body,
        announced: Option<usize>,
    ) -> Result<(Vec<u8>, OwnedSemaphorePermit), Refusal> {
        const FULL: Refusal = (StatusCode::TOO_MANY_REQUESTS, "too much in flight");
        const LARGE: Refusal = (StatusCode::PAYLOAD_TOO_LARGE, "larger than max_body_bytes");
        let announced = announced.unwrap_or(0);
        if announced > self.max_body_bytes {
            return Err(LARGE);
        }
        let mut taken = announced.max(STEP);
        let mut room = self.door.try_room(taken).ok_or(FULL)?;
        let mut bytes = Vec::with_capacity(announced);
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|_| (StatusCode::BAD_REQUEST, "the request ended too early"))?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            if bytes.len() + data.len() > self.max_body_bytes {
                wipe(bytes);
                return Err(LARGE);
            }
            while bytes.len() + data.len() > taken {
                room.merge(self.door.try_room(STEP).ok_or(FULL)?);
                taken += STEP;
            }
            bytes.extend_from_slice(data);
        }
        Ok((bytes, room))
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match headers
            .get(header::CONTENT_ENCODING)
            .map(|value| value.as_bytes())
        {
            None | Some(b"identity") => Ok(Self::Identity),
            Some(b"gzip") => Ok(Self::Gzip),
            Some(b"zstd") => Ok(Self::Zstd),
            Some(_) => Err((
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding must be gzip or zstd",
            )),
        }
    }

    fn decode(self, body: Vec<u8>, most: usize) -> Result<Vec<u8>, Refusal> {
        let mut lines = Vec::new();
        let limit = most as u64 + 1;
        let read = match self {
            Self::Identity => return Ok(body),
            Self::Gzip => flate2::bufread::MultiGzDecoder::new(&body[..])
                .take(limit)
                .read_to_end(&mut lines),
            Self::Zstd => zstd::stream::read::Decoder::with_buffer(&body[..])
                .and_then(|decoder| decoder.take(limit).read_to_end(&mut lines)),
        };
        wipe(body);
        match read {
            Ok(count) if count > most => {
                Err((StatusCode::PAYLOAD_TOO_LARGE, "larger than max_body_bytes"))
            }
            Ok(_) => Ok(lines),
            Err(_) => Err((StatusCode::BAD_REQUEST, "can't be decompressed")),
        }
    }
}
