//! What the tests of this folder share, and what the recorder answers to a command.

use super::*;
use crate::feed::Tracks;
use bytes::Bytes;
use media::{Frame, VideoConfig, h264, nal};

/// When the time of the tests begins, in ms since 1970.
pub(super) const START_MS: i64 = 1_795_000_000_000;

fn began() -> Instant {
    use std::sync::OnceLock;
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    *BEGAN.get_or_init(Instant::now)
}

/// So many ms after the beginning, by both clocks.
pub(super) fn moment(after_ms: i64) -> Moment {
    Moment {
        at: began() + Duration::from_millis(after_ms.unsigned_abs()),
        unix_ms: START_MS + after_ms,
    }
}

pub(super) fn video() -> VideoConfig {
    let sps = [
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    h264::config_from_parameter_sets(&[&sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

pub(super) fn tracks() -> Arc<Tracks> {
    Arc::new(Tracks {
        video: Some(video()),
        audio: Some(media::aac::config(48000, 1).unwrap()),
    })
}

/// A picture of about so many bytes.
pub(super) fn picture(dts_ms: i64, keyframe: bool, len: usize) -> Frame {
    let mut unit = vec![1; len.max(2)];
    unit[0] = if keyframe { 0x65 } else { 0x41 };
    Frame::video(dts_ms, keyframe, nal::length_prefixed([&unit[..]]))
}

pub(super) fn sound(dts_ms: i64) -> Frame {
    Frame::audio(dts_ms, Bytes::from_static(&[7; 60]))
}

fn command(session: &str, max_bitrate: u64) -> StartCloudRecordParams {
    let params = serde_json::json!({
        "session_id": session, "channel": 0, "max_bitrate": max_bitrate, "seg_duration": 10,
        "seg_max_size": 16 << 20, "seg_max_count": 4, "start_ts": 0, "cbk_url": "http://127.0.0.1:9/live/cseg/r",
    });
    serde_json::from_value(params).unwrap()
}

/// A channel of a camera which has just come online, and says nothing of its bitrate: 800 kbit/s.
fn camera() -> (Feed, Recorder) {
    let feed = Feed::new(crate::feed::Join::Cached, Arc::default());
    let surroundings = Surroundings {
        http: Client::new(crate::tls::Roots::load(None).unwrap()),
        clock: Clock::default(),
        changed: Arc::default(),
    };
    let recorder = Recorder::new(feed.clone(), Setup::default(), surroundings);
    let source = feed.clone();
    tokio::spawn(async move {
        source.push_tracks(Tracks::clone(&tracks()));
        for number in 0.. {
            source.push(picture(number * 100, number % 10 == 0, 10_000));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    (feed, recorder)
}

#[tokio::test(start_paused = true)]
async fn a_bitrate_that_is_not_known_yet_is_waited_for_where_it_matters() {
    let began = tokio::time::Instant::now();
    let (feed, recorder) = camera();
    recorder.start(&command("r-1", 0)).await.unwrap();
    assert_eq!((began.elapsed(), feed.bitrate_bps()), (Duration::ZERO, None));

    let (_feed, recorder) = camera();
    let refused = recorder.start(&command("r-1", 700_000)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BITRATE_TOO_HIGH);
    assert_eq!(recorder.session(), None);
    let (_feed, recorder) = camera();
    recorder.start(&command("r-1", 1_000_000)).await.unwrap();
    assert_eq!(recorder.session(), Some(command("r-1", 0).session_id));
    // What runs goes on.
    recorder.start(&command("r-1", 1000)).await.unwrap();

    // One that sends nothing at all does not keep the cloud waiting.
    let silent = Feed::new(crate::feed::Join::Cached, Arc::default());
    let began = tokio::time::Instant::now();
    let surroundings = Surroundings {
        http: Client::new(crate::tls::Roots::load(None).unwrap()),
        clock: Clock::default(),
        changed: Arc::default(),
    };
    let recorder = Recorder::new(silent, Setup::default(), surroundings);
    recorder.start(&command("r-1", 700_000)).await.unwrap();
    assert!(began.elapsed() <= MEASURE_LIMIT + MEASURE_STEP);
}
