//! The clock of a device.

use crate::app::TestApp;
use crate::cast::refusal;
use dap::LocalDateTime;
use ovc::clock::UnixMs;
use reqwest::StatusCode;
use serde_json::{Value, json};

const TIME: &str = "/api/v1/devices/cam/time";

/// A clock in this zone that is so many seconds ahead.
fn clock(tz: i64, ahead: i64) -> String {
    LocalDateTime::from_unix_s(UnixMs::now().0 / 1000 + tz * 3600 + ahead).to_string()
}

fn skew(answer: &Value) -> i64 {
    answer["skew_s"].as_i64().unwrap()
}

#[tokio::test]
async fn it_is_told_how_wrong_a_clock_is() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let shown = json!({ "datetime": clock(-5, 120), "tz": -5 });
    let (time, request) = tokio::join!(app.get(TIME), device.answer(shown.clone()));
    assert_eq!((time.0, &request["req"]), (StatusCode::OK, &json!("QueryTime")));
    assert_eq!((&time.1["datetime"], &time.1["tz"]), (&shown["datetime"], &json!(-5)));
    assert!((118..=120).contains(&skew(&time.1)), "{time:?}");

    // A device of the first edition says its zone in its configuration only.
    let device_side = async {
        device.answer(json!({ "datetime": clock(3, -60) })).await;
        device.answer(json!({ "tz": 3 })).await
    };
    let (time, request) = tokio::join!(app.get(TIME), device_side);
    assert_eq!((&request["req"], &time.1["tz"]), (&json!("GetConfig"), &json!(3)));
    assert!((-62..=-60).contains(&skew(&time.1)), "{time:?}");

    // Or nowhere.
    let device_side = async {
        device.answer(json!({ "datetime": clock(3, 0) })).await;
        device.refuse(101, "no").await
    };
    let (time, _) = tokio::join!(app.get(TIME), device_side);
    assert_eq!(
        (time.0, time.1.get("tz"), time.1.get("skew_s")),
        (StatusCode::OK, None, None)
    );
}

#[tokio::test]
async fn a_clock_is_set_in_the_zone_of_the_device() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let device_side = async {
        assert_eq!(device.answer(json!({ "tz": 2 })).await["req"], "GetConfig");
        let set = device.answer(json!({})).await;
        device.answer(json!({ "datetime": set["params"]["datetime"] })).await;
        set
    };
    let (time, set) = tokio::join!(app.post(TIME, json!({})), device_side);
    assert_eq!(
        (&set["req"], &set["params"]["offset"], &set["params"]["tz"]),
        (&json!("SyncTime"), &json!(1), &json!(2))
    );
    assert_eq!((time.0, &time.1["tz"]), (StatusCode::OK, &json!(2)));
    assert!((-1..=1).contains(&skew(&time.1)), "{time:?}");

    // In the zone that somebody says.
    let device_side = async {
        let set = device.answer(json!({})).await;
        device.answer(json!({ "datetime": set["params"]["datetime"] })).await;
        set
    };
    let (time, set) = tokio::join!(app.post(TIME, json!({ "tz": -3, "offset_s": 5 })), device_side);
    assert_eq!(
        (&set["params"]["offset"], &set["params"]["tz"]),
        (&json!(5), &json!(-3))
    );
    assert!((-1..=1).contains(&skew(&time.1)), "{time:?}");
    let wrong = app.post(TIME, json!({ "tz": 15 })).await;
    assert_eq!(refusal(&wrong), (400, "bad_request"));
    let (refused, _) = tokio::join!(app.post(TIME, json!({ "tz": 0 })), device.refuse(1, "stuck"));
    assert_eq!(refusal(&refused), (422, "device_refused"));
}
