use crate::app::TestApp;
use crate::device::ScriptedDevice;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn codes(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["login_code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_device_is_added_with_credentials_that_work() {
    let app = TestApp::start().await;
    let (status, made) = app.post("/api/v1/devices", json!({ "name": "Gate" })).await;
    assert_eq!(status, StatusCode::CREATED);
    let code = made["login_code"].as_str().unwrap();
    assert!(code.len() == 16 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    assert_eq!(made["dap_url"], format!("ws://{}/ovc", app.authority()));
    let passwd = made["login_passwd"].as_str().unwrap();
    assert!(passwd.len() >= 22, "128 bits or more");
    ScriptedDevice::connect(&app.dap_url(code, passwd)).await;
    let (_, shown) = app.get(&format!("/api/v1/devices/{code}")).await;
    assert_eq!((&shown["name"], shown.get("login_passwd")), (&json!("Gate"), None));
}

#[tokio::test]
async fn an_operator_chooses_code_and_password_within_reason() {
    let app = TestApp::start().await;
    let good = json!({ "login_code": "cam_1", "login_passwd": "correct-horse-battery" });
    assert_eq!(app.post("/api/v1/devices", good.clone()).await.0, StatusCode::CREATED);
    let (status, error) = app.post("/api/v1/devices", good).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::CONFLICT, &json!("device_exists"))
    );
    let (status, error) = app.post("/api/v1/devices", json!({ "login_passwd": "12345678" })).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("weak_password"))
    );
    assert!(error["error"]["message"].as_str().unwrap().contains("16"));
    let (status, error) = app.post("/api/v1/devices", json!({ "name": "x".repeat(101) })).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("bad_name"))
    );
    ScriptedDevice::connect(&app.dap_url("cam_1", "correct-horse-battery")).await;
}

#[tokio::test]
async fn devices_are_listed_by_page_search_and_presence() {
    let app = TestApp::start().await;
    for number in 0..7 {
        let body = json!({ "login_code": format!("cam{number}"), "name": format!("Door {number} 100%") });
        assert_eq!(app.post("/api/v1/devices", body).await.0, StatusCode::CREATED);
    }
    let mut online = app.connected_device("nvr_1").await;
    online.keepalive(json!([])).await;

    let (_, page) = app.get("/api/v1/devices?page=2&page_size=3").await;
    assert_eq!(codes(&page), ["cam3", "cam4", "cam5"]);
    assert_eq!(
        (&page["total"], &page["page"], &page["page_size"]),
        (&json!(8), &json!(2), &json!(3))
    );
    let (_, page) = app.get("/api/v1/devices?page=9").await;
    assert_eq!((codes(&page).len(), &page["total"]), (0, &json!(8)));
    for (query, found) in [
        ("dOOR%205", 1),
        ("NVR", 1),
        ("100%25", 7),
        ("cam_", 0),
        ("nvr_", 1),
        ("%25", 7),
        ("'", 0),
    ] {
        let (_, page) = app.get(&format!("/api/v1/devices?query={query}")).await;
        assert_eq!(codes(&page).len(), found, "{query}");
    }
    let (_, page) = app.get("/api/v1/devices?presence=online").await;
    assert_eq!((codes(&page), &page["total"]), (vec!["nvr_1"], &json!(1)));
    let (_, page) = app.get("/api/v1/devices?presence=offline&page_size=2").await;
    assert_eq!((codes(&page), &page["total"]), (vec!["cam0", "cam1"], &json!(7)));
    let (_, page) = app.get("/api/v1/devices?presence=sleeping").await;
    assert_eq!(page["total"], 0);
    for bad in ["page=0", "page_size=0", "page_size=501", "presence=away", "page=x"] {
        assert_eq!(
            app.get(&format!("/api/v1/devices?{bad}")).await.0,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn what_a_device_says_of_itself_is_shown_and_survives_a_restart() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let url = app.dap_url("cam", &passwd) + "&hardware_model=HW%2D1%20%E6%91%84&firmware_model=2.4&sdk=7&reconnect=0";
    let mut device = ScriptedDevice::connect(&url).await;
    device
        .keepalive(json!([{ "channel": 0, "state": 2 }, { "channel": 1, "state": 77 }]))
        .await;
    device.event("BatteryChange", json!({ "battery": 81 })).await;
    device
        .keepalive(json!([{ "channel": 0, "state": 1, "stream_id": "" }, { "channel": 1, "state": 77 }]))
        .await;
    let (_, shown) = app.get("/api/v1/devices/cam").await;
    assert_eq!(shown["presence"], "online");
    assert_eq!(
        (&shown["hardware_model"], &shown["firmware_model"], &shown["sdk"]),
        (&json!("HW-1 摄"), &json!("2.4"), &json!("7"))
    );
    assert_eq!(
        (&shown["address"], &shown["battery"], &shown["state"]),
        (&json!("127.0.0.1"), &json!(81), &json!(1))
    );
    let channels = json!([
        { "channel": 0, "state": 1, "state_name": "online" },
        { "channel": 1, "state": 77, "state_name": "unknown" },
    ]);
    assert_eq!(shown["channels"], channels);

    let app = app.restart().await;
    let (_, shown) = app.get("/api/v1/devices/cam").await;
    assert_eq!(
        (&shown["presence"], &shown["hardware_model"]),
        (&json!("offline"), &json!("HW-1 摄"))
    );
    assert!(shown["last_seen_at"].is_string());
    assert_eq!(
        shown["channels"][0],
        json!({ "channel": 0, "state": 0, "state_name": "offline" })
    );
    ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
}

#[tokio::test]
async fn a_device_is_renamed_disabled_and_enabled() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let (_, shown) = app
        .send(Method::PATCH, "/api/v1/devices/cam", json!({ "name": " Yard " }))
        .await;
    assert_eq!((&shown["name"], &shown["disabled"]), (&json!("Yard"), &json!(false)));
    let (_, shown) = app
        .send(Method::PATCH, "/api/v1/devices/cam", json!({ "disabled": true }))
        .await;
    assert_eq!(
        (&shown["name"], &shown["disabled"], &shown["presence"]),
        (&json!("Yard"), &json!(true), &json!("offline"))
    );
    assert_eq!(device.closed().await.unwrap().0, 4003);
    let refused = ScriptedDevice::try_connect(&app.dap_url("cam", &passwd))
        .await
        .err()
        .unwrap();
    assert_eq!(refused.status, 403);
    app.send(Method::PATCH, "/api/v1/devices/cam", json!({ "disabled": false }))
        .await;
    ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    assert_eq!(
        app.send(Method::PATCH, "/api/v1/devices/none", json!({})).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_new_password_ends_the_connection_and_the_old_one() {
    let app = TestApp::start().await;
    let old = app.add_device("cam").await;
    let mut device = ScriptedDevice::connect(&app.dap_url("cam", &old)).await;
    let (status, made) = app.post("/api/v1/devices/cam/password", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(device.closed().await.unwrap().0, 4003);
    let new = made["login_passwd"].as_str().unwrap();
    assert_eq!(
        ScriptedDevice::try_connect(&app.dap_url("cam", &old))
            .await
            .err()
            .unwrap()
            .status,
        401
    );
    ScriptedDevice::connect(&app.dap_url("cam", new)).await;
    let weak = app
        .post("/api/v1/devices/cam/password", json!({ "login_passwd": "weak" }))
        .await;
    assert_eq!(
        (weak.0, &weak.1["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("weak_password"))
    );
}

#[tokio::test]
async fn of_passwords_given_at_once_one_is_good_before_and_after_a_restart() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let passwords: Vec<String> = (0..8).map(|number| format!("correct-horse-no-{number}")).collect();
    let give = |passwd: &String| {
        let body = json!({ "login_passwd": passwd });
        app.request(Method::POST, "/api/v1/devices/cam/password")
            .json(&body)
            .send()
    };
    for answer in futures_util::future::join_all(passwords.iter().map(give)).await {
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    let mut good = Vec::new();
    for passwd in &passwords {
        if ScriptedDevice::try_connect(&app.dap_url("cam", passwd)).await.is_ok() {
            good.push(passwd);
        }
    }
    assert_eq!(good.len(), 1);
    let app = app.restart().await;
    ScriptedDevice::connect(&app.dap_url("cam", good[0])).await;
}

#[tokio::test]
async fn a_deleted_device_is_gone_with_all_it_told() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    device
        .call(
            "AlarmNotify",
            json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "" }),
        )
        .await;
    let deleted = app.request(Method::DELETE, "/api/v1/devices/cam").send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    assert_eq!(device.closed().await.unwrap().0, 4003);
    for path in [
        "/api/v1/devices/cam",
        "/api/v1/devices/cam/events",
        "/api/v1/devices/no%20code",
    ] {
        let (status, error) = app.get(path).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (StatusCode::NOT_FOUND, &json!("no_such_device")),
            "{path}"
        );
    }
    assert_eq!(
        app.request(Method::DELETE, "/api/v1/devices/cam")
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::NOT_FOUND
    );
    app.add_device("cam").await;
    assert_eq!(app.get("/api/v1/devices/cam/events").await.1["items"], json!([]));
}
