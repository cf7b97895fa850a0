//! From the first viewer to the last, in virtual time.

use std::time::Duration;

use bytes::Bytes;
use ovc::config::LiveConfig;
use ovc::device::CallError;
use ovc::live::{OpenError, PlayFormat, PlayRefused, PublishRefused, StreamState};

use crate::bench::{CHANNEL, LiveBench, begin, device, frame, publish};
use crate::port::Reply;

const LINGER: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);

fn refusal(code: i64) -> CallError {
    CallError::Device(dap::RpcError {
        code: dap::ErrorCode(code),
        msg: "no".into(),
    })
}

#[tokio::test(start_paused = true)]
async fn two_viewers_at_once_share_one_push() {
    let mut bench = LiveBench::new(&[]);
    let (first, second) = (bench.open(), bench.open());
    let call = bench.call().await;
    assert_eq!(call.method, "LivePublish");
    assert_eq!(call.params["channel"], 0);
    let url = call.params["url"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("rtmp://cloud.example:1935/live/{}?token=", call.stream_id())),
        "{url}"
    );
    let publisher = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    begin(&publisher);
    let (first, second) = (first.await.unwrap().unwrap(), second.await.unwrap().unwrap());
    assert_eq!(first.stream_id, second.stream_id);
    bench.is_left_alone(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn who_opens_is_told_why_there_is_no_video() {
    for (reply, error) in [
        (Reply::No(CallError::Offline), OpenError::Offline),
        (Reply::No(CallError::QueueFull), OpenError::Busy),
        (Reply::Never, OpenError::DeviceTimeout),
        (Reply::Yes, OpenError::NoMedia),
    ] {
        let bench = LiveBench::new(&[reply]);
        assert_eq!(bench.open().await.unwrap(), Err(error));
    }
    for code in [11, 12, 101, 102, 103] {
        let bench = LiveBench::new(&[Reply::No(refusal(code))]);
        let error = bench.open().await.unwrap().unwrap_err();
        assert!(matches!(error, OpenError::Refused(rpc) if rpc.code.0 == code));
        assert_eq!(bench.live.list(), [], "a refused stream is not wanted any more");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_channel_is_asked_anew_by_the_next_viewer() {
    let mut bench = LiveBench::new(&[Reply::No(refusal(103))]);
    assert!(bench.open().await.unwrap().is_err());
    let refused = bench.call().await;
    let (opened, _publisher, call) = bench.started().await;
    assert_eq!(opened.stream_id.as_str(), call.stream_id());
    assert_ne!(call.stream_id(), refused.stream_id());
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_comes_while_the_device_takes_its_time_waits_along() {
    let mut bench = LiveBench::new(&[Reply::After(SECOND * 9)]);
    let first = bench.open();
    let call = bench.call().await;
    tokio::time::sleep(SECOND * 8).await;
    let second = bench.open();
    tokio::time::sleep(SECOND * 3).await;
    assert_eq!(first.await.unwrap(), Err(OpenError::NoMedia));
    let publisher = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    begin(&publisher);
    assert!(second.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn frames_count_more_than_a_missing_answer() {
    let mut bench = LiveBench::new(&[Reply::Never]);
    let (opened, _publisher, call) = bench.started().await;
    assert_eq!(opened.stream_id.as_str(), call.stream_id());
    tokio::time::sleep(SECOND * 15).await;
    assert_eq!(bench.live.list()[0].state, StreamState::Live);
}

#[tokio::test(start_paused = true)]
async fn the_stream_stops_thirty_seconds_after_the_last_viewer() {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, call) = bench.started().await;
    let viewer = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    bench.is_left_alone(LINGER * 10).await;
    drop(viewer);
    bench.is_left_alone(LINGER - SECOND).await;
    let stop = bench.call().await;
    assert_eq!((stop.method.as_str(), stop.stream_id()), ("LiveStop", call.stream_id()));
    publisher.replaced().await;
    drop(publisher);
    let refused = bench.live.publish(&call.stream_id(), &call.publish_token()).err();
    assert_eq!(refused, Some(PublishRefused::NotWanted));
    let refused = bench
        .live
        .admit(opened.stream_id.as_str(), &opened.play_token)
        .unwrap_err();
    assert_eq!(refused, PlayRefused::Ended);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_comes_back_in_time_keeps_the_stream() {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, _) = bench.started().await;
    tokio::time::sleep(LINGER - SECOND).await;
    let again = bench.open().await.unwrap().unwrap();
    assert_eq!(again.stream_id, opened.stream_id);
    tokio::time::sleep(LINGER - SECOND).await;
    let _viewer = bench.live.admit(again.stream_id.as_str(), &again.play_token).unwrap();
    bench.is_left_alone(LINGER * 2).await;
}

#[tokio::test(start_paused = true)]
async fn a_viewer_that_crosses_the_stop_gets_another_stream() {
    let mut bench = LiveBench::new(&[Reply::Yes, Reply::After(SECOND * 5)]);
    let (opened, publisher, _) = bench.started().await;
    let stop = bench.call().await;
    assert_eq!(stop.method, "LiveStop");
    // The device has not answered LiveStop yet.
    let opening = bench.open();
    let call = bench.call().await;
    assert_eq!(call.method, "LivePublish");
    assert_ne!(call.stream_id(), opened.stream_id.as_str());
    // What the old publisher still sends reaches nobody.
    publish(&publisher, frame(1, true, 100));
    let next = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    begin(&next);
    drop(publisher);
    assert_eq!(opening.await.unwrap().unwrap().stream_id.as_str(), call.stream_id());
    assert_eq!(bench.live.list()[0].state, StreamState::Live);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_returns_is_asked_again_and_its_viewers_play_on() {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, call) = bench.started().await;
    let admission = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    let mut viewer = bench.live.subscribe(admission, PlayFormat::Fmp4WebSocket);
    assert!(starts_with_text(&viewer.next().await.unwrap(), "init"));
    viewer.next().await.unwrap();
    drop(publisher);
    assert!(starts_with_text(&viewer.next().await.unwrap(), "waiting"));
    assert_eq!(bench.live.list()[0].state, StreamState::Waiting);
    bench.device_returns();
    let again = bench.call().await;
    assert_eq!(
        (again.method.as_str(), again.stream_id()),
        ("LivePublish", call.stream_id())
    );
    let publisher = bench.live.publish(&again.stream_id(), &again.publish_token()).unwrap();
    begin(&publisher);
    assert!(starts_with_text(&viewer.next().await.unwrap(), "init"));
    viewer.next().await.unwrap();
    bench.is_left_alone(SECOND * 60).await;
}

fn starts_with_text(chunk: &Bytes, kind: &str) -> bool {
    String::from_utf8_lossy(chunk).contains(&format!("\"type\":\"{kind}\""))
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_returns_needs_no_new_request() {
    let mut bench = LiveBench::new(&[]);
    let (_, publisher, call) = bench.started().await;
    drop(publisher);
    let publisher = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    begin(&publisher);
    assert_eq!(bench.live.list()[0].state, StreamState::Live);
}

#[tokio::test(start_paused = true)]
async fn a_takeover_while_the_device_is_asked_does_not_fail_the_viewer() {
    let mut bench = LiveBench::new(&[Reply::No(CallError::Replaced)]);
    // The new login is there before the old connection's calls fail.
    let opening = bench.open();
    bench.device_returns();
    bench.call().await;
    bench.device_returns();
    let again = bench.call().await;
    let publisher = bench.live.publish(&again.stream_id(), &again.publish_token()).unwrap();
    begin(&publisher);
    assert!(opening.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_device_that_forgot_the_stream_is_reminded() {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, call) = bench.started().await;
    let _viewer = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    drop(publisher);
    bench.keepalive(None);
    bench.is_left_alone(SECOND * 11).await;
    bench.keepalive(Some(&call.stream_id()));
    bench.is_left_alone(SECOND).await;
    bench.keepalive(None);
    assert_eq!(bench.call().await.stream_id(), call.stream_id());
}

#[tokio::test(start_paused = true)]
async fn a_device_that_publishes_what_nobody_wants_is_stopped_once() {
    let mut bench = LiveBench::new(&[Reply::After(SECOND * 5)]);
    bench.keepalive(Some("left-over"));
    bench.keepalive(Some("left-over"));
    let stop = bench.call().await;
    assert_eq!(
        (stop.method.as_str(), stop.stream_id().as_str()),
        ("LiveStop", "left-over")
    );
    bench.is_left_alone(SECOND * 60).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_publishes_beside_the_live_publisher_or_without_its_token() {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, call) = bench.started().await;
    let id = call.stream_id();
    let publish = |token: &str| bench.live.publish(&id, token).err();
    assert_eq!(publish(&call.publish_token()), Some(PublishRefused::Busy));
    assert_eq!(publish(""), Some(PublishRefused::BadToken));
    assert_eq!(
        publish(&opened.play_token),
        Some(PublishRefused::BadToken),
        "a viewer's token is none"
    );
    assert_eq!(
        bench.live.publish("guessed", &call.publish_token()).err(),
        Some(PublishRefused::BadToken)
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_publisher_gives_way() {
    let config = LiveConfig {
        publisher_silence: Duration::ZERO,
        ..LiveConfig::default()
    };
    let mut bench = LiveBench::with(&[], config);
    let (_, silent, call) = bench.started().await;
    let publisher = bench.live.publish(&call.stream_id(), &call.publish_token()).unwrap();
    silent.replaced().await;
    begin(&publisher);
    // The old one's end, and what it still sends, change nothing.
    publish(&silent, frame(1, true, 100));
    drop(silent);
    assert_eq!(bench.live.list()[0].state, StreamState::Live);
}

#[tokio::test(start_paused = true)]
async fn a_play_token_is_good_for_its_stream_only() {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, call) = bench.started().await;
    let id = opened.stream_id.as_str();
    assert_eq!(bench.live.admit(id, "").unwrap_err(), PlayRefused::BadToken);
    assert_eq!(
        bench.live.admit(id, &call.publish_token()).unwrap_err(),
        PlayRefused::BadToken
    );
    assert_eq!(
        bench.live.admit("other", &opened.play_token).unwrap_err(),
        PlayRefused::BadToken
    );
    assert!(bench.live.admit(id, &opened.play_token).is_ok());
}

#[tokio::test(start_paused = true)]
async fn viewers_are_limited() {
    let config = LiveConfig {
        max_viewers: 1,
        ..LiveConfig::default()
    };
    let mut bench = LiveBench::with(&[], config);
    let (opened, _publisher, _) = bench.started().await;
    let admit = || bench.live.admit(opened.stream_id.as_str(), &opened.play_token);
    let first = admit().unwrap();
    assert_eq!(admit().unwrap_err(), PlayRefused::Full);
    drop(first);
    assert!(admit().is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_list_shows_what_runs() {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, _) = bench.started().await;
    let _viewer = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    let [stream] = &bench.live.list()[..] else {
        panic!("one stream")
    };
    assert_eq!(
        (&stream.stream_id, &stream.device, stream.channel),
        (&opened.stream_id, &device(), CHANNEL)
    );
    assert_eq!((stream.state, stream.viewers), (StreamState::Live, 1));
    let video = stream.video.as_ref().unwrap();
    assert_eq!((video.codec, video.width, video.height), ("h264", 640, 360));
}

#[tokio::test]
async fn a_shutdown_ends_streams_and_takes_no_new_ones() {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, _) = bench.started().await;
    let admission = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    let mut viewer = bench.live.subscribe(admission, PlayFormat::Flv);
    bench.live.shutdown(Duration::from_secs(5)).await;
    publisher.replaced().await;
    while viewer.next().await.is_some() {}
    assert_eq!(bench.open().await.unwrap(), Err(OpenError::ShuttingDown));
}
