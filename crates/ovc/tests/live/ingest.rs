//! What publishers over RTMP get.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use media::{Frame, flv, h265, nal};
use ovc::ingest::rtmp::Rtmp;
use ovc::live::{PlayFormat, StreamState, Subscription};
use sapflow_rtmp::client::ClientError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::bench::{LiveBench, frame, picture, sound};
use crate::port::Call;
use crate::publisher::RtmpClient;

const LIMIT: Duration = Duration::from_secs(20);

struct IngestBench {
    bench: LiveBench,
    address: SocketAddr,
    closing: watch::Sender<bool>,
}

impl IngestBench {
    async fn start() -> Self {
        let bench = LiveBench::new(&[]);
        let rtmp = Rtmp::bind((Ipv4Addr::LOCALHOST, 0).into(), 100).await.unwrap();
        let address = rtmp.local_addr().unwrap();
        let (closing, closes) = watch::channel(false);
        tokio::spawn(rtmp.serve(bench.live.clone(), closes));
        Self {
            bench,
            address,
            closing,
        }
    }

    /// A wanted stream, its publisher, and a viewer.
    async fn published(&mut self) -> (RtmpClient, Call, Subscription) {
        let opening = self.bench.open();
        let call = self.bench.call().await;
        let mut client = RtmpClient::publish(self.address, "live", &call.publish_name())
            .await
            .unwrap();
        client.avc_config(&picture().record).await;
        client.aac_config(&sound().asc).await;
        client.avc(&frame(0, true, 5000)).await;
        let opened = opening.await.unwrap().unwrap();
        let admission = self
            .bench
            .live
            .admit(opened.stream_id.as_str(), &opened.play_token)
            .unwrap();
        (client, call, self.bench.live.subscribe(admission, PlayFormat::Flv))
    }

    async fn refusal(&self, app: &str, name: &str) -> ClientError {
        let asked = tokio::time::timeout(LIMIT, RtmpClient::publish(self.address, app, name));
        asked.await.unwrap().err().expect("refused")
    }
}

/// Reads tags until `enough` says so.
async fn tags(viewer: &mut Subscription, mut enough: impl FnMut(&[u8]) -> bool) -> Bytes {
    let mut all = Vec::new();
    while !enough(&all) {
        all.extend_from_slice(
            &tokio::time::timeout(LIMIT, viewer.next())
                .await
                .unwrap()
                .expect("the stream goes on"),
        );
    }
    all.into()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn picture_and_sound_reach_the_viewer_unchanged() {
    let mut ingest = IngestBench::start().await;
    let (mut client, _, mut viewer) = ingest.published().await;
    client.aac(20, b"raw aac frame").await;
    let second = Frame {
        pts_ms: 120,
        ..frame(1, false, 70_000)
    };
    client.avc(&second).await;
    let got = tags(&mut viewer, |all| contains(all, &second.data)).await;
    assert!(got.starts_with(&flv::file_header(true, true)));
    for part in [
        &picture().record[..],
        &sound().asc[..],
        &frame(0, true, 5000).data[..],
        b"raw aac frame",
    ] {
        assert!(contains(&got, part));
    }
    assert!(contains(&got, &flv::write_video(media::VideoCodec::H264, &second)));
}

#[tokio::test]
async fn hevc_comes_in_as_enhanced_rtmp_and_goes_out_so() {
    let mut ingest = IngestBench::start().await;
    let opening = ingest.bench.open();
    let call = ingest.bench.call().await;
    let mut client = RtmpClient::publish(ingest.address, "live", &call.publish_name())
        .await
        .unwrap();
    let vps = b"\x40\x01\x0c\x01\xff\xff\x01\x60\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x5a\x95\x98\x09";
    let sps = b"\x42\x01\x01\x01\x60\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x5a\xa0\x06\x02\x01\xb1\x65\x95\x9a\x49\x32\xbc\x05\xa0\x20\0\0\x03\0\x20\0\0\x03\x03\x21";
    let config = h265::config_from_parameter_sets(&[vps], &[sps], &[b"\x44\x01\xc1\x72\xb4\x62\x40"]).unwrap();
    client.video_body(0, &flv::write_video_config(&config)).await;
    let keyframe = Frame::video(0, true, nal::length_prefixed([&b"\x26\x01an IDR picture"[..]]));
    let body = flv::write_video(config.codec, &keyframe);
    client.video_body(0, &body).await;
    let opened = opening.await.unwrap().unwrap();
    let listed = ingest.bench.live.list()[0].video.clone().unwrap();
    assert_eq!((listed.codec, listed.width, listed.height), ("h265", 768, 432));
    let admit = || {
        ingest
            .bench
            .live
            .admit(opened.stream_id.as_str(), &opened.play_token)
            .unwrap()
    };
    let mut viewer = ingest.bench.live.subscribe(admit(), PlayFormat::Flv);
    tags(&mut viewer, |all| contains(all, &body)).await;
    let mut viewer = ingest.bench.live.subscribe(admit(), PlayFormat::Fmp4WebSocket);
    let got = tags(&mut viewer, |all| contains(all, b"an IDR picture")).await;
    assert!(contains(&got, br#"codecs=\"hvc1.1.6.L90.90\""#));
}

#[tokio::test]
async fn who_may_not_publish_is_refused_with_a_reason() {
    let mut ingest = IngestBench::start().await;
    let (client, call, _viewer) = ingest.published().await;
    let id = call.stream_id();
    let denied = |error: ClientError| format!("{error:?} {error}").contains("Denied");
    assert!(denied(ingest.refusal("live", "guessed").await));
    assert!(denied(
        ingest
            .refusal("live", &format!("{id}?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
            .await
    ));
    let beside = ingest.refusal("live", &call.publish_name()).await;
    assert!(format!("{beside:?} {beside}").contains("BadName"), "{beside:?}");
    assert!(format!("{:?}", ingest.refusal("vod", &call.publish_name()).await).contains("BadName"));
    assert_eq!(
        ingest.bench.live.list()[0].state,
        StreamState::Live,
        "the publisher did not notice"
    );
    ingest.bench.live.shutdown(Duration::from_secs(1)).await;
    tokio::time::timeout(LIMIT, client.closed_by_server()).await.unwrap();
    assert!(
        denied(ingest.refusal("live", &call.publish_name()).await),
        "the stream has ended"
    );
}

#[tokio::test]
async fn a_publisher_whose_connection_died_may_return_at_once() {
    let mut ingest = IngestBench::start().await;
    let (client, call, mut viewer) = ingest.published().await;
    tags(&mut viewer, |all| contains(all, &frame(0, true, 5000).data)).await;
    drop(client);
    let mut client = loop {
        // The server needs a moment to see the end of the old connection.
        if let Ok(client) = RtmpClient::publish(ingest.address, "live", &call.publish_name()).await {
            break client;
        }
    };
    client.avc_config(&picture().record).await;
    client.avc(&frame(7, true, 6000)).await;
    tags(&mut viewer, |all| contains(all, &frame(7, true, 6000).data)).await;
}

#[tokio::test]
async fn what_is_no_rtmp_is_hung_up_on() {
    let ingest = IngestBench::start().await;
    // Of the third, the handshake passes for one, and what follows it is no chunk.
    let after_handshake = [&[3; 1 + 2 * 1536][..], &[0xFF; 100]].concat();
    for nonsense in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        &[0x16; 4000],
        &after_handshake,
    ] {
        let mut socket = TcpStream::connect(ingest.address).await.unwrap();
        // It may hang up before it has read everything.
        let _ = socket.write_all(nonsense).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(LIMIT, socket.read_to_end(&mut answer))
            .await
            .expect("hung up");
    }
}

#[tokio::test]
async fn closing_ends_publishers() {
    let mut ingest = IngestBench::start().await;
    let (client, ..) = ingest.published().await;
    ingest.closing.send_replace(true);
    tokio::time::timeout(LIMIT, client.closed_by_server()).await.unwrap();
}

/// Needs `ffmpeg` and `ffprobe`.
#[tokio::test]
async fn ffmpeg_publishes_and_ffprobe_reads_both_formats() {
    let mut ingest = IngestBench::start().await;
    let opening = ingest.bench.open();
    let call = ingest.bench.call().await;
    let url = format!("rtmp://{}/live/{}", ingest.address, call.publish_name());
    let mut publisher = Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-re",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=25",
        ])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "20"])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "25",
            "-c:a",
            "aac",
            "-f",
            "flv",
            &url,
        ])
        .stdin(Stdio::null())
        .spawn()
        .expect("this test needs ffmpeg");
    let opened = tokio::time::timeout(LIMIT, opening).await.unwrap().unwrap().unwrap();
    for (format, name) in [(PlayFormat::Flv, "live.flv"), (PlayFormat::Fmp4WebSocket, "live.mp4")] {
        let admission = ingest
            .bench
            .live
            .admit(opened.stream_id.as_str(), &opened.play_token)
            .unwrap();
        let mut viewer = ingest.bench.live.subscribe(admission, format);
        let mut file = Vec::new();
        for _ in 0..60 {
            let chunk = tokio::time::timeout(LIMIT, viewer.next()).await.unwrap().unwrap();
            file.extend_from_slice(&chunk);
        }
        if format == PlayFormat::Fmp4WebSocket {
            file = binary_messages(file);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &file).unwrap();
        let probe = Command::new("ffprobe")
            .args(["-loglevel", "warning", "-count_frames", "-show_entries"])
            .args([
                "stream=codec_name,width,height,sample_rate,nb_read_frames",
                "-of",
                "json",
            ])
            .arg(&path)
            .output()
            .expect("this test needs ffprobe");
        let told: serde_json::Value = serde_json::from_slice(&probe.stdout).unwrap();
        let (video, audio) = (&told["streams"][0], &told["streams"][1]);
        assert_eq!(
            (&video["codec_name"], &video["width"], &video["height"]),
            (&"h264".into(), &320.into(), &180.into())
        );
        assert_eq!(
            (&audio["codec_name"], &audio["sample_rate"]),
            (&"aac".into(), &"48000".into())
        );
        let frames: u32 = video["nb_read_frames"].as_str().unwrap().parse().unwrap();
        assert!(frames >= 45, "{name}: {frames} frames decode");
        assert_eq!(
            String::from_utf8_lossy(&probe.stderr),
            "",
            "{name}: nothing to complain about"
        );
    }
    publisher.kill().unwrap();
    publisher.wait().unwrap();
}

/// The payloads of the binary messages among a server's WebSocket frames.
fn binary_messages(mut input: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut decoder = ws::Decoder::new(ws::Role::Client, 1 << 24);
    decoder
        .decode(&mut input, |message| {
            if let ws::Message::Binary(payload) = message {
                out.extend_from_slice(payload);
            }
        })
        .unwrap();
    out
}
