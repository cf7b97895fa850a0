//! A segment taken apart. Whatever its bytes are, nothing here panics, and what it takes has an end: a few times what they
//! are long, some megabytes of configurations, and some hundred bytes for each of [`MAX_FRAMES`] frames at most.

use bytes::Bytes;
use media::ts::{Demuxer, Item, PACKET_BYTES, TsFrame};
use media::{AudioConfig, TrackKind, VideoConfig};

/// How long a picture is shown where nothing says: 1/25 s.
const PICTURE: i64 = 3600;
/// Configurations of the picture, and of the sound, that are read of a segment. Each may be 64 KiB; an encoder has one.
pub const MAX_CONFIGS: usize = 64;
/// Frames that are read of a segment: the longest, of ten minutes, has 120 pictures and 90 frames of sound each second.
pub const MAX_FRAMES: usize = 128 << 10;
/// What is taken apart before what came of it is taken: each packet may bring a configuration.
const SLICE: usize = 64 * PACKET_BYTES;

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
    /// Of the bytes of a segment. What comes behind more than [`MAX_CONFIGS`] or [`MAX_FRAMES`] is left out.
    pub fn new(bytes: &[u8]) -> Self {
        let mut unpacked = Self::default();
        let mut demuxer = Demuxer::new();
        for slice in bytes.chunks(SLICE) {
            demuxer.push(slice);
            if !unpacked.take(&mut demuxer) {
                return unpacked;
            }
        }
        demuxer.finish();
        unpacked.take(&mut demuxer);
        unpacked
    }

    /// Takes what is ready. `false`: there is too much of it.
    fn take(&mut self, demuxer: &mut Demuxer) -> bool {
        while let Some(item) = demuxer.pop() {
            match item {
                Item::Video(config) if self.video_configs.len() < MAX_CONFIGS => self.video_configs.push(config),
                Item::Audio(config) if self.audio_configs.len() < MAX_CONFIGS => self.audio_configs.push(config),
                Item::Frame(frame) if self.video.len() + self.audio.len() < MAX_FRAMES => self.add(frame),
                _ => return false,
            }
        }
        true
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

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;
    use media::ts::Muxer;
    use media::{Frame, aac, h264, nal};

    fn video_config() -> VideoConfig {
        let sps = [
            0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f,
            0x16, 0x2e, 0x48,
        ];
        h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
    }

    fn mux(muxer: &mut Muxer, frames: impl IntoIterator<Item = Frame>) -> BytesMut {
        let mut out = BytesMut::new();
        for frame in frames {
            assert!(muxer.write(&mut out, &frame));
        }
        out
    }

    #[test]
    fn what_is_behind_too_many_configurations_is_left_out() {
        // Each picture brings another set of picture parameters.
        let picture = |number: u8| {
            let set = [0x68, 0xcb, 0x83, 0xcb, number + 1];
            let units: [&[u8]; 2] = [&set, &[0x41, 1, 2, 3]];
            Frame::video(i64::from(number) * 40, false, nal::length_prefixed(units))
        };
        let mut muxer = Muxer::new(Some(&video_config()), None);
        let segment = mux(&mut muxer, (0..50).map(picture));
        let unpacked = Unpacked::new(&segment);
        assert_eq!((unpacked.video_configs.len(), unpacked.video.len()), (50, 50));
        assert!(unpacked.video.iter().map(|frame| frame.config).eq(0..50));
        let longer = [&segment[..], &mux(&mut muxer, (50..200).map(picture))].concat();
        let cut = Unpacked::new(&longer);
        assert_eq!((cut.video_configs.len(), cut.video.len()), (MAX_CONFIGS, MAX_CONFIGS));
        assert_eq!(cut.video[..50], unpacked.video);
    }

    #[test]
    fn what_is_behind_too_many_frames_is_left_out() {
        // As short as ADTS has them, a thousand in a packet.
        let header = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x1F, 0xFC];
        let [mut one, mut many] = [vec![7], vec![7]];
        for number in 0..1000 {
            many.extend_from_slice(&header);
            many.push(number as u8);
        }
        one.extend_from_slice(&header);
        one.push(9);
        let mut muxer = Muxer::new(None, Some(&aac::config(48_000, 2).unwrap()));
        let mut segment = BytesMut::new();
        for number in 0..140 {
            let data = if number == 0 { one.clone() } else { many.clone() };
            let mut written = mux(&mut muxer, [Frame::audio(number * 40, data.into())]);
            // The header that was put before all says how long they are together: it is the first one's.
            let at = written.windows(2).position(|pair| pair == [0xFF, 0xF1]).unwrap();
            written[at..at + 7].copy_from_slice(&header);
            segment.unsplit(written);
        }
        let unpacked = Unpacked::new(&segment);
        assert_eq!((unpacked.audio_configs.len(), unpacked.audio.len()), (1, MAX_FRAMES));
        let first: Vec<u8> = unpacked.audio[..4].iter().map(|frame| frame.data[0]).collect();
        assert_eq!(first, [7, 9, 7, 0]);
    }
}
