//! A device that answers by script.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use ovc::device::{CallError, DevicePort, Dismissal, Presence, Seen};
use ovc::ids::LoginCode;
use parking_lot::Mutex;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

/// What the device does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Yes,
    No(CallError),
    /// Answers after this time.
    After(Duration),
    Never,
}

/// A call as the device got it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Call {
    pub(crate) fn stream_id(&self) -> String {
        self.params["stream_id"].as_str().unwrap().to_owned()
    }

    /// The name the publisher gives: stream id and token.
    pub(crate) fn publish_name(&self) -> String {
        self.params["url"]
            .as_str()
            .unwrap()
            .rsplit_once('/')
            .unwrap()
            .1
            .to_owned()
    }

    pub(crate) fn publish_token(&self) -> String {
        self.publish_name().split_once("?token=").unwrap().1.to_owned()
    }
}

/// Answers each request with the next reply of its script, and with yes when there is none left.
pub(crate) struct ScriptedPort {
    script: Mutex<VecDeque<Reply>>,
    calls: mpsc::UnboundedSender<Call>,
}

impl ScriptedPort {
    pub(crate) fn new(script: &[Reply]) -> (Arc<Self>, mpsc::UnboundedReceiver<Call>) {
        let (calls, told) = mpsc::unbounded_channel();
        (
            Arc::new(Self {
                script: Mutex::new(script.iter().cloned().collect()),
                calls,
            }),
            told,
        )
    }
}

impl DevicePort for ScriptedPort {
    fn call<'a>(
        &'a self,
        _device: &'a LoginCode,
        method: &'a str,
        params: Box<RawValue>,
        deadline: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>> {
        let params = serde_json::from_str(params.get()).unwrap();
        self.calls
            .send(Call {
                method: method.to_owned(),
                params,
            })
            .unwrap();
        let reply = self.script.lock().pop_front().unwrap_or(Reply::Yes);
        async move {
            let answered = match reply {
                Reply::Yes => return Ok(RawValue::NULL.to_owned()),
                Reply::No(error) => return Err(error),
                Reply::After(time) => tokio::time::timeout(deadline, tokio::time::sleep(time)).await,
                Reply::Never => tokio::time::timeout(deadline, std::future::pending()).await,
            };
            answered
                .map(|()| RawValue::NULL.to_owned())
                .map_err(|_| CallError::TimedOut)
        }
        .boxed()
    }

    fn emit(&self, _: &LoginCode, _: &str, _: Box<RawValue>) -> Result<(), CallError> {
        Ok(())
    }

    fn presence(&self, _: &LoginCode) -> Presence {
        Presence::Online
    }

    fn reached_host(&self, _: &LoginCode) -> Option<String> {
        Some("cloud.example:8080".into())
    }

    fn seen(&self, _: &LoginCode) -> Option<Seen> {
        None
    }

    fn present(&self) -> Vec<LoginCode> {
        Vec::new()
    }

    fn dismiss(&self, _: &LoginCode, _: Dismissal) {}
}
