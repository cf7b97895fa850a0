//! What keeps a device going.

use crate::app::TestApp;
use crate::cast::refusal;
use reqwest::{Method, StatusCode};
use serde_json::json;

fn path(what: &str) -> String {
    format!("/api/v1/devices/cam/{what}")
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_confirmed_by_name() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    app.send(Method::PATCH, "/api/v1/devices/cam", json!({ "name": "Yard" }))
        .await;
    for what in ["disk/format", "factory-reset", "reboot"] {
        for wrong in ["", "yard", "cam2"] {
            let refused = app.post(&path(what), json!({ "confirm": wrong })).await;
            assert_eq!(refusal(&refused), (400, "confirmation_needed"), "{what} {wrong}");
        }
        let refused = app.post(&path(what), json!({})).await;
        assert_eq!(refusal(&refused).0, 400);
    }
    let accepted = (StatusCode::ACCEPTED, json!({}));
    assert_eq!(app.post(&path("reboot"), json!({ "confirm": "Yard" })).await, accepted);
    assert_eq!(device.receive().await["event"], "RebootDevice");
    let one = app
        .post(&path("reboot"), json!({ "confirm": "cam", "channel": 3 }))
        .await;
    assert_eq!(one, accepted);
    assert_eq!(
        device.receive().await,
        json!({ "event": "RebootChannel", "params": { "channel": 3 } })
    );
    let format = path("disk/format");
    let (formats, request) = tokio::join!(app.post(&format, json!({ "confirm": "cam" })), device.answer(json!({})));
    assert_eq!((formats, &request["req"]), (accepted, &json!("FormatDisk")));
}

#[tokio::test]
async fn an_empty_name_confirms_nothing() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let refused = app.post(&path("factory-reset"), json!({ "confirm": "" })).await;
    assert_eq!(refusal(&refused), (400, "confirmation_needed"));
}

#[tokio::test]
async fn a_reset_device_is_restarted_and_one_that_refuses_is_not() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let reset = || app.post("/api/v1/devices/cam/factory-reset", json!({ "confirm": "cam" }));
    let (refused, _) = tokio::join!(reset(), device.refuse(1, "locked"));
    assert_eq!(refusal(&refused), (422, "device_refused"));
    let device_side = async {
        let request = device.answer(json!({})).await;
        (request, device.receive().await)
    };
    let (done, (request, event)) = tokio::join!(reset(), device_side);
    assert_eq!(done.0, StatusCode::ACCEPTED);
    assert_eq!(
        (&request["req"], &event["event"]),
        (&json!("ResetConfig"), &json!("RebootDevice"))
    );
}

#[tokio::test]
async fn a_disk_has_a_state() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    for (state, name) in [
        (0, "ok"),
        (1, "no_card"),
        (2, "faulty"),
        (3, "formatting"),
        (9, "unknown"),
    ] {
        let disk = path("disk");
        let (answer, _) = tokio::join!(app.get(&disk), device.answer(json!({ "state": state })));
        assert_eq!(answer, (StatusCode::OK, json!({ "state": state, "state_name": name })));
    }
}

#[tokio::test]
async fn a_device_is_sent_to_its_cloud_anew_and_kept_awake() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    assert_eq!(app.post(&path("reschedule"), json!({})).await.0, StatusCode::ACCEPTED);
    assert_eq!(device.receive().await, json!({ "event": "Reschedule", "params": {} }));
    let awake = |seconds: u32| {
        app.post(
            "/api/v1/devices/cam/channels/0/keep-awake",
            json!({ "seconds": seconds }),
        )
    };
    let (answer, request) = tokio::join!(awake(60), device.answer(json!({})));
    assert_eq!(answer, (StatusCode::OK, json!({})));
    assert_eq!(request["params"], json!({ "channel": 0, "expired": 60 }));
    for wrong in [0, 3601] {
        assert_eq!(refusal(&awake(wrong).await), (400, "bad_request"));
    }
}

#[tokio::test]
async fn a_device_that_is_away_is_told_of_at_once() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    for (method, what, body) in [
        (Method::GET, "disk", json!({})),
        (Method::GET, "config", json!({})),
        (Method::PATCH, "config", json!({ "tz": 8 })),
        (Method::GET, "time", json!({})),
        (Method::POST, "time", json!({})),
        (Method::POST, "reboot", json!({ "confirm": "cam" })),
        (Method::POST, "channels/0/ptz", json!({ "op": "stop" })),
        (Method::GET, "channels/0/presets", json!({})),
    ] {
        let answer = app.send(method, &path(what), body).await;
        assert_eq!(refusal(&answer), (409, "device_offline"), "{what}");
    }
}
