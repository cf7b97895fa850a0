//! The head of an HTTP/1.1 request, parsed in place from the bytes of a connection.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Header lines taken at most.
const MAX_HEADERS: usize = 64;

/// A request's head, borrowed from the buffer it was read into.
#[derive(Debug)]
pub struct Head<'a> {
    /// `GET`, …
    pub method: &'a str,
    /// What is asked for, without the query.
    pub path: &'a str,
    /// What follows `?`; empty if nothing does.
    pub query: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
    /// How many bytes it took, with the empty line that ends it.
    pub len: usize,
}

/// The bytes are no head of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an HTTP/1.1 request")]
pub struct NotHttp;

impl<'a> Head<'a> {
    /// Parses the bytes so far; `None` if more are needed.
    ///
    /// # Errors
    /// More bytes would not help.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Self>, NotHttp> {
        let mut headers = [const { std::mem::MaybeUninit::uninit() }; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut []);
        let parsed = httparse::ParserConfig::default()
            .parse_request_with_uninit_headers(&mut request, bytes, &mut headers)
            .map_err(|_| NotHttp)?;
        let httparse::Status::Complete(len) = parsed else {
            return Ok(None);
        };
        let (Some(method), Some(target)) = (request.method, request.path) else {
            return Err(NotHttp);
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = request
            .headers
            .iter()
            .map(|header| (header.name, header.value))
            .collect();
        Ok(Some(Self {
            method,
            path,
            query,
            headers,
            len,
        }))
    }

    /// The head of a request that the HTTP library has read.
    pub fn of(parts: &'a http::request::Parts) -> Self {
        let headers = parts.headers.iter();
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: headers.map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
            len: 0,
        }
    }

    /// The first header of this name, upper and lower case the same, if it is text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok().map(str::trim)
    }

    /// All headers of this name that are text, in order.
    pub fn headers(&self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok().map(str::trim))
    }

    /// The `Sec-WebSocket-Key` if this asks for a WebSocket (RFC 6455 section 4.2.1).
    pub fn websocket_key(&self) -> Option<&'a str> {
        let has_token = |name, token: &str| {
            self.header(name)
                .is_some_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
        };
        let asks = self.method == "GET" && has_token("upgrade", "websocket") && has_token("connection", "upgrade");
        let version = self.header("sec-websocket-version") == Some("13");
        self.header("sec-websocket-key")
            .filter(|key| asks && version && ws::handshake::is_client_key(key))
    }
}

/// The first parameter of this name in a query, decoded. A plus sign is a plus sign: the devices' URLs are no forms.
///
/// # Errors
/// What is encoded is not UTF-8.
pub fn query_param<'q>(query: &'q str, name: &str) -> Result<Option<Cow<'q, str>>, std::str::Utf8Error> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| percent_decode_str(value).decode_utf8())
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPGRADE: &[u8] = b"GET /ovc?login_code=a&login_passwd=p%20%2b+ HTTP/1.1\r\nHost: cloud:8080\r\n\
        Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nrest";

    #[test]
    fn a_head_is_taken_apart() {
        let head = Head::parse(UPGRADE).unwrap().unwrap();
        assert_eq!((head.method, head.path), ("GET", "/ovc"));
        assert_eq!(&UPGRADE[head.len..], b"rest");
        assert_eq!(head.header("HOST"), Some("cloud:8080"));
        assert_eq!(head.websocket_key(), Some("dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(
            query_param(head.query, "login_passwd").unwrap().as_deref(),
            Some("p ++")
        );
        assert_eq!(query_param(head.query, "sdk").unwrap(), None);
        assert!(query_param("a=%ff", "a").is_err());
    }

    #[test]
    fn half_a_head_waits_and_nonsense_is_refused() {
        for len in 0..UPGRADE.len() - 4 {
            assert!(Head::parse(&UPGRADE[..len]).unwrap().is_none(), "{len}");
        }
        assert!(Head::parse(b"\x16\x03\x01\x02\x00\x01").is_err());
        assert!(Head::parse(b"GET / HTTP/1.1\r\nno colon\r\n\r\n").is_err());
    }
}
