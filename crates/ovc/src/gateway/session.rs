use super::link::{Command, Reply, Taken};
use super::pace::Pace;
use super::requests::{self, Storing, ToStore};
use super::scratch::{self, Scratch};
use super::tap::What;
use super::{Accepted, Shared};
use crate::device::CallError;
use dap::Direction::{CloudToDevice, DeviceToCloud};
use dap::{CallId, InboundId, Output, Peer};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use ws::Message;

/// How long the end of a connection may take once a close frame is out.
const CLOSING_LIMIT: Duration = Duration::from_secs(2);
/// Reads in one go, so that one busy device does not keep the thread.
const MAX_READS: usize = 4;
/// Bytes that may wait for a device that does not read. Over it the connection ends.
const MAX_UNSENT: usize = 4 << 20;
/// Events that may wait to be stored before no more is read from the device.
const MAX_TO_STORE: usize = 64;
/// Requests and events that may wait behind one that is being stored before no more is read from the device.
const MAX_WAITING: usize = 64;

/// One device's connection: a thin driver between its socket and a [`Peer`]. Small, and without heap memory of its own
/// while nothing happens.
pub(super) struct Session<S> {
    accepted: Accepted,
    stream: S,
    decoder: ws::Decoder,
    peer: Peer,
    /// What the socket did not take at once.
    unsent: Vec<u8>,
    /// Callers that wait for an answer.
    calls: Vec<(CallId, Reply)>,
    /// Runs only while the peer has a deadline, or the connection ends.
    timer: Option<Pin<Box<Sleep>>>,
    /// Events on their way to the disk, in order; the first one is being written.
    to_store: VecDeque<(ToStore, Option<InboundId>)>,
    storing: Option<Storing>,
    pace: Pace,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// A close frame is on its way out; until the device has closed its side too, or this moment.
    Closing {
        until: Instant,
    },
    /// Everything has been said by both sides; the socket closes when all is sent.
    Last {
        until: Instant,
    },
    Ended,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(shared: Arc<Shared>, accepted: Accepted, stream: S, greeting: Vec<u8>, leftover: &[u8]) -> Self {
        let mut session = Self {
            decoder: ws::Decoder::new(ws::Role::Server, shared.peer_options.max_message),
            peer: Peer::new(shared.peer_options),
            accepted,
            stream,
            unsent: greeting,
            calls: Vec::new(),
            timer: None,
            to_store: VecDeque::new(),
            storing: None,
            pace: Pace::default(),
            phase: Phase::Open,
        };
        if !leftover.is_empty() {
            let mut input = leftover.to_vec();
            let mut write = Vec::new();
            session.take_input(&mut input, &mut write, Instant::now());
            session.unsent.append(&mut write);
        }
        session
    }

    /// Does all there is to do; ready when the connection has ended.
    fn advance(&mut self, cx: &mut Context<'_>, scratch: &mut Scratch) -> Poll<()> {
        let now = Instant::now();
        let Scratch { read, write } = scratch;
        self.take_timer(cx, now);
        self.settle(cx, write, now);
        let mut reads = 0;
        loop {
            if self.send(cx, write).is_err() {
                self.end();
            }
            if self.phase == Phase::Ended {
                return Poll::Ready(());
            }
            let full = self.to_store.len() >= MAX_TO_STORE || self.peer.inbound_waiting() >= MAX_WAITING;
            if full || !self.unsent.is_empty() {
                break;
            }
            if reads == MAX_READS {
                cx.waker().wake_by_ref();
                break;
            }
            reads += 1;
            let mut buffer = ReadBuf::new(read);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => break,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.take_input(buffer.filled_mut(), write, now);
                    self.settle(cx, write, now);
                }
                Poll::Ready(_) => self.end(),
            }
        }
        self.set_timer(cx);
        Poll::Pending
    }

    /// Works off what came in, until nothing is left but what has to wait.
    fn settle(&mut self, cx: &mut Context<'_>, write: &mut Vec<u8>, now: Instant) {
        loop {
            self.take_stored(cx);
            self.take_commands(cx, write, now);
            self.take_outputs(write, now);
            if self.storing.is_some() || self.to_store.is_empty() {
                return;
            }
        }
    }

    fn take_timer(&mut self, cx: &mut Context<'_>, now: Instant) {
        let Some(timer) = &mut self.timer else { return };
        if timer.as_mut().poll(cx).is_pending() {
            return;
        }
        self.timer = None;
        match self.phase {
            Phase::Open => self.peer.handle_timeout(now),
            Phase::Closing { until } | Phase::Last { until } if until <= now => self.end(),
            _ => {}
        }
    }

    /// Makes the timer ring at the next deadline.
    fn set_timer(&mut self, cx: &mut Context<'_>) {
        let deadline = match self.phase {
            Phase::Open => self.peer.next_deadline(),
            Phase::Closing { until } | Phase::Last { until } => Some(until),
            Phase::Ended => None,
        };
        let Some(deadline) = deadline.map(tokio::time::Instant::from_std) else {
            self.timer = None;
            return;
        };
        match &mut self.timer {
            Some(timer) if timer.deadline() == deadline => return,
            Some(timer) => timer.as_mut().reset(deadline),
            None => self.timer = Some(Box::pin(tokio::time::sleep_until(deadline))),
        }
        if let Some(timer) = &mut self.timer
            && timer.as_mut().poll(cx).is_ready()
        {
            cx.waker().wake_by_ref();
        }
    }

    /// Answers what has been stored, and stores the next.
    fn take_stored(&mut self, cx: &mut Context<'_>) {
        loop {
            if let Some(storing) = &mut self.storing {
                let Poll::Ready(result) = storing.as_mut().poll(cx) else {
                    return;
                };
                self.storing = None;
                if let Some((request, answer)) = requests::stored(result) {
                    self.peer.answer(request, answer);
                }
            }
            let Some((event, request)) = self.to_store.pop_front() else {
                if self.to_store.capacity() > 0 {
                    self.to_store = VecDeque::new();
                }
                return;
            };
            self.storing = Some(requests::store(&self.accepted, event, request));
        }
    }

    fn take_commands(&mut self, cx: &mut Context<'_>, write: &mut Vec<u8>, now: Instant) {
        if self.phase != Phase::Open {
            return;
        }
        loop {
            // While the device does not read, commands wait in their bounded queue.
            let command = match self.accepted.link.take(cx.waker(), self.unsent.is_empty()) {
                Taken::Nothing => return,
                Taken::Close(code, reason) => {
                    let replaced = code == dap::close_code::REPLACED;
                    let error = if replaced {
                        CallError::Replaced
                    } else {
                        CallError::Disconnected
                    };
                    for command in self.accepted.link.shut() {
                        if let Command::Call { reply, .. } = command {
                            let _ = reply.send(Err(error.clone()));
                        }
                    }
                    return self.peer.close(code, reason);
                }
                Taken::Command(command) => command,
            };
            match command {
                Command::Call {
                    method,
                    params,
                    deadline,
                    reply,
                } => {
                    match self.peer.call(now, method, Some(params), Some(deadline)) {
                        Ok(id) => self.calls.push((id, reply)),
                        // Who asked may have given up.
                        Err(refused) => drop(reply.send(Err(requests::call_refused(refused)))),
                    }
                }
                Command::Emit { event, params } => {
                    if let Err(error) = self.peer.emit(now, event, Some(params)) {
                        tracing::debug!(device = %self.accepted.attendance.entry.code, %error, "event not sent");
                    }
                }
                Command::ByHand { text } => {
                    // What was wanted before goes out before.
                    self.take_outputs(write, now);
                    if self.phase != Phase::Open {
                        return;
                    }
                    self.peer.note_by_hand(&text);
                    if let Some(tap) = self.accepted.tap() {
                        tap.text(self.accepted.link.number(), CloudToDevice, &text, true);
                    }
                    ws::encode_text(write, &text, None);
                }
            }
        }
    }

    fn take_input(&mut self, input: &mut [u8], write: &mut Vec<u8>, now: Instant) {
        let Self {
            decoder,
            peer,
            accepted,
            pace,
            phase,
            ..
        } = self;
        let mut heard = 0;
        let (bytes, mut messages) = (input.len() as u64, 0);
        let mut closed_by_device = None;
        let tap = accepted.tap();
        let connection = accepted.link.number();
        let decoded = decoder.decode(input, |message| {
            messages += 1;
            match message {
                Message::Text(text) => {
                    heard += 1;
                    if let Some(tap) = &tap {
                        tap.text(connection, DeviceToCloud, text, false);
                    }
                    peer.receive_text(now, text);
                }
                Message::Binary(frame) => {
                    if let Some(tap) = &tap {
                        let bytes = frame.len();
                        tap.pass(connection, DeviceToCloud, What::Binary { bytes });
                    }
                    peer.receive_binary();
                }
                Message::Ping(payload) if *phase == Phase::Open => ws::encode_pong(write, payload, None),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close { code, reason } => {
                    // What answers a close of ours says nothing new.
                    if let Some(tap) = tap.as_ref().filter(|_| *phase == Phase::Open) {
                        tap.close(connection, DeviceToCloud, code, reason);
                    }
                    closed_by_device = Some(code.unwrap_or(ws::close_code::NORMAL));
                }
            }
        });
        let shared = &accepted.shared;
        let too_much = pace.take(
            &shared.pace,
            messages,
            bytes,
            now.saturating_duration_since(shared.started),
        );
        if heard > 0 {
            accepted.attendance.hear(accepted.shared.tick(now));
            accepted.shared.meters.messages.increment(heard);
        }
        if let Err(error) = decoded {
            peer.close(error.close_code(), error.to_string());
        }
        if let Some(reason) = too_much {
            peer.close(ws::close_code::POLICY, reason);
        }
        if let Some(code) = closed_by_device {
            self.closed_by_device(code, write, now);
        }
    }

    fn closed_by_device(&mut self, code: u16, write: &mut Vec<u8>, now: Instant) {
        // What came before the close is still answered, as far as that needs no waiting.
        self.take_outputs(write, now);
        if self.phase == Phase::Open {
            ws::encode_close(write, code, "", None);
        }
        self.peer.fail_all(dap::CallError::Disconnected);
        self.take_outputs(write, now);
        self.phase = Phase::Last {
            until: now + CLOSING_LIMIT,
        };
    }

    /// Does what the peer wants done; frames to send go to `write`.
    fn take_outputs(&mut self, write: &mut Vec<u8>, now: Instant) {
        let Some(mut output) = self.peer.poll_output() else {
            return;
        };
        let tap = self.accepted.tap();
        let connection = self.accepted.link.number();
        loop {
            match output {
                Output::Send(text) => {
                    if let Some(tap) = &tap {
                        tap.text(connection, CloudToDevice, &text, false);
                    }
                    ws::encode_text(write, &text, None);
                }
                Output::Request { id, method, params } => {
                    match requests::handle_request(&self.accepted, &method, params) {
                        requests::Handled::Answer(answer) => self.peer.answer(id, answer),
                        requests::Handled::Store(event) => self.to_store.push_back((event, Some(id))),
                    }
                }
                Output::Event { name, params } => {
                    if let Some(event) = requests::handle_event(&self.accepted, &name, params) {
                        self.to_store.push_back((ToStore::Event(event), None));
                    }
                }
                Output::CallDone { id, result } => self.call_done(id, result),
                Output::Close { code, reason } => {
                    if code != dap::close_code::REPLACED && code != dap::close_code::GOING_AWAY {
                        let device = &self.accepted.attendance.entry.code;
                        self.accepted.shared.meters.rule_breaks.increment(1);
                        tracing::info!(%device, code, %reason, "closing the device's connection");
                    }
                    if let Some(tap) = &tap {
                        tap.close(connection, CloudToDevice, Some(code), &reason);
                    }
                    ws::encode_close(write, code, &reason, None);
                    self.phase = Phase::Closing {
                        until: now + CLOSING_LIMIT,
                    };
                }
            }
            match self.peer.poll_output() {
                Some(next) => output = next,
                None => return,
            }
        }
    }

    fn call_done(&mut self, id: CallId, result: Result<Box<serde_json::value::RawValue>, dap::CallError>) {
        if let Some(at) = self.calls.iter().position(|(call, _)| *call == id) {
            let (_, reply) = self.calls.swap_remove(at);
            // Who asked may have given up.
            let _ = reply.send(result.map_err(requests::call_failed));
        }
        if self.calls.is_empty() {
            self.calls = Vec::new();
        }
    }

    /// Sends what there is to send, as far as the socket takes it.
    fn send(&mut self, cx: &mut Context<'_>, write: &mut Vec<u8>) -> io::Result<()> {
        let from_unsent = !self.unsent.is_empty();
        if from_unsent {
            self.unsent.append(write);
        }
        let bytes: &[u8] = if from_unsent { &self.unsent } else { write };
        let mut sent = 0;
        while sent < bytes.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &bytes[sent..])? {
                Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(len) => sent += len,
                Poll::Pending => break,
            }
        }
        if from_unsent {
            self.unsent.drain(..sent);
            if self.unsent.is_empty() {
                self.unsent = Vec::new();
            }
        } else {
            self.unsent.extend_from_slice(&write[sent..]);
            write.clear();
        }
        // Through TLS, what was taken may still lie in a buffer.
        let _ = Pin::new(&mut self.stream).poll_flush(cx)?;
        if self.unsent.len() > MAX_UNSENT {
            return Err(io::Error::other("the device does not read"));
        }
        if self.unsent.is_empty() {
            match self.phase {
                // The device's side stays open a while, so that the close frame is not lost to a reset.
                Phase::Closing { .. } => drop(Pin::new(&mut self.stream).poll_shutdown(cx)?),
                Phase::Last { .. } => {
                    if Pin::new(&mut self.stream).poll_shutdown(cx)?.is_ready() {
                        self.phase = Phase::Ended;
                    }
                }
                Phase::Open | Phase::Ended => {}
            }
        }
        Ok(())
    }

    /// The socket is gone.
    fn end(&mut self) {
        if self.phase == Phase::Open
            && let Some(tap) = self.accepted.tap()
        {
            let connection = self.accepted.link.number();
            tap.close(
                connection,
                DeviceToCloud,
                None,
                "the connection was lost, without a close frame",
            );
        }
        self.phase = Phase::Ended;
        self.peer.fail_all(dap::CallError::Disconnected);
        while let Some(output) = self.peer.poll_output() {
            if let Output::CallDone { id, result } = output {
                self.call_done(id, result);
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Session<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let session = self.get_mut();
        scratch::with(|scratch| session.advance(cx, scratch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_is_small() {
        // With tokio's part of a task and of a socket, and the device's place in the registry, below 2 KB a device.
        let size = size_of::<Session<tokio::net::TcpStream>>();
        assert!(size <= 512, "{size} bytes");
    }
}
