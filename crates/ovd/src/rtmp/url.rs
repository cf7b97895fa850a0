//! Where to publish: `rtmp[s]://host[:port]/app/stream[?query]`.

use std::fmt;

/// A publish address, taken apart. Its `Debug` and `Display` leave the query out: it carries the publish token.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Whether the connection is TLS (`rtmps`).
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// TCP port; 1935 or 443 when the URL names none.
    pub port: u16,
    /// First segment of the path.
    pub app: String,
    /// The rest of the path with its query: what the `publish` command names.
    pub stream_name: String,
    /// `rtmp://host:port/app`, as the `connect` command carries it.
    pub tc_url: String,
}

/// Why an address is no publish address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is no URL at all.
    #[error("not a URL: {0}")]
    Malformed(#[from] url::ParseError),
    /// Something else than `rtmp` or `rtmps`.
    #[error("scheme {0:?} is not rtmp or rtmps")]
    Scheme(String),
    /// No host.
    #[error("the URL names no host")]
    NoHost,
    /// The path is not `/app/stream`.
    #[error("the path is not /app/stream")]
    Path,
}

impl Target {
    /// Takes `address` apart.
    ///
    /// # Errors
    /// When it is no `rtmp://host/app/stream` URL.
    pub fn parse(address: &str) -> Result<Self, TargetError> {
        let url = url::Url::parse(address)?;
        let tls = match url.scheme() {
            "rtmp" => false,
            "rtmps" => true,
            other => return Err(TargetError::Scheme(other.to_owned())),
        };
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(TargetError::NoHost)?;
        let port = url.port().unwrap_or(if tls { 443 } else { 1935 });
        let (app, stream) = url
            .path()
            .trim_start_matches('/')
            .split_once('/')
            .ok_or(TargetError::Path)?;
        if app.is_empty() || stream.is_empty() {
            return Err(TargetError::Path);
        }
        let stream_name = match url.query() {
            Some(query) => format!("{stream}?{query}"),
            None => stream.to_owned(),
        };
        Ok(Self {
            tls,
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            app: app.to_owned(),
            stream_name,
            tc_url: format!("{}://{host}:{port}/{app}", url.scheme()),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.stream_name.split('?').next().unwrap_or_default();
        write!(f, "{}/{name}", self.tc_url)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::parse("rtmp://cloud.example/live/abc?token=x.y").unwrap();
        assert_eq!(
            (target.host.as_str(), target.port, target.tls),
            ("cloud.example", 1935, false)
        );
        assert_eq!(target.app, "live");
        assert_eq!(target.stream_name, "abc?token=x.y");
        assert_eq!(target.tc_url, "rtmp://cloud.example:1935/live");
        let target = Target::parse("rtmps://[::1]:4443/live/a/b").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.tls), ("::1", 4443, true));
        assert_eq!(target.stream_name, "a/b");
    }

    #[test]
    fn the_token_is_not_shown() {
        let target = Target::parse("rtmp://cloud.example/live/abc?token=secret").unwrap();
        assert_eq!(format!("{target:?}"), "rtmp://cloud.example:1935/live/abc");
    }

    #[test]
    fn what_is_no_publish_address_is_refused() {
        assert!(matches!(Target::parse("nonsense"), Err(TargetError::Malformed(_))));
        assert!(matches!(Target::parse("http://a/live/b"), Err(TargetError::Scheme(_))));
        assert!(matches!(Target::parse("rtmp://a/live"), Err(TargetError::Path)));
        assert!(matches!(Target::parse("rtmp://a/live/"), Err(TargetError::Path)));
    }
}
