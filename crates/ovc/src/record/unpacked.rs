//! A segment taken apart. Whatever its bytes are, nothing here panics, and it keeps no more than they are long.

use bytes::Bytes;
use media::ts::{Demuxer, Item, TsFrame};
use media::{AudioConfig, TrackKind, VideoConfig};

/// How long a picture is shown where nothing says: 1/25 s.
const PICTURE: i64 = 3600;

/// A picture or a frame of sound, its times in 1/90,000 s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// When it is decoded.
    pub dts: i64,
    /// When it is presented.
    pub pts: i64,
    /// A decoder can start here.
    pub keyframe: bool,
    /// Which of the segment's configurations it has.
    pub config: usize,
    /// Its bytes, as MP4 has them.
    pub data: Bytes,
}

/// A segment's frames.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Configurations of the picture.
    pub video_configs: Vec<VideoConfig>,
    /// Configurations of the sound.
    pub audio_configs: Vec<AudioConfig>,
    /// Pictures, in decoding order.
    pub video: Vec<Coded>,
    /// Frames of sound, in order.
    pub audio: Vec<Coded>,
}

impl Unpacked {
    /// Of the bytes of a segment.
    pub fn new(bytes: &[u8]) -> Self {
        let mut unpacked = Self::default();
        let mut demuxer = Demuxer::new();
        demuxer.push(bytes);
        demuxer.finish();
        while let Some(item) = demuxer.pop() {
            match item {
                Item::Video(config) => unpacked.video_configs.push(config),
                Item::Audio(config) => unpacked.audio_configs.push(config),
                Item::Frame(frame) => unpacked.add(frame),
            }
        }
        unpacked
    }

    fn add(&mut self, frame: TsFrame) {
        let (configs, frames) = match frame.frame.track {
            TrackKind::Video => (self.video_configs.len(), &mut self.video),
            TrackKind::Audio => (self.audio_configs.len(), &mut self.audio),
        };
        let Some(config) = configs.checked_sub(1) else { return };
        frames.push(Coded {
            dts: frame.dts_90k,
            pts: frame.pts_90k,
            keyframe: frame.frame.keyframe,
            config,
            data: frame.frame.data,
        });
    }

    /// The track that times are counted by: the picture, if there is one.
    fn leading(&self) -> &[Coded] {
        if self.video.is_empty() {
            &self.audio
        } else {
            &self.video
        }
    }

    /// When the first frame is decoded.
    pub fn first_dts(&self) -> Option<i64> {
        self.leading().first().map(|frame| frame.dts)
    }

    /// When the first frame is presented: when the segment begins.
    pub fn first_pts(&self) -> Option<i64> {
        self.leading().first().map(|frame| frame.pts)
    }

    /// When the frame after the last would be decoded.
    pub fn next_dts(&self) -> i64 {
        self.end_of(self.leading())
    }

    /// When everything in it is over.
    pub fn end(&self) -> i64 {
        let ends = [&self.video, &self.audio].map(|frames| self.end_of(frames));
        ends.into_iter().max().unwrap_or(0)
    }

    fn end_of(&self, frames: &[Coded]) -> i64 {
        let Some(last) = frames.last() else { return i64::MIN };
        let before = frames
            .iter()
            .rev()
            .nth(1)
            .map(|before| last.dts.saturating_sub(before.dts));
        last.dts.saturating_add(
            before
                .filter(|lasting| (1..=90_000).contains(lasting))
                .unwrap_or(PICTURE),
        )
    }
}
