//! Two peers talk in virtual time, over a wire that the test holds in its hand.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use dap::{CallError, CallId, CallRefused, ErrorCode, InboundId, Output, Peer, PeerOptions, RpcError, to_raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn raw(value: &Value) -> Box<RawValue> {
    to_raw(value)
}

/// One end: what it was handed up and told, and what lies on the wire from it.
struct End {
    peer: Peer,
    wire: VecDeque<String>,
    /// Names of requests and events in the order handed up.
    heard: Vec<String>,
    pending: Option<InboundId>,
    done: Vec<(CallId, Result<String, CallError>)>,
    closed: Option<(u16, String)>,
}

impl End {
    fn new(options: PeerOptions) -> Self {
        Self {
            peer: Peer::new(options),
            wire: VecDeque::new(),
            heard: Vec::new(),
            pending: None,
            done: Vec::new(),
            closed: None,
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.peer.poll_output() {
            match output {
                Output::Send(text) => self.wire.push_back(text),
                Output::Request { id, method, .. } => {
                    assert!(
                        self.pending.is_none(),
                        "a second request was handed up before the first was answered"
                    );
                    self.pending = Some(id);
                    self.heard.push(method.into_owned());
                }
                Output::Event { name, .. } => self.heard.push(name.into_owned()),
                Output::CallDone { id, result } => {
                    self.done.push((id, result.map(|answer| answer.get().to_owned())));
                }
                Output::Close { code, reason } => {
                    assert!(self.closed.is_none(), "closed twice");
                    self.closed = Some((code, reason.into_owned()));
                }
            }
        }
    }

    fn answer(&mut self, answer: Value) {
        self.peer
            .answer(self.pending.take().expect("a request to answer"), Ok(raw(&answer)));
        self.drain();
    }

    fn result(&self, call: CallId) -> Option<&Result<String, CallError>> {
        self.done.iter().find(|(id, _)| *id == call).map(|(_, result)| result)
    }
}

struct Pair {
    now: Instant,
    cloud: End,
    device: End,
}

impl Pair {
    fn new(cloud: PeerOptions) -> Self {
        Self {
            now: Instant::now(),
            cloud: End::new(cloud),
            device: End::new(PeerOptions::default()),
        }
    }

    fn call(&mut self, method: &'static str) -> CallId {
        let call = self
            .cloud
            .peer
            .call(self.now, method, None, None)
            .expect("room in the queue");
        self.cloud.drain();
        call
    }

    /// Delivers all that lies on the wire to the device.
    fn deliver_to_device(&mut self) {
        while let Some(text) = self.cloud.wire.pop_front() {
            self.device.peer.receive_text(self.now, &text);
            self.device.drain();
        }
    }

    /// Delivers all that lies on the wire to the cloud.
    fn deliver_to_cloud(&mut self) {
        while let Some(text) = self.device.wire.pop_front() {
            self.tell_cloud(&text);
        }
    }

    fn tell_cloud(&mut self, text: &str) {
        self.cloud.peer.receive_text(self.now, text);
        self.cloud.drain();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.cloud.peer.handle_timeout(self.now);
        self.cloud.drain();
        self.device.peer.handle_timeout(self.now);
        self.device.drain();
    }
}

fn window(window: u8) -> PeerOptions {
    PeerOptions {
        window,
        ..PeerOptions::default()
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_call_is_answered() {
    let mut pair = Pair::new(window(1));
    let call = pair.call("GetCap");
    assert_eq!(pair.cloud.wire, [r#"{"req":"GetCap","seq":1}"#]);
    pair.deliver_to_device();
    pair.device.answer(json!({"ptz": true}));
    pair.deliver_to_cloud();
    assert_eq!(pair.cloud.result(call), Some(&Ok(r#"{"ptz":true}"#.to_owned())));
    assert_eq!(pair.cloud.peer.next_deadline(), None);
}

#[test]
fn an_error_of_the_device_reaches_the_caller_untouched() {
    let mut pair = Pair::new(window(1));
    let call = pair.call("LivePublish");
    pair.deliver_to_device();
    let error = RpcError::new(ErrorCode(4711), "lens \"cap\" on");
    pair.device
        .peer
        .answer(pair.device.pending.unwrap(), Err(error.clone()));
    pair.device.drain();
    pair.deliver_to_cloud();
    assert_eq!(pair.cloud.result(call), Some(&Err(CallError::Device(error))));
    assert_eq!(pair.cloud.closed, None);
}

#[test]
fn requests_and_events_of_one_direction_keep_their_order() {
    let mut pair = Pair::new(window(16));
    pair.call("GetCap");
    pair.cloud
        .peer
        .emit(pair.now, "CtrlPTZ", Some(raw(&json!({"channel": 0, "op": "up"}))))
        .unwrap();
    pair.call("GetConfig");
    pair.cloud.peer.emit(pair.now, "RebootDevice", None).unwrap();
    pair.cloud.drain();
    pair.deliver_to_device();
    assert_eq!(pair.device.heard, ["GetCap"], "the rest waits for the first answer");
    pair.device.answer(json!({}));
    assert_eq!(pair.device.heard, ["GetCap", "CtrlPTZ", "GetConfig"]);
    pair.device.answer(json!({}));
    assert_eq!(pair.device.heard, ["GetCap", "CtrlPTZ", "GetConfig", "RebootDevice"]);
}

#[test]
fn an_event_does_not_overtake_a_call_that_waits_behind_the_window() {
    let mut pair = Pair::new(window(1));
    pair.call("Snapshot");
    pair.call("SetConfig");
    pair.cloud.peer.emit(pair.now, "RebootDevice", None).unwrap();
    pair.cloud.drain();
    pair.deliver_to_device();
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    pair.deliver_to_device();
    assert_eq!(pair.device.heard, ["Snapshot", "SetConfig"]);
    pair.device.answer(json!({}));
    assert_eq!(pair.device.heard, ["Snapshot", "SetConfig", "RebootDevice"]);
}

#[test]
fn the_directions_do_not_wait_for_each_other() {
    let mut pair = Pair::new(window(1));
    let snapshot = pair.call("Snapshot");
    pair.deliver_to_device();
    // While the device works on the snapshot, it sends a keepalive, with the same seq, and gets its answer.
    let keepalive = pair.device.peer.call(pair.now, "Keepalive", None, None).unwrap();
    pair.device.drain();
    pair.deliver_to_cloud();
    pair.cloud.answer(json!({}));
    pair.deliver_to_device();
    assert_eq!(pair.device.result(keepalive), Some(&Ok("{}".to_owned())));
    assert_eq!(pair.cloud.result(snapshot), None);
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    assert_eq!(pair.cloud.result(snapshot), Some(&Ok("{}".to_owned())));
}

#[test]
fn the_window_bounds_what_is_sent_and_answers_settle_in_order() {
    let mut pair = Pair::new(window(2));
    let calls: Vec<_> = ["GetCap", "GetConfig", "DevInfo", "QueryTime"]
        .map(|method| pair.call(method))
        .into();
    assert_eq!(pair.cloud.wire.len(), 2);
    pair.deliver_to_device();
    pair.device.answer(json!({"n": 1}));
    pair.deliver_to_cloud();
    assert_eq!(pair.cloud.wire.len(), 1, "an answer lets the next one go");
    for n in 2..=4 {
        pair.deliver_to_device();
        pair.device.answer(json!({"n": n}));
        pair.deliver_to_cloud();
    }
    let expected: Vec<_> = calls
        .into_iter()
        .zip(1..)
        .map(|(id, n)| (id, Ok(format!("{{\"n\":{n}}}"))))
        .collect();
    assert_eq!(pair.cloud.done, expected);
}

#[test]
fn an_answer_with_the_wrong_seq_ends_the_connection() {
    let mut pair = Pair::new(window(2));
    let first = pair.call("GetCap");
    let second = pair.call("GetConfig");
    pair.tell_cloud(r#"{"seq":2,"resp":{}}"#);
    assert_eq!(pair.cloud.closed.as_ref().unwrap().0, 1008);
    assert!(pair.cloud.closed.as_ref().unwrap().1.contains("rule 3"));
    for call in [first, second] {
        assert_eq!(pair.cloud.result(call), Some(&Err(CallError::Disconnected)));
    }
}

#[test]
fn a_duplicate_answer_ends_the_connection() {
    let mut pair = Pair::new(window(1));
    let call = pair.call("GetCap");
    pair.tell_cloud(r#"{"seq":1,"resp":{}}"#);
    assert_eq!(pair.cloud.result(call), Some(&Ok("{}".to_owned())));
    pair.tell_cloud(r#"{"seq":1,"resp":{}}"#);
    assert_eq!(pair.cloud.closed.as_ref().unwrap().0, 1008);
    assert_eq!(pair.cloud.done.len(), 1, "the call ended once");
}

#[test]
fn no_answer_within_20_s_ends_the_connection_and_every_call() {
    let mut pair = Pair::new(window(1));
    let late = pair.call("Snapshot");
    let queued = pair.call("GetCap");
    assert_eq!(pair.cloud.peer.next_deadline(), Some(pair.now + 20 * SECOND));
    pair.pass(19 * SECOND);
    assert_eq!(pair.cloud.closed, None);
    pair.pass(SECOND);
    assert_eq!(pair.cloud.closed, Some((1008, "rule 4: no answer in time".to_owned())));
    assert_eq!(pair.cloud.result(late), Some(&Err(CallError::TimedOut)));
    assert_eq!(pair.cloud.result(queued), Some(&Err(CallError::Disconnected)));
    // The late answer changes nothing any more.
    pair.tell_cloud(r#"{"seq":1,"resp":{}}"#);
    assert_eq!(pair.cloud.done.len(), 2);
    assert_eq!(pair.cloud.peer.next_deadline(), None);
}

#[test]
fn the_20_s_of_a_queued_call_begin_when_it_is_sent() {
    let mut pair = Pair::new(window(1));
    pair.call("Snapshot");
    let second = pair.call("GetCap");
    pair.deliver_to_device();
    pair.pass(15 * SECOND);
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    pair.deliver_to_device();
    pair.pass(15 * SECOND);
    assert_eq!(pair.cloud.closed, None, "30 s after the call, 15 s after it was sent");
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    assert_eq!(pair.cloud.result(second), Some(&Ok("{}".to_owned())));
}

#[test]
fn a_call_that_waits_past_its_own_deadline_fails_alone() {
    let mut pair = Pair::new(window(1));
    let slow = pair.call("Snapshot");
    let hasty = pair
        .cloud
        .peer
        .call(pair.now, "GetCap", None, Some(pair.now + 5 * SECOND))
        .unwrap();
    let patient = pair.call("GetConfig");
    assert_eq!(pair.cloud.peer.next_deadline(), Some(pair.now + 5 * SECOND));
    pair.deliver_to_device();
    pair.pass(5 * SECOND);
    assert_eq!(pair.cloud.result(hasty), Some(&Err(CallError::QueueDeadline)));
    assert_eq!(pair.cloud.closed, None);
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    pair.deliver_to_device();
    pair.device.answer(json!({}));
    pair.deliver_to_cloud();
    assert_eq!(pair.device.heard, ["Snapshot", "GetConfig"], "it was never sent");
    assert!(pair.cloud.result(slow).unwrap().is_ok() && pair.cloud.result(patient).unwrap().is_ok());
}

#[test]
fn takeover_fails_what_is_pending_at_once_and_says_why() {
    let mut pair = Pair::new(window(1));
    let sent = pair.call("Snapshot");
    let queued = pair.call("GetCap");
    pair.cloud.peer.close(4001, "replaced");
    pair.cloud.drain();
    assert_eq!(pair.cloud.closed, Some((4001, "replaced".to_owned())));
    for call in [sent, queued] {
        assert_eq!(pair.cloud.result(call), Some(&Err(CallError::Replaced)));
    }
    assert_eq!(
        pair.cloud.peer.call(pair.now, "GetCap", None, None),
        Err(CallRefused::Closed)
    );
}

#[test]
fn a_lost_connection_fails_what_is_pending_without_a_close() {
    let mut pair = Pair::new(window(1));
    let call = pair.call("Snapshot");
    pair.cloud.peer.fail_all(CallError::Disconnected);
    pair.cloud.drain();
    assert_eq!(pair.cloud.result(call), Some(&Err(CallError::Disconnected)));
    assert_eq!(pair.cloud.closed, None);
}

#[test]
fn a_cancelled_call_keeps_the_order_of_answers() {
    let mut pair = Pair::new(window(1));
    let sent = pair.call("Snapshot");
    let queued = pair.call("GetCap");
    let last = pair.call("GetConfig");
    pair.cloud.peer.cancel(pair.now, sent);
    pair.cloud.peer.cancel(pair.now, queued);
    for _ in 0..2 {
        pair.deliver_to_device();
        pair.device.answer(json!({}));
        pair.deliver_to_cloud();
    }
    assert_eq!(pair.device.heard, ["Snapshot", "GetConfig"]);
    assert_eq!(pair.cloud.done, [(last, Ok("{}".to_owned()))]);
    assert_eq!(pair.cloud.closed, None);
}

#[test]
fn the_queue_is_bounded() {
    let mut pair = Pair::new(PeerOptions {
        max_queued_calls: 3,
        ..PeerOptions::default()
    });
    for _ in 0..4 {
        pair.call("GetCap"); // One on the wire, three behind it.
    }
    assert_eq!(
        pair.cloud.peer.call(pair.now, "GetCap", None, None),
        Err(CallRefused::QueueFull)
    );
    assert_eq!(
        pair.cloud.peer.emit(pair.now, "RebootDevice", None),
        Err(CallRefused::QueueFull)
    );
}

#[test]
fn a_device_that_floods_is_cut_off() {
    let mut pair = Pair::new(PeerOptions {
        max_inbound_queue: 2,
        ..PeerOptions::default()
    });
    for seq in 1..=3 {
        pair.tell_cloud(&format!(r#"{{"req":"Keepalive","seq":{seq}}}"#));
    }
    assert_eq!(pair.cloud.closed, None, "one handled, two behind it");
    pair.tell_cloud(r#"{"event":"Bind"}"#);
    assert_eq!(pair.cloud.closed.as_ref().unwrap().0, 1008);
}

#[test]
fn every_broken_rule_has_its_close_code() {
    let huge = format!(r#"{{"event":"Bind","params":{{"bind_id":"{}"}}}}"#, "x".repeat(1 << 20));
    for (text, code) in [
        ("{", 1007),
        ("[]", 1008),
        (r#"{"req":"Keepalive"}"#, 1008),
        (huge.as_str(), 1009),
    ] {
        let mut pair = Pair::new(window(1));
        pair.tell_cloud(text);
        let (found, reason) = pair.cloud.closed.unwrap();
        assert_eq!(found, code);
        assert!(reason.contains("rule 5") && reason.len() <= 123);
    }
    let mut pair = Pair::new(window(1));
    pair.cloud.peer.receive_binary();
    pair.cloud.drain();
    assert_eq!(pair.cloud.closed.unwrap().0, 1003);
}

#[test]
fn nothing_is_handed_up_after_the_close() {
    let mut pair = Pair::new(window(1));
    pair.tell_cloud(r#"{"req":"Keepalive","seq":1}"#);
    pair.tell_cloud(r#"{"event":"Bind"}"#);
    pair.tell_cloud("{");
    pair.cloud.answer(json!({}));
    pair.tell_cloud(r#"{"event":"Bind"}"#);
    assert_eq!(pair.cloud.heard, ["Keepalive"]);
    assert!(pair.cloud.wire.is_empty());
}

#[test]
fn an_answer_to_a_request_that_is_gone_is_dropped() {
    let mut pair = Pair::new(window(1));
    pair.tell_cloud(r#"{"req":"Keepalive","seq":1}"#);
    let first = pair.cloud.pending.unwrap();
    pair.cloud.answer(json!({}));
    pair.tell_cloud(r#"{"req":"Keepalive","seq":2}"#);
    pair.cloud.peer.answer(first, Ok(raw(&json!({}))));
    pair.cloud.drain();
    assert_eq!(
        pair.cloud.wire,
        [r#"{"seq":1,"resp":{}}"#],
        "the second is still unanswered"
    );
}

#[test]
fn an_alias_is_handed_up_under_the_main_name() {
    let mut pair = Pair::new(window(1));
    pair.call("LiveStopPublish");
    pair.deliver_to_device();
    assert_eq!(pair.device.heard, ["LiveStop"]);
}

#[test]
fn an_idle_peer_is_small() {
    assert!(size_of::<Peer>() <= 208, "{}", size_of::<Peer>());
}

/// The cloud, its clock, and how to say something to it as the device.
fn by_hand() -> (End, Instant) {
    (End::new(PeerOptions::default()), Instant::now())
}

fn hears(cloud: &mut End, now: Instant, text: &str) {
    cloud.peer.receive_text(now, text);
    cloud.drain();
}

#[test]
fn answers_to_requests_sent_by_hand_end_no_connection_and_hold_up_no_call() {
    let (mut cloud, now) = by_hand();
    cloud.peer.note_by_hand(r#"{"req": "Teleport", "seq": 900}"#);
    // Malformed, and yet a careless device answers.
    cloud
        .peer
        .note_by_hand(r#"{"req": "Teleport", "event": "Teleport", "seq": 901}"#);
    let call = cloud.peer.call(now, "QueryTime", None, None).unwrap();
    cloud.drain();
    assert_eq!(cloud.wire.pop_front().unwrap(), r#"{"req":"QueryTime","seq":1}"#);
    hears(&mut cloud, now, r#"{"seq": 901, "err": {"code": 101, "msg": ""}}"#);
    hears(&mut cloud, now, r#"{"seq": 1, "resp": {}}"#);
    assert_eq!(cloud.done, [(call, Ok("{}".to_owned()))]);
    // However late it comes; no deadline runs.
    assert_eq!(cloud.peer.next_deadline(), None);
    hears(
        &mut cloud,
        now + Duration::from_secs(60),
        r#"{"seq": 900, "err": {"code": 101, "msg": ""}}"#,
    );
    assert_eq!(cloud.closed, None);
    // Each is answered once.
    hears(&mut cloud, now, r#"{"seq": 900, "err": {"code": 101, "msg": ""}}"#);
    assert_eq!(cloud.closed.unwrap().0, 1008);
}

#[test]
fn a_request_by_hand_with_the_next_number_takes_it() {
    let (mut cloud, now) = by_hand();
    cloud.peer.note_by_hand(r#"{"req": "QueryTime", "seq": 1}"#);
    cloud.peer.call(now, "GetCap", None, None).unwrap();
    cloud.drain();
    assert_eq!(cloud.wire.pop_front().unwrap(), r#"{"req":"GetCap","seq":2}"#);
    hears(&mut cloud, now, r#"{"seq": 1, "resp": {}}"#);
    hears(&mut cloud, now, r#"{"seq": 2, "resp": {}}"#);
    assert_eq!((cloud.closed, cloud.done.len()), (None, 1));
}

#[test]
fn of_two_requests_with_one_number_the_first_sent_is_answered_first() {
    let (mut cloud, now) = by_hand();
    cloud.peer.call(now, "QueryTime", None, None).unwrap();
    cloud.peer.note_by_hand(r#"{"req": "GetCap", "seq": 1}"#);
    cloud.drain();
    hears(&mut cloud, now, r#"{"seq": 1, "resp": "mine"}"#);
    hears(&mut cloud, now, r#"{"seq": 1, "resp": "by hand"}"#);
    assert_eq!(cloud.closed, None);
    assert_eq!(cloud.done[0].1, Ok(r#""mine""#.to_owned()));
}

#[test]
fn what_is_remembered_of_requests_by_hand_is_bounded() {
    let (mut cloud, now) = by_hand();
    for seq in 0..300 {
        cloud
            .peer
            .note_by_hand(&format!(r#"{{"req": "GetCap", "seq": {}}}"#, 1000 + seq));
    }
    hears(&mut cloud, now, r#"{"seq": 1044, "resp": {}}"#);
    assert_eq!(cloud.closed, None);
    hears(&mut cloud, now, r#"{"seq": 1043, "resp": {}}"#);
    assert!(cloud.closed.is_some(), "the oldest are forgotten");
}
