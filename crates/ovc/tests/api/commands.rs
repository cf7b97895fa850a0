//! What is written down of what was wanted of a device.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::StatusCode;
use serde_json::json;
use std::time::Duration;

const RPC: &str = "/api/v1/devices/cam/rpc";
const COMMANDS: &str = "/api/v1/devices/cam/commands";

#[tokio::test]
async fn everybody_who_may_sees_who_wanted_what_and_what_came_of_it() {
    let cast = Cast::start().await;
    let passwd = cast.device("cam", None).await;
    let offline = cast.post("adam", RPC, json!({ "method": "DevInfo" })).await;
    assert_eq!(refusal(&offline), (409, "device_offline"));
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    let mut feed = cast.app.feed_of("adam", None).await;

    let snapshot = json!({ "channel": 0, "url": "http://x/up?token=abc" });
    let (_, request) = tokio::join!(
        cast.post("adam", RPC, json!({ "method": "Snapshot", "params": snapshot })),
        device.answer(json!({ "note": 1 })),
    );
    assert_eq!(request["params"], snapshot, "the device gets all of it");
    let steer = json!({ "channel": 0, "op": "left" });
    cast.post("olga", RPC, json!({ "method": "CtrlPTZ", "params": steer }))
        .await;
    assert_eq!(device.receive().await["event"], "CtrlPTZ");

    let (status, list) = cast.get("adam", COMMANDS).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    assert_eq!(each(&list, "method"), ["CtrlPTZ", "Snapshot", "DevInfo"]);
    assert_eq!(each(&list, "outcome"), ["sent", "ok", "offline"]);
    assert_eq!(each(&list, "kind"), ["event", "request", "request"]);
    let taken = &list["items"][1];
    assert_eq!(taken["by"], json!({ "kind": "user", "name": "adam" }));
    assert_eq!(taken["params"], json!({ "channel": 0, "url": "http://x/up?***" }));
    assert_eq!(taken["answer"], json!({ "note": 1 }));
    assert!(taken["duration_ms"].is_i64() && list["items"][0].get("duration_ms").is_none());

    // In parts, and of one method.
    let (_, part) = cast.get("adam", &format!("{COMMANDS}?limit=2")).await;
    assert_eq!(each(&part, "method"), ["CtrlPTZ", "Snapshot"]);
    let (_, rest) = cast
        .get("adam", &format!("{COMMANDS}?limit=2&before={}", part["next"]))
        .await;
    assert_eq!(
        (each(&rest, "method"), rest.get("next")),
        (vec!["DevInfo".to_owned()], None)
    );
    let (_, some) = cast.get("adam", &format!("{COMMANDS}?method=Snapshot")).await;
    assert_eq!(each(&some, "method"), ["Snapshot"]);
    let wrong = cast.get("adam", &format!("{COMMANDS}?limit=501")).await;
    assert_eq!(refusal(&wrong), (400, "bad_request"));

    let told = feed.next_of("command").await.data;
    assert_eq!(told["method"], "Snapshot");
    assert_eq!(told["id"], taken["id"]);
    assert_eq!((&told["login_code"], &told["outcome"]), (&json!("cam"), &json!("ok")));
}

#[tokio::test]
async fn what_the_device_says_of_its_refusal_is_kept_and_told() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    tokio::join!(
        app.post(RPC, json!({ "method": "DevInfo" })),
        device.refuse(103, "its camera is away")
    );
    let (_, list) = app.get(COMMANDS).await;
    let refused = &list["items"][0];
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(refused["error"], json!({ "code": 103, "msg": "its camera is away" }));
}

#[tokio::test]
async fn what_the_cloud_itself_wants_is_written_down_too() {
    let app = TestApp::start_with(|config| config.live.start_timeout = Duration::from_millis(200)).await;
    let mut device = app.connected_device("cam").await;
    let open = app.post("/api/v1/devices/cam/channels/0/live", json!({}));
    let (_, request) = tokio::join!(open, device.answer(json!({})));
    assert_eq!(request["req"], "LivePublish");
    let (_, list) = app.get(&format!("{COMMANDS}?method=LivePublish")).await;
    let asked = &list["items"][0];
    assert_eq!(asked["by"], json!({ "kind": "cloud" }));
    let url = asked["params"]["url"].as_str().unwrap();
    assert!(url.starts_with("rtmp://") && url.ends_with("?***"), "{url}");
}

#[tokio::test]
async fn a_device_that_changes_hands_takes_nothing_of_it_along() {
    let cast = Cast::start().await;
    cast.stock("cam").await;
    cast.assign("cam", cast.acme).await;
    cast.post("adam", RPC, json!({ "method": "DevInfo" })).await;
    let (_, list) = cast.get("adam", COMMANDS).await;
    assert_eq!(each(&list, "method"), ["DevInfo"]);
    let (status, _) = cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    cast.assign("cam", cast.bolt).await;
    let (_, list) = cast.get("boris", COMMANDS).await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(refusal(&cast.get("adam", COMMANDS).await), (404, "no_such_device"));
}

#[tokio::test]
async fn what_was_wanted_is_known_after_a_restart() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    app.post(RPC, json!({ "method": "DevInfo" })).await;
    let app = app.restart().await;
    let (_, list) = app.get(COMMANDS).await;
    assert_eq!(each(&list, "method"), ["DevInfo"]);
}
