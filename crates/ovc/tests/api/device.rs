//! A device that does what a test tells it.

use crate::app::LIMIT;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A connection, over TLS or not.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

pub(crate) struct ScriptedDevice {
    socket: WebSocketStream<Box<dyn Io>>,
    seq: i64,
}

/// A login that was refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Value,
}

impl ScriptedDevice {
    pub(crate) async fn connect(url: &str) -> Self {
        Self::try_connect(url).await.unwrap()
    }

    pub(crate) async fn try_connect(url: &str) -> Result<Self, Refused> {
        let authority = url.split('/').nth(2).unwrap();
        let stream = TcpStream::connect(authority).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(Box::new(stream), url).await
    }

    /// Logs in on a connection that is there already.
    pub(crate) async fn over(stream: Box<dyn Io>, url: &str) -> Result<Self, Refused> {
        let connecting = client_async(url, stream);
        match tokio::time::timeout(LIMIT, connecting)
            .await
            .expect("an answer in time")
        {
            Ok((socket, response)) => {
                assert!(response.headers().get("sec-websocket-protocol").is_none());
                Ok(Self { socket, seq: 0 })
            }
            Err(tungstenite::Error::Http(response)) => {
                let retry_after = response.headers().get("retry-after");
                Err(Refused {
                    status: response.status().as_u16(),
                    retry_after: retry_after.map(|value| value.to_str().unwrap().parse().unwrap()),
                    body: serde_json::from_slice(response.body().as_deref().unwrap()).unwrap(),
                })
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.unwrap();
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Bytes as they are, without framing.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        use tokio::io::AsyncWriteExt as _;
        self.socket.get_mut().write_all(bytes).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(LIMIT, self.socket.next())
                .await
                .expect("a message in time");
            match message.expect("an open connection").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the end: the close code and reason; `None` if there was no close frame.
    pub(crate) async fn closed(&mut self) -> Option<(u16, String)> {
        let mut told = None;
        loop {
            match tokio::time::timeout(LIMIT, self.socket.next())
                .await
                .expect("the end in time")
            {
                Some(Ok(Message::Close(frame))) => {
                    told = frame.map(|frame| (u16::from(frame.code), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return told,
            }
        }
    }

    /// Sends a request; its number.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> i64 {
        self.seq += 1;
        self.send_text(json!({ "req": method, "params": params, "seq": self.seq }).to_string())
            .await;
        self.seq
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Value {
        let seq = self.request(method, params).await;
        let answer = self.receive().await;
        assert_eq!(answer["seq"], seq, "{answer}");
        answer
    }

    pub(crate) async fn keepalive(&mut self, channels: Value) {
        let answer = self
            .call("Keepalive", json!({ "state": 1, "channels": channels }))
            .await;
        assert_eq!(answer["resp"], json!({}));
    }

    pub(crate) async fn event(&mut self, name: &str, params: Value) {
        self.send_text(json!({ "event": name, "params": params }).to_string())
            .await;
    }

    /// Answers the next request with this. The request.
    pub(crate) async fn answer(&mut self, resp: Value) -> Value {
        let request = self.receive().await;
        self.send_text(json!({ "seq": request["seq"], "resp": resp }).to_string())
            .await;
        request
    }

    /// Answers the next request with this error. The request.
    pub(crate) async fn refuse(&mut self, code: i64, msg: &str) -> Value {
        let request = self.receive().await;
        let err = json!({ "code": code, "msg": msg });
        self.send_text(json!({ "seq": request["seq"], "err": err }).to_string())
            .await;
        request
    }

    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
        self.closed().await;
    }
}
