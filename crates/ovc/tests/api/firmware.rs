//! Images of devices' software, and devices that install them.

use crate::app::TestApp;
use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

async fn upload(cast: &Cast, who: &str, query: &str, body: Vec<u8>) -> (StatusCode, Value) {
    let path = format!("/api/v1/firmware?{query}");
    let request = cast.app.bare(Method::POST, &path).bearer_auth(who).body(body);
    crate::app::answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn images_are_kept_by_model_and_version_for_whom_they_are() {
    let cast = Cast::start().await;
    let image: Vec<u8> = (0..3_000_000_u32).map(|at| at as u8).collect();
    let ours = format!("tenant={}&hardware_model=X1&firmware_model=2.0&notes=better", cast.acme);
    let (status, firmware) = upload(&cast, "adam", &ours, image.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{firmware}");
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&image));
    assert_eq!(
        (
            &firmware["bytes"],
            &firmware["sha256"],
            &firmware["notes"],
            &firmware["created_by"]
        ),
        (&json!(3_000_000), &json!(hash), &json!("better"), &json!("adam"))
    );
    assert_eq!(
        refusal(&upload(&cast, "adam", &ours, image).await),
        (409, "firmware_exists")
    );
    let of_all = "hardware_model=X1&firmware_model=2.0";
    assert_eq!(
        refusal(&upload(&cast, "adam", of_all, vec![1]).await),
        (403, "forbidden")
    );
    assert_eq!(upload(&cast, "root", of_all, vec![1]).await.0, StatusCode::CREATED);
    assert_eq!(
        refusal(&upload(&cast, "root", "hardware_model=X2&firmware_model=1", Vec::new()).await),
        (415, "bad_content")
    );
    assert_eq!(
        refusal(&upload(&cast, "root", "hardware_model=%20&firmware_model=1", vec![1]).await),
        (400, "bad_model")
    );
    let listed = async |who: &str, query: &str| {
        let (status, list) = cast.get(who, &format!("/api/v1/firmware{query}")).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        each(&list, "id").join(" ")
    };
    assert_eq!(
        (listed("adam", "").await.as_str(), listed("boris", "").await.as_str()),
        ("2 1", "2")
    );
    assert_eq!(listed("root", "?hardware_model=X1").await, "2 1");
    assert_eq!(listed("root", "?hardware_model=X2").await, "");
    let of_acme = format!("/api/v1/firmware?tenant={}", cast.acme);
    assert_eq!(refusal(&cast.get("boris", &of_acme).await), (404, "no_such_tenant"));

    let (status, changed) = cast
        .patch("adam", "/api/v1/firmware/1", json!({ "notes": "best" }))
        .await;
    assert_eq!((status, &changed["notes"]), (StatusCode::OK, &json!("best")));
    assert_eq!(
        refusal(&cast.delete("boris", "/api/v1/firmware/1").await),
        (404, "no_such_firmware")
    );
    assert_eq!(
        refusal(&cast.delete("adam", "/api/v1/firmware/2").await),
        (403, "forbidden")
    );
    assert_eq!(
        cast.delete("adam", "/api/v1/firmware/1").await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(listed("adam", "").await, "2");
}

/// A device of Home's that is of this version.
struct Upgrading {
    app: TestApp,
    passwd: String,
}

impl Upgrading {
    async fn start() -> Self {
        let app = TestApp::start_with(|config| config.firmware.ask_every = Duration::from_millis(10)).await;
        let passwd = app.add_device("cam").await;
        let path = "/api/v1/firmware?hardware_model=X1&firmware_model=2.0";
        let request = app.request(Method::POST, path).body("the image");
        assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED);
        Self { app, passwd }
    }

    async fn log_in(&self, hardware: &str, version: &str) -> ScriptedDevice {
        let url = self.app.dap_url("cam", &self.passwd);
        ScriptedDevice::connect(&format!("{url}&hardware_model={hardware}&firmware_model={version}")).await
    }

    async fn begin(&self, body: Value) -> (StatusCode, Value) {
        self.app.post("/api/v1/devices/cam/upgrade", body).await
    }

    async fn now(&self) -> Value {
        self.app.get("/api/v1/devices/cam/upgrade").await.1
    }
}

async fn says(device: &mut ScriptedDevice, status: &str, progress: u8) {
    let asked = device
        .answer(json!({ "upgrade_status": status, "progress": progress }))
        .await;
    assert_eq!(asked["req"], "QueryUpgrade", "{asked}");
}

#[tokio::test]
async fn an_upgrade_is_followed_until_the_device_is_back_with_the_new_version() {
    let world = Upgrading::start().await;
    let mut device = world.log_in("X1", "1.0").await;
    let mut feed = world.app.feed().await;
    let (status, upgrade) = world.begin(json!({ "firmware": 1 })).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{upgrade}");
    assert_eq!(
        (&upgrade["state"], &upgrade["from"], &upgrade["to"], &upgrade["by"]),
        (&json!("requested"), &json!("1.0"), &json!("2.0"), &json!("admin"))
    );
    let told = device.receive().await;
    assert_eq!(
        (&told["event"], &told["params"]["firmware_model"]),
        (&json!("UpgradeFirmware"), &json!("2.0"))
    );
    let url = told["params"]["url"].as_str().unwrap().to_owned();
    assert_eq!(reqwest::get(&url).await.unwrap().text().await.unwrap(), "the image");
    assert_eq!(
        refusal(&world.begin(json!({ "firmware": 1 })).await),
        (409, "upgrade_running")
    );
    says(&mut device, "notstart", 0).await;
    says(&mut device, "donwloading", 40).await;
    says(&mut device, "installing", 70).await;
    says(&mut device, "done", 100).await;
    let mut seen = Vec::new();
    while seen.last() != Some(&"done 100".to_owned()) {
        let item = feed.next_of("upgrade").await.data;
        seen.push(format!("{} {}", item["state"].as_str().unwrap(), item["progress"]));
    }
    assert_eq!(seen, ["requested 0", "downloading 40", "installing 70", "done 100"]);
    assert!(world.now().await["ended_at"].is_null(), "it is not back yet");
    drop(device);
    let _device = world.log_in("X1", "2.0").await;
    assert_eq!(feed.next_of("upgrade").await.data["state"], "confirmed");
    let upgrade = world.now().await;
    assert!(
        upgrade["ended_at"].is_string() && upgrade["error"].is_null(),
        "{upgrade}"
    );
    let (_, list) = world.app.get("/api/v1/devices/cam/upgrades").await;
    assert_eq!(each(&list, "state"), ["confirmed"]);
    assert_eq!(
        reqwest::get(&url).await.unwrap().status(),
        StatusCode::NOT_FOUND,
        "it is over"
    );
}

#[tokio::test]
async fn an_upgrade_goes_on_over_a_restart_of_the_cloud_and_may_fail() {
    let world = Upgrading::start().await;
    let mut device = world.log_in("X1", "1.0").await;
    let elsewhere = json!({ "url": "http://vendor.example/2.1.bin", "firmware_model": "2.1" });
    assert_eq!(world.begin(elsewhere).await.0, StatusCode::ACCEPTED);
    assert_eq!(device.receive().await["params"]["url"], "http://vendor.example/2.1.bin");
    says(&mut device, "installing", 10).await;
    let mut feed = world.app.feed().await;
    says(&mut device, "installing", 20).await;
    while feed.next_of("upgrade").await.data["progress"] != 20 {}
    let world = Upgrading {
        app: world.app.restart().await,
        ..world
    };
    assert_eq!(world.now().await["progress"], 20);
    let mut device = world.log_in("X1", "1.0").await;
    let mut feed = world.app.feed().await;
    says(&mut device, "error", 0).await;
    assert_eq!(feed.next_of("upgrade").await.data["state"], "error");
    let upgrade = world.now().await;
    assert_eq!(upgrade["error"], "the device says that it failed");
    // The next one may begin.
    assert_eq!(world.begin(json!({ "firmware": 1 })).await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_is_not_for_a_device_is_not_installed_unless_somebody_insists() {
    let world = Upgrading::start().await;
    assert_eq!(
        refusal(&world.begin(json!({ "firmware": 1 })).await),
        (409, "wrong_model"),
        "it told none"
    );
    let mut device = world.log_in("X2", "1.0").await;
    assert_eq!(
        refusal(&world.begin(json!({ "firmware": 1 })).await),
        (409, "wrong_model")
    );
    assert_eq!(
        refusal(&world.begin(json!({ "firmware": 9 })).await),
        (404, "no_such_firmware")
    );
    for bad in [
        json!({}),
        json!({ "url": "http://a.example/" }),
        json!({ "url": "x", "firmware_model": "2" }),
    ] {
        assert_eq!(world.begin(bad).await.0, StatusCode::BAD_REQUEST);
    }
    let forced = json!({ "firmware": 1, "force": true });
    assert_eq!(world.begin(forced.clone()).await.0, StatusCode::ACCEPTED);
    assert_eq!(device.receive().await["event"], "UpgradeFirmware");
    says(&mut device, "error", 0).await;
    device.close().await;
    while world.now().await["state"] != "error" {
        tokio::task::yield_now().await;
    }
    assert_eq!(refusal(&world.begin(forced).await), (409, "device_offline"));
    let (_, list) = world.app.get("/api/v1/devices/cam/upgrades").await;
    assert_eq!(each(&list, "state"), ["error"], "what could not be told did not begin");
}
