//! The simulated cloud, `ovc sim`.

use crate::device::ScriptedDevice;
use crate::watcher::Watcher;
use ovc::sim::{Sim, SimOptions};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};

fn start(devices: &[&str]) -> Sim {
    let http = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let devices = devices.iter().map(|device| device.parse().unwrap()).collect();
    Sim::start(&SimOptions::new(http, devices)).unwrap()
}

fn url(sim: &Sim, code: &str, passwd: &str) -> String {
    format!("ws://{}/ovc?login_code={code}&login_passwd={passwd}", sim.http())
}

#[tokio::test]
async fn whoever_comes_is_let_in_and_seen_in_the_room_of_the_code() {
    let sim = start(&[]);
    let authority = sim.http().to_string();
    let mut device = ScriptedDevice::connect(&url(&sim, "cam-1", "whatever")).await;
    let mut other = ScriptedDevice::connect(&url(&sim, "cam-2", "x")).await;
    device.keepalive(json!([{ "channel": 0, "state": 1 }])).await;
    assert_eq!(
        device.call("GetServerInfo", json!({})).await["resp"],
        json!({ "hb_interval": 10 })
    );
    let alarm = json!({ "channel": 0, "timestamp": 1480904132, "type": 3, "state": "start", "desc": "" });
    assert_eq!(device.call("AlarmNotify", alarm).await["resp"], json!({}));
    assert_eq!(device.call("AlarmNotify", json!({})).await["err"]["code"], 12);
    assert_eq!(device.call("Teleport", json!({})).await["err"]["code"], 101);
    other.keepalive(json!([])).await;

    // Who opens the room later sees it from the login on, and nothing of the other.
    let mut seen = Watcher::open(&authority, "cam-1", &[]).await.unwrap();
    assert_eq!(seen.hello["connected"], true);
    let mut kinds = Vec::new();
    for _ in 0..11 {
        let (_, kind, text) = seen.passed().await;
        assert!(!text.contains("whatever") && !text.contains("cam-2"), "{text}");
        kinds.push(kind);
    }
    let expected = "login request answer request answer request answer request error request error";
    assert_eq!(kinds.join(" "), expected);

    seen.send("not even JSON").await;
    let by_hand = seen.next_of("message").await;
    assert_eq!(by_hand["by_hand"], true);
    seen.say(json!({ "type": "call", "method": "QueryTime" })).await;
    // The text that is none is skipped by the test's device.
    let mut room = Watcher::open(&authority, "cam-3", &[]).await.unwrap();
    let mut third = ScriptedDevice::connect(&url(&sim, "cam-3", "y")).await;
    third.keepalive(json!([])).await;
    assert_eq!(room.passed().await.1, "login");
    sim.shutdown().await;
    assert_eq!(room.closed().await, 1001);
}

#[tokio::test]
async fn a_second_login_takes_over() {
    let sim = start(&[]);
    let mut seen = Watcher::open(&sim.http().to_string(), "cam", &[]).await.unwrap();
    let mut first = ScriptedDevice::connect(&url(&sim, "cam", "a")).await;
    let mut second = ScriptedDevice::connect(&url(&sim, "cam", "b")).await;
    assert_eq!(first.closed().await.unwrap().0, 4001);
    second.keepalive(json!([])).await;
    let mut logins = Vec::new();
    let mut closes = Vec::new();
    while logins.len() < 2 || closes.is_empty() {
        let told = seen.next_of("message").await;
        match told["kind"].as_str().unwrap() {
            "login" => logins.push(told["connection"].clone()),
            "close" => closes.push(told["connection"].clone()),
            _ => {}
        }
    }
    assert_eq!(closes, logins[..1]);
}

#[tokio::test]
async fn only_those_listed_come_in_if_any_are() {
    let sim = start(&["cam:a-password"]);
    let authority = sim.http().to_string();
    let mut seen = Watcher::open(&authority, "cam", &[]).await.unwrap();
    assert_eq!(
        Watcher::open(&authority, "other", &[]).await.err().unwrap(),
        (404, "no_such_device".to_owned())
    );
    for (code, passwd) in [("cam", "wrong"), ("other", "a-password")] {
        let refused = ScriptedDevice::try_connect(&url(&sim, code, passwd))
            .await
            .err()
            .unwrap();
        assert_eq!(refused.status, 401);
    }
    let told = seen.next_of("message").await;
    assert_eq!(
        (&told["kind"], &told["verdict"][0]["level"]),
        (&json!("login"), &json!("error"))
    );
    let mut device = ScriptedDevice::connect(&url(&sim, "cam", "a-password")).await;
    device.keepalive(json!([])).await;
}

#[tokio::test]
async fn the_page_comes_without_a_login_and_pages_of_others_see_nothing() {
    let sim = start(&[]);
    let get = async |path: &str| {
        let response = reqwest::get(format!("http://{}{path}", sim.http())).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, page) = get("/?login_code=cam").await;
    assert_eq!(status, 200);
    assert!(page.contains(r#"<meta name="ovs-mode" content="sim">"#), "{page}");
    assert_eq!(get("/api/v1/devices").await.0, 404);
    assert_eq!(get("/api/v1/devices/cam/protocol").await.0, 426);
    let methods: serde_json::Value = serde_json::from_str(&get("/api/v1/protocol/methods").await.1).unwrap();
    assert_eq!(methods["items"].as_array().unwrap().len(), dap::METHODS.len());
    let refused = Watcher::open(&sim.http().to_string(), "cam", &[("origin", "http://evil.example")]).await;
    assert_eq!(refused.err().unwrap(), (403, "cross_origin".to_owned()));
}
