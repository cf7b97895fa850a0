//! Recording to the cloud: started, replaced, stopped, and what arrives.

use super::cloud::{Cloud, within};
use super::record_service::{RecordService, Segment};
use super::{Running, setup};
use media::TrackKind;
use media::ts::{Demuxer, Item, TsFrame};
use ovd::agent::{RecordSetup, Setup};
use ovd::source::Source;
use ovd::source::test_pattern::TestPattern;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// A small test pattern with sound and a keyframe every half second: a second of it is soon encoded.
fn small() -> TestPattern {
    TestPattern {
        width: 320,
        height: 180,
        fps: 20,
        bitrate_bps: 300_000,
        gop_ms: 500,
        tone: true,
    }
}

/// An agent with so many such channels.
fn device(channels: usize) -> (TempDir, Setup) {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &vec!["test"; channels]);
    for channel in &mut setup.channels {
        channel.source = Source::Test(small());
    }
    (folder, setup)
}

fn record(service: &RecordService, channel: u32, session: &str) -> Value {
    json!({
        "session_id": session, "channel": channel, "seg_duration": 1, "seg_max_size": 4_000_000, "seg_max_count": 8,
        "start_ts": 0, "cbk_url": service.url(session),
    })
}

fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

fn frames(segment: &Segment) -> Vec<TsFrame> {
    let mut demuxer = Demuxer::new();
    demuxer.push(&segment.data);
    demuxer.finish();
    let items = std::iter::from_fn(|| demuxer.pop());
    let frames = items.filter_map(|item| match item {
        Item::Frame(frame) => Some(frame),
        Item::Video(_) | Item::Audio(_) => None,
    });
    frames.collect()
}

/// ffprobe finds picture and sound in a segment, and nothing wrong.
fn assert_plays(segment: &Segment) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment.ts");
    std::fs::write(&path, &segment.data).unwrap();
    let out = std::process::Command::new("ffprobe")
        .args(["-v", "warning", "-count_frames", "-show_entries"])
        .args(["stream=codec_name,nb_read_frames", "-of", "csv=p=0"])
        .arg(&path)
        .output()
        .expect("ffprobe is installed");
    assert!(
        out.status.success() && out.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let found = String::from_utf8_lossy(&out.stdout);
    assert!(found.contains("h264") && found.contains("aac"), "{found}");
}

/// Segments of one session follow each other without a gap, in their times and in the timestamps inside.
fn assert_gapless(segments: &[Segment]) {
    let mut last_dts_ms = None;
    for (number, segment) in segments.iter().enumerate() {
        assert_eq!(
            segment.discontinue,
            u8::from(number == 0).to_string(),
            "segment {number}"
        );
        let pictures: Vec<TsFrame> = frames(segment)
            .into_iter()
            .filter(|frame| frame.frame.track == TrackKind::Video)
            .collect();
        assert!(pictures[0].frame.keyframe, "segment {number}");
        for picture in &pictures {
            let dts_ms = picture.frame.dts_ms;
            assert!(
                last_dts_ms.is_none_or(|last| (1..500).contains(&(dts_ms - last))),
                "segment {number}"
            );
            last_dts_ms = Some(dts_ms);
        }
    }
    for pair in segments.windows(2) {
        let gap_s = pair[1].start_s - pair[0].start_s - pair[0].duration_s;
        assert!(gap_s.abs() < 0.002, "{gap_s} s between segments");
    }
}

#[tokio::test]
async fn a_recording_arrives_in_segments_that_play_and_follow_each_other() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["cloud_record"], true);
    let asked_s = now_s();
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.keepalive("recording", |channels| channels[0]["record_session"] == "r-1")
        .await;
    let saved = link.during(service.until("segments", |saved| saved.len() >= 4)).await;
    assert_gapless(&saved);
    assert!(
        (saved[0].start_s - asked_s).abs() < 2.0,
        "{} s off",
        saved[0].start_s - asked_s
    );
    for segment in &saved {
        assert!((0.5..=1.5).contains(&segment.duration_s), "{}", segment.duration_s);
        let sounds = frames(segment)
            .iter()
            .filter(|frame| frame.frame.track == TrackKind::Audio)
            .count();
        assert!(sounds > 5, "{sounds} blocks of sound");
        assert_eq!((segment.session.as_str(), segment.https.as_str()), ("r-1", "0"));
        assert_plays(segment);
    }
    // Each but the last one was confirmed by the next.
    assert!(!service.calls().contains(&"save".to_owned()));

    let stop = json!({"session_id": "r-1", "channel": 0});
    assert_eq!(link.call("StopCloudRecord", stop.clone()).await, Ok(json!({})));
    let stopped_s = now_s();
    link.keepalive("not recording", |channels| channels[0].get("record_session").is_none())
        .await;
    let ends_s = |segment: &Segment| segment.start_s + segment.duration_s;
    let all = service.until("the last segment", |saved| {
        saved.last().is_some_and(|last| ends_s(last) > stopped_s - 0.7)
    });
    let all = link.during(all).await;
    assert_gapless(&all);
    assert!(
        ends_s(all.last().unwrap()) < stopped_s + 0.3,
        "nothing is recorded after the end"
    );
    assert_eq!(
        link.call("StopCloudRecord", stop).await,
        Ok(json!({})),
        "also where there is none"
    );
}

#[tokio::test]
async fn the_first_segment_is_at_the_time_that_the_cloud_gave() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    let mut params = record(&service, 0, "r-1");
    params["start_ts"] = json!(1_480_904_132.5);
    assert_eq!(link.call("StartCloudRecord", params).await, Ok(json!({})));
    let saved = link.during(service.until("segments", |saved| saved.len() >= 2)).await;
    assert!(
        (saved[0].start_s - 1_480_904_132.5).abs() < 0.0005,
        "{}",
        saved[0].start_s
    );
    assert_gapless(&saved);
}

#[tokio::test]
async fn the_same_session_again_changes_nothing_and_another_takes_its_place() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.during(service.until("a segment", |saved| !saved.is_empty())).await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.during(service.until("more", |saved| saved.len() >= 3)).await;
    // Another session's end is not this one's.
    let other = json!({"session_id": "r-0", "channel": 0});
    assert_eq!(link.call("StopCloudRecord", other).await, Ok(json!({})));
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-2")).await,
        Ok(json!({}))
    );
    link.keepalive("the new one", |channels| channels[0]["record_session"] == "r-2")
        .await;
    let of = |saved: &[Segment], session: &str| -> Vec<Segment> {
        saved
            .iter()
            .filter(|segment| segment.session == session)
            .cloned()
            .collect()
    };
    let saved = service.until("the new one's", |saved| of(saved, "r-2").len() >= 3);
    let saved = link.during(saved).await;
    let (first, second) = (of(&saved, "r-1"), of(&saved, "r-2"));
    assert_gapless(&first);
    assert_gapless(&second);
    let end_s = first.last().unwrap().start_s + first.last().unwrap().duration_s;
    assert!(
        (second[0].start_s - end_s).abs() < 1.0,
        "{} s between the two",
        second[0].start_s - end_s
    );
}

#[tokio::test]
async fn several_channels_are_recorded_at_once_and_outlive_the_connection() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(2);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    for channel in 0..2 {
        let session = format!("r-{channel}");
        assert_eq!(
            link.call("StartCloudRecord", record(&service, channel, &session)).await,
            Ok(json!({}))
        );
    }
    link.close(1001).await;
    let mut link = cloud.accept().await;
    link.keepalive("still recording", |channels| {
        channels[0]["record_session"] == "r-0" && channels[1]["record_session"] == "r-1"
    })
    .await;
    let before = service.saved().len();
    let saved = service.until("both", |saved| saved.len() >= before + 4);
    let saved = link.during(saved).await;
    for session in ["r-0", "r-1"] {
        let of: Vec<Segment> = saved
            .iter()
            .filter(|segment| segment.session == session)
            .cloned()
            .collect();
        assert!(!of.is_empty());
        assert_gapless(&of);
    }
}

#[tokio::test]
async fn what_was_before_an_alarm_is_recorded_too() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, mut setup) = device(1);
    setup.record.prerecord = Some(Duration::from_secs(3));
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    // The time before the alarm itself.
    link.during(tokio::time::sleep(Duration::from_secs(4))).await;
    let mut params = record(&service, 0, "r-1");
    params["prerecord_seconds"] = json!(3);
    let asked_s = now_s();
    assert_eq!(link.call("StartCloudRecord", params).await, Ok(json!({})));
    let saved = service.until("what was before and after", |saved| {
        saved.last().is_some_and(|last| last.start_s > asked_s)
    });
    let saved = link.during(saved).await;
    assert_gapless(&saved);
    let before_s = asked_s - saved[0].start_s;
    assert!((2.9..4.0).contains(&before_s), "{before_s} s before");
}

#[tokio::test]
async fn nothing_is_lost_while_the_service_is_away_and_what_is_lost_is_told() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.during(service.until("a segment", |saved| !saved.is_empty())).await;
    service.set_down(true);
    let down_s = now_s();
    // The outage itself.
    link.during(tokio::time::sleep(Duration::from_secs(3))).await;
    service.set_down(false);
    let saved = link
        .during(service.until("all of it", |saved| {
            saved.last().is_some_and(|last| last.start_s > down_s + 5.0)
        }))
        .await;
    assert_gapless(&saved);
    assert!(service.stats().is_empty());

    // A queue of two, and seconds that need more.
    let mut params = record(&service, 0, "r-2");
    params["seg_max_count"] = json!(2);
    assert_eq!(link.call("StartCloudRecord", params).await, Ok(json!({})));
    let of = |saved: &[Segment]| -> Vec<Segment> {
        saved
            .iter()
            .filter(|segment| segment.session == "r-2")
            .cloned()
            .collect()
    };
    link.during(service.until("a segment", |saved| !of(saved).is_empty()))
        .await;
    service.set_down(true);
    let down_s = now_s();
    link.during(tokio::time::sleep(Duration::from_secs(6))).await;
    service.set_down(false);
    let saved = link
        .during(service.until("what is left", |saved| {
            of(saved).last().is_some_and(|last| last.start_s > down_s + 8.0)
        }))
        .await;
    let saved = of(&saved);
    let missing_s: f64 = saved
        .windows(2)
        .map(|pair| pair[1].start_s - pair[0].start_s - pair[0].duration_s)
        .sum();
    let sum = |key: &str| -> f64 {
        service
            .stats()
            .iter()
            .map(|stat| stat[key].parse::<f64>().unwrap())
            .sum()
    };
    let failed = service.calls().iter().filter(|call| *call == "fail").count();
    assert!(missing_s > 1.0, "{missing_s} s are missing");
    // One that had been announced is told by its name.
    assert!(
        (missing_s - sum("dropped_time")).abs() < 0.1 + 1.5 * failed as f64,
        "{missing_s} s are missing"
    );
    assert!(sum("dropped_nb") >= 2.0);
}

#[tokio::test]
async fn another_format_and_a_channel_that_was_off_are_new_beginnings() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.during(service.until("segments", |saved| saved.len() >= 2)).await;
    let beginnings = |saved: &[Segment]| saved.iter().filter(|segment| segment.discontinue == "1").count();
    let quality = json!({"channls": {"0": {"video_encoding": {"quality": "sd"}}}});
    assert_eq!(link.call("SetConfig", quality).await, Ok(json!({})));
    let changed = service.until("the new format", |saved| beginnings(saved) == 2);
    let saved = link.during(changed).await;
    let pair = &saved[saved.len() - 2..];
    let gap_s = pair[1].start_s - pair[0].start_s - pair[0].duration_s;
    assert!((-0.001..1.0).contains(&gap_s), "{gap_s} s between the formats");

    let switch = |on: bool| json!({"channls": {"0": {"on": on}}});
    assert_eq!(link.call("SetConfig", switch(false)).await, Ok(json!({})));
    link.keepalive("off, and still to be recorded", |channels| {
        channels[0]["state"] == 4 && channels[0]["record_session"] == "r-1"
    })
    .await;
    // The time it is off.
    link.during(tokio::time::sleep(Duration::from_secs(2))).await;
    assert_eq!(link.call("SetConfig", switch(true)).await, Ok(json!({})));
    let back = service.until("on again", |saved| beginnings(saved) == 3);
    let saved = link.during(back).await;
    let pair = &saved[saved.len() - 2..];
    let gap_s = pair[1].start_s - pair[0].start_s - pair[0].duration_s;
    assert!((1.5..4.0).contains(&gap_s), "{gap_s} s off");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_told_with_the_right_code() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, mut setup) = device(2);
    setup.channels[1].source = Source::parse("/no/such/file.mp4").unwrap();
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("StartCloudRecord", record(&service, 9, "r")).await, Err(102));
    assert_eq!(link.call("StartCloudRecord", record(&service, 1, "r")).await, Err(103));
    let mut params = record(&service, 0, "r");
    params["max_bitrate"] = json!(100_000);
    assert_eq!(link.call("StartCloudRecord", params).await, Err(11));
    for (key, value) in [
        ("cbk_url", json!("rtmp://x/y")),
        ("seg_duration", json!(0)),
        ("seg_duration", json!(10_000)),
        ("seg_max_size", json!(10)),
        ("seg_max_count", json!(0)),
        ("start_ts", json!(1e300)),
        ("session_id", json!("")),
    ] {
        let mut params = record(&service, 0, "r");
        params[key] = value;
        assert_eq!(link.call("StartCloudRecord", params).await, Err(12), "{key}");
    }
    link.keepalive("no recording", |channels| {
        channels[0] == json!({"channel": 0, "state": 1})
    })
    .await;
}

#[tokio::test]
async fn a_device_that_does_not_record_says_so() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, mut setup) = device(1);
    setup.record = RecordSetup {
        enabled: false,
        ..RecordSetup::default()
    };
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["cloud_record"], false);
    assert_eq!(link.call("StartCloudRecord", record(&service, 0, "r")).await, Err(101));
}

#[tokio::test]
async fn a_stopped_agent_uploads_what_it_recorded_last_and_a_restarted_one_does_not_go_on() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let mut agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-1")).await,
        Ok(json!({}))
    );
    link.during(service.until("a segment", |saved| !saved.is_empty())).await;
    link.tell("RebootDevice", json!({})).await;
    let mut link = cloud.accept().await;
    link.keepalive("back, and not recording", |channels| {
        channels[0]["state"] == 1 && channels[0].get("record_session").is_none()
    })
    .await;
    assert_eq!(
        link.call("StartCloudRecord", record(&service, 0, "r-2")).await,
        Ok(json!({}))
    );
    let of = |saved: &[Segment]| saved.iter().filter(|segment| segment.session == "r-2").count();
    link.during(service.until("its segments", |saved| of(saved) >= 1)).await;
    let before = of(&service.saved());
    agent.stop();
    let stopped_s = now_s();
    within("the end of the agent", &mut agent.task).await.unwrap();
    // Its last segment is uploaded and confirmed when it is gone: up to the last group of pictures.
    let saved = service.saved();
    assert!(of(&saved) > before);
    let last = saved.last().unwrap();
    let ends_s = last.start_s + last.duration_s;
    assert!(
        (stopped_s - 1.0..now_s() + 0.1).contains(&ends_s),
        "{} s",
        ends_s - stopped_s
    );
    let calls = service.calls().len();
    // Time for what must not come.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(service.calls().len(), calls);
}

#[tokio::test]
async fn segments_are_so_small_that_memory_holds_some() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, mut setup) = device(1);
    setup.record.memory = 256 << 10;
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    let mut params = record(&service, 0, "r-1");
    params["seg_duration"] = json!(60);
    assert_eq!(link.call("StartCloudRecord", params).await, Ok(json!({})));
    let saved = link.during(service.until("segments", |saved| saved.len() >= 3)).await;
    assert_gapless(&saved);
    assert!(saved.iter().all(|segment| segment.data.len() <= 64 << 10));
}

#[tokio::test]
async fn of_too_many_ended_sessions_the_oldest_are_given_up_and_told() {
    let (cloud, service) = (Cloud::start().await, RecordService::start().await);
    let (_folder, setup) = device(1);
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    service.set_down(true);
    for number in 0..7 {
        let session = format!("r-{number}");
        assert_eq!(
            link.call("StartCloudRecord", record(&service, 0, &session)).await,
            Ok(json!({}))
        );
        // What it records, none of which can be uploaded.
        link.during(tokio::time::sleep(Duration::from_millis(700))).await;
    }
    service.set_down(false);
    let sessions = |saved: &[Segment]| -> Vec<String> {
        let mut sessions: Vec<_> = saved.iter().map(|segment| segment.session.clone()).collect();
        sessions.sort();
        sessions.dedup();
        sessions
    };
    let saved = service.until("the others", |saved| sessions(saved).len() >= 5);
    let saved = link.during(saved).await;
    assert_eq!(sessions(&saved), ["r-2", "r-3", "r-4", "r-5", "r-6"]);
    let told = within("what is given up", async {
        // They are at it.
        while service.stats().len() < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    link.during(told).await;
    assert_eq!(sessions(&service.saved()), ["r-2", "r-3", "r-4", "r-5", "r-6"]);
}
