//! H.264 for the test pattern.

use super::TestPattern;
use super::canvas::Canvas;
use media::{Frame, MediaError, VideoConfig, h264, nal};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder as OpenH264, EncoderConfig, FrameRate, IntraFramePeriod, Profile, RateControlMode,
    UsageType, VuiConfig,
};
use openh264::formats::YUVSource;

/// NAL unit types of ITU-T H.264, table 7-1.
const SPS: u8 = 7;
const PPS: u8 = 8;

/// Why a picture could not be encoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    #[error("the encoder failed: {0}")]
    Encoder(#[from] openh264::Error),
    #[error("the encoder made a stream that cannot be carried: {0}")]
    Media(#[from] MediaError),
}

/// What became of a picture.
pub(super) struct Encoded {
    /// The track's configuration, when it is new.
    pub(super) new_config: Option<VideoConfig>,
    /// The frame; the encoder may leave one out to keep to its bitrate.
    pub(super) frame: Option<Frame>,
}

pub(super) struct Encoder {
    inner: OpenH264,
    annexb: Vec<u8>,
    parameter_sets: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(settings: &TestPattern) -> Result<Self, EncodeError> {
        let gop = (u64::from(settings.fps) * u64::from(settings.gop_ms) / 1000).max(1);
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(settings.bitrate_bps))
            .max_frame_rate(FrameRate::from_hz(settings.fps as f32))
            .rate_control_mode(RateControlMode::Bitrate)
            .usage_type(UsageType::CameraVideoRealTime)
            .profile(Profile::Baseline)
            .complexity(Complexity::Low)
            .skip_frames(true)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .num_threads(1)
            .intra_frame_period(IntraFramePeriod::from_num_frames(
                u32::try_from(gop).unwrap_or(u32::MAX),
            ))
            .vui(VuiConfig::bt709());
        let inner = OpenH264::with_api_config(OpenH264API::from_source(), config)?;
        Ok(Self {
            inner,
            annexb: Vec::new(),
            parameter_sets: Vec::new(),
        })
    }

    pub(super) fn encode(&mut self, canvas: &Canvas, time_ms: i64, keyframe: bool) -> Result<Encoded, EncodeError> {
        // Before its first picture the encoder is not set up; that picture is a keyframe anyway.
        if keyframe && !self.parameter_sets.is_empty() {
            self.inner.force_intra_frame();
        }
        let timestamp = openh264::Timestamp::from_millis(u64::try_from(time_ms).unwrap_or(0));
        self.annexb.clear();
        self.inner
            .encode_at(&Yuv(canvas), timestamp)?
            .write_vec(&mut self.annexb);
        let units: Vec<&[u8]> = nal::split_annexb(&self.annexb).collect();
        let of_type = |wanted: u8| {
            units
                .iter()
                .copied()
                .filter(move |unit| h264::nal_type(unit) == Some(wanted))
        };
        let (sps, pps): (Vec<_>, Vec<_>) = (of_type(SPS).collect(), of_type(PPS).collect());
        let mut new_config = None;
        if !sps.is_empty() && !pps.is_empty() {
            let parameter_sets = [sps.concat(), pps.concat()].concat();
            if parameter_sets != self.parameter_sets {
                new_config = Some(h264::config_from_parameter_sets(&sps, &pps)?);
                self.parameter_sets = parameter_sets;
            }
        }
        let picture = nal::length_prefixed(
            units
                .iter()
                .copied()
                .filter(|unit| !matches!(h264::nal_type(unit), Some(SPS | PPS) | None)),
        );
        let frame = (!picture.is_empty()).then(|| Frame::video(time_ms, h264::is_keyframe(&picture), picture));
        Ok(Encoded { new_config, frame })
    }
}

struct Yuv<'a>(&'a Canvas);

impl YUVSource for Yuv<'_> {
    fn dimensions(&self) -> (usize, usize) {
        (self.0.width(), self.0.height())
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.0.width(), self.0.width() / 2, self.0.width() / 2)
    }

    fn y(&self) -> &[u8] {
        self.0.luma()
    }

    fn u(&self) -> &[u8] {
        self.0.chroma().0
    }

    fn v(&self) -> &[u8] {
        self.0.chroma().1
    }
}
