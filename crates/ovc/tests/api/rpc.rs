use crate::app::TestApp;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

const RPC: &str = "/api/v1/devices/cam/rpc";

fn code(answer: &(StatusCode, Value)) -> (u16, &str) {
    (
        answer.0.as_u16(),
        answer.1["error"]["code"].as_str().unwrap_or_default(),
    )
}

#[tokio::test]
async fn an_administrator_calls_a_device() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let info = json!({ "dev_id": "cam", "hardware_model": "HW", "firmware_model": "1", "last_upgrade_datetime": "x" });
    let call = app.post(RPC, json!({ "method": "DevInfo" }));
    let (answer, request) = tokio::join!(call, device.answer(info.clone()));
    assert_eq!(request, json!({ "req": "DevInfo", "params": {}, "seq": 1 }));
    assert_eq!(answer, (StatusCode::OK, json!({ "resp": info })));

    let refuse = async {
        let request = device.receive().await;
        let err = json!({ "code": 4711, "msg": "not today" });
        device
            .send_text(json!({ "seq": request["seq"], "err": err }).to_string())
            .await;
    };
    let (answer, ()) = tokio::join!(app.post(RPC, json!({ "method": "FormatDisk" })), refuse);
    assert_eq!(
        answer,
        (StatusCode::OK, json!({ "err": { "code": 4711, "msg": "not today" } }))
    );
}

#[tokio::test]
async fn an_event_goes_out_without_an_answer() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let params = json!({ "channel": 0, "op": "left", "value": 30 });
    let answer = app.post(RPC, json!({ "method": "CtrlPTZ", "params": params })).await;
    assert_eq!(answer, (StatusCode::ACCEPTED, json!({})));
    assert_eq!(device.receive().await, json!({ "event": "CtrlPTZ", "params": params }));
}

#[tokio::test]
async fn calls_of_many_go_to_the_device_one_by_one() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let call = |channel: u32| {
        app.post(
            RPC,
            json!({ "method": "Snapshot", "params": { "channel": channel, "url": "http://x/" } }),
        )
    };
    let serve = async {
        for seq in 1..=3 {
            let request = device.receive().await;
            assert_eq!(request["seq"], seq);
            device
                .send_text(json!({ "seq": seq, "resp": { "of": request["params"]["channel"] } }).to_string())
                .await;
        }
    };
    let (a, b, c, ()) = tokio::join!(call(7), call(8), call(9), serve);
    for (answer, channel) in [(a, 7), (b, 8), (c, 9)] {
        assert_eq!(answer, (StatusCode::OK, json!({ "resp": { "of": channel } })));
    }
}

#[tokio::test]
async fn calls_that_cannot_be_are_told_why() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let call = |body| app.post(RPC, body);
    assert_eq!(
        code(&call(json!({ "method": "DevInfo" })).await),
        (409, "device_offline")
    );
    assert_eq!(
        code(&call(json!({ "method": "RebootDevice" })).await),
        (409, "device_offline")
    );
    assert_eq!(
        code(&call(json!({ "method": "Teleport" })).await),
        (400, "unknown_method")
    );
    // A device's own method does not go to it.
    assert_eq!(
        code(&call(json!({ "method": "Keepalive" })).await),
        (400, "unknown_method")
    );
    let bad = call(json!({ "method": "CtrlPTZ", "params": { "channel": 0 } })).await;
    assert_eq!(code(&bad), (400, "bad_params"));
    assert!(bad.1["error"]["message"].as_str().unwrap().contains("op"), "{bad:?}");
    let nobody = app
        .post("/api/v1/devices/nobody/rpc", json!({ "method": "DevInfo" }))
        .await;
    assert_eq!(code(&nobody), (404, "no_such_device"));
}

#[tokio::test]
async fn unchecked_calls_reach_the_device_as_they_are() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let call = app.post(
        RPC,
        json!({ "method": "X-Teleport", "params": { "to": "moon" }, "unchecked": true }),
    );
    let (answer, request) = tokio::join!(call, device.answer(json!([1, 2])));
    assert_eq!(
        (&request["req"], &request["params"]),
        (&json!("X-Teleport"), &json!({ "to": "moon" }))
    );
    assert_eq!(answer, (StatusCode::OK, json!({ "resp": [1, 2] })));
}

#[tokio::test]
async fn a_device_that_does_not_answer_is_disconnected() {
    let app = TestApp::start_with(|config| config.gateway.answer_timeout = Duration::from_millis(300)).await;
    let mut device = app.connected_device("cam").await;
    let call = app.post(RPC, json!({ "method": "DevInfo" }));
    let (answer, closed) = tokio::join!(call, async {
        device.receive().await;
        device.closed().await
    });
    assert_eq!(code(&answer), (504, "device_timeout"));
    assert_eq!(closed.unwrap().0, 1008);
}

#[tokio::test]
async fn the_queue_of_a_device_is_bounded() {
    let app = TestApp::start_with(|config| config.gateway.max_queued_calls = 2).await;
    let mut device = app.connected_device("cam").await;
    let call = || app.post(RPC, json!({ "method": "DevInfo" }));
    let all = async { futures_util::future::join_all((0..8).map(|_| call())).await };
    let device_side = async {
        // It takes its time for the first; then it goes away.
        device.receive().await;
        let refused = app.post(RPC, json!({ "method": "DevInfo" }));
        let _ = tokio::time::timeout(Duration::from_millis(500), refused).await;
        device.close().await;
    };
    let (answers, ()) = tokio::join!(all, device_side);
    let codes: Vec<_> = answers.iter().map(code).collect();
    assert!(codes.contains(&(429, "device_busy")), "{codes:?}");
    assert!(codes.contains(&(409, "device_disconnected")), "{codes:?}");
}
