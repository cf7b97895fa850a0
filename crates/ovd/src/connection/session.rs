//! One connection from login to its end: drives a [`Peer`] with a WebSocket, a clock and a device.

use super::cloud::{Cloud, Command};
use super::login::WebSocket;
use crate::device::{Device, Relogin, answer_request, take_event};
use dap::methods::{Empty, GetServerInfo, GetServerInfoAnswer, Keepalive, Method};
use dap::{CallError, CallId, InboundId, Output, Peer, PeerOptions, RpcError, parse_answer, to_raw};
use futures_util::{SinkExt, StreamExt};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};

/// Interval of Keepalive when the cloud names none (spec section 3), and what it may name.
const DEFAULT_HEARTBEAT_S: u32 = 10;
const HEARTBEAT_RANGE_S: (u32, u32) = (1, 600);
/// A cloud that does not take a frame for this long is gone.
const SEND_LIMIT: Duration = Duration::from_secs(20);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// We were asked to stop.
    Stopped,
    /// The device wants to log in anew.
    Relogin(Relogin),
    /// The cloud closed, with this code and reason.
    ByCloud {
        /// WebSocket close code; 1005 for none.
        code: u16,
        /// The cloud's words.
        reason: String,
    },
    /// The cloud broke the protocol or did not answer; we closed.
    ByUs { reason: String },
    /// The connection broke.
    Lost { reason: String },
}

enum Call {
    ServerInfo,
    Keepalive,
    Device(oneshot::Sender<Result<Box<RawValue>, CallError>>),
}

type Handling = JoinHandle<Result<Box<RawValue>, RpcError>>;

struct Session<D> {
    device: Arc<D>,
    peer: Peer,
    websocket: WebSocket,
    calls: HashMap<CallId, Call>,
    handling: Option<(InboundId, Handling)>,
    heartbeat: tokio::time::Interval,
    /// A Keepalive is under way; `report_changed`: another is due when it is answered.
    keepalive_sent: bool,
    report_changed: bool,
    cloud: Cloud,
}

/// Runs the connection until it ends or `stop` resolves.
pub(super) async fn run<D: Device>(
    websocket: WebSocket,
    local: Option<IpAddr>,
    device: &Arc<D>,
    mut stop: std::pin::Pin<&mut (impl Future<Output = ()> + Send)>,
) -> End {
    let (sender, mut commands) = mpsc::channel(Cloud::CAPACITY);
    let mut session = Session {
        device: Arc::clone(device),
        peer: Peer::new(PeerOptions::default()),
        websocket,
        calls: HashMap::new(),
        handling: None,
        heartbeat: heartbeat(DEFAULT_HEARTBEAT_S),
        keepalive_sent: false,
        report_changed: false,
        cloud: Cloud::new(sender, local),
    };
    session.call::<GetServerInfo>(&Empty::default(), Call::ServerInfo);
    session.keepalive();
    let end = loop {
        if let Some(end) = session.drain().await {
            break end;
        }
        let deadline = session.peer.next_deadline();
        tokio::select! {
            () = &mut stop => {
                session.peer.close(dap::close_code::GOING_AWAY, "the device stops");
                session.drain().await;
                break End::Stopped;
            }
            message = session.websocket.next() => {
                if let Some(end) = session.receive(message) {
                    break end;
                }
            }
            (id, result) = handled(&mut session.handling) => session.peer.answer(id, result),
            _ = session.heartbeat.tick() => session.keepalive(),
            () = device.changed() => session.keepalive(),
            why = device.relogin() => {
                session.peer.close(dap::close_code::GOING_AWAY, "the device logs in anew");
                session.drain().await;
                break End::Relogin(why);
            }
            Some(command) = commands.recv() => session.command(command),
            () = sleep_until(deadline) => session.peer.handle_timeout(Instant::now()),
        }
    };
    session.peer.fail_all(CallError::Disconnected);
    session.drain().await;
    end
}

impl<D: Device> Session<D> {
    /// Does what the peer wants done. `Some` when that ended the connection.
    async fn drain(&mut self) -> Option<End> {
        let mut end = None;
        while let Some(output) = self.peer.poll_output() {
            match output {
                Output::Send(text) => {
                    let sent = timeout(SEND_LIMIT, self.websocket.send(Message::text(text))).await;
                    let reason = match sent {
                        Ok(Ok(())) => continue,
                        Ok(Err(error)) => error.to_string(),
                        Err(_) => "the cloud takes no more data".to_owned(),
                    };
                    self.peer.fail_all(CallError::Disconnected);
                    end = end.or(Some(End::Lost { reason }));
                }
                Output::Request { id, method, params } => {
                    tracing::debug!(%method, "request");
                    let device = Arc::clone(&self.device);
                    // A task of its own: what was begun is finished even if the connection breaks meanwhile.
                    let handling =
                        tokio::spawn(async move { answer_request(&*device, &method, params.as_deref()).await });
                    self.handling = Some((id, handling));
                }
                Output::Event { name, params } => take_event(&*self.device, &name, params.as_deref()),
                Output::CallDone { id, result } => self.call_done(id, result),
                Output::Close { code, reason } => {
                    let frame = CloseFrame {
                        code: CloseCode::from(code),
                        reason: reason.as_ref().into(),
                    };
                    let _ = timeout(Duration::from_secs(1), self.websocket.close(Some(frame))).await;
                    end = end.or(Some(End::ByUs {
                        reason: reason.into_owned(),
                    }));
                }
            }
        }
        end
    }

    /// Something came from the cloud.
    fn receive(&mut self, message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>) -> Option<End> {
        match message {
            Some(Ok(Message::Text(text))) => self.peer.receive_text(Instant::now(), &text),
            Some(Ok(Message::Binary(_))) => self.peer.receive_binary(),
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                    (frame.code.into(), frame.reason.to_string())
                });
                return Some(End::ByCloud { code, reason });
            }
            // Pings are answered by the WebSocket itself.
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                return Some(End::Lost {
                    reason: error.to_string(),
                });
            }
            None => {
                return Some(End::Lost {
                    reason: "the connection ended".to_owned(),
                });
            }
        }
        None
    }

    fn call<M: Method>(&mut self, params: &M::Params, call: Call) {
        match self.peer.call(Instant::now(), M::NAME, Some(to_raw(params)), None) {
            Ok(id) => {
                self.calls.insert(id, call);
            }
            Err(error) => tracing::debug!(%error, method = M::NAME, "not sent"),
        }
    }

    fn keepalive(&mut self) {
        if self.keepalive_sent {
            self.report_changed = true;
            return;
        }
        self.keepalive_sent = true;
        let report = self.device.report();
        self.call::<Keepalive>(&report, Call::Keepalive);
    }

    fn command(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Call { method, params, answer } => match self.peer.call(now, method, Some(params), None) {
                Ok(id) => {
                    self.calls.insert(id, Call::Device(answer));
                }
                Err(_) => drop(answer.send(Err(CallError::Disconnected))),
            },
            Command::Emit { name, params } => {
                if let Err(error) = self.peer.emit(now, name, Some(params)) {
                    tracing::warn!(event = name, %error, "event not sent");
                }
            }
        }
    }

    fn call_done(&mut self, id: CallId, result: Result<Box<RawValue>, CallError>) {
        match self.calls.remove(&id) {
            Some(Call::ServerInfo) => match result {
                Ok(answer) => self.server_info(&answer),
                // An older cloud does not know it: the defaults hold.
                Err(CallError::Device(error)) => {
                    tracing::warn!(%error, "no server info");
                    self.device
                        .connected(self.cloud.clone(), &GetServerInfoAnswer::default());
                }
                Err(_) => {}
            },
            Some(Call::Keepalive) => {
                if let Err(CallError::Device(error)) = result {
                    tracing::warn!(%error, "the cloud did not take a Keepalive");
                }
                self.keepalive_sent = false;
                if std::mem::take(&mut self.report_changed) {
                    self.keepalive();
                }
            }
            Some(Call::Device(answer)) => drop(answer.send(result)),
            None => {}
        }
    }

    fn server_info(&mut self, answer: &RawValue) {
        let info = parse_answer::<GetServerInfo>(answer).unwrap_or_else(|error| {
            tracing::warn!(%error, "server info cannot be used");
            GetServerInfoAnswer::default()
        });
        let seconds = info
            .hb_interval
            .filter(|&seconds| seconds > 0)
            .unwrap_or(DEFAULT_HEARTBEAT_S);
        self.heartbeat = heartbeat(seconds.clamp(HEARTBEAT_RANGE_S.0, HEARTBEAT_RANGE_S.1));
        tracing::info!(hb_interval_s = seconds, "logged in");
        self.device.connected(self.cloud.clone(), &info);
    }
}

fn heartbeat(seconds: u32) -> tokio::time::Interval {
    let period = Duration::from_secs(u64::from(seconds));
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    interval
}

/// The answer to the request being handled; never when there is none. Cancel-safe.
async fn handled(handling: &mut Option<(InboundId, Handling)>) -> (InboundId, Result<Box<RawValue>, RpcError>) {
    let Some((id, task)) = handling else {
        return std::future::pending().await;
    };
    let (id, result) = (*id, task.await);
    *handling = None;
    let result = result.unwrap_or_else(|failure| {
        tracing::error!(%failure, "a request could not be handled");
        Err(RpcError::internal("the device failed"))
    });
    (id, result)
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
