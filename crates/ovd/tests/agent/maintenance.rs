//! Time, logs, disk, restarts, facts.

use super::cloud::{Cloud, Link, within};
use super::http_server::{HttpServer, Page};
use super::media_server::MediaServer;
use super::{Running, setup};
use dap::LocalDateTime;
use ovd::agent::{BatterySetup, DiskSetup};
use ovd::log::LogFiles;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing_subscriber::layer::SubscriberExt as _;

fn machine_s() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// What the device's clock shows, as seconds since 1970 in its zone.
async fn shown_s(link: &mut Link) -> (i64, Value) {
    let time = link.call("QueryTime", json!({})).await.unwrap();
    let datetime: LocalDateTime = time["datetime"].as_str().unwrap().parse().unwrap();
    (datetime.to_unix_s(), time["tz"].clone())
}

#[tokio::test]
async fn the_clock_is_set_unless_it_is_right_and_stays_set() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    let (shown, tz) = shown_s(&mut link).await;
    assert!(
        (shown - machine_s()).abs() <= 1 && tz == 0,
        "the machine's time, in UTC"
    );

    // In the zone that is named, which becomes the device's.
    let wanted = json!({"datetime": "2016-12-05T02:15:32", "offset": 5, "tz": 8});
    assert_eq!(link.call("SyncTime", wanted).await, Ok(json!({})));
    let start: LocalDateTime = "2016-12-05T02:15:32".parse().unwrap();
    let (shown, tz) = shown_s(&mut link).await;
    assert!((0..=2).contains(&(shown - start.to_unix_s())) && tz == 8);

    // Within the tolerance it is left alone.
    let near = LocalDateTime::from_unix_s(start.to_unix_s() + 60).to_string();
    let wanted = json!({"datetime": near, "offset": 120, "tz": 8});
    assert_eq!(link.call("SyncTime", wanted).await, Ok(json!({})));
    let (shown, _) = shown_s(&mut link).await;
    assert!(shown - start.to_unix_s() < 30);

    // The first edition names no zone: the time is China's.
    let wanted = json!({"datetime": "2020-01-01T08:00:00", "offset": 0});
    assert_eq!(link.call("SyncTime", wanted).await, Ok(json!({})));
    let start: LocalDateTime = "2020-01-01T08:00:00".parse().unwrap();
    let (shown, _) = shown_s(&mut link).await;
    assert!((0..=2).contains(&(shown - start.to_unix_s())));
    assert_eq!(
        link.call(
            "SyncTime",
            json!({"datetime": "2020-01-01T08:00:00", "offset": 0, "tz": 99})
        )
        .await,
        Err(12)
    );

    drop((agent, link));
    let _agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    let (shown, tz) = shown_s(&mut link).await;
    assert!(
        (0..=20).contains(&(shown - start.to_unix_s())) && tz == 8,
        "it outlives the agent"
    );
}

#[tokio::test]
async fn logs_of_a_range_arrive_and_their_end_is_told() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &["test"]);
    let logs = LogFiles::open(&setup.state, setup.clock.clone()).unwrap();
    setup.logs = Some(logs.clone());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(logs.layer()));
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.keepalive("settled", |channels| channels[0]["state"] == 1).await;
    let now = LocalDateTime::from_unix_s(machine_s());
    let range = |path: &str, from_s: i64, to_s: i64| {
        let at = |seconds: i64| LocalDateTime::from_unix_s(now.to_unix_s() + seconds).to_string();
        json!({"trans_id": "t-5", "start": at(from_s), "end": at(to_s), "url": server.url(path)})
    };
    let (recent, old) = (range("/log/1", -60, 60), range("/log/2", -7200, -3600));
    let lost = range("/log/3", -60, 60);

    assert_eq!(link.call("LogUploadAsync", recent.clone()).await, Ok(json!({})));
    let upload = link.during(server.upload()).await;
    let text = String::from_utf8(upload.body.to_vec()).unwrap();
    assert!(
        upload.content_type.starts_with("text/plain") && text.contains("logged in"),
        "{text}"
    );
    assert!(!text.contains(super::PASSWORD));
    let done = link.until("LogDone", |link| link.events("LogDone").pop()).await;
    assert_eq!((&done["trans_id"], &done["status"]), (&json!("t-5"), &json!("success")));
    assert_eq!((&done["size"], &done["url"]), (&json!(text.len()), &recent["url"]));

    // The older way, and nothing in the range: an empty file.
    link.tell("LogUpload", old).await;
    let upload = link.during(server.upload()).await;
    assert_eq!((upload.path.as_str(), upload.body.len()), ("/log/2", 0));

    server.put(
        "/log/3",
        Page {
            status: Some(403),
            ..Page::default()
        },
    );
    assert_eq!(link.call("LogUploadAsync", lost).await, Ok(json!({})));
    let failed = link
        .until("LogDone", |link| {
            link.events("LogDone").into_iter().find(|done| done["status"] == "fail")
        })
        .await;
    assert_eq!(failed["size"], 0);
    let backwards =
        json!({"trans_id": "t", "start": "2026-01-02T00:00:00", "end": "2026-01-01T00:00:00", "url": "http://a/b"});
    assert_eq!(link.call("LogUploadAsync", backwards).await, Err(12));
}

#[tokio::test]
async fn a_disk_is_formatted_after_the_answer_and_only_the_agent_s_own() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("card");
    let mut setup = setup(&folder.path().join("state"), &["test"]);
    setup.disk = Some(DiskSetup {
        path: card.clone(),
        size: 1 << 20,
    });
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetDiskInfo", json!({})).await.unwrap()["state"], 0);
    std::fs::create_dir(card.join("alarms")).unwrap();
    std::fs::write(card.join("alarms").join("1.jpg"), "picture").unwrap();
    assert_eq!(link.call("FormatDisk", json!({})).await, Ok(json!({})));
    within("formatted", async {
        while link.call("GetDiskInfo", json!({})).await.unwrap()["state"] == 3 {}
    })
    .await;
    assert_eq!(link.call("GetDiskInfo", json!({})).await.unwrap()["state"], 0);
    assert!(!card.join("alarms").exists() && card.join(".ovd-disk").exists());
    // Somebody put another card in: the agent does not touch it.
    std::fs::remove_file(card.join(".ovd-disk")).unwrap();
    std::fs::write(card.join("holiday.jpg"), "picture").unwrap();
    assert_eq!(link.call("GetDiskInfo", json!({})).await.unwrap()["state"], 2);
    assert_eq!(link.call("FormatDisk", json!({})).await, Err(1));
    assert!(card.join("holiday.jpg").exists());
}

#[tokio::test]
async fn a_device_without_a_disk_says_so() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    assert_eq!(link.call("GetDiskInfo", json!({})).await.unwrap()["state"], 1);
    assert_eq!(link.call("FormatDisk", json!({})).await, Err(1));
}

#[tokio::test]
async fn a_restarted_device_logs_in_as_one_that_was_just_switched_on() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let publish = json!({"channel": 0, "url": server.url("s-1"), "stream_id": "s-1", "max_bitrate": 0});
    let (_, mut publication) = tokio::join!(link.call("LivePublish", publish), server.accept());
    link.tell("RebootDevice", json!({})).await;
    assert_eq!(link.closed_by_device().await.0, 1001);
    assert!(publication.ended().await, "its streams end");
    let mut link = cloud.accept().await;
    assert_eq!(link.query["reconnect"], "0");
    link.keepalive("back", |channels| channels[0] == json!({"channel": 0, "state": 1}))
        .await;
    // Another loss is one as always.
    link.close(1001).await;
    assert_eq!(cloud.accept().await.query["reconnect"], "1");
}

#[tokio::test]
async fn a_restarted_channel_is_away_for_a_moment_and_the_connection_stays() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test", "test"]);
    let mut link = cloud.accept().await;
    let publish = |channel: u32| {
        let stream = format!("s-{channel}");
        json!({"channel": channel, "url": server.url(&stream), "stream_id": stream, "max_bitrate": 0})
    };
    let (_, mut first) = tokio::join!(link.call("LivePublish", publish(0)), server.accept());
    let (_, mut second) = tokio::join!(link.call("LivePublish", publish(1)), server.accept());
    link.tell("RebootChannel", json!({"channel": 0})).await;
    assert!(first.ended().await);
    link.keepalive("away", |channels| {
        channels[0]["state"] == 0 && channels[1]["state"] == 2
    })
    .await;
    link.keepalive("back", |channels| {
        channels[0]["state"] == 1 && channels[1]["state"] == 2
    })
    .await;
    assert!(second.next().await.is_some(), "the other channel is not touched");
}

#[tokio::test]
async fn a_rescheduled_device_comes_back_on_a_new_connection() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    link.tell("Reschedule", json!({})).await;
    assert_eq!(link.closed_by_device().await.0, 1001);
    let link = cloud.accept().await;
    assert_eq!(link.query["reconnect"], "1");
}

#[tokio::test]
async fn facts_are_those_of_the_machine() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &["test"]);
    setup.battery = Some(BatterySetup {
        charge: 76,
        ..BatterySetup::default()
    });
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.keepalive("settled", |_| true).await;
    let info = link.call("DevInfo", json!({})).await.unwrap();
    assert_eq!(info["ip_addr"], "127.0.0.1", "the card that the cloud is reached by");
    assert_eq!(info["mac_addr"], "00:00:00:00:00:00");
    assert_eq!(info["battery"], 76);
    assert_eq!(info["last_upgrade_datetime"], "1970-01-01T00:00:00");
    let cap = link.call("GetCap", json!({})).await.unwrap();
    assert_eq!(
        (&cap["battery"], &cap["audio_out"], &cap["cloud_record"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert_eq!(cap["alarms"]["motion"], true);
    assert_eq!(
        link.call("KeepAwaken", json!({"channel": 0, "expired": 60})).await,
        Ok(json!({}))
    );
    assert_eq!(
        link.call("KeepAwaken", json!({"channel": 3, "expired": 60})).await,
        Err(102)
    );
}
