//! The device's HTTP client: to upload what the cloud asked for, and to fetch what it offers.
//!
//! With `onvif/http.rs`, the only place that knows the HTTP library (`hyper`). Addresses come from the cloud, which the device trusts; they hold
//! tokens, so errors and logs name no more of them than the host.

mod patient;

use crate::tls::Roots;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use patient::Patient;
use socket2::SockRef;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// Connecting, TLS included, may take this long, and so may waiting for an answer's head or the next part of its body.
const STEP_LIMIT: Duration = Duration::from_secs(15);
/// Who takes no byte for so long is gone.
const STALL_LIMIT: Duration = Duration::from_secs(20);
/// What the kernel may hold: it takes more when a third of it has gone out, which says within [`STALL_LIMIT`] of the slowest
/// uplink there is that it works.
const SEND_BUFFER_BYTES: usize = 256 << 10;
/// What answers a form is short.
const MAX_REPLY_BYTES: usize = 64 << 10;
/// So often an address may lead to another one when something is fetched.
const MAX_REDIRECTS: usize = 4;

/// Why something was not sent or fetched. No text holds more of the address than its host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// It is no address of HTTP.
    #[error("url: not an http:// or https:// address")]
    BadUrl,
    /// The server cannot be reached.
    #[error("cannot reach {host}: {error}")]
    Unreachable {
        /// The host of the address.
        host: String,
        /// Why not.
        error: io::Error,
    },
    /// It answered nothing in time.
    #[error("{host} does not answer in time")]
    TimedOut {
        /// The host of the address.
        host: String,
    },
    /// It broke off, or does not speak HTTP.
    #[error("{host}: {error}")]
    Broken {
        /// The host of the address.
        host: String,
        /// What happened.
        error: hyper::Error,
    },
    /// It refused.
    #[error("{host} answered {status}")]
    Refused {
        /// The host of the address.
        host: String,
        /// Its answer.
        status: StatusCode,
    },
    /// What it sends is longer than allowed.
    #[error("{host} sends more than {max} bytes")]
    TooLong {
        /// The host of the address.
        host: String,
        /// What is allowed.
        max: u64,
    },
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Such a client. Each request has a connection of its own: one that is kept may have died unnoticed, behind a NAT that has
/// forgotten it, and what a recording has to say every few seconds can bear to connect first (TLS resumes its sessions).
#[derive(Clone)]
pub struct Client {
    tls: Roots,
}

/// What a server answered to a form.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How it went.
    pub status: StatusCode,
    /// When to come again, if the server says so.
    pub retry_after: Option<Duration>,
    /// The answer itself.
    pub body: Bytes,
}

/// Something that is being fetched.
pub struct Download {
    host: String,
    headers: HeaderMap,
    body: Incoming,
    read: u64,
    max: u64,
}

impl Client {
    /// A client that trusts these authorities.
    pub fn new(tls: Roots) -> Self {
        Self { tls }
    }

    /// Uploads `body` with HTTP PUT, within `limit`.
    ///
    /// # Errors
    /// See [`HttpError`]; redirects are refusals.
    pub async fn put(
        &self,
        url: &str,
        content_type: &'static str,
        body: Bytes,
        limit: Duration,
    ) -> Result<(), HttpError> {
        let url = parse(url)?;
        let host = host(&url);
        let sent = async {
            let request = Request::builder()
                .method(Method::PUT)
                .header(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            let response = self.send(&url, request, Full::new(body)).await?;
            if response.status().is_success() {
                Ok(())
            } else {
                Err(HttpError::Refused {
                    host: host.clone(),
                    status: response.status(),
                })
            }
        };
        timeout(limit, sent)
            .await
            .unwrap_or_else(|_| Err(HttpError::TimedOut { host: host.clone() }))
    }

    /// Sends a form with HTTP POST (`application/x-www-form-urlencoded`), within `limit`. Whatever is answered is an answer.
    ///
    /// # Errors
    /// See [`HttpError`]; [`HttpError::Refused`] is none of them.
    pub async fn post_form(&self, url: &str, form: &[(&str, String)], limit: Duration) -> Result<Reply, HttpError> {
        let url = parse(url)?;
        let host = host(&url);
        let broken = |error| HttpError::Broken {
            host: host.clone(),
            error,
        };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let sent = async {
            let request = Request::builder()
                .method(Method::POST)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let response = self.send(&url, request, Full::new(Bytes::from(form))).await?;
            let (parts, mut incoming) = response.into_parts();
            let mut body = BytesMut::new();
            while let Some(frame) = incoming.frame().await {
                let Ok(part) = frame.map_err(broken)?.into_data() else {
                    continue;
                };
                if body.len() + part.len() > MAX_REPLY_BYTES {
                    return Err(HttpError::TooLong {
                        host: host.clone(),
                        max: MAX_REPLY_BYTES as u64,
                    });
                }
                body.extend_from_slice(&part);
            }
            let retry_after = parts.headers.get(header::RETRY_AFTER);
            let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            Ok(Reply {
                status: parts.status,
                retry_after: retry_after.map(Duration::from_secs),
                body: body.freeze(),
            })
        };
        timeout(limit, sent)
            .await
            .unwrap_or_else(|_| Err(HttpError::TimedOut { host: host.clone() }))
    }

    /// Starts to fetch what is at `url`, `max` bytes at most. Redirects are followed.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn get(&self, url: &str, max: u64) -> Result<Download, HttpError> {
        let mut url = parse(url)?;
        for _ in 0..=MAX_REDIRECTS {
            let host = host(&url);
            let request = Request::builder().method(Method::GET);
            let response = timeout(STEP_LIMIT, self.send(&url, request, Full::default()))
                .await
                .unwrap_or_else(|_| Err(HttpError::TimedOut { host: host.clone() }))?;
            let status = response.status();
            let (parts, body) = response.into_parts();
            if status == StatusCode::OK {
                let announced = content_length(&parts.headers);
                if announced.is_some_and(|length| length > max) {
                    return Err(HttpError::TooLong { host, max });
                }
                return Ok(Download {
                    host,
                    headers: parts.headers,
                    body,
                    read: 0,
                    max,
                });
            }
            let next = parts.headers.get(header::LOCATION).and_then(|next| next.to_str().ok());
            match next.filter(|_| status.is_redirection()).map(|next| url.join(next)) {
                // Never from a protected address to one that is not.
                Some(Ok(next)) if next.scheme() == url.scheme() || next.scheme() == "https" => url = next,
                _ => return Err(HttpError::Refused { host, status }),
            }
        }
        Err(HttpError::Refused {
            host: host(&url),
            status: StatusCode::LOOP_DETECTED,
        })
    }

    /// Fetches the whole of what is at `url`.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn get_all(&self, url: &str, max: u64) -> Result<Vec<u8>, HttpError> {
        let mut download = self.get(url, max).await?;
        let mut all = Vec::new();
        while let Some(part) = download.next().await? {
            all.extend_from_slice(&part);
        }
        Ok(all)
    }

    async fn send(
        &self,
        url: &Url,
        request: hyper::http::request::Builder,
        body: Full<Bytes>,
    ) -> Result<Response<Incoming>, HttpError> {
        let host = host(url);
        let broken = |error| HttpError::Broken {
            host: host.clone(),
            error,
        };
        let socket = timeout(STEP_LIMIT, self.connect(url))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| HttpError::Unreachable {
                host: host.clone(),
                error,
            })?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let name = url.host_str().unwrap_or_default();
        let authority = url
            .port()
            .map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        let request = request
            .uri(path)
            .header(header::HOST, authority)
            .header(header::USER_AGENT, concat!("ovd/", env!("CARGO_PKG_VERSION")))
            .body(body)
            .map_err(|_| HttpError::BadUrl)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .map_err(broken)?;
        // Ends when the body that it carries is read or dropped.
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(broken)
    }

    async fn connect(&self, url: &Url) -> io::Result<Box<dyn Socket>> {
        let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let host = bare(url.host_str().unwrap_or_default());
        let port = url.port_or_known_default().unwrap_or(80);
        let tcp = TcpStream::connect((host.as_str(), port)).await?;
        tcp.set_nodelay(true)?;
        let socket = SockRef::from(&tcp);
        socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
        // What the kernel has taken and nobody confirms is no progress either.
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(STALL_LIMIT))?;
        let tcp = Patient::new(tcp, STALL_LIMIT);
        Ok(if url.scheme() == "https" {
            Box::new(self.tls.connect(&host, tcp).await?)
        } else {
            Box::new(tcp)
        })
    }
}

impl Download {
    /// What the server says of it.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How long it is, if the server says so.
    pub fn length(&self) -> Option<u64> {
        content_length(&self.headers)
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// When it breaks off, stalls or gets too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, HttpError> {
        loop {
            let frame = timeout(STEP_LIMIT, self.body.frame())
                .await
                .map_err(|_| HttpError::TimedOut {
                    host: self.host.clone(),
                })?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| HttpError::Broken {
                host: self.host.clone(),
                error,
            })?;
            let Ok(part) = frame.into_data() else { continue };
            self.read += part.len() as u64;
            if self.read > self.max {
                return Err(HttpError::TooLong {
                    host: self.host.clone(),
                    max: self.max,
                });
            }
            return Ok(Some(part));
        }
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The address, checked as far as it can be without asking.
///
/// # Errors
/// [`HttpError::BadUrl`].
pub fn parse(url: &str) -> Result<Url, HttpError> {
    Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()))
        .ok_or(HttpError::BadUrl)
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_goes_wrong_is_told_without_the_token() {
        let client = Client::new(Roots::load(None).unwrap());
        for bad in ["", "ftp://a/b", "http://", "/upload/1?token=secret"] {
            assert!(matches!(parse(bad), Err(HttpError::BadUrl)), "{bad}");
        }
        // Nobody listens on the port of a listener that is gone.
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = client
            .get_all(&format!("http://{free}/file?token=secret"), 10)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(&free.to_string()) && !error.to_string().contains("secret"));
    }
}
