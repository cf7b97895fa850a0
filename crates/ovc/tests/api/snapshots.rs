//! Pictures that people have devices take.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use crate::uploads::{jpeg, put};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const TAKE: &str = "/api/v1/devices/cam/channels/0/snapshots";

/// Does what Snapshot asks for; the picture.
pub(crate) async fn takes_one(device: &mut ScriptedDevice, what: &str) -> Vec<u8> {
    let request = device.receive().await;
    assert_eq!(request["req"], "Snapshot", "{request}");
    let picture = jpeg(640, 360, what);
    let url = request["params"]["url"].as_str().unwrap();
    assert_eq!(put(url, picture.clone()).await.0, 200);
    // Repeated is harmless.
    assert_eq!(put(url, picture.clone()).await.0, 200);
    assert_eq!(put(url, jpeg(1, 1, "another")).await.0, 409);
    device
        .send_text(json!({ "seq": request["seq"], "resp": {} }).to_string())
        .await;
    picture
}

async fn taken(cast: &Cast, who: &str, channel: u32, device: &mut ScriptedDevice, what: &str) -> Value {
    let path = format!("/api/v1/devices/cam/channels/{channel}/snapshots");
    let (answer, _) = tokio::join!(cast.post(who, &path, json!({})), takes_one(device, what));
    assert_eq!(answer.0, StatusCode::CREATED, "{}", answer.1);
    answer.1
}

#[tokio::test]
async fn the_answer_comes_when_the_picture_is_there_and_it_can_be_looked_at_and_saved() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let mut feed = app.feed().await;
    let ((status, snapshot), picture) = tokio::join!(app.post(TAKE, json!({})), takes_one(&mut device, "yard"));
    assert_eq!(status, StatusCode::CREATED, "{snapshot}");
    let told = feed.next_of("snapshot").await.data;
    assert_eq!((&told["id"], &told["channel"]), (&snapshot["id"], &json!(0)));
    assert_eq!(
        (
            &snapshot["width"],
            &snapshot["height"],
            &snapshot["bytes"],
            &snapshot["content_type"]
        ),
        (&json!(640), &json!(360), &json!(picture.len()), &json!("image/jpeg"))
    );
    let (_, list) = app.get("/api/v1/devices/cam/snapshots").await;
    assert_eq!(list["items"], json!([snapshot]));
    let path = format!("/api/v1/devices/cam/snapshots/{}/image", snapshot["id"]);
    let image = app.request(Method::GET, &path).send().await.unwrap();
    let header = |name: &str| image.headers()[name].to_str().unwrap().to_owned();
    assert!(header("cache-control").contains("private") && header("cache-control").contains("immutable"));
    assert!(header("content-disposition").starts_with("inline; filename*=UTF-8''cam-0-20"));
    let etag = header("etag");
    assert_eq!(image.bytes().await.unwrap(), picture);
    let saved = app.request(Method::GET, &format!("{path}?download=true"));
    let saved = saved.header("range", "bytes=2-5").send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::PARTIAL_CONTENT);
    assert!(
        saved.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(saved.bytes().await.unwrap(), picture[2..6]);
    let known = app.request(Method::GET, &path).header("if-none-match", etag);
    assert_eq!(known.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);

    let path = format!("/api/v1/devices/cam/snapshots/{}", snapshot["id"]);
    assert_eq!(
        app.send(Method::DELETE, &path, json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        refusal(&app.send(Method::DELETE, &path, json!({})).await),
        (404, "no_such_snapshot")
    );
}

#[tokio::test]
async fn what_went_wrong_is_told() {
    let app = TestApp::start_with(|config| config.snapshots.patience = std::time::Duration::from_millis(50)).await;
    let mut device = app.connected_device("cam").await;
    let (answer, _) = tokio::join!(app.post(TAKE, json!({})), device.answer(json!({})));
    assert_eq!(refusal(&answer), (502, "no_picture"));
    let refuses = async {
        let request = device.receive().await;
        let err = json!({ "code": 103, "msg": "lens cap is on" });
        device
            .send_text(json!({ "seq": request["seq"], "err": err }).to_string())
            .await;
        request
    };
    let (answer, request) = tokio::join!(app.post(TAKE, json!({})), refuses);
    assert_eq!(refusal(&answer), (422, "device_refused"));
    assert_eq!(
        answer.1["error"]["device_error"],
        json!({ "code": 103, "msg": "lens cap is on" })
    );
    // What comes late is kept all the same.
    let url = request["params"]["url"].as_str().unwrap();
    assert_eq!(put(url, b"<html>".to_vec()).await.0, 415);
    assert_eq!(put(url, jpeg(8, 8, "")).await.0, 200);
    let (_, list) = app.get("/api/v1/devices/cam/snapshots").await;
    assert_eq!(each(&list, "width"), ["8"]);
    device.close().await;
    assert_eq!(refusal(&app.post(TAKE, json!({})).await), (409, "device_offline"));
}

#[tokio::test]
async fn everybody_sees_pictures_of_the_channels_and_times_that_are_his() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let first = taken(&cast, "olga", 0, &mut device, "1").await;
    let second = taken(&cast, "vera", 1, &mut device, "2").await;
    let listed = async |who: &str| {
        let (status, list) = cast.get(who, "/api/v1/devices/cam/snapshots").await;
        (
            status.as_u16(),
            if status.is_success() {
                each(&list, "channel")
            } else {
                Vec::new()
            },
        )
    };
    assert_eq!(listed("vera").await, (200, vec!["1".into(), "0".into()]));
    assert_eq!(listed("boris").await.0, 404);
    assert_eq!(listed("root").await.0, 403);
    assert_eq!(listed("guest").await.0, 404);
    let image = async |who: &str, snapshot: &Value| {
        let path = format!("/api/v1/devices/cam/snapshots/{}/image", snapshot["id"]);
        let request = cast.app.bare(Method::GET, &path).bearer_auth(who);
        request.send().await.unwrap().status().as_u16()
    };
    cast.grant(json!([{ "login_code": "cam", "channel": 1, "permissions": ["see_recordings"] }]))
        .await;
    assert_eq!(listed("guest").await, (200, vec!["1".into()]));
    assert_eq!(
        (image("guest", &first).await, image("guest", &second).await),
        (404, 200)
    );
    let over = json!([{
        "login_code": "cam", "permissions": ["see_recordings"], "recordings_to": "2020-01-01T00:00:00Z",
    }]);
    cast.grant(over).await;
    assert_eq!(listed("guest").await, (200, vec![]));
    assert_eq!(image("guest", &second).await, 404);
    // Who may watch live may look at what he had taken just now, and at nothing else.
    cast.grant(json!([{ "login_code": "cam", "permissions": ["see_live"] }]))
        .await;
    let own = taken(&cast, "guest", 0, &mut device, "3").await;
    assert_eq!(listed("guest").await.0, 403);
    assert_eq!((image("guest", &own).await, image("guest", &first).await), (200, 404));
}

#[tokio::test]
async fn a_device_that_goes_to_somebody_else_takes_no_pictures_along() {
    let cast = Cast::start().await;
    cast.post("root", "/api/v1/devices", json!({ "login_code": "cam" }))
        .await;
    let passwd = cast.post("root", "/api/v1/devices/cam/password", json!({})).await.1;
    cast.assign("cam", cast.acme).await;
    let url = cast.app.dap_url("cam", passwd["login_passwd"].as_str().unwrap());
    let mut device = ScriptedDevice::connect(&url).await;
    let snapshot = taken(&cast, "olga", 0, &mut device, "1").await;
    let alarm = json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "x" });
    let told = device.call("AlarmNotify", alarm).await;
    let upload = told["resp"]["pic_upload_url"].as_str().unwrap().to_owned();
    let (status, answer) = cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
    cast.assign("cam", cast.bolt).await;
    let (_, list) = cast.get("boris", "/api/v1/devices/cam/snapshots").await;
    assert_eq!(list["items"], json!([]));
    let (_, list) = cast.get("boris", "/api/v1/alarms").await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(put(&upload, jpeg(8, 8, "")).await.0, 404);
    let path = format!("/api/v1/devices/cam/snapshots/{}/image", snapshot["id"]);
    assert_eq!(cast.get("boris", &path).await.0, StatusCode::NOT_FOUND);
}
