//! Kinds of alarms by the names that people and configurations use.

use dap::methods::AlarmType;
use dap::{AlarmConfig, AlarmConfigs};
use serde::{Deserialize, Deserializer, de};

/// A kind that can be switched off in the configuration document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Kind {
    Io,
    Face,
    Cry,
    Voice,
    Motion,
    Cross,
    Body,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Io,
        Self::Face,
        Self::Cry,
        Self::Voice,
        Self::Motion,
        Self::Cross,
        Self::Body,
    ];

    /// The kind of alarms of this type; `None` for those that cannot be switched off.
    pub fn of(alarm: AlarmType) -> Option<Self> {
        Some(match alarm {
            AlarmType::EXTERNAL => Self::Io,
            AlarmType::FACE => Self::Face,
            AlarmType::CRY => Self::Cry,
            AlarmType::VOICE => Self::Voice,
            AlarmType::MOTION => Self::Motion,
            AlarmType::TRIPWIRE => Self::Cross,
            AlarmType::HUMAN_BODY => Self::Body,
            _ => return None,
        })
    }

    /// Its part of the configuration document.
    pub fn setting(self, alarms: &AlarmConfigs) -> Option<&AlarmConfig> {
        match self {
            Self::Io => alarms.io.as_ref(),
            Self::Face => alarms.face.as_ref(),
            Self::Cry => alarms.cry.as_ref(),
            Self::Voice => alarms.voice.as_ref(),
            Self::Motion => alarms.motion.as_ref(),
            Self::Cross => alarms.cross.as_ref(),
            Self::Body => alarms.body.as_ref(),
        }
    }

    /// Its part of the configuration document, to be written.
    pub fn setting_mut(self, alarms: &mut AlarmConfigs) -> &mut Option<AlarmConfig> {
        match self {
            Self::Io => &mut alarms.io,
            Self::Face => &mut alarms.face,
            Self::Cry => &mut alarms.cry,
            Self::Voice => &mut alarms.voice,
            Self::Motion => &mut alarms.motion,
            Self::Cross => &mut alarms.cross,
            Self::Body => &mut alarms.body,
        }
    }
}

/// Names of the protocol's types of alarms.
pub const NAMES: [(&str, AlarmType); 10] = [
    ("io", AlarmType::EXTERNAL),
    ("motion", AlarmType::MOTION),
    ("cross", AlarmType::TRIPWIRE),
    ("cry", AlarmType::CRY),
    ("face", AlarmType::FACE),
    ("voice", AlarmType::VOICE),
    ("low_battery", AlarmType::LOW_BATTERY),
    ("lock_picked", AlarmType::LOCK_PICKED),
    ("doorbell", AlarmType::DOORBELL),
    ("body", AlarmType::HUMAN_BODY),
];

/// A type of alarm by its name, or its number in the protocol.
///
/// # Errors
/// The names that there are.
pub fn parse_type(text: &str) -> Result<AlarmType, String> {
    let named = NAMES.iter().find(|(name, _)| *name == text).map(|(_, alarm)| *alarm);
    let numbered = || {
        text.parse()
            .ok()
            .filter(|number| (0..64).contains(number))
            .map(AlarmType)
    };
    named.or_else(numbered).ok_or_else(|| {
        let names = NAMES.map(|(name, _)| name).join(", ");
        format!("{text:?} is no type of alarm; there are {names}, and the protocol's numbers 0 to 63")
    })
}

/// The name of a type, or its number.
pub fn type_name(alarm: AlarmType) -> String {
    let named = NAMES.iter().find(|(_, known)| *known == alarm);
    named.map_or_else(|| alarm.0.to_string(), |(name, _)| (*name).to_owned())
}

/// For serde: a type of alarm by its name.
///
/// # Errors
/// The names that there are.
pub fn deserialize_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AlarmType, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_type(&text).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_name_and_number() {
        for (name, alarm) in NAMES {
            assert_eq!(parse_type(name), Ok(alarm));
            assert_eq!(parse_type(&alarm.0.to_string()), Ok(alarm));
            assert_eq!(type_name(alarm), name);
        }
        assert!(parse_type("smoke").unwrap_err().contains("motion") && parse_type("64").is_err());
        let mut alarms = AlarmConfigs::default();
        for kind in Kind::ALL {
            *kind.setting_mut(&mut alarms) = Some(AlarmConfig::default());
            assert!(kind.setting(&alarms).is_some());
        }
        assert_eq!(Kind::of(AlarmType::DOORBELL), None);
    }
}
