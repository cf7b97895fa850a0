//! What people get of what devices raise alarms of.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use crate::uploads::{jpeg, put};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn notice(channel: u32, alarm_type: i64, state: &str, desc: &str) -> Value {
    json!({ "channel": channel, "timestamp": now_s(), "type": alarm_type, "state": state, "desc": desc })
}

fn now_s() -> i64 {
    ovc::clock::UnixMs::now().0 / 1000
}

async fn tell(device: &mut ScriptedDevice, channel: u32, alarm_type: i64, state: &str) -> Value {
    let told = device
        .call("AlarmNotify", notice(channel, alarm_type, state, "somebody"))
        .await;
    assert!(told["err"].is_null(), "{told}");
    told["resp"].clone()
}

async fn carries(device: &mut ScriptedDevice, bits: u64) {
    device
        .keepalive(json!([{ "channel": 0, "state": 1, "alarm": bits }]))
        .await;
}

#[tokio::test]
async fn an_alarm_is_one_event_with_a_picture_seen_as_it_happens() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    app.send(Method::PATCH, "/api/v1/devices/cam", json!({ "name": "Gate" }))
        .await;
    let mut feed = app.feed().await;
    let mut told = async |id: i64, state: &str| {
        let item = feed.next_of("alarm_changed").await.data;
        let expected = json!({ "id": id, "login_code": "cam", "channel": 0, "type": 3, "state": state });
        assert_eq!(item, expected);
    };
    let answer = tell(&mut device, 0, 3, "start").await;
    told(1, "begun").await;
    let url = answer["pic_upload_url"].as_str().unwrap();
    assert_eq!(put(url, jpeg(64, 48, "")).await.0, 200);
    told(1, "picture").await;
    let (_, alarm) = app.get("/api/v1/alarms/1").await;
    assert_eq!(
        (
            &alarm["device_name"],
            &alarm["type"],
            &alarm["type_name"],
            &alarm["text"],
            &alarm["has_picture"]
        ),
        (
            &json!("Gate"),
            &json!(3),
            &json!("motion"),
            &json!("somebody"),
            &json!(true)
        )
    );
    assert!(alarm["end_at"].is_null() && alarm["acknowledged_at"].is_null());
    // Told twice, carried by a Keepalive, and its end told: still one.
    tell(&mut device, 0, 3, "start").await;
    told(1, "updated").await;
    carries(&mut device, 1 << 3).await;
    let answer = tell(&mut device, 0, 3, "end").await;
    assert!(answer["pic_upload_url"].is_null(), "an end needs no picture");
    told(1, "ended").await;
    let (_, list) = app.get("/api/v1/alarms").await;
    assert_eq!(
        (each(&list, "id"), each(&list, "end_reason")),
        (vec!["1".into()], vec!["told".into()])
    );
    // What the device told stands as it came.
    let (_, events) = app.get("/api/v1/devices/cam/events?kind=alarm").await;
    assert_eq!(each(&events, "kind").len(), 3);
}

#[tokio::test]
async fn what_only_keepalives_carry_is_an_event_and_ends_with_them() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let mut feed = app.feed().await;
    carries(&mut device, 1 << 10 | 1 << 2).await;
    carries(&mut device, 1 << 2).await;
    carries(&mut device, 1 << 2).await;
    // The end of this one is lost.
    tell(&mut device, 0, 3, "start").await;
    carries(&mut device, 1 << 2 | 1 << 3).await;
    carries(&mut device, 0).await;
    let mut ended = 0;
    while ended < 3 {
        ended += usize::from(feed.next_of("alarm_changed").await.data["state"] == "ended");
    }
    let (_, list) = app.get("/api/v1/alarms").await;
    assert_eq!(each(&list, "type_name"), ["motion", "doorbell", "io"]);
    assert_eq!(each(&list, "end_reason"), ["bit_cleared"; 3]);
    assert_eq!(each(&list, "text"), ["somebody", "", ""]);
}

#[tokio::test]
async fn what_stands_is_known_after_a_restart_and_ends_once_nothing_is_heard_of_it() {
    let app = TestApp::start_with(|config| config.alarms.silence = std::time::Duration::from_secs(1)).await;
    let passwd = app.add_device("cam").await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    carries(&mut device, 1 << 2).await;
    tell(&mut device, 0, 3, "start").await;
    let app = app.restart().await;
    let (_, counts) = app.get("/api/v1/alarms/unread").await;
    assert_eq!(counts, json!({ "unacknowledged": 2, "active": 2, "more": false }));
    let mut feed = app.feed().await;
    // Before it is over it goes on with the same event.
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    carries(&mut device, 1 << 2).await;
    let ended = feed.next_of("alarm_changed").await.data;
    assert_eq!((&ended["state"], &ended["type"]), (&json!("ended"), &json!(3)));
    let (_, list) = app.get("/api/v1/alarms?active=true").await;
    assert_eq!(
        each(&list, "type_name"),
        ["io"],
        "a device that is there carries it still"
    );
    let (_, list) = app.get("/api/v1/alarms?active=false").await;
    assert_eq!(each(&list, "end_reason"), ["timeout"]);
}

#[tokio::test]
async fn a_device_that_says_it_started_anew_has_no_end_to_tell() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let url = app.dap_url("cam", &passwd);
    let mut device = ScriptedDevice::connect(&url).await;
    tell(&mut device, 0, 3, "start").await;
    let mut feed = app.feed().await;
    let _again = ScriptedDevice::connect(&format!("{url}&reconnect=1")).await;
    let _anew = ScriptedDevice::connect(&format!("{url}&reconnect=0")).await;
    assert_eq!(feed.next_of("alarm_changed").await.data["state"], "ended");
    let (_, alarm) = app.get("/api/v1/alarms/1").await;
    assert_eq!(alarm["end_reason"], "device_reset");
}

#[tokio::test]
async fn alarms_are_found_by_what_they_are_and_acknowledged_one_or_all() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let mut other = cast.connected_device("door", None).await;
    for (channel, alarm_type) in [(0, 3), (1, 10), (0, 6)] {
        tell(&mut device, channel, alarm_type, "start").await;
    }
    tell(&mut device, 0, 6, "end").await;
    tell(&mut other, 0, 42, "start").await;
    let found = async |query: &str| {
        let (status, list) = cast.get("vera", &format!("/api/v1/alarms?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        each(&list, "id").join(" ")
    };
    let later = ovc::clock::UnixMs(ovc::clock::UnixMs::now().0 + 3_600_000).to_rfc3339();
    for (query, expected) in [
        ("", "4 3 2 1"),
        ("login_code=cam", "3 2 1"),
        ("login_code=cam&channel=1", "2"),
        ("type=motion", "1"),
        ("type=10", "2"),
        ("type=42", "4"),
        ("active=true", "4 2 1"),
        ("active=false", "3"),
        ("acknowledged=true", ""),
        (&format!("from={later}"), "4 2 1"),
        (&format!("to={later}&limit=2"), "4 3"),
        ("before=3", "2 1"),
        (&format!("tenant={}", cast.acme), "4 3 2 1"),
        (&format!("tenant={}", cast.bolt), ""),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    for bad in ["type=fire", "from=yesterday", "limit=0", "login_code=%20"] {
        let answer = cast.get("vera", &format!("/api/v1/alarms?{bad}")).await;
        assert_eq!(refusal(&answer), (400, "bad_request"), "{bad}");
    }
    let (_, page) = cast.get("vera", "/api/v1/alarms?limit=2").await;
    assert_eq!(page["next"], 3);

    let mut feed = cast.app.feed_of("olga", None).await;
    let (status, alarm) = cast.post("vera", "/api/v1/alarms/2/acknowledge", json!({})).await;
    assert_eq!((status, &alarm["acknowledged_by"]), (StatusCode::OK, &json!("vera")));
    let told = feed.next_of("alarm_changed").await.data;
    assert_eq!((&told["id"], &told["state"]), (&json!(2), &json!("acknowledged")));
    // Who was first stays.
    let (_, alarm) = cast.post("otto", "/api/v1/alarms/2/acknowledge", json!({})).await;
    assert_eq!(alarm["acknowledged_by"], "vera");
    let all = json!({ "login_code": "cam", "active": false });
    let (_, done) = cast.post("otto", "/api/v1/alarms/acknowledge", all).await;
    assert_eq!(done, json!({ "acknowledged": 1 }));
    let (_, done) = cast.post("otto", "/api/v1/alarms/acknowledge", json!({})).await;
    assert_eq!(done, json!({ "acknowledged": 2 }));
    let (_, counts) = cast.get("vera", "/api/v1/alarms/unread").await;
    assert_eq!(counts, json!({ "unacknowledged": 0, "active": 3, "more": false }));
}

#[tokio::test]
async fn everybody_gets_alarms_of_the_channels_that_are_his_and_pictures_of_the_times() {
    let cast = Cast::start().await;
    let yard = cast.group("Yard", None).await;
    let shed = cast.group("Shed", Some(yard)).await;
    let mut device = cast.connected_device("cam", Some(shed)).await;
    let first = tell(&mut device, 0, 3, "start").await;
    let second = tell(&mut device, 1, 3, "start").await;
    for answer in [first, second] {
        put(answer["pic_upload_url"].as_str().unwrap(), jpeg(8, 8, "")).await;
    }
    let own = cast
        .post("boris", "/api/v1/devices", json!({ "login_code": "own" }))
        .await
        .1;
    let url = cast.app.dap_url("own", own["login_passwd"].as_str().unwrap());
    let mut own = ScriptedDevice::connect(&url).await;
    tell(&mut own, 0, 3, "start").await;
    let seen = async |who: &str| {
        let (_, list) = cast.get(who, "/api/v1/alarms").await;
        each(&list, "id").join(" ")
    };
    let picture = async |who: &str, id: i64| {
        let path = format!("/api/v1/alarms/{id}/picture");
        let request = cast.app.bare(Method::GET, &path).bearer_auth(who);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        (seen("vera").await.as_str(), seen("boris").await.as_str()),
        ("2 1", "3")
    );
    assert_eq!(
        (seen("root").await.as_str(), seen("guest").await.as_str()),
        ("3 2 1", "")
    );
    assert_eq!(
        (
            picture("vera", 1).await,
            picture("boris", 1).await,
            picture("root", 1).await
        ),
        (200, 404, 403)
    );
    let (_, alarm) = cast.get("root", "/api/v1/alarms/1").await;
    assert_eq!(alarm["has_picture"], false, "he may not see it");
    // Nobody acknowledges what he does not see.
    let (_, done) = cast
        .post("boris", "/api/v1/alarms/acknowledge", json!({ "login_code": "cam" }))
        .await;
    assert_eq!(done["acknowledged"], 0);
    assert_eq!(
        refusal(&cast.post("boris", "/api/v1/alarms/1/acknowledge", json!({})).await),
        (404, "no_such_alarm")
    );

    for (grant, alarms, pictures) in [
        (
            json!({ "group_id": yard, "permissions": ["see_recordings"] }),
            "2 1",
            [200, 200],
        ),
        (json!({ "login_code": "cam", "permissions": [] }), "2 1", [403, 403]),
        (
            json!({ "login_code": "cam", "channel": 1, "permissions": ["see_recordings"] }),
            "2",
            [404, 200],
        ),
        (
            json!({ "login_code": "cam", "permissions": ["see_recordings"], "recordings_to": "2020-01-01T00:00:00Z" }),
            "2 1",
            [403, 403],
        ),
    ] {
        cast.grant(json!([grant])).await;
        assert_eq!(seen("guest").await, alarms, "{grant}");
        assert_eq!(
            [picture("guest", 1).await, picture("guest", 2).await],
            pictures,
            "{grant}"
        );
        let (_, counts) = cast.get("guest", "/api/v1/alarms/unread").await;
        assert_eq!(counts["active"], alarms.split(' ').count(), "{grant}");
    }
}

#[tokio::test]
async fn one_device_that_raises_alarms_without_end_leaves_others_alone() {
    let app = TestApp::start_with(|config| {
        config.gateway.messages_per_second = 0;
        config.gateway.events_per_second = 0;
    })
    .await;
    let mut loud = app.connected_device("loud").await;
    let mut calm = app.connected_device("calm").await;
    for round in 0..400 {
        carries(&mut loud, u64::from(round % 2 == 0) << 3).await;
        loud.call("AlarmNotify", notice(0, 1000 + round, "start", "")).await;
    }
    let answer = tell(&mut calm, 0, 3, "start").await;
    assert!(answer["pic_upload_url"].is_string());
    let (_, list) = app.get("/api/v1/alarms?login_code=calm").await;
    assert_eq!(each(&list, "type_name"), ["motion"]);
    let (_, list) = app.get("/api/v1/alarms?login_code=loud&limit=500").await;
    let events = each(&list, "id").len();
    assert!((250..=310).contains(&events), "{events}");
}
