//! The front door: every connection to the `--http` port. The first request decides. Devices and viewers get their
//! socket as it is, without an HTTP library around it; everything else goes to the API and the console.

use super::error::ApiError;
use super::host::Remote;
use super::layers::request_id;
use super::{Api, play, router};
use crate::gateway::{Refusal, RefusalReason};
use crate::head::Head;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

/// Longest head of a first request.
const MAX_HEAD: usize = 8 * 1024;
/// How long the first request's head may take; and how long a connection may idle between requests.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
const IDLE_LIMIT: Duration = Duration::from_secs(75);
/// Buffers for heads kept for the next connection.
const POOLED: usize = 256;
/// How long to wait when the system has no file for another connection.
const NO_FILES_PAUSE: Duration = Duration::from_millis(50);

/// The front door.
#[derive(Clone)]
pub struct Door {
    inside: Arc<Inside>,
}

struct Inside {
    api: Arc<Api>,
    router: Router,
    buffers: Mutex<Vec<Vec<u8>>>,
    /// One for each connection that is not a device's or a viewer's.
    places: Arc<Semaphore>,
    max_places: usize,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    /// A door to this.
    pub fn new(api: Arc<Api>) -> Self {
        let max_places = api.config.max_connections.clamp(1, Semaphore::MAX_PERMITS);
        let inside = Inside {
            router: router(&api),
            api,
            buffers: Mutex::default(),
            places: Arc::new(Semaphore::new(max_places)),
            max_places,
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// Takes connections until `closing` turns true.
    pub async fn serve(&self, listener: TcpListener, mut closing: watch::Receiver<bool>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = closing.wait_for(|closing| *closing) => return,
            };
            match accepted {
                Ok((stream, from)) => self.admit(stream, from),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for the moment");
                    tokio::time::sleep(NO_FILES_PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, from: SocketAddr) {
        // Answers are small and written whole: waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let Ok(place) = self.inside.places.clone().try_acquire_owned() else {
            metrics::counter!("ovc_http_refused_connections_total").increment(1);
            // Into an empty socket buffer; if it does not fit, the connection just ends.
            let _ = stream.try_write(
                b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
            return;
        };
        let inside = self.inside.clone();
        tokio::spawn(async move { inside.connection(stream, from, place).await });
    }

    /// Waits until the API's connections have ended, no longer than `limit`.
    pub async fn drained(&self, limit: Duration) {
        let all = u32::try_from(self.inside.max_places).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(limit, self.inside.places.acquire_many(all)).await;
    }
}

/// These say that one connection was gone before it was taken, nothing about the next.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

enum Route {
    /// The connection has gone where it belongs, or is finished.
    Done,
    /// To be answered with this, and closed.
    Refuse(Vec<u8>),
    /// For the API and the console.
    Http,
}

impl Inside {
    async fn connection(self: Arc<Self>, mut stream: TcpStream, from: SocketAddr, place: OwnedSemaphorePermit) {
        let mut buffer = match tokio::time::timeout(HEAD_LIMIT, self.read_head(&mut stream)).await {
            Ok(Some(buffer)) => buffer,
            // Nobody there, or in no hurry.
            _ => return,
        };
        let (stream, refusal) = match self.route(stream, from, &buffer) {
            (Route::Done, _) => return self.give_back(buffer),
            (Route::Refuse(answer), Some(stream)) => (stream, answer),
            (_, Some(stream)) => {
                let bytes = buffer.split_off(0);
                self.give_back(buffer);
                // Apart: the task of a device's login need not have room for it.
                return Box::pin(self.http(stream, from, bytes, place)).await;
            }
            (_, None) => return,
        };
        self.give_back(buffer);
        let _ = tokio::time::timeout(HEAD_LIMIT, finish(stream, &refusal)).await;
    }

    /// Reads until the head of the first request is whole. What is no HTTP is left to the API's library to answer.
    async fn read_head(&self, stream: &mut TcpStream) -> Option<Vec<u8>> {
        // No buffer before there is something to put into it.
        stream.readable().await.ok()?;
        let mut buffer = self
            .buffers
            .lock()
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(MAX_HEAD));
        loop {
            match stream.read_buf(&mut buffer).await {
                Ok(1..) => {}
                _ => {
                    self.give_back(buffer);
                    return None;
                }
            }
            if !matches!(Head::parse(&buffer), Ok(None)) || buffer.len() >= MAX_HEAD {
                return Some(buffer);
            }
        }
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut buffers = self.buffers.lock();
        if buffers.len() < POOLED && (1..=MAX_HEAD).contains(&buffer.capacity()) {
            buffers.push(buffer);
        }
    }

    /// Where a connection belongs, by its first request. A stream that stays here is handed back.
    fn route(&self, stream: TcpStream, from: SocketAddr, bytes: &[u8]) -> (Route, Option<TcpStream>) {
        let head = match Head::parse(bytes) {
            Ok(Some(head)) => head,
            Ok(None) => {
                return (
                    Route::Refuse(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "")),
                    Some(stream),
                );
            }
            Err(_) => return (Route::Http, Some(stream)),
        };
        let leftover = &bytes[head.len..];
        if head.path == "/ovc" && head.method == "GET" {
            return match self.api.gateway.login(&head, from.ip()) {
                Ok(accepted) => {
                    let key = head.websocket_key().unwrap_or_default();
                    let greeting = ws::handshake::server_response(key).into_bytes();
                    self.api.gateway.serve(accepted, stream, greeting, leftover);
                    (Route::Done, None)
                }
                Err(refusal) => (Route::Refuse(refusal_answer(&refusal)), Some(stream)),
            };
        }
        match play::admit(&self.api, &head) {
            None => (Route::Http, Some(stream)),
            Some(Err(error)) => (Route::Refuse(error_answer(error)), Some(stream)),
            Some(Ok(play)) => {
                if let Err(error) = self
                    .api
                    .live
                    .play(play.admission, play.format, stream, play.greeting, leftover)
                {
                    tracing::debug!(%from, %error, "viewer gone before the first frame");
                }
                (Route::Done, None)
            }
        }
    }

    /// The API and the console. What was read already comes first.
    async fn http(&self, stream: TcpStream, from: SocketAddr, read: Vec<u8>, place: OwnedSemaphorePermit) {
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Remote(from));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE_LIMIT)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(Replay { read, stream }), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let mut closing = self.api.closing.clone();
        let closed = async move { drop(closing.wait_for(|closing| *closing).await) };
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = closed => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%from, %error, "HTTP connection ended");
        }
        drop(place);
    }
}

/// Sends the last answer of a connection and lets the other end read it.
async fn finish(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    // Closing with bytes unread would reset the connection, and the answer might be lost with it.
    let mut rest = [0; 512];
    let mut read = 0;
    while read < 64 * 1024 {
        match stream.read(&mut rest).await? {
            0 => break,
            len => read += len,
        }
    }
    Ok(())
}

fn refusal_answer(refusal: &Refusal) -> Vec<u8> {
    let status = match refusal.reason {
        RefusalReason::BadRequest => StatusCode::BAD_REQUEST,
        RefusalReason::NoUpgrade => StatusCode::UPGRADE_REQUIRED,
        RefusalReason::BadCredentials => StatusCode::UNAUTHORIZED,
        RefusalReason::Disabled => StatusCode::FORBIDDEN,
        RefusalReason::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        RefusalReason::Draining | RefusalReason::Full => StatusCode::SERVICE_UNAVAILABLE,
    };
    let extra = match (refusal.reason, refusal.retry_after) {
        (RefusalReason::NoUpgrade, _) => "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n".to_owned(),
        (_, Some(wait)) => format!("Retry-After: {}\r\n", wait.seconds()),
        _ => String::new(),
    };
    answer(
        status,
        &extra,
        "application/json",
        &serde_json::json!({ "info": refusal.info }).to_string(),
    )
}

/// A failure of the API's kind on a connection without the API's library.
fn error_answer(error: ApiError) -> Vec<u8> {
    let status = error.status;
    let body = serde_json::to_string(&error.body(request_id())).unwrap_or_default();
    answer(status, "Access-Control-Allow-Origin: *\r\n", "application/json", &body)
}

fn plain(status: StatusCode, body: &str) -> Vec<u8> {
    answer(status, "", "text/plain; charset=utf-8", body)
}

fn answer(status: StatusCode, extra: &str, kind: &str, body: &str) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    format!(
        "HTTP/1.1 {} {reason}\r\n{extra}Content-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n{body}",
        status.as_u16(),
        body.len()
    )
    .into_bytes()
}

/// A device that asks on a connection already used for other requests.
pub(super) async fn too_late() -> Response {
    let message = "a device connects with the first request of a connection of its own";
    let error = ApiError::new(StatusCode::UPGRADE_REQUIRED, "own_connection", message);
    ([("connection", "close"), ("upgrade", "websocket")], error).into_response()
}

/// A stream of which the beginning was read already.
struct Replay {
    read: Vec<u8>,
    stream: TcpStream,
}

impl AsyncRead for Replay {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let len = self.read.len().min(buf.remaining());
        buf.put_slice(&self.read[..len]);
        self.read.drain(..len);
        if self.read.is_empty() {
            self.read = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replay {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
