//! Music from the cloud.

use super::cloud::{Cloud, Link, within};
use super::http_server::{HttpServer, Page};
use super::{Running, setup};
use serde_json::{Value, json};
use std::time::Instant;

/// A WAV file of so many seconds of a steady level, at 8000 Hz.
fn wav(seconds: usize, level: i16) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let mut writer = ovd::sound::WavWriter::create(&path, 8000, 1).unwrap();
    writer.write(&vec![level; seconds * 8000]).unwrap();
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

async fn status(link: &mut Link, channel: u32) -> Value {
    link.call("AudioOutQuery", json!({"channel": channel})).await.unwrap()
}

async fn until(link: &mut Link, wanted: &str) {
    within(wanted, async { while status(link, 0).await["status"] != wanted {} }).await;
}

#[tokio::test]
async fn music_plays_at_its_own_speed_into_the_file_and_the_status_is_true() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let _agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test", "test"]));
    let mut link = cloud.accept().await;
    assert_eq!(status(&mut link, 0).await, json!({"status": "stopped"}));
    let half = json!({"channls": {"0": {"audio_out_volume": 50}}});
    assert_eq!(link.call("SetConfig", half).await, Ok(json!({})));
    let page = Page {
        body: wav(2, 1000).into(),
        ..Page::default()
    };
    server.put("/sound/1", page);
    let url = server.url("/sound/1");
    let asked = Instant::now();
    link.tell("AudioOutPlay", json!({"channel": 0, "url": url})).await;
    until(&mut link, "playing").await;
    assert_eq!(status(&mut link, 0).await, json!({"status": "playing", "url": url}));
    assert_eq!(status(&mut link, 1).await["status"], "stopped");
    link.tell("AudioOutCtrl", json!({"channel": 0, "op": "pause"})).await;
    until(&mut link, "pausing").await;
    link.tell("AudioOutCtrl", json!({"channel": 0, "op": "resume"})).await;
    until(&mut link, "playing").await;
    until(&mut link, "stopped").await;
    assert!(
        asked.elapsed().as_secs_f64() > 1.0,
        "not faster than it is heard: {:?}",
        asked.elapsed()
    );
    let heard = std::fs::read(folder.path().join("audio_out").join("channel-0.wav")).unwrap();
    let mut sound = ovd::sound::open(heard).unwrap();
    let samples: Vec<i16> = std::iter::from_fn(|| sound.next()).flatten().collect();
    assert_eq!(
        (samples.len(), samples.iter().max()),
        (16_000, Some(&500)),
        "at half the volume"
    );
}

#[tokio::test]
async fn music_stops_when_told_and_a_new_piece_takes_the_old_one_s_place() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    for path in ["/sound/1", "/sound/2"] {
        let page = Page {
            body: wav(60, 1000).into(),
            ..Page::default()
        };
        server.put(path, page);
        link.tell("AudioOutPlay", json!({"channel": 0, "url": server.url(path)}))
            .await;
        until(&mut link, "playing").await;
        assert_eq!(status(&mut link, 0).await["url"], server.url(path));
    }
    link.tell("AudioOutCtrl", json!({"channel": 0, "op": "stop"})).await;
    until(&mut link, "stopped").await;
    link.tell("AudioOutCtrl", json!({"channel": 0, "op": "resume"})).await;
    assert_eq!(
        status(&mut link, 0).await,
        json!({"status": "stopped"}),
        "what was stopped does not go on"
    );
}

#[tokio::test]
async fn what_cannot_be_played_leaves_the_loudspeaker_silent() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let noise = Page {
        body: "no sound at all".into(),
        ..Page::default()
    };
    server.put("/sound/1", noise);
    for url in [
        server.url("/sound/1"),
        server.url("/missing"),
        "file:///etc/passwd".to_owned(),
    ] {
        link.tell("AudioOutPlay", json!({"channel": 0, "url": url})).await;
        until(&mut link, "stopped").await;
    }
    assert_eq!(link.call("AudioOutQuery", json!({"channel": 5})).await, Err(102));
}
