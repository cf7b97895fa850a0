use crate::app::TestApp;
use crate::device::ScriptedDevice;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn refused(url: &str) -> (u16, Option<u64>, String) {
    let refused = ScriptedDevice::try_connect(url).await.err().expect("a refusal");
    (
        refused.status,
        refused.retry_after,
        refused.body["info"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_login_without_what_it_needs_is_refused_with_400() {
    let app = TestApp::start().await;
    let base = format!("ws://{}/ovc", app.authority());
    for (query, names) in [
        ("", "login_code"),
        ("?login_passwd=x", "login_code"),
        ("?login_code=&login_passwd=x", "login_code"),
        ("?login_code=a%20b&login_passwd=x", "login_code"),
        ("?login_code=a", "login_passwd"),
        ("?login_code=a&login_passwd=%ff", "login_passwd"),
        ("?login_code=a&login_passwd=x&reconnect=2", "reconnect"),
    ] {
        let (status, _, info) = refused(&format!("{base}{query}")).await;
        assert_eq!(status, 400, "{query}");
        assert!(info.contains(names), "{query}: {info}");
    }
    let long = format!("{base}?login_code={}&login_passwd=x", "a".repeat(65));
    assert_eq!(refused(&long).await.0, 400);
}

#[tokio::test]
async fn an_unknown_device_and_a_wrong_password_look_the_same() {
    let app = TestApp::start().await;
    app.add_device("cam").await;
    let wrong = refused(&app.dap_url("cam", "wrong")).await;
    assert_eq!(wrong.0, 401);
    assert_eq!(refused(&app.dap_url("nobody", "wrong")).await, wrong);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_device_and_for_the_address() {
    let app = TestApp::start_with(|config| {
        config.gateway.failures_per_device = 3;
        config.gateway.failures_per_address = 5;
        config.gateway.failure_forgiveness = std::time::Duration::from_secs(60);
    })
    .await;
    let passwd = app.add_device("cam").await;
    let home_passwd = app.add_device("home").await;
    ScriptedDevice::connect(&app.dap_url("home", &home_passwd)).await;
    for _ in 0..3 {
        assert_eq!(refused(&app.dap_url("cam", "guess")).await.0, 401);
        assert_eq!(
            ScriptedDevice::try_connect(&app.dap_url("home", &home_passwd))
                .await
                .err(),
            None
        );
    }
    let (status, retry_after, _) = refused(&app.dap_url("cam", &passwd)).await;
    assert_eq!(status, 429);
    assert!((1..=60).contains(&retry_after.unwrap()));
    // Nor do its neighbours' guesses lock out a device where it is at home: only guesses at it from there do.
    for _ in 0..2 {
        assert_eq!(refused(&app.dap_url("home", "guess")).await.0, 401);
    }
    let (status, retry_after, _) = refused(&app.dap_url("nobody", "guess")).await;
    assert_eq!(status, 429, "the address itself has guessed too often");
    assert!(retry_after.is_some());
    ScriptedDevice::connect(&app.dap_url("home", &home_passwd)).await;
    assert_eq!(refused(&app.dap_url("home", "guess")).await.0, 401);
    assert_eq!(refused(&app.dap_url("home", &home_passwd)).await.0, 429);
}

#[tokio::test]
async fn a_full_cloud_says_when_to_come_back() {
    let app = TestApp::start_with(|config| config.gateway.max_devices = 1).await;
    let one = app.add_device("one").await;
    let _first = ScriptedDevice::connect(&app.dap_url("one", &one)).await;
    let passwd = app.add_device("two").await;
    let (status, retry_after, _) = refused(&app.dap_url("two", &passwd)).await;
    assert_eq!((status, retry_after), (503, Some(30)));
    // A device that comes back before its old connection is gone finds its place.
    ScriptedDevice::connect(&app.dap_url("one", &one)).await;
}

#[tokio::test]
async fn the_later_login_takes_over() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut first = ScriptedDevice::connect(&app.dap_url("cam", &passwd)).await;
    let call = app.post("/api/v1/devices/cam/rpc", json!({ "method": "DevInfo" }));
    let takeover = async {
        assert_eq!(first.receive().await["req"], "DevInfo");
        let second = ScriptedDevice::connect(&(app.dap_url("cam", &passwd) + "&reconnect=1")).await;
        (first.closed().await, second)
    };
    let ((status, error), (closed, mut second)) = tokio::join!(call, takeover);
    assert_eq!(
        (status.as_u16(), &error["error"]["code"]),
        (409, &json!("device_disconnected"))
    );
    assert_eq!(closed, Some((4001, "replaced".into())));
    second.keepalive(json!([])).await;
    assert_eq!(app.get("/api/v1/devices/cam").await.1["presence"], "online");
}

/// What comes back for these bytes, until the connection ends.
async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(app.authority()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(crate::app::LIMIT, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn what_is_no_websocket_is_told_so() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let plain = format!("GET /ovc?login_code=cam&login_passwd={passwd} HTTP/1.1\r\nHost: x\r\n\r\n");
    let answer = raw(&app, plain.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 426 ") && answer.contains("Upgrade: websocket"),
        "{answer}"
    );
    let old = format!(
        "GET /ovc?login_code=cam&login_passwd={passwd} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    assert!(raw(&app, old.as_bytes()).await.starts_with("HTTP/1.1 426 "));
    let huge = format!("GET /ovc?login_code={} HTTP/1.1\r\n", "a".repeat(17_000));
    assert!(raw(&app, huge.as_bytes()).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn messages_right_behind_the_upgrade_are_not_lost() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let mut request = format!(
        "GET /ovc?login_code=cam&login_passwd={passwd} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes();
    ws::encode_text(&mut request, r#"{"req":"GetServerInfo","seq":1}"#, Some([1, 2, 3, 4]));
    ws::encode_close(&mut request, 1000, "", Some([1, 2, 3, 4]));
    let mut stream = tokio::net::TcpStream::connect(app.authority()).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer);
    assert!(text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{text}");
    let json = &text[text.find('{').unwrap()..=text.rfind('}').unwrap()];
    let answer: Value = serde_json::from_str(json).unwrap();
    assert_eq!(answer, json!({ "seq": 1, "resp": { "hb_interval": 10 } }));
}
