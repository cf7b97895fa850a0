//! Motion in what a source delivers: its pictures are decoded for it, at a bounded cost.

use super::{Detector, Luma};
use crate::feed::{Feed, Item, Tracks};
use crate::picture::{Picture, PictureDecoder};
use crate::steering::Motion;
use media::{Frame, TrackKind, VideoCodec};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Decoding may take this share of one processor.
const SHARE: f64 = 0.1;
/// What was not used may be used later up to here: a keyframe costs more than the rest.
const SAVED: Duration = Duration::from_millis(300);
/// Deeper in debt than this not even keyframes are decoded.
const DEEPEST_DEBT_S: f64 = 1.0;
/// A source that delivers nothing for this long shows nothing.
const SILENCE: Duration = Duration::from_secs(5);

/// Follows the motion in a source's pictures while it lives. It takes the source's frames all that time: a source that
/// works for its viewers only works always then.
pub struct Watch {
    sensitivity: watch::Sender<u8>,
    motion: watch::Receiver<Motion>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins with this sensitivity, 0–100. Must be called within a tokio runtime.
    pub fn start(feed: Feed, sensitivity: u8) -> Self {
        let (told, motion) = watch::channel(Motion::default());
        let (sensitivity, wanted) = watch::channel(sensitivity);
        let task = tokio::spawn(follow(feed, wanted, told));
        Self {
            sensitivity,
            motion,
            task,
        }
    }

    /// Whether such a track can be watched: what cannot be decoded cannot.
    pub fn can_watch(tracks: &Tracks) -> bool {
        tracks
            .video
            .as_ref()
            .is_some_and(|video| video.codec == VideoCodec::H264)
    }

    /// Whether something moves.
    pub fn motion(&self) -> watch::Receiver<Motion> {
        self.motion.clone()
    }

    /// Watches with another sensitivity from now on, 0–100.
    pub fn set_sensitivity(&self, sensitivity: u8) {
        self.sensitivity.send_replace(sensitivity);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What may still be spent on decoding.
struct Budget {
    left_s: f64,
    at: Instant,
}

impl Budget {
    fn new(now: Instant) -> Self {
        Self {
            left_s: SAVED.as_secs_f64(),
            at: now,
        }
    }

    /// What is left at `now`, s; negative when too much was spent.
    fn left(&mut self, now: Instant) -> f64 {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * SHARE;
        self.left_s = (self.left_s + earned).min(SAVED.as_secs_f64());
        self.at = now;
        self.left_s
    }

    fn spend(&mut self, spent: Duration) {
        self.left_s -= spent.as_secs_f64();
    }
}

/// What is known of the track that is decoded now.
struct Decoding {
    decoder: PictureDecoder,
    /// Everything since the last keyframe was decoded: the next frame can be.
    in_step: bool,
}

async fn follow(feed: Feed, mut sensitivity: watch::Receiver<u8>, told: watch::Sender<Motion>) {
    let begun = Instant::now();
    let mut detector = Detector::new(*sensitivity.borrow_and_update());
    let mut subscription = feed.subscribe();
    let mut budget = Budget::new(begun);
    let mut decoding: Option<Decoding> = None;
    loop {
        let Ok(item) = tokio::time::timeout(SILENCE, subscription.next()).await else {
            // Nothing is seen: nothing moves. What comes next may be something else altogether.
            detector = Detector::new(*sensitivity.borrow_and_update());
            told.send_if_modified(|motion| motion.note(false));
            continue;
        };
        if sensitivity.has_changed().unwrap_or(false) {
            detector.set_sensitivity(*sensitivity.borrow_and_update());
        }
        let frame = match item {
            Item::Tracks(tracks) => {
                decoding = decoder_of(&tracks);
                continue;
            }
            Item::Frame(frame) if frame.track == TrackKind::Video => frame,
            Item::Frame(_) => continue,
        };
        let Some(mut current) = decoding.take() else { continue };
        let left = budget.left(Instant::now());
        let decodes = if frame.keyframe {
            left > -DEEPEST_DEBT_S
        } else {
            current.in_step && left > 0.0
        };
        if !decodes {
            current.in_step = false;
            decoding = Some(current);
            continue;
        }
        let worked = tokio::task::spawn_blocking(move || {
            let since = Instant::now();
            let at = since.saturating_duration_since(begun);
            let picture = decode(&mut current, &frame);
            let change = picture.filter(|_| detector.is_due(at)).and_then(|picture| {
                let luma = Luma {
                    width: picture.width,
                    height: picture.height,
                    stride: picture.width,
                    data: &picture.y,
                };
                detector.look(luma, at)
            });
            (current, detector, change, since.elapsed())
        });
        // A decoder that panics over a damaged picture takes the detector with it: both begin anew.
        let Ok((current, same, change, spent)) = worked.await else {
            detector = Detector::new(*sensitivity.borrow_and_update());
            decoding = feed.tracks().and_then(|tracks| decoder_of(&tracks));
            continue;
        };
        budget.spend(spent);
        decoding = Some(current);
        detector = same;
        if change.is_some() {
            told.send_if_modified(|motion| motion.note(detector.is_active()));
        }
    }
}

fn decoder_of(tracks: &Tracks) -> Option<Decoding> {
    let decoder = PictureDecoder::new(tracks.video.as_ref()?).ok()?;
    Some(Decoding {
        decoder,
        in_step: false,
    })
}

fn decode(decoding: &mut Decoding, frame: &Frame) -> Option<Picture> {
    match decoding.decoder.decode(frame) {
        Ok(picture) => {
            decoding.in_step = true;
            picture
        }
        Err(error) => {
            tracing::debug!(%error, "a picture is left out of the search for motion");
            decoding.in_step = false;
            None
        }
    }
}

#[cfg(test)]
mod tests;
