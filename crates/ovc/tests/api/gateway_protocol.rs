use crate::app::TestApp;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};

#[tokio::test]
async fn every_method_of_a_device_is_answered() {
    let app = TestApp::start_with(|config| {
        config.gateway.heartbeat_interval = std::time::Duration::from_secs(7);
    })
    .await;
    let mut device = app.connected_device("cam").await;
    let info = device.call("GetServerInfo", json!({})).await;
    assert_eq!(info["resp"], json!({ "hb_interval": 7 }));
    device.keepalive(json!([{ "channel": 0, "state": 1 }])).await;
    let bad = device.call("Keepalive", json!({ "state": 1 })).await;
    assert_eq!(bad["err"]["code"], 12);
    assert!(bad["err"]["msg"].as_str().unwrap().contains("channels"), "{bad}");
    for method in ["Teleport", "LivePublish"] {
        assert_eq!(device.call(method, json!({})).await["err"]["code"], 101, "{method}");
    }
    // Unknown events and unknown keys are no fault.
    device.event("Sunrise", json!({})).await;
    device
        .send_text(r#"{"req":"GetServerInfo","seq":90,"params":null,"more":1}"#)
        .await;
    assert_eq!(device.receive().await["seq"], 90);
}

#[tokio::test]
async fn a_burst_is_answered_in_order_however_many_come_at_once() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let alarm = json!({ "channel": 0, "timestamp": 1480904132, "type": 3, "state": "start", "desc": "" });
    let mut seqs = Vec::new();
    for _ in 0..400 {
        seqs.push(device.request("AlarmNotify", alarm.clone()).await);
    }
    for seq in seqs {
        let answer = device.receive().await;
        assert!(answer["seq"] == seq && answer["resp"].is_object(), "{answer}");
    }
}

#[tokio::test]
async fn what_would_fill_the_cloud_is_refused() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let novel = "a".repeat(17 * 1024);
    let alarm = json!({ "channel": 0, "timestamp": 1480904132, "type": 3, "state": "start", "desc": novel });
    assert_eq!(device.call("AlarmNotify", alarm).await["err"]["code"], 12);
    let channels: Vec<_> = (0..1025).map(|n| json!({ "channel": n, "state": 1 })).collect();
    let keepalive = json!({ "state": 1, "channels": channels });
    assert_eq!(device.call("Keepalive", keepalive).await["err"]["code"], 12);
    let (_, list) = app.get("/api/v1/devices/cam/events").await;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn what_a_device_tells_is_kept_before_it_is_answered() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let alarm = json!({ "channel": 2, "timestamp": 1480904132, "type": 3, "state": "start", "desc": "院子" });
    let done = json!({ "trans_id": "t1", "status": "success", "start": "2016-12-05T02:15:32",
                       "end": "2016-12-06T02:15:32", "url": "http://cloud/log", "size": 0 });
    device.event("LogDone", done).await;
    device.event("Bind", json!({ "bind_id": "b-1" })).await;
    device.event("BatteryChange", json!({ "battery": 40 })).await;
    device.event("BatteryChange", json!({ "battery": 140 })).await;
    let answer = device.call("AlarmNotify", alarm.clone()).await;
    assert!(answer["resp"]["pic_upload_url"].is_string(), "{answer}");
    let (_, list) = app.get("/api/v1/devices/cam/events").await;
    let kinds: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["alarm", "battery", "bind", "log_done"]);
    assert_eq!(
        (&list["items"][0]["data"], &list["items"][0]["channel"]),
        (&alarm, &json!(2))
    );
    assert_eq!(
        device.call("AlarmNotify", json!({ "channel": 2 })).await["err"]["code"],
        12
    );

    let before = list["items"][1]["id"].as_i64().unwrap();
    let (_, older) = app
        .get(&format!("/api/v1/devices/cam/events?before={before}&limit=1"))
        .await;
    assert_eq!(older["items"], json!([list["items"][2]]));
    let (_, batteries) = app.get("/api/v1/devices/cam/events?kind=battery").await;
    assert_eq!(batteries["items"], json!([list["items"][1]]));
}

#[tokio::test]
async fn requests_are_answered_in_order_also_behind_a_slow_one() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let alarm = json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "" });
    let mut seqs = Vec::new();
    for _ in 0..10 {
        seqs.push(device.request("AlarmNotify", alarm.clone()).await);
        seqs.push(device.request("GetServerInfo", json!({})).await);
    }
    for seq in seqs {
        assert_eq!(device.receive().await["seq"], seq);
    }
}

#[tokio::test]
async fn who_breaks_a_rule_is_disconnected_with_the_right_code() {
    let app = TestApp::start_with(|config| config.gateway.max_message = bytesize::ByteSize::kib(4)).await;
    let text = |text: &str| Message::text(text.to_owned());
    let cases = [
        ("no JSON", text("{"), 1007),
        ("no object", text("[]"), 1008),
        ("no form", text(r#"{"params":{}}"#), 1008),
        ("two forms", text(r#"{"req":"Keepalive","event":"Bind","seq":1}"#), 1008),
        ("no seq", text(r#"{"req":"Keepalive"}"#), 1008),
        ("seq no integer", text(r#"{"req":"Keepalive","seq":"1"}"#), 1008),
        ("answer to no request", text(r#"{"seq":7,"resp":{}}"#), 1008),
        ("binary", Message::binary(vec![1, 2, 3]), 1003),
        (
            "too big",
            text(&format!(r#"{{"event":"X","params":{{"x":"{}"}}}}"#, "x".repeat(5000))),
            1009,
        ),
        (
            "not UTF-8",
            Message::Frame(Frame::message(vec![0xff], OpCode::Data(Data::Text), true)),
            1007,
        ),
    ];
    let passwd = app.add_device("cam").await;
    for (name, message, code) in cases {
        let mut device = crate::device::ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
        device.send_raw(message).await;
        let (closed, reason) = device
            .closed()
            .await
            .unwrap_or_else(|| panic!("{name}: no close frame"));
        assert_eq!(closed, code, "{name}: {reason}");
        assert!(!reason.is_empty(), "{name}");
    }
    // A frame without mask breaks WebSocket's own rules.
    let mut device = crate::device::ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    device.send_bytes(&[0x81, 0x02, b'{', b'}']).await;
    assert_eq!(device.closed().await.unwrap().0, 1002);
    // And the cloud lives on.
    let mut device = crate::device::ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    device.keepalive(json!([])).await;
}

#[tokio::test]
async fn fragments_pings_and_closes_are_handled() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let part =
        |text: &'static str, code, last| Message::Frame(Frame::message(text.as_bytes(), OpCode::Data(code), last));
    device.send_raw(part(r#"{"req":"GetServer"#, Data::Text, false)).await;
    device.send_raw(Message::Ping("are you there".into())).await;
    device.send_raw(part(r#"Info","seq":5}"#, Data::Continue, true)).await;
    assert_eq!(device.receive().await["seq"], 5);
    let bye = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    device.send_raw(Message::Close(Some(bye))).await;
    assert_eq!(device.closed().await.unwrap().0, 1000);
}
