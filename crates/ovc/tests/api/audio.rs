//! What people have devices play.

use crate::cast::{Cast, each, refusal};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn upload(cast: &Cast, who: &str, name: &str, body: &'static [u8]) -> (StatusCode, Value) {
    let path = format!("/api/v1/tenants/{}/sounds", cast.acme);
    let request = cast.app.bare(Method::POST, &path).bearer_auth(who);
    let request = request.query(&[("name", name)]).body(body);
    crate::app::answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_sound_is_uploaded_played_and_removed() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let wav = b"RIFF\x24\0\0\0WAVEfmt and so on";
    let (status, sound) = upload(&cast, "olga", " Bark ", wav).await;
    assert_eq!(status, StatusCode::CREATED, "{sound}");
    assert_eq!(
        (&sound["name"], &sound["bytes"], &sound["content_type"]),
        (&json!("Bark"), &json!(wav.len()), &json!("audio/wav"))
    );
    let sounds = format!("/api/v1/tenants/{}/sounds", cast.acme);
    assert_eq!(each(&cast.get("vera", &sounds).await.1, "name"), ["Bark"]);
    assert_eq!(refusal(&upload(&cast, "olga", "x", b"MZ").await), (415, "bad_content"));
    assert_eq!(refusal(&upload(&cast, "olga", " ", wav).await), (400, "bad_name"));

    let play = "/api/v1/devices/cam/channels/0/audio/play";
    let (status, _) = cast.post("otto", play, json!({ "sound": sound["id"] })).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let told = device.receive().await;
    assert_eq!(
        (&told["event"], &told["params"]["channel"]),
        (&json!("AudioOutPlay"), &json!(0))
    );
    let url = told["params"]["url"].as_str().unwrap().to_owned();
    let fetched = reqwest::Client::new()
        .get(&url)
        .header("range", "bytes=4-")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (fetched.status().as_u16(), &fetched.headers()["content-type"]),
        (206, &"audio/wav".parse().unwrap())
    );
    assert_eq!(fetched.bytes().await.unwrap(), wav[4..]);
    let head = reqwest::Client::new().head(&url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], wav.len().to_string().as_str());
    let forged = url.replace("/p1?", "/p2?");
    assert_eq!(reqwest::get(forged).await.unwrap().status(), StatusCode::FORBIDDEN);

    let audio = "/api/v1/devices/cam/channels/0/audio";
    let says = json!({ "status": "playing", "url": url });
    let ((_, playing), asked) = tokio::join!(cast.get("otto", audio), device.answer(says));
    assert_eq!(asked["req"], "AudioOutQuery");
    assert_eq!(
        (&playing["status"], &playing["sound"]),
        (&json!("playing"), &sound["id"])
    );
    assert!(
        !playing.to_string().contains(url.split_once("token=").unwrap().1),
        "{playing}"
    );
    for op in ["pause", "resume", "stop"] {
        let (status, _) = cast
            .post("otto", &format!("{audio}/control"), json!({ "op": op }))
            .await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let told = device.receive().await;
        assert_eq!(
            (&told["event"], &told["params"]["op"]),
            (&json!("AudioOutCtrl"), &json!(op))
        );
    }
    let elsewhere = json!({ "url": "https://music.example/a.mp3" });
    cast.post("otto", play, elsewhere).await;
    assert_eq!(device.receive().await["params"]["url"], "https://music.example/a.mp3");
    for bad in [
        json!({}),
        json!({ "sound": 1, "url": "http://a.example/" }),
        json!({ "url": "file:///etc/passwd" }),
    ] {
        assert_eq!(refusal(&cast.post("otto", play, bad).await), (400, "bad_request"));
    }

    let path = format!("{sounds}/{}", sound["id"]);
    assert_eq!(cast.delete("olga", &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(reqwest::get(&url).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(
        refusal(&cast.post("otto", play, json!({ "sound": sound["id"] })).await),
        (404, "no_such_sound")
    );
}

#[tokio::test]
async fn a_tenants_sounds_are_for_its_own_devices() {
    let cast = Cast::start().await;
    upload(&cast, "olga", "Bark", b"OggS and so on").await;
    cast.post("boris", "/api/v1/devices", json!({ "login_code": "own" }))
        .await;
    let play = "/api/v1/devices/own/channels/0/audio/play";
    assert_eq!(
        refusal(&cast.post("boris", play, json!({ "sound": 1 })).await),
        (404, "no_such_sound")
    );
    let path = format!("/api/v1/tenants/{}/sounds/1", cast.bolt);
    assert_eq!(refusal(&cast.delete("boris", &path).await), (404, "no_such_sound"));
}
