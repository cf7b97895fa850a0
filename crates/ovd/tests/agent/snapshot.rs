//! Single pictures.

use super::Running;
use super::cloud::Cloud;
use super::http_server::{HttpServer, Page};
use ovd::source::test_pattern::clock::{self, TimeOfDay};
use serde_json::json;
use std::time::{Duration, SystemTime};

/// A JPEG's luma, by ffmpeg.
pub(crate) fn luma(jpeg: &[u8]) -> (u32, u32, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.jpg");
    std::fs::write(&path, jpeg).unwrap();
    let out = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&path)
        .args(["-pix_fmt", "gray", "-f", "image2pipe", "-c:v", "pgm", "-"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let head = String::from_utf8_lossy(&out.stdout[..20]).into_owned();
    let mut words = head.split_whitespace().skip(1).map(|word| word.parse::<u32>());
    let (width, height) = (words.next().unwrap().unwrap(), words.next().unwrap().unwrap());
    let pixels = out.stdout[out.stdout.len() - (width * height) as usize..].to_vec();
    (width, height, pixels)
}

#[tokio::test]
async fn a_snapshot_is_of_the_present_and_there_before_it_is_answered() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    for number in 0..2 {
        let url = server.url(&format!("/upload/{number}"));
        let before = SystemTime::now();
        let answer = link.call("Snapshot", json!({"channel": 0, "url": url})).await;
        assert_eq!(answer, Ok(json!({})));
        let after = SystemTime::now();
        let upload = server.upload().await;
        assert_eq!(upload.path, format!("/upload/{number}"));
        assert_eq!(upload.content_type, "image/jpeg");
        let (width, height, luma) = luma(&upload.body);
        assert_eq!((width, height), (1280, 720));
        let shown = clock::read(width, height, |x, y| luma[(y * width + x) as usize]).unwrap();
        let (from, to) = (
            TimeOfDay::at(before).since_midnight(),
            TimeOfDay::at(after).since_midnight(),
        );
        let shown = shown.since_midnight();
        assert!(
            (from <= shown && shown <= to) || to < from,
            "{shown:?} is not within {from:?}–{to:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_with_the_right_code() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test", "/no/such/file.mp4"]);
    let mut link = cloud.accept().await;
    let snapshot = |channel: u32, url: &str| json!({"channel": channel, "url": url});
    let url = server.url("/upload/1");
    assert_eq!(link.call("Snapshot", snapshot(9, &url)).await, Err(102));
    assert_eq!(link.call("Snapshot", snapshot(1, &url)).await, Err(103));
    assert_eq!(link.call("Snapshot", snapshot(0, "rtmp://x/y")).await, Err(12));
    let refused = Page {
        status: Some(403),
        ..Page::default()
    };
    server.put("/upload/2", refused);
    let (code, text) = link
        .ask("Snapshot", snapshot(0, &server.url("/upload/2")))
        .await
        .unwrap_err();
    assert_eq!(code, 1);
    assert!(text.contains("403") && !text.contains("secret"), "{text}");
    assert!(server.is_quiet());
}

#[tokio::test]
async fn over_tls_a_picture_goes_to_a_trusted_server_only() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("ca.pem");
    let mut server = HttpServer::start_tls(&certificate).await;
    let snapshot = json!({"channel": 0, "url": server.url("/upload/1")});
    let trusting = Running::start_trusting(Some(&certificate), &cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("Snapshot", snapshot.clone()).await, Ok(json!({})));
    assert_eq!(luma(&server.upload().await.body).0, 1280);
    drop((trusting, link));
    let _suspicious = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("Snapshot", snapshot).await, Err(1));
    assert!(server.is_quiet());
}

#[tokio::test]
async fn an_upload_that_stalls_is_given_up_before_the_cloud_gives_up() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let never = Page {
        delay: Duration::from_secs(60),
        ..Page::default()
    };
    server.put("/upload/1", never);
    let asked = std::time::Instant::now();
    let url = server.url("/upload/1");
    assert_eq!(link.call("Snapshot", json!({"channel": 0, "url": url})).await, Err(1));
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn of_h265_without_a_camera_s_own_picture_there_is_none_and_it_is_said_why() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h265.mp4");
    let status = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=10:duration=2",
        ])
        .args(["-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    let _agent = Running::start(&cloud.url(), &[path.to_str().unwrap()]);
    let mut link = cloud.accept().await;
    let (code, text) = link
        .ask("Snapshot", json!({"channel": 0, "url": "http://127.0.0.1:9/x"}))
        .await
        .unwrap_err();
    assert_eq!(code, 1);
    assert!(text.contains("H.265"), "{text}");
}

#[tokio::test]
async fn a_picture_of_a_file_with_reordered_frames_is_taken_too() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b-frames.mp4");
    let status = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=25:duration=2",
        ])
        .args(["-c:v", "libx264", "-bf", "3", "-g", "25", "-pix_fmt", "yuv420p"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    let _agent = Running::start(&cloud.url(), &[path.to_str().unwrap()]);
    let mut link = cloud.accept().await;
    let url = server.url("/upload/1");
    assert_eq!(
        link.call("Snapshot", json!({"channel": 0, "url": url})).await,
        Ok(json!({}))
    );
    let (width, height, luma) = luma(&server.upload().await.body);
    assert_eq!((width, height), (320, 240));
    assert!(luma.iter().max() > luma.iter().min());
}
