//! A cloud that does what a test tells it: one DAP connection at a time, over a real WebSocket.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

/// No step of a test takes longer.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Cloud {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// One device that logged in.
pub(crate) struct Link {
    websocket: WebSocketStream<Box<dyn Socket>>,
    /// What it said in the address.
    pub(crate) query: HashMap<String, String>,
    next_seq: i64,
    /// The Keepalives that came, oldest first, not yet looked at.
    keepalives: Vec<Value>,
    /// All requests and events that came, by name.
    pub(crate) names: Vec<String>,
    events: Vec<(String, Value)>,
    /// The alarms that it told of, oldest first.
    pub(crate) notices: Vec<Value>,
    hb_interval_s: u32,
    /// Where pictures of alarms are to be uploaded.
    pub(crate) picture_url: String,
}

pub(crate) async fn within<T>(what: &str, step: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, step)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing happened in time"))
}

/// TLS under a new certificate for `localhost`, which is also written to `certificate`.
pub(crate) fn acceptor(certificate: &Path) -> TlsAcceptor {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(certificate, issued.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self {
            listener,
            address,
            tls: None,
        }
    }

    /// With TLS under a certificate for `localhost`, which is also written to `certificate`.
    pub(crate) async fn start_tls(certificate: &Path) -> Self {
        let tls = Some(acceptor(certificate));
        Self {
            tls,
            ..Self::start().await
        }
    }

    pub(crate) fn url(&self) -> String {
        match self.tls {
            Some(_) => format!("wss://localhost:{}/ovc", self.address.port()),
            None => format!("ws://{}/ovc", self.address),
        }
    }

    /// Takes the next login and answers GetServerInfo.
    pub(crate) async fn accept(&self) -> Link {
        self.accept_with_heartbeat(1).await
    }

    pub(crate) async fn accept_with_heartbeat(&self, hb_interval_s: u32) -> Link {
        within("login", async {
            let (tcp, _) = self.listener.accept().await.unwrap();
            let socket: Box<dyn Socket> = match &self.tls {
                Some(tls) => Box::new(tls.accept(tcp).await.unwrap()),
                None => Box::new(tcp),
            };
            let mut query = HashMap::new();
            let websocket = tokio_tungstenite::accept_hdr_async(socket, |request: &Request, response: Response| {
                let address = url::Url::parse(&format!("ws://cloud{}", request.uri())).unwrap();
                assert_eq!(address.path(), "/ovc");
                query.extend(address.query_pairs().into_owned());
                Ok(response)
            })
            .await
            .unwrap();
            let mut link = Link {
                websocket,
                query,
                next_seq: 1,
                keepalives: Vec::new(),
                names: Vec::new(),
                events: Vec::new(),
                notices: Vec::new(),
                hb_interval_s,
                picture_url: "http://cloud/picture".to_owned(),
            };
            while link.names.is_empty() {
                link.receive().await;
            }
            assert_eq!(link.names, ["GetServerInfo"], "the first thing a device asks");
            link
        })
        .await
    }

    /// The next device does not trust our certificate.
    pub(crate) async fn refused_by_device(&self) {
        let (tcp, _) = within("connection", self.listener.accept()).await.unwrap();
        let refusal = within("refusal", self.tls.as_ref().unwrap().accept(tcp))
            .await
            .err()
            .unwrap();
        assert!(refusal.to_string().contains("UnknownCA"), "{refusal}");
    }

    /// Refuses the next login.
    pub(crate) async fn refuse(&self, status: u16, info: &str, retry_after_s: Option<u32>) {
        within("login", async {
            let (tcp, _) = self.listener.accept().await.unwrap();
            let outcome = tokio_tungstenite::accept_hdr_async(tcp, |_: &Request, _: Response| {
                let mut refusal = ErrorResponse::new(Some(json!({ "info": info }).to_string()));
                *refusal.status_mut() = status.try_into().unwrap();
                if let Some(seconds) = retry_after_s {
                    refusal.headers_mut().insert("Retry-After", seconds.into());
                }
                Err(refusal)
            })
            .await;
            assert!(outcome.is_err());
        })
        .await;
    }
}

impl Link {
    /// Takes one message; answers what the protocol wants answered. `Some` is the answer to a request of ours.
    async fn receive(&mut self) -> Option<Value> {
        let message = self.websocket.next().await.expect("the device is connected").unwrap();
        self.take(message).await
    }

    async fn take(&mut self, message: Message) -> Option<Value> {
        let Message::Text(text) = message else { return None };
        let message: Value = serde_json::from_str(&text).unwrap();
        if let Some(method) = message.get("req").and_then(Value::as_str) {
            self.names.push(method.to_owned());
            let answer = match method {
                "GetServerInfo" => json!({ "hb_interval": self.hb_interval_s }),
                "Keepalive" => {
                    self.keepalives.push(message["params"].clone());
                    json!({})
                }
                "AlarmNotify" => {
                    self.notices.push(message["params"].clone());
                    json!({ "pic_upload_url": self.picture_url })
                }
                other => panic!("unexpected request {other}"),
            };
            self.send(&json!({ "seq": message["seq"], "resp": answer })).await;
            return None;
        }
        if let Some(event) = message.get("event").and_then(Value::as_str) {
            self.names.push(event.to_owned());
            self.events.push((event.to_owned(), message["params"].clone()));
            return None;
        }
        Some(message)
    }

    async fn send(&mut self, message: &Value) {
        self.websocket.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Sends text as it is.
    pub(crate) async fn send_raw(&mut self, text: &str) {
        self.websocket.send(Message::text(text)).await.unwrap();
    }

    /// Tells the device an event.
    pub(crate) async fn tell(&mut self, event: &str, params: Value) {
        self.send(&json!({ "event": event, "params": params })).await;
    }

    /// Calls the device; the answer is `resp` or the error's code.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, i64> {
        self.ask(method, params).await.map_err(|(code, _)| code)
    }

    /// Calls the device; the answer is `resp` or the error's code and text.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Result<Value, (i64, String)> {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.send(&json!({ "req": method, "params": params, "seq": seq })).await;
        within(method, async {
            loop {
                if let Some(answer) = self.receive().await {
                    assert_eq!(answer["seq"], seq);
                    return match answer.get("err") {
                        Some(error) => Err((
                            error["code"].as_i64().unwrap(),
                            error["msg"].as_str().unwrap().to_owned(),
                        )),
                        None => Ok(answer["resp"].clone()),
                    };
                }
            }
        })
        .await
    }

    /// Takes one message of the device, or learns that it is gone.
    pub(crate) async fn serve(&mut self) {
        match self.websocket.next().await {
            Some(Ok(message)) => drop(self.take(message).await),
            _ => std::future::pending().await,
        }
    }

    /// The parameters of the events of this name.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let of_name = self.events.iter().filter(|(event, _)| event == name);
        of_name.map(|(_, params)| params.clone()).collect()
    }

    /// Waits until the device has sent something of this name.
    pub(crate) async fn wait_for(&mut self, name: &str) {
        within(name, async {
            while !self.names.iter().any(|seen| seen == name) {
                self.receive().await;
            }
        })
        .await;
    }

    /// Waits for a Keepalive whose channels are as wanted.
    pub(crate) async fn keepalive(&mut self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let report = self
            .report(what, |report| wanted(report["channels"].as_array().unwrap()))
            .await;
        report["channels"].as_array().unwrap().clone()
    }

    /// Waits for a Keepalive that is as wanted.
    pub(crate) async fn report(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        within(what, async {
            loop {
                if let Some(report) = self.keepalives.drain(..).find(&wanted) {
                    return report;
                }
                self.receive().await;
            }
        })
        .await
    }

    /// Takes messages until there is what `found` looks for.
    pub(crate) async fn until<T>(&mut self, what: &str, found: impl Fn(&Self) -> Option<T>) -> T {
        within(what, async {
            loop {
                if let Some(found) = found(self) {
                    return found;
                }
                self.receive().await;
            }
        })
        .await
    }

    /// Serves the device until `done`.
    pub(crate) async fn during<T>(&mut self, done: impl Future<Output = T>) -> T {
        let mut done = std::pin::pin!(done);
        within("what is waited for", async {
            loop {
                tokio::select! {
                    outcome = &mut done => return outcome,
                    () = self.serve() => {}
                }
            }
        })
        .await
    }

    /// Waits until the device closes, and gives its code and reason.
    pub(crate) async fn closed_by_device(&mut self) -> (u16, String) {
        within("close", async {
            loop {
                match self.websocket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                    Some(Ok(_)) => {}
                    other => panic!("closed without a reason: {other:?}"),
                }
            }
        })
        .await
    }

    pub(crate) async fn close(mut self, code: u16) {
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: "as the test wants".into(),
        };
        self.websocket.close(Some(frame)).await.unwrap();
    }
}
