use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open::open_number;
use crate::{ChannelId, Extra};

open_number! {
    /// What raised an alarm.
    AlarmType {
        /// An external input.
        EXTERNAL = 2 "external",
        /// Motion.
        MOTION = 3 "motion",
        /// A crossed line.
        TRIPWIRE = 4 "tripwire",
        /// Crying.
        CRY = 5 "cry",
        /// A face.
        FACE = 6 "face",
        /// Sound.
        VOICE = 7 "voice",
        /// The battery is low.
        LOW_BATTERY = 8 "low_battery",
        /// Somebody works on the lock.
        LOCK_PICKED = 9 "lock_picked",
        /// The doorbell rings.
        DOORBELL = 10 "doorbell",
        /// A human body.
        HUMAN_BODY = 11 "human_body",
    }
}

/// The alarms that are raised at a moment: bit n stands for [`AlarmType`] n.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AlarmFlags(pub u64);

impl AlarmFlags {
    /// Whether this alarm is raised.
    #[must_use]
    pub fn contains(self, alarm: AlarmType) -> bool {
        (0..64).contains(&alarm.0) && self.0 >> alarm.0 & 1 == 1
    }

    /// The raised alarms, unknown ones too.
    pub fn iter(self) -> impl Iterator<Item = AlarmType> {
        (0..64).map(AlarmType).filter(move |alarm| self.contains(*alarm))
    }
}

impl FromIterator<AlarmType> for AlarmFlags {
    /// Types that have no bit (below 0, over 63) are left out.
    fn from_iter<I: IntoIterator<Item = AlarmType>>(alarms: I) -> Self {
        let bits = alarms.into_iter().filter(|alarm| (0..64).contains(&alarm.0));
        Self(bits.fold(0, |flags, alarm| flags | 1 << alarm.0))
    }
}

/// Parameters of AlarmNotify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmNotifyParams {
    /// Which channel.
    pub channel: ChannelId,
    /// When it began or ended, in seconds since 1970 UTC.
    pub timestamp: i64,
    /// What raised it.
    #[serde(rename = "type")]
    pub alarm_type: AlarmType,
    /// Whether it began or ended.
    pub state: AlarmState,
    /// In words.
    pub desc: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether an alarm began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum AlarmState {
    /// It began.
    Start,
    /// It ended.
    End,
}

/// Answer of AlarmNotify.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmNotifyAnswer {
    /// Where to upload a picture; empty or absent: upload none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pic_upload_url: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
