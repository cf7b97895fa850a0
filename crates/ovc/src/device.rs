//! Devices as a person deals with them: what they are, whether they are there, and calls to them. No HTTP, no sockets.

mod port;
mod presence;
mod report;

pub use crate::db::{DeviceEvent, DeviceEventKind};
pub use port::{CallError, DevicePort};
pub use presence::Presence;
pub use report::{ChannelReport, Report};
