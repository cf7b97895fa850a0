use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open::open_words;
use crate::{ChannelId, Extra};

/// Parameters of AudioOutPlay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioOutPlayParams {
    /// Which channel.
    pub channel: ChannelId,
    /// Where the music is.
    pub url: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of AudioOutCtrl.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioOutCtrlParams {
    /// Which channel.
    pub channel: ChannelId,
    /// What to do.
    pub op: AudioOp,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What AudioOutCtrl does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum AudioOp {
    /// End it.
    Stop,
    /// Halt it.
    Pause,
    /// Go on.
    Resume,
}

open_words! {
    /// What the loudspeaker does.
    AudioStatus {
        /// Nothing plays.
        Stopped = "stopped",
        /// Music is halted.
        Pausing = "pausing",
        /// Music plays.
        Playing = "playing",
    }
}

/// Answer of AudioOutQuery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioOutQueryAnswer {
    /// What the loudspeaker does.
    pub status: AudioStatus,
    /// What plays; empty or absent is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
