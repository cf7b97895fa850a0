//! The configuration document (spec section 5).

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::open::open_words;
use crate::{Bounded, ChannelId, Extra, Percent};

/// What a device keeps about how it works (GetConfig, SetConfig; spec section 5).
///
/// It may be partial: in SetConfig an absent key means "unchanged"; in GetConfig an absent optional key means that
/// the device cannot do it. Keys that the protocol does not name are kept in `extra` at every level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigDocument {
    /// Settings of each channel.
    // The wire key is misspelt in the protocol; devices that spell it right are understood.
    #[serde(rename = "channls", alias = "channels", skip_serializing_if = "Option::is_none")]
    pub channels: Option<BTreeMap<ChannelId, ChannelConfig>>,
    /// How much the device logs: 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 fatal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<Bounded<0, 5>>,
    /// Hours east of UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tz: Option<i32>,
    /// Regular restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_reboot: Option<AutoReboot>,
    /// The indicator light is on (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub led: Option<bool>,
    /// The vendor's own settings (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extra>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Settings of one channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelConfig {
    /// The channel is enabled (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// The video encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_encoding: Option<VideoEncoding>,
    /// The audio encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_encoding: Option<AudioEncoding>,
    /// The picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageConfig>,
    /// What raises alarms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<AlarmConfigs>,
    /// Loudspeaker volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_out_volume: Option<Percent>,
    /// The camera follows what moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<bool>,
    /// When the channel is on (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch_schedule: Option<SwitchSchedule>,
    /// Text in the picture (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub osd: Option<Osd>,
    /// The vendor's own settings (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extra>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// How good the picture is to be.
    Quality {
        /// Low definition.
        Ld = "ld",
        /// Standard definition.
        Sd = "sd",
        /// High definition.
        Hd = "hd",
        /// Full high definition.
        Fhd = "fhd",
    }
}

/// The video encoder. All but `encoder`, `quality` and the encryption are read-only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VideoEncoding {
    /// `h264`; the seed edition knows no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// How good the picture is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Frames a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<u32>,
    /// Bits a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Frames from one keyframe to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gop: Option<u32>,
    /// The video is encrypted; written by client applications only. Absent is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rsk_encrypt: Option<bool>,
    /// The video is encrypted (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt: Option<bool>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The audio encoder. All but `encoder` is read-only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioEncoding {
    /// `aac`; the protocol knows no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// Samples a second: 8000, 16000, 32000, 44100 or 48000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Bits a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u64>,
    /// Bits a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits_per_sample: Option<u32>,
    /// Samples a frame, 1024 for AAC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_per_frame: Option<u32>,
    /// How many audio channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<u32>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageConfig {
    /// Mirrored left to right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horflip: Option<bool>,
    /// Mirrored top to bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verflip: Option<bool>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What raises alarms; absent where the device cannot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmConfigs {
    /// An external input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub io: Option<AlarmConfig>,
    /// A face.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<AlarmConfig>,
    /// Crying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cry: Option<AlarmConfig>,
    /// Sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<AlarmConfig>,
    /// Motion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motion: Option<AlarmConfig>,
    /// A crossed line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross: Option<AlarmConfig>,
    /// A human body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<AlarmConfig>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One cause of alarms.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmConfig {
    /// It raises alarms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// How easily.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Percent>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// When a channel is on (later edition).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchSchedule {
    /// The schedule is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// `HH:MM:SS`, when the channel goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<TimeOfDay>,
    /// `HH:MM:SS`, when the channel goes off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_time: Option<TimeOfDay>,
    /// On which days: `Mon` … `Sun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Vec<String>>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Text in the picture (later edition).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Osd {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// 1 or 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<Bounded<1, 2>>,
    /// `top-left`, `top-right`, `bottom-left` or `bottom-right`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pos: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Regular restarts: at a moment of its choice between `start` and `end`, no more often than every `cycle` seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AutoReboot {
    /// The device restarts by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// Shortest time between two restarts, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<u64>,
    /// When it may begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<TimeOfDay>,
    /// When it may no longer begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<TimeOfDay>,
    /// When the device last restarted (later edition).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reboot: Option<String>,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A time of day: seconds after midnight (seed edition) or `HH:MM:SS` (later edition). It is written as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TimeOfDayWire", into = "TimeOfDayWire")]
pub enum TimeOfDay {
    /// Written as seconds after midnight.
    Seconds(u32),
    /// Written as `HH:MM:SS`; the value is seconds after midnight all the same.
    Clock(u32),
}

impl TimeOfDay {
    /// Seconds after midnight, 0 to 86400 (24:00:00, the end of the day).
    #[must_use]
    pub fn seconds(self) -> u32 {
        match self {
            Self::Seconds(seconds) | Self::Clock(seconds) => seconds,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected seconds after midnight or \"HH:MM:SS\"")]
enum TimeOfDayWire {
    Seconds(u32),
    Clock(String),
}

impl TryFrom<TimeOfDayWire> for TimeOfDay {
    type Error = &'static str;

    fn try_from(wire: TimeOfDayWire) -> Result<Self, Self::Error> {
        let seconds = match &wire {
            TimeOfDayWire::Seconds(seconds) => Some(*seconds),
            TimeOfDayWire::Clock(text) => clock_seconds(text),
        };
        match (wire, seconds.filter(|seconds| *seconds <= 86_400)) {
            (TimeOfDayWire::Seconds(_), Some(seconds)) => Ok(Self::Seconds(seconds)),
            (TimeOfDayWire::Clock(_), Some(seconds)) => Ok(Self::Clock(seconds)),
            (_, None) => Err("not a time of day: 0 to 86400 seconds or \"HH:MM:SS\""),
        }
    }
}

impl From<TimeOfDay> for TimeOfDayWire {
    fn from(time: TimeOfDay) -> Self {
        match time {
            TimeOfDay::Seconds(seconds) => Self::Seconds(seconds),
            TimeOfDay::Clock(seconds) => Self::Clock(format!(
                "{:02}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )),
        }
    }
}

fn clock_seconds(text: &str) -> Option<u32> {
    let two = |text: &str| match text.as_bytes() {
        [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Some(u32::from(tens - b'0') * 10 + u32::from(units - b'0')),
        _ => None,
    };
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (two(parts.next()?)?, two(parts.next()?)?, two(parts.next()?)?);
    let in_range = parts.next().is_none() && minutes < 60 && seconds < 60;
    in_range.then_some(hours * 3600 + minutes * 60 + seconds)
}

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A time of day: seconds after midnight (seed edition) or HH:MM:SS (later edition).",
            "oneOf": [
                { "type": "integer", "minimum": 0, "maximum": 86_400 },
                { "type": "string", "pattern": r"^\d{2}:\d{2}:\d{2}$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    fn rewritten(document: &Value) -> Value {
        to_value(from_value::<ConfigDocument>(document.clone()).unwrap()).unwrap()
    }

    #[test]
    fn the_right_spelling_of_channels_is_read_and_the_wire_spelling_written() {
        assert_eq!(
            rewritten(&json!({"channels": {"2": {"trace": true}}})),
            json!({"channls": {"2": {"trace": true}}})
        );
    }

    #[test]
    fn unknown_keys_survive_at_every_level() {
        let document = json!({
            "channls": {"0": {
                "video_encoding": {"encoder": "h265", "quality": "4k", "hdr": [1, {"a": null}]},
                "audio_encoding": {"ns": 2}, "image": {"wdr": true}, "night": "auto",
                "alarms": {"smoke": {"on": true}, "io": {"delay": 3}},
                "switch_schedule": {"zone": 1}, "osd": {"color": "red"}
            }},
            "auto_reboot": {"jitter": 9}, "wifi": {"ssid": "home"}
        });
        assert_eq!(rewritten(&document), document);
    }

    #[test]
    fn a_time_of_day_is_written_as_it_was_read() {
        let seed = json!({"auto_reboot": {"start": 7200, "end": 86_400}});
        let later =
            json!({"auto_reboot": {"start": "02:00:00", "end": "24:00:00", "last_reboot": "2016-12-05T02:00:01"}});
        assert_eq!(rewritten(&seed), seed);
        assert_eq!(rewritten(&later), later);
        let start = |document| {
            from_value::<ConfigDocument>(document)
                .unwrap()
                .auto_reboot
                .unwrap()
                .start
                .unwrap()
        };
        assert_eq!(start(seed).seconds(), start(later).seconds());
    }

    #[test]
    fn times_of_day_that_are_none_are_refused() {
        for bad in [
            json!(86_401),
            json!(-1),
            json!("2:00:00"),
            json!("02:60:00"),
            json!("24:00:01"),
            json!("02:00"),
        ] {
            let document = json!({"auto_reboot": {"start": bad}});
            assert!(from_value::<ConfigDocument>(document).is_err(), "{bad}");
        }
    }
}
