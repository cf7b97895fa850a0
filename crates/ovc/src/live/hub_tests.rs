use super::*;
use crate::live::output::Cursor;
use bytes::Bytes;
use media::{aac, h264};

const SPS_360: &[u8] = &[
    0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
    0x2e, 0x48,
];
const SPS_1080: &[u8] = &[
    0x67, 0x64, 0, 0x28, 0xac, 0xd9, 0x40, 0x78, 2, 0x27, 0xe5, 0xc0, 0x44, 0, 0, 3, 0, 4, 0, 0, 3, 0, 0xc8, 0x3c,
    0x60, 0xc6, 0x58,
];

fn picture(sps: &[u8]) -> VideoConfig {
    h264::config_from_parameter_sets(&[sps], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap()
}

/// A hub with a publisher, and a viewer's place in its FLV output.
struct Bench {
    hub: Hub,
    output: Arc<Output>,
    cursor: Cursor,
    now: Instant,
    number: u64,
}

impl Bench {
    fn new() -> Self {
        let hub = Hub::new(StreamId::from("s"), 1 << 20);
        let now = Instant::now();
        hub.publisher_came(1, now);
        let output = hub.attach(PlayFormat::Flv);
        Self {
            hub,
            output,
            cursor: Cursor::START,
            now,
            number: 1,
        }
    }

    fn video(&self, dts_ms: i64, keyframe: bool) -> bool {
        let data = Bytes::from_static(&[0, 0, 0, 2, 0x65, 0x88]);
        self.hub.frame(
            self.number,
            Frame::video(dts_ms, keyframe, data),
            self.now,
            SystemTime::now(),
        )
    }

    fn audio(&self, dts_ms: i64) -> bool {
        self.hub.frame(
            self.number,
            Frame::audio(dts_ms, Bytes::from_static(b"sound")),
            self.now,
            SystemTime::now(),
        )
    }

    fn picture(&self, sps: &[u8]) {
        self.hub.video_config(self.number, picture(sps), self.now);
    }

    fn sound(&self) {
        self.hub
            .audio_config(self.number, aac::config(16000, 1).unwrap(), self.now);
    }

    /// The tags a viewer gets: type, whether configuration, time.
    fn tags(&mut self) -> Vec<(char, u32)> {
        let mut chunks = Vec::new();
        self.output.ring().collect(&mut self.cursor, &mut chunks, 64);
        let bytes = chunks.concat();
        let mut rest = bytes.strip_prefix(b"FLV").map_or(&bytes[..], |file| &file[10..]);
        let mut tags = Vec::new();
        while let Some(head) = rest.first_chunk::<13>() {
            let len = usize::from(head[1]) << 16 | usize::from(head[2]) << 8 | usize::from(head[3]);
            let at = u32::from_be_bytes([head[7], head[4], head[5], head[6]]);
            let kind = match (head[0], head[11] >> 4, head[12]) {
                (18, ..) => 'm',
                (9, _, 0) => 'C',
                (9, 1, _) => 'K',
                (9, ..) => 'p',
                (8, _, 0) => 'S',
                _ => 's',
            };
            tags.push((kind, at));
            rest = &rest[15 + len..];
        }
        tags
    }
}

#[test]
fn a_stream_begins_with_its_first_keyframe() {
    let mut bench = Bench::new();
    bench.picture(SPS_360);
    assert!(!bench.video(0, false));
    assert_eq!(bench.tags(), []);
    assert!(bench.video(40, true), "now there is something to watch");
    assert!(!bench.video(80, false));
    assert_eq!(bench.tags(), [('m', 0), ('C', 40), ('K', 40), ('p', 80)]);
}

#[test]
fn announced_sound_is_waited_for_a_little() {
    let mut bench = Bench::new();
    bench.hub.expect_audio(1, true);
    bench.picture(SPS_360);
    assert!(!bench.video(0, true));
    bench.sound();
    assert!(bench.video(40, false));
    assert_eq!(bench.tags(), [('m', 0), ('C', 0), ('S', 0), ('K', 0), ('p', 40)]);

    let bench = Bench::new();
    bench.hub.expect_audio(1, true);
    bench.picture(SPS_360);
    let began: Vec<bool> = (0..10).map(|at| bench.video(at * 40, at == 0)).collect();
    assert_eq!(began.iter().position(|&began| began), Some(8), "0.3 s, then without");
}

#[test]
fn sound_rides_with_the_next_picture() {
    let mut bench = Bench::new();
    bench.picture(SPS_360);
    bench.sound();
    bench.video(0, true);
    bench.tags();
    bench.audio(10);
    bench.audio(20);
    assert_eq!(bench.tags(), []);
    bench.video(40, false);
    assert_eq!(bench.tags(), [('s', 10), ('s', 20), ('p', 40)]);
    bench.audio(50);
    bench.now += Duration::from_millis(70);
    bench.audio(114);
    assert_eq!(bench.tags(), [('s', 50), ('s', 114)], "no picture comes");
}

#[test]
fn sound_alone_is_a_stream_after_a_second() {
    let mut bench = Bench::new();
    bench.sound();
    let began: Vec<bool> = (0..30).map(|at| bench.audio(at * 64)).collect();
    assert_eq!(began.iter().position(|&began| began), Some(16));
    let tags = bench.tags();
    assert_eq!(tags[..2], [('m', 0), ('S', 0)]);
    assert!(tags[2..].iter().all(|(kind, _)| *kind == 's'));
}

#[test]
fn sound_that_comes_late_joins_at_the_next_keyframe() {
    let mut bench = Bench::new();
    bench.picture(SPS_360);
    bench.video(0, true);
    bench.sound();
    bench.audio(20);
    bench.video(40, false);
    assert_eq!(bench.tags(), [('m', 0), ('C', 0), ('K', 0), ('p', 40)]);
    assert!(bench.video(80, true));
    bench.audio(90);
    bench.video(120, false);
    assert_eq!(
        bench.tags(),
        [('m', 0), ('C', 80), ('S', 80), ('K', 80), ('s', 90), ('p', 120)]
    );
}

#[test]
fn a_repeated_configuration_changes_nothing_and_another_one_begins_anew() {
    let mut bench = Bench::new();
    bench.picture(SPS_360);
    bench.video(0, true);
    bench.picture(SPS_360);
    bench.video(40, false);
    assert_eq!(bench.tags(), [('m', 0), ('C', 0), ('K', 0), ('p', 40)]);
    bench.picture(SPS_1080);
    bench.video(80, false);
    assert_eq!(bench.tags(), [], "undecodable until the next keyframe");
    bench.video(120, true);
    assert_eq!(bench.tags(), [('m', 0), ('C', 120), ('K', 120)]);
    assert_eq!(bench.hub.info().video.unwrap().width, 1920);
}

#[test]
fn a_publisher_that_returns_goes_on_where_the_clock_is() {
    let mut bench = Bench::new();
    bench.picture(SPS_360);
    bench.video(7_000, true);
    bench.tags();
    bench.hub.publisher_went(1);
    bench.now += Duration::from_secs(5);
    bench.hub.publisher_came(2, bench.now);
    assert!(!bench.video(7_040, false), "the old publisher has no say");
    bench.number = 2;
    bench.picture(SPS_1080);
    bench.video(0, true);
    assert_eq!(bench.tags(), [('m', 0), ('C', 5000), ('K', 5000)]);
}

#[test]
fn a_format_that_somebody_watches_only_now_begins_at_the_last_keyframe() {
    let bench = Bench::new();
    bench.picture(SPS_360);
    for at in 0..30 {
        bench.video(at * 40, at % 25 == 0);
    }
    let output = bench.hub.attach(PlayFormat::Fmp4WebSocket);
    assert_eq!(output.waiting_word(), None);
    let mut chunks = Vec::new();
    output.ring().collect(&mut { Cursor::START }, &mut chunks, 64);
    assert_eq!(
        chunks.len(),
        1 + 5,
        "headers and the frames from the keyframe at 1 s on"
    );
    assert!(
        chunks[0].windows(17).any(|w| w == b"{\"height\":360,\"mi"),
        "the init message says what comes"
    );
}

#[test]
fn a_viewer_over_websocket_is_told_that_it_waits() {
    let bench = Bench::new();
    let output = bench.hub.attach(PlayFormat::Fmp4WebSocket);
    assert_eq!(output.waiting_word().unwrap()[2..], *br#"{"type":"waiting"}"#);
    bench.picture(SPS_360);
    bench.video(0, true);
    assert_eq!(output.waiting_word(), None);
    let mut cursor = Cursor::START;
    output.ring().collect(&mut cursor, &mut Vec::new(), 64);
    bench.hub.publisher_went(1);
    let mut told = Vec::new();
    output.ring().collect(&mut cursor, &mut told, 64);
    assert_eq!(told[0][2..], *br#"{"type":"waiting"}"#);
}

#[test]
fn an_unwatched_format_costs_nothing() {
    let bench = Bench::new();
    let weak = Arc::downgrade(&bench.hub.attach(PlayFormat::Fmp4WebSocket));
    assert!(weak.upgrade().is_some());
    bench.hub.release(PlayFormat::Fmp4WebSocket);
    assert!(weak.upgrade().is_none());
}
