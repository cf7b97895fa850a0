//! What is known of what a device is and can do.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::StatusCode;
use serde_json::{Value, json};

const CAPABILITIES: &str = "/api/v1/devices/cam/capabilities";
const INFO: &str = "/api/v1/devices/cam/info";
const COMMANDS: &str = "/api/v1/devices/cam/commands";

fn info() -> Value {
    json!({ "dev_id": "cam", "hardware_model": "HW", "firmware_model": "1", "last_upgrade_datetime": "never", "vendor": 1 })
}

#[tokio::test]
async fn a_device_is_asked_once_what_it_can_do_and_that_is_known_when_it_is_away() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let (_, before) = app.get(CAPABILITIES).await;
    assert_eq!(before, json!({ "known": false, "unsupported": [] }));

    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let mut feed = app.feed().await;
    let said = json!({ "ptz": true, "alarms": { "motion": true }, "x": ["p2p"], "fridge": { "ice": 1 } });
    // Two want to know at the same time.
    let (first, second, request) = tokio::join!(app.get(CAPABILITIES), app.get(CAPABILITIES), device.answer(said));
    assert_eq!(request["req"], "GetCap");
    assert_eq!(first.0, StatusCode::OK);
    assert_eq!(first, second);
    let capabilities = &first.1["capabilities"];
    assert_eq!(first.1["known"], true);
    assert_eq!(
        (&capabilities["ptz"], &capabilities["battery"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(capabilities["media_protocol"], "rtmp");
    assert_eq!(capabilities["alarms"]["motion"], true);
    assert_eq!(capabilities["alarms"]["io"], false);
    assert_eq!(
        (&capabilities["x"], &capabilities["other"]),
        (&json!(["p2p"]), &json!({ "fridge": { "ice": 1 } }))
    );
    assert_eq!(feed.next_of("capabilities").await.data, json!({ "login_code": "cam" }));

    // It is not asked again, but if somebody says so.
    assert_eq!(app.get(CAPABILITIES).await, first);
    let (anew, _) = tokio::join!(
        app.get("/api/v1/devices/cam/capabilities?refresh=true"),
        device.answer(json!({ "ptz": false }))
    );
    assert_eq!(anew.1["capabilities"]["ptz"], false);
    let (_, commands) = app.get(COMMANDS).await;
    assert_eq!(each(&commands, "method"), ["GetCap", "GetCap"]);
    assert_eq!(commands["items"][1]["by"], json!({ "kind": "cloud" }));

    device.close().await;
    let (_, away) = app.get(CAPABILITIES).await;
    assert_eq!(away["capabilities"], anew.1["capabilities"]);
    // On a new connection it may be another firmware.
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let (back, _) = tokio::join!(app.get(CAPABILITIES), device.answer(json!({ "ptz": true })));
    assert_eq!(back.1["capabilities"]["ptz"], true);
}

#[tokio::test]
async fn what_a_device_does_not_know_is_learned_until_it_returns() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let (unknown, _) = tokio::join!(app.get(CAPABILITIES), device.refuse(101, "what?"));
    assert_eq!(
        unknown,
        (StatusCode::OK, json!({ "known": false, "unsupported": ["GetCap"] }))
    );
    let mut feed = app.feed().await;
    let (disk, _) = tokio::join!(
        app.get("/api/v1/devices/cam/disk"),
        device.refuse(101, "unknown method")
    );
    assert_eq!(refusal(&disk), (422, "not_supported"));
    assert_eq!(
        disk.1["error"]["device_error"],
        json!({ "code": 101, "msg": "unknown method" })
    );
    feed.next_of("capabilities").await;
    let lacking = json!(["GetCap", "GetDiskInfo"]);
    // It is not asked a second time on this connection, and what was learned stays when it is away.
    assert_eq!(app.get(CAPABILITIES).await.1["unsupported"], lacking);
    device.close().await;
    assert_eq!(app.get(CAPABILITIES).await.1["unsupported"], lacking);
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let (back, _) = tokio::join!(app.get(CAPABILITIES), device.answer(json!({})));
    assert_eq!((&back.1["known"], &back.1["unsupported"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn facts_about_a_device_are_asked_for_when_somebody_looks() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    assert_eq!(app.get(INFO).await, (StatusCode::OK, json!({})));
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let (told, request) = tokio::join!(app.get(INFO), device.answer(info()));
    assert_eq!((&request["req"], &told.1["info"]), (&json!("DevInfo"), &info()));
    // Of a moment ago: nobody asks again.
    assert_eq!(app.get(INFO).await, told);
    let mut newer = info();
    newer["wifi_signal"] = json!(3);
    let (anew, _) = tokio::join!(
        app.get("/api/v1/devices/cam/info?refresh=true"),
        device.answer(newer.clone())
    );
    assert_eq!(anew.1["info"], newer);
    device.close().await;
    assert_eq!(app.get(INFO).await, anew);
}

#[tokio::test]
async fn connections_have_a_beginning() {
    let app = TestApp::start().await;
    let device = app.connected_device("cam").await;
    let (_, shown) = app.get("/api/v1/devices/cam").await;
    assert!(shown["connected_at"].as_str().unwrap() >= shown["created_at"].as_str().unwrap());
    device.close().await;
    let (_, shown) = app.get("/api/v1/devices/cam").await;
    assert_eq!(
        (&shown["presence"], shown.get("connected_at")),
        (&json!("online"), None)
    );
}

#[tokio::test]
async fn who_sees_single_channels_learns_nothing_of_the_device() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    cast.grant(json!([{ "login_code": "cam", "channel": 1, "permissions": ["see_live"] }]))
        .await;
    let refused = cast.get("guest", INFO).await;
    assert_eq!(refusal(&refused), (403, "forbidden"));
    let (can, _) = tokio::join!(cast.get("guest", CAPABILITIES), device.answer(json!({ "ptz": true })));
    assert_eq!(can.1["capabilities"]["ptz"], true);
}

#[tokio::test]
async fn a_device_that_changes_hands_is_unknown_to_its_new_holder() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    cast.assign("cam", cast.acme).await;
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    tokio::join!(cast.get("adam", INFO), device.answer(info()));
    tokio::join!(cast.get("adam", CAPABILITIES), device.answer(json!({ "ptz": true })));
    cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    cast.assign("cam", cast.bolt).await;
    assert_eq!(cast.get("boris", INFO).await.1, json!({}));
    assert_eq!(cast.get("boris", CAPABILITIES).await.1["known"], false);
}

#[tokio::test]
async fn a_device_that_is_bound_is_asked_anew_on_the_connection_that_goes_on() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    tokio::join!(cast.get("root", CAPABILITIES), device.answer(json!({ "ptz": true })));
    tokio::join!(cast.get("root", INFO), device.answer(info()));
    let binds = format!("/api/v1/tenants/{}/binds", cast.acme);
    let (_, made) = cast.post("olga", &binds, json!({})).await;
    let mut feed = cast.app.feed_of("olga", None).await;
    device.event("Bind", json!({ "bind_id": made["bind_id"] })).await;
    feed.next_of("bind_result").await;
    let (can, request) = tokio::join!(cast.get("olga", CAPABILITIES), device.answer(json!({ "ptz": true })));
    assert_eq!((&request["req"], &can.1["known"]), (&json!("GetCap"), &json!(true)));
    let (told, request) = tokio::join!(cast.get("olga", INFO), device.answer(info()));
    assert_eq!((&request["req"], &told.1["info"]), (&json!("DevInfo"), &info()));
}
