//! DAP, the protocol between an open video device (OVD) and the open video cloud (OVC).
//!
//! JSON messages travel over one WebSocket that the device opens. This crate holds the whole protocol once, for both
//! ends, and does no I/O: it has no sockets, no clock and no tasks.
//!
//! - [`methods`] is the table of every method: its name, kind, direction, parameters, answer, JSON Schemas and an
//!   example. Everything that needs to know methods (checks, forms, reference, tests) reads it from there.
//! - [`ConfigDocument`] and [`CapabilityDocument`] are the two documents that devices keep.
//! - [`Message`] is the envelope: request, success, failure, event.
//! - [`Peer`] is the state machine for one end of one connection: order, sequence numbers, deadlines, limits.
//!
//! Parameters are checked while they are parsed: a value of a type of this crate is within the protocol's ranges.
//! [`parse_params`] turns what is wrong into error 12 that names the field. What the protocol does not know (keys,
//! state numbers, words reported by a device) is kept and written back, never refused.

mod bounded;
mod capability;
mod config;
mod datetime;
mod error;
mod extra;
mod ids;
pub mod inspect;
mod message;
pub mod methods;
mod open;
mod parse;
mod peer;

pub use bounded::{Bounded, OutOfRange, Percent, PresetId};
pub use capability::{AlarmCapabilities, CapabilityDocument, MediaProtocol};
pub use config::{
    AlarmConfig, AlarmConfigs, AudioEncoding, AutoReboot, ChannelConfig, ConfigDocument, ImageConfig, Osd, Quality,
    SwitchSchedule, TimeOfDay, VideoEncoding,
};
pub use datetime::{BadDateTime, LocalDateTime};
pub use error::{ErrorCode, RpcError};
pub use extra::Extra;
pub use ids::{BadLoginCode, ChannelId, LoginCode, RecordSessionId, StreamId};
pub use message::{Malformed, Message};
pub use methods::{Direction, Edition, Kind, METHODS, Method, MethodInfo, method_info};
pub use parse::{BadField, parse_answer, parse_params, to_raw};
pub use peer::{CallError, CallId, CallRefused, InboundId, Output, Peer, PeerOptions, close_code};
