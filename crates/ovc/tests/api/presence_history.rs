use crate::app::{LIMIT, TestApp};
use crate::cast::{Cast, each};
use crate::device::ScriptedDevice;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HISTORY: &str = "/api/v1/devices/cam/presence";

/// The history once it has so many entries: it is written behind.
async fn history(app: &TestApp, len: usize) -> Value {
    let began = Instant::now();
    loop {
        let (_, list) = app.get(HISTORY).await;
        if list["items"].as_array().unwrap().len() >= len {
            return list;
        }
        assert!(began.elapsed() < LIMIT, "{list}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn it_is_known_when_a_device_came_and_went_and_why() {
    let app = TestApp::start().await;
    let device = app.connected_device("cam").await;
    app.send(
        reqwest::Method::PATCH,
        "/api/v1/devices/cam",
        json!({ "disabled": true }),
    )
    .await;
    let list = history(&app, 2).await;
    assert_eq!(each(&list, "presence"), ["offline", "online"]);
    assert_eq!(list["items"][0]["reason"], "disabled");
    assert_eq!(list["items"][1]["address"], "127.0.0.1");
    let (_, newest) = app.get(&format!("{HISTORY}?limit=1")).await;
    assert_eq!(each(&newest, "presence"), ["offline"]);
    let (_, older) = app.get(&format!("{HISTORY}?limit=1&before={}", newest["next"])).await;
    assert_eq!(each(&older, "presence"), ["online"]);
    drop(device);
}

#[tokio::test]
async fn silence_has_its_reason_and_a_restart_forgets_nothing() {
    let app = TestApp::start_with(|config| {
        config.gateway.heartbeat_interval = Duration::from_secs(1);
        config.gateway.silence_limit = Duration::from_secs(3);
    })
    .await;
    let device = app.connected_device("cam").await;
    let list = history(&app, 2).await;
    assert_eq!(list["items"][0]["reason"], "silent");
    drop(device);
    let app = app.restart().await;
    assert_eq!(history(&app, 2).await, list);
}

#[tokio::test]
async fn a_new_holder_does_not_learn_when_a_device_was_there() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    cast.assign("cam", cast.acme).await;
    let device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    let began = Instant::now();
    while cast.get("adam", HISTORY).await.1["items"] == json!([]) {
        assert!(began.elapsed() < LIMIT);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    cast.assign("cam", cast.bolt).await;
    assert_eq!(cast.get("boris", HISTORY).await.1["items"], json!([]));
    drop(device);
}
