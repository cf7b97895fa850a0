//! The document without what the cloud has set: defaults, and what the sources are.

use super::super::{Channel, Inner};
use super::check::CHANNELS;
use crate::alarm::Kind;
use crate::source::test_pattern::TestPattern;
use crate::steering::Flip;
use dap::{
    AlarmConfig, AlarmConfigs, AudioEncoding, AutoReboot, Bounded, ChannelConfig, ConfigDocument, ImageConfig, Osd,
    Percent, Quality, SwitchSchedule, TimeOfDay, VideoEncoding,
};
use media::{AudioConfig, VideoConfig};
use serde_json::{Value, json};

/// Loudspeaker volume unless set.
pub(in super::super) const DEFAULT_VOLUME: i64 = 80;
/// Sensitivity of detectors unless set.
pub(in super::super) const DEFAULT_SENSITIVITY: i64 = 50;
/// Restarts are a week apart unless set, once they are switched on.
const WEEK_S: u64 = 604_800;

/// What a picture of this height is called.
pub(super) fn quality(height: u32) -> Quality {
    match height {
        0..360 => Quality::Ld,
        360..720 => Quality::Sd,
        720..1080 => Quality::Hd,
        _ => Quality::Fhd,
    }
}

pub(super) fn image(flip: Flip) -> ImageConfig {
    ImageConfig {
        horflip: Some(flip.horizontal),
        verflip: Some(flip.vertical),
        ..ImageConfig::default()
    }
}

/// How the device is when the cloud has set nothing. A key that is missing: it cannot do that.
pub(super) fn defaults(inner: &Inner) -> ConfigDocument {
    let channels = inner.channels.iter();
    let channels = channels.map(|channel| (channel.number, channel_config(inner, channel)));
    let made_here = inner.channels.iter().any(|channel| channel.pattern.is_some());
    ConfigDocument {
        channels: Some(channels.collect()),
        log_level: Bounded::new(inner.log_level.configured()).ok(),
        tz: Some(0),
        auto_reboot: Some(AutoReboot {
            on: Some(false),
            cycle: Some(WEEK_S),
            start: Some(TimeOfDay::Clock(2 * 3600)),
            end: Some(TimeOfDay::Clock(6 * 3600)),
            ..AutoReboot::default()
        }),
        // The lamp is in the test pattern: an agent has no other.
        led: made_here.then_some(true),
        ..ConfigDocument::default()
    }
}

fn channel_config(inner: &Inner, channel: &Channel) -> ChannelConfig {
    let tracks = channel.feed.tracks();
    let video = match &channel.pattern {
        Some(pattern) => Some(pattern_encoding(&pattern.pattern())),
        None => tracks
            .as_ref()
            .and_then(|tracks| tracks.video.as_ref())
            .map(|video| video_encoding(video, channel.feed.bitrate_bps())),
    };
    let audio = tracks.as_ref().and_then(|tracks| tracks.audio.as_ref());
    let made_here = channel.pattern.is_some();
    ChannelConfig {
        on: Some(true),
        video_encoding: video,
        audio_encoding: audio.map(audio_encoding),
        image: made_here.then(|| image(Flip::default())),
        alarms: Some(alarms()),
        audio_out_volume: inner.audio_out.exists().then(|| Percent::clamped(DEFAULT_VOLUME)),
        switch_schedule: Some(SwitchSchedule {
            on: Some(false),
            start_time: Some(TimeOfDay::Clock(0)),
            shutdown_time: Some(TimeOfDay::Clock(86_399)),
            repeat: Some(
                ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            ..SwitchSchedule::default()
        }),
        osd: made_here.then(|| Osd {
            text: Some(String::new()),
            font: Some(Bounded::clamped(1)),
            pos: Some("top-left".to_owned()),
            ..Osd::default()
        }),
        ..ChannelConfig::default()
    }
}

fn alarms() -> AlarmConfigs {
    let mut alarms = AlarmConfigs::default();
    for kind in Kind::ALL {
        *kind.setting_mut(&mut alarms) = Some(AlarmConfig {
            on: Some(true),
            sensitivity: Some(Percent::clamped(DEFAULT_SENSITIVITY)),
            ..AlarmConfig::default()
        });
    }
    alarms
}

fn pattern_encoding(pattern: &TestPattern) -> VideoEncoding {
    VideoEncoding {
        encoder: Some("h264".to_owned()),
        quality: Some(quality(pattern.height)),
        fps: Some(pattern.fps),
        bitrate: Some(u64::from(pattern.bitrate_bps)),
        width: Some(pattern.width),
        height: Some(pattern.height),
        gop: Some(pattern.fps.saturating_mul(pattern.gop_ms) / 1000),
        ..VideoEncoding::default()
    }
}

fn video_encoding(video: &VideoConfig, bitrate: Option<u64>) -> VideoEncoding {
    VideoEncoding {
        encoder: Some(video.codec.name().to_owned()),
        quality: Some(quality(video.height)),
        bitrate,
        width: Some(video.width),
        height: Some(video.height),
        ..VideoEncoding::default()
    }
}

fn audio_encoding(audio: &AudioConfig) -> AudioEncoding {
    AudioEncoding {
        encoder: Some(audio.codec.name().to_owned()),
        sample_rate: Some(audio.sample_rate_hz),
        sample_per_frame: Some(audio.samples_per_frame),
        channel: Some(u32::from(audio.channels)),
        ..AudioEncoding::default()
    }
}

/// What is so whatever was set: facts win over wishes.
pub(super) fn truth(inner: &Inner, whole: &mut Value) {
    // Which edition the cloud speaks shows in how it wrote the times; the seed edition knows no `last_reboot`.
    let later = whole.pointer("/auto_reboot/start").is_some_and(Value::is_string);
    let last = inner.reboots.last_auto().filter(|_| later);
    if let (Some(auto_reboot), Some(last)) = (whole.get_mut("auto_reboot"), last) {
        auto_reboot["last_reboot"] = json!(crate::clock::local(last, inner.clock.zone_h()).to_string());
    }
    for channel in inner.channels.iter().filter(|channel| channel.pattern.is_none()) {
        let at = format!("/{CHANNELS}/{}/video_encoding/quality", channel.number);
        let video = channel.feed.tracks().and_then(|tracks| tracks.video.clone());
        if let (Some(value), Some(video)) = (whole.pointer_mut(&at), video) {
            *value = json!(quality(video.height));
        }
    }
}
