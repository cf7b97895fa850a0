//! Bodies, parsed.

use bytes::{Buf, Bytes};

use crate::{AudioConfig, Frame, MediaError, VideoCodec, VideoConfig, aac, h264, h265, nal};

/// What one video or audio message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Configuration of the video track.
    VideoConfig(VideoConfig),
    /// Configuration of the audio track.
    AudioConfig(AudioConfig),
    /// A frame of either track.
    Frame(Frame),
    /// The publisher says that the video ends here.
    EndOfSequence,
    /// Nothing a player needs: metadata, a seek command, an empty message.
    Nothing,
}

/// Reads message bodies of one publisher. Keeps only what one body needs to know of an earlier one.
#[derive(Debug, Clone, Default)]
pub struct BodyParser {
    video: Option<(VideoCodec, usize)>,
}

const END_OF_SEQUENCE: u8 = 2;

impl BodyParser {
    /// A parser before the first message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the body of a video message whose timestamp is `dts_ms`.
    ///
    /// # Errors
    /// Truncated or malformed bodies, codecs other than H.264 and H.265, and a frame before its configuration.
    pub fn video(&mut self, dts_ms: i64, mut body: Bytes) -> Result<Body, MediaError> {
        let Some(&first) = body.first() else {
            return Ok(Body::Nothing);
        };
        body.advance(1);
        if first & 0x80 != 0 {
            return self.enhanced_video(first, dts_ms, body);
        }
        let codec = match first & 0x0F {
            7 => VideoCodec::H264,
            // Not in Adobe's table; what most cameras sent before Enhanced RTMP.
            12 => VideoCodec::H265,
            _ => return Err(MediaError::Unsupported("video codec")),
        };
        if first >> 4 == 5 {
            return Ok(Body::Nothing);
        }
        if body.remaining() < 4 {
            return Err(MediaError::Truncated("video message"));
        }
        let packet_type = body.get_u8();
        let composition_ms = body.get_int(3);
        match packet_type {
            0 => self.video_config(codec, body),
            1 => self.video_frame(codec, first >> 4 == 1, dts_ms, composition_ms, body),
            END_OF_SEQUENCE => Ok(Body::EndOfSequence),
            _ => Err(MediaError::Malformed("video packet type")),
        }
    }

    fn enhanced_video(&mut self, first: u8, dts_ms: i64, mut body: Bytes) -> Result<Body, MediaError> {
        let frame_type = first >> 4 & 0x07;
        let Some(four_cc) = body.split_off_four() else {
            return Err(MediaError::Truncated("video message"));
        };
        let codec = match &four_cc {
            b"hvc1" => VideoCodec::H265,
            b"avc1" => VideoCodec::H264,
            _ => return Err(MediaError::Unsupported("video codec")),
        };
        match first & 0x0F {
            0 => self.video_config(codec, body),
            1 => {
                if body.remaining() < 3 {
                    return Err(MediaError::Truncated("video message"));
                }
                let composition_ms = body.get_int(3);
                self.video_frame(codec, frame_type == 1, dts_ms, composition_ms, body)
            }
            END_OF_SEQUENCE => Ok(Body::EndOfSequence),
            3 => self.video_frame(codec, frame_type == 1, dts_ms, 0, body),
            4 => Ok(Body::Nothing),
            _ => Err(MediaError::Unsupported("video packet type")),
        }
    }

    fn video_config(&mut self, codec: VideoCodec, record: Bytes) -> Result<Body, MediaError> {
        let (config, length_size) = match codec {
            VideoCodec::H264 => h264::config_from_record(&record)?,
            VideoCodec::H265 => h265::config_from_record(&record)?,
        };
        self.video = Some((codec, length_size));
        Ok(Body::VideoConfig(config))
    }

    fn video_frame(
        &self,
        codec: VideoCodec,
        keyframe: bool,
        dts_ms: i64,
        composition_ms: i64,
        data: Bytes,
    ) -> Result<Body, MediaError> {
        let length_size = match self.video {
            Some((known, length_size)) if known == codec => length_size,
            _ => return Err(MediaError::Malformed("video frame before its configuration")),
        };
        if data.is_empty() {
            return Ok(Body::Nothing);
        }
        for unit in nal::units(&data, length_size) {
            unit?;
        }
        let data = nal::widen_lengths(data, length_size)?;
        let frame = Frame {
            pts_ms: dts_ms.saturating_add(composition_ms),
            ..Frame::video(dts_ms, keyframe, data)
        };
        Ok(Body::Frame(frame))
    }

    /// Reads the body of an audio message whose timestamp is `dts_ms`.
    ///
    /// # Errors
    /// Truncated or malformed bodies and codecs other than AAC.
    pub fn audio(&mut self, dts_ms: i64, mut body: Bytes) -> Result<Body, MediaError> {
        let Some(&first) = body.first() else {
            return Ok(Body::Nothing);
        };
        body.advance(1);
        let packet_type = match first >> 4 {
            10 => {
                if body.is_empty() {
                    return Err(MediaError::Truncated("audio message"));
                }
                body.get_u8()
            }
            9 => {
                match body.split_off_four() {
                    Some(four_cc) if &four_cc == b"mp4a" => {}
                    Some(_) => return Err(MediaError::Unsupported("audio codec")),
                    None => return Err(MediaError::Truncated("audio message")),
                }
                first & 0x0F
            }
            _ => return Err(MediaError::Unsupported("audio codec")),
        };
        match packet_type {
            0 => Ok(Body::AudioConfig(aac::config_from_asc(&body)?)),
            1 if !body.is_empty() => Ok(Body::Frame(Frame::audio(dts_ms, body))),
            _ => Ok(Body::Nothing),
        }
    }
}

trait SplitFour {
    fn split_off_four(&mut self) -> Option<[u8; 4]>;
}

impl SplitFour for Bytes {
    fn split_off_four(&mut self) -> Option<[u8; 4]> {
        let four = *self.first_chunk()?;
        self.advance(4);
        Some(four)
    }
}
