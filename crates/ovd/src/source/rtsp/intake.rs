//! From the camera's frames to those of a feed.

use super::alignment::Alignment;
use crate::audio::{SampleFormat, SoundTrack};
use crate::feed::{Feed, SourceState, Tracks};
use crate::source::decode_times::{DecodeTime, DecodeTimes};
use bytes::Bytes;
use media::{Frame, TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use retina::client::Stream;
use retina::codec::{ParametersRef, VideoParametersCodec};
use retina::rtcp::ReceivedCompoundPacket;

/// Whether sound of this RTP encoding can be carried.
pub(super) fn can_carry(encoding: &str) -> bool {
    matches!(encoding, "mpeg4-generic" | "pcma" | "pcmu" | "l16")
}

/// Collects the tracks, and passes frames on once they are known.
#[derive(Default)]
pub(super) struct Intake {
    video: Option<(VideoConfig, usize)>,
    audio: Option<SoundTrack>,
    times: DecodeTimes,
    alignment: Alignment,
    /// What the feed was told; a keyframe makes it the present tracks.
    told: Option<Tracks>,
    /// The timeline starts over at the next keyframe.
    start_over: bool,
    /// A picture is missing since the last keyframe.
    broken: bool,
}

impl Intake {
    pub(super) fn lacks_video(&self) -> bool {
        self.video.is_none()
    }

    /// The picture's parameters, from the camera's description or its stream.
    pub(super) fn set_video(&mut self, codec: &VideoParametersCodec, record: &[u8]) -> Result<(), String> {
        let parsed = match codec {
            VideoParametersCodec::H265 { .. } => h265::config_from_record(record),
            _ => h264::config_from_record(record),
        };
        self.video = Some(parsed.map_err(|error| format!("the camera's picture cannot be used: {error}"))?);
        Ok(())
    }

    /// The sound's parameters; sound that cannot be carried is left out.
    pub(super) fn set_audio(&mut self, stream: &Stream) {
        self.audio = sound_track(stream);
        if self.audio.is_none() {
            tracing::warn!(
                encoding = stream.encoding_name(),
                "the camera's sound cannot be used, left out"
            );
        }
    }

    /// Something of the picture was lost on the way: what follows cannot be decoded until the next keyframe, and decoders
    /// in browsers give up over it, so it is left out.
    pub(super) fn lost_video(&mut self) {
        tracing::debug!("packets of the picture were lost");
        self.broken = true;
    }

    /// What the camera says of the clock of a track.
    pub(super) fn report(&mut self, track: TrackKind, packet: &ReceivedCompoundPacket) {
        self.alignment.take(track, packet);
    }

    pub(super) fn video(&mut self, time_ms: i64, data: Bytes, feed: &Feed) {
        let Some((config, length_size)) = &self.video else {
            return;
        };
        let Ok(data) = nal::widen_lengths(data, *length_size) else {
            tracing::debug!("a picture that is no sequence of NAL units was left out");
            return;
        };
        // Not the client's own opinion: it overlooks open groups of pictures in H.265 (CRA).
        let keyframe = match config.codec {
            VideoCodec::H264 => h264::is_keyframe(&data),
            VideoCodec::H265 => h265::is_keyframe(&data),
        };
        if keyframe {
            self.broken = false;
            let tracks = Tracks {
                video: Some(config.clone()),
                audio: self.audio.as_ref().map(|audio| audio.config().clone()),
            };
            if self.start_over || self.told.as_ref() != Some(&tracks) {
                self.times.restart();
                self.start_over = false;
                feed.push_tracks(tracks.clone());
                feed.set_state(SourceState::Online);
                self.told = Some(tracks);
            }
        }
        match self.times.next(time_ms) {
            DecodeTime::StartOver => self.start_over = true,
            DecodeTime::Known(dts_ms) if !self.start_over && !self.broken => {
                feed.push(Frame {
                    track: TrackKind::Video,
                    dts_ms,
                    pts_ms: time_ms,
                    keyframe,
                    data,
                });
            }
            DecodeTime::Known(_) => {}
        }
    }

    pub(super) fn audio(&mut self, time_ms: i64, data: &[u8], feed: &Feed) {
        let Some(track) = &mut self.audio else { return };
        let frames = track.push(time_ms, Bytes::copy_from_slice(data));
        // Sound that the feed's subscribers were not told about would have no configuration.
        if self.told.as_ref().is_some_and(|told| told.audio.is_some()) {
            for mut frame in frames {
                let shift_ms = self.alignment.shift_ms();
                frame.dts_ms += shift_ms;
                frame.pts_ms += shift_ms;
                feed.push(frame);
            }
        }
    }
}

fn sound_track(stream: &Stream) -> Option<SoundTrack> {
    let rate_hz = stream.clock_rate_hz();
    let channels = stream
        .channels()
        .and_then(|channels| u8::try_from(channels.get()).ok())
        .unwrap_or(1);
    let recoded = |format| {
        let track = SoundTrack::recoded(format, rate_hz, channels);
        track
            .inspect_err(|error| tracing::warn!(%error, "the camera's sound"))
            .ok()
    };
    match stream.encoding_name() {
        "pcma" => recoded(SampleFormat::ALaw),
        "pcmu" => recoded(SampleFormat::ULaw),
        "l16" => recoded(SampleFormat::S16Be),
        "mpeg4-generic" => match stream.parameters() {
            Some(ParametersRef::Audio(parameters)) => {
                aac::config_from_asc(parameters.extra_data()).ok().map(SoundTrack::Aac)
            }
            _ => None,
        },
        _ => None,
    }
}
