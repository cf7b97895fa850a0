//! Any sequence of messages, calls, answers and time to a Peer, with its promises checked after every step.
#![no_main]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use dap::{CallError, CallId, InboundId, Message, Output, Peer, PeerOptions, RpcError};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

#[derive(Debug, Arbitrary)]
struct Script<'a> {
    window: u8,
    max_queued_calls: u8,
    max_inbound_queue: u8,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Arbitrary)]
enum Step<'a> {
    Text(&'a str),
    Binary,
    /// A well-formed request of the other end.
    Request(i64),
    /// A well-formed event of the other end.
    Event,
    /// An answer to the oldest outstanding request, displaced by this much.
    Answer { seq_off_by: i8, fails: bool },
    Call { deadline_ms: Option<u16> },
    Cancel(u8),
    Emit,
    /// This end answers the request that it was handed.
    Respond { fails: bool },
    /// This end answers a request again.
    RespondAgain,
    Pass(u16),
    Close(u16),
    Lose,
}

/// What the owner of a peer saw so far.
struct Owner {
    peer: Peer,
    window: usize,
    now: Instant,
    calls: Vec<CallId>,
    open: HashSet<CallId>,
    handed: Option<InboundId>,
    last_handed: Option<InboundId>,
    requests_sent: i64,
    answers_taken: i64,
    closed: bool,
    lost: bool,
}

impl Owner {
    fn drain(&mut self) {
        while let Some(output) = self.peer.poll_output() {
            match output {
                Output::CallDone { id, .. } => assert!(self.open.remove(&id), "a call ends once, and not if cancelled"),
                output if self.closed || self.lost => panic!("after the end: {output:?}"),
                Output::Send(text) => {
                    if let Message::Request { seq, .. } = Message::parse(&text).expect("own messages are well-formed") {
                        self.requests_sent += 1;
                        assert_eq!(seq, self.requests_sent, "one more for each request");
                        assert!(self.requests_sent - self.answers_taken <= self.window as i64);
                    }
                }
                Output::Request { id, .. } => {
                    assert!(self.handed.is_none(), "one request at a time");
                    self.handed = Some(id);
                    self.last_handed = Some(id);
                }
                Output::Event { .. } => assert!(self.handed.is_none(), "no event overtakes a request"),
                Output::Close { reason, .. } => {
                    assert!(reason.len() <= 123);
                    self.closed = true;
                }
            }
        }
        if self.closed || self.lost {
            assert!(self.open.is_empty(), "the end of the connection ends every call");
            assert_eq!(self.peer.next_deadline(), None);
        }
        assert_eq!(self.peer.is_closed(), self.closed || self.lost);
    }

    fn step(&mut self, step: Step<'_>) {
        let null = || RawValue::NULL.to_owned();
        match step {
            Step::Text(text) => {
                // A text that happens to be the right answer counts as one.
                if let Ok(Message::Success { seq, .. } | Message::Failure { seq, .. }) = Message::parse(text)
                    && seq == self.answers_taken + 1
                    && seq <= self.requests_sent
                {
                    self.answers_taken += 1;
                }
                self.peer.receive_text(self.now, text);
            }
            Step::Binary => self.peer.receive_binary(),
            Step::Request(seq) => {
                self.peer.receive_text(self.now, &format!(r#"{{"req":"Keepalive","seq":{seq}}}"#));
            }
            Step::Event => self.peer.receive_text(self.now, r#"{"event":"Bind"}"#),
            Step::Answer { seq_off_by, fails } => {
                let seq = self.answers_taken + 1 + i64::from(seq_off_by);
                let body = if fails { r#""err":{"code":1,"msg":""}"# } else { r#""resp":{}"# };
                if seq_off_by == 0 && self.requests_sent > self.answers_taken {
                    self.answers_taken += 1;
                }
                self.peer.receive_text(self.now, &format!(r#"{{"seq":{seq},{body}}}"#));
            }
            Step::Call { deadline_ms } => {
                let deadline = deadline_ms.map(|ms| self.now + Duration::from_millis(ms.into()));
                if let Ok(id) = self.peer.call(self.now, "GetCap", None, deadline) {
                    self.calls.push(id);
                    assert!(self.open.insert(id), "a new id");
                }
            }
            Step::Cancel(n) => {
                if let Some(&id) = self.calls.get(usize::from(n)) {
                    self.peer.cancel(self.now, id);
                    self.open.remove(&id);
                }
            }
            Step::Emit => drop(self.peer.emit(self.now, "RebootDevice", None)),
            Step::Respond { fails } => {
                if let Some(id) = self.handed.take() {
                    let result = if fails { Err(RpcError::internal("broken")) } else { Ok(null()) };
                    self.peer.answer(id, result);
                }
            }
            Step::RespondAgain => {
                if let (None, Some(id)) = (self.handed, self.last_handed) {
                    self.peer.answer(id, Ok(null()));
                    assert!(self.peer.poll_output().is_none(), "a second answer is dropped");
                }
            }
            Step::Pass(ms) => {
                self.now += Duration::from_millis(ms.into());
                self.peer.handle_timeout(self.now);
                assert!(self.peer.next_deadline().is_none_or(|deadline| deadline > self.now));
            }
            Step::Close(code) => self.peer.close(code, "wanted"),
            Step::Lose => {
                self.peer.fail_all(CallError::Disconnected);
                // The owner of a lost connection takes only what became of its calls.
                while let Some(output) = self.peer.poll_output() {
                    if let Output::CallDone { id, .. } = output {
                        assert!(self.open.remove(&id));
                    }
                }
                self.lost = true;
            }
        }
        self.drain();
    }
}

fuzz_target!(|script: Script<'_>| {
    let options = PeerOptions {
        window: script.window,
        max_queued_calls: script.max_queued_calls.into(),
        max_inbound_queue: script.max_inbound_queue.into(),
        ..PeerOptions::default()
    };
    let mut owner = Owner {
        peer: Peer::new(options),
        window: usize::from(script.window.clamp(1, 16)),
        now: Instant::now(),
        calls: Vec::new(),
        open: HashSet::new(),
        handed: None,
        last_handed: None,
        requests_sent: 0,
        answers_taken: 0,
        closed: false,
        lost: false,
    };
    for step in script.steps {
        owner.step(step);
    }
});
