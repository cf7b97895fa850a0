//! Who may no longer watch has to leave.

use std::io::Read as _;
use std::time::Duration;

use ovc::bus::Event;
use ovc::live::{ACCESS_ENDED, PlayFormat, PlayRefused};
use tokio::task::spawn_blocking;

use crate::bench::{CHANNEL, LiveBench, device, frame, publish, viewer};
use crate::viewers::{Way, watch_by};

/// Everything a viewer's end of a connection gets until it is closed.
async fn to_the_end(mut socket: std::net::TcpStream) -> Vec<u8> {
    spawn_blocking(move || {
        let mut all = Vec::new();
        socket.read_to_end(&mut all).map(|_| all)
    })
    .await
    .unwrap()
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_whose_session_ended_is_told_and_the_others_watch_on() {
    told_while_others_watch_on(Way::FanOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_is_one_with_a_task_of_his_own() {
    told_while_others_watch_on(Way::Task).await;
}

async fn told_while_others_watch_on(way: Way) {
    let mut bench = LiveBench::new(&[]);
    let (opened, publisher, _) = bench.started().await;
    let other = bench.live.open(viewer(2), &device(), CHANNEL).await.unwrap();
    let websocket = watch_by(way, &bench.live, &opened, PlayFormat::Fmp4WebSocket);
    let flv = watch_by(way, &bench.live, &opened, PlayFormat::Flv);
    let admission = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    let mut chunks = bench.live.subscribe(admission, PlayFormat::Flv);
    let _stays = watch_by(way, &bench.live, &other, PlayFormat::Flv);
    assert_eq!(bench.live.list()[0].viewers, 4);

    bench.gate.refused.lock().push(viewer(1));
    bench.bus.publish(Event::AccessChanged);
    let told = to_the_end(websocket).await;
    let mut close = Vec::new();
    ws::encode_close(&mut close, ACCESS_ENDED, "access_ended", None);
    assert!(told.ends_with(&close), "{:?}", &told[told.len() - 20..]);
    to_the_end(flv).await;
    while chunks.next().await.is_some() {}
    drop(chunks);
    publish(&publisher, frame(1, true, 100));
    assert_eq!(bench.live.list()[0].viewers, 1);
    let refused = bench.live.admit(opened.stream_id.as_str(), &opened.play_token);
    assert_eq!(refused.unwrap_err(), PlayRefused::NotAllowed);
    assert!(bench.live.admit(other.stream_id.as_str(), &other.play_token).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_by_itself_ends_its_viewers_too() {
    let mut bench = LiveBench::new(&[]);
    let (opened, _publisher, _) = bench.started().await;
    let admission = bench.live.admit(opened.stream_id.as_str(), &opened.play_token).unwrap();
    let mut chunks = bench.live.subscribe(admission, PlayFormat::Flv);
    bench.gate.refused.lock().push(viewer(1));
    let watching = async { while chunks.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(11), watching).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_device_shut_out_in_a_storm_of_events_is_shut_out_all_the_same() {
    let mut bench = LiveBench::new(&[]);
    let (_, publisher, _) = bench.started().await;
    // More than the bus keeps, without a moment for anybody to look.
    *bench.gate.standing.lock() = Some(1);
    for _ in 0..10_000 {
        bench.device_returns();
    }
    publisher.replaced().await;
    assert_eq!(bench.live.list(), []);
}
