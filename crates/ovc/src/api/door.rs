//! The front door: every connection to the ports for HTTP. The first request decides. Devices and viewers get their
//! socket as it is, without an HTTP library around it; everything else goes to the API and the console. Who comes on a
//! connection that was used before gets the same by way of the library.

mod answer;
mod places;
mod socket;

use super::host::{Here, Remote, Secure};
use super::way::{self, Hop, Way};
use super::{Api, play, router};
use crate::config::Plain;
use crate::gateway::{Refusal, RefusalReason};
use crate::head::Head;
use crate::live::Live;
use crate::tls::Tls;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use places::{NoPlace, Places};
use socket::{Resumed, Socket};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

pub(super) use answer::Answer;
pub(super) use places::Place;

/// Room for the head of a first request; a longer one gets more, as far as it is allowed.
const HEAD_ROOM: usize = 8 * 1024;
/// How long a handshake may take, and the first request's head; and how long a connection may idle between requests.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
const IDLE_LIMIT: Duration = Duration::from_secs(75);
/// Buffers for heads kept for the next connection.
const POOLED: usize = 256;
/// How long to wait when the system has no file for another connection.
const NO_FILES_PAUSE: Duration = Duration::from_millis(50);
/// When to come back, in seconds, for who finds no place.
const RETRY_AFTER_S: u64 = 5;
/// Over TLS an answer costs a handshake. So many at once who find no place are answered all the same; how long each may
/// take, and how long it counts at least: no more handshakes than the one by the other, whoever keeps coming.
const COURTESIES: usize = 16;
const COURTESY_LIMIT: Duration = Duration::from_secs(3);
const COURTESY_PAUSE: Duration = Duration::from_secs(1);

/// The front door.
#[derive(Clone)]
pub struct Door {
    inside: Arc<Inside>,
}

struct Inside {
    api: Arc<Api>,
    router: Router,
    buffers: Mutex<Vec<Vec<u8>>>,
    max_head: usize,
    /// One for each connection that is not a device's or a viewer's.
    places: Arc<Places>,
    /// For those who find none and come over TLS.
    courtesies: Arc<Semaphore>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    /// A door to this.
    pub fn new(api: Arc<Api>) -> Self {
        let limits = &api.limits;
        let inside = Inside {
            router: router(&api),
            buffers: Mutex::default(),
            max_head: usize::try_from(limits.max_head.as_u64())
                .unwrap_or(HEAD_ROOM)
                .max(HEAD_ROOM),
            places: Places::new(api.config.max_connections, limits.connections_per_address),
            courtesies: Arc::new(Semaphore::new(COURTESIES)),
            api,
        };
        Self {
            inside: Arc::new(inside),
        }
    }

    /// Takes connections, over TLS if it is given, until `closing` turns true.
    pub async fn serve(&self, listener: TcpListener, tls: Option<Tls>, mut closing: watch::Receiver<bool>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = closing.wait_for(|closing| *closing) => return,
            };
            match accepted {
                Ok((stream, from)) => self.admit(stream, from, tls.as_ref()),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for the moment");
                    tokio::time::sleep(NO_FILES_PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, from: SocketAddr, tls: Option<&Tls>) {
        // Answers are small and written whole: waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let hop = Hop {
            peer: from.ip().to_canonical(),
            secure: tls.is_some(),
        };
        // Behind a proxy are many.
        let counted = !self.inside.api.config.trusted_proxies.contain(hop.peer);
        let place = match self.inside.places.take(counted.then_some(hop.peer)) {
            Ok(place) => Arc::new(place),
            Err(why) => {
                metrics::counter!("ovc_http_refused_connections_total", "why" => why.name()).increment(1);
                return match tls {
                    // Into an empty socket buffer; if it does not fit, the connection just ends.
                    None => drop(stream.try_write(&why.answer().into_bytes())),
                    Some(tls) => self.refuse_over_tls(stream, tls.clone(), why),
                };
            }
        };
        let inside = self.inside.clone();
        match tls.cloned() {
            None => {
                tokio::spawn(async move { inside.connection(Socket::Plain(stream), hop, place).await });
            }
            Some(tls) => {
                tokio::spawn(async move {
                    match inside.in_time(Box::pin(tls.accept(stream))).await {
                        Some(Ok(Some(stream))) => inside.connection(Socket::Tls(Box::new(stream)), hop, place).await,
                        Some(Ok(None)) => tracing::debug!(%from, "ACME challenge answered"),
                        Some(Err(error)) => tracing::debug!(%from, %error, "no TLS handshake"),
                        None => tracing::debug!(%from, "no TLS handshake in time"),
                    }
                });
            }
        }
    }

    /// Tells one who comes over TLS that there is no place for him, if that can be afforded; else the connection ends.
    fn refuse_over_tls(&self, stream: TcpStream, tls: Tls, why: NoPlace) {
        let Ok(courtesy) = self.inside.courtesies.clone().try_acquire_owned() else {
            return;
        };
        let inside = self.inside.clone();
        tokio::spawn(async move {
            let pause = tokio::time::sleep(COURTESY_PAUSE);
            let answering = Box::pin(async {
                let Ok(Some(stream)) = tls.accept(stream).await else {
                    return;
                };
                let mut socket = Socket::Tls(Box::new(stream));
                // Clients do not expect an answer before they have asked.
                if let Some(head) = inside.read_head(&mut socket).await {
                    inside.give_back(head);
                    let _ = finish(socket, &why.answer().into_bytes()).await;
                }
            });
            let _ = tokio::time::timeout(COURTESY_LIMIT, inside.in_time(answering)).await;
            pause.await;
            drop(courtesy);
        });
    }

    /// Waits until the API's connections have ended, no longer than `limit`.
    pub async fn drained(&self, limit: Duration) {
        self.inside.places.emptied(limit).await;
    }
}

impl NoPlace {
    fn name(self) -> &'static str {
        match self {
            Self::All => "connections",
            Self::Address => "address",
        }
    }

    fn answer(self) -> Answer {
        let mut answer = match self {
            Self::All => Answer::plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "too many connections, come back later\n",
            ),
            Self::Address => Answer::plain(
                StatusCode::TOO_MANY_REQUESTS,
                "too many connections of this address on which nobody has logged in: use fewer, or log in\n",
            ),
        };
        answer.retry_after(Some(RETRY_AFTER_S));
        answer
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
    Refuse(Socket, Box<Answer>),
    /// For the API and the console.
    Http(Socket),
}

impl Inside {
    async fn connection(self: Arc<Self>, mut socket: Socket, hop: Hop, place: Arc<Place>) {
        // Nobody there, or in no hurry?
        let Some(mut buffer) = self.in_time(self.read_head(&mut socket)).await.flatten() else {
            return;
        };
        let (socket, refusal) = match self.route(socket, hop, &buffer) {
            Route::Done => return self.give_back(buffer),
            Route::Refuse(socket, answer) => (socket, answer),
            Route::Http(socket) => {
                let bytes = buffer.split_off(0);
                self.give_back(buffer);
                // Apart: the task of a device's login need not have room for it.
                return Box::pin(self.http(socket, hop, bytes, place)).await;
            }
        };
        self.give_back(buffer);
        let _ = tokio::time::timeout(HEAD_LIMIT, finish(socket, &refusal.into_bytes())).await;
    }

    /// What comes of it, unless it takes too long or the cloud shuts down: who has asked for nothing yet holds nothing up.
    async fn in_time<T>(&self, coming: impl Future<Output = T>) -> Option<T> {
        let mut closing = self.api.closing.clone();
        tokio::select! {
            biased;
            come = tokio::time::timeout(HEAD_LIMIT, coming) => come.ok(),
            _ = closing.wait_for(|closing| *closing) => None,
        }
    }

    /// Reads until the head of the first request is whole. What is no HTTP is left to the API's library to answer.
    async fn read_head(&self, socket: &mut Socket) -> Option<Vec<u8>> {
        if let Socket::Plain(stream) = socket {
            // No buffer before there is something to put into it.
            stream.readable().await.ok()?;
        }
        let mut buffer = self
            .buffers
            .lock()
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(HEAD_ROOM));
        loop {
            match socket.read_buf(&mut buffer).await {
                Ok(1..) => {}
                _ => {
                    self.give_back(buffer);
                    return None;
                }
            }
            if !matches!(Head::parse(&buffer), Ok(None)) || buffer.len() >= self.max_head {
                return Some(buffer);
            }
        }
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut buffers = self.buffers.lock();
        if buffers.len() < POOLED && (1..=HEAD_ROOM).contains(&buffer.capacity()) {
            buffers.push(buffer);
        }
    }

    /// Where a connection belongs, by its first request.
    fn route(&self, socket: Socket, hop: Hop, bytes: &[u8]) -> Route {
        let head = match Head::parse(bytes) {
            Ok(Some(head)) => head,
            Ok(None) => {
                let message = format!("the request's head is longer than {} bytes\n", self.max_head);
                let answer = Answer::plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &message);
                return Route::Refuse(socket, Box::new(answer));
            }
            Err(_) => return Route::Http(socket),
        };
        let api = &self.api;
        let leftover = &bytes[head.len..];
        let named = |name| head.headers(name).collect::<Vec<_>>().into_iter();
        let way = Way::of(hop, &api.config.trusted_proxies, named);
        if head.path == "/ovc" && head.method == "GET" {
            let login =
                plain_device(api, way.secure).and_then(|()| api.gateway.login(&head, way.from, way.host, way.secure));
            return match login {
                Ok(accepted) => {
                    let key = head.websocket_key().unwrap_or_default();
                    let greeting = ws::handshake::server_response(key).into_bytes();
                    match socket {
                        Socket::Plain(stream) => api.gateway.serve(accepted, stream, greeting, leftover),
                        Socket::Tls(stream) => api.gateway.serve(accepted, stream, greeting, leftover),
                    }
                    Route::Done
                }
                Err(refusal) => Route::Refuse(socket, Box::new(Answer::refusal(&refusal))),
            };
        }
        match play::admit(api, &head, way.secure) {
            None => Route::Http(socket),
            Some(Err(error)) => Route::Refuse(socket, Box::new(Answer::error(error))),
            Some(Ok(play)) => {
                let started = match socket {
                    Socket::Plain(stream) => {
                        api.live
                            .play(play.admission, play.format, stream, play.greeting, leftover)
                    }
                    Socket::Tls(stream) => Live::prepare(stream.get_ref().0).map(|()| {
                        api.live
                            .play_over(play.admission, play.format, stream, play.greeting, leftover);
                    }),
                };
                if let Err(error) = started {
                    tracing::debug!(from = %way.from, %error, "viewer gone before the first frame");
                }
                Route::Done
            }
        }
    }

    /// The API and the console. What was read already comes first.
    async fn http(&self, socket: Socket, hop: Hop, read: Vec<u8>, place: Arc<Place>) {
        let (router, api) = (self.router.clone(), self.api.clone());
        let here = socket.local_addr().ok();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let way = Way::of(hop, &api.config.trusted_proxies, |name| {
                way::texts(request.headers(), name)
            });
            let (from, secure, host) = (way.from, way.secure, way.host.map(str::to_owned));
            way::settle(request.headers_mut(), host.as_deref());
            let extensions = request.extensions_mut();
            extensions.insert(Remote(SocketAddr::new(from, 0)));
            extensions.insert(Secure(secure));
            if let Some(here) = here {
                extensions.insert(Here(here));
            }
            extensions.insert(place.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE_LIMIT)
            .max_buf_size(self.max_head)
            // Clients of HTTP/1.0 may say by that that their request is over, and wait for the answer.
            .half_close(true)
            .serve_connection(TokioIo::new(Resumed::new(read, socket)), service)
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
            tracing::debug!(from = %hop.peer, %error, "HTTP connection ended");
        }
    }
}

/// A device that comes without TLS is refused where that is not wanted.
fn plain_device(api: &Api, secure: bool) -> Result<(), Refusal> {
    if secure || api.plain() != Plain::Refuse {
        return Ok(());
    }
    Err(Refusal {
        reason: RefusalReason::PlainText,
        info: format!(
            "this cloud takes devices over TLS only: use wss://, port {}",
            api.tls_port
        )
        .into(),
        retry_after: None,
    })
}

/// Sends the last answer of a connection and lets the other end read it.
async fn finish(mut socket: Socket, answer: &[u8]) -> io::Result<()> {
    socket.write_all(answer).await?;
    socket.flush().await?;
    socket.shutdown().await?;
    // Closing with bytes unread would reset the connection, and the answer might be lost with it.
    let mut rest = [0; 512];
    let mut read = 0;
    while read < 64 * 1024 {
        match socket.read(&mut rest).await? {
            0 => break,
            len => read += len,
        }
    }
    Ok(())
}

/// A device that comes on a connection already used for other requests.
pub(super) async fn device(
    State(api): State<Arc<Api>>,
    Remote(from): Remote,
    Secure(secure): Secure,
    mut request: axum::extract::Request,
) -> Response {
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let head = Head::of(&parts);
    let login =
        plain_device(&api, secure).and_then(|()| api.gateway.login(&head, from.ip(), head.header("host"), secure));
    let accepted = match login {
        Ok(accepted) => accepted,
        Err(refusal) => return Answer::refusal(&refusal).into_response(),
    };
    let key = head.websocket_key().unwrap_or_default();
    let gateway = api.gateway.clone();
    tokio::spawn(async move {
        if let Ok(Ok(upgraded)) = tokio::time::timeout(HEAD_LIMIT, upgrade).await {
            gateway.serve(accepted, TokioIo::new(upgraded), Vec::new(), &[]);
        }
    });
    switching(key)
}

/// The answer that accepts a WebSocket.
pub(super) fn switching(key: &str) -> Response {
    let headers = [
        (header::UPGRADE, "websocket".to_owned()),
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, ws::accept_key(key)),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}
