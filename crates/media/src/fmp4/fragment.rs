//! One fragment: `prft moof mdat`.

use bytes::{BufMut, BytesMut};

use super::boxes::{put_box, put_full_box};
use crate::AudioConfig;

/// Everything about a frame but its payload.
pub(super) struct Sample {
    pub(super) track: u32,
    pub(super) decode_time: u64,
    pub(super) duration: u32,
    pub(super) composition_offset: i32,
    pub(super) keyframe: bool,
    pub(super) reference_time: Option<u64>,
}

/// tfhd: offsets count from the start of the moof, so that a fragment can stand anywhere.
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;
/// trun: data offset, then per sample duration, size, flags and composition offset.
const TRUN_FIELDS: u32 = 0x001 | 0x100 | 0x200 | 0x400 | 0x800;
const DEPENDS_ON_NONE: u32 = 0x0200_0000;
const DEPENDS_ON_OTHERS: u32 = 0x0101_0000;
/// prft: the time is when the fragment was finished.
const TIME_OF_FINISH: u32 = 2;

pub(super) fn write(out: &mut BytesMut, sequence: u32, sample: &Sample, payload: &[u8]) {
    out.reserve(160 + payload.len());
    if let Some(reference_time) = sample.reference_time {
        put_full_box(out, b"prft", 1, TIME_OF_FINISH, |out| {
            out.put_u32(sample.track);
            out.put_u64(reference_time);
            out.put_u64(sample.decode_time);
        });
    }
    let size = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let moof_start = out.len();
    let mut offset_at = 0;
    put_box(out, b"moof", |out| {
        put_full_box(out, b"mfhd", 0, 0, |out| out.put_u32(sequence));
        put_box(out, b"traf", |out| {
            put_full_box(out, b"tfhd", 0, DEFAULT_BASE_IS_MOOF, |out| out.put_u32(sample.track));
            put_full_box(out, b"tfdt", 1, 0, |out| out.put_u64(sample.decode_time));
            put_full_box(out, b"trun", 1, TRUN_FIELDS, |out| {
                out.put_u32(1);
                offset_at = out.len();
                out.put_u32(0);
                out.put_u32(sample.duration);
                out.put_u32(size);
                out.put_u32(if sample.keyframe {
                    DEPENDS_ON_NONE
                } else {
                    DEPENDS_ON_OTHERS
                });
                out.put_i32(sample.composition_offset);
            });
        });
    });
    let payload_offset = (out.len() - moof_start + 8) as u32;
    out[offset_at..offset_at + 4].copy_from_slice(&payload_offset.to_be_bytes());
    put_box(out, b"mdat", |out| out.put_slice(payload));
}

/// Puts audio frames back onto the sample grid that millisecond timestamps blurred.
#[derive(Debug, Clone)]
pub(super) struct AudioClock {
    sample_rate_hz: i64,
    samples_per_frame: u32,
    next: Option<i64>,
}

impl AudioClock {
    /// A frame further than this from where the one before it ends starts anew: a real gap, or another clock.
    const TOLERANCE_MS: i64 = 60;

    pub(super) fn new(config: Option<&AudioConfig>) -> Self {
        Self {
            sample_rate_hz: config.map_or(48000, |c| c.sample_rate_hz.max(1).into()),
            samples_per_frame: config.map_or(1024, |c| c.samples_per_frame),
            next: None,
        }
    }

    pub(super) fn samples_per_frame(&self) -> u32 {
        self.samples_per_frame
    }

    /// Decode time of the next frame in samples.
    pub(super) fn place(&mut self, dts_ms: i64) -> u64 {
        let told = dts_ms.saturating_mul(self.sample_rate_hz) / 1000;
        let tolerance = Self::TOLERANCE_MS * self.sample_rate_hz / 1000;
        let at = match self.next {
            Some(next) if (told - next).abs() <= tolerance => next,
            // Never back: decoders refuse overlapping samples.
            Some(next) => told.max(next),
            None => told,
        };
        self.next = Some(at + i64::from(self.samples_per_frame));
        u64::try_from(at).unwrap_or(0)
    }
}
