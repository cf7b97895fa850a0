//! Behind a proxy: who asks is whom the proxy names, and nobody else can pretend to be one.

use crate::app::{PASSWORD, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

async fn log_in_from(app: &TestApp, from: &str, password: &str) -> reqwest::Response {
    app.bare(Method::POST, "/api/v1/login")
        .header("x-forwarded-for", from)
        .header("x-forwarded-proto", "https")
        .json(&json!({ "username": "admin", "password": password }))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn failed_logins_count_for_whom_a_trusted_proxy_names() {
    let app = TestApp::start_with(|config| {
        config.http.trusted_proxies = ["127.0.0.0/8".parse().unwrap()].into_iter().collect();
        config.account.failures_per_address = 2;
    })
    .await;
    for _ in 0..2 {
        let wrong = log_in_from(&app, "198.51.100.7", "wrong").await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    let throttled = log_in_from(&app, "198.51.100.7", PASSWORD).await;
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = log_in_from(&app, "198.51.100.8", PASSWORD).await;
    assert_eq!(other.status(), StatusCode::OK);
    assert!(other.headers()["set-cookie"].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn what_strangers_say_of_themselves_is_not_believed() {
    let app = TestApp::start_with(|config| config.account.failures_per_user = 2).await;
    for n in 0..2 {
        let wrong = log_in_from(&app, &format!("198.51.100.{n}"), "wrong").await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    let throttled = log_in_from(&app, "198.51.100.9", PASSWORD).await;
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    let app = TestApp::start().await;
    let plain = log_in_from(&app, "198.51.100.9", PASSWORD).await;
    assert!(!plain.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
}

#[tokio::test]
async fn a_page_behind_a_proxy_is_a_page_of_ours() {
    let app = TestApp::start_with(|config| {
        config.http.trusted_proxies = ["127.0.0.1/32".parse().unwrap()].into_iter().collect();
    })
    .await;
    let cookie = format!("ovc_session={}", app.token);
    let add = |origin: &str, host: &str| {
        app.bare(Method::POST, "/api/v1/devices")
            .header("cookie", &cookie)
            .header("origin", origin)
            .header("x-forwarded-host", host)
            .header("x-forwarded-proto", "https")
            .json(&json!({}))
            .send()
    };
    let own = add("https://cloud.example", "cloud.example").await.unwrap();
    assert_eq!(own.status(), StatusCode::CREATED);
    let backend = format!("http://{}", app.authority());
    for (origin, host) in [
        ("https://evil.example", "cloud.example"),
        (backend.as_str(), "cloud.example"),
        ("http://cloud.example", "cloud.example"),
    ] {
        let foreign = add(origin, host).await.unwrap();
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN, "{origin}");
    }
}
