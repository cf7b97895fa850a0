//! MPEG transport streams (ISO/IEC 13818-1): what recordings are kept in. The only place that knows the library for it.
//!
//! [`Muxer`] writes one programme of H.264 or H.265 and AAC, [`Demuxer`] reads the first programme of a stream that
//! anybody made. What one writes the other reads back frame by frame; times come back shifted by a constant.

mod demux;
mod elementary;
mod mux;
mod parameter_sets;

pub use demux::{Demuxer, Item, TsFrame};
pub use mux::Muxer;

/// Bytes of a packet.
pub const PACKET_BYTES: usize = libmpegts::ts::PACKET_SIZE;

/// Stream types of ISO/IEC 13818-1, table 2-34.
const H264: u8 = 0x1b;
const H265: u8 = 0x24;
const AAC_ADTS: u8 = 0x0f;

/// Ticks of the clock of timestamps in a millisecond.
const TICKS_PER_MS: i64 = 90;
/// Timestamps have 33 bits: they begin again after this many ticks, a day and two and a half hours.
const WRAP_TICKS: i64 = 1 << 33;

#[cfg(test)]
mod tests;
