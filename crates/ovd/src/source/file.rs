//! A media file, looped in real time as if it were a camera.
//!
//! The file is opened at once, so that it is known whether it can be used; it plays only while somebody watches.

mod clip;
mod mkv;
mod mp4;
mod ts;

use crate::feed::{Feed, SourceState, Tracks};
use clip::{Clip, ClipError, Packet};
use media::{Frame, TrackKind};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Delay before a file that could not be used is tried again; it doubles up to
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// this.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// Behind by more than this (the machine slept, the disk stalled), the time is let go instead of rushed through.
const MAX_LAG: Duration = Duration::from_secs(2);
/// Waiting for a frame's time is cut into steps, to notice when nobody watches any more.
const STEP: Duration = Duration::from_millis(200);

/// A media file: mp4, mkv or ts with H.264 or H.265, and AAC, G.711 or PCM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSource {
    /// Where it is.
    pub path: PathBuf,
}

/// Delivers the file into `feed`, again and again, for ever.
pub(super) async fn run(source: FileSource, feed: Feed) {
    let origin = Instant::now();
    let mut wanted = feed.wanted();
    let mut delay = FIRST_DELAY;
    loop {
        let path = source.path.clone();
        let failure = match blocking(move || Clip::open(&path)).await {
            Ok(clip) => {
                delay = FIRST_DELAY;
                feed.declare_bitrate_bps(clip.bitrate_bps());
                feed.set_state(SourceState::Online);
                if wanted.wait_for(|&count| count > 0).await.is_err() {
                    return;
                }
                let playing = feed.clone();
                match blocking(move || play(clip, &playing, origin)).await {
                    Ok(()) => continue,
                    Err(failure) => failure,
                }
            }
            Err(failure) => failure,
        };
        feed.set_state(SourceState::Offline(failure));
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

/// Runs `work` where it may block. A demuxer that panics over a broken file is a failure like any other.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClipError> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => Err("the file is damaged".to_owned()),
    }
}

/// Plays for as long as somebody watches.
fn play(mut clip: Clip, feed: &Feed, origin: Instant) -> Result<(), ClipError> {
    feed.push_tracks(Tracks {
        video: Some(clip.video.clone()),
        audio: clip.sound.as_ref().map(|sound| sound.config().clone()),
    });
    // Where the present round begins on the feed's timeline.
    let mut round_ms = i64::try_from(origin.elapsed().as_millis()).unwrap_or(0);
    let mut round_at = Instant::now();
    loop {
        let mut first_ms = None;
        let mut round = RoundEnd::default();
        while let Some(packet) = clip.next()? {
            let first_ms = *first_ms.get_or_insert(packet.dts_ms);
            round.note(&packet, first_ms);
            let due = round_at + Duration::from_millis(u64::try_from(packet.dts_ms - first_ms).unwrap_or(0));
            if !wait_until(due, feed) {
                return Ok(());
            }
            let late = Instant::now().saturating_duration_since(due);
            if late > MAX_LAG {
                round_at += late;
            }
            push(&mut clip, packet, round_ms - first_ms, feed);
        }
        let length_ms = round.end_ms.max(1);
        round_ms += length_ms;
        round_at += Duration::from_millis(length_ms.unsigned_abs());
        clip.rewind()?;
    }
}

/// Where a round through the file ends: the latest end of a track, in ms since the round began.
#[derive(Default)]
struct RoundEnd {
    last_ms: [Option<i64>; 2],
    end_ms: i64,
}

impl RoundEnd {
    fn note(&mut self, packet: &Packet, first_ms: i64) {
        let at_ms = packet.dts_ms - first_ms;
        let Some(last_ms) = self.last_ms.get_mut(usize::from(packet.track == TrackKind::Audio)) else {
            return;
        };
        // The last frame lasts as long as the one before it.
        let step_ms = last_ms.map_or(0, |last_ms| at_ms - last_ms);
        *last_ms = Some(at_ms);
        self.end_ms = self.end_ms.max(at_ms + step_ms);
    }
}

fn push(clip: &mut Clip, packet: Packet, shift_ms: i64, feed: &Feed) {
    let Packet {
        track,
        dts_ms,
        pts_ms,
        keyframe,
        data,
    } = packet;
    match track {
        TrackKind::Video => {
            feed.push(Frame {
                track,
                dts_ms: dts_ms + shift_ms,
                pts_ms: pts_ms + shift_ms,
                keyframe,
                data,
            });
        }
        TrackKind::Audio => {
            let frames = clip.sound.as_mut().map(|sound| sound.push(pts_ms + shift_ms, data));
            for frame in frames.into_iter().flatten() {
                feed.push(frame);
            }
        }
    }
}

/// Waits; `false` when nobody watches any more.
fn wait_until(due: Instant, feed: &Feed) -> bool {
    loop {
        if !feed.is_wanted() {
            return false;
        }
        let rest = due.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return true;
        }
        std::thread::sleep(rest.min(STEP));
    }
}

#[cfg(test)]
mod tests;
