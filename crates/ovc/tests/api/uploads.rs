//! What devices upload, as HTTP: whoever has no address made for it uploads nothing.

use crate::app::{LIMIT, TestApp, answer};
use crate::device::ScriptedDevice;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A JPEG of this size in pixels, as far as its header goes, with something behind it.
pub(crate) fn jpeg(width: u16, height: u16, rest: &str) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
    bytes.extend(rest.as_bytes());
    bytes.extend(b"\xff\xd9");
    bytes
}

pub(crate) async fn send(method: Method, url: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = reqwest::Client::new().request(method, url).timeout(LIMIT).body(body);
    let (status, body) = answer(request.send().await.unwrap()).await;
    (status.as_u16(), body)
}

pub(crate) async fn put(url: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    send(Method::PUT, url, body).await
}

/// Lets the device raise an alarm; where it is to upload a picture.
pub(crate) async fn picture_wanted(device: &mut ScriptedDevice) -> String {
    let alarm = json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "" });
    let told = device.call("AlarmNotify", alarm).await;
    told["resp"]["pic_upload_url"].as_str().unwrap().to_owned()
}

/// Every file of an object that is there.
pub(crate) fn objects(data_dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data_dir.join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn a_picture_comes_by_put_or_post_raw_or_as_a_form() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    for way in ["put", "post", "form"] {
        let url = picture_wanted(&mut device).await;
        let here = format!("http://{}/upload/a", app.authority());
        assert!(url.len() <= 256 && url.starts_with(&here), "{url}");
        let picture = jpeg(64, 48, way);
        let (status, _) = match way {
            "put" => put(&url, picture.clone()).await,
            "post" => send(Method::POST, &url, picture.clone()).await,
            _ => {
                let mut form = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n".to_vec();
                form.extend(b"--x\r\nContent-Disposition: form-data; name=\"pic\"; filename=\"1.jpg\"\r\n\r\n");
                form.extend(&picture);
                form.extend(b"\r\n--x--\r\n");
                let request = reqwest::Client::new().post(&url).body(form);
                let request = request.header("content-type", "multipart/form-data; boundary=x");
                let (status, body) = answer(request.send().await.unwrap()).await;
                (status.as_u16(), body)
            }
        };
        assert_eq!(status, 200, "{way}");
        let (_, list) = app.get("/api/v1/alarms").await;
        let id = list["items"][0]["id"].as_i64().unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "it is one event all along");
        let path = format!("/api/v1/alarms/{id}/picture");
        let shown = app.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(shown.headers()["content-type"], "image/jpeg");
        assert_eq!(shown.bytes().await.unwrap(), picture, "{way}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_upload_is_told_and_nothing_is_left_of_it() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let url = picture_wanted(&mut device).await;
    let (address, token) = url.split_once("?token=").unwrap();
    let other = format!("{}9?token={token}", address);
    let mut forged = token.to_owned();
    forged.replace_range(3..4, if &token[3..4] == "A" { "B" } else { "A" });
    let forged = format!("{address}?token={forged}");
    let good = jpeg(64, 48, "");
    let huge = [jpeg(64, 48, ""), vec![0; 9 << 20]].concat();
    for (url, body, expected) in [
        (&other, good.clone(), 403),
        (&forged, good.clone(), 403),
        (&address.to_owned(), good.clone(), 403),
        (
            &format!("http://{}/upload/x1?token={token}", app.authority()),
            good.clone(),
            403,
        ),
        (&url, b"GIF89a".to_vec(), 415),
        (&url, Vec::new(), 415),
        (&url, huge.clone(), 413),
    ] {
        let (status, body) = put(url, body).await;
        assert_eq!(status, expected, "{url} {body}");
        assert!(body["info"].as_str().is_some_and(|info| !info.is_empty()), "{body}");
    }
    // Nor by not saying how long it is.
    let pieces = huge
        .chunks(1 << 16)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
        .collect::<Vec<_>>();
    let endless = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    assert_eq!(put(&url, endless).await.0, 413);
    let form = send(Method::POST, &url, "no form").await;
    assert_eq!(form.0, 415, "{}", form.1);
    assert_eq!(objects(app.data_dir()), Vec::<PathBuf>::new());
    assert_eq!(put(&url, good).await.0, 200);
    assert_eq!(objects(app.data_dir()).len(), 1);
}

#[tokio::test]
async fn the_same_again_is_fine_and_something_else_is_not() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let first = picture_wanted(&mut device).await;
    assert_eq!(put(&first, jpeg(64, 48, "1")).await.0, 200);
    assert_eq!(put(&first, jpeg(64, 48, "1")).await.0, 200);
    assert_eq!(put(&first, jpeg(64, 48, "other")).await.0, 409);
    // The device tells of it again: a later picture takes the place of the one before.
    let second = picture_wanted(&mut device).await;
    assert_eq!(put(&second, jpeg(64, 48, "2")).await.0, 200);
    assert_eq!(put(&first, jpeg(64, 48, "1")).await.0, 409, "late");
    let shown = app
        .request(Method::GET, "/api/v1/alarms/1/picture")
        .send()
        .await
        .unwrap();
    assert_eq!(shown.bytes().await.unwrap(), jpeg(64, 48, "2"));
}

#[tokio::test]
async fn an_address_outlives_a_restart_but_not_the_device() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let url = picture_wanted(&mut device).await;
    let before = app.authority();
    let app = app.restart().await;
    let url = url.replace(&before, &app.authority());
    let change = json!({ "disabled": true });
    app.send(Method::PATCH, "/api/v1/devices/cam", change).await;
    assert_eq!(put(&url, jpeg(64, 48, "")).await.0, 403);
    app.send(Method::PATCH, "/api/v1/devices/cam", json!({ "disabled": false }))
        .await;
    assert_eq!(put(&url, jpeg(64, 48, "")).await.0, 200);
    app.send(Method::DELETE, "/api/v1/devices/cam", json!({})).await;
    assert_eq!(put(&url, jpeg(64, 48, "")).await.0, 404);
}

#[tokio::test]
async fn an_upload_cut_short_leaves_nothing() {
    use tokio::io::AsyncWriteExt as _;
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let url = picture_wanted(&mut device).await;
    let target = url.split_once(&app.authority()).unwrap().1;
    let mut socket = tokio::net::TcpStream::connect(app.authority()).await.unwrap();
    let head = format!("PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let half = [jpeg(64, 48, ""), vec![0; 600_000]].concat();
    socket.write_all(&half).await.unwrap();
    while objects(app.data_dir()).is_empty() {
        tokio::task::yield_now().await;
    }
    drop(socket);
    while !objects(app.data_dir()).is_empty() {
        tokio::task::yield_now().await;
    }
    let (_, alarm) = app.get("/api/v1/alarms/1").await;
    assert_eq!(alarm["has_picture"], false);
}
