//! What devices upload and download by HTTP: addresses that we sign, each for one thing and for a while. They stand for
//! rows in the database and outlive a restart; only a snapshot's is remembered by whoever waits for it.

pub mod content;
mod ticket;

pub use content::{BadContent, Checker, Found, Rule};
pub use ticket::{Download, Upload};

use crate::account::tokens::{Purpose, TokenError, Tokens};
use crate::blob::{BlobError, BlobKind, Blobs, PutError, Stored};
use crate::clock::UnixMs;
use crate::device::Reached;
use crate::ids::LoginCode;
use bytes::Bytes;
use dap::CapabilityDocument;
use futures_util::future::BoxFuture;
use futures_util::{Stream, TryStreamExt as _};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Longest address that devices need to take (the protocol's limit for the one that it limits).
const MAX_URL: usize = 256;

/// What a device may be able to carry over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// Pictures that it uploads.
    Pictures,
    /// Logs that it uploads.
    Logs,
    /// Firmware that it fetches.
    Firmware,
    /// Segments of recordings.
    Segments,
    /// Anything else.
    Other,
}

impl Carried {
    /// Whether a device of these capabilities carries it over HTTPS (spec section 6).
    pub fn over_https(self, can: &CapabilityDocument) -> bool {
        let its = match self {
            Self::Pictures => can.pic_upload_https.or(can.https),
            Self::Logs => can.log_upload_https,
            Self::Firmware => can.firmware_download_https,
            // Of segments it is what it says; of the rest nothing is said.
            Self::Segments | Self::Other => can.https,
        };
        its == Some(true)
    }
}

/// Tells whether a device can carry something over HTTPS, as far as is known.
pub type Knows = Box<dyn Fn(LoginCode, Carried) -> BoxFuture<'static, bool> + Send + Sync>;

/// Makes and checks the addresses. Clones are the same.
#[derive(Clone)]
pub struct Links {
    tokens: Tokens,
    /// The port for TLS, as others see it; 0: there is none.
    tls_port: u16,
    /// Nobody is served without TLS.
    only_tls: bool,
    /// Known once there is somebody who knows devices.
    knows: Arc<OnceLock<Knows>>,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// Signs with these tokens.
    pub fn new(tokens: Tokens, tls_port: u16, only_tls: bool) -> Self {
        Self {
            tokens,
            tls_port,
            only_tls,
            knows: Arc::default(),
        }
    }

    /// Who can tell what devices can do. To be said once.
    pub fn ask(&self, knows: Knows) {
        // A second one would say the same.
        let _ = self.knows.set(knows);
    }

    /// Where a device that reached us so uploads this. `None`: the address would be too long.
    pub async fn upload(
        &self,
        device: &LoginCode,
        reached: &Reached,
        what: &Upload,
        lasting: Duration,
    ) -> Option<String> {
        let carried = match what {
            Upload::Snapshot(_) | Upload::AlarmPicture { .. } => Carried::Pictures,
            Upload::Log(_) => Carried::Logs,
        };
        let origin = self.origin(device, reached, carried).await;
        let until = UnixMs::now().plus(lasting);
        let token = self.tokens.mint(Purpose::Upload, &what.to_string(), until);
        short(format!("{origin}/upload/{what}?token={token}"))
    }

    /// Where a device that reached us so fetches this. `None`: the address would be too long.
    pub async fn download(
        &self,
        device: &LoginCode,
        reached: &Reached,
        what: &Download,
        lasting: Duration,
    ) -> Option<String> {
        let carried = match what {
            Download::Firmware(_) => Carried::Firmware,
            Download::Sound(_) => Carried::Other,
        };
        let origin = self.origin(device, reached, carried).await;
        let until = UnixMs::now().plus(lasting);
        let token = self.tokens.mint(Purpose::Download, &what.to_string(), until);
        short(format!("{origin}/download/{what}?token={token}"))
    }

    /// Where a device that reached us so asks for addresses for the segments of this recording session. `None`: the address
    /// would be too long.
    pub async fn recorder(&self, device: &LoginCode, reached: &Reached, secret: &str) -> Option<String> {
        let origin = self.origin(device, reached, Carried::Segments).await;
        short(format!("{origin}/live/cseg/{secret}"))
    }

    /// Where the segment of this name goes, over TLS if the device wants that. `None`: the address would be too long.
    pub fn segment(&self, reached: &Reached, tls: bool, name: &str) -> Option<String> {
        let origin = self.origin_over(reached, tls || self.only_tls);
        short(format!("{origin}/upload/s/{name}"))
    }

    /// Whether somebody with this token may upload that.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn may_upload(&self, what: &Upload, token: &str) -> Result<(), TokenError> {
        self.tokens
            .verify(Purpose::Upload, &what.to_string(), token, UnixMs::now())
            .map(drop)
    }

    /// Whether somebody with this token may fetch that.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn may_download(&self, what: &Download, token: &str) -> Result<(), TokenError> {
        self.tokens
            .verify(Purpose::Download, &what.to_string(), token, UnixMs::now())
            .map(drop)
    }

    /// The way that a device takes to us.
    async fn origin(&self, device: &LoginCode, reached: &Reached, carried: Carried) -> String {
        let tls = match (self.tls_port, self.knows.get()) {
            _ if reached.secure => true,
            (0, _) => false,
            _ if self.only_tls => true,
            (_, Some(knows)) => knows(device.clone(), carried).await,
            (_, None) => false,
        };
        self.origin_over(reached, tls)
    }

    fn origin_over(&self, reached: &Reached, tls: bool) -> String {
        let host = &reached.host;
        if reached.secure {
            // That way it came; that way it can come again.
            return format!("https://{host}");
        }
        match self.tls_port {
            0 => format!("http://{host}"),
            _ if !tls => format!("http://{host}"),
            443 => format!("https://{}", without_port(host)),
            port => format!("https://{}:{port}", without_port(host)),
        }
    }
}

fn short(url: String) -> Option<String> {
    (url.len() <= MAX_URL).then_some(url)
}

/// The host of a `Host` header, an IPv6 address in its brackets.
fn without_port(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// Why nothing was stored of what came.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError<E> {
    /// It is longer than allowed, in bytes.
    #[error("longer than {0} bytes")]
    TooBig(u64),
    /// It is not what it should be.
    #[error(transparent)]
    BadContent(BadContent),
    /// It did not come to its end.
    #[error("it did not come to its end: {0}")]
    Source(E),
    /// It could not be written.
    #[error(transparent)]
    Blob(BlobError),
}

/// A fault of what comes, or of where it comes from.
enum Fault<E> {
    Content(BadContent),
    Source(E),
}

/// Stores what comes, at most `max` bytes, if it is what the rule says.
///
/// # Errors
/// See [`ReceiveError`]; nothing is left of it then.
pub async fn receive<E>(
    blobs: &Blobs,
    kind: BlobKind,
    rule: Rule,
    max: u64,
    source: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(Stored, Found), ReceiveError<E>> {
    let mut checker = Checker::new(rule);
    let look = |piece: &[u8]| checker.look(piece).map_err(Fault::Content);
    let put = blobs.put(kind, source.map_err(Fault::Source), max, look).await;
    let stored = put.map_err(|error| match error {
        PutError::TooBig(max) => ReceiveError::TooBig(max),
        PutError::Source(Fault::Content(bad)) => ReceiveError::BadContent(bad),
        PutError::Source(Fault::Source(error)) => ReceiveError::Source(error),
        PutError::Blob(error) => ReceiveError::Blob(error),
    })?;
    match checker.finish() {
        Ok(found) => Ok((stored, found)),
        Err(bad) => {
            discard(blobs, &stored).await;
            Err(ReceiveError::BadContent(bad))
        }
    }
}

/// Deletes what was stored for nothing. If that fails it is found as an orphan.
pub async fn discard(blobs: &Blobs, stored: &Stored) {
    if let Err(error) = blobs.delete(&stored.key).await {
        tracing::warn!(%error, key = %stored.key, "cannot delete an object");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn reached(host: &str, secure: bool) -> Reached {
        Reached {
            host: host.into(),
            secure,
        }
    }

    fn cam() -> LoginCode {
        LoginCode::parse("cam").unwrap()
    }

    async fn origin(links: &Links, reached: &Reached, https: bool) -> String {
        links.ask(Box::new(move |_, carried| {
            assert_eq!(carried, Carried::Logs);
            Box::pin(async move { https })
        }));
        let url = links.upload(&cam(), reached, &Upload::Log(7), MINUTE).await.unwrap();
        let (origin, token) = url.split_once("/upload/l7?token=").unwrap();
        links.may_upload(&Upload::Log(7), token).unwrap();
        origin.to_owned()
    }

    #[tokio::test]
    async fn an_address_leads_the_way_the_device_can_come() {
        let links = |tls_port, only_tls| Links::new(Tokens::new(&[7; 32]), tls_port, only_tls);
        let plain = reached("cloud.example:8080", false);
        assert_eq!(
            origin(&links(0, false), &plain, true).await,
            "http://cloud.example:8080"
        );
        assert_eq!(
            origin(&links(8443, false), &plain, false).await,
            "http://cloud.example:8080"
        );
        assert_eq!(
            origin(&links(8443, false), &plain, true).await,
            "https://cloud.example:8443"
        );
        assert_eq!(origin(&links(443, true), &plain, false).await, "https://cloud.example");
        let secure = reached("cloud.example:8443", true);
        assert_eq!(
            origin(&links(8443, false), &secure, false).await,
            "https://cloud.example:8443"
        );
        let v6 = reached("[2001:db8::1]:80", false);
        assert_eq!(
            origin(&links(8443, false), &v6, true).await,
            "https://[2001:db8::1]:8443"
        );
    }

    #[tokio::test]
    async fn an_address_is_good_for_one_thing_one_way_and_not_too_long() {
        let links = Links::new(Tokens::new(&[7; 32]), 0, false);
        let here = reached("cloud.example", false);
        let picture = Upload::AlarmPicture { alarm: 7, number: 2 };
        let url = links.upload(&cam(), &here, &picture, MINUTE).await.unwrap();
        let token = url.split_once("/upload/a7.2?token=").unwrap().1;
        assert_eq!(links.may_upload(&picture, token), Ok(()));
        let other = Upload::AlarmPicture { alarm: 7, number: 3 };
        assert_eq!(links.may_upload(&other, token), Err(TokenError::Invalid));
        assert_eq!(links.may_download(&Download::Sound(7), token), Err(TokenError::Invalid));
        let over = links.upload(&cam(), &here, &picture, Duration::ZERO).await.unwrap();
        let token = over.split_once("token=").unwrap().1;
        assert_eq!(links.may_upload(&picture, token), Err(TokenError::Expired));
        let far = reached(&"a".repeat(230), false);
        assert_eq!(links.upload(&cam(), &far, &picture, MINUTE).await, None);
    }
}
