//! AAC: AudioSpecificConfig and ADTS (ISO/IEC 14496-3).

use bytes::Bytes;

use crate::bits::Bits;
use crate::{AudioCodec, AudioConfig, MediaError};

/// Sampling rates by index (table 1.18).
const RATES_HZ: [u32; 13] = [
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
];

/// Configuration of AAC-LC with `sample_rate_hz` (one of the thirteen rates of the standard) and 1 to 7 as `channels`' configuration number.
///
/// # Errors
/// [`MediaError::Unsupported`] for other rates or channel numbers.
pub fn config(sample_rate_hz: u32, channels: u8) -> Result<AudioConfig, MediaError> {
    let index = RATES_HZ
        .iter()
        .position(|&r| r == sample_rate_hz)
        .ok_or(MediaError::Unsupported("AAC sampling rate"))?;
    if !(1..=7).contains(&channels) {
        return Err(MediaError::Unsupported("AAC channel configuration"));
    }
    config_from_asc(&asc(2, index as u8, channels))
}

/// AudioSpecificConfig of two bytes: object type, rate index, channel configuration.
fn asc(object_type: u8, rate_index: u8, channels: u8) -> [u8; 2] {
    [object_type << 3 | rate_index >> 1, rate_index << 7 | channels << 3]
}

/// Reads an AudioSpecificConfig.
///
/// # Errors
/// Truncated input, and reserved sampling rates or channel configurations.
pub fn config_from_asc(asc: &[u8]) -> Result<AudioConfig, MediaError> {
    // The longest with a program config element stays under this; the descriptors of MP4 have one byte for it.
    if asc.len() > 90 {
        return Err(MediaError::Malformed("AudioSpecificConfig"));
    }
    let mut bits = Bits::new(asc);
    let parsed = parse_asc(&mut bits).ok_or(MediaError::Truncated("AudioSpecificConfig"))?;
    let (object_type, sample_rate_hz, channel_config, short_frame) = parsed;
    if sample_rate_hz == 0 {
        return Err(MediaError::Malformed("AAC sampling rate"));
    }
    let channels = match channel_config {
        0..=6 => channel_config as u8,
        7 | 12 => 8,
        11 => 7,
        _ => return Err(MediaError::Unsupported("AAC channel configuration")),
    };
    Ok(AudioConfig {
        codec: AudioCodec::Aac,
        asc: Bytes::copy_from_slice(asc),
        sample_rate_hz,
        samples_per_frame: if short_frame { 960 } else { 1024 },
        channels,
        codec_string: format!("mp4a.40.{object_type}"),
    })
}

/// Object type as announced, core sampling rate, channel configuration, frames of 960 samples.
fn parse_asc(bits: &mut Bits<'_>) -> Option<(u32, u32, u32, bool)> {
    let object_type = object_type(bits)?;
    let rate_hz = rate(bits)?;
    let channel_config = bits.take(4)?;
    if object_type == 5 || object_type == 29 {
        // Explicit SBR/PS: the extension's rate and the core's object type come before the core's own bits.
        rate(bits)?;
        self::object_type(bits)?;
    }
    let short_frame = bits.take(1).unwrap_or(0) == 1;
    Some((object_type, rate_hz, channel_config, short_frame))
}

fn object_type(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(5)? {
        31 => Some(32 + bits.take(6)?),
        short => Some(short),
    }
}

fn rate(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(4)? {
        15 => bits.take(24),
        index => Some(RATES_HZ.get(index as usize).copied().unwrap_or(0)),
    }
}

/// One frame of an ADTS stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdtsFrame<'a> {
    /// AudioSpecificConfig made of the header.
    pub asc: [u8; 2],
    /// The raw frame behind the header.
    pub data: &'a [u8],
    /// Bytes of header and frame together: where the next header begins.
    pub total_len: usize,
}

/// Reads the ADTS header at the start of `input` (1.A.3.2) and the frame behind it.
///
/// # Errors
/// No sync word, lengths that contradict each other, or less input than one frame.
pub fn parse_adts(input: &[u8]) -> Result<AdtsFrame<'_>, MediaError> {
    let Some(header) = input.first_chunk::<7>() else {
        return Err(MediaError::Truncated("ADTS header"));
    };
    if header[0] != 0xFF || header[1] & 0xF6 != 0xF0 {
        return Err(MediaError::Malformed("ADTS header"));
    }
    let header_len = if header[1] & 1 == 0 { 9 } else { 7 };
    let total_len = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
    if total_len < header_len {
        return Err(MediaError::Malformed("ADTS frame length"));
    }
    let data = input
        .get(header_len..total_len)
        .ok_or(MediaError::Truncated("ADTS frame"))?;
    let channels = (header[2] & 1) << 2 | header[3] >> 6;
    Ok(AdtsFrame {
        asc: asc((header[2] >> 6) + 1, header[2] >> 2 & 15, channels),
        data,
        total_len,
    })
}

/// Writes the headers that raw frames of one configuration have in an ADTS stream.
#[derive(Debug, Clone)]
pub(crate) struct AdtsHeader {
    /// The header of a frame of no bytes.
    empty: [u8; Self::BYTES],
}

impl AdtsHeader {
    /// Length of a header.
    pub(crate) const BYTES: usize = 7;

    /// `None` where ADTS has no words for the configuration: other object types than the first four, rates that have
    /// no number, frames of 960 samples.
    pub(crate) fn of(config: &AudioConfig) -> Option<Self> {
        let mut bits = Bits::new(&config.asc);
        let (object_type, _, channel_config, short_frame) = parse_asc(&mut bits)?;
        // What extends the core (SBR, PS) is found by decoders in the frames themselves.
        let core = if matches!(object_type, 5 | 29) { 2 } else { object_type };
        let profile = core.checked_sub(1).filter(|&profile| profile < 4)? as u8;
        let index = RATES_HZ.iter().position(|&rate| rate == config.sample_rate_hz)? as u8;
        if short_frame || channel_config > 7 {
            return None;
        }
        let channels = channel_config as u8;
        Some(Self {
            // MPEG-4, no checksum; the buffer's fullness is not told.
            empty: [
                0xFF,
                0xF1,
                profile << 6 | index << 2 | channels >> 2,
                channels << 6,
                0,
                0x1F,
                0xFC,
            ],
        })
    }

    /// The header of a frame of `data_len` bytes; `None` for more than its length has bits for.
    pub(crate) fn before(&self, data_len: usize) -> Option<[u8; Self::BYTES]> {
        let total_len = u16::try_from(data_len + Self::BYTES)
            .ok()
            .filter(|&len| len < 1 << 13)?;
        let mut header = self.empty;
        header[3] |= (total_len >> 11) as u8;
        header[4] = (total_len >> 3) as u8;
        header[5] |= (total_len << 5) as u8;
        Some(header)
    }
}

#[cfg(test)]
#[path = "aac_tests.rs"]
mod tests;
