use crate::cast::{Cast, each, refusal};
use reqwest::StatusCode;
use serde_json::{Value, json};

impl Cast {
    fn member_path(&self, who: &str) -> String {
        format!("/api/v1/tenants/{}/members/{}", self.acme, self.id(who))
    }

    async fn change_member(&self, by: &str, who: &str, change: Value) -> (StatusCode, Value) {
        self.patch(by, &self.member_path(who), change).await
    }
}

#[tokio::test]
async fn people_of_a_tenant_are_listed_with_what_they_may_do() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    cast.grant(json!([{
        "login_code": "cam", "channel": 1, "permissions": ["see_live", "see_recordings"],
        "recordings_from": "2026-11-01T00:00:00Z", "recordings_to": "2026-12-01T01:00:00+01:00",
    }]))
    .await;
    let (_, list) = cast
        .get("adam", &format!("/api/v1/tenants/{}/members", cast.acme))
        .await;
    assert_eq!(
        each(&list, "username"),
        ["olga", "adam", "otto", "vera", "guest", "dora"]
    );
    assert_eq!(
        each(&list, "role"),
        ["owner", "admin", "operator", "viewer", "viewer", "admin"]
    );
    assert_eq!(
        each(&list, "everywhere"),
        ["true", "true", "true", "true", "false", "true"]
    );
    assert_eq!(
        list["items"][4]["grants"],
        json!([{
            "login_code": "cam", "channel": 1, "permissions": ["see_live", "see_recordings"],
            "recordings_from": "2026-11-01T00:00:00Z", "recordings_to": "2026-12-01T00:00:00Z",
        }])
    );
}

#[tokio::test]
async fn a_grant_must_make_sense() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    cast.device("cam", Some(group)).await;
    cast.post("boris", "/api/v1/devices", json!({ "login_code": "theirs" }))
        .await;
    for grant in [
        json!({ "permissions": ["view"] }),
        json!({ "group_id": group, "login_code": "cam", "permissions": ["view"] }),
        json!({ "group_id": group, "channel": 1, "permissions": ["view"] }),
        json!({ "group_id": 999, "permissions": ["view"] }),
        json!({ "login_code": "theirs", "permissions": ["view"] }),
        json!({ "login_code": "no such", "permissions": ["view"] }),
        json!({ "group_id": group, "permissions": ["manage_tenant"] }),
        json!({ "group_id": group, "permissions": ["view"], "recordings_from": "yesterday" }),
        json!({ "group_id": group, "permissions": ["view"], "recordings_from": "2026-02-01T00:00:00Z",
                "recordings_to": "2026-01-01T00:00:00Z" }),
    ] {
        let answer = cast.change_member("olga", "guest", json!({ "grants": [grant] })).await;
        assert_eq!(refusal(&answer), (400, "bad_grant"), "{grant}");
    }
    let many = vec![json!({ "group_id": group, "permissions": [] }); 201];
    let answer = cast.change_member("olga", "guest", json!({ "grants": many })).await;
    assert_eq!(refusal(&answer), (400, "bad_grant"));
}

#[tokio::test]
async fn nobody_gives_or_takes_more_than_he_has() {
    let cast = Cast::start().await;
    for (by, who, change) in [
        ("adam", "vera", json!({ "role": "owner" })),
        ("adam", "adam", json!({ "role": "owner" })),
        ("adam", "olga", json!({ "role": "viewer" })),
    ] {
        let answer = cast.change_member(by, who, change).await;
        assert_eq!(refusal(&answer), (403, "too_much"), "{by} {who}");
    }
    assert_eq!(
        refusal(&cast.delete("adam", &cast.member_path("olga")).await),
        (403, "too_much")
    );
    for by in ["otto", "vera", "guest"] {
        let answer = cast.change_member(by, by, json!({ "role": "admin" })).await;
        assert_eq!(refusal(&answer), (403, "forbidden"), "{by}");
    }
    let (status, changed) = cast.change_member("adam", "vera", json!({ "role": "admin" })).await;
    assert_eq!((status, &changed["role"]), (StatusCode::OK, &json!("admin")));
    let (status, changed) = cast
        .change_member("adam", "guest", json!({ "role": "operator", "everywhere": true }))
        .await;
    assert_eq!((status, &changed["everywhere"]), (StatusCode::OK, &json!(true)));
    // An admin is one everywhere.
    let (_, changed) = cast
        .change_member("olga", "guest", json!({ "role": "admin", "everywhere": false }))
        .await;
    assert_eq!(changed["everywhere"], true);
    let nobody = cast
        .patch("olga", &format!("/api/v1/tenants/{}/members/999", cast.acme), json!({}))
        .await;
    assert_eq!(refusal(&nobody), (404, "no_such_member"));
}

#[tokio::test]
async fn what_is_taken_away_is_gone_at_once() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    assert_eq!(cast.get("vera", "/api/v1/devices/cam").await.0, StatusCode::OK);
    cast.change_member("olga", "vera", json!({ "everywhere": false })).await;
    assert_eq!(cast.get("vera", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
    let (status, _) = cast.delete("adam", &cast.member_path("otto")).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, me) = cast.get("otto", "/api/v1/me").await;
    assert_eq!((status, &me["tenants"]), (StatusCode::OK, &json!([])), "still a user");
    assert_eq!(cast.get("otto", "/api/v1/devices/cam").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn everybody_may_leave_but_the_last_owner() {
    let cast = Cast::start().await;
    let other = cast.delete("vera", &cast.member_path("guest")).await;
    assert_eq!(refusal(&other), (403, "forbidden"));
    let (status, _) = cast.delete("vera", &cast.member_path("vera")).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for answer in [
        cast.delete("olga", &cast.member_path("olga")).await,
        cast.change_member("olga", "olga", json!({ "role": "admin" })).await,
        cast.delete("root", &format!("/api/v1/users/{}", cast.id("olga"))).await,
    ] {
        assert_eq!(refusal(&answer), (409, "last_owner"));
    }
    cast.change_member("olga", "adam", json!({ "role": "owner" })).await;
    let (status, changed) = cast.change_member("olga", "olga", json!({ "role": "viewer" })).await;
    assert_eq!((status, &changed["role"]), (StatusCode::OK, &json!("viewer")));
}

#[tokio::test]
async fn a_device_that_is_removed_takes_the_grants_on_it_along() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    cast.grant(json!([{ "login_code": "cam", "permissions": ["see_live"] }]))
        .await;
    assert_eq!(cast.get("guest", "/api/v1/devices/cam").await.0, StatusCode::OK);
    cast.delete("olga", "/api/v1/devices/cam").await;
    cast.device("cam", None).await;
    assert_eq!(
        cast.get("guest", "/api/v1/devices/cam").await.0,
        StatusCode::NOT_FOUND,
        "another device with the same code"
    );
}
