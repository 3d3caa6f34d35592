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

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};

use super::{endpoint::Endpoint, gate::Gate};

/// Serves until the program ends and every request is answered.
pub async fn serve(gate: Gate, endpoint: Endpoint) {
    let ending = endpoint.door.clone();
    let pages = Router::new()
        .route("/", post(receive))
        .with_state(Arc::new(endpoint));
    let served =
        axum::serve(gate, pages).with_graceful_shutdown(async move { ending.ending().await });
    if let Err(error) = served.await {
        tracing::error!(%error, "the HTTP input has ended");
    }
}

async fn receive(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let received = async {
        let (lines, room) = endpoint.body(request).await?;
        let bytes = lines.len();
        endpoint.deliver(lines, room).await.map(|_| bytes)
    };
    match received.await {
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
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            answer
        }
    }
}
