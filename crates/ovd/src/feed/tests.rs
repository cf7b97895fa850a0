use super::*;
use bytes::Bytes;
use media::{VideoCodec, VideoConfig};

fn feed(join: Join) -> Feed {
    let feed = Feed::new(join, Arc::default());
    feed.push_tracks(tracks());
    feed
}

fn tracks() -> Tracks {
    let video = VideoConfig {
        codec: VideoCodec::H264,
        record: Bytes::from_static(b"record"),
        width: 64,
        height: 48,
        codec_string: "avc1.42c01e".to_owned(),
    };
    Tracks {
        video: Some(video),
        audio: None,
    }
}

fn picture(dts_ms: i64, keyframe: bool) -> Frame {
    Frame::video(dts_ms, keyframe, Bytes::from_static(b"picture"))
}

fn times(subscription: &mut Subscription) -> Vec<i64> {
    std::iter::from_fn(|| subscription.try_next())
        .filter_map(|item| match item {
            Item::Frame(frame) => Some(frame.dts_ms),
            Item::Tracks(_) => None,
        })
        .collect()
}

#[test]
fn who_joins_late_starts_at_the_last_keyframe() {
    let feed = feed(Join::Cached);
    for (time, keyframe) in [(0, true), (40, false), (80, true), (120, false)] {
        feed.push(picture(time, keyframe));
    }
    let mut subscription = feed.subscribe();
    assert!(matches!(subscription.try_next(), Some(Item::Tracks(_))));
    feed.push(picture(160, false));
    assert_eq!(times(&mut subscription), [80, 120, 160]);
}

#[test]
fn without_a_cache_a_keyframe_is_asked_for() {
    let feed = feed(Join::OnRequest);
    feed.push(picture(0, true));
    let mut subscription = feed.subscribe();
    assert!(feed.take_keyframe_request() && !feed.take_keyframe_request());
    feed.push(picture(40, false));
    feed.push(picture(80, true));
    feed.push(picture(120, false));
    assert_eq!(times(&mut subscription), [80, 120]);
}

#[test]
fn a_keyframe_that_was_under_way_is_enough() {
    let feed = feed(Join::OnRequest);
    // The source has looked, and makes its first picture; somebody joins meanwhile.
    assert!(!feed.take_keyframe_request());
    let mut subscription = feed.subscribe();
    feed.push(picture(0, true));
    assert!(!feed.take_keyframe_request());
    feed.push(picture(40, false));
    assert_eq!(times(&mut subscription), [0, 40]);
}

#[test]
fn a_slow_taker_goes_on_at_the_next_keyframe_and_others_notice_nothing() {
    let feed = feed(Join::Cached);
    let (mut slow, mut quick) = (feed.subscribe(), feed.subscribe());
    let large = Bytes::from(vec![0; 1 << 20]);
    let mut received = Vec::new();
    for time in 0..30 {
        feed.push(Frame::video(time, time % 10 == 0, large.clone()));
        received.extend(times(&mut quick));
    }
    assert_eq!(received, (0..30).collect::<Vec<_>>());
    let received = times(&mut slow);
    assert!(slow.take_overflows() > 0);
    assert_eq!(received.first().map(|time| time % 10), Some(0), "{received:?}");
    assert_eq!(received.last(), Some(&29));
    assert!(
        received.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "no picture lacks its predecessor"
    );
}

#[test]
fn a_source_knows_whether_it_is_wanted() {
    let feed = feed(Join::Cached);
    assert!(!feed.is_wanted());
    let subscription = feed.subscribe();
    let hold = feed.hold();
    drop(subscription);
    assert!(feed.is_wanted());
    drop(hold);
    assert!(!feed.is_wanted());
}

#[test]
fn a_channel_that_is_off_wants_nothing_and_gives_nothing() {
    let feed = feed(Join::Cached);
    let mut subscription = feed.subscribe();
    assert!(feed.set_enabled(false) && !feed.set_enabled(false));
    assert!(!feed.is_wanted());
    let _another = feed.hold();
    assert!(!feed.is_wanted());
    times(&mut subscription);
    feed.push(picture(0, true));
    feed.push_tracks(tracks());
    assert!(subscription.try_next().is_none());
    feed.set_enabled(true);
    assert!(feed.is_wanted());
    feed.push_tracks(tracks());
    feed.push(picture(40, true));
    assert_eq!(times(&mut subscription), [40]);
}
