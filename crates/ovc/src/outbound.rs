//! The one HTTP client for addresses that people give: webhooks and the like. Somebody might give one that leads into
//! the cloud's own network, so every address that a name stands for is looked at, the connection goes to exactly the
//! address that was looked at, and no redirect is followed.

mod address;

use crate::config::{Networks, OutboundConfig};
use crate::tls;
use address::is_public;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

/// Longest head of an answer.
const MAX_ANSWER_HEAD: usize = 16 * 1024;
/// Longest address that is taken.
const MAX_URL: usize = 2048;

/// Why a request was not made, or got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundError {
    /// It is no address that can be asked.
    #[error("{0}")]
    BadUrl(&'static str),
    /// It leads to where the cloud does not go.
    #[error("{host} is not of the public Internet; outbound.allow names the networks that may be reached all the same")]
    Forbidden {
        /// The host of the address.
        host: String,
    },
    /// The name is not known.
    #[error("the name {host} is not known")]
    UnknownHost {
        /// The host of the address.
        host: String,
    },
    /// The server cannot be reached.
    #[error("cannot reach {host}: {error}")]
    Unreachable {
        /// The host of the address.
        host: String,
        /// Why not.
        error: io::Error,
    },
    /// It did not answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// Its answer is too long.
    #[error("the answer is too long")]
    TooLong,
    /// Its answer is not HTTP.
    #[error("no HTTP answer: {0}")]
    BadAnswer(String),
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status; a redirect is an answer like others.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Finds the addresses of a name.
pub trait Resolve: Send + Sync + 'static {
    /// All of them.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The system's own way.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The client. Clones are the same.
#[derive(Clone)]
pub struct Outbound {
    allow: Networks,
    timeout: Duration,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound")
            .field("allow", &self.allow)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Outbound {
    /// A client that trusts the system's certificate authorities, and those in `extra_ca` (PEM) if given.
    ///
    /// # Errors
    /// `extra_ca` cannot be used.
    pub fn new(config: &OutboundConfig, resolver: Arc<dyn Resolve>, extra_ca: Option<&Path>) -> io::Result<Self> {
        Ok(Self {
            allow: config.allow.clone(),
            timeout: config.timeout,
            resolver,
            tls: tls::client_config(extra_ca)?.into(),
        })
    }

    /// Whether an address can be asked at all, as far as that shows without asking for its name. For whoever takes an
    /// address from somebody to use it later.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, url: &str) -> Result<Url, OutboundError> {
        if url.len() > MAX_URL {
            return Err(OutboundError::BadUrl("the address is too long"));
        }
        let url = Url::parse(url).map_err(|_| OutboundError::BadUrl("this is no address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutboundError::BadUrl("the address must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::BadUrl(
                "the address must not hold a user name or password",
            ));
        }
        match literal(&url) {
            Some(address) => self.admit(&url, address)?,
            None if url.host_str().is_none_or(str::is_empty) => {
                return Err(OutboundError::BadUrl("the address names no host"));
            }
            None => {}
        }
        Ok(url)
    }

    /// Makes a request and waits for the answer, of whose body no more than `max_answer` bytes are taken.
    ///
    /// # Errors
    /// See [`OutboundError`].
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        max_answer: usize,
    ) -> Result<Answer, OutboundError> {
        let url = self.check(url)?;
        tokio::time::timeout(self.timeout, self.exchange(method, &url, headers, body, max_answer))
            .await
            .unwrap_or(Err(OutboundError::TimedOut))
    }

    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        max_answer: usize,
    ) -> Result<Answer, OutboundError> {
        let tcp = self.connect(url).await?;
        let request = request(method, url, headers, body)?;
        if url.scheme() == "http" {
            return ask(tcp, request, max_answer).await;
        }
        let unreachable = |error| OutboundError::Unreachable { host: host(url), error };
        let name = match url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).ok(),
            _ => literal(url).map(ServerName::from),
        };
        let name = name.ok_or(OutboundError::BadUrl(
            "the host is no name that a certificate can be for",
        ))?;
        let stream = self.tls.connect(name, tcp).await.map_err(unreachable)?;
        ask(stream, request, max_answer).await
    }

    /// Connects to the first of the addresses that takes it, once all of them have been looked at.
    async fn connect(&self, url: &Url) -> Result<TcpStream, OutboundError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = match literal(url) {
            Some(address) => vec![address],
            None => {
                let unknown = || OutboundError::UnknownHost { host: host(url) };
                let found = self.resolver.resolve(&host(url)).await.map_err(|_| unknown())?;
                if found.is_empty() {
                    return Err(unknown());
                }
                found
            }
        };
        for address in &addresses {
            self.admit(url, *address)?;
        }
        let mut last = io::Error::from(io::ErrorKind::NotConnected);
        for address in addresses {
            match TcpStream::connect(SocketAddr::new(address.to_canonical(), port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(OutboundError::Unreachable {
            host: host(url),
            error: last,
        })
    }

    fn admit(&self, url: &Url, address: IpAddr) -> Result<(), OutboundError> {
        if is_public(address) || self.allow.contain(address) {
            Ok(())
        } else {
            Err(OutboundError::Forbidden { host: host(url) })
        }
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The address, where the host is one and no name.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

fn request(
    method: Method,
    url: &Url,
    mut headers: HeaderMap,
    body: Bytes,
) -> Result<Request<Full<Bytes>>, OutboundError> {
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let authority = HeaderValue::from_str(authority).map_err(|_| OutboundError::BadUrl("this is no address"))?;
    headers.insert(header::HOST, authority);
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!("ovc/", env!("CARGO_PKG_VERSION"))));
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .body(Full::new(body))
        .map_err(|_| OutboundError::BadUrl("this is no address"))?;
    *request.headers_mut() = headers;
    Ok(request)
}

async fn ask<S>(stream: S, request: Request<Full<Bytes>>, max_answer: usize) -> Result<Answer, OutboundError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let bad = |error: hyper::Error| OutboundError::BadAnswer(error.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(MAX_ANSWER_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(bad)?;
    let asking = async {
        let answer = sender.send_request(request).await.map_err(bad)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, max_answer).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                OutboundError::TooLong
            } else {
                OutboundError::BadAnswer(error.to_string())
            }
        })?;
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    };
    // Together, not as a task: whoever gives up takes the connection with him.
    let mut connection = std::pin::pin!(connection);
    let mut asking = std::pin::pin!(asking);
    tokio::select! {
        answer = &mut asking => answer,
        _ = &mut connection => asking.await,
    }
}

#[cfg(test)]
#[path = "outbound/tests.rs"]
mod tests;
