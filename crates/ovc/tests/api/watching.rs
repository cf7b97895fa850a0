//! Viewers as they come through the door: over TLS, and on connections used before.

use crate::app::{LIMIT, TestApp};
use crate::cast::Cast;
use crate::device::{Io, ScriptedDevice};
use crate::publisher::RtmpClient;
use crate::tls::{Files, exchange, secure, secure_on};
use crate::used_connection::used;
use futures_util::StreamExt as _;
use media::{Frame, h264};
use ovc::config::Plain;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

const SPS: [u8; 25] = [
    0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
    0x2e, 0x48,
];

/// A stream that runs: its publisher, its device, and the target of its play URL in this format.
async fn stream(app: &TestApp, format: &str) -> (RtmpClient, ScriptedDevice, String) {
    let mut device = app.connected_device("cam").await;
    let (publisher, target) = started(app, &app.token, &mut device, format).await;
    (publisher, device, target)
}

/// The same for a device that is there already, opened by who has this token.
async fn started(app: &TestApp, token: &str, device: &mut ScriptedDevice, format: &str) -> (RtmpClient, String) {
    let opening = app.bare(Method::POST, "/api/v1/devices/cam/channels/0/live");
    let opening = tokio::spawn(opening.bearer_auth(token).json(&json!({})).send());
    let asked = device.answer(json!({})).await;
    let url = asked["params"]["url"].as_str().unwrap().to_owned();
    let mut publisher = publish_to(&url).await.unwrap();
    let picture = h264::config_from_parameter_sets(&[&SPS], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    publisher.avc_config(&picture.record).await;
    publisher.avc(&picture_of(0)).await;
    let opened: Value = opening.await.unwrap().unwrap().json().await.unwrap();
    let play = opened["play"][format].as_str().unwrap();
    let target = play.splitn(4, '/').nth(3).unwrap();
    (publisher, format!("/{target}"))
}

async fn publish_to(url: &str) -> Result<RtmpClient, impl std::fmt::Debug> {
    let (authority, name) = url.strip_prefix("rtmp://").unwrap().split_once("/live/").unwrap();
    RtmpClient::publish(authority.parse().unwrap(), "live", name).await
}

/// A picture that says its number; every 25th is a keyframe.
fn picture_of(number: u32) -> Frame {
    let keyframe = number.is_multiple_of(25);
    let mut nal = vec![0xAB; if number == 0 { 5000 } else { 20_000 }];
    nal[0] = if keyframe { 0x65 } else { 0x41 };
    nal[1..5].copy_from_slice(&number.to_be_bytes());
    Frame::video(
        i64::from(number) * 40,
        keyframe,
        media::nal::length_prefixed([&nal[..]]),
    )
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

/// Reads FLV over HTTP: the numbers of the pictures, and whether each is a keyframe.
struct FlvViewer<S>(BufReader<S>);

impl<S: Io> FlvViewer<S> {
    async fn start(mut stream: S, target: &str) -> Self {
        let request = format!("GET {target} HTTP/1.1\r\nHost: cloud.example\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        assert_eq!(line, "HTTP/1.1 200 OK\r\n");
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).await.unwrap();
        }
        let mut head = [0; 13];
        reader.read_exact(&mut head).await.unwrap();
        assert!(head.starts_with(b"FLV"));
        Self(reader)
    }

    /// The next picture; `None`: the stream has ended.
    async fn next(&mut self) -> Option<(u32, bool)> {
        let tag = async {
            loop {
                let mut head = [0; 11];
                self.0.read_exact(&mut head).await.ok()?;
                let len = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
                let mut body = vec![0; len + 4];
                self.0.read_exact(&mut body).await.ok()?;
                if head[0] == 9 && body[1] == 1 {
                    let number = u32::from_be_bytes([body[10], body[11], body[12], body[13]]);
                    return Some((number, body[0] >> 4 == 1));
                }
            }
        };
        tokio::time::timeout(LIMIT, tag)
            .await
            .expect("a picture, or the end, in time")
    }
}

/// Publishes pictures as fast as one viewer takes them, as long as it is told to go on; that viewer misses none of them.
async fn as_fast_as_it_goes(
    publisher: &mut RtmpClient,
    mut fast: FlvViewer<impl Io>,
    went: &watch::Sender<u32>,
    mut goes_on: impl AsyncFnMut(u32) -> bool,
) {
    assert_eq!(fast.next().await, Some((0, true)));
    let mut number = 0;
    while goes_on(number).await {
        // Never a whole group ahead of it.
        for _ in 0..10 {
            number += 1;
            publisher.avc(&picture_of(number)).await;
        }
        for number in number - 9..=number {
            assert_eq!(fast.next().await, Some((number, number.is_multiple_of(25))));
            went.send_replace(number);
        }
    }
}

/// Over TLS, on a connection that holds little of what is on its way.
async fn narrow(app: &TestApp, files: &Files) -> impl Io + use<> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = (Ipv4Addr::LOCALHOST, app.https_port()).into();
    let stream = socket.connect(address).await.unwrap();
    secure_on(stream, files).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_a_slow_viewer_skips_to_keyframes_and_the_others_miss_nothing() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
    })
    .await;
    let (mut publisher, _device, target) = stream(&app, "flv").await;
    let fast = FlvViewer::start(secure(&app, &files).await, &target).await;
    let mut slow = FlvViewer::start(narrow(&app, &files).await, &target).await;
    let (went, mut seen) = watch::channel(0);
    // One picture for every eight that the fast one gets.
    let slow = tokio::spawn(async move {
        let mut pictures = Vec::new();
        for turn in 1.. {
            // Without the fast one: all that there still is.
            let _ = seen.wait_for(|went| *went >= turn * 8).await;
            let Some(picture) = slow.next().await else { break };
            pictures.push(picture);
        }
        pictures
    });
    as_fast_as_it_goes(&mut publisher, fast, &went, async |number| number < 1000).await;
    drop(went);
    app.shutdown().await;
    let slow = tokio::time::timeout(LIMIT, slow).await.unwrap().unwrap();
    let skips = slow.windows(2).filter(|pair| pair[1].0 != pair[0].0 + 1);
    let skips: Vec<_> = skips.map(|pair| pair[1]).collect();
    assert!(
        !skips.is_empty() && skips.iter().all(|(_, keyframe)| *keyframe),
        "{slow:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_a_viewer_that_takes_nothing_is_dropped_and_the_others_miss_nothing() {
    let files = Files::new();
    let app = TestApp::start_with(|config| {
        files.configure(config);
        config.tls.plain = Plain::Allow;
        config.live.viewer_stall_limit = Duration::from_millis(300);
    })
    .await;
    let (mut publisher, _device, target) = stream(&app, "flv").await;
    let fast = FlvViewer::start(secure(&app, &files).await, &target).await;
    let _stuck = FlvViewer::start(narrow(&app, &files).await, &target).await;
    let began = Instant::now();
    let (went, _) = watch::channel(0);
    as_fast_as_it_goes(&mut publisher, fast, &went, async |_| {
        assert!(began.elapsed() < LIMIT, "still there");
        app.get("/api/v1/streams").await.1["items"][0]["viewers"] == 2
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_for_all_when_its_device_is_released() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    cast.assign("cam", cast.acme).await;
    let url = cast.app.dap_url("cam", &passwd);
    let mut device = ScriptedDevice::connect(&url).await;
    let (publisher, flv) = started(&cast.app, "vera", &mut device, "flv").await;
    let plain = async || TcpStream::connect(cast.app.authority()).await.unwrap();
    let mut viewer = FlvViewer::start(plain().await, &flv).await;
    assert_eq!(viewer.next().await, Some((0, true)));
    let url_of_fmp4 = format!("ws://cloud.example{}", flv.replace(".flv", ".mp4"));
    let (mut socket, _) = tokio_tungstenite::client_async(url_of_fmp4, plain().await)
        .await
        .unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Text(_)))));

    let released = cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(released.0, StatusCode::NO_CONTENT);
    assert_eq!(viewer.next().await, None);
    let closed = async {
        loop {
            if let Message::Close(close) = socket.next().await.unwrap().unwrap() {
                break close.unwrap().code;
            }
        }
    };
    let code = tokio::time::timeout(LIMIT, closed).await.unwrap();
    assert_eq!(u16::from(code), 1001, "the player asks whether there is another");
    tokio::time::timeout(LIMIT, publisher.closed_by_server()).await.unwrap();
    // Nor does anything of it go on at the next holder.
    cast.assign("cam", cast.bolt).await;
    let mut device = ScriptedDevice::connect(&url).await;
    let (_publisher, theirs) = started(&cast.app, "boris", &mut device, "flv").await;
    assert_ne!(theirs.split('?').next(), flv.split('?').next());
    let request = format!("GET {flv} HTTP/1.1\r\nHost: cloud.example\r\n\r\n");
    let refused = exchange(plain().await, &request).await;
    assert!(
        refused.starts_with("HTTP/1.1 404 ") && refused.contains("stream_ended"),
        "{refused}"
    );
}
