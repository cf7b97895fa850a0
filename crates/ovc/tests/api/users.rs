use crate::cast::{Cast, each, refusal};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn who_runs_the_cloud_finds_every_user() {
    let cast = Cast::start().await;
    let (_, page) = cast.get("root", "/api/v1/users?query=O").await;
    assert_eq!(each(&page, "username"), ["root", "olga", "otto", "boris", "dora"]);
    assert_eq!(
        page["items"][1]["tenants"],
        json!([{ "id": cast.acme, "name": "Acme", "role": "owner" }])
    );
    let (_, page) = cast.get("root", "/api/v1/users?page=2").await;
    assert_eq!((&page["items"], &page["total"]), (&json!([]), &json!(9)));
    assert_eq!(
        cast.get("root", "/api/v1/users?page=0").await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_user_who_is_disabled_is_out_at_once_and_for_good() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/users/{}", cast.id("vera"));
    assert_eq!(cast.get("vera", "/api/v1/me").await.0, StatusCode::OK);
    let (_, user) = cast.patch("root", &path, json!({ "disabled": true })).await;
    assert_eq!(user["disabled"], true);
    assert_eq!(cast.get("vera", "/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
    cast.patch("root", &path, json!({ "disabled": false })).await;
    assert_eq!(
        cast.get("vera", "/api/v1/me").await.0,
        StatusCode::UNAUTHORIZED,
        "the session does not come back"
    );
}

#[tokio::test]
async fn sessions_are_ended_for_a_user() {
    let cast = Cast::start().await;
    let (status, _) = cast
        .delete("root", &format!("/api/v1/users/{}/sessions", cast.id("otto")))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(cast.get("otto", "/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(cast.get("vera", "/api/v1/me").await.0, StatusCode::OK);
    for path in ["/api/v1/users/999/sessions", "/api/v1/users/x"] {
        assert_eq!(
            refusal(&cast.delete("root", path).await),
            (404, "no_such_user"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn somebody_keeps_running_the_cloud() {
    let cast = Cast::start().await;
    let path = |who: &str| format!("/api/v1/users/{}", cast.id(who));
    let (_, user) = cast
        .patch("root", &path("admin"), json!({ "platform_admin": false }))
        .await;
    assert_eq!(user["platform_admin"], false);
    assert_eq!(cast.get("admin", "/api/v1/users").await.0, StatusCode::FORBIDDEN);
    for answer in [
        cast.patch("root", &path("root"), json!({ "platform_admin": false }))
            .await,
        cast.patch("root", &path("root"), json!({ "disabled": true })).await,
        cast.delete("root", &path("root")).await,
    ] {
        assert_eq!(refusal(&answer), (409, "last_platform_admin"));
    }
    cast.patch("root", &path("vera"), json!({ "platform_admin": true }))
        .await;
    assert_eq!(cast.delete("vera", &path("root")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(cast.get("root", "/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
}
