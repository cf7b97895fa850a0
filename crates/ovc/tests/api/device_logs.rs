//! Logs that people ask devices for.

use crate::app::TestApp;
use crate::cast::{each, refusal};
use crate::device::ScriptedDevice;
use crate::uploads::put;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Write as _;

const LOGS: &str = "/api/v1/devices/cam/logs";

fn wanted() -> Value {
    json!({ "from": "2026-11-29T20:00:00Z", "to": "2026-11-29T23:00:00Z" })
}

/// Asks for a log of a device whose clock is on `tz`; what the device is asked.
async fn asked(app: &TestApp, device: &mut ScriptedDevice, tz: i64, knows_async: bool) -> (Value, Value) {
    let says = async {
        let config = device.answer(json!({ "channls": {}, "tz": tz })).await;
        assert_eq!(config["req"], "GetConfig");
        let request = device.receive().await;
        assert_eq!(request["req"], "LogUploadAsync");
        let mut answer = json!({ "seq": request["seq"] });
        if knows_async {
            answer["resp"] = json!({});
        } else {
            answer["err"] = json!({ "code": 101, "msg": "unknown method" });
        }
        device.send_text(answer.to_string()).await;
        if knows_async { request } else { device.receive().await }
    };
    let ((status, log), request) = tokio::join!(app.post(LOGS, wanted()), says);
    assert_eq!(status, StatusCode::ACCEPTED, "{log}");
    (log, request["params"].clone())
}

async fn text(app: &TestApp, id: &Value, query: &str) -> (u16, String, String) {
    let path = format!("{LOGS}/{id}/content{query}");
    let answer = app.request(Method::GET, &path).send().await.unwrap();
    let kind = answer.headers().get("content-type");
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

#[tokio::test]
async fn a_log_of_some_time_is_asked_for_in_the_devices_own_time_and_read() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let mut feed = app.feed().await;
    let (log, params) = asked(&app, &mut device, 9, true).await;
    assert_eq!((&log["state"], &log["by"]), (&json!("requested"), &json!("admin")));
    assert_eq!(params["start"], "2026-11-30T05:00:00");
    assert_eq!(params["end"], "2026-11-30T08:00:00");
    assert_eq!(params["trans_id"], log["id"].to_string());
    assert_eq!(put(params["url"].as_str().unwrap(), "one\ntwo\n").await.0, 200);
    let mut done = params.clone();
    done["status"] = json!("success");
    done["size"] = json!(8);
    device.event("LogDone", done).await;
    for state in ["requested", "uploading", "done"] {
        let told = feed.next_of("device_log").await.data;
        assert_eq!((&told["id"], &told["state"]), (&log["id"], &json!(state)));
    }
    let (_, log) = app.get(&format!("{LOGS}/{}", log["id"])).await;
    assert_eq!((&log["state"], &log["bytes"]), (&json!("done"), &json!(8)));
    assert!(log["finished_at"].is_string() && log["error"].is_null());
    let plain = "text/plain; charset=utf-8".to_owned();
    assert_eq!(text(&app, &log["id"], "").await, (200, plain, "one\ntwo\n".into()));
    let (_, list) = app.get(LOGS).await;
    assert_eq!(list["items"], json!([log]));
    let path = format!("{LOGS}/{}", log["id"]);
    assert_eq!(
        app.send(Method::DELETE, &path, json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(refusal(&app.get(&path).await), (404, "no_such_log"));
}

#[tokio::test]
async fn a_device_of_the_first_edition_is_asked_its_way_and_may_have_nothing() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let (log, params) = asked(&app, &mut device, 8, false).await;
    assert!(params["trans_id"].is_null());
    assert_eq!(put(params["url"].as_str().unwrap(), "").await.0, 200);
    let (_, log) = app.get(&format!("{LOGS}/{}", log["id"])).await;
    assert_eq!((&log["state"], &log["bytes"]), (&json!("done"), &json!(0)));
    assert_eq!(text(&app, &log["id"], "").await.0, 200);
}

#[tokio::test]
async fn what_is_packed_is_shown_unpacked_and_saved_as_it_is() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let (log, params) = asked(&app, &mut device, 8, true).await;
    let mut packing = GzEncoder::new(Vec::new(), Compression::default());
    let lines: String = (0..20_000).map(|line| format!("line {line}\n")).collect();
    packing.write_all(lines.as_bytes()).unwrap();
    let packed = packing.finish().unwrap();
    assert_eq!(put(params["url"].as_str().unwrap(), packed.clone()).await.0, 200);
    let (status, kind, shown) = text(&app, &log["id"], "").await;
    assert_eq!((status, kind.as_str()), (200, "text/plain; charset=utf-8"));
    assert!(shown == lines, "{} of {}", shown.len(), lines.len());
    let path = format!("{LOGS}/{}/content?download=true", log["id"]);
    let saved = app.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(saved.headers()["content-type"], "application/gzip");
    assert_eq!(saved.bytes().await.unwrap(), packed);

    let (log, params) = asked(&app, &mut device, 8, true).await;
    let url = params["url"].as_str().unwrap();
    assert_eq!(put(url, b"\x7fELF\0\0\0".to_vec()).await.0, 415);
    let (_, state) = app.get(&format!("{LOGS}/{}", log["id"])).await;
    assert_eq!(state["state"], "requested", "it may try again");
    assert!(state["error"].as_str().unwrap().contains("no text"), "{state}");
    assert_eq!(put(url, b"PK\x03\x04zip".to_vec()).await.0, 200);
    let shown = text(&app, &log["id"], "").await;
    assert!(shown.0 == 409 && shown.2.contains("not_text"), "{shown:?}");
    assert_eq!(text(&app, &log["id"], "?download=true").await.1, "application/zip");
}

#[tokio::test]
async fn what_does_not_come_is_told() {
    let app = TestApp::start_with(|config| config.logs.time_limit = std::time::Duration::from_millis(1)).await;
    let mut device = app.connected_device("cam").await;
    let mut feed = app.feed().await;
    asked(&app, &mut device, 8, true).await;
    assert_eq!(feed.next_of("device_log").await.data["state"], "requested");
    assert_eq!(feed.next_of("device_log").await.data["state"], "timed_out");

    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let mut thief = app.connected_device("thief").await;
    let mut feed = app.feed().await;
    for (status, size, state) in [("fail", 0, "failed"), ("success", 0, "done"), ("success", 9, "failed")] {
        let (log, mut done) = asked(&app, &mut device, 8, true).await;
        done["status"] = json!(status);
        done["size"] = json!(size);
        // Another device has nothing to say about it.
        let mut lie = done.clone();
        lie["status"] = json!(if status == "fail" { "success" } else { "fail" });
        thief.event("LogDone", lie).await;
        thief.keepalive(json!([])).await;
        device.event("LogDone", done).await;
        let told = async {
            loop {
                let told = feed.next_of("device_log").await.data;
                if told["state"] != "requested" {
                    return told;
                }
            }
        };
        assert_eq!(told.await["state"], state, "{status} {size} {log}");
    }
    device.close().await;
    assert_eq!(refusal(&app.post(LOGS, wanted()).await), (409, "device_offline"));
    let backwards = json!({ "from": "2026-11-29T23:00:00Z", "to": "2026-11-29T20:00:00Z" });
    for bad in [backwards, json!({ "from": "now", "to": "2026-11-29T20:00:00Z" })] {
        let refused = app.post(LOGS, bad).await;
        assert_eq!(
            (refusal(&refused), &refused.1["error"]["field"]),
            ((400, "bad_request"), &json!("from"))
        );
    }
    let (_, list) = app.get(LOGS).await;
    assert_eq!(
        each(&list, "state"),
        ["failed", "done", "failed"],
        "what was refused is not there"
    );
}
