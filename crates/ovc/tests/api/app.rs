//! A cloud of one's own for each test.

use crate::device::ScriptedDevice;
use futures_util::StreamExt as _;
use ovc::account::{FirstStart, Secrets};
use ovc::app::{App, StartError};
use ovc::config::{Config, Plain};
use ovc::record::Records;
use ovc::tls::Certificates;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "only for these tests";
/// Longest that anything in a test may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct TestApp {
    app: App,
    dir: TempDir,
    config: Config,
    client: reqwest::Client,
    pub(crate) token: String,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.rtmp.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        change(&mut config);
        let dir = tempfile::tempdir().unwrap();
        // Where the port without TLS lets nobody in, a test that needs to be logged in does that itself.
        let lets_in = config.tls.listen.0.is_none() || config.tls.plain == Plain::Allow;
        let mut app = Self::start_in(dir, config).await;
        if lets_in {
            app.token = app.log_in().await;
        }
        app
    }

    /// Starts on a database that is there already, with this session.
    pub(crate) async fn start_on(dir: TempDir, token: &str) -> Self {
        let mut config = Config::default();
        config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.rtmp.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut app = Self::start_in(dir, config).await;
        token.clone_into(&mut app.token);
        app
    }

    async fn start_in(dir: TempDir, config: Config) -> Self {
        let secrets = Secrets {
            admin_password: Some(PASSWORD.into()),
            ..Secrets::default()
        };
        Self::start_with_secrets(dir, config, secrets).await.unwrap()
    }

    async fn start_with_secrets(dir: TempDir, mut config: Config, secrets: Secrets) -> Result<Self, StartError> {
        config.data_dir = dir.path().to_owned();
        let app = App::start(config.clone(), secrets).await?;
        let client = reqwest::Client::new();
        Ok(Self {
            app,
            dir,
            config,
            client,
            token: String::new(),
        })
    }

    /// A cloud that nobody has set up yet.
    pub(crate) async fn start_without_users(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.rtmp.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        change(&mut config);
        let dir = tempfile::tempdir().unwrap();
        Self::start_with_secrets(dir, config, Secrets::default()).await.unwrap()
    }

    /// The code of the first run, as it is printed.
    pub(crate) fn setup_code(&self) -> String {
        match self.app.first_start() {
            FirstStart::Code(code) => code.clone(),
            other => panic!("no code: {other:?}"),
        }
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Shuts down in order and starts on the same data with these secrets.
    pub(crate) async fn restart_with(self, secrets: Secrets) -> Result<Self, StartError> {
        self.app.shutdown().await;
        let mut app = Self::start_with_secrets(self.dir, self.config, secrets).await?;
        app.token = self.token;
        Ok(app)
    }

    /// Shuts down in order and starts on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.app.shutdown().await;
        let mut app = Self::start_in(self.dir, self.config).await;
        app.token = self.token;
        app
    }

    /// Shuts down in order and leaves the data.
    pub(crate) async fn stopped(self) -> TempDir {
        self.app.shutdown().await;
        self.dir
    }

    pub(crate) async fn shutdown(self) {
        self.app.shutdown().await;
    }

    async fn log_in(&self) -> String {
        let login = json!({ "username": "admin", "password": PASSWORD });
        let answer: Value = self
            .bare(Method::POST, "/api/v1/login")
            .json(&login)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn authority(&self) -> String {
        self.app.http().to_string()
    }

    /// Recordings, as the rest of the cloud has them.
    pub(crate) fn records(&self) -> &Records {
        self.app.records()
    }

    /// Where it listens for TLS.
    pub(crate) fn https_port(&self) -> u16 {
        self.app.https().unwrap().port()
    }

    /// Waits until this has become of certificates.
    pub(crate) async fn certificates(&self, is_so: impl FnMut(&Certificates) -> bool) {
        let mut seen = self.app.certificates();
        let came = tokio::time::timeout(3 * LIMIT, seen.wait_for(is_so)).await;
        came.expect("it happens in time").unwrap();
    }

    /// A request without a login.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.authority()))
            .timeout(LIMIT)
    }

    /// A request of the administrator's.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        answer(self.request(method, path).json(&body).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, body).await
    }

    /// Adds a device; its password.
    pub(crate) async fn add_device(&self, code: &str) -> String {
        let (status, made) = self.post("/api/v1/devices", json!({ "login_code": code })).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["login_passwd"].as_str().unwrap().to_owned()
    }

    /// The login URL of a device.
    pub(crate) fn dap_url(&self, code: &str, passwd: &str) -> String {
        format!("ws://{}/ovc?login_code={code}&login_passwd={passwd}", self.authority())
    }

    /// Adds a device and lets it log in.
    pub(crate) async fn connected_device(&self, code: &str) -> ScriptedDevice {
        let passwd = self.add_device(code).await;
        ScriptedDevice::connect(&self.dap_url(code, &passwd)).await
    }

    /// Follows what happens from now on.
    pub(crate) async fn feed(&self) -> FeedReader {
        self.feed_after(None).await
    }

    pub(crate) async fn feed_after(&self, last_id: Option<&str>) -> FeedReader {
        self.feed_of(&self.token, last_id).await
    }

    /// The same for who has this token.
    pub(crate) async fn feed_of(&self, token: &str, last_id: Option<&str>) -> FeedReader {
        let url = format!("http://{}/api/v1/events", self.authority());
        let mut request = self.client.get(url).bearer_auth(token);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut reader = FeedReader {
            chunks: Box::pin(response.bytes_stream()),
            text: String::new(),
        };
        // The greeting: from here on nothing is missed.
        assert!(reader.block().await.unwrap().contains("hello"));
        reader
    }
}

pub(crate) async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap()
    };
    (status, body)
}

type Chunks = std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>;

/// Reads server-sent events.
pub(crate) struct FeedReader {
    chunks: Chunks,
    text: String,
}

#[derive(Debug, Clone)]
pub(crate) struct FeedItem {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl FeedReader {
    /// The next block of lines; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(LIMIT, self.chunks.next())
                .await
                .expect("an event in time")?;
            self.text.push_str(std::str::from_utf8(&chunk.ok()?).unwrap());
        }
    }

    pub(crate) async fn next(&mut self) -> Option<FeedItem> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let line = block.lines().find(|line| line.starts_with(name))?;
                Some(line[name.len()..].trim().to_owned())
            };
            if let (Some(kind), Some(data)) = (field("event:"), field("data:")) {
                let id = field("id:").unwrap_or_default();
                return Some(FeedItem {
                    id,
                    kind,
                    data: serde_json::from_str(&data).unwrap(),
                });
            }
        }
    }

    /// The next event of this kind.
    pub(crate) async fn next_of(&mut self, kind: &str) -> FeedItem {
        loop {
            let item = self.next().await.expect("the stream goes on");
            if item.kind == kind {
                return item;
            }
        }
    }
}
