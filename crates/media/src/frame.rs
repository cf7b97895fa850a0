//! The neutral unit of media and the two track configurations.

use bytes::Bytes;

/// Codec of a video track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// H.264 / AVC (ITU-T H.264).
    H264,
    /// H.265 / HEVC (ITU-T H.265).
    H265,
}

impl VideoCodec {
    /// Short lower-case name, for API answers and logs: `h264`, `h265`.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
        }
    }
}

/// Codec of an audio track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AudioCodec {
    /// AAC (ISO/IEC 14496-3), raw frames without ADTS headers.
    Aac,
}

impl AudioCodec {
    /// Short lower-case name, for API answers and logs: `aac`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "aac",
        }
    }
}

/// What a decoder must know before the first video frame.
///
/// Made by [`crate::h264::config_from_record`], [`crate::h264::config_from_parameter_sets`] and their H.265 twins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// Codec.
    pub codec: VideoCodec,
    /// Body of the `avcC` or `hvcC` box (ISO/IEC 14496-15), always with 4-byte NAL unit lengths.
    pub record: Bytes,
    /// Width of the picture after cropping, in pixels.
    pub width: u32,
    /// Height of the picture after cropping, in pixels.
    pub height: u32,
    /// RFC 6381 name of codec, profile and level, e.g. `avc1.42c01e`, `hvc1.1.6.L93.B0`.
    pub codec_string: String,
}

/// What a decoder must know before the first audio frame.
///
/// Made by [`crate::aac::config_from_asc`] or [`crate::aac::config`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioConfig {
    /// Codec.
    pub codec: AudioCodec,
    /// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
    pub asc: Bytes,
    /// Sampling rate of the coded core, in Hz: one frame lasts `samples_per_frame / sample_rate_hz` seconds.
    pub sample_rate_hz: u32,
    /// Samples of one frame per channel at `sample_rate_hz`: 1024, rarely 960.
    pub samples_per_frame: u32,
    /// Number of channels; 0 where only the stream itself says (a program config element).
    pub channels: u8,
    /// RFC 6381 name, e.g. `mp4a.40.2`.
    pub codec_string: String,
}

/// Which track a frame belongs to. A stream has at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// The picture.
    Video,
    /// The sound.
    Audio,
}

/// One coded picture or one coded block of sound. Cloning shares the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Track.
    pub track: TrackKind,
    /// Decoding time in milliseconds on the stream's own timeline; never falls within a track.
    pub dts_ms: i64,
    /// Presentation time in milliseconds on the same timeline; equals `dts_ms` for audio and without B-frames.
    pub pts_ms: i64,
    /// A decoder can start here. True for every audio frame.
    pub keyframe: bool,
    /// Video: NAL units, each behind its length in 4 bytes, big endian. Audio: one raw AAC frame.
    pub data: Bytes,
}

impl Frame {
    /// A video frame without reordering (`pts_ms = dts_ms`).
    pub fn video(dts_ms: i64, keyframe: bool, data: Bytes) -> Self {
        Self {
            track: TrackKind::Video,
            dts_ms,
            pts_ms: dts_ms,
            keyframe,
            data,
        }
    }

    /// An audio frame.
    pub fn audio(dts_ms: i64, data: Bytes) -> Self {
        Self {
            track: TrackKind::Audio,
            dts_ms,
            pts_ms: dts_ms,
            keyframe: true,
            data,
        }
    }
}
