//! What every HTTP input shares: who may send, how a body is read and decoded within bounds, and when it is safe.

use std::io::Read;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::Door;
use crate::{
    batch::{Delivered, Note, Receipt},
    pipeline::buffers::wipe,
};

/// Room is taken in steps of this while a body of unknown length is read.
const STEP: usize = 64 << 10;

/// Status and reason of a refusal; the reason is one of ours, never the sender's bytes.
pub type Refusal = (StatusCode, &'static str);

/// Where requests end up.
pub struct Endpoint {
    /// Where their lines go.
    pub door: Door,
    /// As a hash: comparing hashes takes the same time whatever is wrong about a token.
    token: Option<blake3::Hash>,
    max_body_bytes: usize,
}

impl Endpoint {
    /// An endpoint that wants `token`, if there is one.
    pub fn new(door: Door, token: Option<SecretString>, max_body_bytes: usize) -> Self {
        let token = token.map(|token| blake3::hash(token.expose_secret().as_bytes()));
        Self {
            door,
            token,
            max_body_bytes,
        }
    }

    /// Checks the sender, reads the body and decodes it.
    pub async fn body(&self, request: Request) -> Result<(Vec<u8>, OwnedSemaphorePermit), Refusal> {
        self.allow(request.headers())?;
        if self.door.shutdown.is_set() {
            return Err((StatusCode::SERVICE_UNAVAILABLE, "ending"));
        }
        let encoding = Encoding::of(request.headers())?;
        let length = request.headers().get(header::CONTENT_LENGTH);
        let announced = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let (body, room) = self.read(request.into_body(), announced).await?;
        let most = self.max_body_bytes;
        let body = match encoding {
            Encoding::Identity => body,
            // Decoding takes milliseconds a megabyte: not on a thread that others wait for.
            encoding => tokio::task::spawn_blocking(move || encoding.decode(body, most))
                .await
                .map_err(|_| (StatusCode::BAD_REQUEST, "can't be decompressed"))??,
        };
        Ok((body, room))
    }

    /// Hands lines over and returns when they are safe, with what the store says of single records, if one was asked.
    pub async fn deliver(
        &self,
        mut lines: Vec<u8>,
        room: OwnedSemaphorePermit,
    ) -> Result<Vec<Note>, Refusal> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let (answer, answered) = oneshot::channel();
        let receipt = Receipt::with_notes(move |how, notes| {
            // A sender that has gone away does not hear it.
            let _ = answer.send((how, notes.to_vec()));
        });
        self.door.hand_over(lines, Some(room), receipt).await;
        match answered.await {
            Ok((Delivered::Safe, notes)) => Ok(notes),
            _ => Err((StatusCode::SERVICE_UNAVAILABLE, "not delivered")),
        }
    }

    /// The token may come as `Bearer`, as `ApiKey`, or as the password of basic authentication: what clients can be made to send.
    pub fn allow(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let shown = headers
            .get(header::AUTHORIZATION)
            .map_or(&b""[..], |value| value.as_bytes());
        let after = |scheme: &str| shown.strip_prefix(scheme.as_bytes());
        // `user:password`, or an API key's `id:key`, which some clients want to have both.
        let second = |pair: &[u8]| {
            let pair = STANDARD.decode(pair).ok()?;
            let at = memchr::memchr(b':', &pair)?;
            Some(pair[at + 1..].to_vec())
        };
        let plain = after("Bearer ").or(after("ApiKey ")).map(<[u8]>::to_vec);
        let decoded = after("Basic ").or(after("ApiKey ")).and_then(second);
        // blake3::Hash compares in constant time.
        let is_token = |shown: Vec<u8>| blake3::hash(&shown) == *token;
        match plain.is_some_and(is_token) || decoded.is_some_and(is_token) {
            true => Ok(()),
            false => Err((StatusCode::UNAUTHORIZED, "token missing or wrong")),
        }
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
