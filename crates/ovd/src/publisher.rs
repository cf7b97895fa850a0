//! One live stream being pushed: a source's frames over RTMP, for as long as the stream is wanted.

use crate::feed::{Feed, Item, Subscription, Tracks};
use crate::rtmp::{ConnectError, Connection, MediaKind, Target, set_data_frame};
use crate::timeline::Timeline;
use crate::tls::Roots;
use dap::StreamId;
use media::{TrackKind, VideoCodec, flv};
use rand::Rng;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How long connecting and being accepted may take.
const OPEN_LIMIT: Duration = Duration::from_secs(8);
/// Delay before the second try; it doubles with every further one, up to
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// this. Short, because a person is watching, and there is one publisher per watched channel, not one per device.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// A stream that could not be pushed for so long is over. The cloud sees that from Keepalive, and asks anew if it still
/// wants one.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

/// How pushing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The first connection is being made.
    Connecting,
    /// The server takes the stream.
    Publishing,
    /// The connection is lost or could not be made yet; why, for people. It is tried again.
    Retrying {
        /// The last failure.
        reason: String,
        /// Whether the server itself said no.
        refused: bool,
    },
    /// Stopped, or given up.
    Ended,
}

/// What a publisher must know of its surroundings.
#[derive(Clone)]
pub struct Surroundings {
    /// Trusted certificate authorities, for `rtmps`.
    pub tls: Roots,
    /// Notified whenever a status changes.
    pub changed: Arc<Notify>,
}

/// A stream being pushed. It lives until it is stopped, dropped or cannot be pushed for five minutes.
pub struct Publisher {
    stream_id: StreamId,
    target: watch::Sender<Target>,
    stop: watch::Sender<bool>,
    status: watch::Receiver<Status>,
    task: JoinHandle<()>,
}

impl Publisher {
    /// Starts to push what `feed` delivers to `target`.
    pub fn start(stream_id: StreamId, target: Target, feed: Feed, surroundings: Surroundings) -> Self {
        let (target, target_receiver) = watch::channel(target);
        let (stop, stop_receiver) = watch::channel(false);
        let (status, status_receiver) = watch::channel(Status::Connecting);
        let push = Push {
            feed,
            target: target_receiver,
            stop: stop_receiver,
            status,
            surroundings,
        };
        let span = tracing::info_span!("live", stream = %stream_id);
        let task = tokio::spawn(tracing::Instrument::instrument(push.run(), span));
        Self {
            stream_id,
            target,
            stop,
            status: status_receiver,
            task,
        }
    }

    /// Which stream it is.
    pub fn stream_id(&self) -> &StreamId {
        &self.stream_id
    }

    /// How it goes now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The server may be reached under another address from now on; a lost connection is retried there at once.
    pub fn retarget(&self, target: Target) {
        self.target
            .send_if_modified(|current| std::mem::replace(current, target.clone()) != target);
    }

    /// Waits until the server has accepted the stream.
    ///
    /// # Errors
    /// The reason, when the server refuses it, or cannot be reached in time or twice in a row.
    pub async fn accepted(&self) -> Result<(), String> {
        let mut status = self.status.clone();
        let mut failures = 0;
        let outcome = async {
            loop {
                match status.borrow_and_update().clone() {
                    Status::Publishing => return Ok(()),
                    Status::Ended => return Err("the stream was stopped".to_owned()),
                    Status::Retrying { reason, refused } => {
                        failures += 1;
                        if refused || failures >= 2 {
                            return Err(reason);
                        }
                    }
                    Status::Connecting => {}
                }
                if status.changed().await.is_err() {
                    return Err("the stream was stopped".to_owned());
                }
            }
        };
        tokio::time::timeout(OPEN_LIMIT, outcome)
            .await
            .unwrap_or_else(|_| Err("the media server did not accept the stream in time".to_owned()))
    }

    /// Stops, and tells the server so if it listens. Takes at most a second or so.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let mut status = self.status.clone();
        let _ = status.wait_for(|status| *status == Status::Ended).await;
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        // A stopped one ends by itself; one that was forgotten must not push on.
        if !*self.stop.borrow() {
            self.task.abort();
        }
    }
}

struct Push {
    feed: Feed,
    target: watch::Receiver<Target>,
    stop: watch::Receiver<bool>,
    status: watch::Sender<Status>,
    surroundings: Surroundings,
}

impl Push {
    async fn run(mut self) {
        // While the stream is wanted the source runs, also between two connections and while the first is made.
        let _hold = self.feed.hold();
        let mut stop = self.stop.clone();
        let mut connection = None;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.push(&mut connection) => {}
        }
        if let Some(connection) = connection {
            connection.finish().await;
        }
        self.set(Status::Ended);
    }

    fn set(&self, status: Status) {
        self.status.send_replace(status);
        self.surroundings.changed.notify_one();
    }

    /// Why it does not work at the moment.
    fn reason(&self) -> Option<String> {
        match &*self.status.borrow() {
            Status::Retrying { reason, .. } => Some(reason.clone()),
            _ => None,
        }
    }

    /// Pushes, again and again. Dropped in the middle, it leaves the open connection in `connection`.
    async fn push(&mut self, connection: &mut Option<Connection>) {
        let mut delay = FIRST_DELAY;
        let mut failing_since = Instant::now();
        loop {
            let target = self.target.borrow_and_update().clone();
            let opened = tokio::time::timeout(OPEN_LIMIT, Connection::open(&target, &self.surroundings.tls)).await;
            let error = match opened.unwrap_or(Err(ConnectError::TimedOut)) {
                Ok(opened) => {
                    tracing::info!(%target, "publishing");
                    self.set(Status::Publishing);
                    let error = pump(connection.insert(opened), &self.feed).await;
                    *connection = None;
                    (delay, failing_since) = (FIRST_DELAY, Instant::now());
                    error
                }
                Err(error) => error,
            };
            let refused = matches!(error, ConnectError::Session(_));
            let reason = error.to_string();
            let wait = delay.mul_f64(rand::rng().random_range(0.5..1.0));
            if self.reason().as_ref() == Some(&reason) {
                tracing::debug!(%reason, retry_in = ?wait, "still not publishing");
            } else {
                tracing::warn!(%reason, retry_in = ?wait, "not publishing, it is tried again");
            }
            self.set(Status::Retrying { reason, refused });
            if failing_since.elapsed() > GIVE_UP_AFTER {
                tracing::warn!("giving the stream up");
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = self.target.changed() => {}
            }
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }
}

/// Moves frames until the connection fails.
async fn pump(connection: &mut Connection, feed: &Feed) -> ConnectError {
    let mut subscription = feed.subscribe();
    let mut writer = Writer::new();
    loop {
        while let Some(item) = subscription.try_next() {
            writer.write(connection, &item);
            report_overflows(&mut subscription);
        }
        if let Err(error) = connection.flush().await {
            return error;
        }
        tokio::select! {
            item = subscription.next() => writer.write(connection, &item),
            received = connection.receive() => {
                if let Err(error) = received {
                    return error;
                }
            }
        }
    }
}

fn report_overflows(subscription: &mut Subscription) {
    let overflows = subscription.take_overflows();
    if overflows > 0 {
        tracing::warn!("the uplink is too slow: pictures were left out up to the next keyframe");
    }
}

/// Writes items as RTMP messages.
struct Writer {
    timeline: Timeline,
    video: Option<VideoCodec>,
}

impl Writer {
    fn new() -> Self {
        Self {
            timeline: Timeline::new(Instant::now()),
            video: None,
        }
    }

    fn write(&mut self, connection: &mut Connection, item: &Item) {
        match item {
            Item::Tracks(tracks) => self.write_tracks(connection, tracks),
            Item::Frame(frame) => {
                let timestamp = self.timeline.map(Instant::now(), frame.dts_ms);
                match (frame.track, self.video) {
                    (TrackKind::Video, Some(codec)) => {
                        connection.write(MediaKind::Video, timestamp, &flv::write_video(codec, frame));
                    }
                    (TrackKind::Video, None) => {}
                    (TrackKind::Audio, _) => connection.write(MediaKind::Audio, timestamp, &flv::write_audio(frame)),
                }
            }
        }
    }

    fn write_tracks(&mut self, connection: &mut Connection, tracks: &Tracks) {
        let timestamp = self.timeline.last();
        self.timeline.restart();
        self.video = tracks.video.as_ref().map(|video| video.codec);
        let metadata = flv::metadata(tracks.video.as_ref(), tracks.audio.as_ref());
        connection.write(MediaKind::Metadata, timestamp, &set_data_frame(&metadata));
        if let Some(video) = &tracks.video {
            connection.write(MediaKind::Video, timestamp, &flv::write_video_config(video));
        }
        if let Some(audio) = &tracks.audio {
            connection.write(MediaKind::Audio, timestamp, &flv::write_audio_config(audio));
        }
    }
}
