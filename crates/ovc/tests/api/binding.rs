use crate::cast::{Cast, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A device in the platform's stock, connected.
async fn stock(cast: &Cast, code: &str) -> ScriptedDevice {
    let passwd = cast.stock(code).await;
    ScriptedDevice::connect(&cast.app.dap_url(code, &passwd)).await
}

async fn bind_id(cast: &Cast, who: &str, tenant: i64, body: Value) -> (i64, String) {
    let (status, made) = cast.post(who, &format!("/api/v1/tenants/{tenant}/binds"), body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = made["bind_id"].as_str().unwrap();
    assert!(id.len() <= 32 && id.len() >= 20 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(made["qr"], json!({ "id": id }));
    (made["id"].as_i64().unwrap(), id.to_owned())
}

#[tokio::test]
async fn a_device_that_sends_a_bind_id_comes_to_its_tenant() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    let mut device = stock(&cast, "cam").await;
    assert_eq!(cast.get("olga", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
    let (bind, id) = bind_id(&cast, "olga", cast.acme, json!({ "name": "Gate", "group_id": group })).await;
    let path = format!("/api/v1/tenants/{}/binds/{bind}", cast.acme);
    assert_eq!(cast.get("olga", &path).await.1["state"], "waiting");
    let mut feed = cast.app.feed_of("olga", None).await;
    let mut not_theirs = cast.app.feed_of("boris", None).await;

    device.event("Bind", json!({ "bind_id": id })).await;
    let came = feed.next_of("device").await;
    assert_eq!(came.data, json!({ "login_code": "cam", "change": "created" }));
    let result = feed.next_of("bind_result").await;
    assert_eq!(
        result.data,
        json!({ "bind": bind, "outcome": "bound", "login_code": "cam" })
    );
    let shown = cast.get("olga", "/api/v1/devices/cam").await.1;
    assert_eq!((&shown["name"], &shown["group_id"]), (&json!("Gate"), &json!(group)));
    assert_eq!(shown["tenant"]["name"], "Acme");
    let bind = cast.get("olga", &path).await.1;
    assert_eq!((&bind["state"], &bind["login_code"]), (&json!("bound"), &json!("cam")));
    assert!(bind.get("reason").is_none() && !bind.to_string().contains(&id));
    let (_, log) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&action=bind", cast.acme))
        .await;
    let row = &log["items"][0];
    assert_eq!(
        (&row["actor"]["kind"], &row["outcome"]),
        (&json!("device"), &json!("done"))
    );
    assert_eq!(row["address"], "127.0.0.1");
    // The device says it again after a reconnect: nothing changes.
    device.event("Bind", json!({ "bind_id": id })).await;
    assert_eq!(feed.next_of("bind").await.data["login_code"], "cam");
    assert_eq!(cast.get("olga", &path).await.1, bind);
    // Others hear nothing of it.
    cast.post("boris", "/api/v1/devices", json!({ "login_code": "own" }))
        .await;
    let theirs = not_theirs.next().await.unwrap();
    assert_eq!(
        (theirs.kind.as_str(), &theirs.data["login_code"]),
        ("device", &json!("own"))
    );
}

#[tokio::test]
async fn a_device_that_hangs_up_after_its_bind_id_is_bound_all_the_same() {
    let cast = Cast::start().await;
    for code in ["one", "two", "three"] {
        let mut device = stock(&cast, code).await;
        let (bind, id) = bind_id(&cast, "olga", cast.acme, json!({})).await;
        let mut feed = cast.app.feed_of("olga", None).await;
        device.event("Bind", json!({ "bind_id": id })).await;
        drop(device);
        let result = feed.next_of("bind_result").await;
        assert_eq!(
            result.data,
            json!({ "bind": bind, "outcome": "bound", "login_code": code })
        );
    }
}

#[tokio::test]
async fn a_device_that_another_tenant_has_is_refused_and_neither_learns_of_the_other() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    cast.assign("cam", cast.bolt).await;
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    let (bind, id) = bind_id(&cast, "olga", cast.acme, json!({})).await;
    let mut feed = cast.app.feed_of("olga", None).await;
    let mut feed_of_all = cast.app.feed_of("root", None).await;
    device.event("Bind", json!({ "bind_id": id })).await;
    let result = feed.next_of("bind_result").await.data;
    assert_eq!(
        result,
        json!({ "bind": bind, "outcome": "refused", "login_code": "cam", "reason": "held_elsewhere" })
    );
    let path = format!("/api/v1/tenants/{}/binds/{bind}", cast.acme);
    let shown = cast.get("olga", &path).await.1;
    assert_eq!(
        (&shown["state"], &shown["reason"]),
        (&json!("refused"), &json!("held_elsewhere"))
    );
    assert_eq!(cast.get("olga", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
    let log = async |who: &str, tenant: i64| {
        cast.get(who, &format!("/api/v1/audit?tenant={tenant}&action=bind"))
            .await
            .1
    };
    let (ours, theirs) = (log("olga", cast.acme).await, log("boris", cast.bolt).await);
    assert!(
        ours["items"][0]["detail"].as_str().unwrap().contains("released"),
        "{ours}"
    );
    assert!(!ours.to_string().contains("Bolt"), "{ours}");
    assert_eq!(theirs["items"][0]["detail"], "somebody else tried to bind this device");
    assert!(!theirs.to_string().contains("Acme") && !theirs.to_string().contains("olga"));

    // The same again is nothing new.
    device.event("Bind", json!({ "bind_id": id })).await;
    feed_of_all.next_of("bind").await;
    feed_of_all.next_of("bind").await;
    // Released, it can be bound: the id is still good.
    let released = cast.post("boris", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(released.0, StatusCode::NO_CONTENT);
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    device.event("Bind", json!({ "bind_id": id })).await;
    let result = feed.next_of("bind_result").await.data;
    assert_eq!((&result["bind"], &result["outcome"]), (&json!(bind), &json!("bound")));
    let shown = cast.get("olga", &path).await.1;
    assert_eq!((&shown["state"], shown.get("reason")), (&json!("bound"), None));
    assert_eq!(each(&log("olga", cast.acme).await, "outcome"), ["done", "refused"]);
    assert_eq!(cast.get("boris", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
    // Once more by one's own.
    let (_, id) = bind_id(&cast, "adam", cast.acme, json!({})).await;
    device.event("Bind", json!({ "bind_id": id })).await;
    let result = feed.next_of("bind_result").await.data;
    assert_eq!(
        (&result["outcome"], &result["reason"]),
        (&json!("bound"), &json!("already_yours"))
    );
}

#[tokio::test]
async fn a_bind_id_is_good_for_one_device_and_guessing_leads_nowhere() {
    let cast = Cast::start().await;
    let (mut first, mut second) = (stock(&cast, "one").await, stock(&cast, "two").await);
    let (_, id) = bind_id(&cast, "olga", cast.acme, json!({})).await;
    let mut feed = cast.app.feed_of("root", None).await;
    first.event("Bind", json!({ "bind_id": id })).await;
    feed.next_of("bind_result").await;
    second.event("Bind", json!({ "bind_id": id })).await;
    for guess in 0..10 {
        second
            .event("Bind", json!({ "bind_id": format!("guess{guess}") }))
            .await;
    }
    // Now not even a right one is looked at.
    let (bind, right) = bind_id(&cast, "olga", cast.acme, json!({})).await;
    second.event("Bind", json!({ "bind_id": right })).await;
    for _ in 0..12 {
        feed.next_of("bind").await;
    }
    let path = format!("/api/v1/tenants/{}/binds/{bind}", cast.acme);
    first.event("Bind", json!({ "bind_id": right })).await;
    assert_eq!(feed.next_of("bind_result").await.data["login_code"], "one");
    assert_eq!(cast.get("olga", &path).await.1["state"], "bound");
    assert_eq!(cast.get("olga", "/api/v1/devices/two").await.0, StatusCode::NOT_FOUND);
    let (_, log) = cast.get("root", "/api/v1/audit?action=bind&outcome=refused").await;
    let rows = log["items"].as_array().unwrap();
    assert_eq!(rows.len(), 5, "{log}");
    assert!(!log.to_string().contains("guess"), "{log}");
}

#[tokio::test]
async fn bind_ids_are_made_listed_and_taken_back_by_those_who_configure() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/tenants/{}/binds", cast.acme);
    let foreign_group = {
        let groups = format!("/api/v1/tenants/{}/groups", cast.bolt);
        let made = cast.post("boris", &groups, json!({ "name": "Theirs" })).await.1;
        made["id"].as_i64().unwrap()
    };
    for (body, expected) in [
        (json!({ "name": "x".repeat(101) }), (400, "bad_name")),
        (json!({ "group_id": foreign_group }), (404, "no_such_group")),
        (json!({ "what": 1 }), (400, "bad_request")),
    ] {
        assert_eq!(refusal(&cast.post("olga", &path, body).await), expected);
    }
    for (who, expected) in [("otto", (403, "forbidden")), ("boris", (404, "no_such_tenant"))] {
        assert_eq!(refusal(&cast.post(who, &path, json!({})).await), expected);
        assert_eq!(refusal(&cast.get(who, &path).await), expected);
    }
    let (first, id) = bind_id(&cast, "olga", cast.acme, json!({ "name": "A" })).await;
    bind_id(&cast, "adam", cast.acme, json!({ "name": "B" })).await;
    let list = cast.get("olga", &path).await.1;
    assert_eq!(each(&list, "name"), ["B", "A"]);
    let one = format!("{path}/{first}");
    assert_eq!(cast.delete("olga", &one).await.0, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&cast.get("olga", &one).await), (404, "no_such_bind"));
    assert_eq!(refusal(&cast.delete("olga", &one).await), (404, "no_such_bind"));
    assert_eq!(
        refusal(&cast.get("olga", &format!("{path}/x")).await),
        (404, "no_such_bind")
    );
    let mut device = stock(&cast, "cam").await;
    let mut feed = cast.app.feed_of("root", None).await;
    device.event("Bind", json!({ "bind_id": id })).await;
    feed.next_of("bind").await;
    assert_eq!(cast.get("olga", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_of_the_old_tenant_goes_with_a_device() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    let passwd = cast.stock("cam").await;
    cast.assign("cam", cast.acme).await;
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    device.keepalive(json!([{ "channel": 0, "state": 1 }])).await;
    device.event("BatteryChange", json!({ "battery": 40 })).await;
    cast.patch(
        "olga",
        "/api/v1/devices/cam",
        json!({ "name": "Vault", "group_id": group }),
    )
    .await;
    cast.grant(json!([{ "login_code": "cam", "permissions": ["see_live"] }]))
        .await;
    assert_eq!(cast.get("guest", "/api/v1/devices/cam").await.0, StatusCode::OK);
    device
        .call(
            "AlarmNotify",
            json!({ "channel": 0, "timestamp": 1, "type": 3, "state": "start", "desc": "secret" }),
        )
        .await;
    // The password is its maker's: nobody keeps the key of what he gives away.
    let rekeyed = cast.post("olga", "/api/v1/devices/cam/password", json!({})).await;
    assert_eq!(refusal(&rekeyed), (409, "stocked_password"));
    let mut feed = cast.app.feed_of("vera", None).await;
    let released = cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(released.0, StatusCode::NO_CONTENT);
    let gone = feed.next_of("device").await;
    assert_eq!(gone.data, json!({ "login_code": "cam", "change": "deleted" }));
    for who in ["olga", "vera", "guest"] {
        assert_eq!(
            cast.get(who, "/api/v1/devices/cam").await.0,
            StatusCode::NOT_FOUND,
            "{who}"
        );
    }
    assert_eq!(
        refusal(&cast.post("olga", "/api/v1/devices/cam/release", json!({})).await),
        (404, "no_such_device")
    );
    assert_eq!(
        refusal(&cast.post("root", "/api/v1/devices/cam/release", json!({})).await),
        (409, "no_tenant")
    );
    // Its connection has ended, and the platform gives it on.
    device.closed().await;
    let stocked = cast.get("root", "/api/v1/devices/cam").await.1;
    for field in ["address", "battery", "last_seen_at", "state"] {
        assert_eq!(stocked.get(field), None, "{stocked}");
    }
    assert_eq!(
        (&stocked["presence"], &stocked["channels"]),
        (&json!("offline"), &json!([]))
    );
    let _device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    let assign = |who, tenant| cast.call(who, Method::PUT, "/api/v1/devices/cam/tenant", tenant);
    assert_eq!(
        refusal(&assign("boris", json!({ "tenant": cast.bolt })).await),
        (403, "forbidden")
    );
    assert_eq!(
        refusal(&assign("root", json!({ "tenant": 999 })).await),
        (404, "no_such_tenant")
    );
    let (status, given) = assign("root", json!({ "tenant": cast.bolt })).await;
    assert_eq!(status, StatusCode::OK, "{given}");
    assert_eq!(
        refusal(&assign("root", json!({ "tenant": cast.bolt })).await),
        (409, "device_held")
    );
    let shown = cast.get("boris", "/api/v1/devices/cam").await.1;
    assert_eq!((&shown["name"], shown.get("group_id")), (&json!(""), None));
    assert_eq!(shown["address"].as_str(), None, "it has not come back yet");
    let events = cast.get("boris", "/api/v1/devices/cam/events").await.1;
    assert_eq!(events["items"], json!([]));
    // It is the platform's: a tenant can give it back, not remove it.
    assert_eq!(
        refusal(&cast.delete("boris", "/api/v1/devices/cam").await),
        (409, "release_instead")
    );
    // Back at the first one, the grant of then is gone.
    cast.post("boris", "/api/v1/devices/cam/release", json!({})).await;
    assign("root", json!({ "tenant": cast.acme })).await;
    assert_eq!(cast.get("olga", "/api/v1/devices/cam").await.0, StatusCode::OK);
    assert_eq!(cast.get("guest", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_tenant_added_itself_is_gone_when_it_is_released() {
    let cast = Cast::start().await;
    let passwd = cast.device("cam", None).await;
    let mut device = ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
    let mut feed = cast.app.feed_of("vera", None).await;
    let released = cast.post("olga", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(released.0, StatusCode::NO_CONTENT);
    let gone = feed.next_of("device").await;
    assert_eq!(gone.data, json!({ "login_code": "cam", "change": "deleted" }));
    device.closed().await;
    for who in ["root", "olga"] {
        let shown = cast.get(who, "/api/v1/devices/cam").await;
        assert_eq!(refusal(&shown), (404, "no_such_device"), "{who}");
    }
    // Whoever adds it anew has a password of his own.
    let (status, _) = cast
        .post("boris", "/api/v1/devices", json!({ "login_code": "cam" }))
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(
        ScriptedDevice::try_connect(&cast.app.dap_url("cam", &passwd))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn who_takes_his_time_finds_the_device_gone() {
    let cast = Cast::start().await;
    let passwd = cast.stock("cam").await;
    for (path, body) in [
        ("password", "{}"),
        ("rpc", r#"{"method":"RebootDevice"}"#),
        ("release", "{}"),
    ] {
        cast.assign("cam", cast.acme).await;
        let mut slow = TcpStream::connect(cast.app.authority()).await.unwrap();
        let head = format!(
            "POST /api/v1/devices/cam/{path} HTTP/1.1\r\nHost: cloud\r\nAuthorization: Bearer olga\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        slow.write_all(head.as_bytes()).await.unwrap();
        // Sent when the body is asked for: who calls is known by then, and that he may.
        let mut answer = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        slow.read_exact(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 100 "), "{path}");
        let released = cast.post("adam", "/api/v1/devices/cam/release", json!({})).await;
        assert_eq!(released.0, StatusCode::NO_CONTENT);
        cast.assign("cam", cast.bolt).await;
        slow.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 404 ") && answer.contains("no_such_device"),
            "{path}: {answer}"
        );
        ScriptedDevice::connect(&cast.app.dap_url("cam", &passwd)).await;
        let released = cast.post("boris", "/api/v1/devices/cam/release", json!({})).await;
        assert_eq!(released.0, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_device_is_reset_before_it_is_released() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let reset = json!({ "factory_reset": true });
    let releasing = cast.post("olga", "/api/v1/devices/cam/release", reset.clone());
    let answering = async {
        let request = device.answer(json!({})).await;
        assert_eq!(request["req"], "ResetConfig");
        assert_eq!(device.receive().await["event"], "RebootDevice");
    };
    let (released, ()) = tokio::join!(releasing, answering);
    assert_eq!(released.0, StatusCode::NO_CONTENT, "{}", released.1);
    cast.device("off", None).await;
    assert_eq!(
        refusal(&cast.post("olga", "/api/v1/devices/off/release", reset).await),
        (409, "device_offline")
    );
    assert_eq!(
        cast.get("olga", "/api/v1/devices/off").await.0,
        StatusCode::OK,
        "still theirs"
    );
    assert_eq!(
        refusal(&cast.post("otto", "/api/v1/devices/off/release", json!({})).await),
        (403, "forbidden")
    );
}
