//! A recording service that does what the protocol says, unless a test wants otherwise.

use super::cloud::within;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use serde_json::json;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A segment that is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    /// The session's id in the address.
    pub(crate) session: String,
    pub(crate) start_s: f64,
    pub(crate) duration_s: f64,
    pub(crate) discontinue: String,
    pub(crate) https: String,
    size: usize,
    pub(crate) data: Bytes,
}

#[derive(Default)]
struct Inner {
    created: HashMap<String, Segment>,
    saved: Vec<Segment>,
    /// All calls, by operation.
    calls: Vec<String>,
    stats: Vec<HashMap<String, String>>,
    is_down: bool,
}

#[derive(Clone)]
pub(crate) struct RecordService {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    changed: watch::Sender<u64>,
}

impl RecordService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self {
            address: listener.local_addr().unwrap(),
            inner: Arc::default(),
            changed: watch::Sender::default(),
        };
        let router = Router::new()
            .route("/live/cseg/{session}", post(call))
            .route("/segments/{name}", put(upload))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    /// The `cbk_url` of a session.
    pub(crate) fn url(&self, session: &str) -> String {
        format!("http://{}/live/cseg/{session}", self.address)
    }

    /// Answers nothing but 503, or works again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.inner.lock().unwrap().is_down = is_down;
    }

    /// What is saved so far.
    pub(crate) fn saved(&self) -> Vec<Segment> {
        self.inner.lock().unwrap().saved.clone()
    }

    /// What the device told of what it dropped.
    pub(crate) fn stats(&self) -> Vec<HashMap<String, String>> {
        self.inner.lock().unwrap().stats.clone()
    }

    /// The operations that were called.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.inner.lock().unwrap().calls.clone()
    }

    /// Waits until what is saved is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&[Segment]) -> bool) -> Vec<Segment> {
        let mut changed = self.changed.subscribe();
        within(what, async {
            loop {
                changed.borrow_and_update();
                let saved = self.saved();
                if wanted(&saved) {
                    return saved;
                }
                changed.changed().await.unwrap();
            }
        })
        .await
    }

    fn save(&self, name: &str) -> Result<(), (StatusCode, &'static str)> {
        let mut inner = self.inner.lock().unwrap();
        let segment = inner
            .created
            .get(name)
            .cloned()
            .ok_or((StatusCode::NOT_FOUND, "no such segment"))?;
        if segment.data.len() != segment.size {
            return Err((StatusCode::CONFLICT, "it is not there"));
        }
        inner.created.remove(name);
        inner.saved.push(segment);
        drop(inner);
        self.changed.send_modify(|changes| *changes += 1);
        Ok(())
    }
}

async fn call(
    State(service): State<RecordService>,
    Path(session): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let op = form["op"].as_str();
    service.inner.lock().unwrap().calls.push(op.to_owned());
    let refusal = |(status, info): (StatusCode, &str)| (status, json!({ "info": info }).to_string()).into_response();
    if service.inner.lock().unwrap().is_down {
        return refusal((StatusCode::SERVICE_UNAVAILABLE, "as the test wants"));
    }
    match op {
        "create" => {
            if let Some(Err(error)) = form.get("last_file_name").map(|name| service.save(name)) {
                return refusal(error);
            }
            assert_eq!(form["content_type"], "video/mp2t");
            let mut inner = service.inner.lock().unwrap();
            let name = format!("{session}-{}.ts", inner.calls.len());
            let segment = Segment {
                session,
                start_s: form["start"].parse().unwrap(),
                duration_s: form["duration"].parse().unwrap(),
                discontinue: form["discontinue"].clone(),
                https: form["https"].clone(),
                size: form["size"].parse().unwrap(),
                data: Bytes::new(),
            };
            inner.created.insert(name.clone(), segment);
            let uri = format!("http://{}/segments/{name}", service.address);
            json!({ "name": name, "uri": uri }).to_string().into_response()
        }
        "save" => match service.save(&form["name"]) {
            Ok(()) => StatusCode::OK.into_response(),
            Err(error) => refusal(error),
        },
        "fail" => StatusCode::OK.into_response(),
        "stat" => {
            service.inner.lock().unwrap().stats.push(form);
            StatusCode::OK.into_response()
        }
        other => panic!("unexpected operation {other}"),
    }
}

async fn upload(
    State(service): State<RecordService>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    assert_eq!(headers["content-type"], "video/mp2t");
    let mut inner = service.inner.lock().unwrap();
    if inner.is_down {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match inner.created.get_mut(&name) {
        Some(segment) if segment.size == body.len() => {
            segment.data = body;
            StatusCode::OK
        }
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::NOT_FOUND,
    }
}
