//! Recordings, as people look at them.

use crate::app::{TestApp, answer};
use crate::cast::{Cast, refusal};
use crate::recorded::Recorded;
use ovc::blob::SegmentKey;
use ovc::clock::UnixMs;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::path::PathBuf;

const CHANNEL: &str = "/api/v1/devices/cam/channels/0/recordings";
/// 2026-11-01T12:00:00Z
const NOON: i64 = 1_793_534_400_000;

fn time(ms: i64) -> String {
    UnixMs(ms).to_rfc3339()
}

fn range(from: i64, to: i64) -> Value {
    json!({ "from": time(from), "to": time(to) })
}

fn timeline(from: i64, to: i64) -> String {
    format!("{CHANNEL}/timeline?from={}&to={}", time(from), time(to))
}

/// What a timeline says, in seconds after noon.
fn ranges(told: &Value) -> Vec<(i64, i64, String)> {
    let at = |text: &Value| (UnixMs::from_rfc3339(text.as_str().unwrap()).unwrap().0 - NOON) / 1000;
    let ranges = told["ranges"].as_array().unwrap().iter();
    ranges
        .map(|range| {
            let kind = range["reason"].as_str().or(range["kind"].as_str()).unwrap();
            (at(&range["from"]), at(&range["to"]), kind.to_owned())
        })
        .collect()
}

fn told(expected: &[(i64, i64, &str)]) -> Vec<(i64, i64, String)> {
    expected
        .iter()
        .map(|(from, to, kind)| (*from, *to, (*kind).to_owned()))
        .collect()
}

/// Within a frame of sound.
fn is_about(told: &Value, expected: i64) -> bool {
    told.as_i64().is_some_and(|told| (told - expected).abs() < 25)
}

/// The part of a URL behind the host.
fn path(url: &Value) -> String {
    let url = url.as_str().unwrap();
    format!("/{}", url.splitn(4, '/').nth(3).unwrap())
}

/// As a player fetches: without a login.
async fn fetch(app: &TestApp, path: &str) -> Response {
    app.bare(Method::GET, path).send().await.unwrap()
}

#[tokio::test]
async fn the_timeline_says_of_every_second_what_became_of_it() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let recorded = Recorded::of(&app, "cam", 0).await;
    recorded.add_many(NOON, 3).await;
    recorded.add(NOON + 60_000, 60_000, 1 | 2).await;
    recorded
        .lose("failed", NOON + 90_000, Some(NOON + 30_000), 10_000)
        .await;
    // How long that was the device did not say: as long as a segment.
    recorded.lose("dropped", NOON + 60_000, None, 0).await;
    let (status, answer) = app.get(&timeline(NOON - 10_000, NOON + 70_000)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        ranges(&answer),
        told(&[
            (-10, 0, "unreported"),
            (0, 30, "continuous"),
            (30, 40, "failed"),
            (40, 50, "unreported"),
            (50, 60, "dropped"),
            (60, 70, "continuous"),
        ])
    );
    assert_eq!(answer["recorded_ms"], 40_000);
    let gaps = json!({ "dropped": 10_000, "failed": 10_000, "unreported": 20_000 });
    assert_eq!(answer["gap_ms"], gaps);
    assert_eq!(answer["marks"][0]["kind"], "clock");
    // From further away short gaps are not seen.
    let (_, answer) = app
        .get(&format!("{}&resolution_ms=60000", timeline(NOON, NOON + 70_000)))
        .await;
    assert_eq!(ranges(&answer), told(&[(0, 70, "continuous")]));
    assert_eq!(answer["recorded_ms"], 40_000);

    let (_, answer) = app
        .get(&format!(
            "{CHANNEL}/days?from=2026-10-01&to=2026-11-30&time_zone=Europe/Berlin"
        ))
        .await;
    assert_eq!(
        answer["days"],
        json!([{ "day": "2026-11-01", "recorded_ms": 40_000, "alarms": 0 }])
    );
    // Of another channel nothing is known, and of the future nothing is told.
    let other = timeline(NOON, NOON + 1000).replace("channels/0", "channels/1");
    assert_eq!(ranges(&app.get(&other).await.1), told(&[(0, 1, "not_asked")]));
    let future = UnixMs::now().0 + 3_600_000;
    assert_eq!(app.get(&timeline(future, future + 1)).await.1["ranges"], json!([]));
    for bad in [
        timeline(NOON, NOON),
        timeline(NOON, NOON + 401 * 24 * 3_600_000),
        format!("{CHANNEL}/timeline?from=x&to=y"),
        format!("{CHANNEL}/days?from=2026-01-01&to=2027-03-01"),
        format!("{CHANNEL}/days?from=2026-01-01&to=2026-01-01&time_zone=Mars/Olympus"),
    ] {
        assert_eq!(refusal(&app.get(&bad).await), (400, "bad_request"), "{bad}");
    }
}

#[tokio::test]
async fn a_playlist_is_played_without_a_login_until_the_right_ends() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    let ids = recorded.add_many(NOON, 2).await;
    let late = recorded.add(NOON + 60_000, 0, 1).await;
    let playlist = format!("{CHANNEL}/playlist");
    let (status, answer) = cast.post("vera", &playlist, range(NOON + 5_000, NOON + 70_000)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["duration_ms"], 30_000);
    let url = path(&answer["url"]);
    let list = fetch(&cast.app, &url).await;
    assert_eq!(list.headers()["access-control-allow-origin"], "*");
    assert_eq!(list.headers()["content-type"], "application/vnd.apple.mpegurl");
    let list = list.text().await.unwrap();
    let names: Vec<&str> = list.lines().filter(|line| line.ends_with(".ts")).collect();
    let expected: Vec<String> = ids.iter().chain([&late]).map(|id| format!("{id}.ts")).collect();
    assert_eq!(names, expected);
    assert_eq!(list.matches("#EXT-X-DISCONTINUITY").count(), 1);
    assert!(list.contains("#EXT-X-PROGRAM-DATE-TIME:2026-11-01T12:01:00Z"), "{list}");
    let segment = url.replace("index.m3u8", names[0]);
    let whole = fetch(&cast.app, &segment).await;
    assert_eq!(whole.headers()["content-type"], "video/mp2t");
    let whole = whole.bytes().await.unwrap();
    assert_eq!(whole, crate::recorded::transport_stream(0, 10_000));
    let part = cast.app.bare(Method::GET, &segment).header("range", "bytes=188-375");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), whole[188..376]);
    // A segment out of the range is not among what the address is for; a changed address is none.
    let (_, other) = cast.post("vera", &playlist, range(NOON, NOON + 10_000)).await;
    let other = path(&other["url"]).replace("index.m3u8", names[1]);
    assert_eq!(
        refusal(&answer_of(fetch(&cast.app, &other).await).await),
        (404, "no_footage")
    );
    let changed = url.replacen(&(NOON + 5_000).to_string(), &NOON.to_string(), 1);
    assert_eq!(
        refusal(&answer_of(fetch(&cast.app, &changed).await).await),
        (403, "bad_token")
    );
    let nothing = cast.post("vera", &playlist, range(NOON - 60_000, NOON - 1)).await;
    assert_eq!(refusal(&nothing), (404, "no_footage"));
    let long = cast.post("vera", &playlist, range(NOON, NOON + 25 * 3_600_000)).await;
    assert_eq!(refusal(&long), (400, "bad_request"));
    // Who loses his right plays no further.
    let member = format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id("vera"));
    assert_eq!(cast.delete("olga", &member).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        refusal(&answer_of(fetch(&cast.app, &segment).await).await),
        (403, "forbidden")
    );
}

async fn answer_of(response: Response) -> (StatusCode, Value) {
    answer(response).await
}

#[tokio::test]
async fn a_grant_shows_its_time_and_no_other() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    recorded.add_many(NOON, 6).await;
    let grant = |from: i64, to: i64| {
        json!([{
            "login_code": "cam", "permissions": ["see_recordings"],
            "recordings_from": time(from), "recordings_to": time(to),
        }])
    };
    cast.grant(grant(NOON + 15_000, NOON + 45_000)).await;
    let (_, answer) = cast.get("guest", &timeline(NOON, NOON + 60_000)).await;
    assert_eq!(ranges(&answer), told(&[(15, 45, "continuous")]));
    // Segments that lie wholly in it.
    let (_, answer) = cast
        .post("guest", &format!("{CHANNEL}/playlist"), range(NOON, NOON + 60_000))
        .await;
    assert_eq!(answer["duration_ms"], 20_000);
    let outside = cast.get("guest", &timeline(NOON, NOON + 15_000)).await;
    assert_eq!(refusal(&outside), (403, "forbidden"));
    let frame = format!("{CHANNEL}/frame?at={}", time(NOON));
    assert_eq!(refusal(&cast.get("guest", &frame).await), (403, "forbidden"));
    assert_eq!(
        cast.get("boris", &timeline(NOON, NOON + 1)).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        cast.get("root", &timeline(NOON, NOON + 1)).await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_frame_is_the_last_keyframe_before_a_moment() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let recorded = Recorded::of(&app, "cam", 0).await;
    recorded.add_many(NOON, 2).await;
    let frame = async |at: i64| {
        app.request(Method::GET, &format!("{CHANNEL}/frame?at={}", time(at)))
            .send()
            .await
            .unwrap()
    };
    for (at, expected) in [
        (0, 0),
        (11_999, 10_000),
        (12_000, 12_000),
        (-3_000, 0),
        (25_000, 18_000),
    ] {
        let got = frame(NOON + at).await;
        assert_eq!(got.status(), StatusCode::OK, "{at}");
        assert_eq!(got.headers()["content-type"], "video/mp4");
        assert_eq!(got.headers()["x-frame-time"], time(NOON + expected), "{at}");
        let file = got.bytes().await.unwrap();
        assert_eq!(file[4..8], *b"ftyp");
        assert!(file.len() > 500 && file.len() < 2_000);
    }
    assert_eq!(refusal(&answer(frame(NOON + 60_000).await).await), (404, "no_footage"));
}

/// Waits until a file is ready.
async fn ready(app: &TestApp, from: i64, to: i64) -> Value {
    let answer = settled(app, from, to).await;
    assert_eq!(answer["state"], "ready", "{answer}");
    answer
}

/// Waits until a file is ready, or failed.
async fn settled(app: &TestApp, from: i64, to: i64) -> Value {
    let exports = format!("{CHANNEL}/exports");
    let (status, mut answer) = app.post(&exports, range(from, to)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    for _ in 0..2_000 {
        if answer["state"] != "preparing" {
            break;
        }
        tokio::task::yield_now().await;
        let id = answer["id"].as_str().unwrap();
        answer = app.get(&format!("{exports}/{id}")).await.1;
    }
    answer
}

/// The file of the segment that begins then.
fn file_of(app: &TestApp, recorded: &Recorded, start_ms: i64) -> PathBuf {
    let day = &time(start_ms)[..10].replace('-', "");
    let folder = app.data_dir().join(format!("blobs/segments/{}/{day}", recorded.stream));
    let made_then = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        SegmentKey::parse(name).unwrap().made_at() == UnixMs(start_ms)
    };
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(made_then).unwrap()
}

#[tokio::test]
async fn who_may_see_less_gets_a_file_of_his_own() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    // The second begins a second before its first keyframe.
    recorded.add(NOON, 1_000, 0).await;
    recorded.add(NOON + 10_000, 11_000, 0).await;
    let asked = range(NOON + 10_100, NOON + 20_000);
    let export = async |who: &str| {
        loop {
            let (status, answer) = cast.post(who, &format!("{CHANNEL}/exports"), asked.clone()).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
            if answer["state"] != "preparing" {
                break answer;
            }
        }
    };
    let all = export("vera").await;
    assert_eq!(all["begins_at"], time(NOON + 9_000), "with what comes before: {all}");
    cast.grant(json!([{
        "login_code": "cam", "permissions": ["see_recordings"],
        "recordings_from": time(NOON + 10_000), "recordings_to": time(NOON + 60_000),
    }]))
    .await;
    let less = export("guest").await;
    assert_eq!(
        less["begins_at"],
        time(NOON + 11_000),
        "nothing from before his time: {less}"
    );
    let file = fetch(&cast.app, &path(&less["url"])).await.bytes().await.unwrap();
    assert_eq!(file.len() as u64, less["bytes"].as_u64().unwrap());
    assert!(less["bytes"].as_u64() < all["bytes"].as_u64());
    // And once it is shorter, what was made before is not his any more.
    cast.grant(json!([{
        "login_code": "cam", "permissions": ["see_recordings"],
        "recordings_from": time(NOON + 11_000), "recordings_to": time(NOON + 60_000),
    }]))
    .await;
    let none = answer(fetch(&cast.app, &path(&less["url"])).await).await;
    assert_eq!(refusal(&none), (404, "no_footage"));
}

#[tokio::test]
async fn a_file_that_is_ready_stays_what_it_is_when_more_footage_comes() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let recorded = Recorded::of(&app, "cam", 0).await;
    recorded.add_many(NOON, 2).await;
    let (from, to) = (NOON, NOON + 60_000);
    let before = ready(&app, from, to).await;
    recorded.add(NOON + 20_000, 20_000, 0).await;
    // Whoever waited for it is told, however much comes meanwhile.
    assert_eq!(ready(&app, from, to).await["bytes"], before["bytes"]);
    let got = fetch(&app, &path(&before["url"])).await;
    assert_eq!(got.status(), StatusCode::OK);
    assert_eq!(got.headers()["content-length"], before["bytes"].to_string());
    // What is deleted is in no file any more.
    let gone = "DELETE FROM segments WHERE stream_id = ? AND start_ms = ?";
    recorded.run(gone, &[recorded.stream, NOON]).await;
    let after = ready(&app, from, to).await;
    assert_eq!(after["begins_at"], time(NOON + 10_000));
    assert!(is_about(&after["duration_ms"], 20_000), "{after}");
}

#[tokio::test]
async fn footage_that_cannot_be_read_is_no_hole() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let recorded = Recorded::of(&app, "cam", 0).await;
    recorded.add_many(NOON, 3).await;
    let (from, to) = (NOON, NOON + 30_000);
    let file = file_of(&app, &recorded, NOON + 10_000);
    let away = file.with_extension("away");
    std::fs::rename(&file, &away).unwrap();
    // The disk fails: no file of this name can be opened, and it is not that there is none.
    std::os::unix::fs::symlink(&file, &file).unwrap();
    let failed = settled(&app, from, to).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let frame = format!("{CHANNEL}/frame?at={}", time(NOON + 15_000));
    assert_eq!(refusal(&app.get(&frame).await), (507, "storage"));
    // It works again, and so does the file.
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(&away, &file).unwrap();
    let answer = ready(&app, from, to).await;
    assert_eq!(answer["gaps"], 0);
    assert!(is_about(&answer["duration_ms"], 30_000), "{answer}");
    let shown = app.request(Method::GET, &frame).send().await.unwrap();
    assert_eq!(shown.headers()["x-frame-time"], time(NOON + 14_000));
    // What is deleted while it is listed is a hole like any other.
    std::fs::remove_file(&file).unwrap();
    let shown = app.request(Method::GET, &frame).send().await.unwrap();
    assert_eq!(shown.headers()["x-frame-time"], time(NOON + 8_000));
    let holed = ready(&app, from, to - 1).await;
    assert_eq!(holed["gaps"], 1);
}

#[tokio::test]
async fn a_file_is_fetched_whole_and_in_parts_and_after_a_restart() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let recorded = Recorded::of(&app, "cam", 0).await;
    recorded.add_many(NOON, 3).await;
    recorded.add(NOON + 60_000, 0, 1).await;
    let answer = ready(&app, NOON + 5_000, NOON + 65_000).await;
    // From the keyframe at 4 s: 26 s and, behind the gap, 5.
    assert!(is_about(&answer["duration_ms"], 31_000), "{answer}");
    assert_eq!(answer["gaps"], 1);
    assert_eq!(answer["begins_at"], time(NOON + 4_000));
    let url = path(&answer["url"]);
    assert!(url.ends_with("/cam-0-2026-11-01T12-00-04.mp4"), "{url}");
    let whole = fetch(&app, &url).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.headers()["content-length"], answer["bytes"].to_string());
    assert!(
        whole.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let whole = whole.bytes().await.unwrap();
    assert_eq!(whole.len() as u64, answer["bytes"].as_u64().unwrap());
    assert_eq!(whole[4..8], *b"ftyp");
    let head = app.bare(Method::HEAD, &url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], answer["bytes"].to_string());
    // Broken off anywhere and gone on with, it is the same; also with another process.
    let app = app.restart().await;
    for cut in [1, 100, whole.len() / 2, whole.len() - 1] {
        let rest = app.bare(Method::GET, &url).header("range", format!("bytes={cut}-"));
        let rest = rest.header("if-range", &etag).send().await.unwrap();
        assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT, "{cut}");
        assert_eq!(rest.bytes().await.unwrap(), whole[cut..], "{cut}");
    }
    let part = app
        .bare(Method::GET, &url)
        .header("range", "bytes=20-40")
        .header("if-range", "\"x\"");
    assert_eq!(part.send().await.unwrap().bytes().await.unwrap(), whole);
    let beyond = app.bare(Method::GET, &url).header("range", "bytes=99999999-");
    assert_eq!(beyond.send().await.unwrap().status(), StatusCode::RANGE_NOT_SATISFIABLE);
    // What was deleted in between makes it another file.
    recorded
        .run(
            "DELETE FROM segments WHERE stream_id = ? AND start_ms = ?",
            &[recorded.stream, NOON + 60_000],
        )
        .await;
    let other = fetch(&app, &url).await;
    assert_ne!(other.headers()["etag"].to_str().unwrap(), etag);
    let gone = app
        .post(&format!("{CHANNEL}/exports"), range(NOON - 60_000, NOON - 10_000))
        .await;
    let id = gone.1["id"].as_str().unwrap();
    let mut failed = gone.1.clone();
    while failed["state"] == "preparing" {
        failed = app.get(&format!("{CHANNEL}/exports/{id}")).await.1;
    }
    assert_eq!(failed["state"], "failed");
    for bad in ["5-4", "x", "0-999999999999", "-1-5"] {
        let got = app.get(&format!("{CHANNEL}/exports/{bad}")).await;
        assert_eq!(refusal(&got), (404, "no_such_export"), "{bad}");
    }
}

#[tokio::test]
async fn clips_are_locked_listed_and_let_go() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    recorded.add_many(NOON, 3).await;
    let clips = format!("{CHANNEL}/clips");
    let mut new = range(NOON, NOON + 20_000);
    new["name"] = json!(" At the gate ");
    assert_eq!(cast.post("vera", &clips, new.clone()).await.0, StatusCode::FORBIDDEN);
    let (status, clip) = cast.post("otto", &clips, new.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{clip}");
    assert_eq!(
        (&clip["name"], &clip["created_by"]),
        (&json!("At the gate"), &json!("otto"))
    );
    let (_, list) = cast.get("vera", &clips).await;
    assert_eq!(list["items"], json!([clip]));
    let (_, told) = cast.get("vera", &timeline(NOON, NOON + 30_000)).await;
    assert_eq!(
        (&told["marks"][0]["kind"], &told["marks"][0]["id"]),
        (&json!("clip"), &clip["id"])
    );
    for (field, bad) in [
        ("name", json!("x".repeat(201))),
        ("until", json!("2020-01-01T00:00:00Z")),
        ("to", json!(time(NOON))),
        // What is to come is not kept before it is there.
        ("to", json!(time(UnixMs::now().0 + 120_000))),
    ] {
        let mut new = new.clone();
        if field == "to" {
            new["from"] = json!(time(UnixMs::now().0 - 60_000));
        }
        new[field] = bad;
        assert_eq!(
            refusal(&cast.post("otto", &clips, new).await),
            (400, "bad_request"),
            "{field}"
        );
    }
    let one = format!("{clips}/{}", clip["id"]);
    assert_eq!(cast.delete("otto", &one).await.0, StatusCode::FORBIDDEN);
    // Who may see a part of it only can neither lock nor unlock the rest.
    let grant = json!([{
        "login_code": "cam", "permissions": ["see_recordings", "control", "configure"],
        "recordings_from": time(NOON + 5_000), "recordings_to": time(NOON + 15_000),
    }]);
    cast.grant(grant).await;
    assert_eq!(
        refusal(&cast.post("guest", &clips, new.clone()).await),
        (403, "forbidden")
    );
    assert_eq!(refusal(&cast.delete("guest", &one).await), (404, "no_such_clip"));
    let mut own = range(NOON + 5_000, NOON + 15_000);
    own["name"] = json!("Mine");
    let (status, own) = cast.post("guest", &clips, own).await;
    assert_eq!(status, StatusCode::CREATED, "{own}");
    let own = format!("{clips}/{}", own["id"]);
    assert_eq!(cast.delete("guest", &own).await.0, StatusCode::NO_CONTENT);
    // Nor can who runs the cloud and sees none of it.
    assert!(!cast.delete("root", &one).await.0.is_success());
    assert_eq!(cast.delete("adam", &one).await.0, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&cast.delete("adam", &one).await), (404, "no_such_clip"));
}

#[tokio::test]
async fn a_link_shows_its_footage_to_anybody_until_it_ends() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    recorded.add_many(NOON, 3).await;
    let shares = format!("{CHANNEL}/shares");
    let mut new = range(NOON, NOON + 15_000);
    new["name"] = json!("Gate");
    new["expires_in_seconds"] = json!(3600);
    assert_eq!(cast.post("vera", &shares, new.clone()).await.0, StatusCode::FORBIDDEN);
    let make = async |who: &str| {
        let (status, share) = cast.post(who, &shares, new.clone()).await;
        assert_eq!(status, StatusCode::CREATED, "{share}");
        share
    };
    let share = make("otto").await;
    let token = path(&share["url"]).replace("/share/", "/api/v1/shares/");
    let opened = async |token: &str| answer(fetch(&cast.app, token).await).await;
    let (status, shown) = opened(&token).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    assert_eq!(
        (&shown["name"], &shown["duration_ms"]),
        (&json!("Gate"), &json!(20_000))
    );
    let playlist = path(&shown["playlist_url"]);
    let list = fetch(&cast.app, &playlist).await.text().await.unwrap();
    let first = list.lines().find(|line| line.ends_with(".ts")).unwrap();
    let segment = playlist.replace("index.m3u8", first);
    assert_eq!(fetch(&cast.app, &segment).await.status(), StatusCode::OK);
    let export = async || {
        answer(
            cast.app
                .bare(Method::POST, &format!("{token}/export"))
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    let mut file = export().await;
    while file.1["state"] == "preparing" {
        file = export().await;
    }
    assert!(is_about(&file.1["duration_ms"], 15_000), "{}", file.1);
    let file = path(&file.1["url"]);
    assert_eq!(fetch(&cast.app, &file).await.status(), StatusCode::OK);
    // Somebody else's link goes with its maker's right, his own when it is ended; and with it all that it showed.
    let adams = make("adam").await;
    let adams = path(&adams["url"]).replace("/share/", "/api/v1/shares/");
    assert_eq!(opened(&adams).await.0, StatusCode::OK);
    let member = format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id("adam"));
    assert_eq!(cast.delete("olga", &member).await.0, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&opened(&adams).await), (403, "forbidden"));
    let (_, list) = cast.get("otto", &shares).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let one = format!("{shares}/{}", share["id"]);
    assert_eq!(cast.delete("otto", &one).await.0, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&opened(&token).await), (404, "no_such_share"));
    // A player is to know that this is no hole in the footage.
    for dead in [&playlist, &segment, &file] {
        assert_eq!(refusal(&opened(dead).await), (403, "forbidden"), "{dead}");
    }
    assert_eq!(refusal(&opened("/api/v1/shares/1.AAAA").await), (404, "no_such_share"));
    let (_, audit) = cast
        .get(
            "olga",
            &format!("/api/v1/audit?tenant={}&action=share_recording", cast.acme),
        )
        .await;
    assert!(
        audit["items"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("2026-11-01T12:00:00Z"),
        "{audit}"
    );
    assert!(!audit.to_string().contains("/share/"), "no secrets");
}

#[tokio::test]
async fn a_device_that_goes_to_somebody_else_takes_no_footage_along() {
    let cast = Cast::start().await;
    cast.post("root", "/api/v1/devices", json!({ "login_code": "cam" }))
        .await;
    cast.assign("cam", cast.acme).await;
    let recorded = Recorded::of(&cast.app, "cam", 0).await;
    recorded.add_many(NOON, 1).await;
    let (_, played) = cast
        .post("olga", &format!("{CHANNEL}/playlist"), range(NOON, NOON + 10_000))
        .await;
    let url = path(&played["url"]);
    assert_eq!(fetch(&cast.app, &url).await.status(), StatusCode::OK);
    assert_eq!(
        cast.post("olga", "/api/v1/devices/cam/release", json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    cast.assign("cam", cast.bolt).await;
    let (_, told) = cast.get("boris", &timeline(NOON, NOON + 10_000)).await;
    assert_eq!(told["recorded_ms"], 0);
    assert_eq!(refusal(&answer(fetch(&cast.app, &url).await).await), (403, "forbidden"));
}
