//! A camera without a camera: colour bars, a ball that swings, and a [clock] that programs can read.
//!
//! H.264 is made in this process (openh264), and only while somebody watches. The picture is drawn incrementally:
//! a frame costs what changed in it.

mod canvas;
pub mod clock;
mod controls;
mod encoder;
mod finish;
pub mod lens;
mod picture;
mod view;

pub use controls::{Controls, Format, Look, Osd, Place};

use crate::audio::{AacEncoder, Pcm};
use crate::feed::{Feed, SourceState, Tracks};
use encoder::Encoder;
use finish::Finish;
use picture::Picture;
use serde::Deserialize;
use std::f64::consts::TAU;
use std::time::{Duration, Instant, SystemTime};
use view::View;

const TONE_RATE_HZ: u32 = 16_000;
const TONE_BITRATE_BPS: u32 = 32_000;
/// Behind by more than this, frames are left out instead of made up for.
const MAX_LAG: Duration = Duration::from_millis(500);

/// What the test pattern is like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TestPattern {
    /// Width in pixels, 64–3840, even.
    pub width: u32,
    /// Height in pixels, 64–2160, even.
    pub height: u32,
    /// Frames per second, 1–60.
    pub fps: u32,
    /// The most the encoder may use, bit/s. A still background needs much less.
    pub bitrate_bps: u32,
    /// Time between keyframes, ms.
    pub gop_ms: u32,
    /// A short beep at each full second, as AAC.
    pub tone: bool,
}

impl Default for TestPattern {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: 25,
            bitrate_bps: 1_500_000,
            gop_ms: 2000,
            tone: false,
        }
    }
}

impl TestPattern {
    /// What is wrong with these settings, for people.
    pub fn check(&self) -> Result<(), String> {
        let even = |value: u32, range: std::ops::RangeInclusive<u32>| range.contains(&value) && value.is_multiple_of(2);
        if !even(self.width, 64..=3840) || !even(self.height, 64..=2160) {
            return Err("width must be even and 64–3840, height even and 64–2160".to_owned());
        }
        if !(1..=60).contains(&self.fps) {
            return Err("fps must be 1–60".to_owned());
        }
        if !(64_000..=50_000_000).contains(&self.bitrate_bps) {
            return Err("bitrate_bps must be 64000–50000000".to_owned());
        }
        if !(100..=20_000).contains(&self.gop_ms) {
            return Err("gop_ms must be 100–20000".to_owned());
        }
        Ok(())
    }
}

/// Delivers the test pattern into `feed`, for ever.
pub async fn run(controls: Controls, feed: Feed) {
    let origin = Instant::now();
    feed.declare_bitrate_bps(u64::from(controls.pattern().bitrate_bps));
    feed.set_state(SourceState::Online);
    let mut wanted = feed.wanted();
    loop {
        if wanted.wait_for(|&count| count > 0).await.is_err() {
            return;
        }
        let (thread_controls, thread_feed) = (controls.clone(), feed.clone());
        let encoding = tokio::task::spawn_blocking(move || encode_while_wanted(&thread_controls, &thread_feed, origin));
        let failure = match encoding.await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic.to_string(),
        };
        tracing::error!(error = %failure, "the test pattern cannot be encoded");
        feed.set_state(SourceState::Offline(failure));
        tokio::time::sleep(Duration::from_secs(10)).await;
        feed.set_state(SourceState::Online);
    }
}

/// What a picture goes through: drawn, seen through the lens, turned and written on, encoded. Made anew for another format.
struct Stage {
    picture: Picture,
    view: View,
    finish: Finish,
    encoder: Encoder,
}

impl Stage {
    fn new(pattern: &TestPattern, name: &str, look: &Look) -> Result<Self, encoder::EncodeError> {
        let subtitle = format!("{}x{} {} fps", pattern.width, pattern.height, pattern.fps);
        let (width, height) = (pattern.width as usize, pattern.height as usize);
        Ok(Self {
            picture: Picture::new(width, height, name, &subtitle),
            view: View::new(width, height),
            finish: Finish::new(width, height, look),
            encoder: Encoder::new(pattern)?,
        })
    }
}

fn encode_while_wanted(controls: &Controls, feed: &Feed, origin: Instant) -> Result<(), encoder::EncodeError> {
    let mut looks = controls.watch();
    let mut look = looks.borrow_and_update().clone();
    let mut pattern = controls.pattern();
    let mut stage = Stage::new(&pattern, controls.name(), &look)?;
    let mut tone = pattern.tone.then(Tone::new).flatten();
    let interval = Duration::from_secs(1) / pattern.fps.max(1);
    let start = Instant::now();
    let mut frame = 0u32;
    while feed.is_wanted() {
        let due = start + interval * frame;
        let now = Instant::now();
        if now > due + MAX_LAG {
            frame = u32::try_from((now - start).as_nanos() / interval.as_nanos()).unwrap_or(0);
            continue;
        }
        std::thread::sleep(due.saturating_duration_since(now));
        if looks.has_changed().unwrap_or(false) {
            look = looks.borrow_and_update().clone();
            let wanted = controls.pattern();
            if wanted == pattern {
                stage.finish.set(&look);
            } else {
                // The stream goes on with the next picture, a keyframe of the new format.
                stage = Stage::new(&wanted, controls.name(), &look)?;
                pattern = wanted;
            }
        }
        let time_ms = i64::try_from((due - origin).as_millis()).unwrap_or(i64::MAX);
        let wall = controls.clock().now();
        let keyframe = feed.take_keyframe_request();
        let drawn = stage.picture.draw(wall, controls.clock().zone_h(), look.led);
        let seen = stage.view.apply(drawn, controls.lens().aim(Instant::now()));
        let encoded = stage.encoder.encode(stage.finish.apply(seen), time_ms, keyframe)?;
        if let Some(video) = encoded.new_config {
            let audio = tone.as_ref().map(|tone| tone.encoder.config().clone());
            feed.declare_bitrate_bps(u64::from(pattern.bitrate_bps));
            feed.push_tracks(Tracks {
                video: Some(video),
                audio,
            });
        }
        if let Some(frame) = encoded.frame {
            feed.push(frame);
        }
        if let Some(tone) = &mut tone {
            tone.push(time_ms, wall, interval, feed);
        }
        frame += 1;
    }
    Ok(())
}

/// A beep of 100 ms at each full second.
struct Tone {
    encoder: AacEncoder,
    phase: f64,
}

impl Tone {
    fn new() -> Option<Self> {
        match AacEncoder::new(TONE_RATE_HZ, 1, TONE_BITRATE_BPS) {
            Ok(encoder) => Some(Self { encoder, phase: 0.0 }),
            Err(error) => {
                tracing::error!(%error, "the test pattern stays silent");
                None
            }
        }
    }

    fn push(&mut self, time_ms: i64, wall: SystemTime, length: Duration, feed: &Feed) {
        let into_second = wall
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .subsec_millis();
        let loudness = if into_second < 100 { 6000.0 } else { 0.0 };
        let count = (u64::from(TONE_RATE_HZ) * length.as_micros() as u64 / 1_000_000) as usize;
        let step = TAU * 1000.0 / f64::from(TONE_RATE_HZ);
        let samples = (0..count).map(|_| {
            self.phase = (self.phase + step) % TAU;
            (self.phase.sin() * loudness) as i16
        });
        let pcm = Pcm {
            time_ms,
            samples: samples.collect(),
        };
        for frame in self.encoder.encode(&pcm) {
            feed.push(frame);
        }
    }
}

#[cfg(test)]
mod tests;
