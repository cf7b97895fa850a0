//! Somebody who looks at a device's messages.

use crate::app::LIMIT;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) struct Watcher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) hello: Value,
}

impl Watcher {
    /// Begins to look; or the status and error code of the refusal.
    pub(crate) async fn open(
        authority: &str,
        code: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, String)> {
        let url = format!("ws://{authority}/api/v1/devices/{code}/protocol");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let socket = match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(tungstenite::Error::Http(response)) => {
                let body: Value = serde_json::from_slice(response.body().as_deref().unwrap()).unwrap();
                let code = body["error"]["code"].as_str().unwrap().to_owned();
                return Err((response.status().as_u16(), code));
            }
            Err(error) => panic!("{error}"),
        };
        let mut watcher = Self {
            socket,
            hello: Value::Null,
        };
        watcher.hello = watcher.next().await;
        assert_eq!(watcher.hello["type"], "hello");
        Ok(watcher)
    }

    /// The same with a session's token.
    pub(crate) async fn of(authority: &str, code: &str, token: &str) -> Result<Self, (u16, String)> {
        Self::open(authority, code, &[("authorization", &format!("Bearer {token}"))]).await
    }

    async fn message(&mut self) -> Message {
        let message = tokio::time::timeout(LIMIT, self.socket.next())
            .await
            .expect("a message in time");
        message.expect("an open connection").unwrap()
    }

    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next of this type.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let told = self.next().await;
            if told["type"] == kind {
                return told;
            }
        }
    }

    /// The next thing that passed: direction, kind, text.
    pub(crate) async fn passed(&mut self) -> (String, String, String) {
        let told = self.next_of("message").await;
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        (text("direction"), text("kind"), text("text"))
    }

    /// The code that it was closed with.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.unwrap().code.into();
            }
        }
    }

    pub(crate) async fn say(&mut self, what: Value) {
        self.socket.send(Message::text(what.to_string())).await.unwrap();
    }

    /// Sends a text to the device as it is; what came of it.
    pub(crate) async fn send(&mut self, text: &str) {
        self.say(json!({ "type": "send", "text": text })).await;
    }
}
