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

/// Why a device went offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gone {
    /// It was silent for too long.
    Silent,
    /// An operator disabled it.
    Disabled,
    /// It was removed.
    Deleted,
    /// It went from one hand to another.
    HandedOn,
}

impl Gone {
    /// The name on the wire of the API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::HandedOn => "handed_on",
        }
    }
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
