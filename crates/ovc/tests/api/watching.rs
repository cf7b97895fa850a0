//! Viewers as they come through the door: over TLS, and on connections used before.

use crate::app::{LIMIT, TestApp};
use crate::device::{Io, ScriptedDevice};
use crate::publisher::RtmpClient;
use crate::tls::{Files, secure};
use crate::used_connection::used;
use futures_util::StreamExt as _;
use media::{Frame, h264};
use ovc::config::Plain;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

const SPS: [u8; 25] = [
    0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
    0x2e, 0x48,
];

/// A stream that runs: its publisher, its device, and the target of its play URL in this format.
async fn stream(app: &TestApp, format: &str) -> (RtmpClient, ScriptedDevice, String) {
    let mut device = app.connected_device("cam").await;
    let opening = app.request(Method::POST, "/api/v1/devices/cam/channels/0/live");
    let opening = tokio::spawn(opening.json(&json!({})).send());
    let asked = device.answer(json!({})).await;
    let url = asked["params"]["url"].as_str().unwrap().to_owned();
    let (authority, name) = url.strip_prefix("rtmp://").unwrap().split_once("/live/").unwrap();
    let mut publisher = RtmpClient::publish(authority.parse().unwrap(), "live", name)
        .await
        .unwrap();
    let picture = h264::config_from_parameter_sets(&[&SPS], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    publisher.avc_config(&picture.record).await;
    let nal: &[u8] = &[0x65; 5000];
    publisher
        .avc(&Frame::video(0, true, media::nal::length_prefixed([nal])))
        .await;
    let opened: Value = opening.await.unwrap().unwrap().json().await.unwrap();
    let play = opened["play"][format].as_str().unwrap();
    let target = play.splitn(4, '/').nth(3).unwrap();
    (publisher, device, format!("/{target}"))
}

async fn sees_flv(mut viewer: impl Io, target: &str) {
    let request = format!("GET {target} HTTP/1.1\r\nHost: cloud.example\r\n\r\n");
    viewer.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 5000 {
        let len = tokio::time::timeout(LIMIT, viewer.read_buf(&mut seen))
            .await
            .unwrap()
            .unwrap();
        assert!(len > 0, "{}", String::from_utf8_lossy(&seen));
    }
    assert!(seen.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert!(seen.windows(3).any(|bytes| bytes == b"FLV"));
}

async fn sees_fmp4(viewer: Box<dyn Io>, target: &str) {
    let url = format!("ws://cloud.example{target}");
    let (mut socket, _) = tokio_tungstenite::client_async(url, viewer).await.unwrap();
    let mut next = async || {
        tokio::time::timeout(LIMIT, socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    };
    assert!(matches!(next().await, Message::Text(text) if text.contains("avc1.42c01e")));
    assert!(matches!(next().await, Message::Binary(bytes) if &bytes[4..8] == b"ftyp"));
    assert!(matches!(next().await, Message::Binary(bytes) if bytes.len() > 5000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_video_comes_over_tls() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
    })
    .await;
    let (_publisher, _device, flv) = stream(&app, "flv").await;
    let fmp4 = flv.replace(".flv", ".mp4");
    sees_flv(secure(&app, &files).await, &flv).await;
    sees_fmp4(Box::new(secure(&app, &files).await), &fmp4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_video_comes_on_a_used_connection() {
    let app = TestApp::start().await;
    let (_publisher, _device, fmp4) = stream(&app, "fmp4_ws").await;
    let flv = fmp4.replace(".mp4", ".flv");
    sees_flv(used(&app).await, &flv).await;
    sees_fmp4(Box::new(used(&app).await), &fmp4).await;
    let streams = app.get("/api/v1/streams").await.1;
    assert_eq!(streams["items"][0]["state"], "live", "{streams}");
}
