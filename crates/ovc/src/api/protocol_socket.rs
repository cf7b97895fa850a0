//! The WebSocket by which somebody looks at a device's messages.

use super::error::ApiError;
use super::protocol_right::Right;
use super::protocol_told::Judge;
use crate::device::CallError;
use crate::gateway::{Gateway, Seen, Watcher};
use crate::ids::LoginCode;
use crate::live::ACCESS_ENDED;
use dap::{Message, method_info};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::io;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use ws::{Decoder, Role};

/// Longest text that may be sent to a device: somewhat over the longest that one takes, to see that it does not.
const MAX_TEXT: usize = (1 << 20) + (64 << 10);
/// Longest message of who looks: such a text, escaped.
const MAX_MESSAGE: u32 = 4 << 20;
/// Longest method name.
const MAX_METHOD: usize = 64;
/// Longest id of something sent.
const MAX_ID: usize = 64;
/// Calls of one who looks that may be under way at once.
const MAX_CALLS: usize = 16;
/// Things told at once.
const BATCH: usize = 64;
/// How long he may take for what he is sent before he is given up.
const WRITE_LIMIT: Duration = Duration::from_secs(20);
/// How often an idle one is asked whether he is still there; he is given up when he does not answer the second time.
const PING_EVERY: Duration = Duration::from_secs(20);

/// Somebody who looks.
pub(super) struct Watching {
    pub(super) watcher: Watcher,
    pub(super) device: LoginCode,
    pub(super) gateway: Gateway,
    pub(super) right: Right,
    pub(super) closing: watch::Receiver<bool>,
}

/// What he says, flat: raw JSON cannot be read out of an enum that is told apart by a field.
#[derive(Debug, Deserialize)]
struct Wish {
    #[serde(rename = "type")]
    what: Want,
    id: Option<String>,
    /// Of [`Want::Send`].
    text: Option<String>,
    /// Of [`Want::Call`].
    method: Option<String>,
    /// Of [`Want::Call`].
    params: Option<Box<RawValue>>,
}

/// What he wants.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Want {
    /// Send a text to the device as it is.
    Send,
    /// Call a method of the device, or send it an event.
    Call,
}

/// What came of it.
type Outcome = (Option<String>, Result<(), Failure>);

struct Failure {
    code: &'static str,
    message: String,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code,
            message: error.message,
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        ApiError::from(error).into()
    }
}

type Calls = FuturesUnordered<BoxFuture<'static, Outcome>>;

/// Tells what passes until either end has enough.
pub(super) async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, mut watching: Watching) -> io::Result<()> {
    let limits = watching.gateway.limits();
    let mut judge = Judge::new(limits.answer_timeout, limits.max_message);
    let mut decoder = Decoder::new(Role::Server, MAX_MESSAGE);
    let mut input = vec![0; 4096];
    let mut out = Vec::new();
    let mut calls = Calls::new();
    let mut asked = false;
    let mut ping_at = Instant::now() + PING_EVERY;
    let hello = json!({
        "type": "hello", "login_code": watching.device, "connected": watching.watcher.was_connected(),
        "answer_timeout_s": limits.answer_timeout.as_secs(), "max_message": limits.max_message,
    });
    ws::encode_text(&mut out, &hello.to_string(), None);
    loop {
        if !out.is_empty() {
            tokio::time::timeout(WRITE_LIMIT, socket.write_all(&out)).await??;
            out = Vec::new();
        }
        let mut end = None;
        let mut wishes = Vec::new();
        let Watching {
            watcher,
            right,
            closing,
            ..
        } = &mut watching;
        tokio::select! {
            seen = watcher.next(BATCH) => {
                if right.holds() {
                    tell(&mut judge, &seen, &mut out);
                } else {
                    end = Some((ACCESS_ENDED, "access_ended"));
                }
            }
            () = right.look_again() => {
                if !right.holds_now() {
                    end = Some((ACCESS_ENDED, "access_ended"));
                }
            }
            Some(outcome) = calls.next() => answer(outcome, &mut out),
            len = socket.read(&mut input) => match len? {
                0 => return Ok(()),
                len => {
                    asked = false;
                    if hear(&mut decoder, &mut input[..len], &mut wishes, &mut out) {
                        end = Some((0, ""));
                    }
                }
            },
            _ = closing.wait_for(|closing| *closing) => {
                end = Some((ws::close_code::GOING_AWAY, "the cloud shuts down"));
            }
            () = tokio::time::sleep_until(ping_at.into()) => {
                if std::mem::replace(&mut asked, true) {
                    return Ok(());
                }
                ws::encode_ping(&mut out, &[], None);
                ping_at = Instant::now() + PING_EVERY;
            }
        }
        for text in wishes {
            if !watching.right.holds() {
                end = Some((ACCESS_ENDED, "access_ended"));
                break;
            }
            if let Some(outcome) = watching.fulfil(&text, &mut calls).await {
                answer(outcome, &mut out);
            }
        }
        if let Some((code, reason)) = end {
            if code != 0 {
                ws::encode_close(&mut out, code, reason, None);
            }
            tokio::time::timeout(WRITE_LIMIT, socket.write_all(&out)).await??;
            return tokio::time::timeout(WRITE_LIMIT, socket.shutdown()).await?;
        }
    }
}

fn tell(judge: &mut Judge, seen: &Seen, out: &mut Vec<u8>) {
    if seen.dropped > 0 {
        judge.missed();
        let dropped = json!({ "type": "dropped", "count": seen.dropped });
        ws::encode_text(out, &dropped.to_string(), None);
    }
    for passed in &seen.passed {
        ws::encode_text(out, &judge.tell(passed), None);
    }
}

fn answer((id, result): Outcome, out: &mut Vec<u8>) {
    let mut answer = match result {
        Ok(()) => json!({ "type": "done" }),
        Err(Failure { code, message }) => json!({ "type": "failed", "code": code, "message": message }),
    };
    if let Some(id) = id {
        answer["id"] = id.into();
    }
    ws::encode_text(out, &answer.to_string(), None);
}

/// Takes what he says; wishes go to `wishes`, other answers to `out`. Whether that was the end.
fn hear(decoder: &mut Decoder, input: &mut [u8], wishes: &mut Vec<String>, out: &mut Vec<u8>) -> bool {
    let mut over = false;
    let heard = decoder.decode(input, |message| match message {
        ws::Message::Text(text) => wishes.push(text.to_owned()),
        ws::Message::Ping(payload) => ws::encode_pong(out, payload, None),
        ws::Message::Close { code, .. } => {
            ws::encode_close(out, code.unwrap_or(ws::close_code::NORMAL), "", None);
            over = true;
        }
        ws::Message::Binary(_) | ws::Message::Pong(_) => {}
    });
    if let Err(error) = heard {
        ws::encode_close(out, error.close_code(), &error.to_string(), None);
        over = true;
    }
    over
}

impl Watching {
    /// Does what he wants, or starts it. What came of it, if that is known already.
    async fn fulfil(&self, text: &str, calls: &mut Calls) -> Option<Outcome> {
        let wish: Wish = match serde_json::from_str(text) {
            Ok(wish) => wish,
            Err(error) => return Some((None, Err(ApiError::bad_request(error.to_string()).into()))),
        };
        let id = wish.id.filter(|id| id.len() <= MAX_ID);
        match wish.what {
            Want::Send => Some((id, self.send(wish.text.unwrap_or_default()).await)),
            Want::Call => {
                let method = wish.method.unwrap_or_default();
                if !(1..=MAX_METHOD).contains(&method.len()) {
                    return Some((id, Err(ApiError::bad_request("method is empty or too long").into())));
                }
                if calls.len() >= MAX_CALLS {
                    return Some((id, Err(CallError::QueueFull.into())));
                }
                if let Err(error) = self.right.admit(method.clone()).await {
                    return Some((id, Err(error.into())));
                }
                let calling = self.right.call(&self.gateway, &self.device, method, wish.params);
                calls.push(Box::pin(async move { (id, calling.await.map_err(Failure::from)) }));
                None
            }
        }
    }

    async fn send(&self, text: String) -> Result<(), Failure> {
        if text.len() > MAX_TEXT {
            return Err(ApiError::bad_request(format!("text is longer than {MAX_TEXT} bytes")).into());
        }
        self.right.admit(summary(&text)).await?;
        let sent = self.gateway.send_by_hand(&self.device, text.clone());
        self.right.keep(&self.device, &text, &sent);
        Ok(sent?)
    }
}

/// What is written down of a text: never the parameters, passwords are among them.
fn summary(text: &str) -> String {
    let name = match Message::parse(text) {
        Ok(Message::Request { method: name, .. } | Message::Event { name, .. }) => {
            method_info(&name).map(|info| info.name)
        }
        _ => None,
    };
    format!("by hand, {}, {} bytes", name.unwrap_or("raw text"), text.len())
}
