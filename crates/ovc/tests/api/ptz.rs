//! Steering a camera.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PTZ: &str = "/api/v1/devices/cam/channels/0/ptz";
const PRESETS: &str = "/api/v1/devices/cam/channels/0/presets";

async fn op(device: &mut ScriptedDevice) -> Value {
    let event = device.receive().await;
    assert_eq!(event["event"], "CtrlPTZ", "{event}");
    assert_eq!(event["params"]["channel"], 0);
    json!([event["params"]["op"], event["params"]["value"]])
}

#[tokio::test]
async fn press_and_release_reach_the_camera() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    for (body, got) in [
        (json!({ "op": "left" }), json!(["left", null])),
        (json!({ "op": "upright", "value": 80 }), json!(["upright", 80])),
        (json!({ "op": "zoomin_step", "value": 5 }), json!(["zoomin_step", 5])),
        (
            json!({ "op": "goto_preset", "value": 255 }),
            json!(["goto_preset", 255]),
        ),
        (json!({ "op": "stop" }), json!(["stop", null])),
    ] {
        assert_eq!(app.post(PTZ, body).await, (StatusCode::ACCEPTED, json!({})));
        assert_eq!(op(&mut device).await, got);
    }
    for (bad, field) in [
        (json!({ "op": "jump" }), "op"),
        (json!({ "op": "left", "value": 101 }), "value"),
        (json!({ "op": "set_preset" }), "value"),
        (json!({ "op": "set_preset", "value": 256 }), "value"),
    ] {
        let refused = app.post(PTZ, bad).await;
        assert_eq!(refusal(&refused), (400, "bad_params"));
        assert_eq!(refused.1["error"]["field"], field, "{refused:?}");
    }
}

/// Sends the head of a request, and keeps its body back until the cloud wants it.
async fn begin(app: &TestApp, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.authority()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let head = format!(
        "POST {PTZ} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        app.authority(),
        app.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_release_does_not_overtake_its_press_whose_body_comes_late() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let press = r#"{"op":"left"}"#;
    for _ in 0..10 {
        let mut late = begin(&app, press).await;
        let release = app.post(PTZ, json!({ "op": "stop" }));
        let body = async {
            app.get("/api/v1/me").await;
            late.write_all(press.as_bytes()).await.unwrap();
        };
        let (released, ()) = tokio::join!(release, body);
        assert_eq!(released.0, StatusCode::ACCEPTED);
        assert_eq!(op(&mut device).await[0], "left");
        assert_eq!(op(&mut device).await[0], "stop");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_steer_and_each_in_his_own_order() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let steer = async |who: &'static str, base: i64| {
        for step in 0..20 {
            let (status, _) = cast.post(who, PTZ, json!({ "op": "up", "value": base + step })).await;
            assert_eq!(status, StatusCode::ACCEPTED);
        }
    };
    let listen = async {
        let mut values = Vec::new();
        for _ in 0..60 {
            values.push(op(&mut device).await[1].as_i64().unwrap());
        }
        values
    };
    let ((), (), (), values) = tokio::join!(steer("otto", 0), steer("adam", 30), steer("olga", 60), listen);
    for base in [0, 30, 60] {
        let of: Vec<_> = values
            .iter()
            .copied()
            .filter(|v| (base..base + 30).contains(v))
            .collect();
        assert_eq!(of, (base..base + 20).collect::<Vec<_>>());
    }
    // Each stands among the commands; the audit log has it once for each who steered.
    let (_, commands) = cast
        .get("olga", "/api/v1/devices/cam/commands?limit=500&method=CtrlPTZ")
        .await;
    assert_eq!(each(&commands, "id").len(), 60);
    let (_, audit) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&action=move_ptz", cast.acme))
        .await;
    assert_eq!(each(&audit, "target"), vec!["device cam channel 0"; 3]);
}

#[tokio::test]
async fn positions_have_names_that_the_cloud_keeps() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let preset = |id: &str| format!("{PRESETS}/{id}");
    let set = app.send(Method::PUT, &preset("7"), json!({ "name": " Gate " })).await;
    assert_eq!(set, (StatusCode::OK, json!({ "id": 7, "name": "Gate" })));
    assert_eq!(op(&mut device).await, json!(["set_preset", 7]));
    // Stored anew, it keeps its name.
    let set = app.send(Method::PUT, &preset("7"), json!({})).await;
    assert_eq!(set.1, json!({ "id": 7, "name": "Gate" }));
    op(&mut device).await;
    let (list, request) = tokio::join!(
        app.get(PRESETS),
        device.answer(json!([{ "id": 1 }, { "id": 7, "x": 1 }]))
    );
    assert_eq!(
        (&request["req"], &request["params"]),
        (&json!("GetPTZPresetList"), &json!({ "channel": 0 }))
    );
    assert_eq!(
        list,
        (
            StatusCode::OK,
            json!({ "items": [{ "id": 1 }, { "id": 7, "name": "Gate" }] })
        )
    );
    assert_eq!(
        app.post(&format!("{PRESETS}/7/goto"), json!({})).await.0,
        StatusCode::ACCEPTED
    );
    assert_eq!(op(&mut device).await, json!(["goto_preset", 7]));
    let cleared = app.send(Method::DELETE, &preset("7"), json!({})).await;
    assert_eq!(cleared.0, StatusCode::NO_CONTENT);
    assert_eq!(op(&mut device).await, json!(["clear_preset", 7]));
    let (list, _) = tokio::join!(app.get(PRESETS), device.answer(json!([{ "id": 7 }])));
    assert_eq!(list.1, json!({ "items": [{ "id": 7 }] }));
    // Cleared by the other way, its name is gone too.
    app.send(Method::PUT, &preset("9"), json!({ "name": "Door" })).await;
    op(&mut device).await;
    app.post(PTZ, json!({ "op": "clear_preset", "value": 9 })).await;
    op(&mut device).await;
    let (list, _) = tokio::join!(app.get(PRESETS), device.answer(json!([{ "id": 9 }])));
    assert_eq!(list.1, json!({ "items": [{ "id": 9 }] }));

    let wrong = app.send(Method::PUT, &preset("256"), json!({})).await;
    assert_eq!(refusal(&wrong), (400, "bad_request"));
    let wrong = app.send(Method::PUT, &preset("1"), json!({ "name": "a\nb" })).await;
    assert_eq!(refusal(&wrong), (400, "bad_name"));
    let (odd, _) = tokio::join!(app.get(PRESETS), device.answer(json!({ "list": [] })));
    assert_eq!(refusal(&odd), (502, "bad_answer"));
    let (_, commands) = app.get("/api/v1/devices/cam/commands?limit=1").await;
    assert_eq!(each(&commands, "outcome"), ["bad_answer"]);
}

#[tokio::test]
async fn who_may_steer_one_channel_steers_no_other() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    cast.grant(json!([{ "login_code": "cam", "channel": 1, "permissions": ["control"] }]))
        .await;
    let other = cast.post("guest", PTZ, json!({ "op": "stop" })).await;
    assert_eq!(refusal(&other), (404, "no_such_channel"));
    let own = cast
        .post("guest", "/api/v1/devices/cam/channels/1/ptz", json!({ "op": "stop" }))
        .await;
    assert_eq!(own.0, StatusCode::ACCEPTED);
    assert_eq!(device.receive().await["params"]["channel"], 1);
}
