//! The configuration document of an agent (spec section 5): what its sources are, read-only.

use super::Channel;
use dap::{AudioEncoding, ChannelConfig, ConfigDocument, Quality, VideoEncoding};
use media::{AudioConfig, VideoConfig};

/// `log_level` of the document for "info".
const LOG_LEVEL_INFO: i64 = 2;

pub(super) fn config(channels: &[Channel]) -> ConfigDocument {
    let channels = channels
        .iter()
        .map(|channel| (channel.number, channel_config(channel)))
        .collect();
    ConfigDocument {
        channels: Some(channels),
        log_level: dap::Bounded::new(LOG_LEVEL_INFO).ok(),
        tz: Some(0),
        ..ConfigDocument::default()
    }
}

fn channel_config(channel: &Channel) -> ChannelConfig {
    let tracks = channel.feed.tracks();
    let video = tracks.as_ref().and_then(|tracks| tracks.video.as_ref());
    let audio = tracks.as_ref().and_then(|tracks| tracks.audio.as_ref());
    ChannelConfig {
        video_encoding: video.map(|video| video_encoding(video, channel.feed.bitrate_bps())),
        audio_encoding: audio.map(audio_encoding),
        ..ChannelConfig::default()
    }
}

fn video_encoding(video: &VideoConfig, bitrate: Option<u64>) -> VideoEncoding {
    let quality = match video.height {
        0..480 => Quality::Ld,
        480..720 => Quality::Sd,
        720..1080 => Quality::Hd,
        _ => Quality::Fhd,
    };
    VideoEncoding {
        encoder: Some(video.codec.name().to_owned()),
        quality: Some(quality),
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
