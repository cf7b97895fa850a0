//! How a channel is to be recorded, as somebody decided.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest time before an alarm that is recorded, in seconds: devices hold it in memory.
const MAX_PRERECORD_SECONDS: u32 = 60;
/// Longest time after an alarm that is recorded, in seconds.
const MAX_TAIL_SECONDS: u32 = 3600;
/// Longest that footage is kept, in days.
const MAX_KEEP_DAYS: u32 = 3650;
/// Times of one week.
const MAX_TIMES: usize = 100;
/// Longest name of a time zone, in bytes.
const MAX_ZONE_LEN: usize = 64;

/// When a channel is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordMode {
    /// Never.
    #[default]
    Off,
    /// Day and night.
    Always,
    /// At the times of `schedule`.
    Schedule,
    /// While an alarm of the channel stands, some seconds before it and some after.
    Alarm,
}

impl RecordMode {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Always => "always",
            Self::Schedule => "schedule",
            Self::Alarm => "alarm",
        }
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// A time of the day, in minutes since midnight; `24:00` is the end of the day. On the wire `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u16);

impl ClockTime {
    /// The end of the day.
    pub const MIDNIGHT: Self = Self(24 * 60);

    /// `HH:MM` from `00:00` to `24:00`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two = |digits: &str| {
            let are_two = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
            are_two.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        let time = Self(hours * 60 + minutes);
        (minutes < 60 && time <= Self::MIDNIGHT).then_some(time)
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for ClockTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("expected a time such as 08:00, at most 24:00")
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// A stretch of time on some days of each week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyTime {
    /// The days on which it begins.
    pub days: Vec<Day>,
    /// When it begins, by the clock of the plan's time zone.
    #[schema(value_type = String, example = "08:00")]
    pub from: ClockTime,
    /// When it ends. At or before `from`: on the next day.
    #[schema(value_type = String, example = "18:00")]
    pub to: ClockTime,
}

/// How a channel is to be recorded. 0 is no limit where something is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordPlan {
    /// When.
    pub mode: RecordMode,
    /// The times of a week, for the mode `schedule`.
    #[serde(default)]
    pub schedule: Vec<WeeklyTime>,
    /// The time zone of the schedule, by its IANA name.
    #[serde(default = "utc")]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// How much is recorded before an alarm, as far as the device holds it.
    #[serde(default = "default_prerecord")]
    #[schema(minimum = 0, maximum = 60)]
    pub prerecord_seconds: u32,
    /// How long recording goes on after an alarm.
    #[serde(default = "default_tail")]
    #[schema(minimum = 0, maximum = 3600)]
    pub tail_seconds: u32,
    /// How long footage is kept.
    #[serde(default = "default_keep")]
    #[schema(minimum = 0, maximum = 3650)]
    pub keep_days: u32,
    /// How much footage of the channel is kept.
    #[serde(default)]
    pub keep_bytes: u64,
    /// How long footage around alarms is kept.
    #[serde(default = "default_keep_alarm")]
    #[schema(minimum = 0, maximum = 3650)]
    pub keep_alarm_days: u32,
}

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct PlanFault {
    /// Which field, as a path.
    pub field: String,
    /// For people.
    pub problem: &'static str,
}

impl PlanFault {
    fn new(field: impl Into<String>, problem: &'static str) -> Self {
        Self {
            field: field.into(),
            problem,
        }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn default_prerecord() -> u32 {
    10
}

fn default_tail() -> u32 {
    30
}

fn default_keep() -> u32 {
    30
}

fn default_keep_alarm() -> u32 {
    90
}

impl Default for RecordPlan {
    fn default() -> Self {
        Self {
            mode: RecordMode::Off,
            schedule: Vec::new(),
            time_zone: utc(),
            prerecord_seconds: default_prerecord(),
            tail_seconds: default_tail(),
            keep_days: default_keep(),
            keep_bytes: 0,
            keep_alarm_days: default_keep_alarm(),
        }
    }
}

impl RecordPlan {
    /// Whether it can be followed.
    ///
    /// # Errors
    /// The first field that makes no sense.
    pub fn check(&self) -> Result<(), PlanFault> {
        let most = |field: &str, value: u32, most: u32| match value <= most {
            true => Ok(()),
            false => Err(PlanFault::new(field, "too much")),
        };
        most("prerecord_seconds", self.prerecord_seconds, MAX_PRERECORD_SECONDS)?;
        most("tail_seconds", self.tail_seconds, MAX_TAIL_SECONDS)?;
        most("keep_days", self.keep_days, MAX_KEEP_DAYS)?;
        most("keep_alarm_days", self.keep_alarm_days, MAX_KEEP_DAYS)?;
        if self.keep_bytes > i64::MAX as u64 {
            return Err(PlanFault::new("keep_bytes", "too much"));
        }
        if self.time_zone.len() > MAX_ZONE_LEN || super::schedule::time_zone(&self.time_zone).is_none() {
            return Err(PlanFault::new("time_zone", "no time zone of this name is known"));
        }
        if self.schedule.len() > MAX_TIMES {
            return Err(PlanFault::new("schedule", "too many times"));
        }
        for (at, time) in self.schedule.iter().enumerate() {
            if time.days.is_empty() || time.days.len() > 7 {
                return Err(PlanFault::new(format!("schedule.{at}.days"), "expected 1 to 7 days"));
            }
            if time.from == ClockTime::MIDNIGHT {
                return Err(PlanFault::new(
                    format!("schedule.{at}.from"),
                    "expected a time before 24:00",
                ));
            }
        }
        if self.mode == RecordMode::Schedule && self.schedule.is_empty() {
            return Err(PlanFault::new("schedule", "expected at least one time"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn fault(change: Value) -> String {
        let mut plan = json!({ "mode": "always" });
        for (key, value) in change.as_object().unwrap() {
            plan[key] = value.clone();
        }
        let text = plan.to_string();
        let plan: RecordPlan = serde_json::from_str(&text).unwrap();
        plan.check().unwrap_err().field
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let plan: RecordPlan = serde_json::from_str(r#"{"mode":"alarm"}"#).unwrap();
        let usual = RecordPlan {
            mode: RecordMode::Alarm,
            ..RecordPlan::default()
        };
        assert_eq!(plan, usual);
        assert_eq!(plan.check(), Ok(()));
        let again: RecordPlan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(again, plan);
    }

    #[test]
    fn times_of_the_day() {
        let read = |text| ClockTime::parse(text).map(ClockTime::minutes);
        assert_eq!(
            [read("00:00"), read("08:05"), read("24:00")],
            [Some(0), Some(485), Some(1440)]
        );
        for bad in ["8:00", "24:01", "12:60", "12", "", "+1:00", "012:00", "12:0x", "１2:00"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(String::from(ClockTime::parse("07:09").unwrap()), "07:09");
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused() {
        assert_eq!(fault(json!({ "prerecord_seconds": 61 })), "prerecord_seconds");
        assert_eq!(fault(json!({ "tail_seconds": 3601 })), "tail_seconds");
        assert_eq!(fault(json!({ "keep_days": 4000 })), "keep_days");
        assert_eq!(fault(json!({ "keep_bytes": u64::MAX })), "keep_bytes");
        assert_eq!(fault(json!({ "time_zone": "Europe/Nowhere" })), "time_zone");
        assert_eq!(fault(json!({ "mode": "schedule" })), "schedule");
        let time = |days: Value, from: &str| json!({ "schedule": [{ "days": days, "from": from, "to": "24:00" }] });
        assert_eq!(fault(time(json!([]), "08:00")), "schedule.0.days");
        assert_eq!(fault(time(json!(["mon"]), "24:00")), "schedule.0.from");
    }
}
