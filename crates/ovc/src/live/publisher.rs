//! The right to publish one stream, held by ingest.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use media::Frame;
use media::flv::Body;
use tokio::sync::Notify;

use super::hub::Hub;
use super::registry::Progress;
use super::service::Shared;
use crate::ids::StreamId;

/// Why somebody may not publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishRefused {
    /// The token is not one for this stream.
    #[error("the publish token is not valid for this stream")]
    BadToken,
    /// Nobody wants the stream, or nobody wants it any more.
    #[error("the stream is not wanted")]
    NotWanted,
    /// Somebody publishes it, and is alive.
    #[error("the stream is being published")]
    Busy,
}

impl PublishRefused {
    /// Short name, for metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadToken => "bad_token",
            Self::NotWanted => "not_wanted",
            Self::Busy => "busy",
        }
    }
}

/// The one publisher of a stream. Dropping it is the end of its publishing.
pub struct Publisher {
    shared: Arc<Shared>,
    stream_id: StreamId,
    hub: Arc<Hub>,
    number: u64,
    replaced: Arc<Notify>,
}

impl Publisher {
    /// Takes the place of the stream's publisher, if it is free: there is none, or it sent nothing for the configured
    /// silence, in which case it is told to go.
    pub(super) fn begin(shared: &Arc<Shared>, stream_id: &str, now: Instant) -> Result<Self, PublishRefused> {
        let mut registry = shared.registry.lock();
        let number = registry.next_publisher + 1;
        let entry = registry.get_mut(stream_id).ok_or(PublishRefused::NotWanted)?;
        if let Some((_, replaced)) = &entry.publisher {
            if entry.hub.silent_for(now) < shared.options.config.publisher_silence {
                return Err(PublishRefused::Busy);
            }
            tracing::info!(stream = stream_id, "a silent publisher gives way");
            replaced.notify_one();
            entry.progress.send_replace(Progress::Asked);
        }
        let replaced = Arc::new(Notify::new());
        entry.publisher = Some((number, replaced.clone()));
        entry.life.set_publishing(true);
        entry.hub.publisher_came(number, now);
        let hub = entry.hub.clone();
        registry.next_publisher = number;
        drop(registry);
        Ok(Self {
            shared: shared.clone(),
            stream_id: hub.stream_id().clone(),
            hub,
            number,
            replaced,
        })
    }

    /// The stream.
    pub fn stream_id(&self) -> &StreamId {
        &self.stream_id
    }

    /// Returns once this publisher has lost its place: to another one, or because the stream ended. Safe to cancel.
    pub async fn replaced(&self) {
        self.replaced.notified().await;
    }

    /// Whether the publisher announced sound: the stream's start then waits a little for its configuration.
    pub fn expect_audio(&self, expected: bool) {
        self.hub.expect_audio(self.number, expected);
    }

    /// Takes what a message said. `now` and `wall` are when it came.
    pub fn take(&self, body: Body, now: Instant, wall: SystemTime) {
        let began = match body {
            Body::VideoConfig(config) => {
                self.hub.video_config(self.number, config, now);
                false
            }
            Body::AudioConfig(config) => {
                self.hub.audio_config(self.number, config, now);
                false
            }
            Body::Frame(frame) => self.take_frame(frame, now, wall),
            Body::EndOfSequence | Body::Nothing => false,
        };
        if began {
            self.tell(Progress::Live);
        }
    }

    fn take_frame(&self, frame: Frame, now: Instant, wall: SystemTime) -> bool {
        self.hub.frame(self.number, frame, now, wall)
    }

    fn tell(&self, progress: Progress) {
        let registry = self.shared.registry.lock();
        if let Some(entry) = registry.get(self.stream_id.as_str())
            && entry
                .publisher
                .as_ref()
                .is_some_and(|(number, _)| *number == self.number)
        {
            entry.progress.send_replace(progress);
        }
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let mut registry = self.shared.registry.lock();
        let Some(entry) = registry.get_mut(self.stream_id.as_str()) else {
            return;
        };
        if entry
            .publisher
            .as_ref()
            .is_none_or(|(number, _)| *number != self.number)
        {
            return;
        }
        entry.publisher = None;
        entry.life.set_publishing(false);
        entry.progress.send_replace(Progress::Asked);
        entry.hub.publisher_went(self.number);
        entry.changed.notify_one();
    }
}
