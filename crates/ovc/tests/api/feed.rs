use crate::app::TestApp;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let app = TestApp::start().await;
    let mut feed = app.feed().await;
    let mut device = app.connected_device("cam").await;
    let made = feed.next().await.unwrap();
    assert_eq!(
        (made.kind.as_str(), &made.data),
        ("device", &json!({ "login_code": "cam", "change": "created" }))
    );
    assert_eq!(
        feed.next().await.unwrap().data,
        json!({ "login_code": "cam", "presence": "online" })
    );
    device.keepalive(json!([{ "channel": 0, "state": 1 }])).await;
    let channels = feed.next().await.unwrap();
    assert_eq!(channels.kind, "channels");
    assert_eq!(
        channels.data["channels"],
        json!([{ "channel": 0, "state": 1, "state_name": "online" }])
    );
    // The same again is no news.
    device.keepalive(json!([{ "channel": 0, "state": 1 }])).await;
    device
        .call(
            "AlarmNotify",
            json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "" }),
        )
        .await;
    let alarm = feed.next().await.unwrap();
    assert_eq!(
        (alarm.kind.as_str(), &alarm.data["login_code"]),
        ("alarm", &json!("cam"))
    );
    assert_eq!(alarm.data["data"]["type"], 3);
    assert_eq!(
        feed.next().await.unwrap().data,
        json!({ "id": 1, "login_code": "cam", "channel": 0, "type": 3, "state": "begun" })
    );
    device.event("BatteryChange", json!({ "battery": 55 })).await;
    let battery = feed.next().await.unwrap();
    assert_eq!(
        (battery.kind.as_str(), &battery.data["battery"]),
        ("battery", &json!(55))
    );
    device.event("Bind", json!({ "bind_id": "b" })).await;
    let bind = feed.next().await.unwrap().data;
    let hash = bind["data"]["bind_id_sha256"].as_str().unwrap();
    assert!(
        hash.starts_with("3e23e816") && bind["data"].get("bind_id").is_none(),
        "{bind}"
    );
    app.send(Method::PATCH, "/api/v1/devices/cam", json!({ "name": "Yard" }))
        .await;
    assert_eq!(
        feed.next().await.unwrap().data,
        json!({ "login_code": "cam", "change": "updated" })
    );
    app.request(Method::DELETE, "/api/v1/devices/cam").send().await.unwrap();
    assert_eq!(
        feed.next().await.unwrap().data,
        json!({ "login_code": "cam", "presence": "offline" })
    );
    assert_eq!(
        feed.next().await.unwrap().data,
        json!({ "login_code": "cam", "change": "deleted" })
    );
}

#[tokio::test]
async fn who_comes_back_gets_what_it_missed_or_is_told_to_look_anew() {
    let app = TestApp::start().await;
    let mut feed = app.feed().await;
    app.add_device("one").await;
    let first = feed.next().await.unwrap();
    drop(feed);
    app.add_device("two").await;
    let mut feed = app.feed_after(Some(&first.id)).await;
    assert_eq!(feed.next().await.unwrap().data["login_code"], "two");
    for unknown in ["1", "not a number"] {
        let mut feed = app.feed_after(Some(unknown)).await;
        assert_eq!(feed.next().await.unwrap().kind, "resync");
    }
    let app = app.restart().await;
    let mut feed = app.feed_after(Some(&first.id)).await;
    assert_eq!(feed.next().await.unwrap().kind, "resync");
}

#[tokio::test]
async fn a_shutdown_ends_the_stream() {
    let app = TestApp::start().await;
    let mut feed = app.feed().await;
    app.shutdown().await;
    assert!(feed.next().await.is_none());
}
