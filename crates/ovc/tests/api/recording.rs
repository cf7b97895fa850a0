//! Devices record when somebody said that they should, and what comes of it is shown.

use crate::app::{LIMIT, TestApp};
use crate::cast::refusal;
use crate::device::ScriptedDevice;
use crate::ovr::{create, packets, path_of, post, put, raw};
use crate::publisher::RtmpClient;
use media::{Frame, TrackKind};
use ovc::clock::UnixMs;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const CHANNEL: &str = "/api/v1/devices/cam/channels/0/recording";

/// A device with one channel that records for the cloud, as far as it says.
struct Recorder {
    device: ScriptedDevice,
    session: String,
}

impl Recorder {
    async fn connect(app: &TestApp, passwd: &str) -> Self {
        let device = ScriptedDevice::connect(&app.dap_url("cam", passwd)).await;
        let mut recorder = Self {
            device,
            session: String::new(),
        };
        recorder.keepalive().await;
        recorder
    }

    async fn keepalive(&mut self) {
        let channels = json!([{ "channel": 0, "state": 1, "record_session": self.session }]);
        self.device.keepalive(channels).await;
    }

    /// Says what it can do when it is asked.
    async fn capable(&mut self, cloud_record: bool) {
        let asked = self.device.answer(json!({ "cloud_record": cloud_record })).await;
        assert_eq!(asked["req"], "GetCap");
    }

    /// Is asked to record, and does.
    async fn starts(&mut self) -> Value {
        let asked = self.device.answer(json!({})).await;
        assert_eq!(asked["req"], "StartCloudRecord", "{asked}");
        asked["params"]["session_id"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.session);
        self.keepalive().await;
        asked["params"].clone()
    }

    /// Is told to stop this, and does.
    async fn stops(&mut self, session: &str) {
        let asked = self.device.answer(json!({})).await;
        assert_eq!(asked["req"], "StopCloudRecord", "{asked}");
        assert_eq!(asked["params"], json!({ "session_id": session, "channel": 0 }));
        self.session.clear();
        self.keepalive().await;
    }

    /// Nothing is asked of it: the next that comes is the answer to its own.
    async fn is_left_alone(&mut self) {
        for _ in 0..3 {
            self.keepalive().await;
        }
    }
}

async fn plan(app: &TestApp, plan: Value) -> Value {
    let (status, item) = app.send(Method::PUT, CHANNEL, plan).await;
    assert_eq!(status, StatusCode::OK, "{item}");
    item
}

async fn state(app: &TestApp) -> Value {
    let (status, list) = app.get("/api/v1/devices/cam/recording").await;
    assert_eq!(status, StatusCode::OK, "{list}");
    list["items"][0]["state"].clone()
}

/// Waits until it stands so.
async fn until(app: &TestApp, mut is_so: impl FnMut(&Value) -> bool) -> Value {
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let state = state(app).await;
        if is_so(&state) {
            return state;
        }
        assert!(tokio::time::Instant::now() < deadline, "{state}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn until_problem(app: &TestApp, code: Value) -> Value {
    until(app, |state| state["problem"]["code"] == code).await
}

fn now_s() -> f64 {
    ovc::clock::UnixMs::now().0 as f64 / 1000.0
}

/// A cloud with a device that is recording.
async fn recording() -> (TestApp, String, Recorder) {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(true).await;
    recorder.starts().await;
    (app, passwd, recorder)
}

#[tokio::test]
async fn a_device_is_asked_to_record_and_it_is_told_how_it_stands() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut feed = app.feed().await;
    let nothing = json!({
        "wanted": false, "cause": null, "recorder": null, "since": null,
        "last_segment_at": null, "problem": null, "next_change_at": null,
    });
    let (_, list) = app.get("/api/v1/devices/cam/recording").await;
    assert_eq!(
        list,
        json!({ "items": [{ "channel": 0, "plan": null, "state": nothing }] })
    );

    let item = plan(&app, json!({ "mode": "always", "keep_days": 7 })).await;
    assert_eq!(
        item["plan"],
        json!({
            "mode": "always", "schedule": [], "time_zone": "UTC", "prerecord_seconds": 10, "tail_seconds": 30,
            "keep_days": 7, "keep_bytes": 0, "keep_alarm_days": 90,
        })
    );
    // The session is open, though the device is away.
    let away = until(&app, |state| !state["since"].is_null()).await;
    assert_eq!(
        (
            &away["wanted"],
            &away["cause"],
            &away["recorder"],
            &away["problem"]["code"]
        ),
        (
            &json!(true),
            &json!("always"),
            &json!("device"),
            &json!("device_offline")
        )
    );
    let told = feed.next_of("recording_changed").await.data;
    assert_eq!(told, json!({ "login_code": "cam", "channel": 0 }));

    let mut recorder = Recorder::connect(&app, &passwd).await;
    recorder.capable(true).await;
    let asked = recorder.starts().await;
    let url = asked["cbk_url"].as_str().unwrap();
    let path = url
        .strip_prefix(&format!("http://{}/live/cseg/", app.authority()))
        .unwrap();
    assert!(path.len() >= 20 && url.len() <= 256, "{url}");
    assert!((asked["start_ts"].as_f64().unwrap() - now_s()).abs() < 10.0);
    assert_eq!(
        (&asked["seg_duration"], &asked["seg_max_size"], &asked["seg_max_count"]),
        (&json!(10), &json!(16 << 20), &json!(30))
    );
    assert!(asked.get("prerecord_seconds").is_none() && asked.get("max_bitrate").is_none());
    let there = until_problem(&app, Value::Null).await;
    assert_eq!(there["since"], away["since"], "the session is the same");
    recorder.is_left_alone().await;

    // The same again changes nothing; off ends it.
    plan(&app, json!({ "mode": "always", "keep_days": 8 })).await;
    recorder.is_left_alone().await;
    let session = recorder.session.clone();
    plan(&app, json!({ "mode": "off" })).await;
    recorder.stops(&session).await;
    recorder.is_left_alone().await;
    until(&app, |state| *state == nothing).await;
}

#[tokio::test]
async fn a_device_that_rebooted_gets_the_same_session_and_one_that_was_cut_off_is_left_alone() {
    let (app, passwd, recorder) = recording().await;
    let session = recorder.session.clone();
    recorder.device.close().await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    // It is not the one that it was: its software may be another.
    recorder.capable(true).await;
    let asked = recorder.starts().await;
    assert_eq!(asked["session_id"], session);

    recorder.device.close().await;
    let device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let mut recorder = Recorder { device, session };
    recorder.keepalive().await;
    recorder.is_left_alone().await;

    // It takes over while the one before is still there, and knows of nothing.
    let session = recorder.session.clone();
    let mut second = Recorder::connect(&app, &passwd).await;
    second.capable(true).await;
    assert_eq!(second.starts().await["session_id"], session);
}

#[tokio::test]
async fn what_a_device_lost_by_a_restart_is_told() {
    // Devices hold next to nothing back: what became of a moment is soon known.
    let app = TestApp::start_with(|config| {
        config.recording.segment_duration = Duration::from_secs(1);
        config.recording.segment_max_count = 1;
    })
    .await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(true).await;
    let asked = recorder.starts().await;
    let ovr = path_of(asked["cbk_url"].as_str().unwrap());
    // It has footage until it was asked.
    let begin = UnixMs((asked["start_ts"].as_f64().unwrap() * 1000.0) as i64 - 1000);
    let bytes = packets(10, 1);
    let created = raw(&app.authority(), &post(&ovr, &create(begin, 1.0, bytes.len())))
        .await
        .unwrap();
    let (name, uri) = (
        created.body["name"].as_str().unwrap(),
        created.body["uri"].as_str().unwrap(),
    );
    assert_eq!(
        raw(&app.authority(), &put(&path_of(uri), &bytes)).await.unwrap().status,
        200
    );
    assert_eq!(
        raw(&app.authority(), &post(&ovr, &format!("op=save&name={name}")))
            .await
            .unwrap()
            .status,
        200
    );

    // It restarts, forgets what it was to do, is asked again, and says so in a Keepalive before it answers.
    recorder.device.close().await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    recorder.capable(true).await;
    let asked = recorder.device.receive().await;
    assert_eq!(asked["req"], "StartCloudRecord", "{asked}");
    asked["params"]["session_id"]
        .as_str()
        .unwrap()
        .clone_into(&mut recorder.session);
    recorder.keepalive().await;
    let answer = json!({ "seq": asked["seq"], "resp": {} });
    recorder.device.send_text(answer.to_string()).await;
    let from = begin.0 + 1000;
    let timeline = format!(
        "/api/v1/devices/cam/channels/0/recordings/timeline?from={}&to={}",
        UnixMs(from).to_rfc3339(),
        UnixMs(from + 3_600_000).to_rfc3339()
    );
    let deadline = tokio::time::Instant::now() + LIMIT;
    loop {
        let (_, told) = app.get(&timeline).await;
        let first = &told["ranges"][0];
        if first["reason"] == "device_offline" {
            assert_eq!(first["from"], json!(UnixMs(from).to_rfc3339()));
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{told}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_restart_of_the_cloud_keeps_the_session() {
    let (app, passwd, recorder) = recording().await;
    let since = state(&app).await["since"].clone();
    let session = recorder.session.clone();
    let app = app.restart().await;
    let device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let mut recorder = Recorder { device, session };
    recorder.keepalive().await;
    recorder.is_left_alone().await;
    let state = until_problem(&app, Value::Null).await;
    assert_eq!((&state["since"], &state["cause"]), (&since, &json!("always")));
    // It forgot: it gets the session that is open.
    let session = std::mem::take(&mut recorder.session);
    recorder.keepalive().await;
    recorder.capable(true).await;
    assert_eq!(recorder.starts().await["session_id"], session);
}

#[tokio::test]
async fn what_nobody_wants_is_stopped() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let mut recorder = Recorder {
        device,
        session: "stray".into(),
    };
    recorder.keepalive().await;
    recorder.stops("stray").await;
    recorder.is_left_alone().await;

    // What was wanted when it left, and is not any more.
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(true).await;
    recorder.starts().await;
    let session = recorder.session.clone();
    recorder.device.close().await;
    plan(&app, json!({ "mode": "off" })).await;
    until(&app, |state| state["since"].is_null()).await;
    let device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let mut recorder = Recorder {
        device,
        session: session.clone(),
    };
    recorder.keepalive().await;
    recorder.stops(&session).await;
}

#[tokio::test]
async fn a_schedule_begins_and_ends_it() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    let all_week = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let times = |from: &str, to: &str| json!([{ "days": all_week, "from": from, "to": to }]);
    plan(&app, json!({ "mode": "schedule", "schedule": times("00:00", "24:00") })).await;
    recorder.capable(true).await;
    recorder.starts().await;
    let on = state(&app).await;
    assert_eq!(
        (&on["cause"], &on["next_change_at"]),
        (&json!("schedule"), &Value::Null)
    );

    // An hour that is long over, or far away, whenever this runs.
    let hour = (ovc::clock::UnixMs::now().0 / 3_600_000 + 12) % 24;
    let (from, to) = (format!("{hour:02}:00"), format!("{:02}:00", hour + 1));
    let session = recorder.session.clone();
    let item = plan(&app, json!({ "mode": "schedule", "schedule": times(&from, &to) })).await;
    assert_eq!(item["plan"]["schedule"][0]["from"], json!(from));
    recorder.stops(&session).await;
    let off = until(&app, |state| state["since"].is_null()).await;
    assert_eq!(off["wanted"], false);
    assert!(off["next_change_at"].as_str().unwrap().contains(&format!("T{from}")));
}

#[tokio::test]
async fn an_alarm_is_recorded_with_what_was_before_it_and_a_while_after() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(
        &app,
        json!({ "mode": "alarm", "prerecord_seconds": 7, "tail_seconds": 1 }),
    )
    .await;
    recorder.is_left_alone().await;
    let tell = async |recorder: &mut Recorder, state: &str| {
        let notice = json!({ "channel": 0, "timestamp": now_s() as i64, "type": 3, "state": state, "desc": "" });
        recorder.device.request("AlarmNotify", notice).await;
        // The answer, and what is asked because of it, in whatever order.
        let mut asked = None;
        for _ in 0..2 {
            let message = recorder.device.receive().await;
            if message["req"].is_string() {
                asked = Some(message);
            }
        }
        asked.expect("something is asked")
    };
    let asked = tell(&mut recorder, "start").await;
    assert_eq!(asked["req"], "GetCap");
    let answer = json!({ "seq": asked["seq"], "resp": { "cloud_record": true } });
    recorder.device.send_text(answer.to_string()).await;
    let asked = recorder.starts().await;
    assert_eq!(
        (&asked["prerecord_seconds"], &asked["start_ts"]),
        (&json!(7), &json!(0.0))
    );
    let on = until_problem(&app, Value::Null).await;
    assert_eq!((&on["wanted"], &on["cause"]), (&json!(true), &json!("alarm")));

    let session = recorder.session.clone();
    let asked = tell(&mut recorder, "end").await;
    // A second later.
    assert_eq!(
        (&asked["req"], &asked["params"]["session_id"]),
        (&json!("StopCloudRecord"), &json!(session))
    );
    let answer = json!({ "seq": asked["seq"], "resp": {} });
    recorder.device.send_text(answer.to_string()).await;
    recorder.session.clear();
    recorder.is_left_alone().await;
    until(&app, |state| state["wanted"] == false).await;
    // What was around it is kept for longer: begun seven seconds before it, and a second after.
    let (_, list) = app.get("/api/v1/alarms").await;
    let moment = |at: &Value| ovc::clock::UnixMs::from_rfc3339(at.as_str().unwrap()).unwrap().0;
    let (begin, end) = (
        moment(&list["items"][0]["begin_at"]),
        moment(&list["items"][0]["end_at"]),
    );
    let file = app.data_dir().join("ovc.sqlite");
    let db = sqlx::SqlitePool::connect(file.to_str().unwrap()).await.unwrap();
    let kept = async || {
        let sql = "SELECT from_ms, to_ms, until_ms FROM record_keeps WHERE alarm_id = 1";
        let row: Option<(i64, i64, i64)> = sqlx::query_as(sql).fetch_optional(&db).await.unwrap();
        row
    };
    let days_90 = 90 * 24 * 3_600_000;
    let now = UnixMs::now().0;
    let deadline = tokio::time::Instant::now() + LIMIT;
    // Until it was heard of, which is later by what the device does not tell of a second.
    let as_planned = |(from, to, until): (i64, i64, i64)| {
        from == begin - 7000 && (end + 1000..=now + 1000).contains(&to) && until == to - 1000 + days_90
    };
    while !kept().await.is_some_and(as_planned) {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", kept().await);
    }
    db.close().await;
}

#[tokio::test]
async fn why_a_device_does_not_record_is_shown() {
    for (code, problem) in [
        (11, "bitrate_too_high"),
        (12, "device_refused"),
        (103, "channel_offline"),
    ] {
        let app = TestApp::start_with(|config| config.recording.max_bitrate_bps = 2_000_000).await;
        let passwd = app.add_device("cam").await;
        let mut recorder = Recorder::connect(&app, &passwd).await;
        plan(&app, json!({ "mode": "always" })).await;
        recorder.capable(true).await;
        let asked = recorder.device.refuse(code, "no").await;
        assert_eq!(asked["params"]["max_bitrate"], 2_000_000);
        let state = until_problem(&app, json!(problem)).await;
        assert!(state["problem"]["message"].as_str().unwrap().contains("no"));
        recorder.is_left_alone().await;
        // Another connection is another chance.
        recorder.device.close().await;
        let mut recorder = Recorder::connect(&app, &passwd).await;
        recorder.capable(true).await;
        recorder.starts().await;
        until_problem(&app, Value::Null).await;
    }
}

#[tokio::test]
async fn a_device_that_does_not_know_how_leaves_it_to_the_cloud() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(&app, json!({ "mode": "always" })).await;
    // It says nothing of what it can do, and then that it cannot.
    recorder.device.refuse(101, "unknown method").await;
    let asked = recorder.device.refuse(101, "unknown method").await;
    assert_eq!(asked["req"], "StartCloudRecord");
    let asked = recorder.device.refuse(11, "too much").await;
    assert_eq!(asked["req"], "LivePublish");
    let state = until_problem(&app, json!("bitrate_too_high")).await;
    assert_eq!(state["recorder"], "cloud");
}

#[tokio::test]
async fn a_channel_that_is_away_is_waited_for() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    device.keepalive(json!([{ "channel": 0, "state": 0 }])).await;
    let mut recorder = Recorder {
        device,
        session: String::new(),
    };
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(true).await;
    // Told before there is a session, and still told then.
    let away = until(&app, |state| {
        state["problem"]["code"] == "channel_offline" && state["since"].is_string()
    })
    .await;
    recorder.keepalive().await;
    recorder.starts().await;
    until_problem(&app, Value::Null).await;
    // What that cost is written down, from when on and why.
    let since = ovc::clock::UnixMs::from_rfc3339(away["since"].as_str().unwrap()).unwrap();
    let file = app.data_dir().join("ovc.sqlite");
    let db = sqlx::SqlitePool::connect(file.to_str().unwrap()).await.unwrap();
    let deadline = tokio::time::Instant::now() + LIMIT;
    let (from_ms, lost_ms): (i64, i64) = loop {
        let sql = "SELECT from_ms, lost_ms FROM record_losses WHERE reason = 'channel_offline'";
        if let Some(row) = sqlx::query_as(sql).fetch_optional(&db).await.unwrap() {
            break row;
        }
        assert!(tokio::time::Instant::now() < deadline);
    };
    assert!(from_ms >= since.0 && from_ms < since.0 + 5000 && lost_ms > 0);
    db.close().await;
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let refused = async |plan: Value| {
        let answer = app.send(Method::PUT, CHANNEL, plan).await;
        assert_eq!(answer.0, StatusCode::BAD_REQUEST, "{}", answer.1);
        answer.1["error"]["field"].as_str().map(str::to_owned)
    };
    assert_eq!(refused(json!({ "mode": "schedule" })).await.unwrap(), "schedule");
    let zone = json!({ "mode": "always", "time_zone": "Europe/Nowhere" });
    assert_eq!(refused(zone).await.unwrap(), "time_zone");
    for bad in [
        json!({}),
        json!({ "mode": "sometimes" }),
        json!({ "mode": "always", "keep_day": 7 }),
        json!({ "mode": "always", "keep_days": -7 }),
        json!({ "mode": "schedule", "schedule": [{ "days": ["mon"], "from": "8", "to": "9" }] }),
        json!({ "mode": "schedule", "schedule": [{ "days": ["someday"], "from": "08:00", "to": "09:00" }] }),
    ] {
        assert_eq!(refused(bad).await, None);
    }
    let far = "/api/v1/devices/cam/channels/5000/recording";
    let answer = app.send(Method::PUT, far, json!({ "mode": "always" })).await;
    assert_eq!(refusal(&answer), (404, "no_such_channel"));
    assert_eq!(state(&app).await["wanted"], false);
}

#[tokio::test]
async fn a_device_that_goes_takes_its_plan_along() {
    let (app, _, recorder) = recording().await;
    let (status, _) = app.send(Method::DELETE, "/api/v1/devices/cam", json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    drop(recorder);
    app.add_device("cam").await;
    let gone = until(&app, |state| state["since"].is_null()).await;
    assert_eq!(gone["wanted"], false);
    let (_, list) = app.get("/api/v1/devices/cam/recording").await;
    assert_eq!(list["items"][0]["plan"], Value::Null);
}

/// Every segment that is stored, demultiplexed: when its first picture is, in milliseconds, and how many pictures it has.
fn stored(folder: &std::path::Path) -> Vec<(i64, usize)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(stored(&path));
            continue;
        }
        // What is still being written has another name.
        let is_whole = path.file_name().is_some_and(|name| name.len() == 32);
        let is_segment = is_whole && path.components().any(|part| part.as_os_str() == "segments");
        let Some(bytes) = std::fs::read(&path).ok().filter(|_| is_segment) else {
            continue;
        };
        let mut demuxer = media::ts::Demuxer::new();
        demuxer.push(&bytes);
        demuxer.finish();
        let pictures: Vec<_> = std::iter::from_fn(|| demuxer.pop())
            .filter_map(|item| match item {
                media::ts::Item::Frame(frame) if frame.frame.track == TrackKind::Video => Some(frame),
                _ => None,
            })
            .collect();
        assert!(pictures[0].frame.keyframe, "{}", path.display());
        found.push((pictures[0].dts_90k / 90, pictures.len()));
    }
    found.sort_unstable();
    found
}

/// Publishes what LivePublish asked for.
async fn publish(asked: &Value) -> RtmpClient {
    const SPS: &[u8] = &[
        0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0, 0, 3, 0, 1, 0, 0, 3, 0, 0x32, 0x0f, 0x16,
        0x2e, 0x48,
    ];
    let url = asked["params"]["url"].as_str().unwrap();
    let mut parts = url.strip_prefix("rtmp://").unwrap().splitn(3, '/');
    let address = parts.next().unwrap().parse().unwrap();
    let (place, name) = (parts.next().unwrap(), parts.next().unwrap());
    let mut publisher = RtmpClient::publish(address, place, name).await.unwrap();
    let video = media::h264::config_from_parameter_sets(&[SPS], &[&[0x68, 0xcb, 0x83, 0xcb, 0x20]]).unwrap();
    publisher.avc_config(&video.record).await;
    publisher
}

/// A picture, each tenth of which is a keyframe.
fn picture(at_ms: i64) -> Frame {
    let is_key = at_ms % 500 == 0;
    let mut data = vec![0, 0, 0, 200, if is_key { 0x65 } else { 0x41 }];
    data.resize(204, 7);
    Frame::video(at_ms, is_key, data.into())
}

#[tokio::test]
async fn the_cloud_records_the_live_stream_of_a_device_that_cannot() {
    let second = std::time::Duration::from_secs(1);
    let app = TestApp::start_with(|config| config.recording.segment_duration = second).await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(false).await;
    let asked = recorder.device.answer(json!({})).await;
    assert_eq!(asked["req"], "LivePublish", "{asked}");
    assert_eq!(
        until(&app, |state| !state["since"].is_null()).await["recorder"],
        "cloud"
    );

    let mut publisher = publish(&asked).await;
    publisher.aac_config(&media::aac::config(48_000, 2).unwrap().asc).await;
    // Three seconds and a half, a keyframe each half second.
    for at_ms in (0..3500).step_by(50) {
        publisher.avc(&picture(at_ms)).await;
        publisher.aac(u32::try_from(at_ms).unwrap(), &[7; 50]).await;
    }
    until(&app, |state| !state["last_segment_at"].is_null()).await;
    until(&app, |_| stored(app.data_dir()).len() == 3).await;
    assert_eq!(until_problem(&app, Value::Null).await["cause"], "always");
    // Off: what there is is stored, and nobody holds the stream any more.
    plan(&app, json!({ "mode": "off" })).await;
    until(&app, |_| stored(app.data_dir()).len() == 4).await;
    let found = stored(app.data_dir());
    let began = found[0].0;
    let found: Vec<_> = found
        .iter()
        .map(|(at_ms, pictures)| (at_ms - began, *pictures))
        .collect();
    assert_eq!(found, [(0, 20), (1000, 20), (2000, 20), (3000, 10)]);
    until(&app, |state| state["since"].is_null()).await;
}

#[tokio::test]
async fn what_the_cloud_recorded_last_is_stored_in_a_shutdown() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut recorder = Recorder::connect(&app, &passwd).await;
    plan(&app, json!({ "mode": "always" })).await;
    recorder.capable(false).await;
    let asked = recorder.device.answer(json!({})).await;
    let mut publisher = publish(&asked).await;
    for at_ms in (0..2000).step_by(50) {
        publisher.avc(&picture(at_ms)).await;
    }
    // When it is there, whoever watches would see it.
    let deadline = tokio::time::Instant::now() + LIMIT;
    while app.get("/api/v1/streams").await.1["items"][0]["state"] != "live" {
        assert!(tokio::time::Instant::now() < deadline);
    }
    let dir = app.stopped().await;
    let found = stored(dir.path());
    assert_eq!(found.len(), 1);
    assert!(found[0].1 > 0);
}
