//! Frames by the clock: the shape of an encoded stream without an encoder. Parameter sets are real, slices are noise of
//! the right size, because what carries a stream must not need to look into it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use bytes::Bytes;
use media::{Frame, VideoConfig};
use ovd::feed::{Feed, Join, SourceState, Tracks};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use crate::load::stamp::{Stamp, UnixClock};

/// What the stream is like. 1080p H.264, without sound.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Shape {
    /// Bits a second.
    #[arg(long, default_value_t = 2_000_000)]
    pub bitrate_bps: u32,
    /// Frames a second.
    #[arg(long, default_value_t = 25)]
    pub fps: u32,
    /// Frames from one keyframe to the next.
    #[arg(long, default_value_t = 50)]
    pub gop_frames: u32,
}

/// A keyframe is as large as so many other frames, as with common encoders at a low bit rate.
const KEYFRAME_WEIGHT: u32 = 8;
/// High profile, level 4.0, 1920×1080.
const SPS: &[u8] = &[
    0x67, 0x64, 0x00, 0x28, 0xAC, 0xD9, 0x40, 0x78, 0x02, 0x27, 0xE5, 0xC0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00,
    0x00, 0x03, 0x00, 0xC8, 0x3C, 0x60, 0xC6, 0x58,
];
const PPS: &[u8] = &[0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0];
const IDR_SLICE: u8 = 0x65;
const SLICE: u8 = 0x41;

impl Shape {
    /// Whether such a stream can be.
    ///
    /// # Errors
    /// Names the option that is out of range.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!((1..=240).contains(&self.fps), "--fps must be within 1 to 240");
        ensure!(
            (1..=10_000).contains(&self.gop_frames),
            "--gop-frames must be within 1 to 10000"
        );
        ensure!(
            (10_000..=200_000_000).contains(&self.bitrate_bps),
            "--bitrate-bps must be within 10000 to 200000000"
        );
        Ok(())
    }

    /// Bytes of an ordinary frame, on average.
    fn frame_len(&self) -> u32 {
        let gop_bytes = u64::from(self.bitrate_bps) * u64::from(self.gop_frames) / u64::from(self.fps) / 8;
        (gop_bytes / u64::from(self.gop_frames - 1 + KEYFRAME_WEIGHT)) as u32
    }

    /// Bytes of the frame at a place in its group.
    fn len_at(&self, place: u32, rng: &mut SmallRng) -> usize {
        let average = self.frame_len();
        if place == 0 {
            (average * KEYFRAME_WEIGHT) as usize
        } else {
            // Up to a third more or less.
            rng.random_range(average * 2 / 3..=average * 4 / 3) as usize
        }
    }
}

/// Starts a stream into a feed. It runs only while somebody wants it.
pub(super) fn start(shape: Shape, changed: Arc<Notify>) -> Feed {
    let feed = Feed::new(Join::OnRequest, changed);
    feed.declare_bitrate_bps(shape.bitrate_bps.into());
    feed.set_state(SourceState::Online);
    tokio::spawn(deliver(shape, feed.clone()));
    feed
}

async fn deliver(shape: Shape, feed: Feed) {
    let Ok(video) = config() else { return };
    let mut source = Source::new(shape);
    let mut wanted = feed.wanted();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / shape.fps);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    feed.push_tracks(Tracks {
        video: Some(video),
        audio: None,
    });
    while wanted.wait_for(|&count| count > 0).await.is_ok() {
        tick.tick().await;
        let frame = source.next(feed.take_keyframe_request());
        feed.push(frame);
    }
}

fn config() -> Result<VideoConfig, media::MediaError> {
    media::h264::config_from_parameter_sets(&[SPS], &[PPS])
}

struct Source {
    shape: Shape,
    clock: UnixClock,
    started_unix_ns: u64,
    rng: SmallRng,
    sequence: u32,
    /// Of the next frame, in its group.
    place: u32,
}

impl Source {
    fn new(shape: Shape) -> Self {
        let clock = UnixClock::new();
        Self {
            shape,
            clock,
            started_unix_ns: clock.unix_ns(),
            // Every run is the same stream.
            rng: SmallRng::seed_from_u64(1),
            sequence: 0,
            place: 0,
        }
    }

    fn next(&mut self, keyframe_wanted: bool) -> Frame {
        if keyframe_wanted || self.place == self.shape.gop_frames {
            self.place = 0;
        }
        let keyframe = self.place == 0;
        let stamp_len = 4 + Stamp::NAL_LEN;
        let slice_len = self
            .shape
            .len_at(self.place, &mut self.rng)
            .saturating_sub(stamp_len + 4)
            .max(16);
        let mut data = Vec::with_capacity(stamp_len + 4 + slice_len);
        data.extend_from_slice(&(Stamp::NAL_LEN as u32).to_be_bytes());
        data.resize(stamp_len, 0);
        data.extend_from_slice(&(slice_len as u32).to_be_bytes());
        data.push(if keyframe { IDR_SLICE } else { SLICE });
        let noise_at = data.len();
        data.resize(noise_at + slice_len - 1, 0);
        self.rng.fill_bytes(&mut data[noise_at..]);
        // Without zeros there is nothing that would need escaping.
        data[noise_at..].iter_mut().for_each(|byte| *byte |= 1);
        // The time last, when all else is done.
        let sent_unix_ns = self.clock.unix_ns();
        let stamp = Stamp {
            sequence: self.sequence,
            sent_unix_ns,
        };
        data[4..stamp_len].copy_from_slice(&stamp.to_nal());
        self.sequence = self.sequence.wrapping_add(1);
        self.place += 1;
        let dts_ms = (sent_unix_ns - self.started_unix_ns) / 1_000_000;
        Frame::video(i64::try_from(dts_ms).unwrap_or(i64::MAX), keyframe, Bytes::from(data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        bitrate_bps: 2_000_000,
        fps: 25,
        gop_frames: 50,
    };

    #[test]
    fn the_stream_is_1080p_of_the_wanted_rate_with_stamped_frames() {
        let config = config().unwrap();
        assert_eq!((config.width, config.height), (1920, 1080));
        let mut source = Source::new(SHAPE);
        let frames: Vec<_> = (0..500).map(|_| source.next(false)).collect();
        let bits = frames.iter().map(|frame| frame.data.len() * 8).sum::<usize>();
        assert!((38_000_000..42_000_000).contains(&bits), "{bits} bits in 20 s");
        for (n, frame) in frames.iter().enumerate() {
            assert_eq!(frame.keyframe, n % 50 == 0);
            assert_eq!(frame.keyframe, media::h264::is_keyframe(&frame.data));
            let first = media::nal::units(&frame.data, 4).next().unwrap().unwrap();
            assert_eq!(Stamp::from_nal(first).unwrap().sequence, n as u32);
        }
    }

    #[test]
    fn a_new_taker_gets_a_keyframe_at_once() {
        let mut source = Source::new(SHAPE);
        source.next(false);
        assert!(!source.next(false).keyframe);
        assert!(source.next(true).keyframe);
        assert!(!source.next(false).keyframe);
    }
}
