use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a device is there (DAP section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Logged in, and heard within the silence limit. A closed connection alone does not end it.
    Online,
    /// No DAP connection, but hibernation heartbeats arrive.
    Sleeping,
    /// Neither.
    #[default]
    Offline,
}

impl Presence {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Sleeping => "sleeping",
            Self::Offline => "offline",
        }
    }
}
