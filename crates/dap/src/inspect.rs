//! What is wrong with a message that passed between a device and the cloud, for people who look at them. See
//! [`Inspector`].

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use crate::{Direction, Kind, Malformed, Message, MethodInfo, method_info};

mod schema;

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// A rule of the protocol is broken.
    Error,
    /// Allowed, and perhaps not meant: a key or a word that the protocol does not name, for example.
    Warning,
}

/// Something to say about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// Where, as a path such as `params.channels[1].state`; `None` is the whole message.
    pub path: Option<String>,
    /// What, in English.
    pub text: String,
}

/// What sort of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// It asks for an answer.
    Request,
    /// The answer to a request that succeeded.
    Answer,
    /// The answer to a request that failed.
    Error,
    /// It asks for none.
    Event,
    /// It is no message.
    Malformed,
}

/// What an [`Inspector`] has to say about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What sort of message it is.
    pub kind: MessageKind,
    /// The method or event as the message says it; of an answer, that of its request, if that is known.
    pub method: Option<String>,
    /// Its number, if it has one.
    pub seq: Option<i64>,
    /// Of an answer: how long after its request it came, if that is known.
    pub latency: Option<Duration>,
    /// What is to say about it; empty if it is as it should be.
    pub findings: Vec<Finding>,
}

/// Looks at the messages of one connection, both ways, in the order in which the cloud sent and received them, and
/// says of each what it is and what is wrong with it: that it is malformed, that a field is missing, unknown, of the
/// wrong type or out of range, that it comes late, out of order or from the wrong end. It only looks; what happens to
/// such a message is [`crate::Peer`]'s matter. Like that, it does no I/O and holds no clock.
///
/// ```
/// use std::time::Duration;
/// use dap::inspect::{Inspector, MessageKind};
/// use dap::Direction;
///
/// let mut inspector = Inspector::from_login(Duration::from_secs(20), 1 << 20);
/// let seen = inspector.message(Duration::ZERO, Direction::DeviceToCloud, r#"{"event": "BatteryChange", "seq": 1}"#);
/// assert_eq!((seen.kind, seen.method.as_deref()), (MessageKind::Event, Some("BatteryChange")));
/// let said: Vec<_> = seen.findings.iter().map(|f| (f.path.as_deref(), f.text.as_str())).collect();
/// assert_eq!(said, [(Some("seq"), "unknown key: an event has no seq"), (Some("params.battery"), "is missing")]);
/// ```
#[derive(Debug)]
pub struct Inspector {
    answer_timeout: Duration,
    max_message: usize,
    of_device: Requests,
    of_cloud: Requests,
    closed: bool,
}

/// The requests of one end.
#[derive(Debug, Default)]
struct Requests {
    /// Sent and not answered, oldest first, at most [`MAX_WAITING`].
    waiting: VecDeque<Waiting>,
    last_seq: Option<i64>,
    /// Some may wait that were not seen.
    unseen: bool,
}

#[derive(Debug)]
struct Waiting {
    seq: i64,
    method: String,
    at: Duration,
}

/// So many requests without an answer are remembered; over it the oldest is forgotten.
const MAX_WAITING: usize = 1024;
/// So much is said about one message at most.
const MAX_FINDINGS: usize = 64;
/// Names that vendors and this project may give to methods of their own (spec section 8).
const EXTENSION_PREFIX: &str = "X-";

impl Inspector {
    /// Looks from the login on. An answer is late after `answer_timeout`; a message over `max_message` bytes is too big.
    #[must_use]
    pub fn from_login(answer_timeout: Duration, max_message: usize) -> Self {
        Self {
            answer_timeout,
            max_message,
            of_device: Requests::default(),
            of_cloud: Requests::default(),
            closed: false,
        }
    }

    /// Looks from somewhere in the middle on: answers to what was asked before are no fault.
    #[must_use]
    pub fn midway(answer_timeout: Duration, max_message: usize) -> Self {
        let mut inspector = Self::from_login(answer_timeout, max_message);
        inspector.missed();
        inspector
    }

    /// Some messages were not seen.
    pub fn missed(&mut self) {
        for requests in [&mut self.of_device, &mut self.of_cloud] {
            requests.waiting.clear();
            requests.last_seq = None;
            requests.unseen = true;
        }
    }

    /// The connection was closed: nothing may follow.
    pub fn closed(&mut self) {
        self.closed = true;
    }

    /// A message passed, `at` counted from any fixed moment.
    pub fn message(&mut self, at: Duration, direction: Direction, text: &str) -> Inspection {
        self.look(at, direction, text, false)
    }

    /// The same of a message that a person sent past the cloud ([`crate::Peer::note_by_hand`]): the cloud's own requests
    /// count on as if it had not been, unless it has the number that comes next.
    pub fn message_by_hand(&mut self, at: Duration, direction: Direction, text: &str) -> Inspection {
        self.look(at, direction, text, true)
    }

    fn look(&mut self, at: Duration, direction: Direction, text: &str, by_hand: bool) -> Inspection {
        let mut findings = Findings::default();
        if self.closed {
            findings.error(None, "comes after the connection was closed");
        }
        if text.len() > self.max_message {
            let text = format!(
                "is longer than {} bytes: the connection ends with 1009",
                self.max_message
            );
            findings.error(None, text);
        }
        let (mine, theirs) = match direction {
            Direction::DeviceToCloud => (&mut self.of_device, &mut self.of_cloud),
            Direction::CloudToDevice => (&mut self.of_cloud, &mut self.of_device),
        };
        let mut inspection = match Message::parse(text) {
            Err(malformed) => look_at_malformed(malformed, text, &mut findings),
            Ok(message) => {
                let whole = serde_json::from_str(text).unwrap_or(Value::Null);
                match message {
                    Message::Request { seq, method, .. } => {
                        look_at_keys(&whole, "a request", &["req", "params", "seq"], &mut findings);
                        look_at_use(&method, "req", Kind::Rpc, direction, &whole, &mut findings);
                        mine.sent(at, seq, &method, by_hand, &mut findings);
                        Inspection::of(MessageKind::Request, Some(method.into_owned()), Some(seq))
                    }
                    Message::Event { name, .. } => {
                        look_at_keys(&whole, "an event", &["event", "params"], &mut findings);
                        look_at_use(&name, "event", Kind::Event, direction, &whole, &mut findings);
                        Inspection::of(MessageKind::Event, Some(name.into_owned()), None)
                    }
                    Message::Success { seq, answer } => {
                        look_at_keys(&whole, "an answer", &["seq", "resp"], &mut findings);
                        let request = theirs.answered(seq, &mut findings);
                        let method = request.as_ref().and_then(|request| method_info(&request.method));
                        if let Some(info) = method.filter(|info| info.kind == Kind::Rpc) {
                            let fault = info.check_answer(answer).err();
                            schema::look(info, schema::Part::Answer, &whole["resp"], "resp", fault, &mut findings);
                        }
                        self.answer(MessageKind::Answer, at, seq, request, &mut findings)
                    }
                    Message::Failure { seq, .. } => {
                        look_at_keys(&whole, "an answer", &["seq", "err"], &mut findings);
                        let request = theirs.answered(seq, &mut findings);
                        self.answer(MessageKind::Error, at, seq, request, &mut findings)
                    }
                }
            }
        };
        inspection.findings = findings.all;
        inspection
    }

    fn answer(
        &self,
        kind: MessageKind,
        at: Duration,
        seq: i64,
        request: Option<Waiting>,
        findings: &mut Findings,
    ) -> Inspection {
        let latency = request.as_ref().map(|request| at.saturating_sub(request.at));
        if let Some(latency) = latency.filter(|latency| *latency > self.answer_timeout) {
            let text = format!(
                "late: {:.1} s after the request, {} s are allowed",
                latency.as_secs_f64(),
                self.answer_timeout.as_secs()
            );
            findings.error(None, text);
        }
        Inspection {
            latency,
            ..Inspection::of(kind, request.map(|request| request.method), Some(seq))
        }
    }
}

impl Inspection {
    fn of(kind: MessageKind, method: Option<String>, seq: Option<i64>) -> Self {
        Self {
            kind,
            method,
            seq,
            latency: None,
            findings: Vec::new(),
        }
    }
}

impl Requests {
    fn sent(&mut self, at: Duration, seq: i64, method: &str, by_hand: bool, findings: &mut Findings) {
        let next = self.last_seq.map(|last| last.checked_add(1).unwrap_or(1));
        if self.waiting.iter().any(|request| request.seq == seq) {
            findings.error(Some("seq"), format!("request {seq} waits for its answer already"));
        } else if let Some(last) = self.last_seq
            && next != Some(seq)
        {
            findings.warn(Some("seq"), format!("follows on {last}: each request counts one more"));
        }
        if !by_hand || next == Some(seq) {
            self.last_seq = Some(seq);
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
            self.unseen = true;
        }
        self.waiting.push_back(Waiting {
            seq,
            method: method.to_owned(),
            at,
        });
    }

    /// Which request an answer of this number belongs to.
    fn answered(&mut self, seq: i64, findings: &mut Findings) -> Option<Waiting> {
        let Some(place) = self.waiting.iter().position(|request| request.seq == seq) else {
            // Those that were seen are answered after those that were not.
            if !self.unseen {
                let text = match self.waiting.front() {
                    Some(oldest) => format!("answers no request that waits: {} is expected", oldest.seq),
                    None => "answers no request: none waits".to_owned(),
                };
                findings.error(Some("seq"), text);
            }
            return None;
        };
        if let Some(oldest) = self.waiting.front().filter(|_| place > 0) {
            let text = format!("out of order: request {} came first and has no answer yet", oldest.seq);
            findings.error(Some("seq"), text);
        }
        self.unseen = false;
        self.waiting.remove(place)
    }
}

#[derive(Debug, Default)]
struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    fn error(&mut self, path: Option<&str>, text: impl Into<String>) {
        self.add(Level::Error, path, text.into());
    }

    fn warn(&mut self, path: Option<&str>, text: impl Into<String>) {
        self.add(Level::Warning, path, text.into());
    }

    fn add(&mut self, level: Level, path: Option<&str>, text: String) {
        if self.all.len() < MAX_FINDINGS {
            let path = path.map(str::to_owned);
            self.all.push(Finding { level, path, text });
        }
    }
}

fn look_at_malformed(malformed: Malformed, text: &str, findings: &mut Findings) -> Inspection {
    let path = match malformed {
        Malformed::BadKey(key) => Some(key),
        Malformed::SeqMissing => Some("seq"),
        _ => None,
    };
    let mut what = format!(
        "malformed, {malformed}: the connection ends with {}",
        malformed.close_code()
    );
    if malformed == Malformed::NotJson
        && let Err(error) = serde_json::from_str::<Value>(text)
    {
        what = format!("{what} ({error})");
    }
    findings.error(path, what);
    // What it means to be, for who looks for it.
    let whole: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let name = whole["req"].as_str().or_else(|| whole["event"].as_str());
    Inspection::of(MessageKind::Malformed, name.map(str::to_owned), whole["seq"].as_i64())
}

/// Keys of the envelope that do not belong there. They are ignored.
fn look_at_keys(whole: &Value, what: &str, known: &[&str], findings: &mut Findings) {
    for key in whole.as_object().into_iter().flatten().map(|(key, _)| key) {
        if known.contains(&key.as_str()) {
            continue;
        }
        let of_others = matches!(key.as_str(), "seq" | "params");
        let text = if of_others {
            format!("unknown key: {what} has no {key}")
        } else {
            "unknown key".to_owned()
        };
        findings.warn(Some(&schema::join("", key)), text);
    }
}

/// Whether a method may be used like that, and what is wrong with its parameters.
fn look_at_use(
    name: &str,
    key: &str,
    kind: Kind,
    direction: Direction,
    whole: &Value,
    findings: &mut Findings,
) -> Option<&'static MethodInfo> {
    let Some(info) = method_info(name) else {
        match kind {
            _ if name.starts_with(EXTENSION_PREFIX) => {}
            Kind::Rpc => findings.error(Some(key), "unknown method: it is answered with error 101"),
            Kind::Event => findings.warn(Some(key), "unknown event: it is ignored"),
        }
        return None;
    };
    if info.name != name {
        findings.warn(Some(key), format!("another name of {}", info.name));
    }
    if info.direction != direction {
        let (from, to) = match info.direction {
            Direction::DeviceToCloud => ("devices", "the cloud"),
            Direction::CloudToDevice => ("the cloud", "devices"),
        };
        findings.error(
            Some(key),
            format!("wrong direction: {} goes from {from} to {to}", info.name),
        );
    }
    if info.kind != kind {
        let (is, sent) = match info.kind {
            Kind::Rpc => ("a request", "an event"),
            Kind::Event => ("an event", "a request"),
        };
        findings.error(Some(key), format!("{} is {is} and is sent as {sent}", info.name));
    }
    let given = &whole["params"];
    let raw = (!given.is_null()).then(|| crate::to_raw(given));
    let fault = info.check_params(raw.as_deref()).err();
    let none = Value::Object(serde_json::Map::new());
    let params = if given.is_null() { &none } else { given };
    schema::look(info, schema::Part::Params, params, "params", fault, findings);
    Some(info)
}

#[cfg(test)]
mod tests;
