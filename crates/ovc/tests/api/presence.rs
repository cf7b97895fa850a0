use crate::app::TestApp;
use crate::device::ScriptedDevice;
use serde_json::json;
use std::time::{Duration, Instant};

async fn quick() -> TestApp {
    TestApp::start_with(|config| {
        config.gateway.heartbeat_interval = Duration::from_secs(1);
        config.gateway.silence_limit = Duration::from_secs(3);
    })
    .await
}

#[tokio::test]
async fn only_silence_makes_a_device_offline() {
    let app = quick().await;
    let passwd = app.add_device("cam").await;
    let mut feed = app.feed().await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let online = feed.next_of("presence").await;
    assert_eq!(online.data, json!({ "login_code": "cam", "presence": "online" }));
    device.keepalive(json!([])).await;
    device.close().await;
    // Closed, and still online: it may be back in a moment.
    assert_eq!(app.get("/api/v1/devices/cam").await.1["presence"], "online");
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    device.keepalive(json!([])).await;
    let heard = Instant::now();
    let offline = feed.next_of("presence").await;
    assert_eq!(
        offline.data,
        json!({ "login_code": "cam", "presence": "offline" }),
        "the reconnect was not told"
    );
    assert!(heard.elapsed() >= Duration::from_millis(2900), "{:?}", heard.elapsed());
    let (code, reason) = device.closed().await.unwrap();
    assert_eq!(code, 1008, "{reason}");
    assert_eq!(app.get("/api/v1/devices/cam").await.1["presence"], "offline");
}

#[tokio::test]
async fn any_message_counts() {
    let app = quick().await;
    let mut device = app.connected_device("cam").await;
    let mut feed = app.feed().await;
    let start = Instant::now();
    let mut ticker = tokio::time::interval(Duration::from_secs(1));
    while start.elapsed() < Duration::from_secs(5) {
        ticker.tick().await;
        device.event("Whatever", json!({})).await;
    }
    let offline = feed.next_of("presence").await;
    assert_eq!(offline.data["presence"], "offline");
    assert!(start.elapsed() >= Duration::from_secs(7), "{:?}", start.elapsed());
}
