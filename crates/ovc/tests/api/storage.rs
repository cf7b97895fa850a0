//! How it stands with the room for recordings.

use crate::app::{LIMIT, TestApp};
use crate::ovr::{create, open, packets, path_of, post, put, raw};
use bytesize::ByteSize;
use ovc::clock::UnixMs;
use ovc::record::storage::StorageState;
use reqwest::StatusCode;
use std::time::Duration;

const STORAGE: &str = "/api/v1/recording/storage";

#[tokio::test]
async fn who_runs_the_cloud_sees_what_is_stored() {
    let app = TestApp::start_with(|config| {
        config.recording.keep_free = ByteSize::b(0);
        config.recording.warn_free = ByteSize::b(0);
    })
    .await;
    let (status, before) = app.get(STORAGE).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&before["store"], &before["state"]), (&"local".into(), &"ok".into()));
    assert_eq!((&before["used_bytes"], &before["segments"]), (&0.into(), &0.into()));
    assert!(before["oldest"].is_null());
    assert!(before["free_bytes"].as_u64().unwrap() <= before["total_bytes"].as_u64().unwrap());
    app.add_device("cam").await;
    let session = open(&app).await;
    let path = format!("/live/cseg/{}", session.secret);
    let call = async |form: String| raw(&app.authority(), &post(&path, &form)).await.unwrap();
    let begin = UnixMs::now().minus(Duration::from_secs(10));
    let made = call(create(begin, 10.0, 1880)).await;
    let uri = path_of(made.body["uri"].as_str().unwrap());
    let sent = raw(&app.authority(), &put(&uri, &packets(10, 7))).await.unwrap();
    assert_eq!(sent.status, 200);
    let saved = call(format!("op=save&name={}", made.body["name"].as_str().unwrap())).await;
    assert_eq!(saved.status, 200);
    let (_, after) = app.get(STORAGE).await;
    assert_eq!((&after["used_bytes"], &after["segments"]), (&1880.into(), &1.into()));
    assert!(after["oldest"].is_string());
}

#[tokio::test]
async fn too_little_room_is_told_of() {
    // More is to be free than any disk has.
    let app = TestApp::start_with(|config| {
        config.recording.keep_free = ByteSize::b(1 << 60);
        config.recording.warn_free = ByteSize::b(1 << 60);
    })
    .await;
    let mut states = app.records().storage().changes();
    let full = states.wait_for(|state| *state == StorageState::Full);
    tokio::time::timeout(LIMIT, full).await.expect("in time").unwrap();
    assert_eq!(app.get(STORAGE).await.1["state"], "full");
    // Perhaps that there was little was told before.
    let noted = async {
        loop {
            let (_, page) = app.get("/api/v1/audit?action=storage_state").await;
            if page["items"][0]["detail"] == "full" {
                return;
            }
        }
    };
    tokio::time::timeout(LIMIT, noted).await.expect("in time");
}
