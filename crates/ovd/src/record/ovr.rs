//! The cloud's recording service, as a device calls it.

use crate::http::{self, Client, HttpError};
use bytes::Bytes;
use serde::Deserialize;
use std::time::Duration;

/// A call may take this long.
const CALL_LIMIT: Duration = Duration::from_secs(20);
/// An upload may take this long at least,
const UPLOAD_LIMIT: Duration = Duration::from_secs(30);
/// and longer for what is large: an uplink slower than this, in bytes a second, carries no video.
const SLOWEST_BYTES: u64 = 16 << 10;
/// But no longer than this: the cloud takes what was announced for ten minutes only. (One that stalls ends sooner.)
const LONGEST_UPLOAD: Duration = Duration::from_secs(300);
/// Longer than this nothing is put off, whatever the cloud asks for.
const LONGEST_ASKED: Duration = Duration::from_secs(60);
const MPEG_TS: &str = "video/mp2t";

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server cannot be reached.
    Unreachable(String),
    /// It cannot at the moment.
    Busy { text: String, wait: Duration },
    /// It will not, and trying again is of no use.
    Refused { status: u16, text: String },
}

impl Failure {
    /// How long it is to be left alone.
    pub(super) fn asked(&self) -> Duration {
        match self {
            Self::Busy { wait, .. } => *wait,
            Self::Unreachable(_) | Self::Refused { .. } => Duration::ZERO,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(text) | Self::Busy { text, .. } | Self::Refused { text, .. } => f.write_str(text),
        }
    }
}

/// The two things a device does there, so that tests can do without a network.
pub(super) trait Ovr: Send + Sync {
    /// Calls an operation; the answer is what stands in the body.
    fn call(&self, form: &[(&str, String)]) -> impl Future<Output = Result<Bytes, Failure>> + Send;

    /// Uploads a segment.
    fn upload(&self, uri: &str, data: Bytes) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Whether what is uploaded is to go over TLS as well.
    fn is_secure(&self) -> bool;
}

/// By HTTP.
pub(super) struct HttpOvr {
    http: Client,
    url: String,
    is_secure: bool,
}

impl HttpOvr {
    /// `url`: the one of StartCloudRecord.
    pub(super) fn new(http: Client, url: String) -> Self {
        let is_secure = http::parse(&url).is_ok_and(|url| url.scheme() == "https");
        Self { http, url, is_secure }
    }
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Refusal {
    info: String,
}

impl Ovr for HttpOvr {
    async fn call(&self, form: &[(&str, String)]) -> Result<Bytes, Failure> {
        let reply = self.http.post_form(&self.url, form, CALL_LIMIT).await;
        let reply = reply.map_err(|error| Failure::Unreachable(error.to_string()))?;
        if reply.status.is_success() {
            return Ok(reply.body);
        }
        let info = serde_json::from_slice::<Refusal>(&reply.body).map(|refusal| refusal.info);
        let text = format!("answered {}: {}", reply.status, info.unwrap_or_default());
        Err(failure(reply.status.as_u16(), text, reply.retry_after))
    }

    async fn upload(&self, uri: &str, data: Bytes) -> Result<(), Failure> {
        let limit = UPLOAD_LIMIT + Duration::from_secs(data.len() as u64 / SLOWEST_BYTES);
        let limit = limit.min(LONGEST_UPLOAD);
        match self.http.put(uri, MPEG_TS, data, limit).await {
            Ok(()) => Ok(()),
            Err(error @ HttpError::Refused { status, .. }) => Err(failure(status.as_u16(), error.to_string(), None)),
            Err(error @ HttpError::BadUrl) => Err(failure(400, error.to_string(), None)),
            Err(error) => Err(Failure::Unreachable(error.to_string())),
        }
    }

    fn is_secure(&self) -> bool {
        self.is_secure
    }
}

fn failure(status: u16, text: String, retry_after: Option<Duration>) -> Failure {
    match status {
        408 | 429 | 500.. => Failure::Busy {
            text,
            wait: retry_after.unwrap_or_default().min(LONGEST_ASKED),
        },
        _ => Failure::Refused { status, text },
    }
}
