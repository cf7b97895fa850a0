//! The little HTTP that a camera needs: one request a connection, answers of bounded size and time, and the passwords
//! of RFC 7616 (digest) and RFC 7617 (basic) where the camera asks for them.

use super::failure::Failure;
use super::settings::Credentials;
use crate::tls::Roots;
use bytes::Bytes;
use http_auth::{PasswordClient, PasswordParams};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::Url;

/// A camera that does not take the connection within this time is away.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);

/// One request.
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    /// What is posted, and its type; `None` gets.
    pub(super) post: Option<(Bytes, &'a str)>,
    /// The whole of it may take this long.
    pub(super) limit: Duration,
    /// The answer may be this long, bytes.
    pub(super) longest: usize,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Speaks HTTP with one camera.
pub(super) struct Http {
    credentials: Option<Credentials>,
    tls: Roots,
    /// What the camera asked for last: later requests bring it along, which saves a round trip each.
    challenge: Mutex<Option<PasswordClient>>,
}

impl Http {
    pub(super) fn new(credentials: Option<Credentials>, tls: Roots) -> Self {
        Self {
            credentials,
            tls,
            challenge: Mutex::default(),
        }
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Asks, and once more with the password when the camera wants one.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let talk = async {
            let authorization = self.authorization(ask);
            let (reply, challenge) = self.once(ask, authorization).await?;
            if reply.status != StatusCode::UNAUTHORIZED || self.credentials.is_none() {
                return Ok(reply);
            }
            let Some(challenge) = challenge else { return Ok(reply) };
            *self.challenge.lock() = Some(challenge);
            Ok(self.once(ask, self.authorization(ask)).await?.0)
        };
        let late = || Failure::Unreachable(format!("no answer within {} s", ask.limit.as_secs()));
        tokio::time::timeout(ask.limit, talk).await.map_err(|_| late())?
    }

    fn authorization(&self, ask: &Ask<'_>) -> Option<String> {
        let credentials = self.credentials.as_ref()?;
        let uri = path_of(ask.url);
        let (method, body) = match &ask.post {
            None => ("GET", &[][..]),
            Some((body, _)) => ("POST", body.as_ref()),
        };
        let params = PasswordParams {
            username: &credentials.username,
            password: &credentials.password,
            uri: &uri,
            method,
            body: Some(body),
        };
        self.challenge.lock().as_mut()?.respond(&params).ok()
    }

    async fn once(
        &self,
        ask: &Ask<'_>,
        authorization: Option<String>,
    ) -> Result<(Reply, Option<PasswordClient>), Failure> {
        let host = ask.url.host_str().unwrap_or_default();
        let port = ask.url.port_or_known_default().unwrap_or(80);
        // IPv6 addresses stand in brackets in URLs, and nowhere else.
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let connecting = tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect((name, port)));
        let tcp = connecting
            .await
            .map_err(|_| Failure::Unreachable("it does not take the connection".to_owned()))?
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        let request = request(ask, host, authorization)?;
        if ask.url.scheme() == "https" {
            let tls = self.tls.connect(name, tcp).await;
            let tls = tls.map_err(|error| Failure::Unreachable(format!("TLS: {error}")))?;
            exchange(tls, request, ask.longest).await
        } else {
            exchange(tcp, request, ask.longest).await
        }
    }
}

/// What stands in the request line.
fn path_of(url: &Url) -> String {
    match url.query() {
        None => url.path().to_owned(),
        Some(query) => format!("{}?{query}", url.path()),
    }
}

fn request(ask: &Ask<'_>, host: &str, authorization: Option<String>) -> Result<Request<Full<Bytes>>, Failure> {
    let host = match ask.url.port() {
        None => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    };
    let mut builder = Request::builder()
        .uri(path_of(ask.url))
        .header(HOST, host)
        .header(USER_AGENT, concat!("ovd/", env!("CARGO_PKG_VERSION")));
    if let Some(authorization) = authorization {
        builder = builder.header(AUTHORIZATION, authorization);
    }
    let built = match &ask.post {
        None => builder.method(Method::GET).body(Full::default()),
        Some((body, kind)) => builder
            .method(Method::POST)
            .header(CONTENT_TYPE, *kind)
            .body(Full::new(body.clone())),
    };
    built.map_err(|error| Failure::Malformed(format!("address: {error}")))
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
    longest: usize,
) -> Result<(Reply, Option<PasswordClient>), Failure> {
    let broken = |error: hyper::Error| Failure::Unreachable(error.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let talk = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let challenge = challenge(&response);
        let status = response.status();
        let body = Limited::new(response.into_body(), longest).collect().await;
        let body = body.map_err(|error| Failure::Malformed(format!("answer: {error}")))?;
        let body = body.to_bytes();
        Ok((Reply { status, body }, challenge))
    };
    tokio::pin!(connection);
    tokio::pin!(talk);
    tokio::select! {
        // Everything is written and read by the connection; when it ends first, the answer is still to be taken.
        outcome = &mut talk => outcome,
        _ = &mut connection => talk.await,
    }
}

fn challenge<B>(response: &Response<B>) -> Option<PasswordClient> {
    let mut builder = PasswordClient::builder();
    for value in response.headers().get_all(WWW_AUTHENTICATE) {
        builder = builder.challenges(value.to_str().ok()?);
    }
    builder.build().ok()
}
