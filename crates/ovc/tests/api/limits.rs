//! Whoever asks for too much is told so, and what to do.

use crate::app::{LIMIT, TestApp};
use crate::tls::exchange;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.authority()).await.unwrap()
}

#[tokio::test]
async fn long_heads_are_refused_first_and_later() {
    let app = TestApp::start_with(|config| config.limits.max_head = bytesize::ByteSize::kib(16)).await;
    let request = |head: usize| {
        format!(
            "GET /healthz HTTP/1.1\r\nHost: cloud\r\nX-Long: {}\r\nConnection: close\r\n\r\n",
            "x".repeat(head)
        )
    };
    let fine = exchange(connect(&app).await, &request(12_000)).await;
    assert!(fine.starts_with("HTTP/1.1 200 "), "{fine}");
    let refused = exchange(connect(&app).await, &request(17_000)).await;
    assert!(refused.starts_with("HTTP/1.1 431 "), "{refused}");
    for header in [
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: ",
        "X-Frame-Options: DENY",
    ] {
        assert!(refused.contains(header), "{refused}");
    }
    let twice = format!("GET /healthz HTTP/1.1\r\nHost: cloud\r\n\r\n{}", request(40_000));
    let refused = exchange(connect(&app).await, &twice).await;
    assert!(refused.starts_with("HTTP/1.1 200 "), "{refused}");
    assert!(refused.contains("HTTP/1.1 431 "), "{refused}");
}

#[tokio::test]
async fn long_bodies_are_refused_with_the_configured_length() {
    let app = TestApp::start_with(|config| config.limits.max_body = bytesize::ByteSize::kib(1)).await;
    let long = json!({ "name": "x".repeat(2000) });
    let (status, error) = app.post("/api/v1/devices", long).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"))
    );
}

#[tokio::test]
async fn strangers_of_one_address_get_so_many_connections_and_those_who_logged_in_more() {
    let app = TestApp::start_with(|config| config.limits.connections_per_address = 4).await;
    // The one that logged in is known from its next request on.
    assert_eq!(app.get("/api/v1/me").await.0, StatusCode::OK);
    let mut strangers = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(&app).await;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: cloud\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        strangers.push(stream);
    }
    let refused = exchange(connect(&app).await, "").await;
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    assert!(
        refused.contains("Retry-After: 5\r\n") && refused.contains("log in"),
        "{refused}"
    );
    assert_eq!(app.get("/api/v1/me").await.0, StatusCode::OK);
    // One of them logs in: there is room for another.
    let hello = format!(
        "GET /api/v1/me HTTP/1.1\r\nHost: cloud\r\nAuthorization: Bearer {}\r\n\r\n",
        app.token
    );
    strangers[0].write_all(hello.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("\"username\"") {
        tokio::time::timeout(LIMIT, strangers[0].read_buf(&mut answer))
            .await
            .unwrap()
            .unwrap();
    }
    let healthz = "GET /healthz HTTP/1.1\r\nHost: cloud\r\nConnection: close\r\n\r\n";
    let welcome = exchange(connect(&app).await, healthz).await;
    assert!(welcome.starts_with("HTTP/1.1 200 "), "{welcome}");
}

#[tokio::test]
async fn a_user_who_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::start_with(|config| {
        config.limits.requests_per_second = 1;
        config.limits.request_burst = 5;
    })
    .await;
    for _ in 0..5 {
        assert_eq!(app.get("/api/v1/me").await.0, StatusCode::OK);
    }
    let refused = app.request(Method::GET, "/api/v1/me").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    let error: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(error["error"]["code"], "too_many_requests");
    let stranger = app.bare(Method::GET, "/api/v1/me").send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "others are not held up");
}

#[tokio::test]
async fn a_device_that_talks_too_much_is_disconnected_and_told_why() {
    let app = TestApp::start_with(|config| {
        config.gateway.messages_per_second = 2;
        config.gateway.message_burst = 10;
        config.gateway.bytes_per_second = bytesize::ByteSize::kib(1);
        config.gateway.byte_burst = bytesize::ByteSize::mib(1);
    })
    .await;
    let mut device = app.connected_device("chatty").await;
    for _ in 0..10 {
        device.event("Sunrise", json!({})).await;
    }
    device.event("Sunrise", json!({})).await;
    assert_eq!(
        device.closed().await,
        Some((1008, "more than 2 messages a second".into()))
    );
    let mut device = app.connected_device("wordy").await;
    device.event("Sunrise", json!({ "words": "x".repeat(600_000) })).await;
    device.event("Sunrise", json!({ "words": "x".repeat(600_000) })).await;
    assert_eq!(
        device.closed().await,
        Some((1008, "more than 1024 bytes a second".into()))
    );
}

#[tokio::test]
async fn a_tenant_has_so_many_devices_and_no_more() {
    let app = TestApp::start_with(|config| config.limits.max_devices_per_tenant = 2).await;
    app.add_device("first").await;
    app.add_device("second").await;
    let (status, error) = app.post("/api/v1/devices", json!({ "login_code": "third" })).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("too_many_devices"))
    );
    let removed = app
        .request(Method::DELETE, "/api/v1/devices/first")
        .send()
        .await
        .unwrap();
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    app.add_device("third").await;
}

#[tokio::test]
async fn a_tenant_has_so_many_streams_at_once_and_no_more() {
    let app = TestApp::start_with(|config| config.limits.max_streams_per_tenant = 1).await;
    let mut first = app.connected_device("first").await;
    let _second = app.connected_device("second").await;
    let open = |code: &str| {
        let path = format!("/api/v1/devices/{code}/channels/0/live");
        app.request(Method::POST, &path).json(&json!({})).send()
    };
    let opening = tokio::spawn(open("first"));
    // The stream is wanted once its device is asked for it.
    assert_eq!(first.receive().await["req"], "LivePublish");
    let refused = open("second").await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let error: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(error["error"]["code"], "too_many_streams");
    opening.abort();
}
