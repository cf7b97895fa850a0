//! What the rest of the cloud sees of live streams.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::fanout::{self, FanOut, NewViewer};
use super::format::PlayFormat;
use super::gate::Gate;
use super::publisher::{PublishRefused, Publisher};
use super::registry::{Progress, Registry};
use super::subscription::Subscription;
use super::tap::Tap;
use super::{eviction, supervise, task, watch as watching};
use crate::account::tokens::{Holder, Purpose, TokenError, Tokens};
use crate::bus::Bus;
use crate::clock::UnixMs;
use crate::config::LiveConfig;
use crate::device::{CallError, DevicePort};
use crate::ids::{ChannelId, LoginCode, StreamId};

/// A publish URL is good while its stream is wanted; this only bounds how long a signature outlives everything.
const PUBLISH_TOKEN_LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);

/// What live streams need to know beside their configuration.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// The configuration.
    pub config: LiveConfig,
    /// Host in publish URLs; `None` takes the one under which the device itself reached the cloud.
    pub rtmp_host: Option<String>,
    /// Port in publish URLs.
    pub rtmp_port: u16,
    /// Threads that write to viewers, at least 1.
    pub fan_out_threads: usize,
}

/// Live streams of this node. Clones are the same.
#[derive(Clone)]
pub struct Live {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) options: LiveOptions,
    pub(super) port: Arc<dyn DevicePort>,
    pub(super) tokens: Tokens,
    pub(super) gate: Arc<dyn Gate>,
    /// Somebody may watch less than before.
    pub(super) rights_changed: Arc<Notify>,
    pub(super) registry: Mutex<Registry>,
    pub(super) fan_out: FanOut,
    /// Viewers that have a task of their own.
    pub(super) viewer_tasks: watch::Sender<usize>,
}

/// A stream that runs, and the right to watch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The stream.
    pub stream_id: StreamId,
    /// To be presented when playing it.
    pub play_token: String,
    /// When the token stops being good for joining.
    pub expires_at: UnixMs,
}

/// Why a stream could not be opened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The device is not connected.
    #[error("the device is not connected")]
    Offline,
    /// The device refused; its error as it came (11, 12, 101, 102, 103, …).
    #[error("the device refused: error {}: {}", .0.code.0, .0.msg)]
    Refused(dap::RpcError),
    /// The device did not answer LivePublish in time.
    #[error("the device did not answer in time")]
    DeviceTimeout,
    /// Too many calls wait for the device.
    #[error("too many calls wait for the device")]
    Busy,
    /// The device said yes, but no video came in time.
    #[error("no video came in time")]
    NoMedia,
    /// The cloud is shutting down.
    #[error("the cloud is shutting down")]
    ShuttingDown,
}

impl From<CallError> for OpenError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Device(error) => Self::Refused(error),
            // As if it had failed inside: it is not asked again.
            CallError::BadAnswer(bad) => Self::Refused(dap::RpcError::internal(bad.to_string())),
            CallError::TimedOut => Self::DeviceTimeout,
            CallError::QueueFull => Self::Busy,
            CallError::Offline | CallError::Disconnected | CallError::Replaced => Self::Offline,
        }
    }
}

/// Why a viewer may not watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlayRefused {
    /// The token is not one for this stream.
    #[error("the play token is not valid for this stream")]
    BadToken,
    /// The token was good once.
    #[error("the play token has expired")]
    Expired,
    /// The stream does not run any more.
    #[error("the stream has ended")]
    Ended,
    /// He who got the token may no longer watch the channel.
    #[error("you may no longer watch this")]
    NotAllowed,
    /// The limit of viewers is reached.
    #[error("too many viewers")]
    Full,
}

/// The right to watch one stream, checked. Counts as a viewer until it is dropped.
#[derive(Debug)]
pub struct Admission {
    pub(super) watching: watching::Watching,
}

/// Whether video flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// No frame has come yet.
    Starting,
    /// Frames come.
    Live,
    /// The publisher is gone; it is expected back.
    Waiting,
}

impl StreamState {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Live => "live",
            Self::Waiting => "waiting",
        }
    }
}

/// The picture of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoInfo {
    /// `h264` or `h265`.
    pub codec: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The sound of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioInfo {
    /// `aac`.
    pub codec: &'static str,
    /// In Hz.
    pub sample_rate_hz: u32,
    /// Number of channels.
    pub channels: u8,
}

/// A stream as the API lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamInfo {
    /// Its id.
    pub stream_id: StreamId,
    /// The device that publishes it.
    pub device: LoginCode,
    /// The channel of the device.
    pub channel: ChannelId,
    /// Whether video flows.
    pub state: StreamState,
    /// How many watch.
    pub viewers: usize,
    /// The picture, once known.
    pub video: Option<VideoInfo>,
    /// The sound, once known and if there is any.
    pub audio: Option<AudioInfo>,
    /// Bits that came in over the last seconds, per second.
    pub bitrate_bps: u64,
    /// When it was first wanted.
    pub started_at: UnixMs,
}

impl Live {
    /// Starts the fan-out threads and the task that follows the bus. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If threads or their event queues cannot be made.
    pub fn start(
        options: LiveOptions,
        port: Arc<dyn DevicePort>,
        gate: Arc<dyn Gate>,
        bus: &Bus,
        tokens: Tokens,
    ) -> std::io::Result<Self> {
        let fan_out = FanOut::start(options.fan_out_threads.max(1), options.config.viewer_stall_limit)?;
        let shared = Arc::new(Shared {
            options,
            port,
            tokens,
            gate,
            rights_changed: Arc::default(),
            registry: Mutex::new(Registry::default()),
            fan_out,
            viewer_tasks: watch::Sender::new(0),
        });
        supervise::follow_bus(&shared, bus.subscribe());
        eviction::start(&shared);
        Ok(Self { shared })
    }

    /// Wants a channel's stream: starts it if it does not run, and waits until it has video. Openers and viewers of
    /// one channel share one stream. Dropping the future only gives up waiting. The token in the answer is good as long
    /// as `holder`, who must be allowed to watch, stays so.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(&self, holder: Holder, device: &LoginCode, channel: ChannelId) -> Result<Opened, OpenError> {
        let shared = &self.shared;
        let mut opener = watching::Opening::begin(shared, device, channel)?;
        let deadline = Instant::now() + shared.options.config.start_timeout;
        loop {
            match opener.progress() {
                Progress::Live => break,
                Progress::Failed(error) => return Err(error.into()),
                Progress::Ended if shared.registry.lock().is_closing() => return Err(OpenError::ShuttingDown),
                Progress::Ended => return Err(OpenError::Offline),
                Progress::Asking | Progress::Asked => {}
            }
            if tokio::time::timeout_at(deadline, opener.changed()).await.is_err() {
                return Err(match opener.progress() {
                    Progress::Asking => OpenError::DeviceTimeout,
                    Progress::Failed(error) => error.into(),
                    _ => OpenError::NoMedia,
                });
            }
        }
        let stream_id = opener.stream_id().clone();
        let expires_at = UnixMs::now().plus(shared.options.config.play_url_lifetime);
        let play_token = shared
            .tokens
            .mint_for(holder, Purpose::Play, stream_id.as_str(), expires_at);
        Ok(Opened {
            stream_id,
            play_token,
            expires_at,
        })
    }

    /// Checks the right to watch a stream.
    ///
    /// # Errors
    /// See [`PlayRefused`].
    pub fn admit(&self, stream_id: &str, token: &str) -> Result<Admission, PlayRefused> {
        let holder = self
            .shared
            .tokens
            .verify_holder(Purpose::Play, stream_id, token, UnixMs::now())
            .map_err(|error| match error {
                TokenError::Expired => PlayRefused::Expired,
                _ => PlayRefused::BadToken,
            })?;
        Ok(Admission {
            watching: watching::Watching::begin(&self.shared, stream_id, holder)?,
        })
    }

    /// Hands a viewer's connection to the fan-out. `head` is what goes out first: the HTTP answer
    /// (`200` with `video/x-flv`, or the `101` of a WebSocket). `leftover` is what the viewer sent behind its request.
    ///
    /// # Errors
    /// If the socket is broken already.
    pub fn play(
        &self,
        admission: Admission,
        format: PlayFormat,
        stream: TcpStream,
        head: Vec<u8>,
        leftover: &[u8],
    ) -> std::io::Result<()> {
        let viewer = NewViewer::new(admission.watching, format, stream.into_std()?, head, leftover)?;
        self.shared.fan_out.join(viewer);
        Ok(())
    }

    /// Makes the socket below a connection fit for [`Self::play_over`]: what waits in it is little, and dead viewers are
    /// found.
    ///
    /// # Errors
    /// If the socket is broken already.
    pub fn prepare(stream: &TcpStream) -> std::io::Result<()> {
        fanout::prepare(socket2::SockRef::from(stream))
    }

    /// The same as [`Self::play`] for a connection that is more than a socket, such as one over TLS: a task of its own
    /// writes to it.
    pub fn play_over<S>(&self, admission: Admission, format: PlayFormat, stream: S, head: Vec<u8>, leftover: &[u8])
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let counted = ViewerTask::begin(&self.shared);
        let subscription = self.subscribe(admission, format);
        let stall_limit = self.shared.options.config.viewer_stall_limit;
        let leftover = leftover.to_vec();
        tokio::spawn(async move {
            task::play(subscription, format, stream, head, &leftover, stall_limit).await;
            drop(counted);
        });
    }

    /// The same for a viewer whose socket somebody else keeps: a stream of chunks, the container's header first.
    pub fn subscribe(&self, admission: Admission, format: PlayFormat) -> Subscription {
        Subscription::new(admission.watching, format)
    }

    /// Wants a channel's stream for as long as the answer lives, and takes its frames.
    ///
    /// # Errors
    /// [`OpenError::ShuttingDown`] only; what else goes wrong shows in the [`Tap`].
    pub fn tap(&self, device: &LoginCode, channel: ChannelId) -> Result<Tap, OpenError> {
        let opening = watching::Opening::begin(&self.shared, device, channel)?;
        let hub = self
            .shared
            .registry
            .lock()
            .get(opening.stream_id().as_str())
            .map(|entry| entry.hub.clone());
        // It was there a moment ago.
        let hub = hub.ok_or(OpenError::Offline)?;
        Ok(Tap::new(opening, hub))
    }

    /// Takes the right to publish a stream, for ingest.
    ///
    /// # Errors
    /// See [`PublishRefused`].
    pub fn publish(&self, stream_id: &str, token: &str) -> Result<Publisher, PublishRefused> {
        match self
            .shared
            .tokens
            .verify(Purpose::Publish, stream_id, token, UnixMs::now())
        {
            Ok(_) => Publisher::begin(&self.shared, stream_id, std::time::Instant::now()),
            Err(_) => Err(PublishRefused::BadToken),
        }
    }

    /// The channels whose streams are wanted.
    pub fn wanted(&self) -> Vec<(LoginCode, ChannelId)> {
        self.shared.registry.lock().channels()
    }

    /// Every wanted stream.
    pub fn list(&self) -> Vec<StreamInfo> {
        self.shared.registry.lock().list()
    }

    /// Ends every stream: viewers are told (WebSocket close 1001, end of stream), openers and publishers refused.
    /// Returns when the viewers' sockets are closed, or `limit` has passed.
    pub async fn shutdown(&self, limit: Duration) {
        let ended = self.shared.registry.lock().close();
        for hub in ended {
            hub.close();
        }
        let fan_out = self.shared.fan_out.clone();
        let closing = tokio::task::spawn_blocking(move || fan_out.shutdown(limit));
        let mut tasks = self.shared.viewer_tasks.subscribe();
        let _ = tokio::join!(
            closing,
            tokio::time::timeout(limit, tasks.wait_for(|count| *count == 0))
        );
    }
}

/// Counts a viewer with a task of its own until it is dropped.
struct ViewerTask {
    shared: Arc<Shared>,
}

impl ViewerTask {
    fn begin(shared: &Arc<Shared>) -> Self {
        shared.viewer_tasks.send_modify(|count| *count += 1);
        Self { shared: shared.clone() }
    }
}

impl Drop for ViewerTask {
    fn drop(&mut self) {
        self.shared.viewer_tasks.send_modify(|count| *count -= 1);
    }
}

impl Shared {
    /// The URL a device publishes `stream_id` to. `None` if nobody knows under which name it reaches the cloud.
    pub(super) fn publish_url(&self, device: &LoginCode, stream_id: &StreamId) -> Option<String> {
        let host = match &self.options.rtmp_host {
            Some(host) => bracketed(host),
            None => without_port(&self.port.reached_host(device)?).to_owned(),
        };
        let token = self.tokens.mint(
            Purpose::Publish,
            stream_id.as_str(),
            UnixMs::now().plus(PUBLISH_TOKEN_LIFETIME),
        );
        Some(format!(
            "rtmp://{host}:{}/live/{stream_id}?token={token}",
            self.options.rtmp_port
        ))
    }
}

/// The host of a `Host` header, an IPv6 address in its brackets.
fn without_port(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// A configured IPv6 address gets the brackets that URLs want.
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_header_gives_the_host_of_the_publish_url() {
        for (authority, host) in [
            ("cloud.example:8080", "cloud.example"),
            ("cloud.example", "cloud.example"),
            ("[2001:db8::1]:8080", "[2001:db8::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("10.0.0.1:80", "10.0.0.1"),
        ] {
            assert_eq!(without_port(authority), host);
        }
        assert_eq!(bracketed("2001:db8::1"), "[2001:db8::1]");
        assert_eq!(bracketed("cloud.example"), "cloud.example");
    }
}
