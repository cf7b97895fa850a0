//! Identities. Those of the wire are DAP's own; the cloud adds what the wire does not know.

pub use dap::{ChannelId, LoginCode, RecordSessionId, StreamId};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

row_ids! {
    /// A person's account.
    UserId;
    /// A tenant: an organisation that owns devices.
    TenantId;
    /// A group of a tenant's devices: a site, a floor.
    GroupId;
    /// A login of a user.
    SessionId;
    /// An API key.
    KeyId;
    /// An invitation or a link to set a password.
    LinkId;
    /// A bind id, by its row: not the secret that the device sends.
    BindId;
    /// What is recorded of one channel while one tenant holds it.
    RecordStreamId;
    /// A recording session, by its row: not the token that the device knows it by.
    RecordingId;
}
