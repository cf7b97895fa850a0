//! Cameras are steered by the cloud's commands: one that speaks ONVIF, and the test pattern.

#[allow(dead_code)]
#[path = "../onvif/camera.rs"]
mod camera;

use super::cloud::{Cloud, Link, within};
use super::{Running, setup};
use camera::{Options, PASSWORD, USER};
use dap::ChannelId;
use ovd::agent::{ChannelSetup, Setup};
use ovd::onvif::{Credentials, OnvifSettings};
use ovd::source::Source;
use serde_json::{Value, json};
use std::path::Path;
use tokio::sync::mpsc;

/// A device with one camera that speaks ONVIF; nobody answers at its RTSP address.
fn with_camera(folder: &Path, camera: &camera::Running) -> Setup {
    let source = "rtsp://127.0.0.1:9/main";
    let mut setup = setup(folder, &[]);
    setup.channels = vec![ChannelSetup {
        number: ChannelId(0),
        name: "dome".to_owned(),
        source: Source::parse(source).unwrap(),
        detect_motion: false,
        onvif: Some(OnvifSettings {
            url: camera.url().parse().unwrap(),
            credentials: Some(Credentials {
                username: USER.to_owned(),
                password: PASSWORD.to_owned(),
            }),
            profile: None,
            stream: Some(source.parse().unwrap()),
        }),
        alarms: Vec::new(),
    }];
    setup
}

async fn hears(heard: &mut mpsc::UnboundedReceiver<Value>, key: &str) -> Value {
    within(key, async {
        loop {
            let what = heard.recv().await.unwrap();
            if what.get(key).is_some() {
                return what;
            }
        }
    })
    .await
}

async fn ptz(link: &mut Link, op: &str, value: i64) {
    let event = json!({"event": "CtrlPTZ", "params": {"channel": 0, "op": op, "value": value}});
    link.send_raw(&event.to_string()).await;
}

#[tokio::test]
async fn a_camera_that_comes_late_is_announced_and_steered() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (heard_by, mut heard) = mpsc::unbounded_channel();
    let mut camera = camera::Running::start(Options::default(), heard_by);
    camera.switch_off();
    let _agent = Running::start_as(&cloud.url(), with_camera(folder.path(), &camera));
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["ptz"], false);
    assert_eq!(link.call("GetPTZPresetList", json!({"channel": 0})).await, Err(101));
    camera.switch_on();

    // What the device can do is asked for once a login: it logs in anew.
    let mut link = cloud.accept().await;
    assert_eq!(link.query.get("reconnect").map(String::as_str), Some("1"));
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["ptz"], true);
    let info = link.call("DevInfo", json!({})).await.unwrap();
    assert_eq!(info["x-cameras"]["0"]["model"], "Dome <1>");

    ptz(&mut link, "left", 80).await;
    ptz(&mut link, "stop", 0).await;
    ptz(&mut link, "set_preset", 9).await;
    assert!(hears(&mut heard, "move").await["move"][0].as_f64().unwrap() < -0.79);
    hears(&mut heard, "stop").await;
    hears(&mut heard, "preset_set").await;
    let presets = link.call("GetPTZPresetList", json!({"channel": 0})).await;
    assert_eq!(presets, Ok(json!([{"id": 9}])));

    let image =
        |horflip: bool, verflip: bool| json!({"channls": {"0": {"image": {"horflip": horflip, "verflip": verflip}}}});
    assert_eq!(link.call("SetConfig", image(true, true)).await, Ok(json!({})));
    assert_eq!(
        hears(&mut heard, "turned").await,
        json!({"turned": true, "rest_kept": true})
    );
    assert_eq!(link.call("SetConfig", image(true, false)).await, Err(13));
    let config = link.call("GetConfig", json!({})).await.unwrap();
    assert_eq!(
        config["channls"]["0"]["image"],
        json!({"horflip": true, "verflip": true})
    );

    link.send_raw(&json!({"event": "RebootChannel", "params": {"channel": 0}}).to_string())
        .await;
    hears(&mut heard, "rebooted").await;
}

#[tokio::test]
async fn a_camera_stops_when_the_connection_is_lost_while_it_moves() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (heard_by, mut heard) = mpsc::unbounded_channel();
    let camera = camera::Running::start(Options::default(), heard_by);
    let _agent = Running::start_as(&cloud.url(), with_camera(folder.path(), &camera));
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["ptz"], true);
    ptz(&mut link, "zoomin", 30).await;
    hears(&mut heard, "move").await;
    drop(link);
    hears(&mut heard, "stop").await;
}

#[tokio::test]
async fn the_test_pattern_keeps_positions() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["ptz"], true);
    ptz(&mut link, "right_step", 50).await;
    ptz(&mut link, "set_preset", 4).await;
    ptz(&mut link, "set_preset", 200).await;
    ptz(&mut link, "clear_preset", 4).await;
    let list = json!({"channel": 0});
    assert_eq!(
        link.call("GetPTZPresetList", list.clone()).await,
        Ok(json!([{"id": 200}]))
    );
    drop((agent, link));
    let _again = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetPTZPresetList", list).await, Ok(json!([{"id": 200}])));
}
