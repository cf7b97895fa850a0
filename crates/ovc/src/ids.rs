//! Identities. Those of the wire are DAP's own; the cloud adds what the wire does not know.

pub use dap::{ChannelId, LoginCode, RecordSessionId, StreamId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A person's account, by its row number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
