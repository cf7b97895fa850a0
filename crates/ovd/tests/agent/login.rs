//! Logging in, staying in touch, coming back.

use super::cloud::{Cloud, within};
use super::{PASSWORD, Running};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_device_says_who_it_is_and_how_its_channels_are() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test", "/no/such/file.mp4"]);
    let mut link = cloud.accept().await;
    let said = |key: &str| link.query.get(key).map(String::as_str);
    assert_eq!(said("login_code"), Some("1234567890123456"));
    assert_eq!(said("login_passwd"), Some(PASSWORD));
    assert_eq!(said("hardware_model"), Some("NVR 3"));
    assert_eq!(said("firmware_model"), Some("1.2.3"));
    assert_eq!(said("reconnect"), Some("0"));
    assert!(said("sdk").is_some_and(|sdk| !sdk.is_empty()));
    let channels = link
        .keepalive("two channels", |channels| channels[0]["state"] == 1)
        .await;
    assert_eq!(
        channels,
        [json!({"channel": 0, "state": 1}), json!({"channel": 1, "state": 0})]
    );
}

#[tokio::test]
async fn keepalive_comes_as_often_as_the_cloud_wants() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept_with_heartbeat(1).await;
    link.keepalive("settled", |channels| channels[0]["state"] == 1).await;
    let first = Instant::now();
    for _ in 0..2 {
        link.keepalive("the next", |_| true).await;
    }
    assert!(first.elapsed() < Duration::from_secs(4), "not the default of 10 s");
}

#[tokio::test]
async fn a_lost_device_comes_back_and_says_so() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    cloud.accept().await.close(1001).await;
    let lost = Instant::now();
    let mut link = cloud.accept().await;
    assert!(lost.elapsed() < Duration::from_secs(5), "the first try is quick");
    assert_eq!(link.query.get("reconnect").map(String::as_str), Some("1"));
    link.keepalive("back", |channels| channels[0]["state"] == 1).await;
}

#[tokio::test]
async fn a_cloud_that_refuses_for_a_time_is_asked_again_after_it() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    cloud.refuse(503, "draining", Some(2)).await;
    let refused = Instant::now();
    cloud.accept().await;
    assert!(refused.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_refused_device_keeps_running() {
    let cloud = Cloud::start().await;
    let agent = Running::start(&cloud.url(), &["test"]);
    cloud.refuse(401, "unknown device or wrong password", Some(1)).await;
    cloud.refuse(403, "disabled", Some(1)).await;
    cloud.accept().await;
    assert!(!agent.task.is_finished());
}

#[tokio::test]
async fn commands_are_answered_as_the_protocol_says() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let info = link.call("DevInfo", json!({})).await.unwrap();
    assert_eq!(
        (info["hardware_model"].as_str(), info["dev_id"].as_str()),
        (Some("NVR 3"), Some("1234567890123456"))
    );
    let time = link.call("QueryTime", json!({})).await.unwrap();
    assert_eq!(
        time["datetime"].as_str().map(str::len),
        Some("2026-11-22T20:00:00".len())
    );
    assert_eq!(link.call("GetCap", json!({})).await.unwrap()["media_protocol"], "rtmp");
    assert!(link.call("GetConfig", json!({})).await.unwrap()["channls"]["0"].is_object());
    assert_eq!(link.call("SetConfig", json!({})).await, Ok(json!({})));
    assert_eq!(
        link.call("SetConfig", json!({"channls": {"0": {"trace": true}}})).await,
        Err(13)
    );
    assert_eq!(
        link.call("SetConfig", json!({"channls": {"9": {"on": false}}})).await,
        Err(102)
    );
    let record = json!({"session_id": "r", "channel": 0, "seg_duration": 10, "seg_max_size": 1, "seg_max_count": 1,
        "start_ts": 0.0, "cbk_url": "http://cloud/r"});
    assert_eq!(
        link.call("StartCloudRecord", record).await,
        Err(12),
        "a byte is no segment"
    );
    assert_eq!(link.call("Fly", json!({})).await, Err(101));
    assert_eq!(link.call("LivePublish", json!({"channel": 0})).await, Err(12));
}

#[tokio::test]
async fn a_cloud_that_breaks_the_protocol_is_left_with_the_rule_named() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    link.send_raw("no json").await;
    assert_eq!(link.closed_by_device().await.0, 1007);
    let mut link = cloud.accept().await;
    link.send_raw(r#"{"seq": 99, "resp": {}}"#).await;
    let (code, reason) = link.closed_by_device().await;
    assert_eq!(code, 1008);
    assert!(reason.contains("rule 3"), "{reason}");
}

#[tokio::test]
async fn over_tls_only_a_cloud_with_a_trusted_certificate_hears_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("ca.pem");
    let cloud = Cloud::start_tls(&certificate).await;
    let trusting = Running::start_trusting(Some(&certificate), &cloud.url(), &["test"]);
    let link = cloud.accept().await;
    assert_eq!(link.query.get("login_passwd").map(String::as_str), Some(PASSWORD));
    drop((trusting, link));
    let _suspicious = Running::start(&cloud.url(), &["test"]);
    cloud.refused_by_device().await;
}

#[tokio::test]
async fn a_device_that_is_stopped_says_goodbye() {
    let cloud = Cloud::start().await;
    let mut agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    agent.stop();
    assert_eq!(link.closed_by_device().await.0, 1001);
    within("end", &mut agent.task).await.unwrap();
}
