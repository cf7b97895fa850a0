//! The configuration of a device.

use crate::app::TestApp;
use crate::cast::refusal;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const CONFIG: &str = "/api/v1/devices/cam/config";

fn document() -> Value {
    json!({
        "channls": { "0": {
            "video_encoding": { "encoder": "h264", "quality": "hd", "rsk_encrypt": false, "hdr": [1] },
            "image": { "horflip": false, "verflip": false }, "extension": { "vendor": { "a": null } }
        } },
        "log_level": 2, "tz": 8, "auto_reboot": { "on": true, "start": 7200, "end": 21600 }, "wifi": { "band": 5.0 }
    })
}

#[tokio::test]
async fn the_document_is_read_as_the_device_wrote_it() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let (read, request) = tokio::join!(app.get(CONFIG), device.answer(document()));
    assert_eq!(request["req"], "GetConfig");
    assert_eq!((read.0, &read.1["config"]), (StatusCode::OK, &document()));
    assert!(read.1["fetched_at"].is_string());
    // A device that spells it right is understood.
    let (read, _) = tokio::join!(
        app.get(CONFIG),
        device.answer(json!({ "channels": { "0": {} }, "tz": 1 }))
    );
    assert_eq!(read.1["config"], json!({ "channls": { "0": {} }, "tz": 1 }));
    let (odd, _) = tokio::join!(app.get(CONFIG), device.answer(json!([])));
    assert_eq!(refusal(&odd), (502, "bad_answer"));
}

#[tokio::test]
async fn only_what_is_changed_is_sent_in_the_devices_own_words() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let change = json!({
        "channls": { "0": { "video_encoding": { "rsk_encrypt": true }, "extension": { "vendor": { "a": [1] } } } },
        "auto_reboot": { "start": "02:00:00", "last_reboot": "2016-12-05T02:00:01" }, "wifi": { "band": 2.4 }
    });
    let mut after = document();
    after["wifi"] = json!({ "band": 2.4 });
    let device_side = async {
        let request = device.answer(json!({})).await;
        let again = device.answer(after.clone()).await;
        (request, again)
    };
    let (changed, (request, again)) = tokio::join!(app.send(Method::PATCH, CONFIG, change.clone()), device_side);
    assert_eq!((&request["req"], &request["params"]), (&json!("SetConfig"), &change));
    assert_eq!(again["req"], "GetConfig");
    assert_eq!((changed.0, &changed.1["config"]), (StatusCode::OK, &after));
    // Which settings, and not to what.
    let (_, audit) = app.get("/api/v1/audit?action=change_config").await;
    let detail = audit["items"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("channls.0.video_encoding.rsk_encrypt") && !detail.contains("2.4"),
        "{detail}"
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let patch = |change| app.send(Method::PATCH, CONFIG, change);
    // What the protocol knows better, the device is not bothered with.
    for (change, field) in [
        (json!({ "log_level": 9 }), json!("log_level")),
        (
            json!({ "channls": { "0": { "audio_out_volume": 101 } } }),
            json!("channls.0.audio_out_volume"),
        ),
        (
            json!({ "channls": { "0": { "osd": { "font": 3 } } } }),
            json!("channls.0.osd.font"),
        ),
        (json!({}), Value::Null),
    ] {
        let refused = patch(change).await;
        assert_eq!(refusal(&refused), (400, "bad_config"));
        assert_eq!(refused.1["error"]["field"], field, "{refused:?}");
    }
    // The device names the field.
    let two = json!({ "channls": { "0": { "image": { "horflip": true, "verflip": true } } } });
    let (refused, _) = tokio::join!(patch(two.clone()), device.refuse(13, "channls.0.image.verflip: cannot"));
    assert_eq!(refusal(&refused), (422, "device_refused"));
    let error = &refused.1["error"];
    assert_eq!(error["field"], "channls.0.image.verflip");
    assert_eq!(
        error["device_error"],
        json!({ "code": 13, "msg": "channls.0.image.verflip: cannot" })
    );
    // It does not, and there are two.
    let (refused, _) = tokio::join!(patch(two), device.refuse(12, "no"));
    assert_eq!(refused.1["error"].get("field"), None);
    // It does not, and there is only one.
    let one = json!({ "channls": { "3": { "on": false } } });
    let (refused, _) = tokio::join!(patch(one), device.refuse(102, "no channel 3"));
    assert_eq!(refused.1["error"]["field"], "channls.3.on");
    assert_eq!(refused.1["error"]["device_error"]["code"], 102);
}

#[tokio::test]
async fn a_change_that_was_taken_is_told_as_such_though_the_device_cannot_be_asked_then() {
    let app = TestApp::start().await;
    let mut device = app.connected_device("cam").await;
    let device_side = async {
        device.answer(json!({})).await;
        device.close().await;
    };
    let (changed, ()) = tokio::join!(app.send(Method::PATCH, CONFIG, json!({ "tz": 1 })), device_side);
    assert_eq!((changed.0, changed.1.get("config")), (StatusCode::OK, None));
}
