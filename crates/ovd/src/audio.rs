//! Sound that players cannot play becomes AAC: raw samples in, AAC frames out.
//!
//! The only place that knows `oxideav-aac` (pure Rust), on which the coder stands.

mod coder;
mod mdct;

use bytes::Bytes;
use coder::Coder;
use mdct::LINES as FRAME_LEN;
use media::{AudioConfig, Frame, aac, g711};

/// Sampling rates of AAC, in the order of their index (ISO/IEC 14496-3, table 1.18).
const RATES_HZ: [u32; 12] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
];
/// When the samples' time and their count disagree by more than this, something was lost: time is taken anew.
const MAX_DRIFT_MS: i64 = 120;

/// Why there is no encoder for some sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{channels} channels at {rate_hz} Hz cannot become AAC")]
pub struct UnsupportedAudio {
    rate_hz: u32,
    channels: u8,
}

/// A run of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pcm {
    /// Time of the first sample on the source's timeline, ms.
    pub time_ms: i64,
    /// Interleaved samples.
    pub samples: Vec<i16>,
}

/// Makes AAC-LC frames of 1024 samples from runs of any length.
pub struct AacEncoder {
    inner: Coder,
    config: AudioConfig,
    pending: Vec<i16>,
    /// Time of the first pending sample, in samples since the timeline's zero.
    pending_at: Option<i64>,
}

impl AacEncoder {
    /// An encoder for interleaved samples of `channels` (1 or 2) at `rate_hz`.
    ///
    /// # Errors
    /// When AAC has no such rate, or there are more channels.
    pub fn new(rate_hz: u32, channels: u8, bitrate_bps: u32) -> Result<Self, UnsupportedAudio> {
        let unsupported = UnsupportedAudio { rate_hz, channels };
        let rate_index = RATES_HZ.iter().position(|&rate| rate == rate_hz).ok_or(unsupported)?;
        if !(1..=2).contains(&channels) {
            return Err(unsupported);
        }
        let rate_index = u8::try_from(rate_index).map_err(|_| unsupported)?;
        let inner = Coder::new(rate_index, rate_hz, usize::from(channels), bitrate_bps).ok_or(unsupported)?;
        let config = aac::config(rate_hz, channels).map_err(|_| unsupported)?;
        Ok(Self {
            inner,
            config,
            pending: Vec::new(),
            pending_at: None,
        })
    }

    /// A bitrate that suits speech and surroundings at `rate_hz`, bit/s.
    pub fn suitable_bitrate_bps(rate_hz: u32, channels: u8) -> u32 {
        (rate_hz * 2).clamp(24_000, 64_000) * u32::from(channels.max(1))
    }

    /// The track that comes out.
    pub fn config(&self) -> &AudioConfig {
        &self.config
    }

    /// Takes samples, and gives the frames that are complete with them.
    pub fn encode(&mut self, pcm: &Pcm) -> Vec<Frame> {
        let rate = i64::from(self.config.sample_rate_hz);
        let channels = usize::from(self.config.channels.max(1));
        let at = pcm.time_ms.saturating_mul(rate) / 1000;
        let expected = self
            .pending_at
            .map(|start| start + (self.pending.len() / channels) as i64);
        if expected.is_none_or(|expected| (expected - at).abs() > MAX_DRIFT_MS * rate / 1000) {
            self.pending.clear();
            self.pending_at = Some(at);
        }
        self.pending.extend_from_slice(&pcm.samples);
        let mut frames = Vec::new();
        let hop = FRAME_LEN * channels;
        while self.pending.len() >= hop {
            let start = self.pending_at.unwrap_or(at);
            if let Some(data) = self.encode_hop(hop) {
                // The encoder is one frame late: what comes out is the sound of the frame before.
                let dts_ms = (start - FRAME_LEN as i64) * 1000 / rate;
                frames.push(Frame::audio(dts_ms, data));
            }
            self.pending.drain(..hop);
            self.pending_at = Some(start + FRAME_LEN as i64);
        }
        frames
    }

    fn encode_hop(&mut self, hop: usize) -> Option<Bytes> {
        match self.inner.code(self.pending.get(..hop)?) {
            Ok(block) => Some(Bytes::from(block)),
            Err(error) => {
                tracing::warn!(%error, "a block of sound could not be encoded");
                None
            }
        }
    }
}

/// How samples are coded that are no AAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// G.711 A-law (PCMA).
    ALaw,
    /// G.711 µ-law (PCMU).
    ULaw,
    /// 16 bits, big endian (L16).
    S16Be,
    /// 16 bits, little endian.
    S16Le,
}

impl SampleFormat {
    fn decode(self, data: &[u8]) -> Vec<i16> {
        let pairs = || data.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        match self {
            Self::ALaw => data.iter().map(|&byte| g711::alaw(byte)).collect(),
            Self::ULaw => data.iter().map(|&byte| g711::ulaw(byte)).collect(),
            Self::S16Be => pairs().map(i16::from_be_bytes).collect(),
            Self::S16Le => pairs().map(i16::from_le_bytes).collect(),
        }
    }
}

/// A track of sound as a source delivers it, on its way to AAC.
pub enum SoundTrack {
    /// It is AAC already.
    Aac(AudioConfig),
    /// It is coded anew.
    Recoded(SampleFormat, Box<AacEncoder>),
}

impl SoundTrack {
    /// A track of plain samples.
    ///
    /// # Errors
    /// When AAC cannot carry them.
    pub fn recoded(format: SampleFormat, rate_hz: u32, channels: u8) -> Result<Self, UnsupportedAudio> {
        let bitrate_bps = AacEncoder::suitable_bitrate_bps(rate_hz, channels);
        Ok(Self::Recoded(
            format,
            Box::new(AacEncoder::new(rate_hz, channels, bitrate_bps)?),
        ))
    }

    /// The AAC track that comes out.
    pub fn config(&self) -> &AudioConfig {
        match self {
            Self::Aac(config) => config,
            Self::Recoded(_, encoder) => encoder.config(),
        }
    }

    /// Takes what the source delivered for `time_ms`, and gives the AAC frames that are complete with it.
    pub fn push(&mut self, time_ms: i64, data: Bytes) -> Vec<Frame> {
        match self {
            Self::Aac(_) => vec![Frame::audio(time_ms, data)],
            Self::Recoded(format, encoder) => encoder.encode(&Pcm {
                time_ms,
                samples: format.decode(&data),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
