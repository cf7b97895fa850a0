//! The two formats live video is played in, each a writer of frames into chunks that all viewers share.

use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use media::{AudioConfig, Frame, TrackKind, VideoConfig, flv, fmp4};
use serde_json::json;
use ws::{Opcode, encode_close, encode_text, frame_header};

/// What a viewer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlayFormat {
    /// FLV as an endless HTTP body.
    Flv,
    /// Fragmented MP4 in WebSocket messages: a text message for every change of state, `{"type":"init",…}` with the
    /// init segment as a binary message behind it, or `{"type":"waiting"}`; between them one binary message a fragment.
    /// WebSocket frame headers are part of what is written.
    Fmp4WebSocket,
}

impl PlayFormat {
    pub(super) const ALL: [Self; 2] = [Self::Flv, Self::Fmp4WebSocket];

    pub(super) fn index(self) -> usize {
        match self {
            Self::Flv => 0,
            Self::Fmp4WebSocket => 1,
        }
    }

    /// Name in metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Flv => "flv",
            Self::Fmp4WebSocket => "fmp4_ws",
        }
    }

    /// What tells a viewer that there is no video at the moment. Empty where the format has no word for it.
    pub(super) fn waiting(self) -> Bytes {
        match self {
            Self::Flv => Bytes::new(),
            Self::Fmp4WebSocket => text(r#"{"type":"waiting"}"#),
        }
    }

    /// What tells a viewer that the stream is over. Empty where closing the connection says it.
    pub(super) fn goodbye(self) -> Bytes {
        match self {
            Self::Flv => Bytes::new(),
            Self::Fmp4WebSocket => {
                let mut out = Vec::new();
                encode_close(&mut out, ws::close_code::GOING_AWAY, "stream ended", None);
                out.into()
            }
        }
    }
}

fn text(message: &str) -> Bytes {
    let mut out = Vec::new();
    encode_text(&mut out, message, None);
    out.into()
}

/// What goes before a stretch of media with one set of configurations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headers {
    /// For a viewer that has got nothing yet.
    pub(super) first: Bytes,
    /// For one that has got media with other headers.
    pub(super) again: Bytes,
}

/// Writes frames of one stretch of media.
pub(super) enum Writer {
    Flv(FlvWriter),
    Fmp4(Fmp4Writer),
}

impl Writer {
    pub(super) fn new(format: PlayFormat, video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Self {
        match format {
            PlayFormat::Flv => Self::Flv(FlvWriter {
                video: video.cloned(),
                audio: audio.cloned(),
            }),
            PlayFormat::Fmp4WebSocket => Self::Fmp4(Fmp4Writer {
                muxer: fmp4::Muxer::new(video.cloned(), audio.cloned()),
                size: video.map(|video| (video.width, video.height)),
                scratch: BytesMut::new(),
            }),
        }
    }

    /// `at_ms`: time of the first frame.
    pub(super) fn headers(&self, at_ms: i64) -> Headers {
        match self {
            Self::Flv(writer) => writer.headers(at_ms),
            Self::Fmp4(writer) => writer.headers(),
        }
    }

    /// Appends a frame as this format has it. Frames of a track that has no configuration are left out.
    pub(super) fn append(&mut self, out: &mut BytesMut, frame: &Frame, wall: SystemTime) {
        match self {
            Self::Flv(writer) => writer.append(out, frame),
            Self::Fmp4(writer) => writer.append(out, frame, wall),
        }
    }
}

pub(super) struct FlvWriter {
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
}

/// FLV has 32 bits for milliseconds, and they wrap.
fn timestamp(at_ms: i64) -> u32 {
    at_ms as u32
}

impl FlvWriter {
    fn headers(&self, at_ms: i64) -> Headers {
        let (video, audio) = (self.video.as_ref(), self.audio.as_ref());
        let at = timestamp(at_ms);
        let mut tags = BytesMut::new();
        // At time 0, wherever the media is: ffmpeg takes a later script tag for a track of subtitles.
        flv::write_tag(&mut tags, flv::DATA_TAG, 0, &flv::metadata(video, audio));
        if let Some(video) = video {
            flv::write_tag(&mut tags, flv::VIDEO_TAG, at, &flv::write_video_config(video));
        }
        if let Some(audio) = audio {
            flv::write_tag(&mut tags, flv::AUDIO_TAG, at, &flv::write_audio_config(audio));
        }
        let mut first = BytesMut::from(&flv::file_header(video.is_some(), audio.is_some())[..]);
        first.extend_from_slice(&tags);
        Headers {
            first: first.freeze(),
            again: tags.freeze(),
        }
    }

    fn append(&mut self, out: &mut BytesMut, frame: &Frame) {
        let at = timestamp(frame.dts_ms);
        match (frame.track, &self.video, &self.audio) {
            (TrackKind::Video, Some(video), _) => flv::write_video_tag(out, at, video.codec, frame),
            (TrackKind::Audio, _, Some(_)) => flv::write_audio_tag(out, at, frame),
            _ => {}
        }
    }
}

pub(super) struct Fmp4Writer {
    muxer: fmp4::Muxer,
    size: Option<(u32, u32)>,
    scratch: BytesMut,
}

impl Fmp4Writer {
    fn headers(&self) -> Headers {
        let (width, height) = self.size.unzip();
        let init = json!({ "type": "init", "mime": self.muxer.mime(), "width": width, "height": height });
        let segment = self.muxer.init_segment();
        let mut out = BytesMut::from(&text(&init.to_string())[..]);
        out.extend_from_slice(&frame_header(Opcode::Binary, segment.len(), None));
        out.extend_from_slice(&segment);
        let out = out.freeze();
        Headers {
            first: out.clone(),
            again: out,
        }
    }

    fn append(&mut self, out: &mut BytesMut, frame: &Frame, wall: SystemTime) {
        self.scratch.clear();
        if self.muxer.write_fragment(&mut self.scratch, frame, wall) {
            out.reserve(self.scratch.len() + 14);
            out.extend_from_slice(&frame_header(Opcode::Binary, self.scratch.len(), None));
            out.extend_from_slice(&self.scratch);
        }
    }
}
