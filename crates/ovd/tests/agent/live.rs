//! Live streams: started, replaced, stopped, brought back.

use super::Running;
use super::cloud::{Cloud, Link, within};
use super::media_server::{MediaServer, Publication};
use media::flv::Body;
use media::{Frame, TrackKind, VideoConfig};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn publish(server: &MediaServer, channel: u32, stream: &str, max_bitrate: u64) -> Value {
    json!({"channel": channel, "url": server.url(stream), "stream_id": stream, "max_bitrate": max_bitrate})
}

/// Starts a stream: the command's answer, and the publisher that came of it.
async fn start(link: &mut Link, server: &MediaServer, stream: &str) -> (Result<Value, i64>, Publication) {
    tokio::join!(link.call("LivePublish", publish(server, 0, stream, 0)), server.accept())
}

async fn first_picture(publication: &mut Publication) -> (VideoConfig, Frame) {
    let mut config = None;
    loop {
        match publication.next().await.expect("the stream goes on") {
            Body::VideoConfig(video) => config = Some(video),
            Body::Frame(frame) if frame.track == TrackKind::Video => {
                return (config.expect("a configuration comes first"), frame);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_stream_starts_with_a_keyframe_within_a_second() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    link.keepalive("online", |channels| channels[0]["state"] == 1).await;
    let asked = Instant::now();
    let (answer, mut publication) = start(&mut link, &server, "s-1").await;
    assert_eq!(answer, Ok(json!({})));
    let (video, frame) = first_picture(&mut publication).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "took {:?}", asked.elapsed());
    assert!(frame.keyframe);
    assert_eq!((video.width, video.height), (1280, 720));
    assert_eq!(
        (publication.app.as_str(), publication.stream.as_str()),
        ("live", "s-1?token=secret")
    );
    link.keepalive("live", |channels| {
        channels[0]["state"] == 2 && channels[0]["stream_id"] == "s-1"
    })
    .await;
}

#[tokio::test]
async fn the_same_stream_again_is_a_success_and_restarts_nothing() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut publication) = start(&mut link, &server, "s-1").await;
    first_picture(&mut publication).await;
    assert_eq!(
        link.call("LivePublish", publish(&server, 0, "s-1", 0)).await,
        Ok(json!({}))
    );
    assert!(matches!(publication.next().await, Some(Body::Frame(frame)) if !frame.keyframe));
}

#[tokio::test]
async fn another_stream_takes_the_place_of_the_present_one() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut first) = start(&mut link, &server, "s-1").await;
    first_picture(&mut first).await;
    let replaced = async { tokio::join!(start(&mut link, &server, "s-2"), first.ended()) };
    let ((answer, mut second), said_goodbye) = within("replacement", replaced).await;
    assert_eq!(answer, Ok(json!({})));
    assert!(said_goodbye);
    let (_, frame) = first_picture(&mut second).await;
    assert!(frame.keyframe);
    link.keepalive("the new one", |channels| {
        channels[0]["stream_id"] == "s-2" && channels[0]["state"] == 2
    })
    .await;
}

#[tokio::test]
async fn a_stopped_stream_ends_and_stopping_none_is_a_success() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut publication) = start(&mut link, &server, "s-1").await;
    first_picture(&mut publication).await;
    assert_eq!(
        link.call("LiveStop", json!({"channel": 0, "stream_id": "other"})).await,
        Ok(json!({}))
    );
    assert!(publication.next().await.is_some(), "another stream's end is not ours");
    let stop = link.call("LiveStopPublish", json!({"channel": 0, "stream_id": "s-1"}));
    let (answer, said_goodbye) = tokio::join!(stop, publication.ended());
    assert_eq!(answer, Ok(json!({})));
    assert!(said_goodbye);
    link.keepalive("no stream", |channels| channels[0] == json!({"channel": 0, "state": 1}))
        .await;
    assert_eq!(
        link.call("LiveStop", json!({"channel": 0, "stream_id": "s-1"})).await,
        Ok(json!({}))
    );
}

#[tokio::test]
async fn a_stream_whose_connection_is_lost_comes_back_on_the_same_address() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut publication) = start(&mut link, &server, "s-1").await;
    first_picture(&mut publication).await;
    drop(publication);
    link.keepalive("not live", |channels| {
        channels[0]["state"] == 1 && channels[0]["stream_id"] == "s-1"
    })
    .await;
    let mut publication = server.accept().await;
    assert_eq!(publication.stream, "s-1?token=secret");
    let (_, frame) = first_picture(&mut publication).await;
    assert!(frame.keyframe);
    link.keepalive("live again", |channels| channels[0]["state"] == 2).await;
}

#[tokio::test]
async fn a_live_stream_outlives_the_connection_to_the_cloud() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut publication) = start(&mut link, &server, "s-1").await;
    first_picture(&mut publication).await;
    link.close(1001).await;
    let mut link = cloud.accept().await;
    link.keepalive("still live", |channels| {
        channels[0]["state"] == 2 && channels[0]["stream_id"] == "s-1"
    })
    .await;
    assert!(matches!(publication.next().await, Some(Body::Frame(_))));
}

#[tokio::test]
async fn an_uplink_that_stalls_gets_the_present_and_not_the_past_when_it_is_back() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heavy.mp4");
    // Noise at 8 Mbit/s and more: the buffers between the two ends are full within a second.
    let status = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "nullsrc=size=320x240:rate=25:duration=2,geq=random(1)*255:128:128",
        ])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-qp",
            "8",
            "-g",
            "25",
            "-pix_fmt",
            "yuv420p",
        ])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    let _agent = Running::start(&cloud.url(), &[path.to_str().unwrap()]);
    let mut link = cloud.accept().await;
    let (answer, mut publication) = start(&mut link, &server, "s-1").await;
    assert_eq!(answer, Ok(json!({})));
    // The stall itself: nothing is read for twice as long as the device may let frames wait.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut last: Option<Frame> = None;
    let gap_ms = loop {
        let Some(Body::Frame(frame)) = publication.next().await else {
            continue;
        };
        let step_ms = last.as_ref().map_or(0, |last| frame.dts_ms - last.dts_ms);
        if step_ms > 1000 {
            assert!(frame.keyframe, "after the gap the picture can be decoded");
            break step_ms;
        }
        last = Some(frame);
    };
    assert!(gap_ms < 8000, "{gap_ms} ms are missing");
}

#[tokio::test]
async fn what_cannot_be_published_is_told_with_the_right_code() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test", "/no/such/file.mp4"]);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("LivePublish", publish(&server, 7, "s-1", 0)).await, Err(102));
    assert_eq!(link.call("LivePublish", publish(&server, 1, "s-1", 0)).await, Err(103));
    assert_eq!(
        link.call("LivePublish", publish(&server, 0, "s-1", 100_000)).await,
        Err(11)
    );
    let bad = json!({"channel": 0, "url": "http://x/y/z", "stream_id": "s", "max_bitrate": 0});
    assert_eq!(link.call("LivePublish", bad).await, Err(12));
    let (answer, ()) = tokio::join!(link.call("LivePublish", publish(&server, 0, "s-1", 0)), server.refuse());
    assert_eq!(answer, Err(1));
    link.keepalive("no stream", |channels| channels[0] == json!({"channel": 0, "state": 1}))
        .await;
}

#[tokio::test]
async fn a_stopped_agent_ends_its_streams() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let mut agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let (_, mut publication) = start(&mut link, &server, "s-1").await;
    first_picture(&mut publication).await;
    agent.stop();
    assert!(publication.ended().await);
}
