//! A file, whatever its container.

use super::{mkv, mp4, ts};
use crate::audio::SoundTrack;
use bytes::Bytes;
use media::{MediaError, TrackKind, VideoConfig};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClipError {
    #[error("cannot read the file: {0}")]
    Io(#[from] io::Error),
    #[error("the file is no mp4, mkv or ts")]
    UnknownContainer,
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the file has no H.264 or H.265 picture")]
    NoVideo,
    #[error("the picture cannot be used: {0}")]
    Video(#[from] MediaError),
}

/// A frame as the file has it; sound is not AAC yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) track: TrackKind,
    pub(super) dts_ms: i64,
    pub(super) pts_ms: i64,
    pub(super) keyframe: bool,
    pub(super) data: Bytes,
}

/// Takes a file apart, in decoding order.
pub(super) trait Demuxer: Send {
    /// The next packet of the picture or the sound; `None` at the end.
    fn next(&mut self) -> Result<Option<Packet>, ClipError>;

    /// Back to the beginning.
    fn rewind(&mut self) -> Result<(), ClipError>;
}

/// What a demuxer found in a file.
pub(super) struct Found {
    pub(super) demuxer: Box<dyn Demuxer>,
    pub(super) video: VideoConfig,
    pub(super) sound: Option<SoundTrack>,
    /// Length in ms if the container says so.
    pub(super) length_ms: Option<u64>,
}

/// An open file.
pub(super) struct Clip {
    demuxer: Box<dyn Demuxer>,
    pub(super) video: VideoConfig,
    pub(super) sound: Option<SoundTrack>,
    bytes: u64,
    length_ms: Option<u64>,
}

impl Clip {
    pub(super) fn open(path: &Path) -> Result<Self, ClipError> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut head = Vec::new();
        file.by_ref().take(189).read_to_end(&mut head)?;
        let found = match head.as_slice() {
            [0x1a, 0x45, 0xdf, 0xa3, ..] => mkv::open(path)?,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => mp4::open(path, bytes)?,
            [0x47, .., 0x47] if head.len() == 189 => ts::open(path)?,
            _ => return Err(ClipError::UnknownContainer),
        };
        let Found {
            demuxer,
            video,
            sound,
            length_ms,
        } = found;
        Ok(Self {
            demuxer,
            video,
            sound,
            bytes,
            length_ms,
        })
    }

    /// Average of the whole file, or 0 where its length is not known.
    pub(super) fn bitrate_bps(&self) -> u64 {
        self.length_ms
            .filter(|&length| length > 0)
            .map_or(0, |length| self.bytes.saturating_mul(8000) / length)
    }

    pub(super) fn next(&mut self) -> Result<Option<Packet>, ClipError> {
        self.demuxer.next()
    }

    pub(super) fn rewind(&mut self) -> Result<(), ClipError> {
        self.demuxer.rewind()
    }
}
