//! Firmware: fetched, verified, installed.

use super::cloud::{Cloud, Link, within};
use super::http_server::{HttpServer, Page};
use super::{Running, setup};
use serde_json::{Value, json};
use std::time::Duration;

const SHA256_OF_X: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

async fn ends(link: &mut Link) -> Value {
    within("the upgrade", async {
        loop {
            let answer = link.call("QueryUpgrade", json!({})).await.unwrap();
            if matches!(answer["upgrade_status"].as_str().unwrap(), "done" | "error") {
                return answer;
            }
        }
    })
    .await
}

#[tokio::test]
async fn new_firmware_is_what_the_device_logs_in_with() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    assert_eq!(
        link.call("QueryUpgrade", json!({})).await,
        Ok(json!({"upgrade_status": "notstart", "progress": 0, "firmware_model": "1.2.3"}))
    );
    let image = Page {
        body: vec![7; 3 << 20].into(),
        // Long enough for a Keepalive to tell of it.
        delay: Duration::from_millis(500),
        ..Page::default()
    };
    server.put("/firmware/1", image);
    let order = json!({"firmware_model": "2.0.0", "url": server.url("/firmware/1")});
    link.tell("UpgradeFirmware", order).await;
    link.report("upgrading", |report| report["state"] == 2).await;
    let done = ends(&mut link).await;
    assert_eq!(
        done,
        json!({"upgrade_status": "done", "progress": 100, "firmware_model": "2.0.0"})
    );
    link.report("upgraded", |report| report["state"] == 1).await;
    assert_eq!(link.closed_by_device().await.0, 1001);
    let mut link = cloud.accept().await;
    assert_eq!(
        (link.query["firmware_model"].as_str(), link.query["reconnect"].as_str()),
        ("2.0.0", "0")
    );
    let info = link.call("DevInfo", json!({})).await.unwrap();
    assert_eq!(info["firmware_model"], "2.0.0");
    assert!(info["last_upgrade_datetime"].as_str().unwrap().starts_with("20"));
    drop((agent, link));
    let _agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let link = cloud.accept().await;
    assert_eq!(
        link.query["firmware_model"], "2.0.0",
        "also after the agent was started anew"
    );
    let image = std::fs::metadata(folder.path().join("firmware").join("installed.img")).unwrap();
    assert_eq!(image.len(), 3 << 20);
}

#[tokio::test]
async fn an_image_that_is_not_what_was_announced_is_not_installed() {
    let (cloud, server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let _agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    let x = Page {
        body: "x".into(),
        ..Page::default()
    };
    server.put("/good", x.clone());
    server.put("/empty", Page::default());
    let mut lies = x;
    lies.headers = vec![(
        "repr-digest",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:".to_owned(),
    )];
    server.put("/lies", lies);
    let wrong = SHA256_OF_X.replace('2', "3");
    for (model, url) in [
        ("2", format!("{}#sha256={wrong}", server.url("/good"))),
        ("2", format!("{}#sha256=none", server.url("/good"))),
        ("2", server.url("/lies")),
        ("2", server.url("/empty")),
        ("2", server.url("/missing")),
        ("2", "ftp://x/y".to_owned()),
        ("", server.url("/good")),
    ] {
        link.tell("UpgradeFirmware", json!({"firmware_model": model, "url": url}))
            .await;
        let end = ends(&mut link).await;
        assert_eq!(end["upgrade_status"], "error", "{url}");
        link.report("as before", |report| report["state"] == 1).await;
        assert!(!folder.path().join("firmware").join("installed.img").exists());
        assert!(!folder.path().join("firmware").join("incoming.img").exists(), "{url}");
    }
    assert_eq!(
        link.call("DevInfo", json!({})).await.unwrap()["firmware_model"],
        "1.2.3"
    );
    let url = format!("{}#sha256={SHA256_OF_X}", server.url("/good"));
    link.tell("UpgradeFirmware", json!({"firmware_model": "2", "url": url}))
        .await;
    assert_eq!(ends(&mut link).await["upgrade_status"], "done");
}
