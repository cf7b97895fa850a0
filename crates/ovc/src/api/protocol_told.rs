//! What passed between a device and the cloud, as it is told to who looks: with what there is to say about it.

use super::protocol::Way;
use crate::gateway::{Passed, What};
use dap::inspect::{Finding, Inspection, Inspector, Level, MessageKind};
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Connections of a device looked at at once: the one that is, and some whose last messages are still on their way.
const MAX_CONNECTIONS: usize = 4;

/// Looks at what passes, connection by connection.
pub(super) struct Judge {
    answer_timeout: Duration,
    max_message: usize,
    connections: VecDeque<(u64, Inspector)>,
}

/// One thing that passed, as JSON.
#[derive(Debug, Serialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    is: &'static str,
    n: u64,
    connection: u64,
    at: String,
    direction: Way,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    /// To a tenth.
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<f64>,
    bytes: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_hand: bool,
    text: &'a str,
    verdict: Vec<Said>,
}

/// One thing to say about it.
#[derive(Debug, Serialize)]
struct Said {
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    text: String,
}

impl Said {
    fn of_all(level: &'static str, text: impl Into<String>) -> Vec<Self> {
        vec![Self {
            level,
            path: None,
            text: text.into(),
        }]
    }
}

impl From<Finding> for Said {
    fn from(finding: Finding) -> Self {
        Self {
            level: match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            path: finding.path,
            text: finding.text,
        }
    }
}

impl Judge {
    pub(super) fn new(answer_timeout: Duration, max_message: usize) -> Self {
        Self {
            answer_timeout,
            max_message,
            connections: VecDeque::new(),
        }
    }

    /// Some things were not seen.
    pub(super) fn missed(&mut self) {
        for (_, inspector) in &mut self.connections {
            inspector.missed();
        }
    }

    /// What to tell of something that passed, as JSON.
    pub(super) fn tell(&mut self, passed: &Arc<Passed>) -> String {
        let mut told = Told {
            is: "message",
            n: passed.n,
            connection: passed.connection,
            at: passed.at.to_rfc3339(),
            direction: passed.direction.into(),
            kind: "malformed",
            method: None,
            seq: None,
            latency_ms: None,
            bytes: 0,
            by_hand: false,
            text: "",
            verdict: Vec::new(),
        };
        let close;
        match &passed.what {
            What::Text { text, by_hand } => {
                let inspector = self.connection(passed.connection, false);
                let look = match by_hand {
                    true => Inspector::message_by_hand,
                    false => Inspector::message,
                };
                let inspection = look(inspector, passed.since_start, passed.direction, text);
                told.by_hand = *by_hand;
                told.text = text;
                told.bytes = text.len();
                told.kind = kind(inspection.kind);
                told.latency_ms = inspection.latency.map(in_ms);
                let Inspection {
                    method, seq, findings, ..
                } = inspection;
                (told.method, told.seq) = (method, seq);
                told.verdict = findings.into_iter().map(Said::from).collect();
            }
            What::Binary { bytes } => {
                told.bytes = *bytes;
                let code = dap::close_code::BINARY;
                told.verdict = Said::of_all("error", format!("binary frame: the connection ends with {code}"));
            }
            What::Login { facts } => {
                self.connection(passed.connection, true);
                told.kind = "login";
                told.text = facts;
                told.bytes = facts.len();
            }
            What::Refused { facts } => {
                told.kind = "login";
                told.text = facts;
                told.bytes = facts.len();
                let facts: serde_json::Value = serde_json::from_str(facts).unwrap_or_default();
                let info = facts["info"].as_str().unwrap_or_default();
                told.verdict = Said::of_all("error", format!("refused: {info}"));
            }
            What::Close { code, reason } => {
                self.connection(passed.connection, false).closed();
                close = match code {
                    Some(code) => serde_json::json!({ "code": code, "reason": reason }).to_string(),
                    None => serde_json::json!({ "reason": reason }).to_string(),
                };
                told.kind = "close";
                told.text = &close;
                told.bytes = reason.len();
                told.verdict = of_close(*code, reason);
            }
        }
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// Who looks at this connection.
    fn connection(&mut self, number: u64, from_login: bool) -> &mut Inspector {
        let at = match self.connections.iter().position(|(known, _)| *known == number) {
            Some(at) => at,
            None => {
                let inspector = if from_login {
                    Inspector::from_login(self.answer_timeout, self.max_message)
                } else {
                    Inspector::midway(self.answer_timeout, self.max_message)
                };
                if self.connections.len() >= MAX_CONNECTIONS {
                    self.connections.pop_front();
                }
                self.connections.push_back((number, inspector));
                self.connections.len() - 1
            }
        };
        &mut self.connections[at].1
    }
}

fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Request => "request",
        MessageKind::Answer => "answer",
        MessageKind::Error => "error",
        MessageKind::Event => "event",
        MessageKind::Malformed => "malformed",
    }
}

fn in_ms(latency: Duration) -> f64 {
    (latency.as_secs_f64() * 10_000.0).round() / 10.0
}

/// What a close says: of those that end a connection for a fault, which.
fn of_close(code: Option<u16>, reason: &str) -> Vec<Said> {
    let why = match code {
        None => return Said::of_all("warning", "no close code"),
        Some(1002) => "the other end broke a rule of WebSocket",
        Some(dap::close_code::BINARY) => "a binary frame came",
        Some(dap::close_code::BAD_JSON) => "what came was no JSON or no UTF-8",
        Some(dap::close_code::RULE_BROKEN) => "a rule of the protocol was broken",
        Some(dap::close_code::TOO_BIG) => "what came was too big",
        Some(1011) => "the closing end has a fault of its own",
        Some(_) => return Vec::new(),
    };
    let divider = if reason.is_empty() { "" } else { ": " };
    Said::of_all("error", format!("{why}{divider}{reason}"))
}
