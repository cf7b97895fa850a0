//! From an address and credentials to an open WebSocket (spec section 1).

use crate::device::Identity;
use crate::tls::Roots;
use dap::LoginCode;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};
use url::Url;

/// Connecting, TLS and the upgrade together may take this long.
const LOGIN_LIMIT: Duration = Duration::from_secs(15);
/// Largest message (spec section 2, rule 5), with room for the peer to see that it is too large.
const MAX_MESSAGE_BYTES: usize = (1 << 20) + 1024;

/// A password. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password is `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Where and as whom a device logs in.
#[derive(Debug, Clone)]
pub struct Login {
    /// `ws://host:port/ovc` or `wss://…`. A query it has is kept.
    pub url: Url,
    /// The device's id.
    pub login_code: LoginCode,
    /// Its password.
    pub login_passwd: Password,
}

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoginError {
    #[error("cannot reach {place}: {error}")]
    Unreachable { place: String, error: io::Error },
    #[error("no answer in time")]
    TimedOut,
    #[error("{0}")]
    WebSocket(String),
    #[error("the cloud answered {status}: {info}")]
    Refused {
        status: StatusCode,
        info: String,
        retry_after: Option<Duration>,
    },
}

pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

pub(super) type WebSocket = WebSocketStream<Box<dyn Socket>>;

/// Logs in; done when the cloud has accepted the device. With the connection comes the address of our end of it.
pub(super) async fn log_in(
    login: &Login,
    identity: &Identity,
    again: bool,
    tls: &Roots,
) -> Result<(WebSocket, Option<IpAddr>), LoginError> {
    tokio::time::timeout(LOGIN_LIMIT, open(login, identity, again, tls))
        .await
        .map_err(|_| LoginError::TimedOut)?
}

async fn open(
    login: &Login,
    identity: &Identity,
    again: bool,
    tls: &Roots,
) -> Result<(WebSocket, Option<IpAddr>), LoginError> {
    let secure = login.url.scheme() == "wss";
    let host = login
        .url
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = login
        .url
        .port_or_known_default()
        .unwrap_or(if secure { 443 } else { 80 });
    let unreachable = |error| LoginError::Unreachable {
        place: format!("{host}:{port}"),
        error,
    };
    let tcp = TcpStream::connect((host.as_str(), port)).await.map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let local = tcp.local_addr().ok().map(|address| address.ip());
    let socket: Box<dyn Socket> = if secure {
        Box::new(tls.connect(&host, tcp).await.map_err(unreachable)?)
    } else {
        Box::new(tcp)
    };
    let request = address(login, identity, again)
        .as_str()
        .into_client_request()
        .map_err(|_| LoginError::WebSocket("the address cannot be used".to_owned()))?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    match tokio_tungstenite::client_async_with_config(request, socket, Some(config)).await {
        Ok((websocket, _)) => Ok((websocket, local)),
        Err(tungstenite::Error::Http(response)) => Err(LoginError::Refused {
            status: response.status(),
            info: info(response.body().as_deref().unwrap_or_default()),
            retry_after: retry_after(response.headers()),
        }),
        // Its text never holds the request, and so no password.
        Err(error) => Err(LoginError::WebSocket(error.to_string())),
    }
}

/// The address with everything the cloud wants to know. Holds the password: never to be logged.
fn address(login: &Login, identity: &Identity, again: bool) -> Url {
    let mut url = login.url.clone();
    let mut query = url.query_pairs_mut();
    query.append_pair("login_code", login.login_code.as_str());
    query.append_pair("login_passwd", login.login_passwd.reveal());
    for (key, value) in [
        ("hardware_model", &identity.hardware_model),
        ("firmware_model", &identity.firmware_model),
    ] {
        if let Some(value) = value {
            query.append_pair(key, value);
        }
    }
    query.append_pair("sdk", concat!("ovd/", env!("CARGO_PKG_VERSION")));
    query.append_pair("reconnect", if again { "1" } else { "0" });
    drop(query);
    url
}

/// The reason in a refusal's body: `{"info": "…"}`, or the beginning of whatever it is, unless that is a web page.
fn info(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Body {
        info: String,
    }
    let text = match serde_json::from_slice::<Body>(body) {
        Ok(body) => body.info,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let text: String = text.chars().filter(|sign| !sign.is_control()).take(200).collect();
    if text.trim().is_empty() || text.trim_start().starts_with('<') {
        "no reason given".to_owned()
    } else {
        text
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_carries_what_the_cloud_wants_to_know() {
        let login = Login {
            url: Url::parse("ws://cloud.example:8080/ovc").unwrap(),
            login_code: LoginCode::parse("1234").unwrap(),
            login_passwd: Password::new("a b&c"),
        };
        let identity = Identity {
            hardware_model: Some("摄像机".to_owned()),
            firmware_model: None,
        };
        let url = address(&login, &identity, true);
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let value = |key: &str| {
            pairs
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(value("login_code"), Some("1234"));
        assert_eq!(value("login_passwd"), Some("a b&c"));
        assert_eq!(value("hardware_model"), Some("摄像机"));
        assert_eq!(value("firmware_model"), None);
        assert_eq!(value("reconnect"), Some("1"));
        assert!(!format!("{login:?}").contains("a b&c"));
    }

    #[test]
    fn a_refusals_reason_is_found_and_made_harmless() {
        assert_eq!(info(br#"{"info": "wrong password"}"#), "wrong password");
        assert_eq!(info(b"too\n\x1b[2Jmany"), "too[2Jmany");
        assert_eq!(info(b"<html>no</html>"), "no reason given");
        assert_eq!(info(b""), "no reason given");
    }
}
