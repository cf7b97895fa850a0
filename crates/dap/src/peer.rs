//! One end of one DAP connection, without I/O. See [`Peer`].

use std::borrow::Cow;
use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use crate::methods::main_name;
use crate::{Message, RpcError};

/// Codes that end a connection (spec section 2 rule 5; 1001 and up are of RFC 6455 section 7.4.1).
pub mod close_code {
    /// The end goes away: shutdown.
    pub const GOING_AWAY: u16 = 1001;
    /// A binary frame came.
    pub const BINARY: u16 = 1003;
    /// A text frame held no JSON.
    pub const BAD_JSON: u16 = 1007;
    /// A rule of the protocol was broken; the reason names it.
    pub const RULE_BROKEN: u16 = 1008;
    /// A message was larger than the limit.
    pub const TOO_BIG: u16 = 1009;
    /// Another connection of the same device took over (spec section 1).
    pub const REPLACED: u16 = 4001;
}

/// Limits of a [`Peer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerOptions {
    /// How many requests may wait for an answer at the other end at once, 1 to 16 (spec section 2 rule 8).
    pub window: u8,
    /// How long the other end may take to answer, from sending (rule 4).
    pub answer_timeout: Duration,
    /// Largest message that is accepted, in bytes (rule 5).
    pub max_message: u32,
    /// How many calls and events may wait behind the window. When full, [`Peer::call`] and [`Peer::emit`] refuse.
    pub max_queued_calls: u16,
    /// How many requests and events of the other end may wait behind one that is being handled. When full, the
    /// connection ends with 1008.
    pub max_inbound_queue: u16,
}

impl Default for PeerOptions {
    fn default() -> Self {
        Self {
            window: 1,
            answer_timeout: Duration::from_secs(20),
            max_message: 1 << 20,
            max_queued_calls: 64,
            max_inbound_queue: 64,
        }
    }
}

/// Names a call of this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(NonZeroU64);

/// Names a request of the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InboundId(NonZeroU64);

/// Why a call or an event was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallRefused {
    /// Too many wait already ([`PeerOptions::max_queued_calls`]).
    #[error("too many calls wait for this device")]
    QueueFull,
    /// The connection has ended.
    #[error("the connection has ended")]
    Closed,
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The other end answered with an error.
    #[error(transparent)]
    Device(RpcError),
    /// The other end did not answer in time; the connection ended for it.
    #[error("no answer in time")]
    TimedOut,
    /// The call's own deadline passed before it could be sent. The connection lives on.
    #[error("the call waited in the queue past its deadline")]
    QueueDeadline,
    /// The connection ended before the answer.
    #[error("the connection ended before the answer")]
    Disconnected,
    /// Another connection of the same device took over before the answer.
    #[error("another connection of the device took over before the answer")]
    Replaced,
}

/// What a [`Peer`] wants done.
#[derive(Debug)]
pub enum Output {
    /// Send this text frame.
    Send(String),
    /// Handle a request of the other end, then call [`Peer::answer`]. No further request or event is handed up before.
    Request {
        /// For [`Peer::answer`].
        id: InboundId,
        /// The method, under its main name if it is known by an alias.
        method: Cow<'static, str>,
        /// Its parameters.
        params: Option<Box<RawValue>>,
    },
    /// An event of the other end.
    Event {
        /// The event, under its main name if it is known by an alias.
        name: Cow<'static, str>,
        /// Its parameters.
        params: Option<Box<RawValue>>,
    },
    /// A call of this end has ended.
    CallDone {
        /// Which one.
        id: CallId,
        /// The answer.
        result: Result<Box<RawValue>, CallError>,
    },
    /// End the connection with this WebSocket close. Nothing follows but [`Output::CallDone`].
    Close {
        /// One of [`close_code`].
        code: u16,
        /// At most 123 bytes, for the close frame.
        reason: Cow<'static, str>,
    },
}

/// The state machine for one end of one connection. It does no I/O and holds no clock: the owner feeds it messages,
/// requests, answers and the time, and then takes what [`Peer::poll_output`] yields until that is `None`.
///
/// It keeps the rules of spec section 2 for both directions: its own requests are numbered, at most
/// [`PeerOptions::window`] wait for an answer at a time, answers must come in order and in time; requests of the other
/// end are handed up one at a time, in order of arrival, together with its events. The two directions never wait for
/// each other. What is sent (calls and events) keeps its order too.
///
/// An idle peer owns no heap memory.
///
/// ```
/// use std::time::Instant;
/// use dap::{Output, Peer, PeerOptions};
///
/// let mut cloud = Peer::new(PeerOptions::default());
/// cloud.receive_text(Instant::now(), r#"{"req": "Keepalive", "params": {"state": 1, "channels": []}, "seq": 1}"#);
/// let Some(Output::Request { id, method, .. }) = cloud.poll_output() else { panic!() };
/// assert_eq!(method, "Keepalive");
/// cloud.answer(id, Ok(dap::to_raw(&dap::methods::Empty::default())));
/// let Some(Output::Send(text)) = cloud.poll_output() else { panic!() };
/// assert_eq!(text, r#"{"seq":1,"resp":{}}"#);
/// ```
#[derive(Debug)]
pub struct Peer {
    options: PeerOptions,
    next_seq: i64,
    next_id: NonZeroU64,
    /// Calls and events behind the window, at most `max_queued_calls`; [`Self::call`] and [`Self::emit`] refuse more.
    queued: VecDeque<Queued>,
    /// Calls that were sent and not answered, oldest first, at most `window`.
    outstanding: VecDeque<Outstanding>,
    /// What came behind the request being handled, at most `max_inbound_queue`; more ends the connection.
    inbound: VecDeque<Inbound>,
    handling: Option<(InboundId, i64)>,
    /// What the owner has not taken yet; it takes all after every input.
    outputs: VecDeque<Output>,
    /// Requests that a person sent past this peer: seldom any, so a pointer.
    by_hand: Option<Box<ByHand>>,
    closed: bool,
}

/// Requests that [`Peer::note_by_hand`] was told of and that are not answered, oldest first.
type ByHand = VecDeque<SentByHand>;

/// So many requests sent by hand may wait for an answer; over it the oldest is forgotten.
const MAX_BY_HAND: usize = 256;

#[derive(Debug, Clone, Copy)]
struct SentByHand {
    seq: i64,
    /// Grows from one request sent to the next.
    order: NonZeroU64,
}

#[derive(Debug)]
enum Queued {
    Call {
        id: CallId,
        method: Cow<'static, str>,
        params: Option<Box<RawValue>>,
        deadline: Option<Instant>,
    },
    Event {
        name: Cow<'static, str>,
        params: Option<Box<RawValue>>,
    },
}

#[derive(Debug)]
struct Outstanding {
    seq: i64,
    /// `None`: cancelled; its answer is awaited all the same, for the order.
    id: Option<CallId>,
    answer_by: Instant,
    /// Grows from one request sent to the next.
    order: NonZeroU64,
}

#[derive(Debug)]
enum Inbound {
    Request {
        seq: i64,
        method: Cow<'static, str>,
        params: Option<Box<RawValue>>,
    },
    Event {
        name: Cow<'static, str>,
        params: Option<Box<RawValue>>,
    },
}

impl Peer {
    /// A peer at the start of a connection. A window outside 1 to 16 counts as the nearest of these.
    #[must_use]
    pub fn new(options: PeerOptions) -> Self {
        Self {
            options: PeerOptions {
                window: options.window.clamp(1, 16),
                ..options
            },
            next_seq: 1,
            next_id: NonZeroU64::MIN,
            queued: VecDeque::new(),
            outstanding: VecDeque::new(),
            inbound: VecDeque::new(),
            handling: None,
            outputs: VecDeque::new(),
            by_hand: None,
            closed: false,
        }
    }

    /// A text frame came.
    pub fn receive_text(&mut self, now: Instant, text: &str) {
        if self.closed {
            return;
        }
        if text.len() > self.options.max_message as usize {
            return self.close(close_code::TOO_BIG, "rule 5: message over the size limit");
        }
        match Message::parse(text) {
            Ok(Message::Success { seq, answer }) => self.settle(now, seq, Ok(answer.to_owned())),
            Ok(Message::Failure { seq, error }) => self.settle(now, seq, Err(CallError::Device(error))),
            Ok(Message::Request { seq, method, params }) => {
                let params = params.map(ToOwned::to_owned);
                self.arrive(Inbound::Request {
                    seq,
                    method: main_name(method),
                    params,
                });
            }
            Ok(Message::Event { name, params }) => {
                let params = params.map(ToOwned::to_owned);
                self.arrive(Inbound::Event {
                    name: main_name(name),
                    params,
                });
            }
            Err(malformed) => self.close(malformed.close_code(), format!("rule 5: {malformed}")),
        }
    }

    /// A binary frame came; the protocol has none.
    pub fn receive_binary(&mut self) {
        self.close(close_code::BINARY, "rule 5: binary frame");
    }

    /// Queues a request for the other end. [`Output::CallDone`] tells how it ended, once, unless it is cancelled.
    /// Past `deadline` it is no longer sent; once sent, only [`PeerOptions::answer_timeout`] counts.
    ///
    /// # Errors
    /// [`CallRefused`] if too many wait or the connection has ended.
    pub fn call(
        &mut self,
        now: Instant,
        method: impl Into<Cow<'static, str>>,
        params: Option<Box<RawValue>>,
        deadline: Option<Instant>,
    ) -> Result<CallId, CallRefused> {
        let id = CallId(self.fresh_id());
        self.enqueue(Queued::Call {
            id,
            method: method.into(),
            params,
            deadline,
        })?;
        self.send_queued(now);
        Ok(id)
    }

    /// Queues an event for the other end. It keeps its place among the calls.
    ///
    /// # Errors
    /// [`CallRefused`] if too many wait or the connection has ended.
    pub fn emit(
        &mut self,
        now: Instant,
        name: impl Into<Cow<'static, str>>,
        params: Option<Box<RawValue>>,
    ) -> Result<(), CallRefused> {
        self.enqueue(Queued::Event {
            name: name.into(),
            params,
        })?;
        self.send_queued(now);
        Ok(())
    }

    /// Nobody waits for this call any more: it is not sent, or its answer is dropped. No [`Output::CallDone`] follows.
    pub fn cancel(&mut self, now: Instant, call: CallId) {
        self.queued
            .retain(|queued| !matches!(queued, Queued::Call { id, .. } if *id == call));
        for outstanding in &mut self.outstanding {
            if outstanding.id == Some(call) {
                outstanding.id = None;
            }
        }
        self.send_queued(now);
    }

    /// The owner sends this text to the other end by itself, past all checks: what a person who tries out a device
    /// typed, broken on purpose as it may be.
    ///
    /// If it is a request, however malformed, its answer is expected and dropped when it comes, whenever and in
    /// whichever order that is; it ends no connection, fills no window and has no deadline. (Of 256 unanswered ones the
    /// oldest is forgotten.) A request with the number that the next call would get takes that number. An answer sent by
    /// hand answers nothing here: the request that was handed up is still to be answered with [`Peer::answer`].
    pub fn note_by_hand(&mut self, text: &str) {
        let Some(seq) = crate::message::request_seq(text) else {
            return;
        };
        if self.closed {
            return;
        }
        let order = self.fresh_id();
        let by_hand = self.by_hand.get_or_insert_default();
        if by_hand.len() >= MAX_BY_HAND {
            by_hand.pop_front();
        }
        by_hand.push_back(SentByHand { seq, order });
        if seq == self.next_seq {
            self.next_seq = seq.checked_add(1).unwrap_or(1);
        }
    }

    /// Answers the request that was handed up, and hands up what came behind it. An answer to another request than
    /// that (the connection ended, or it was answered before) is dropped.
    pub fn answer(&mut self, request: InboundId, result: Result<Box<RawValue>, RpcError>) {
        let Some((id, seq)) = self.handling else { return };
        if id != request {
            return;
        }
        self.handling = None;
        let message = match &result {
            Ok(answer) => Message::Success { seq, answer },
            Err(error) => Message::Failure {
                seq,
                error: error.clone(),
            },
        };
        self.outputs.push_back(Output::Send(message.to_text()));
        while self.handling.is_none()
            && let Some(inbound) = self.inbound.pop_front()
        {
            self.hand_up(inbound);
        }
    }

    /// The time is `now`; to be called when [`Self::next_deadline`] is reached. Earlier or more often does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.outstanding.front().is_some_and(|oldest| oldest.answer_by <= now) {
            let late = self.outstanding.pop_front().and_then(|oldest| oldest.id);
            self.close(close_code::RULE_BROKEN, "rule 4: no answer in time");
            // Told last, so that nothing follows the close but ended calls.
            self.call_done(late, Err(CallError::TimedOut));
        }
        let outputs = &mut self.outputs;
        self.queued.retain(|queued| match queued {
            Queued::Call {
                id,
                deadline: Some(deadline),
                ..
            } if *deadline <= now => {
                outputs.push_back(Output::CallDone {
                    id: *id,
                    result: Err(CallError::QueueDeadline),
                });
                false
            }
            _ => true,
        });
        self.send_queued(now);
    }

    /// When [`Self::handle_timeout`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let queued = self.queued.iter().filter_map(|queued| match queued {
            Queued::Call { deadline, .. } => *deadline,
            Queued::Event { .. } => None,
        });
        queued
            .chain(self.outstanding.front().map(|oldest| oldest.answer_by))
            .min()
    }

    /// The next thing to do. Take all after every input.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if output.is_none() {
            self.release();
        }
        output
    }

    /// Ends the connection from this end: [`Output::Close`], then every call ends, with [`CallError::Replaced`] if the
    /// code is [`close_code::REPLACED`], else with [`CallError::Disconnected`].
    pub fn close(&mut self, code: u16, reason: impl Into<Cow<'static, str>>) {
        if self.closed {
            return;
        }
        self.outputs.push_back(Output::Close {
            code,
            reason: reason.into(),
        });
        let replaced = code == close_code::REPLACED;
        self.fail_all(if replaced {
            CallError::Replaced
        } else {
            CallError::Disconnected
        });
    }

    /// The connection is gone: every call ends with `error`, and nothing more is sent or taken.
    pub fn fail_all(&mut self, error: CallError) {
        self.closed = true;
        self.handling = None;
        self.by_hand = None;
        self.inbound.clear();
        let queued = std::mem::take(&mut self.queued)
            .into_iter()
            .filter_map(|queued| match queued {
                Queued::Call { id, .. } => Some(id),
                Queued::Event { .. } => None,
            });
        let sent = std::mem::take(&mut self.outstanding)
            .into_iter()
            .filter_map(|sent| sent.id);
        for id in sent.chain(queued) {
            self.outputs.push_back(Output::CallDone {
                id,
                result: Err(error.clone()),
            });
        }
    }

    /// How many requests and events of the other end wait behind the one that is being handled. An owner that stops
    /// reading while many do never runs into [`PeerOptions::max_inbound_queue`].
    #[must_use]
    pub fn inbound_waiting(&self) -> usize {
        self.inbound.len()
    }

    /// The connection has ended, from this end or by [`Self::fail_all`].
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn fresh_id(&mut self) -> NonZeroU64 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    fn enqueue(&mut self, queued: Queued) -> Result<(), CallRefused> {
        if self.closed {
            return Err(CallRefused::Closed);
        }
        if self.queued.len() >= usize::from(self.options.max_queued_calls.max(1)) {
            return Err(CallRefused::QueueFull);
        }
        self.queued.push_back(queued);
        Ok(())
    }

    /// Sends from the queue's front what the window lets through.
    fn send_queued(&mut self, now: Instant) {
        while let Some(front) = self.queued.front() {
            let full = self.outstanding.len() >= usize::from(self.options.window);
            if full && matches!(front, Queued::Call { .. }) {
                return;
            }
            match self.queued.pop_front() {
                Some(Queued::Call {
                    id,
                    deadline: Some(deadline),
                    ..
                }) if deadline <= now => {
                    self.call_done(Some(id), Err(CallError::QueueDeadline));
                }
                Some(Queued::Call { id, method, params, .. }) => {
                    let seq = self.next_seq;
                    self.next_seq = seq.checked_add(1).unwrap_or(1);
                    let answer_by = now + self.options.answer_timeout;
                    let order = self.fresh_id();
                    self.outstanding.push_back(Outstanding {
                        seq,
                        id: Some(id),
                        answer_by,
                        order,
                    });
                    self.send(&Message::Request {
                        seq,
                        method,
                        params: params.as_deref(),
                    });
                }
                Some(Queued::Event { name, params }) => self.send(&Message::Event {
                    name,
                    params: params.as_deref(),
                }),
                None => return,
            }
        }
    }

    fn send(&mut self, message: &Message<'_>) {
        self.outputs.push_back(Output::Send(message.to_text()));
    }

    /// An answer came: it must be the oldest outstanding request's (rule 3), or that of a request sent by hand.
    fn settle(&mut self, now: Instant, seq: i64, result: Result<Box<RawValue>, CallError>) {
        if self.answers_by_hand(seq) {
            return;
        }
        match self.outstanding.front() {
            Some(oldest) if oldest.seq == seq => {
                let id = self.outstanding.pop_front().and_then(|oldest| oldest.id);
                self.call_done(id, result);
                self.send_queued(now);
            }
            Some(_) => self.close(close_code::RULE_BROKEN, "rule 3: answer with another seq than expected"),
            None => self.close(close_code::RULE_BROKEN, "rule 3: answer to no request"),
        }
    }

    /// Whether an answer of this number is that of a request sent by hand, which is then settled.
    fn answers_by_hand(&mut self, seq: i64) -> bool {
        let Some(by_hand) = &mut self.by_hand else {
            return false;
        };
        let Some(at) = by_hand.iter().position(|sent| sent.seq == seq) else {
            return false;
        };
        // Of two requests with the same number the one sent first is answered first.
        let own = self.outstanding.front().filter(|oldest| oldest.seq == seq);
        if own.is_some_and(|own| by_hand[at].order > own.order) {
            return false;
        }
        by_hand.remove(at);
        if by_hand.is_empty() {
            self.by_hand = None;
        }
        true
    }

    fn call_done(&mut self, id: Option<CallId>, result: Result<Box<RawValue>, CallError>) {
        if let Some(id) = id {
            self.outputs.push_back(Output::CallDone { id, result });
        }
    }

    fn arrive(&mut self, inbound: Inbound) {
        if self.handling.is_none() {
            self.hand_up(inbound);
        } else if self.inbound.len() < usize::from(self.options.max_inbound_queue) {
            self.inbound.push_back(inbound);
        } else {
            self.close(close_code::RULE_BROKEN, "rule 2: too many requests wait behind one");
        }
    }

    fn hand_up(&mut self, inbound: Inbound) {
        match inbound {
            Inbound::Request { seq, method, params } => {
                let id = InboundId(self.fresh_id());
                self.handling = Some((id, seq));
                self.outputs.push_back(Output::Request { id, method, params });
            }
            Inbound::Event { name, params } => self.outputs.push_back(Output::Event { name, params }),
        }
    }

    /// Gives back the memory of queues that emptied: most peers are idle most of the time.
    fn release(&mut self) {
        fn release<T>(queue: &mut VecDeque<T>) {
            if queue.is_empty() && queue.capacity() > 0 {
                *queue = VecDeque::new();
            }
        }
        release(&mut self.outputs);
        release(&mut self.outstanding);
        release(&mut self.queued);
        release(&mut self.inbound);
    }
}
