//! Who sees what: other tenants nothing, members what their role and their grants say, who runs the cloud no pictures.

use crate::cast::{Cast, each, refusal};
use crate::tls::exchange;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn another_tenants_user_finds_nothing() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    let _device = cast.connected_device("cam", Some(group)).await;
    let acme = format!("/api/v1/tenants/{}", cast.acme);
    let member = format!("{acme}/members/{}", cast.id("vera"));
    for (method, path, body) in [
        (Method::GET, "/api/v1/devices/cam", json!({})),
        (Method::PATCH, "/api/v1/devices/cam", json!({ "name": "mine" })),
        (Method::DELETE, "/api/v1/devices/cam", json!({})),
        (Method::POST, "/api/v1/devices/cam/password", json!({})),
        (Method::POST, "/api/v1/devices/cam/rpc", json!({ "method": "DevInfo" })),
        (Method::GET, "/api/v1/devices/cam/events", json!({})),
        (Method::POST, "/api/v1/devices/cam/channels/0/live", json!({})),
        (Method::GET, &acme, json!({})),
        (Method::PATCH, &acme, json!({ "name": "Mine" })),
        (Method::DELETE, &acme, json!({})),
        (Method::PUT, &format!("{acme}/support"), json!({ "hours": 1 })),
        (Method::DELETE, &format!("{acme}/support"), json!({})),
        (Method::GET, &format!("{acme}/members"), json!({})),
        (Method::PATCH, &member, json!({ "role": "owner" })),
        (Method::DELETE, &member, json!({})),
        (Method::GET, &format!("{acme}/groups"), json!({})),
        (Method::POST, &format!("{acme}/groups"), json!({ "name": "x" })),
        (Method::PATCH, &format!("{acme}/groups/{group}"), json!({ "name": "x" })),
        (Method::DELETE, &format!("{acme}/groups/{group}"), json!({})),
    ] {
        let answer = cast.call("boris", method.clone(), path, body).await;
        let (status, code) = refusal(&answer);
        assert_eq!(status, 404, "{method} {path}");
        assert!(code == "no_such_device" || code == "no_such_tenant", "{path}: {code}");
    }
    // The same as for what does not exist at all.
    let there = cast.get("boris", "/api/v1/devices/cam").await.1;
    let not_there = cast.get("boris", "/api/v1/devices/none").await.1;
    assert_eq!(there["error"]["message"], not_there["error"]["message"]);
    for list in ["/api/v1/devices", "/api/v1/streams"] {
        assert_eq!(cast.get("boris", list).await.1["items"], json!([]), "{list}");
    }
    let filtered = format!("/api/v1/devices?tenant={}&group={group}", cast.acme);
    assert_eq!(cast.get("boris", &filtered).await.1["total"], 0);
    assert_eq!(each(&cast.get("boris", "/api/v1/tenants").await.1, "name"), ["Bolt"]);
    // Nor can he put something there, or into a group of theirs.
    let into = |body: Value| async { cast.post("boris", "/api/v1/devices", body).await };
    assert_eq!(
        refusal(&into(json!({ "tenant": cast.acme })).await),
        (404, "no_such_tenant")
    );
    assert_eq!(refusal(&into(json!({ "group": group })).await), (404, "no_such_group"));
    let mixed = into(json!({ "tenant": cast.bolt, "group": group })).await;
    assert_eq!(refusal(&mixed), (404, "no_such_group"));
    cast.post("boris", "/api/v1/devices", json!({ "login_code": "own" }))
        .await;
    let moved = cast
        .patch("boris", "/api/v1/devices/own", json!({ "group_id": group }))
        .await;
    assert_eq!(refusal(&moved), (404, "no_such_group"));
}

#[tokio::test]
async fn a_role_may_do_what_it_says() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    let live = "/api/v1/devices/cam/channels/0/live";
    let members = format!("/api/v1/tenants/{}/members", cast.acme);
    for (who, configures) in [("olga", true), ("adam", true), ("otto", false), ("vera", false)] {
        assert_eq!(cast.get(who, "/api/v1/devices/cam").await.0, StatusCode::OK, "{who}");
        let renamed = cast.patch(who, "/api/v1/devices/cam", json!({ "name": who })).await;
        let added = cast.post(who, "/api/v1/devices", json!({})).await;
        let listed = cast.get(who, &members).await;
        if configures {
            assert_eq!(
                (renamed.0, added.0, listed.0),
                (StatusCode::OK, StatusCode::CREATED, StatusCode::OK)
            );
        } else {
            for answer in [renamed, added, listed] {
                assert_eq!(refusal(&answer), (403, "forbidden"), "{who}");
            }
            let called = cast
                .post(who, "/api/v1/devices/cam/rpc", json!({ "method": "DevInfo" }))
                .await;
            assert_eq!(refusal(&called), (403, "forbidden"), "{who}");
        }
        let asked = cast.post(who, live, json!({}));
        let refused = async {
            let request = device.receive().await;
            let error = json!({ "code": 100, "msg": "not now" });
            device
                .send_text(json!({ "seq": request["seq"], "err": error }).to_string())
                .await;
            request
        };
        let (answer, request) = tokio::join!(asked, refused);
        assert_eq!(request["req"], "LivePublish", "{who} gets as far as the device");
        assert!(
            answer.0.is_client_error() && answer.0 != StatusCode::FORBIDDEN,
            "{answer:?}"
        );
        assert_eq!(
            cast.patch(
                who,
                &format!("/api/v1/tenants/{}", cast.acme),
                json!({ "name": "Acme" })
            )
            .await
            .0
            .is_success(),
            who == "olga"
        );
        assert_eq!(cast.get(who, "/api/v1/users").await.0, StatusCode::FORBIDDEN, "{who}");
    }
}

#[tokio::test]
async fn a_grant_on_a_group_shows_that_group_and_what_is_below() {
    let cast = Cast::start().await;
    let site = cast.group("Site", None).await;
    let floor = cast.group("Floor", Some(site)).await;
    let room = cast.group("Room", Some(floor)).await;
    let other = cast.group("Other", None).await;
    let _in_floor = cast.connected_device("floor", Some(floor)).await;
    cast.device("room", Some(room)).await;
    cast.device("site", Some(site)).await;
    cast.device("other", Some(other)).await;
    cast.device("alone", None).await;
    let devices = || async { each(&cast.get("guest", "/api/v1/devices").await.1, "login_code") };
    assert_eq!(devices().await, [""; 0], "nothing before something is granted");
    let groups = format!("/api/v1/tenants/{}/groups", cast.acme);
    assert_eq!(cast.get("guest", &groups).await.1["items"], json!([]));

    cast.grant(json!([{ "group_id": floor, "permissions": ["see_live"] }]))
        .await;
    assert_eq!(devices().await, ["floor", "room"]);
    let below = cast.get("guest", &format!("/api/v1/devices?group={room}")).await.1;
    assert_eq!(each(&below, "login_code"), ["room"]);
    let elsewhere = cast.get("guest", &format!("/api/v1/devices?group={other}")).await.1;
    assert_eq!(elsewhere["total"], 0);
    let (_, shown) = cast.get("guest", &groups).await;
    assert_eq!(each(&shown, "name"), ["Floor", "Room"]);
    assert_eq!(
        shown["items"][0].get("parent_id"),
        None,
        "not even that there is a site"
    );
    let (_, device) = cast.get("guest", "/api/v1/devices/floor").await;
    assert_eq!(device["channels"].as_array().unwrap().len(), 2);
    assert_eq!(device["permissions"], json!(["view", "see_live"]));
    for code in ["site", "other", "alone"] {
        for path in ["", "/events"] {
            let answer = cast.get("guest", &format!("/api/v1/devices/{code}{path}")).await;
            assert_eq!(refusal(&answer), (404, "no_such_device"), "{code}{path}");
        }
        let live = format!("/api/v1/devices/{code}/channels/0/live");
        assert_eq!(
            refusal(&cast.post("guest", &live, json!({})).await),
            (404, "no_such_device")
        );
    }
    let renamed = cast
        .patch("guest", "/api/v1/devices/floor", json!({ "name": "x" }))
        .await;
    assert_eq!(refusal(&renamed), (403, "forbidden"));

    // Moved away, it is out of sight at once.
    cast.patch("olga", "/api/v1/devices/floor", json!({ "group_id": other }))
        .await;
    assert_eq!(devices().await, ["room"]);
    // And so is a group with what is in it.
    cast.patch("olga", &format!("{groups}/{room}"), json!({ "parent_id": null }))
        .await;
    assert_eq!(devices().await, [""; 0]);
}

#[tokio::test]
async fn a_grant_on_a_channel_shows_that_channel() {
    let cast = Cast::start().await;
    let mut device = cast.connected_device("cam", None).await;
    cast.device("other", None).await;
    for channel in [0, 1] {
        let alarm = json!({ "channel": channel, "timestamp": 1, "type": 3, "state": "start", "desc": "" });
        device.call("AlarmNotify", alarm).await;
    }
    device.event("BatteryChange", json!({ "battery": 50 })).await;
    device
        .keepalive(json!([{ "channel": 0, "state": 1 }, { "channel": 1, "state": 1 }]))
        .await;
    cast.grant(json!([{ "login_code": "cam", "channel": 1, "permissions": ["see_live"] }]))
        .await;

    let (_, list) = cast.get("guest", "/api/v1/devices").await;
    assert_eq!(each(&list, "login_code"), ["cam"]);
    let (_, shown) = cast.get("guest", "/api/v1/devices/cam").await;
    assert_eq!(shown["channels"].as_array().unwrap().len(), 1);
    assert_eq!(shown["channels"][0]["channel"], 1);
    assert_eq!(shown["permissions"], json!(["view"]));
    assert_eq!(shown["channels"][0]["permissions"], json!(["view", "see_live"]));
    assert_eq!(
        (shown.get("address"), &shown["permissions"]),
        (None, &json!(["view"])),
        "no more than that there is the device"
    );
    let (_, events) = cast.get("guest", "/api/v1/devices/cam/events").await;
    assert_eq!(each(&events, "channel"), ["1"]);
    let (_, all) = cast.get("vera", "/api/v1/devices/cam/events").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    let live = |channel: &'static str| format!("/api/v1/devices/cam/channels/{channel}/live");
    let other = cast.post("guest", &live("0"), json!({})).await;
    assert_eq!(refusal(&other), (404, "no_such_channel"));
    let nonsense = cast.post("guest", &live("x"), json!({})).await;
    assert_eq!(refusal(&nonsense), (400, "bad_request"));
    let path = live("1");
    let asked = cast.post("guest", &path, json!({}));
    let (_, request) = tokio::join!(
        async { tokio::time::timeout(std::time::Duration::from_secs(1), asked).await },
        device.receive()
    );
    assert_eq!(
        (&request["req"], &request["params"]["channel"]),
        (&json!("LivePublish"), &json!(1))
    );
}

#[tokio::test]
async fn who_runs_the_cloud_sees_pictures_only_while_the_tenant_lets_him_in() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let live = "/api/v1/devices/cam/channels/0/live";
    let support = format!("/api/v1/tenants/{}/support", cast.acme);
    assert_eq!(cast.get("root", "/api/v1/devices/cam").await.0, StatusCode::OK);
    assert_eq!(refusal(&cast.post("root", live, json!({})).await), (403, "forbidden"));
    // Nor does he get there by taking it away.
    let release = "/api/v1/devices/cam/release";
    assert_eq!(
        refusal(&cast.post("root", release, json!({})).await),
        (403, "forbidden")
    );
    assert_eq!(
        refusal(&cast.delete("root", "/api/v1/devices/cam").await),
        (403, "forbidden")
    );
    for who in ["root", "adam"] {
        let answer = cast.call(who, Method::PUT, &support, json!({ "hours": 1 })).await;
        assert_eq!(refusal(&answer), (403, "forbidden"), "{who}");
    }
    for hours in [0, 169] {
        let answer = cast
            .call("olga", Method::PUT, &support, json!({ "hours": hours }))
            .await;
        assert_eq!(refusal(&answer), (400, "bad_request"), "{hours}");
    }
    let (status, tenant) = cast.call("olga", Method::PUT, &support, json!({ "hours": 2 })).await;
    assert_eq!(status, StatusCode::OK);
    assert!(tenant["support_until"].is_string());
    assert_eq!(
        refusal(&cast.post("root", live, json!({})).await),
        (409, "device_offline")
    );
    let members = format!("/api/v1/tenants/{}/members", cast.acme);
    assert_eq!(
        cast.get("root", &members).await.0,
        StatusCode::FORBIDDEN,
        "people are the tenant's"
    );
    cast.delete("olga", &support).await;
    assert_eq!(refusal(&cast.post("root", live, json!({})).await), (403, "forbidden"));
    cast.call("olga", Method::PUT, &support, json!({ "hours": 2 })).await;
    assert_eq!(cast.post("root", release, json!({})).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_grant_on_a_device_takes_it_away_from_nobody() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    cast.grant(json!([{ "login_code": "cam", "permissions": ["configure"] }]))
        .await;
    let renamed = cast
        .patch("guest", "/api/v1/devices/cam", json!({ "name": "Gate" }))
        .await;
    assert_eq!(renamed.0, StatusCode::OK);
    let deleted = cast.delete("guest", "/api/v1/devices/cam").await;
    assert_eq!(refusal(&deleted), (403, "forbidden"));
    let released = cast.post("guest", "/api/v1/devices/cam/release", json!({})).await;
    assert_eq!(refusal(&released), (403, "forbidden"));
    assert_eq!(cast.get("olga", "/api/v1/devices/cam").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_device_comes_where_its_maker_may_put_it() {
    let cast = Cast::start().await;
    // The only tenant that it can be.
    let (_, made) = cast.post("adam", "/api/v1/devices", json!({ "login_code": "a" })).await;
    assert_eq!(
        (&made["tenant"]["name"], &made["stocked"]),
        (&json!("Acme"), &json!(false))
    );
    // Who runs the cloud and belongs to no tenant fills the stock, which tenants do not see.
    let (_, made) = cast.post("root", "/api/v1/devices", json!({ "login_code": "s" })).await;
    assert_eq!((made.get("tenant"), &made["stocked"]), (None, &json!(true)));
    assert_eq!(cast.get("olga", "/api/v1/devices/s").await.0, StatusCode::NOT_FOUND);
    // It may hang on somebody's wall all the same: nobody looks through it.
    let live = cast.post("root", "/api/v1/devices/s/channels/0/live", json!({})).await;
    assert_eq!(refusal(&live), (403, "forbidden"));
    let called = cast
        .post("root", "/api/v1/devices/s/rpc", json!({ "method": "DevInfo" }))
        .await;
    assert_eq!(refusal(&called), (403, "forbidden"));
    let (_, list) = cast.get("olga", "/api/v1/devices").await;
    assert_eq!(each(&list, "login_code"), ["a"]);
    for (who, there) in [("root", vec!["s"]), ("olga", vec![])] {
        let (_, stock) = cast.get(who, "/api/v1/devices?unassigned=true").await;
        assert_eq!(each(&stock, "login_code"), there, "{who}");
    }
    // In stock there are no groups.
    let group = cast.group("Site", None).await;
    let sorted = cast
        .patch("root", "/api/v1/devices/s", json!({ "group_id": group }))
        .await;
    assert_eq!(refusal(&sorted), (404, "no_such_group"));
    // A member may sort what he may configure only into where he may configure.
    cast.grant(json!([{ "group_id": group, "permissions": ["configure"] }]))
        .await;
    let (status, made) = cast
        .post("guest", "/api/v1/devices", json!({ "login_code": "g", "group": group }))
        .await;
    assert_eq!((status, &made["group_id"]), (StatusCode::CREATED, &json!(group)));
    let moved = cast
        .patch("guest", "/api/v1/devices/g", json!({ "group_id": null }))
        .await;
    assert_eq!(refusal(&moved), (403, "forbidden"));
    let added = cast.post("guest", "/api/v1/devices", json!({})).await;
    assert_eq!(refusal(&added), (403, "forbidden"));
    let (_, moved) = cast
        .patch("adam", "/api/v1/devices/g", json!({ "group_id": null }))
        .await;
    assert_eq!(moved.get("group_id"), None);
    assert_eq!(cast.get("guest", "/api/v1/devices/g").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_belongs_to_two_tenants_keeps_them_apart() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    let which = cast.post("dora", "/api/v1/devices", json!({ "login_code": "x" })).await;
    assert_eq!(refusal(&which), (400, "tenant_needed"));
    for (code, tenant) in [("one", cast.acme), ("two", cast.bolt)] {
        let body = json!({ "login_code": code, "tenant": tenant });
        assert_eq!(cast.post("dora", "/api/v1/devices", body).await.0, StatusCode::CREATED);
    }
    let listed = |path: String| {
        let cast = &cast;
        async move { each(&cast.get("dora", &path).await.1, "login_code") }
    };
    assert_eq!(listed("/api/v1/devices".into()).await, ["one", "two"]);
    assert_eq!(listed(format!("/api/v1/devices?tenant={}", cast.bolt)).await, ["two"]);
    for who in ["olga", "boris"] {
        let seen = each(&cast.get(who, "/api/v1/devices").await.1, "login_code");
        assert_eq!(seen, [if who == "olga" { "one" } else { "two" }]);
    }
    // A group of one takes no device of the other.
    let moved = cast
        .patch("dora", "/api/v1/devices/two", json!({ "group_id": group }))
        .await;
    assert_eq!(refusal(&moved), (404, "no_such_group"));
    let parent = cast
        .post(
            "dora",
            &format!("/api/v1/tenants/{}/groups", cast.bolt),
            json!({ "name": "x", "parent_id": group }),
        )
        .await;
    assert_eq!(refusal(&parent), (404, "no_such_group"));
    let members = format!("/api/v1/tenants/{}/members/{}", cast.bolt, cast.id("vera"));
    let stranger = cast.patch("dora", &members, json!({ "role": "admin" })).await;
    assert_eq!(refusal(&stranger), (404, "no_such_member"));
}

/// Sends the head of a request; the cloud has let it in and waits for the body.
async fn let_in(cast: &Cast, who: &str, request: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(cast.app.authority()).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nHost: cloud\r\nAuthorization: Bearer {who}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn who_loses_his_rights_while_he_still_sends_is_refused() {
    let cast = Cast::start().await;
    let user = |who: &str| format!("/api/v1/users/{}", cast.id(who));
    let disable = r#"{"disabled":true}"#;
    let group = r#"{"name":"Yard"}"#;
    let groups = format!("POST /api/v1/tenants/{}/groups", cast.acme);
    let by_root = let_in(&cast, "root", &format!("PATCH {}", user("vera")), disable).await;
    let by_adam = let_in(&cast, "adam", &groups, group).await;
    let by_dora = let_in(&cast, "dora", &groups, group).await;
    let by_olga = let_in(&cast, "olga", &groups, group).await;

    cast.patch("admin", &user("root"), json!({ "platform_admin": false }))
        .await;
    let adam = format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id("adam"));
    cast.patch("olga", &adam, json!({ "role": "viewer" })).await;
    cast.patch("admin", &user("dora"), json!({ "disabled": true })).await;

    for (stream, body, expected) in [
        (by_root, disable, "HTTP/1.1 403 "),
        (by_adam, group, "HTTP/1.1 403 "),
        (by_dora, group, "HTTP/1.1 401 "),
        (by_olga, group, "HTTP/1.1 201 "),
    ] {
        let answer = exchange(stream, body).await;
        assert!(answer.starts_with(expected), "{answer}");
    }
    assert_eq!(cast.get("vera", "/api/v1/me").await.0, StatusCode::OK);
}
