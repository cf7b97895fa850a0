//! The RTMP protocol of one connection: bytes in, events and bytes out. The only place that knows the library.

use bytes::Bytes;
use sapflow_rtmp::Connection;

/// What a publisher did.
#[derive(Debug)]
pub(super) enum Event {
    /// It asks to publish: `app` and stream name with their queries. To be answered before anything else.
    Publish { app: String, name: String },
    /// It said which tracks come.
    Announced { audio: bool },
    /// The body of a video message.
    Video { timestamp_ms: u32, body: Bytes },
    /// The body of an audio message.
    Audio { timestamp_ms: u32, body: Bytes },
    /// It said that it is done.
    Finished,
}

/// It broke the protocol, or a limit on what may be held for it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Broken(sapflow_rtmp::RtmpError);

impl Broken {
    /// Whether not even the handshake was RTMP.
    pub(super) fn is_handshake(&self) -> bool {
        matches!(self.0, sapflow_rtmp::RtmpError::Handshake(_))
    }
}

/// The server's side of one connection.
pub(super) struct Session {
    connection: Connection,
}

impl Session {
    pub(super) fn new() -> Self {
        Self {
            connection: Connection::new(rand::random()),
        }
    }

    /// Takes received bytes. [`Self::poll`] until nothing comes, then feed again.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.connection.feed(bytes).map_err(Broken)
    }

    /// The next event.
    pub(super) fn poll(&mut self) -> Result<Option<Event>, Broken> {
        let Some(event) = self.connection.poll().map_err(Broken)? else {
            return Ok(None);
        };
        Ok(Some(match event {
            sapflow_rtmp::Event::Publish { app, key } => Event::Publish { app, name: key },
            sapflow_rtmp::Event::Metadata { audio } => Event::Announced { audio },
            sapflow_rtmp::Event::Video { timestamp, data } => Event::Video {
                timestamp_ms: timestamp,
                body: data.into(),
            },
            sapflow_rtmp::Event::Audio { timestamp, data } => Event::Audio {
                timestamp_ms: timestamp,
                body: data.into(),
            },
            sapflow_rtmp::Event::Finished => Event::Finished,
        }))
    }

    /// Answers [`Event::Publish`] with `NetStream.Publish.Start`.
    pub(super) fn accept(&mut self) {
        self.connection.accept_publish();
    }

    /// Answers [`Event::Publish`] with an error status.
    pub(super) fn refuse(&mut self, code: &str, description: &str) {
        self.connection.refuse_publish(code, description);
    }

    /// Bytes to be sent.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        self.connection.take_output()
    }
}
