//! Bodies, tags and the file header, written.

use bytes::{BufMut, Bytes, BytesMut};

use super::amf;
use crate::{AudioConfig, Frame, VideoCodec, VideoConfig};

/// Tag and RTMP message type of audio.
pub const AUDIO_TAG: u8 = 8;
/// Tag and RTMP message type of video.
pub const VIDEO_TAG: u8 = 9;
/// Tag and RTMP message type of script data (AMF0).
pub const DATA_TAG: u8 = 18;

const KEY: u8 = 1;
const INTER: u8 = 2;
const AVC: u8 = 7;
/// SoundFormat AAC, and the rate, size and type bits that the specification fixes for it.
const AAC: u8 = 0xAF;
const ENHANCED: u8 = 0x80;
const SEQUENCE_START: u8 = 0;
const CODED_FRAMES: u8 = 1;
const CODED_FRAMES_X: u8 = 3;

/// Body of the message that carries a video configuration ("sequence header").
/// H.264 in the classic form, H.265 as Enhanced RTMP `hvc1`.
pub fn write_video_config(config: &VideoConfig) -> Bytes {
    let mut out = BytesMut::with_capacity(5 + config.record.len());
    match config.codec {
        VideoCodec::H264 => out.put_slice(&[KEY << 4 | AVC, 0, 0, 0, 0]),
        VideoCodec::H265 => {
            out.put_u8(ENHANCED | KEY << 4 | SEQUENCE_START);
            out.put_slice(b"hvc1");
        }
    }
    out.put_slice(&config.record);
    out.freeze()
}

/// Body of the message that carries one video frame of `codec`.
pub fn write_video(codec: VideoCodec, frame: &Frame) -> Bytes {
    let mut out = BytesMut::with_capacity(8 + frame.data.len());
    put_video(&mut out, codec, frame);
    out.freeze()
}

/// Body of the message that carries an audio configuration.
pub fn write_audio_config(config: &AudioConfig) -> Bytes {
    let mut out = BytesMut::with_capacity(2 + config.asc.len());
    out.put_slice(&[AAC, 0]);
    out.put_slice(&config.asc);
    out.freeze()
}

/// Body of the message that carries one audio frame.
pub fn write_audio(frame: &Frame) -> Bytes {
    let mut out = BytesMut::with_capacity(2 + frame.data.len());
    put_audio(&mut out, frame);
    out.freeze()
}

fn put_video(out: &mut BytesMut, codec: VideoCodec, frame: &Frame) {
    let kind = if frame.keyframe { KEY } else { INTER };
    // SI24, milliseconds. A larger offset than 2 hours can only be nonsense; it is cut.
    let composition_ms = (frame.pts_ms - frame.dts_ms).clamp(-0x80_0000, 0x7F_FFFF);
    match codec {
        VideoCodec::H264 => {
            out.put_slice(&[kind << 4 | AVC, 1]);
            out.put_int(composition_ms, 3);
        }
        VideoCodec::H265 if composition_ms == 0 => {
            out.put_u8(ENHANCED | kind << 4 | CODED_FRAMES_X);
            out.put_slice(b"hvc1");
        }
        VideoCodec::H265 => {
            out.put_u8(ENHANCED | kind << 4 | CODED_FRAMES);
            out.put_slice(b"hvc1");
            out.put_int(composition_ms, 3);
        }
    }
    out.put_slice(&frame.data);
}

fn put_audio(out: &mut BytesMut, frame: &Frame) {
    out.put_slice(&[AAC, 1]);
    out.put_slice(&frame.data);
}

/// File header and the first back pointer, for a stream with the given tracks.
pub fn file_header(video: bool, audio: bool) -> [u8; 13] {
    [
        b'F',
        b'L',
        b'V',
        1,
        u8::from(audio) << 2 | u8::from(video),
        0,
        0,
        0,
        9,
        0,
        0,
        0,
        0,
    ]
}

/// Appends one tag with its header and back pointer. `timestamp_ms` wraps at 32 bits, as the format has it.
pub fn write_tag(out: &mut BytesMut, tag_type: u8, timestamp_ms: u32, body: &[u8]) {
    put_tag(out, tag_type, timestamp_ms, body.len(), |out| out.put_slice(body));
}

/// Appends the tag of one video frame of `codec`.
pub fn write_video_tag(out: &mut BytesMut, timestamp_ms: u32, codec: VideoCodec, frame: &Frame) {
    put_tag(out, VIDEO_TAG, timestamp_ms, 8 + frame.data.len(), |out| {
        put_video(out, codec, frame)
    });
}

/// Appends the tag of one audio frame.
pub fn write_audio_tag(out: &mut BytesMut, timestamp_ms: u32, frame: &Frame) {
    put_tag(out, AUDIO_TAG, timestamp_ms, 2 + frame.data.len(), |out| {
        put_audio(out, frame)
    });
}

fn put_tag(out: &mut BytesMut, tag_type: u8, timestamp_ms: u32, expected_len: usize, body: impl FnOnce(&mut BytesMut)) {
    out.reserve(15 + expected_len);
    let start = out.len();
    out.put_u32(u32::from(tag_type) << 24);
    out.put_uint(u64::from(timestamp_ms & 0xFF_FFFF), 3);
    out.put_u8((timestamp_ms >> 24) as u8);
    out.put_uint(0, 3);
    body(out);
    // A frame of 16 MiB or more does not fit the format; RTMP cannot bring one either.
    let len = (out.len() - start - 11).min(0xFF_FFFF) as u32;
    out[start + 1..start + 4].copy_from_slice(&len.to_be_bytes()[1..]);
    out.put_u32(len + 11);
}

/// Body of an `onMetaData` message or tag: what players show before the first frame.
pub fn metadata(video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Bytes {
    let mut out = BytesMut::new();
    amf::string(&mut out, "onMetaData");
    out.put_u8(8);
    out.put_u32(if video.is_some() { 3 } else { 0 } + if audio.is_some() { 4 } else { 0 });
    if let Some(video) = video {
        amf::number(&mut out, "width", video.width.into());
        amf::number(&mut out, "height", video.height.into());
        let codec_id = match video.codec {
            VideoCodec::H264 => 7.0,
            // Enhanced RTMP: the FourCC read as a number.
            VideoCodec::H265 => f64::from(u32::from_be_bytes(*b"hvc1")),
        };
        amf::number(&mut out, "videocodecid", codec_id);
    }
    if let Some(audio) = audio {
        amf::number(&mut out, "audiocodecid", 10.0);
        amf::number(&mut out, "audiosamplerate", audio.sample_rate_hz.into());
        amf::number(&mut out, "audiochannels", audio.channels.into());
        amf::boolean(&mut out, "stereo", audio.channels == 2);
    }
    out.put_slice(&[0, 0, 9]);
    out.freeze()
}
