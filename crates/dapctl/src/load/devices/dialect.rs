//! What the load says once its WebSocket is open: DAP, or the protocol of another server, so that the same load
//! measures both alike. In each, a client logs in and then sends small requests that are answered at once.

use clap::ValueEnum;
use serde::Serialize;
use ws::Message;

mod dap;
mod mqtt;
mod nats;

/// A protocol over WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The device access protocol: Keepalive and its answer.
    Dap,
    /// MQTT 3.1.1: CONNECT, then PINGREQ and PINGRESP.
    Mqtt,
    /// NATS: CONNECT, then PING and PONG.
    Nats,
}

/// A frame's payload to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Payload {
    Text(String),
    Binary(Vec<u8>),
}

/// What a message of the server means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The login is complete.
    LoggedIn,
    /// The answer to the request under way.
    Answer,
    /// It wants this said.
    Reply(Payload),
    /// Nothing that matters here.
    Nothing,
    /// A refusal, or nonsense.
    Bad(String),
}

impl Dialect {
    /// The path and query of the WebSocket URL.
    pub(super) fn path(self, url: &url::Url, code: &str, password: &str) -> String {
        let path = match (self, url.path()) {
            (Self::Dap, "" | "/") => "/ovc",
            (Self::Mqtt, "" | "/") => "/mqtt",
            (_, path) => path,
        };
        match self {
            Self::Dap => format!("{path}?{}", dap::query(code, password)),
            Self::Mqtt | Self::Nats => path.to_owned(),
        }
    }

    pub(super) fn subprotocol(self) -> Option<&'static str> {
        match self {
            Self::Mqtt => Some("mqtt"),
            Self::Dap | Self::Nats => None,
        }
    }

    /// What is sent when the WebSocket is open; `None`: nothing, the login is complete.
    pub(super) fn login(self, code: &str) -> Option<Payload> {
        match self {
            Self::Dap => None,
            Self::Mqtt => Some(Payload::Binary(mqtt::connect(code))),
            Self::Nats => Some(Payload::Binary(nats::connect(code))),
        }
    }

    /// The small request with number `seq`.
    pub(super) fn request(self, seq: u32) -> Payload {
        match self {
            Self::Dap => Payload::Text(dap::keepalive(seq)),
            Self::Mqtt => Payload::Binary(mqtt::PINGREQ.to_vec()),
            Self::Nats => Payload::Binary(nats::PING.to_vec()),
        }
    }

    /// What a message means to a client that `is_logged_in` and last sent request number `seq`.
    pub(super) fn read(self, message: Message<'_>, is_logged_in: bool, seq: u32) -> Meaning {
        match (self, message) {
            (Self::Dap, Message::Text(text)) => dap::read(text, seq),
            (Self::Mqtt, Message::Binary(bytes)) => mqtt::read(bytes),
            (Self::Nats, Message::Binary(bytes)) => nats::read(bytes, is_logged_in),
            _ => Meaning::Bad("frame of the wrong type".into()),
        }
    }
}
