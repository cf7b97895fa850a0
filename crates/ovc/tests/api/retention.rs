//! What devices sent goes when its time is over, and its bytes with it.

use crate::app::TestApp;
use crate::snapshots::takes_one;
use ovc::blob::Blobs;
use ovc::clock::UnixMs;
use ovc::config::{AlarmsConfig, LogsConfig, SnapshotsConfig};
use ovc::db::Db;
use ovc::retention::{Kept, delete_dropped, forget};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Files at any depth.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn alarms_and_pictures_are_kept_for_their_time_and_no_longer() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    tokio::join!(
        app.post("/api/v1/devices/cam/channels/0/snapshots", json!({})),
        takes_one(&mut device, "yard")
    );
    for state in ["start", "end"] {
        let notice = json!({ "channel": 0, "timestamp": 0, "type": 3, "state": state, "desc": "" });
        assert!(device.call("AlarmNotify", notice).await["resp"].is_object());
    }
    let lists = ["/api/v1/devices/cam/snapshots", "/api/v1/alarms"];
    let lens = async |app: &TestApp| {
        let mut lens = Vec::new();
        for path in lists {
            lens.push(app.get(path).await.1["items"].as_array().unwrap().len());
        }
        lens
    };
    let kept = Kept {
        of_device: 1 << 30,
        alarms: AlarmsConfig::default(),
        snapshots: SnapshotsConfig::default(),
        logs: LogsConfig::default(),
    };
    assert_eq!(lens(&app).await, [1, 1]);
    let mut app = app;
    for (later, left, objects) in [(29 * DAY, [1, 1], 1), (31 * DAY, [0, 0], 0)] {
        let token = app.token.clone();
        let dir = app.stopped().await;
        let db = Db::open(dir.path()).await.unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        forget(&db, &kept, UnixMs::now().plus(later)).await.unwrap();
        delete_dropped(&db, &blobs).await.unwrap();
        db.close().await;
        assert_eq!(files(&dir.path().join("blobs")), objects, "{later:?}");
        app = TestApp::start_on(dir, &token).await;
        assert_eq!(lens(&app).await, left, "{later:?}");
    }
}
