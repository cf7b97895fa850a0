use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ChannelId, Extra, Percent, PresetId};

/// Parameters of CtrlPTZ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Wire", into = "Wire")]
#[schemars(with = "Wire")]
pub struct CtrlPTZParams {
    /// Which channel.
    pub channel: ChannelId,
    /// What to do.
    pub op: PtzOp,
    /// Moves: speed 0 to 100, absent is 50. Steps: size 0 to 100, absent is 0. Presets: the number 0 to 255, required.
    /// Stop: without meaning.
    pub value: Option<i64>,
    /// Other keys.
    pub extra: Extra,
}

impl CtrlPTZParams {
    /// Speed of a move that names none.
    pub const DEFAULT_SPEED: i64 = 50;
    /// Size of a step that names none.
    pub const DEFAULT_STEP: i64 = 0;

    /// The value, or what the protocol puts in its place.
    #[must_use]
    pub fn value_or_default(&self) -> i64 {
        let default = if self.op.is_move() {
            Self::DEFAULT_SPEED
        } else {
            Self::DEFAULT_STEP
        };
        self.value.unwrap_or(default)
    }
}

/// What CtrlPTZ does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the words say it")]
pub enum PtzOp {
    Up,
    Down,
    Left,
    Right,
    #[serde(rename = "upleft")]
    UpLeft,
    #[serde(rename = "upright")]
    UpRight,
    #[serde(rename = "downleft")]
    DownLeft,
    #[serde(rename = "downright")]
    DownRight,
    #[serde(rename = "zoomin")]
    ZoomIn,
    #[serde(rename = "zoomout")]
    ZoomOut,
    Stop,
    GotoPreset,
    SetPreset,
    ClearPreset,
    UpStep,
    DownStep,
    LeftStep,
    RightStep,
    #[serde(rename = "upleft_step")]
    UpLeftStep,
    #[serde(rename = "upright_step")]
    UpRightStep,
    #[serde(rename = "downleft_step")]
    DownLeftStep,
    #[serde(rename = "downright_step")]
    DownRightStep,
    #[serde(rename = "zoomin_step")]
    ZoomInStep,
    #[serde(rename = "zoomout_step")]
    ZoomOutStep,
}

impl PtzOp {
    /// It moves until it is stopped.
    #[must_use]
    pub fn is_move(self) -> bool {
        !self.is_preset() && !self.is_step() && self != Self::Stop
    }

    /// It moves by one step.
    #[must_use]
    pub fn is_step(self) -> bool {
        use PtzOp::*;
        matches!(
            self,
            UpStep
                | DownStep
                | LeftStep
                | RightStep
                | UpLeftStep
                | UpRightStep
                | DownLeftStep
                | DownRightStep
                | ZoomInStep
                | ZoomOutStep
        )
    }

    /// It works with a stored position.
    #[must_use]
    pub fn is_preset(self) -> bool {
        matches!(self, Self::GotoPreset | Self::SetPreset | Self::ClearPreset)
    }
}

/// What an operation's value may be depends on the operation, so it is checked when both are known.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Wire {
    /// Which channel.
    channel: ChannelId,
    /// What to do.
    op: PtzOp,
    /// Moves: speed 0 to 100, absent is 50. Steps: size 0 to 100, absent is 0. Presets: the number 0 to 255, required.
    /// Stop: without meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
    #[serde(flatten)]
    extra: Extra,
}

impl TryFrom<Wire> for CtrlPTZParams {
    type Error = String;

    fn try_from(
        Wire {
            channel,
            op,
            value,
            extra,
        }: Wire,
    ) -> Result<Self, String> {
        match value {
            None if op.is_preset() => return Err("value: a preset needs its number".into()),
            Some(preset) if op.is_preset() => PresetId::new(preset).map(drop),
            Some(speed) if op.is_move() || op.is_step() => Percent::new(speed).map(drop),
            _ => Ok(()),
        }
        .map_err(|out_of_range| format!("value: {out_of_range}"))?;
        Ok(Self {
            channel,
            op,
            value,
            extra,
        })
    }
}

impl From<CtrlPTZParams> for Wire {
    fn from(
        CtrlPTZParams {
            channel,
            op,
            value,
            extra,
        }: CtrlPTZParams,
    ) -> Self {
        Self {
            channel,
            op,
            value,
            extra,
        }
    }
}

/// One stored position, an element of the answer of GetPTZPresetList.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PtzPreset {
    /// Its number.
    pub id: PresetId,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
