//! Looking at what passes between a device and the cloud, and sending something of one's own.

use crate::app::TestApp;
use crate::cast::Cast;
use crate::watcher::Watcher;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn everything_that_passes_is_shown_with_what_there_is_to_say() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut seen = Watcher::of(&app.authority(), "cam", &app.token).await.unwrap();
    assert_eq!(seen.hello["connected"], false);
    assert_eq!(seen.hello["answer_timeout_s"], 20);
    let mut device = crate::device::ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let login = seen.next().await;
    assert_eq!((&login["kind"], &login["direction"]), (&json!("login"), &json!("up")));
    assert!(
        login["text"].as_str().unwrap().contains("\"login_code\":\"cam\""),
        "{login}"
    );
    assert!(!login.to_string().contains(&passwd));

    device.call("Keepalive", json!({ "state": 1, "colour": 2 })).await;
    let asked = seen.next().await;
    assert_eq!(asked["method"], "Keepalive");
    assert_eq!(asked["bytes"], asked["text"].as_str().unwrap().len());
    let said = |told: &Value| {
        let verdict = told["verdict"].as_array().unwrap().iter();
        let lines = verdict.map(|said| format!("{} {} {}", said["level"], said["path"], said["text"]).replace('"', ""));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(
        said(&asked),
        ["error params.channels is missing", "warning params.colour unknown key"]
    );
    let answered = seen.next().await;
    assert_eq!(
        (&answered["kind"], &answered["direction"]),
        (&json!("error"), &json!("down"))
    );
    assert_eq!((&answered["method"], said(&answered)), (&json!("Keepalive"), vec![]));
    assert!(answered["latency_ms"].as_f64().unwrap() >= 0.0);

    // What the cloud asks of it, and an answer that is none.
    let rpc = app.request(Method::POST, "/api/v1/devices/cam/rpc");
    let calling = tokio::spawn(rpc.json(&json!({ "method": "QueryUpgrade" })).send());
    device.answer(json!({ "progress": 130 })).await;
    calling.await.unwrap().unwrap();
    let asked = seen.next().await;
    assert_eq!(
        (&asked["kind"], &asked["method"]),
        (&json!("request"), &json!("QueryUpgrade"))
    );
    let answered = seen.next().await;
    assert_eq!(answered["kind"], "answer");
    assert_eq!(
        said(&answered),
        [
            "error resp.upgrade_status is missing",
            "error resp.progress 130 is out of range: 0 to 100"
        ]
    );

    device.send_text("{\"req\": 5}").await;
    assert_eq!(device.closed().await.unwrap().0, 1008);
    let (_, kind, text) = seen.passed().await;
    assert_eq!((kind.as_str(), text.as_str()), ("malformed", "{\"req\": 5}"));
    let close = seen.next().await;
    assert_eq!((&close["kind"], &close["direction"]), (&json!("close"), &json!("down")));
    let facts: Value = serde_json::from_str(close["text"].as_str().unwrap()).unwrap();
    assert_eq!(facts["code"], 1008);
    assert_eq!(said(&close).len(), 1);
}

#[tokio::test]
async fn what_is_sent_by_hand_arrives_as_it_is_and_its_answer_ends_nothing() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let mut seen = Watcher::of(&app.authority(), "cam", &app.token).await.unwrap();
    assert_eq!(seen.hello["connected"], true);
    // Far from the number that comes next, and not even sound.
    seen.send(r#"{"req": "Teleport",  "seq": 700, "event": 1}"#).await;
    assert_eq!(seen.next_of("done").await["type"], "done");
    assert_eq!(device.receive().await["seq"], 700);
    let by_hand = seen.next_of("message").await;
    assert_eq!(
        (&by_hand["by_hand"], &by_hand["kind"]),
        (&json!(true), &json!("malformed"))
    );
    device
        .send_text(r#"{"seq": 700, "err": {"code": 101, "msg": "no"}}"#)
        .await;
    assert_eq!(seen.passed().await.1, "error");
    // It stands among what was sent to the device, and who sent it.
    let (_, kept) = app.get("/api/v1/devices/cam/commands").await;
    let kept = &kept["items"][0];
    assert_eq!(
        (&kept["method"], &kept["outcome"]),
        (&json!("(raw text)"), &json!("sent"))
    );
    assert_eq!(kept["by"]["kind"], "user");
    // The cloud's own requests go on as if nothing had been.
    seen.say(json!({ "type": "call", "id": "a", "method": "QueryTime" }))
        .await;
    let asked = device.answer(json!({ "datetime": "2016-12-05T02:15:32" })).await;
    assert_eq!((&asked["req"], &asked["seq"]), (&json!("QueryTime"), &json!(1)));
    assert_eq!(seen.next_of("done").await["id"], "a");
    // Events and what the device refuses are sent all the same.
    seen.say(json!({ "type": "call", "id": "b", "method": "RebootChannel", "params": { "channel": "x" } }))
        .await;
    assert_eq!(
        device.receive().await,
        json!({ "event": "RebootChannel", "params": { "channel": "x" } })
    );
    seen.next_of("done").await;
    // Nonsense is refused, and ends nothing.
    for nonsense in [json!({ "type": "dance" }), json!({ "type": "call", "method": "" })] {
        seen.say(nonsense).await;
        assert_eq!(seen.next_of("failed").await["code"], "bad_request");
    }
    device.close().await;
    let (way, kind, _) = seen.passed().await;
    let (way, kind) = if kind == "close" {
        (way, kind)
    } else {
        let (way, kind, _) = seen.passed().await;
        (way, kind)
    };
    assert_eq!((way.as_str(), kind.as_str()), ("up", "close"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_told() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let mut seen = Watcher::of(&app.authority(), "cam", &app.token).await.unwrap();
    seen.say(json!({ "type": "send", "id": "x", "text": "{}" })).await;
    let failed = seen.next().await;
    assert_eq!(
        (&failed["type"], &failed["code"], &failed["id"]),
        (&json!("failed"), &json!("device_offline"), &json!("x"))
    );
    seen.say(json!({ "type": "send", "text": "x".repeat((1 << 20) + (64 << 10) + 1) }))
        .await;
    assert_eq!(seen.next().await["code"], "bad_request");
}

#[tokio::test]
async fn who_may_not_call_anything_sees_nothing_and_who_loses_it_sees_no_more() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let authority = cast.app.authority();
    for (who, expected) in [
        ("vera", (403, "forbidden")),
        ("otto", (403, "forbidden")),
        ("root", (403, "forbidden")),
        ("boris", (404, "no_such_device")),
        ("nobody", (401, "unauthorized")),
    ] {
        let refused = Watcher::of(&authority, "cam", who).await.err().unwrap();
        assert_eq!((refused.0, refused.1.as_str()), expected, "{who}");
    }
    let mut adam = Watcher::of(&authority, "cam", "adam").await.unwrap();
    device.keepalive(json!([])).await;
    assert_eq!(adam.passed().await.1, "request");
    assert_eq!(adam.passed().await.1, "answer");
    let path = format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id("adam"));
    let (status, _) = cast.patch("olga", &path, json!({ "role": "viewer" })).await;
    assert_eq!(status, 200);
    assert_eq!(adam.closed().await, 4401);

    let mut dora = Watcher::of(&authority, "cam", "dora").await.unwrap();
    // The device goes to her other tenant: it is another device there.
    let (status, _) = cast.delete("olga", "/api/v1/devices/cam").await;
    assert_eq!(status, 204);
    assert_eq!(dora.closed().await, 4401);
}

#[tokio::test]
async fn every_look_and_everything_sent_is_in_the_audit_log() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    for _ in 0..2 {
        let mut seen = Watcher::of(&cast.app.authority(), "cam", "olga").await.unwrap();
        seen.send(r#"{"req": "SetConfig", "params": {"secret": 1}, "seq": 5}"#)
            .await;
        seen.next_of("done").await;
        device.receive().await;
    }
    let (_, log) = cast.get("olga", &format!("/api/v1/audit?tenant={}", cast.acme)).await;
    let of = |action: &str| {
        let items = log["items"].as_array().unwrap().iter();
        items
            .filter(|entry| entry["action"] == action)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(of("watch_protocol").len(), 2, "{log}");
    let sent = of("send_protocol_message");
    assert_eq!(sent.len(), 2, "{log}");
    assert_eq!(
        (&sent[0]["target"], &sent[0]["actor"]["name"]),
        (&json!("device cam"), &json!("olga"))
    );
    assert_eq!(sent[0]["detail"], "by hand, SetConfig, 55 bytes");
}

#[tokio::test]
async fn pages_of_others_do_not_look() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let cookie = format!("ovc_session={}", app.token);
    let authority = app.authority();
    let own = format!("http://{authority}");
    let refused = Watcher::open(
        &authority,
        "cam",
        &[("cookie", &cookie), ("origin", "http://evil.example")],
    )
    .await;
    assert_eq!(refused.err().unwrap(), (403, "cross_origin".to_owned()));
    Watcher::open(&authority, "cam", &[("cookie", &cookie), ("origin", &own)])
        .await
        .unwrap();
}

#[tokio::test]
async fn the_table_of_methods_has_schemas_and_examples() {
    let app = TestApp::start().await;
    let (_, list) = app.get("/api/v1/protocol/methods").await;
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), dap::METHODS.len());
    let upgrade = items.iter().find(|item| item["name"] == "UpgradeFirmware").unwrap();
    assert_eq!(
        (&upgrade["kind"], &upgrade["direction"], &upgrade["edition"]),
        (&json!("event"), &json!("down"), &json!("seed"))
    );
    assert_eq!(upgrade["example_params"]["firmware_model"], "2.4.1");
    assert_eq!(upgrade["params_schema"]["required"], json!(["firmware_model", "url"]));
}

#[tokio::test]
async fn an_idle_watcher_keeps_its_place_and_the_cloud_closes_it_when_it_goes() {
    let app = TestApp::start_with(|config| config.shutdown_limit = Duration::from_secs(5)).await;
    app.add_device("cam").await;
    let mut seen = Watcher::of(&app.authority(), "cam", &app.token).await.unwrap();
    let ((), code) = tokio::join!(app.shutdown(), seen.closed());
    assert_eq!(code, 1001);
}
