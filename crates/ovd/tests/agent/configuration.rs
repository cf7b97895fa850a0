//! The configuration document: kept, in effect, refused with the field named.

use super::cloud::{Cloud, Link};
use super::http_server::HttpServer;
use super::media_server::MediaServer;
use super::snapshot::luma;
use super::{Running, setup};
use media::flv::Body;
use media::{TrackKind, VideoConfig};
use serde_json::{Value, json};

async fn set(link: &mut Link, patch: Value) {
    assert_eq!(link.ask("SetConfig", patch).await, Ok(json!({})));
}

async fn get(link: &mut Link) -> Value {
    link.call("GetConfig", json!({})).await.unwrap()
}

#[tokio::test]
async fn what_was_set_survives_a_restart_and_a_reset_does_not() {
    let cloud = Cloud::start().await;
    let folder = tempfile::tempdir().unwrap();
    let agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    let factory = get(&mut link).await;
    let patch = json!({
        "channls": {"0": {
            "video_encoding": {"quality": "sd"},
            "image": {"verflip": true},
            "alarms": {"motion": {"on": false, "sensitivity": 80}},
            "audio_out_volume": 30,
            "switch_schedule": {"on": false, "start_time": "08:00:00", "repeat": ["Mon"]},
            "osd": {"text": "Yard", "font": 2, "pos": "bottom-right"},
            "extension": {"vendor": {"deep": [1, null]}}
        }},
        "log_level": 1, "tz": -3, "led": false,
        "auto_reboot": {"on": true, "cycle": 86_400, "start": 7200, "end": 21_600},
        "extension": {"more": 1}
    });
    set(&mut link, patch).await;
    let changed = get(&mut link).await;
    let channel = &changed["channls"]["0"];
    assert_eq!(channel["video_encoding"]["quality"], "sd");
    assert_eq!(
        (
            &channel["video_encoding"]["width"],
            &channel["video_encoding"]["height"]
        ),
        (&json!(640), &json!(360))
    );
    assert_eq!(channel["image"], json!({"horflip": false, "verflip": true}));
    assert_eq!(channel["alarms"]["motion"], json!({"on": false, "sensitivity": 80}));
    assert_eq!(channel["alarms"]["io"]["on"], true);
    assert_eq!(
        channel["osd"],
        json!({"text": "Yard", "font": 2, "pos": "bottom-right"})
    );
    assert_eq!(channel["extension"], json!({"vendor": {"deep": [1, null]}}));
    assert_eq!(changed["tz"], -3);
    // As the cloud wrote it: seconds of the day, which is the first edition's way.
    assert_eq!(
        changed["auto_reboot"],
        json!({"on": true, "cycle": 86_400, "start": 7200, "end": 21_600})
    );
    drop((agent, link));

    let agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    assert_eq!(get(&mut link).await, changed, "the device remembers");
    assert_eq!(link.call("QueryTime", json!({})).await.unwrap()["tz"], -3);
    // The later edition's way of writing times, in one field: it is kept as given, too.
    set(&mut link, json!({"auto_reboot": {"start": "02:30:00"}})).await;
    assert_eq!(get(&mut link).await["auto_reboot"]["start"], "02:30:00");

    assert_eq!(link.call("ResetConfig", json!({})).await, Ok(json!({})));
    assert_eq!(get(&mut link).await, factory);
    assert_eq!(
        link.call("SetConfig", json!({})).await,
        Ok(json!({})),
        "the connection stays"
    );
    drop((agent, link));
    let _agent = Running::start_as(&cloud.url(), setup(folder.path(), &["test"]));
    let mut link = cloud.accept().await;
    assert_eq!(get(&mut link).await, factory);
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_at_its_field_and_nothing_changes() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test", "/no/such/file.mp4"]);
    let mut link = cloud.accept().await;
    let before = get(&mut link).await;
    for (patch, code, begins) in [
        (json!({"channls": {"7": {"on": true}}}), 102, "channls.7: "),
        (
            json!({"channls": {"0": {"video_encoding": {"fps": 10}}}}),
            12,
            "channls.0.video_encoding.fps: ",
        ),
        (
            json!({"channls": {"0": {"video_encoding": {"width": 64}}}}),
            12,
            "channls.0.video_encoding.width: ",
        ),
        (
            json!({"channls": {"0": {"video_encoding": {"quality": "8k"}}}}),
            12,
            "channls.0.video_encoding.quality: ",
        ),
        (
            json!({"channls": {"0": {"video_encoding": {"encoder": "h265"}}}}),
            13,
            "channls.0.video_encoding.encoder: ",
        ),
        (
            json!({"channls": {"0": {"video_encoding": {"encrypt": true}}}}),
            13,
            "channls.0.video_encoding.encrypt: ",
        ),
        (
            json!({"channls": {"1": {"image": {"horflip": true}}}}),
            13,
            "channls.1.image: ",
        ),
        (json!({"channls": {"1": {"osd": {"text": "x"}}}}), 13, "channls.1.osd: "),
        (json!({"channls": {"0": {"trace": true}}}), 13, "channls.0.trace: "),
        (
            json!({"channls": {"0": {"osd": {"pos": "middle"}}}}),
            12,
            "channls.0.osd.pos: ",
        ),
        (
            json!({"channls": {"0": {"osd": {"font": 3}}}}),
            12,
            "channls.0.osd.font: ",
        ),
        (
            json!({"channls": {"0": {"alarms": {"io": {"sensitivity": 101}}}}}),
            12,
            "channls.0.alarms.io.sensitivity: ",
        ),
        (
            json!({"channls": {"0": {"switch_schedule": {"repeat": ["Mon", "Someday"]}}}}),
            12,
            "channls.0.switch_schedule.repeat: ",
        ),
        (json!({"channls": {"0": {"night": "auto"}}}), 13, "channls.0.night: "),
        (json!({"tz": 15}), 12, "tz: "),
        (json!({"wifi": {"ssid": "home"}}), 13, "wifi: "),
        (json!({"auto_reboot": {"start": "25:00:00"}}), 12, "auto_reboot.start: "),
        // What stands beside something impossible is not done either.
        (
            json!({"led": false, "channls": {"0": {"trace": true}}}),
            13,
            "channls.0.trace: ",
        ),
    ] {
        let (got, text) = link.ask("SetConfig", patch.clone()).await.unwrap_err();
        assert_eq!(got, code, "{patch}: {text}");
        assert!(text.starts_with(begins), "{patch}: {text}");
    }
    assert_eq!(get(&mut link).await, before);
    // Who writes back the whole of what he read changes nothing, and is not refused for it.
    set(&mut link, before.clone()).await;
    assert_eq!(get(&mut link).await, before);
}

#[tokio::test]
async fn another_quality_takes_effect_in_the_running_stream() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let publish = json!({"channel": 0, "url": server.url("s-1"), "stream_id": "s-1", "max_bitrate": 0});
    let (answer, mut publication) = tokio::join!(link.call("LivePublish", publish), server.accept());
    assert_eq!(answer, Ok(json!({})));
    let next = async |publication: &mut super::media_server::Publication| -> VideoConfig {
        loop {
            if let Body::VideoConfig(config) = publication.next().await.expect("the stream goes on") {
                return config;
            }
        }
    };
    let first = next(&mut publication).await;
    assert_eq!((first.width, first.height), (1280, 720));
    for (quality, size) in [("ld", (320, 180)), ("fhd", (1920, 1080)), ("hd", (1280, 720))] {
        let patch = json!({"channls": {"0": {"video_encoding": {"quality": quality}}}});
        let (_, config) = tokio::join!(set(&mut link, patch), next(&mut publication));
        assert_eq!((config.width, config.height), size);
        let keyframe = loop {
            if let Some(Body::Frame(frame)) = publication.next().await
                && frame.track == TrackKind::Video
            {
                break frame.keyframe;
            }
        };
        assert!(keyframe, "it can be decoded at once");
    }
}

#[tokio::test]
async fn a_lower_quality_is_enough_for_less_bitrate() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let publish = json!({"channel": 0, "url": server.url("s-1"), "stream_id": "s-1", "max_bitrate": 400_000});
    assert_eq!(link.call("LivePublish", publish.clone()).await, Err(11));
    set(
        &mut link,
        json!({"channls": {"0": {"video_encoding": {"quality": "ld"}}}}),
    )
    .await;
    let (answer, mut publication) = tokio::join!(link.call("LivePublish", publish), server.accept());
    assert_eq!(answer, Ok(json!({})));
    assert!(publication.next().await.is_some());
}

#[tokio::test]
async fn a_turned_picture_is_seen_in_the_picture() {
    let (cloud, mut server) = (Cloud::start().await, HttpServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    // The ramp at the bottom goes from black on the left to white on the right.
    let mut corners = async |link: &mut Link| {
        let url = server.url("/upload/1");
        assert_eq!(
            link.call("Snapshot", json!({"channel": 0, "url": url})).await,
            Ok(json!({}))
        );
        let (width, height, luma) = luma(&server.upload().await.body);
        let at = |x: u32, y: u32| luma[(y * width + x) as usize] > 200;
        let (right, bottom) = (width - 20, height - 20);
        [at(20, 20), at(right, 20), at(20, bottom), at(right, bottom)]
    };
    assert_eq!(corners(&mut link).await, [false, false, false, true]);
    set(&mut link, json!({"channls": {"0": {"image": {"horflip": true}}}})).await;
    assert_eq!(corners(&mut link).await, [false, false, true, false]);
    set(
        &mut link,
        json!({"channls": {"0": {"image": {"horflip": false, "verflip": true}}}}),
    )
    .await;
    assert_eq!(corners(&mut link).await, [false, true, false, false]);
}

#[tokio::test]
async fn a_channel_that_is_switched_off_is_disabled_and_its_stream_ends() {
    let (cloud, server) = (Cloud::start().await, MediaServer::start().await);
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let publish = json!({"channel": 0, "url": server.url("s-1"), "stream_id": "s-1", "max_bitrate": 0});
    let (_, mut publication) = tokio::join!(link.call("LivePublish", publish.clone()), server.accept());
    let off = json!({"channls": {"0": {"on": false}}});
    let ((), said_goodbye) = tokio::join!(set(&mut link, off), publication.ended());
    assert!(said_goodbye);
    link.keepalive("disabled", |channels| channels[0] == json!({"channel": 0, "state": 4}))
        .await;
    assert_eq!(link.call("LivePublish", publish.clone()).await, Err(103));
    let snapshot = json!({"channel": 0, "url": "http://127.0.0.1:9/x"});
    assert_eq!(link.call("Snapshot", snapshot).await, Err(103));
    set(&mut link, json!({"channls": {"0": {"on": true}}})).await;
    link.keepalive("online again", |channels| channels[0]["state"] == 1)
        .await;
    let (answer, mut publication) = tokio::join!(link.call("LivePublish", publish), server.accept());
    assert_eq!(answer, Ok(json!({})));
    assert!(publication.next().await.is_some());
}

#[tokio::test]
async fn a_schedule_switches_the_channel_by_the_device_s_clock() {
    let cloud = Cloud::start().await;
    let _agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let schedule = json!({"channls": {"0": {"switch_schedule":
        {"on": true, "start_time": "08:00:00", "shutdown_time": "20:00:00", "repeat": ["Sun"]}}}});
    set(&mut link, schedule).await;
    let sync = async |link: &mut Link, datetime: &str| {
        let time = json!({"datetime": datetime, "offset": 1, "tz": 8});
        assert_eq!(link.call("SyncTime", time).await, Ok(json!({})));
    };
    // 2026-11-29 is a Sunday.
    sync(&mut link, "2026-11-29T07:59:58").await;
    link.keepalive("off", |channels| channels[0]["state"] == 4).await;
    link.keepalive("on by itself, two seconds later", |channels| channels[0]["state"] == 1)
        .await;
    sync(&mut link, "2026-11-30T12:00:00").await;
    link.keepalive("off on Monday", |channels| channels[0]["state"] == 4)
        .await;
}
