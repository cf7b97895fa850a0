//! Alarms: by command, by schedule, of the battery.

use super::cloud::{Cloud, Link};
use super::http_server::HttpServer;
use super::snapshot::luma;
use super::{Running, setup};
use dap::ChannelId;
use dap::methods::AlarmType;
use ovd::agent::{AlarmSchedule, BatterySetup, DiskSetup};
use ovd::control::{self, Command, TellError};
use serde_json::{Value, json};
use std::time::Duration;

/// The first notice of this type and state.
async fn notice(link: &mut Link, alarm: i64, state: &str) -> Value {
    link.until(state, |link| {
        let mut notices = link.notices.iter();
        notices
            .find(|notice| notice["type"] == alarm && notice["state"] == state)
            .cloned()
    })
    .await
}

fn bits(channel: &Value) -> u64 {
    channel["alarm"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn an_alarm_by_command_begins_with_a_picture_and_ends() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(&folder.path().join("state"), &["test"]);
    let card = folder.path().join("card");
    setup.disk = Some(DiskSetup {
        path: card.clone(),
        size: 10 << 20,
    });
    let agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.picture_url = server.url("/picture/1");
    let socket = folder.path().join("agent.sock");
    let listener = control::listen(&socket).await.unwrap();
    let commands = tokio::spawn(control::serve(listener, agent.agent.clone()));
    let order = |alarm: &str, text: &str| Command::AlarmStart {
        channel: 0,
        alarm: alarm.to_owned(),
        text: text.to_owned(),
    };
    let end = |alarm: &str| Command::AlarmEnd {
        channel: 0,
        alarm: alarm.to_owned(),
        text: String::new(),
    };
    let motion = order("motion", "somebody in the yard");
    link.during(control::tell(&socket, &motion)).await.unwrap();
    let begun = notice(&mut link, 3, "start").await;
    assert_eq!(
        (&begun["channel"], &begun["desc"]),
        (&json!(0), &json!("somebody in the yard"))
    );
    let upload = link.during(server.upload()).await;
    assert_eq!(
        (upload.path.as_str(), upload.content_type.as_str()),
        ("/picture/1", "image/jpeg")
    );
    assert_eq!(luma(&upload.body).0, 1280);
    link.keepalive("the bit is set", |channels| bits(&channels[0]) == 1 << 3)
        .await;
    let kept: Vec<_> = std::fs::read_dir(card.join("alarms")).unwrap().collect();
    assert_eq!(kept.len(), 1);

    // The same again is no news; another one beside it is.
    link.during(control::tell(&socket, &motion)).await.unwrap();
    link.during(control::tell(&socket, &order("doorbell", "")))
        .await
        .unwrap();
    notice(&mut link, 10, "start").await;
    link.keepalive("both bits", |channels| bits(&channels[0]) == 1 << 3 | 1 << 10)
        .await;
    assert_eq!(link.notices.len(), 2);

    link.during(control::tell(&socket, &end("motion"))).await.unwrap();
    link.during(control::tell(&socket, &end("10"))).await.unwrap();
    notice(&mut link, 3, "end").await;
    notice(&mut link, 10, "end").await;
    link.keepalive("no bit", |channels| channels[0].get("alarm").is_none())
        .await;
    let refused = link.during(control::tell(&socket, &end("motion"))).await;
    assert!(matches!(refused, Err(TellError::Refused(why)) if why.contains("no such alarm")));
    commands.abort();
}

#[tokio::test]
async fn alarms_that_are_switched_off_are_not_raised_and_end_when_they_are() {
    let cloud = Cloud::start().await;
    let agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    link.picture_url = String::new();
    let start = |alarm: AlarmType| agent.agent.start_alarm(ChannelId(0), alarm, "");
    start(AlarmType::CRY).unwrap();
    assert_eq!(notice(&mut link, 5, "start").await["desc"], "cry");
    let off = json!({"channls": {"0": {"alarms": {"cry": {"on": false}}}}});
    assert_eq!(link.call("SetConfig", off).await, Ok(json!({})));
    notice(&mut link, 5, "end").await;
    assert!(start(AlarmType::CRY).unwrap_err().contains("switched off"));
    start(AlarmType::FACE).unwrap();
    notice(&mut link, 6, "start").await;
    // A channel that is off raises nothing at all.
    let off = json!({"channls": {"0": {"on": false}}});
    assert_eq!(link.call("SetConfig", off).await, Ok(json!({})));
    notice(&mut link, 6, "end").await;
    assert!(start(AlarmType::DOORBELL).unwrap_err().contains("switched off"));
    assert!(agent.agent.start_alarm(ChannelId(4), AlarmType::FACE, "").is_err());
}

#[tokio::test]
async fn scheduled_alarms_come_and_go_by_themselves() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &["test"]);
    setup.channels[0].alarms = vec![AlarmSchedule {
        alarm: AlarmType::HUMAN_BODY,
        every: Duration::from_secs(2),
        lasts: Duration::from_secs(1),
        text: "the postman".to_owned(),
    }];
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.picture_url = String::new();
    assert_eq!(notice(&mut link, 11, "start").await["desc"], "the postman");
    notice(&mut link, 11, "end").await;
    link.notices.clear();
    notice(&mut link, 11, "start").await;
}

#[tokio::test]
async fn an_alarm_waits_for_the_connection() {
    let cloud = Cloud::start().await;
    let agent = Running::start(&cloud.url(), &["test"]);
    cloud.accept().await.close(1001).await;
    agent
        .agent
        .start_alarm(ChannelId(0), AlarmType::MOTION, "while away")
        .unwrap();
    let mut link = cloud.accept().await;
    link.picture_url = String::new();
    assert_eq!(notice(&mut link, 3, "start").await["desc"], "while away");
}

#[tokio::test]
async fn a_battery_tells_of_its_charge_and_that_it_is_low() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &["test"]);
    // One percent a second.
    setup.battery = Some(BatterySetup {
        charge: 22,
        drain_per_hour: 3600.0,
        low: 20,
    });
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.picture_url = String::new();
    let low = notice(&mut link, 8, "start").await;
    assert!(low["desc"].as_str().unwrap().contains('%'));
    let charges: Vec<i64> = link
        .events("BatteryChange")
        .iter()
        .map(|event| event["battery"].as_i64().unwrap())
        .collect();
    assert!(
        !charges.is_empty() && charges.windows(2).all(|pair| pair[1] < pair[0]),
        "{charges:?}"
    );
    assert!(
        link.call("DevInfo", json!({})).await.unwrap()["battery"]
            .as_i64()
            .unwrap()
            <= 20
    );
}

#[tokio::test]
async fn motion_in_the_picture_raises_an_alarm_while_that_is_wanted() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut setup = setup(folder.path(), &["test"]);
    setup.channels[0].detect_motion = true;
    let _agent = Running::start_as(&cloud.url(), setup);
    let mut link = cloud.accept().await;
    link.picture_url = String::new();
    // The ball swings.
    notice(&mut link, 3, "start").await;
    let off = json!({"channls": {"0": {"alarms": {"motion": {"on": false}}}}});
    assert_eq!(link.call("SetConfig", off).await, Ok(json!({})));
    notice(&mut link, 3, "end").await;
    link.notices.clear();
    let on = json!({"channls": {"0": {"alarms": {"motion": {"on": true, "sensitivity": 90}}}}});
    assert_eq!(link.call("SetConfig", on).await, Ok(json!({})));
    notice(&mut link, 3, "start").await;
}
