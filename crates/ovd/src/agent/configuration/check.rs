//! Whether a device can do what SetConfig asks. Each refusal begins with the path of the field, so that whoever asked can
//! show it there.

use super::super::Inner;
use crate::clock::ZONES;
use crate::source::test_pattern::Place;
use crate::steering::Flip;
use dap::{ChannelId, ConfigDocument, ErrorCode, Quality, RpcError};
use serde_json::{Map, Value};

/// The key of the channels on the wire.
pub(super) const CHANNELS: &str = "channls";
/// The vendor's own settings, at both levels: kept, whatever they are.
const EXTENSION: &str = "extension";
/// Longest text over the picture, in characters.
const MAX_OSD_TEXT: usize = 64;
/// All that is kept may not be larger than this, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// Checks `patch` (`params` as JSON) against `whole`, what the device can be set to and how it is. Gives what is to be
/// kept of it.
pub(super) fn check(inner: &Inner, params: &ConfigDocument, patch: Value, whole: &Value) -> Result<Value, RpcError> {
    for number in params.channels.iter().flat_map(|channels| channels.keys()) {
        if inner.channel(*number).is_err() {
            let text = format!("{CHANNELS}.{number}: there is no channel {number}");
            return Err(RpcError::new(ErrorCode::NO_SUCH_CHANNEL, text));
        }
    }
    values(inner, params)?;
    let mut keep = patch;
    if let Value::Object(patch) = &mut keep {
        compare("", patch, whole)?;
        let channels = patch.get_mut(CHANNELS).and_then(Value::as_object_mut);
        for (number, channel) in channels.into_iter().flatten() {
            let made_here = inner
                .channels
                .iter()
                .any(|known| known.pattern.is_some() && known.number.to_string() == *number);
            if let Some(channel) = channel.as_object_mut().filter(|_| !made_here) {
                // How a camera's picture is, the camera keeps.
                channel.remove("image");
                channel.remove("video_encoding");
            }
        }
    }
    let mut kept = inner.configuration.json();
    super::merge(&mut kept, &keep);
    if kept.to_string().len() > MAX_BYTES {
        return Err(bad(EXTENSION, "more than the device can keep"));
    }
    Ok(keep)
}

fn bad(path: &str, why: &str) -> RpcError {
    RpcError::new(ErrorCode::BAD_PARAMETER, format!("{path}: {why}"))
}

fn unsupported(path: &str, why: &str) -> RpcError {
    RpcError::new(ErrorCode::CONFIG_NOT_SUPPORTED, format!("{path}: {why}"))
}

/// What may not be set, only read. Without what may stand before it.
const READ_ONLY: &[&str] = &[
    "video_encoding.fps",
    "video_encoding.bitrate",
    "video_encoding.width",
    "video_encoding.height",
    "video_encoding.gop",
    "audio_encoding.sample_rate",
    "audio_encoding.bitrate",
    "audio_encoding.bits_per_sample",
    "audio_encoding.sample_per_frame",
    "audio_encoding.channel",
    "auto_reboot.last_reboot",
];

/// What may be set in principle, but here to what it is only.
const FIXED: &[&str] = &["video_encoding.encoder", "audio_encoding.encoder"];

/// Looks at each leaf of `patch`; takes out what says nothing new and is not kept.
fn compare(path: &str, patch: &mut Map<String, Value>, present: &Value) -> Result<(), RpcError> {
    let keys: Vec<String> = patch.keys().cloned().collect();
    for key in keys {
        let at = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        let Some(wanted) = patch.get_mut(&key) else { continue };
        if key == EXTENSION && (path.is_empty() || is_channel(path)) {
            continue;
        }
        // "Not encrypted" is what it is, and not in the document only because it can be nothing else.
        if at.ends_with("video_encoding.rsk_encrypt") || at.ends_with("video_encoding.encrypt") {
            if *wanted == Value::Bool(true) {
                return Err(unsupported(&at, "the device cannot encrypt its video"));
            }
            patch.remove(&key);
            continue;
        }
        let Some(present) = present.get(&key) else {
            return Err(unsupported(&at, "the device does not have this"));
        };
        let is = |list: &[&str]| list.iter().any(|name| at == *name || at.ends_with(&format!(".{name}")));
        if let Value::Object(below) = wanted {
            compare(&at, below, present)?;
        } else if is(READ_ONLY) {
            if wanted != present {
                return Err(bad(&at, "read-only"));
            }
            patch.remove(&key);
        } else if is(FIXED) {
            if wanted != present {
                return Err(unsupported(&at, &format!("always {present} here")));
            }
            patch.remove(&key);
        }
    }
    patch.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
    Ok(())
}

/// Whether a path is that of a channel: `channls.3`.
fn is_channel(path: &str) -> bool {
    path.strip_prefix(CHANNELS)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_some_and(|number| !number.contains('.'))
}

/// Values that are of the right type, and wrong all the same.
fn values(inner: &Inner, params: &ConfigDocument) -> Result<(), RpcError> {
    if params.tz.is_some_and(|zone_h| !ZONES.contains(&zone_h)) {
        return Err(bad("tz", "not within -12..14"));
    }
    if params.auto_reboot.as_ref().is_some_and(|auto| auto.cycle == Some(0)) {
        return Err(bad("auto_reboot.cycle", "must not be 0"));
    }
    for (number, wanted) in params.channels.iter().flatten() {
        let at = |field: &str| format!("{CHANNELS}.{number}.{field}");
        let days = wanted
            .switch_schedule
            .as_ref()
            .and_then(|schedule| schedule.repeat.as_ref());
        if let Some(day) = days
            .into_iter()
            .flatten()
            .find(|day| !super::DAYS.contains(&day.as_str()))
        {
            return Err(bad(
                &at("switch_schedule.repeat"),
                &format!("{day:?} is none of Mon to Sun"),
            ));
        }
        if let Some(osd) = &wanted.osd {
            if osd
                .text
                .as_ref()
                .is_some_and(|text| text.chars().count() > MAX_OSD_TEXT)
            {
                return Err(bad(&at("osd.text"), &format!("longer than {MAX_OSD_TEXT} characters")));
            }
            if osd.text.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
                return Err(bad(&at("osd.text"), "one line of plain text"));
            }
            if osd.pos.as_ref().is_some_and(|pos| Place::parse(pos).is_none()) {
                return Err(bad(
                    &at("osd.pos"),
                    "none of top-left, top-right, bottom-left, bottom-right",
                ));
            }
        }
        quality(
            inner,
            *number,
            wanted.video_encoding.as_ref().and_then(|video| video.quality.as_ref()),
        )?;
        flip(inner, *number, wanted)?;
    }
    Ok(())
}

fn quality(inner: &Inner, number: ChannelId, wanted: Option<&Quality>) -> Result<(), RpcError> {
    let Some(wanted) = wanted else { return Ok(()) };
    let at = format!("{CHANNELS}.{number}.video_encoding.quality");
    if let Quality::Other(word) = wanted {
        return Err(bad(&at, &format!("{word:?} is none of ld, sd, hd, fhd")));
    }
    let channel = inner.channel(number)?;
    let video = channel.feed.tracks().and_then(|tracks| tracks.video.clone());
    let is = video.map(|video| super::document::quality(video.height));
    if channel.pattern.is_none() && is.as_ref() != Some(wanted) {
        return Err(unsupported(
            &at,
            "the source is given as it is, its quality is set where it is made",
        ));
    }
    Ok(())
}

fn flip(inner: &Inner, number: ChannelId, wanted: &dap::ChannelConfig) -> Result<(), RpcError> {
    let channel = inner.channel(number)?;
    let (Some(image), Some(steering), None) = (&wanted.image, &channel.steering, &channel.pattern) else {
        return Ok(());
    };
    let can = steering.abilities().borrow().flip;
    if let (Some(horizontal), Some(vertical)) = (image.horflip, image.verflip)
        && !can.allows(Flip { horizontal, vertical })
    {
        let at = format!("{CHANNELS}.{number}.image.horflip");
        return Err(unsupported(
            &at,
            "the camera can turn its picture by half a turn only: both, or none",
        ));
    }
    Ok(())
}
