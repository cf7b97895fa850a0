//! The configuration document (spec section 5): what the device can be set to, what the cloud has set of it, and that it
//! takes effect.
//!
//! Only what was set is kept, as a partial document; the rest is what the agent's own configuration and its sources say.

mod check;
mod document;

pub(super) use document::DEFAULT_SENSITIVITY;

use super::channel::Power;
use super::{Channel, Inner};
use crate::device::{Answer, done};
use crate::source::test_pattern::{Format, Look, Osd, Place, TestPattern};
use crate::state::StateDir;
use crate::steering::{Flip, FlipAbility};
use dap::methods::{Empty, GetConfig, ResetConfig, SetConfig};
use dap::{ChannelConfig, ChannelId, ConfigDocument, Quality, RpcError, SwitchSchedule};
use futures_util::future::join_all;
use parking_lot::Mutex;
use serde_json::{Map, Value};
use std::io;
use std::time::Duration;

/// Name of the file.
const FILE: &str = "config.json";
/// A camera is asked how its picture is turned, but not waited for longer than this.
const CAMERA_LIMIT: Duration = Duration::from_secs(5);
/// Nor for longer than this to be turned: the cloud waits 20 s for the answer.
const TURN_LIMIT: Duration = Duration::from_secs(13);

/// What the cloud has set.
pub(super) struct Configuration {
    kept: Mutex<Kept>,
    /// Held while it is being changed.
    changing: tokio::sync::Mutex<()>,
}

/// The partial document, as JSON to be merged, and understood.
struct Kept {
    json: Value,
    document: ConfigDocument,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            json: Value::Object(Map::new()),
            document: ConfigDocument::default(),
        }
    }
}

impl Kept {
    fn new(json: Value) -> Option<Self> {
        let document = serde_json::from_value(json.clone()).ok().filter(|_| json.is_object())?;
        Some(Self { json, document })
    }
}

impl Configuration {
    pub(super) fn load(state: &StateDir) -> Self {
        let kept = state.load(FILE).and_then(Kept::new).unwrap_or_default();
        Self {
            kept: Mutex::new(kept),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// What was set for a channel.
    pub(super) fn channel(&self, number: ChannelId) -> ChannelConfig {
        let kept = self.kept.lock();
        let channels = kept.document.channels.as_ref();
        channels
            .and_then(|channels| channels.get(&number))
            .cloned()
            .unwrap_or_default()
    }

    /// What was set.
    pub(super) fn document(&self) -> ConfigDocument {
        self.kept.lock().document.clone()
    }

    fn json(&self) -> Value {
        self.kept.lock().json.clone()
    }

    /// Keeps what was set, with `patch` over it.
    pub(super) fn merge(&self, patch: &Value, state: &StateDir) -> io::Result<()> {
        let mut kept = self.kept.lock();
        let mut json = kept.json.clone();
        merge(&mut json, patch);
        let merged = Kept::new(json).ok_or_else(|| io::Error::other("the merged document cannot be read"))?;
        state.save(FILE, &merged.json)?;
        *kept = merged;
        Ok(())
    }

    fn forget(&self, state: &StateDir) -> io::Result<()> {
        let mut kept = self.kept.lock();
        state.forget(FILE)?;
        *kept = Kept::default();
        Ok(())
    }
}

/// Objects are merged key by key, everything else is replaced.
fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, patch) in patch {
                merge(into.entry(key.clone()).or_insert(Value::Null), patch);
            }
        }
        (into, patch) => *into = patch.clone(),
    }
}

impl Inner {
    pub(super) async fn get_config(&self, _params: Empty) -> Answer<GetConfig> {
        let whole = self.whole_document().await;
        serde_json::from_value(whole).map_err(|error| RpcError::internal(error.to_string()))
    }

    /// What the device can be set to and how it is set, as JSON.
    async fn whole_document(&self) -> Value {
        let mut document = document::defaults(self);
        // All at once: those that are away would add up.
        let flips = join_all(self.channels.iter().map(camera_flip)).await;
        let channels = document.channels.get_or_insert_default();
        for (channel, flip) in self.channels.iter().zip(flips) {
            if let Some(flip) = flip {
                channels.entry(channel.number).or_default().image = Some(document::image(flip));
            }
        }
        let mut whole = serde_json::to_value(document).unwrap_or_default();
        let mut kept = self.configuration.json();
        // Channels that were taken out of the agent's configuration are no more, though settings of theirs are kept.
        if let Some(channels) = kept.get_mut(check::CHANNELS).and_then(Value::as_object_mut) {
            channels.retain(|number, _| {
                self.channels
                    .iter()
                    .any(|channel| channel.number.to_string() == *number)
            });
        }
        merge(&mut whole, &kept);
        document::truth(self, &mut whole);
        whole
    }

    pub(super) async fn set_config(&self, params: ConfigDocument) -> Answer<SetConfig> {
        let _one_at_a_time = self.configuration.changing.lock().await;
        let patch = serde_json::to_value(&params).map_err(|error| RpcError::internal(error.to_string()))?;
        let whole = self.whole_document().await;
        let patch = check::check(self, &params, patch, &whole)?;
        tokio::time::timeout(TURN_LIMIT, self.turn_cameras(&params))
            .await
            .unwrap_or_else(|_| Err(RpcError::internal("the camera does not answer in time")))?;
        if patch.as_object().is_some_and(|patch| !patch.is_empty()) {
            self.configuration
                .merge(&patch, &self.state)
                .map_err(|error| RpcError::internal(format!("the configuration cannot be kept: {error}")))?;
            let mut set = Vec::new();
            paths("", &patch, &mut set);
            tracing::info!(set = %set.join(" "), "configured by the cloud");
        }
        self.apply();
        done()
    }

    pub(super) async fn reset_config(&self, _params: Empty) -> Answer<ResetConfig> {
        let _one_at_a_time = self.configuration.changing.lock().await;
        self.configuration
            .forget(&self.state)
            .map_err(|error| RpcError::internal(format!("the configuration cannot be forgotten: {error}")))?;
        tracing::info!("back to factory settings");
        self.apply();
        done()
    }

    /// Turns the pictures of cameras as wanted; pictures that are made here are turned by [`Self::apply`].
    async fn turn_cameras(&self, params: &ConfigDocument) -> Result<(), RpcError> {
        for (number, wanted) in params.channels.iter().flatten() {
            let channel = self.channel(*number)?;
            let (Some(image), Some(steering), None) = (&wanted.image, &channel.steering, &channel.pattern) else {
                continue;
            };
            let at = |field: &str, error: RpcError| {
                RpcError::new(
                    error.code,
                    format!("{}.{number}.image.{field}: {}", check::CHANNELS, error.msg),
                )
            };
            let field = if image.horflip.is_some() { "horflip" } else { "verflip" };
            let present = steering.flip().await.map_err(|error| at(field, error.into()))?;
            let flip = Flip {
                horizontal: image.horflip.unwrap_or(present.horizontal),
                vertical: image.verflip.unwrap_or(present.vertical),
            };
            if flip != present {
                steering.set_flip(flip).await.map_err(|error| at(field, error.into()))?;
            }
        }
        Ok(())
    }

    /// Makes everything as it is set. What is so already is not touched.
    pub(super) fn apply(&self) {
        let document = self.configuration.document();
        self.log_level.set(document.log_level.map(dap::Bounded::get));
        self.clock.set_zone_h(document.tz.unwrap_or(0));
        for channel in &self.channels {
            let wanted = self.configuration.channel(channel.number);
            if let Some(pattern) = &channel.pattern {
                pattern.set_look(look(pattern.configured(), &wanted, document.led.unwrap_or(true)));
                // Known also while nobody watches: LivePublish may name less.
                channel
                    .feed
                    .declare_bitrate_bps(u64::from(pattern.pattern().bitrate_bps));
            }
            let volume = wanted
                .audio_out_volume
                .map_or(document::DEFAULT_VOLUME, dap::Bounded::get);
            self.audio_out.set_volume(channel.number, volume);
        }
        self.apply_power();
        self.end_alarms_switched_off();
        self.configured.send_modify(|count| *count += 1);
    }

    /// Switches channels on and off as they are set, and as their schedules say at this moment.
    pub(super) fn apply_power(&self) {
        let now_s = self.clock.unix_s() + i64::from(self.clock.zone_h()) * 3600;
        for channel in &self.channels {
            let wanted = self.configuration.channel(channel.number);
            let on = wanted.on.unwrap_or(true) && wanted.switch_schedule.is_none_or(|schedule| is_on(&schedule, now_s));
            let power = if on { Power::On } else { Power::Off };
            if channel.set_power(power) {
                tracing::info!(channel = %channel.number, on, "switched");
                if !on {
                    self.end_alarms_of(channel.number);
                }
                self.configured.send_modify(|count| *count += 1);
            }
        }
    }
}

/// How a camera's picture is turned, where it can be.
async fn camera_flip(channel: &Channel) -> Option<Flip> {
    let steering = channel.steering.as_ref().filter(|_| channel.pattern.is_none())?;
    let can = steering.abilities().borrow().flip;
    if can == FlipAbility::None {
        return None;
    }
    let asked = tokio::time::timeout(CAMERA_LIMIT, steering.flip()).await;
    // One that is away can be turned all the same, later.
    Some(asked.ok().and_then(Result::ok).unwrap_or_default())
}

/// The paths of what is set, for the log: values may be nobody else's business.
fn paths(path: &str, patch: &Value, into: &mut Vec<String>) {
    match patch.as_object().filter(|_| !path.ends_with("extension")) {
        Some(below) => {
            for (key, below) in below {
                let at = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                paths(&at, below, into);
            }
        }
        None => into.push(path.to_owned()),
    }
}

/// How a test pattern is to look.
fn look(configured: &TestPattern, wanted: &ChannelConfig, led: bool) -> Look {
    let quality = wanted.video_encoding.as_ref().and_then(|video| video.quality.as_ref());
    let image = wanted.image.clone().unwrap_or_default();
    let osd = wanted.osd.as_ref().map(|osd| Osd {
        text: osd.text.clone().unwrap_or_default(),
        times: osd.font.map_or(1, |font| usize::try_from(font.get()).unwrap_or(1)),
        place: osd.pos.as_deref().and_then(Place::parse).unwrap_or(Place::TopLeft),
    });
    Look {
        format: quality.and_then(|quality| format(configured, quality)),
        flip: Flip {
            horizontal: image.horflip.unwrap_or(false),
            vertical: image.verflip.unwrap_or(false),
        },
        osd,
        led,
    }
}

/// What a quality is in pixels and bits; `None`: as configured.
fn format(configured: &TestPattern, quality: &Quality) -> Option<Format> {
    if *quality == document::quality(configured.height) {
        return None;
    }
    let (width, height, bitrate_bps) = match quality {
        Quality::Ld => (320, 180, 300_000),
        Quality::Sd => (640, 360, 600_000),
        Quality::Hd => (1280, 720, 1_500_000),
        Quality::Fhd => (1920, 1080, 3_000_000),
        Quality::Other(_) => return None,
    };
    Some(Format {
        width,
        height,
        bitrate_bps,
    })
}

/// Days of the week, the first being that of 1970-01-01.
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// Whether a schedule has its channel on when clocks show `local_s` (seconds since 1970 began there). A span over
/// midnight belongs to the day on which it begins.
fn is_on(schedule: &SwitchSchedule, local_s: i64) -> bool {
    if !schedule.on.unwrap_or(false) {
        return true;
    }
    const DAY_S: i64 = 86_400;
    let start = i64::from(schedule.start_time.map_or(0, dap::TimeOfDay::seconds));
    let end = i64::from(schedule.shutdown_time.map_or(86_400, dap::TimeOfDay::seconds));
    let (day, second) = (local_s.div_euclid(DAY_S), local_s.rem_euclid(DAY_S));
    let counts = |day: i64| {
        let name = DAYS[usize::try_from(day.rem_euclid(7)).unwrap_or(0)];
        schedule
            .repeat
            .as_ref()
            .is_none_or(|repeat| repeat.iter().any(|wanted| wanted == name))
    };
    if start < end {
        counts(day) && (start..end).contains(&second)
    } else {
        (counts(day) && second >= start) || (counts(day - 1) && second < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> i64 {
        text.parse::<dap::LocalDateTime>().unwrap().to_unix_s()
    }

    #[test]
    fn a_schedule_has_its_channel_on_in_its_spans_only() {
        // 2026-11-29 is a Sunday.
        let schedule = |start: &str, end: &str, days: Value| -> SwitchSchedule {
            serde_json::from_value(json!({"on": true, "start_time": start, "shutdown_time": end, "repeat": days}))
                .unwrap()
        };
        let day = schedule("08:00:00", "20:30:00", json!(["Mon", "Sun"]));
        assert!(is_on(&day, at("2026-11-29T08:00:00")) && is_on(&day, at("2026-11-30T20:29:59")));
        assert!(!is_on(&day, at("2026-11-29T07:59:59")) && !is_on(&day, at("2026-11-29T20:30:00")));
        assert!(!is_on(&day, at("2026-11-28T12:00:00")), "not on Saturday");
        let night = schedule("22:00:00", "06:00:00", json!(["Sun"]));
        assert!(is_on(&night, at("2026-11-29T23:00:00")) && is_on(&night, at("2026-11-30T05:59:59")));
        assert!(!is_on(&night, at("2026-11-29T05:00:00")) && !is_on(&night, at("2026-11-30T23:00:00")));
        let off = SwitchSchedule {
            on: Some(false),
            ..night
        };
        assert!(
            is_on(&off, at("2026-11-29T12:00:00")),
            "a schedule that is not in force switches nothing"
        );
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let mut document = json!({"a": {"b": 1, "c": [1, 2]}, "d": 5});
        merge(&mut document, &json!({"a": {"c": [3]}, "e": {"f": null}}));
        assert_eq!(document, json!({"a": {"b": 1, "c": [3]}, "d": 5, "e": {"f": null}}));
    }

    #[test]
    fn the_configured_format_is_what_its_quality_stands_for() {
        let configured = TestPattern {
            width: 960,
            height: 540,
            ..TestPattern::default()
        };
        assert_eq!(format(&configured, &Quality::Sd), None);
        assert_eq!(format(&configured, &Quality::Fhd).unwrap().height, 1080);
        for quality in [Quality::Ld, Quality::Sd, Quality::Hd, Quality::Fhd] {
            let format = format(
                &TestPattern {
                    height: 64,
                    ..TestPattern::default()
                },
                &quality,
            );
            let height = format.map_or(64, |format| format.height);
            assert_eq!(document::quality(height), quality);
        }
    }
}
