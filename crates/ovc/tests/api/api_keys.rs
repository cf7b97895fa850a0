//! API keys.

use crate::app::answer;
use crate::cast::{Cast, refusal};
use ovc::clock::UnixMs;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A request with this key.
async fn with(cast: &Cast, key: &str, method: Method, path: &str) -> (StatusCode, Value) {
    let request = cast.app.bare(method, path).bearer_auth(key);
    answer(request.json(&json!({})).send().await.unwrap()).await
}

async fn make(cast: &Cast, who: &str, body: Value) -> (StatusCode, Value) {
    cast.post(who, &format!("/api/v1/tenants/{}/keys", cast.acme), body)
        .await
}

fn text(made: &Value) -> &str {
    made["key"].as_str().unwrap()
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_in_its_tenant_alone() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    cast.app.add_device("of-home").await;
    let (status, made) = make(&cast, "adam", json!({ "name": "script", "scopes": ["view"] })).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let key = text(&made);
    assert!(key.starts_with("ovk_") && key.len() > 40);

    let (_, devices) = with(&cast, key, Method::GET, "/api/v1/devices").await;
    let codes: Vec<_> = devices["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| &device["login_code"])
        .collect();
    assert_eq!(codes, ["cam"]);
    assert_eq!(
        with(&cast, key, Method::GET, "/api/v1/devices/cam").await.0,
        StatusCode::OK
    );
    assert_eq!(
        refusal(&with(&cast, key, Method::GET, "/api/v1/devices/of-home").await),
        (404, "no_such_device")
    );
    assert_eq!(
        refusal(&with(&cast, key, Method::POST, "/api/v1/devices/cam/rpc").await),
        (403, "forbidden")
    );
    assert_eq!(
        refusal(&with(&cast, key, Method::DELETE, "/api/v1/devices/cam").await),
        (403, "forbidden")
    );
    let keys = format!("/api/v1/tenants/{}/keys", cast.acme);
    assert_eq!(refusal(&with(&cast, key, Method::GET, &keys).await), (403, "forbidden"));
    let (_, me) = with(&cast, key, Method::GET, "/api/v1/me").await;
    assert_eq!(
        (&me["key"]["name"], &me["platform_admin"]),
        (&json!("script"), &json!(false))
    );
    assert_eq!(
        refusal(&with(&cast, key, Method::GET, "/api/v1/me/sessions").await),
        (403, "not_for_keys")
    );
}

#[tokio::test]
async fn a_key_is_shown_once_and_listed_with_its_use() {
    let cast = Cast::start().await;
    let ends = UnixMs::now().plus(Duration::from_secs(3600)).to_rfc3339();
    let body = json!({ "name": " script ", "scopes": ["view", "see_live"], "expires_at": ends });
    let (_, made) = make(&cast, "olga", body).await;
    let path = format!("/api/v1/tenants/{}/keys", cast.acme);
    let (_, list) = cast.get("adam", &path).await;
    assert!(!list.to_string().contains(text(&made)));
    let listed = &list["items"][0];
    assert_eq!(
        (
            &listed["name"],
            &listed["scopes"],
            &listed["created_by"],
            &listed["expires_at"]
        ),
        (
            &json!("script"),
            &json!(["view", "see_live"]),
            &json!("olga"),
            &json!(ends)
        )
    );
    assert_eq!(listed["last_used_at"], Value::Null);
    with(&cast, text(&made), Method::GET, "/api/v1/me").await;
    let (_, list) = cast.get("adam", &path).await;
    assert!(list["items"][0]["last_used_at"].is_string(), "{list}");
    assert_eq!(cast.get("boris", &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(cast.get("vera", &path).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_key_that_is_removed_is_out_at_once_and_for_good() {
    let cast = Cast::start().await;
    let (_, made) = make(&cast, "adam", json!({ "name": "script", "scopes": ["view"] })).await;
    let (_, kept) = make(&cast, "adam", json!({ "name": "other", "scopes": ["view"] })).await;
    let path = format!("/api/v1/tenants/{}/keys/{}", cast.acme, made["id"]);
    let elsewhere = format!("/api/v1/tenants/{}/keys/{}", cast.bolt, made["id"]);
    assert_eq!(refusal(&cast.delete("boris", &elsewhere).await), (404, "no_such_key"));
    assert_eq!(
        with(&cast, text(&made), Method::GET, "/api/v1/me").await.0,
        StatusCode::OK
    );
    assert_eq!(cast.delete("adam", &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        with(&cast, text(&made), Method::GET, "/api/v1/me").await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(refusal(&cast.delete("adam", &path).await), (404, "no_such_key"));
    let cast = cast.restart().await;
    assert_eq!(
        with(&cast, text(&made), Method::GET, "/api/v1/me").await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        with(&cast, text(&kept), Method::GET, "/api/v1/me").await.0,
        StatusCode::OK,
        "the others stay"
    );
}

#[tokio::test]
async fn nobody_makes_a_key_that_may_do_more_than_he() {
    let cast = Cast::start().await;
    let past = "2020-01-01T00:00:00Z";
    for (who, body, refused) in [
        ("otto", json!({ "name": "k", "scopes": ["view"] }), (403, "forbidden")),
        ("root", json!({ "name": "k", "scopes": ["view"] }), (403, "forbidden")),
        (
            "olga",
            json!({ "name": "k", "scopes": ["manage_tenant"] }),
            (400, "bad_scopes"),
        ),
        (
            "olga",
            json!({ "name": "k", "scopes": ["run_platform"] }),
            (400, "bad_scopes"),
        ),
        ("olga", json!({ "name": "k", "scopes": [] }), (400, "bad_scopes")),
        ("olga", json!({ "name": " ", "scopes": ["view"] }), (400, "bad_name")),
        (
            "olga",
            json!({ "name": "k", "scopes": ["view"], "expires_at": past }),
            (400, "bad_expiry"),
        ),
        (
            "olga",
            json!({ "name": "k", "scopes": ["view"], "expires_at": "soon" }),
            (400, "bad_expiry"),
        ),
    ] {
        assert_eq!(refusal(&make(&cast, who, body.clone()).await), refused, "{who} {body}");
    }
}

#[tokio::test]
async fn a_key_makes_nothing_that_outlives_it() {
    let cast = Cast::start().await;
    let (_, made) = make(
        &cast,
        "olga",
        json!({ "name": "k", "scopes": ["view", "manage_people"] }),
    )
    .await;
    let acme = format!("/api/v1/tenants/{}", cast.acme);
    for (path, body) in [
        ("keys".to_owned(), json!({ "name": "k2", "scopes": ["view"] })),
        ("invitations".to_owned(), json!({ "role": "viewer" })),
        (format!("members/{}/reset_link", cast.id("vera")), json!({})),
    ] {
        let request = cast
            .app
            .bare(Method::POST, &format!("{acme}/{path}"))
            .bearer_auth(text(&made));
        let answer = answer(request.json(&body).send().await.unwrap()).await;
        assert_eq!(refusal(&answer), (403, "not_for_keys"), "{path}");
    }
    let members = with(&cast, text(&made), Method::GET, &format!("{acme}/members")).await;
    assert_eq!(members.0, StatusCode::OK, "it may see them");
}
