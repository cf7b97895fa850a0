//! The door of the simulated cloud: devices, the page, and what it needs of the API. Nobody logs in: nothing is real.

use super::auth::of_our_origin;
use super::console;
use super::door::{self, Answer};
use super::error::ApiError;
use super::feed_socket;
use super::layers;
use super::protocol::{self, ProtocolMethods};
use super::protocol_right::Right;
use super::protocol_socket::{self, Watching};
use crate::gateway::Gateway;
use crate::head::Head;
use crate::ids::LoginCode;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Extension, Json, Router};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

/// Connections at once, devices' and pages' together.
const MAX_CONNECTIONS: usize = 2048;
/// How long a request's head may take, and a connection idle between two.
const HEAD_LIMIT: Duration = Duration::from_secs(20);
/// How long the library may take to hand a connection over.
const UPGRADE_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no file for another connection.
const NO_FILES_PAUSE: Duration = Duration::from_millis(50);

/// The door.
#[derive(Debug, Clone)]
pub struct SimDoor {
    inside: Arc<Inside>,
}

#[derive(Debug)]
struct Inside {
    gateway: Gateway,
    /// Who may log in; `None`: whoever comes.
    listed: Option<HashSet<LoginCode>>,
    closing: watch::Receiver<bool>,
    places: Arc<Semaphore>,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
struct From(IpAddr);

impl SimDoor {
    /// A door to this; `listed`: for these devices only.
    pub fn new(gateway: Gateway, listed: Option<HashSet<LoginCode>>, closing: watch::Receiver<bool>) -> Self {
        let inside = Inside {
            gateway,
            listed,
            closing,
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// Takes connections until the cloud closes.
    pub async fn serve(&self, listener: TcpListener) {
        let router = router(&self.inside);
        let mut closing = self.inside.closing.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = closing.wait_for(|closing| *closing) => return,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::debug!(%error, "cannot accept a connection");
                    tokio::time::sleep(NO_FILES_PAUSE).await;
                    continue;
                }
            };
            // Over it a connection just ends.
            let Ok(place) = self.inside.places.clone().try_acquire_owned() else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (router, from) = (router.clone(), From(from.ip().to_canonical()));
            tokio::spawn(async move {
                connection(stream, from, router).await;
                drop(place);
            });
        }
    }
}

async fn connection(stream: TcpStream, from: From, router: Router) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(from);
        router.clone().oneshot(request.map(Body::new))
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "HTTP connection ended");
    }
}

fn router(inside: &Arc<Inside>) -> Router {
    Router::new()
        .route("/ovc", any(device))
        .route("/healthz", get(async || "ok\n"))
        .route("/api/v1/protocol/methods", get(methods))
        .route("/api/v1/devices/{login_code}/protocol", get(watch_room))
        .fallback(console::serve_simulated)
        .layer(DefaultBodyLimit::max(1024))
        .layer(middleware::from_fn(secured))
        .with_state(inside.clone())
}

async fn secured(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    layers::secure(response.headers_mut(), &layers::request_id());
    response
}

/// A device.
async fn device(
    State(inside): State<Arc<Inside>>,
    Extension(From(from)): Extension<From>,
    mut request: Request,
) -> Response {
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let head = Head::of(&parts);
    let accepted = match inside.gateway.login(&head, from, head.header("host"), false) {
        Ok(accepted) => accepted,
        Err(refusal) => return Answer::refusal(&refusal).into_response(),
    };
    let key = head.websocket_key().unwrap_or_default();
    let gateway = inside.gateway.clone();
    tokio::spawn(async move {
        if let Ok(Ok(upgraded)) = tokio::time::timeout(UPGRADE_LIMIT, upgrade).await {
            gateway.serve(accepted, TokioIo::new(upgraded), Vec::new(), &[]);
        }
    });
    door::switching(key)
}

async fn methods() -> Json<ProtocolMethods> {
    Json(protocol::methods())
}

/// Somebody who looks into the room of a login code.
async fn watch_room(
    State(inside): State<Arc<Inside>>,
    Path(code): Path<String>,
    parts: Parts,
) -> Result<Response, ApiError> {
    if parts.headers.contains_key(header::ORIGIN) {
        of_our_origin(&parts.headers, false)?;
    }
    let device = LoginCode::parse(&code).map_err(|bad| ApiError::bad_request(bad.to_string()))?;
    if inside.listed.as_ref().is_some_and(|listed| !listed.contains(&device)) {
        return Err(ApiError::no_such_device());
    }
    if !feed_socket::is_asked_for(&parts.headers) {
        return Err(protocol::no_websocket());
    }
    let watching = Watching {
        watcher: inside.gateway.watch(&device)?,
        device,
        gateway: inside.gateway.clone(),
        right: Right::Anyone,
        closing: inside.closing.clone(),
    };
    feed_socket::accept(&parts, |socket| protocol_socket::serve(socket, watching))
}
