//! Live streams: started for the first viewer, muxed once per format, shared by all viewers, stopped a while after
//! the last one left.
//!
//! A stream is *wanted* from the first [`Live::open`] until nobody has watched it for the linger time. While it is
//! wanted the device is told to publish it (again, whenever it returns), and only then does ingest let anybody
//! publish it. What ends is gone for good: a later viewer gets a new stream with a new id, so nothing that was on its
//! way to or from the old one can hurt it.
//!
//! ```text
//! ingest ─ Publisher ─▶ Hub ─ frames ─▶ Output (FLV), Output (fMP4) ─ chunks ─▶ fan-out threads ─▶ sockets
//! api ─ open, admit, play ─▶ Live ─ one task a stream: LivePublish, LiveStop ─▶ DevicePort
//! ```
//!
//! Every queue here is bounded. A viewer holds no data of its own, only its place in the output's ring: too slow, and
//! it skips to the newest keyframe; slow again and again, and it is dropped. Nobody else notices.
//!
//! The cloud's own recorder is no viewer: it taps the frames before any format, and keeps the stream wanted like one.
//!
//! A viewer has a seat, which says who he is. Whenever somebody's rights change all seats are looked over, and who may
//! no longer watch has to leave.

mod eviction;
mod fanout;
mod format;
mod gate;
mod hub;
mod lifecycle;
mod output;
mod publisher;
mod registry;
mod service;
mod subscription;
mod supervise;
mod talk;
mod tap;
mod task;
mod timeline;
mod watch;

pub use eviction::ACCESS_ENDED;
pub use format::PlayFormat;
pub use gate::Gate;
pub use publisher::{PublishRefused, Publisher};
pub use service::{
    Admission, AudioInfo, Live, LiveOptions, OpenError, Opened, PlayRefused, StreamInfo, StreamState, VideoInfo,
};
pub use subscription::Subscription;
pub use tap::{Tap, Tapped};
pub(crate) use timeline::Unwrap;
