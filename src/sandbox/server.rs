//! From a connection to a handler and back: routing, delays, and the effect of faults on the reply.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::answer::{Refusal, Reply};
use super::answering::Ending;
use super::call::Call;
use super::line::{Cord, Lines};
use super::operations::{OPERATIONS, Operation};
use super::world::World;

/// Enough for the largest mail in the contract, with attachments.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// One thread serves everything, so no one ever waits for this lock.
type Shared = Arc<Mutex<World>>;

/// Serves until told to stop; connections that are open then are dropped with the runtime.
pub async fn run(listener: std::net::TcpListener, world: World, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    let lines = Lines(TcpListener::from_std(listener)?);
    let service = router(world).into_make_service_with_connect_info::<Cord>();
    tokio::select! {
        ended = axum::serve(lines, service) => ended,
        _ = stopped => Ok(()),
    }
}

/// All routes: those of a contract that is not served return 404 themselves.
fn router(world: World) -> Router {
    let mut router: Router<Shared> = Router::new();
    for operation in OPERATIONS {
        let handler = move |State(world): State<Shared>,
                            ConnectInfo(cord): ConnectInfo<Cord>,
                            Path(path): Path<HashMap<String, String>>,
                            Query(query): Query<Vec<(String, String)>>,
                            headers: HeaderMap,
                            body: Bytes| {
            serve(operation, world, cord, Call { path, query, headers, body, role: None })
        };
        router = router.route(operation.path, on(operation.method, handler));
    }
    router
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::new(Mutex::new(world)))
}

async fn serve(operation: &'static Operation, world: Shared, cord: Cord, call: Call) -> Response {
    let outcome = world.lock().unwrap_or_else(PoisonError::into_inner).answer(operation, call);
    if !outcome.delay.is_zero() {
        tokio::time::sleep(outcome.delay).await;
    }
    let reply = outcome.reply;
    let mut response = match outcome.ending {
        Ending::Whole => whole(reply),
        Ending::Truncated => truncated(&reply),
        Ending::Garbage => (reply.status, "\u{1f}\u{8b}\u{0}{\"id\": \"01J").into_response(),
        Ending::Html => html(),
        Ending::Cut => {
            cord.cut();
            whole(reply)
        }
    };
    response.headers_mut().extend(date(outcome.now));
    response
}

/// The header `Date`, which would otherwise have the machine's time.
fn date(now: DateTime<Utc>) -> Option<(HeaderName, HeaderValue)> {
    let text = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::try_from(text).ok().map(|value| (header::DATE, value))
}

fn whole(reply: Reply) -> Response {
    let mut response = (reply.status, [(header::CONTENT_TYPE, "application/json")], reply.body).into_response();
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Announces the whole body, sends the first half, and stops. The pause makes the HTTP layer send what it has: a body
/// that fails at once would take the head with it.
fn truncated(reply: &Reply) -> Response {
    let half = Bytes::copy_from_slice(&reply.body[..reply.body.len() / 2]);
    let break_off = async {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    let body = Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(break_off)));
    let headers =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_LENGTH, reply.body.len().to_string())];
    (reply.status, headers, body).into_response()
}

fn html() -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\
                <body><h1>502 Bad Gateway</h1><p>Please try again in a few minutes.</p></body></html>\n";
    (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

async fn unknown_path(State(world): State<Shared>, method: Method, uri: Uri) -> Response {
    invented(&world, &method, &uri, StatusCode::NOT_FOUND, "not found")
}

async fn unknown_method(State(world): State<Shared>, method: Method, uri: Uri) -> Response {
    invented(&world, &method, &uri, StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
}

/// A path or method that neither contract has.
fn invented(world: &Shared, method: &Method, uri: &Uri, status: StatusCode, error: &str) -> Response {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.record.violation("unknown", &format!("{method} {}: {error}", uri.path()));
    whole(Refusal::new(status, error).into())
}
