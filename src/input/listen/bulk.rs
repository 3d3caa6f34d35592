//! An endpoint that speaks Elasticsearch's bulk protocol: whatever ships logs to Elasticsearch ships them through tuomin by
//! changing one URL.
//!
//! Documents become lines like any others, and are stored under tuomin's own names, identifiers and policy: an index that a
//! client names is managed by nobody, and documents in it would outlive their retention. The names the client used stand in
//! its answer. A document's result is `201` when it is safe; if any is not, the whole request is refused with 503, and the client
//! sends it again, which stores nothing twice. Questions about templates, policies and licences are answered so that clients
//! go on; they set nothing up.

use std::{fmt::Write, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::endpoint::{Endpoint, Refusal};
use crate::input::lines::join_lines;

/// The version that clients are told. They refuse older servers, and send newer ones what we don't know.
const VERSION: &str = "8.19.0";
/// Clients that find this header missing refuse to go on.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// Serves until the program ends and every request is answered.
pub async fn serve(listener: TcpListener, endpoint: Endpoint) {
    let ending = endpoint.door.clone();
    let endpoint = Arc::new(endpoint);
    let guard = middleware::from_fn_with_state(endpoint.clone(), guard);
    let pages = Router::new()
        .route("/", get(root))
        .route("/_bulk", post(bulk).put(bulk))
        .route("/{index}/_bulk", post(bulk_into).put(bulk_into))
        .route("/{index}/_doc", post(document))
        .route(
            "/{index}/_doc/{id}",
            put(document_with_id).post(document_with_id),
        )
        .route(
            "/{index}/_create/{id}",
            put(document_with_id).post(document_with_id),
        )
        .route("/_license", get(license))
        .route("/_xpack", get(xpack))
        .fallback(anything_else)
        .with_state(endpoint)
        .layer(guard);
    let served =
        axum::serve(listener, pages).with_graceful_shutdown(async move { ending.ending().await });
    if let Err(error) = served.await {
        tracing::error!(%error, "the bulk input has ended");
    }
}

/// Checks the sender of every request, and marks every answer as one of an Elasticsearch.
async fn guard(State(endpoint): State<Arc<Endpoint>>, request: Request, next: Next) -> Response {
    let mut answer = match endpoint.allow(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(refusal),
    };
    answer
        .headers_mut()
        .insert(PRODUCT, HeaderValue::from_static("Elasticsearch"));
    answer
}

fn json(status: StatusCode, body: String, asked: &HeaderMap) -> Response {
    // Clients of version 8 and later insist on being answered in the type they asked for.
    let compatible = "application/vnd.elasticsearch+json";
    let asks = asked
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = match asks.starts_with(compatible) {
        true => "application/vnd.elasticsearch+json;compatible-with=8",
        false => "application/json",
    };
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

fn error(status: StatusCode, kind: &str, reason: &str) -> String {
    let status = status.as_u16();
    format!(
        r#"{{"error":{{"root_cause":[],"type":"{kind}","reason":"{reason}"}},"status":{status}}}"#
    )
}

fn refuse((status, why): Refusal) -> Response {
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => "es_rejected_execution_exception",
        StatusCode::UNAUTHORIZED => "security_exception",
        StatusCode::BAD_REQUEST => "illegal_argument_exception",
        _ => "status_exception",
    };
    json(status, error(status, kind, why), &HeaderMap::new())
}

async fn root(headers: HeaderMap) -> Response {
    let body = format!(
        r#"{{"name":"tuomin","cluster_name":"tuomin","cluster_uuid":"tuomin","version":{{"number":"{VERSION}","build_flavor":"default","lucene_version":"9.12.0","minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"}},"tagline":"You Know, for Search"}}"#
    );
    json(StatusCode::OK, body, &headers)
}

async fn license(headers: HeaderMap) -> Response {
    let body = r#"{"license":{"status":"active","uid":"tuomin","type":"basic"}}"#;
    json(StatusCode::OK, body.into(), &headers)
}

async fn xpack(headers: HeaderMap) -> Response {
    let body = r#"{"license":{"status":"active","uid":"tuomin","type":"basic"},"features":{"ilm":{"available":true,"enabled":true}}}"#;
    json(StatusCode::OK, body.into(), &headers)
}

/// Templates, policies, aliases, data streams: they are there already, whatever they are called, and setting them up succeeds.
async fn anything_else(method: Method, headers: HeaderMap, request: Request) -> Response {
    const KNOWN: [&str; 8] = [
        "/_index_template",
        "/_component_template",
        "/_template",
        "/_ilm",
        "/_ingest",
        "/_data_stream",
        "/_alias",
        "/_cluster",
    ];
    let path = request.uri().path();
    let is_known = KNOWN.iter().any(|known| path.starts_with(known))
        || path.trim_matches('/').split('/').count() == 1;
    match (is_known, method) {
        (true, Method::GET | Method::HEAD) => json(StatusCode::OK, "{}".into(), &headers),
        (true, Method::PUT | Method::POST) => {
            json(StatusCode::OK, r#"{"acknowledged":true}"#.into(), &headers)
        }
        _ => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            json(
                status,
                error(
                    status,
                    "illegal_argument_exception",
                    "tuomin takes documents and answers no questions",
                ),
                &headers,
            )
        }
    }
}

async fn bulk(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    take(&endpoint, request, "").await
}

async fn bulk_into(
    State(endpoint): State<Arc<Endpoint>>,
    Path(index): Path<String>,
    request: Request,
) -> Response {
    take(&endpoint, request, &index).await
}

async fn take(endpoint: &Endpoint, request: Request, index: &str) -> Response {
    let start = Instant::now();
    let headers = request.headers().clone();
    let taken = async {
        let (body, room) = endpoint.body(request).await?;
        let parsed = Parsed::of(&body, index)?;
        crate::pipeline::buffers::wipe(body);
        endpoint.deliver(parsed.lines, room).await?;
        Ok((parsed.items, parsed.errors))
    };
    match taken.await {
        Ok((items, errors)) => {
            let took = start.elapsed().as_millis();
            json(
                StatusCode::OK,
                format!(r#"{{"took":{took},"errors":{errors},"items":[{items}]}}"#),
                &headers,
            )
        }
        Err(refusal) => refuse(refusal),
    }
}

async fn document(
    State(endpoint): State<Arc<Endpoint>>,
    Path(index): Path<String>,
    request: Request,
) -> Response {
    one(&endpoint, request, &index, "").await
}

async fn document_with_id(
    State(endpoint): State<Arc<Endpoint>>,
    Path((index, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    one(&endpoint, request, &index, &id).await
}

async fn one(endpoint: &Endpoint, request: Request, index: &str, id: &str) -> Response {
    let headers = request.headers().clone();
    let taken = async {
        let (mut body, room) = endpoint.body(request).await?;
        join_lines(&mut body);
        endpoint.deliver(body, room).await
    };
    match taken.await {
        Ok(()) => {
            let mut body = String::from("{");
            names(&mut body, index, id);
            body.push_str(r#""_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1}"#);
            json(StatusCode::CREATED, body, &headers)
        }
        Err(refusal) => refuse(refusal),
    }
}

/// `"_index":"…","_id":"…",`
fn names(text: &mut String, index: &str, id: &str) {
    let quoted = |name: &str| serde_json::Value::from(name).to_string();
    let _ = write!(text, r#""_index":{},"_id":{},"#, quoted(index), quoted(id));
}

/// A bulk body, taken apart.
struct Parsed {
    /// The documents, one a line.
    lines: Vec<u8>,
    /// The answer's items.
    items: String,
    /// Whether one of them is an error.
    errors: bool,
}

/// An action line; one of these is there.
#[derive(Deserialize)]
struct Action {
    index: Option<Target>,
    create: Option<Target>,
    update: Option<Target>,
    delete: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<String>,
}

impl Parsed {
    fn of(body: &[u8], default_index: &str) -> Result<Self, Refusal> {
        const MALFORMED: Refusal = (StatusCode::BAD_REQUEST, "Malformed action/metadata line");
        let mut parsed = Self {
            lines: Vec::with_capacity(body.len()),
            items: String::new(),
            errors: false,
        };
        let mut lines = body.split(|byte| *byte == b'\n');
        while let Some(line) = lines.next() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let action: Action = serde_json::from_slice(line).map_err(|_| MALFORMED)?;
            let (name, target, is_taken) = match action {
                Action {
                    index: Some(target),
                    ..
                } => ("index", target, true),
                Action {
                    create: Some(target),
                    ..
                } => ("create", target, true),
                Action {
                    update: Some(target),
                    ..
                } => ("update", target, false),
                Action {
                    delete: Some(target),
                    ..
                } => ("delete", target, false),
                _ => return Err(MALFORMED),
            };
            let document = if name == "delete" {
                None
            } else {
                Some(lines.next().ok_or(MALFORMED)?)
            };
            if !parsed.items.is_empty() {
                parsed.items.push(',');
            }
            let _ = write!(parsed.items, r#"{{"{name}":{{"#);
            names(
                &mut parsed.items,
                target.index.as_deref().unwrap_or(default_index),
                target.id.as_deref().unwrap_or_default(),
            );
            match document.filter(|_| is_taken) {
                Some(document) => {
                    parsed.lines.extend_from_slice(document);
                    parsed.lines.push(b'\n');
                    parsed.items.push_str(r#""_version":1,"result":"created","_seq_no":0,"_primary_term":1,"status":201}}"#);
                }
                None => {
                    parsed.errors = true;
                    parsed.items.push_str(
                        r#""status":400,"error":{"type":"illegal_argument_exception","reason":"only index and create are taken"}}}"#,
                    );
                }
            }
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_become_lines_and_every_action_has_its_item() {
        let body = b"{\"index\":{\"_index\":\"a\\\"b\",\"_id\":\"1\"}}\n{\"x\":1}\n\n{\"create\":{}}\n{\"x\":2}\n{\"delete\":{\"_id\":\"3\"}}\n{\"update\":{\"_id\":\"4\"}}\n{\"doc\":{}}\n";
        let parsed = Parsed::of(body, "logs").unwrap();
        assert_eq!(parsed.lines, b"{\"x\":1}\n{\"x\":2}\n");
        let items: serde_json::Value =
            serde_json::from_str(&format!("[{}]", parsed.items)).unwrap();
        assert_eq!(items[0]["index"]["_index"], "a\"b");
        assert_eq!(
            (&items[1]["create"]["_index"], &items[1]["create"]["status"]),
            (&"logs".into(), &201.into())
        );
        assert_eq!(
            (&items[2]["delete"]["status"], &items[3]["update"]["status"]),
            (&400.into(), &400.into())
        );
        assert!(parsed.errors);
    }

    #[test]
    fn what_is_no_bulk_body_is_refused() {
        for body in ["{\"x\":1}\n", "nonsense\n", "{\"index\":{}}", "[]\n{}\n"] {
            assert!(Parsed::of(body.as_bytes(), "").is_err(), "{body}");
        }
    }
}
