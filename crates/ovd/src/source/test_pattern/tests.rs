use super::*;
use crate::clock::Clock;
use crate::feed::{Item, Join};
use media::{Frame, nal};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use std::sync::Arc;

fn controls(settings: TestPattern) -> Controls {
    Controls::new(settings, "door".to_owned(), Clock::default())
}

async fn frames(settings: TestPattern, count: usize) -> (Arc<Tracks>, Vec<Frame>) {
    let feed = Feed::new(Join::OnRequest, Arc::default());
    let source = tokio::spawn(run(controls(settings), feed.clone()));
    let mut subscription = feed.subscribe();
    let Item::Tracks(tracks) = subscription.next().await else {
        panic!("frames before tracks")
    };
    let mut frames = Vec::new();
    while frames.len() < count {
        match subscription.next().await {
            Item::Frame(frame) => frames.push(frame),
            Item::Tracks(_) => panic!("tracks changed"),
        }
    }
    source.abort();
    (tracks, frames)
}

fn decode(tracks: &Tracks, frames: &[Frame]) -> Vec<clock::TimeOfDay> {
    let video = tracks.video.as_ref().unwrap();
    let record = &video.record;
    // One SPS and one PPS, as laid out in ISO/IEC 14496-15, 5.3.3.1.
    let sps_len = usize::from(record[6]) << 8 | usize::from(record[7]);
    let (sps, pps) = (&record[8..8 + sps_len], &record[8 + sps_len + 3..]);
    let mut decoder = Decoder::new().unwrap();
    let mut headers = Vec::new();
    for unit in [sps, pps] {
        headers.extend_from_slice(&[0, 0, 0, 1]);
        headers.extend_from_slice(unit);
    }
    decoder.decode(&headers).unwrap();
    let read = |frame: &Frame| {
        let annexb = nal::length_prefixed_to_annexb(&frame.data).unwrap();
        let picture = decoder.decode(&annexb).unwrap().unwrap();
        let (width, height) = picture.dimensions();
        let stride = picture.strides().0;
        clock::read(width as u32, height as u32, |x, y| {
            picture.y()[y as usize * stride + x as usize]
        })
        .unwrap()
    };
    frames.iter().map(read).collect()
}

#[tokio::test]
async fn the_clock_can_be_read_from_the_decoded_picture() {
    for (width, height) in [(1280, 720), (320, 180)] {
        let settings = TestPattern {
            width,
            height,
            fps: 25,
            ..TestPattern::default()
        };
        let before = SystemTime::now();
        let (tracks, frames) = frames(settings, 12).await;
        let after = SystemTime::now();
        let video = tracks.video.as_ref().unwrap();
        assert_eq!((video.width, video.height), (width, height));
        assert!(frames[0].keyframe && frames[1..].iter().all(|frame| !frame.keyframe));
        assert!(frames.windows(2).all(|pair| pair[1].dts_ms - pair[0].dts_ms == 40));
        let (from, to) = (clock::TimeOfDay::at(before), clock::TimeOfDay::at(after));
        for time in decode(&tracks, &frames) {
            let (from, to, time) = (from.since_midnight(), to.since_midnight(), time.since_midnight());
            assert!(
                (from <= time && time <= to) || to < from,
                "{time:?} is not within {from:?}–{to:?}"
            );
        }
    }
}

#[tokio::test]
async fn who_comes_later_gets_a_keyframe_at_once() {
    let feed = Feed::new(Join::OnRequest, Arc::default());
    let source = tokio::spawn(run(controls(TestPattern::default()), feed.clone()));
    let mut first = feed.subscribe();
    for _ in 0..5 {
        first.next().await;
    }
    let mut second = feed.subscribe();
    let asked = Instant::now();
    assert!(matches!(second.next().await, Item::Tracks(_)));
    let Item::Frame(frame) = second.next().await else {
        panic!("no frame")
    };
    assert!(frame.keyframe);
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "long before the next regular keyframe"
    );
    source.abort();
}

#[tokio::test]
async fn nothing_is_encoded_while_nobody_watches() {
    let feed = Feed::new(Join::OnRequest, Arc::default());
    let source = tokio::spawn(run(controls(TestPattern::default()), feed.clone()));
    let mut state = feed.watch_state();
    state.wait_for(|state| *state == SourceState::Online).await.unwrap();
    assert!(!feed.is_wanted());
    let subscription = feed.subscribe();
    drop(subscription);
    assert!(!feed.is_wanted());
    source.abort();
}

#[tokio::test]
async fn another_format_goes_on_in_the_same_stream() {
    let feed = Feed::new(Join::OnRequest, Arc::default());
    let controls = controls(TestPattern::default());
    let source = tokio::spawn(run(controls.clone(), feed.clone()));
    let mut subscription = feed.subscribe();
    let mut last_ms = 0;
    let mut sizes = Vec::new();
    let mut opened = false;
    while sizes.len() < 2 || !opened {
        match subscription.next().await {
            Item::Tracks(tracks) => {
                let video = tracks.video.as_ref().unwrap();
                sizes.push((video.width, video.height));
                opened = false;
            }
            Item::Frame(frame) => {
                assert!(frame.dts_ms >= last_ms, "the timeline goes on");
                assert!(opened || frame.keyframe, "new tracks begin with a keyframe");
                opened = true;
                last_ms = frame.dts_ms;
                let mut look = controls.look();
                look.format = Some(Format {
                    width: 640,
                    height: 360,
                    bitrate_bps: 600_000,
                });
                controls.set_look(look);
            }
        }
    }
    assert_eq!(sizes, [(1280, 720), (640, 360)]);
    assert_eq!(feed.bitrate_bps(), Some(600_000));
    source.abort();
}
