//! Fragmented MP4 for live playing: one init segment, then one fragment a frame (ISO/IEC 14496-12, -14, -15).
//!
//! A fragment is `prft moof mdat`. The producer reference time (`prft`, 14496-12 section 8.16.5) tells a player at
//! which wall-clock time the frame reached the cloud, so that it can show how far behind it plays. It stands on video
//! fragments only, or on audio where there is no video.

pub(crate) mod boxes;
mod fragment;
pub(crate) mod init;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};

use crate::{AudioConfig, Frame, TrackKind, VideoConfig};
use fragment::{AudioClock, Sample};

/// Units per second on the video track's timeline: milliseconds, as RTMP has them.
const VIDEO_TIMESCALE: u32 = 1000;
const VIDEO_TRACK: u32 = 1;
const AUDIO_TRACK: u32 = 2;

/// Cuts the frames of one publisher into fragments. Changed configurations want a new muxer and a new init segment.
#[derive(Debug, Clone)]
pub struct Muxer {
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    sequence: u32,
    last_video_dts_ms: Option<i64>,
    video_duration: u32,
    audio_clock: AudioClock,
}

impl Muxer {
    /// A muxer for the given tracks. Frames of a track that is not given are left out.
    pub fn new(video: Option<VideoConfig>, audio: Option<AudioConfig>) -> Self {
        let audio_clock = AudioClock::new(audio.as_ref());
        Self {
            video,
            audio,
            sequence: 0,
            last_video_dts_ms: None,
            video_duration: 40,
            audio_clock,
        }
    }

    /// Media type with the codecs, for `MediaSource.isTypeSupported`, e.g. `video/mp4; codecs="avc1.42c01e,mp4a.40.2"`.
    pub fn mime(&self) -> String {
        let codecs = [
            self.video.as_ref().map(|v| &v.codec_string),
            self.audio.as_ref().map(|a| &a.codec_string),
        ];
        let codecs: Vec<&str> = codecs.into_iter().flatten().map(String::as_str).collect();
        let kind = if self.video.is_some() { "video" } else { "audio" };
        format!("{kind}/mp4; codecs=\"{}\"", codecs.join(","))
    }

    /// `ftyp` and `moov`.
    pub fn init_segment(&self) -> Bytes {
        init::segment(self.video.as_ref(), self.audio.as_ref())
    }

    /// Appends the fragment of one frame. `wall` is when the frame came in. Answers whether something was written.
    ///
    /// A frame's duration is not known before the next one, so video fragments carry the distance to the frame
    /// before. Audio times, cut to milliseconds by RTMP, are put back onto the exact sample grid.
    pub fn write_fragment(&mut self, out: &mut BytesMut, frame: &Frame, wall: SystemTime) -> bool {
        let sample = match frame.track {
            TrackKind::Video if self.video.is_some() => self.video_sample(frame, wall),
            TrackKind::Audio if self.audio.is_some() => Sample {
                track: AUDIO_TRACK,
                decode_time: self.audio_clock.place(frame.dts_ms),
                duration: self.audio_clock.samples_per_frame(),
                composition_offset: 0,
                keyframe: true,
                reference_time: self.video.is_none().then(|| ntp(wall)),
            },
            _ => return false,
        };
        self.sequence = self.sequence.wrapping_add(1);
        fragment::write(out, self.sequence, &sample, &frame.data);
        true
    }

    fn video_sample(&mut self, frame: &Frame, wall: SystemTime) -> Sample {
        if let Some(last) = self.last_video_dts_ms.replace(frame.dts_ms) {
            let distance = frame.dts_ms.saturating_sub(last);
            // A pause of the publisher is no frame duration.
            if let Ok(distance @ 1..=1000) = u32::try_from(distance) {
                self.video_duration = distance;
            }
        }
        let offset = frame.pts_ms.saturating_sub(frame.dts_ms);
        Sample {
            track: VIDEO_TRACK,
            decode_time: u64::try_from(frame.dts_ms).unwrap_or(0),
            duration: self.video_duration,
            composition_offset: offset.clamp(i32::MIN.into(), i32::MAX.into()) as i32,
            keyframe: frame.keyframe,
            reference_time: Some(ntp(wall)),
        }
    }
}

/// Wall-clock time in the 64-bit format of NTP (RFC 5905, section 6): seconds since 1900 and their fraction.
pub fn ntp(wall: SystemTime) -> u64 {
    const FROM_1900_TO_1970_S: u64 = 2_208_988_800;
    let since = wall.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    since.as_secs().wrapping_add(FROM_1900_TO_1970_S) << 32 | fraction
}

#[cfg(test)]
mod tests;
