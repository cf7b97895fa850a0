//! Devices and players that come on a connection which carried other requests before, as through some proxies.

use crate::app::{LIMIT, TestApp};
use crate::device::ScriptedDevice;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection on which a request was answered already.
pub(crate) async fn used(app: &TestApp) -> TcpStream {
    let mut stream = TcpStream::connect(app.authority()).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: cloud\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nok\n") {
        let byte = tokio::time::timeout(LIMIT, stream.read_u8()).await.unwrap().unwrap();
        answer.push(byte);
    }
    stream
}

#[tokio::test]
async fn a_device_logs_in_on_a_used_connection() {
    let app = TestApp::start().await;
    let passwd = app.add_device("cam").await;
    let url = app.dap_url("cam", &passwd);
    let mut device = ScriptedDevice::over(Box::new(used(&app).await), &url).await.unwrap();
    device.keepalive(serde_json::json!([])).await;
    let (_, seen) = app.get("/api/v1/devices/cam").await;
    assert_eq!(seen["presence"], "online", "{seen}");
    let url = app.dap_url("cam", "wrong");
    let refused = ScriptedDevice::over(Box::new(used(&app).await), &url)
        .await
        .err()
        .unwrap();
    assert_eq!(refused.status, 401);
    assert!(refused.body["info"].is_string(), "{refused:?}");
}

#[tokio::test]
async fn a_player_is_told_what_is_wrong_on_a_used_connection() {
    let app = TestApp::start().await;
    let url = format!("ws://{}/live/abc.mp4?token=x", app.authority());
    let refused = ScriptedDevice::over(Box::new(used(&app).await), &url)
        .await
        .err()
        .unwrap();
    assert_eq!(
        (refused.status, &refused.body["error"]["code"]),
        (403, &"bad_token".into())
    );
}
