//! An endpoint that speaks Elasticsearch's bulk protocol: whatever ships logs to Elasticsearch ships them through tuomin by
//! changing one URL.
//!
//! Documents become lines like any others. The client's `_id` stays, and its index becomes part of the name of one that is tuomin's: an
//! index that only a client names is managed by nobody, and documents in it would outlive their retention. Both travel with the record
//! through redaction ([`crate::record::claim`]). A request is answered when all of its documents are safe, with what the store said of each
//! ([`answer`]); if any is not safe, the whole request is refused with 503, and the client sends it again, which stores nothing twice. Questions about templates, policies and licences are answered so that
//! clients go on; they set nothing up.

mod answer;
mod body;

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};

use self::{
    answer::Item,
    body::{EMPTY, Parsed, refusal},
};
use super::{
    endpoint::{Endpoint, Refusal},
    gate::Gate,
};
use crate::{
    input::lines::{is_empty, join_lines},
    record::claim::Claim,
};

/// The version that clients are told. They refuse older servers, and send newer ones what we don't know.
const VERSION: &str = "8.19.0";
/// Clients that find this header missing refuse to go on.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// What every request needs.
struct Bulk {
    endpoint: Endpoint,
    /// Whether documents keep the names that clients give them.
    keep: bool,
}

/// Serves until the program ends and every request is answered.
pub async fn serve(gate: Gate, endpoint: Endpoint, keep: bool) {
    let ending = endpoint.door.clone();
    let state = Arc::new(Bulk { endpoint, keep });
    let guard = middleware::from_fn_with_state(state.clone(), guard);
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
            put(create_with_id).post(create_with_id),
        )
        .route("/_license", get(license))
        .route("/_xpack", get(xpack))
        .fallback(anything_else)
        .with_state(state)
        .layer(guard);
    let served =
        axum::serve(gate, pages).with_graceful_shutdown(async move { ending.ending().await });
    if let Err(error) = served.await {
        tracing::error!(%error, "the bulk input has ended");
    }
}

/// Checks the sender of every request, and marks every answer as one of an Elasticsearch.
async fn guard(State(state): State<Arc<Bulk>>, request: Request, next: Next) -> Response {
    let mut answer = match state.endpoint.allow(request.headers()) {
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
    // An index by itself, which clients look for or make.
    let is_index = !path.starts_with("/_") && path.trim_matches('/').split('/').count() == 1;
    let is_known = is_index || KNOWN.iter().any(|known| path.starts_with(known));
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

async fn bulk(State(state): State<Arc<Bulk>>, request: Request) -> Response {
    take(&state, request, "").await
}

async fn bulk_into(
    State(state): State<Arc<Bulk>>,
    Path(index): Path<String>,
    request: Request,
) -> Response {
    take(&state, request, &index).await
}

async fn take(state: &Bulk, request: Request, index: &str) -> Response {
    let start = Instant::now();
    let headers = request.headers().clone();
    let taken = async {
        let (body, room) = state.endpoint.body(request).await?;
        let parsed = Parsed::of(&body, index, state.keep)?;
        crate::pipeline::buffers::wipe(body);
        let notes = state.endpoint.deliver(parsed.lines, room).await?;
        Ok(answer::bulk(&parsed.items, &notes, start.elapsed()))
    };
    match taken.await {
        Ok(body) => json(StatusCode::OK, body, &headers),
        Err(refusal) => refuse(refusal),
    }
}

async fn document(
    State(state): State<Arc<Bulk>>,
    Path(index): Path<String>,
    request: Request,
) -> Response {
    one(&state, request, (&index, ""), false).await
}

async fn document_with_id(
    State(state): State<Arc<Bulk>>,
    Path((index, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    one(&state, request, (&index, &id), false).await
}

async fn create_with_id(
    State(state): State<Arc<Bulk>>,
    Path((index, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    one(&state, request, (&index, &id), true).await
}

async fn one(state: &Bulk, request: Request, (index, id): (&str, &str), create: bool) -> Response {
    let headers = request.headers().clone();
    let taken = async {
        if let Some((_, reason)) = refusal(index, id) {
            return Err((StatusCode::BAD_REQUEST, reason));
        }
        let (mut body, room) = state.endpoint.body(request).await?;
        join_lines(&mut body);
        if is_empty(&body) {
            return Err((StatusCode::BAD_REQUEST, EMPTY.1));
        }
        let mut line = Vec::with_capacity(body.len());
        match state.keep {
            true => Claim { index, id, create }.write(&body, &mut line),
            false => line.extend_from_slice(&body),
        }
        crate::pipeline::buffers::wipe(body);
        state.endpoint.deliver(line, room).await
    };
    match taken.await {
        Ok(notes) => {
            let action = if create { "create" } else { "index" };
            let (status, body) = answer::one(&Item::taken(action, index, id, 0), &notes);
            json(status, body, &headers)
        }
        Err(refusal) => refuse(refusal),
    }
}
