//! The bytes of video, without any I/O: what a frame is, what the headers of the codecs and of still pictures say, and
//! the containers video travels in (FLV, fragmented MP4) and is kept in (MPEG transport streams, MP4).
//!
//! Everything here takes bytes that came from a network as they are: a malformed input is an error, never a panic,
//! and no length read from the input makes an allocation larger than the input itself.
//!
//! One neutral unit, [`Frame`], stands between the protocols: a protocol in maps to it, a format out maps from it.

pub mod aac;
mod bits;
pub mod flv;
pub mod fmp4;
mod frame;
pub mod g711;
pub mod h264;
pub mod h265;
pub mod image;
pub mod mp4;
pub mod nal;
pub mod ts;

pub use frame::{AudioCodec, AudioConfig, Frame, TrackKind, VideoCodec, VideoConfig};

/// Why bytes could not be understood as media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The input ended before what its own lengths promise.
    #[error("{0} is truncated")]
    Truncated(&'static str),
    /// The input breaks the rules of its format.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// The input is well-formed, but of a kind this crate does not carry.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
}
