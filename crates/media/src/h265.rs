//! H.265: configuration record, parameter sets, key pictures (ITU-T H.265; ISO/IEC 14496-15, 8.3.3).

use bytes::{BufMut, Bytes, BytesMut};

use crate::bits::{Bits, unescape};
use crate::{MediaError, VideoCodec, VideoConfig, nal};

/// NAL unit type of a video parameter set.
pub const VPS: u8 = 32;
/// NAL unit type of a sequence parameter set.
pub const SPS: u8 = 33;
/// NAL unit type of a picture parameter set.
pub const PPS: u8 = 34;

/// Type of a NAL unit; `None` for one shorter than its header.
pub fn nal_type(nal: &[u8]) -> Option<u8> {
    nal.first_chunk::<2>().map(|header| header[0] >> 1 & 0x3F)
}

/// Whether an access unit (4-byte lengths) holds an intra random access picture, where a decoder can start.
pub fn is_keyframe(data: &[u8]) -> bool {
    nal::units(data, 4).any(|unit| unit.is_ok_and(|unit| matches!(nal_type(unit), Some(16..=23))))
}

/// Configuration from parameter sets without start codes, as found in the stream or in SDP.
///
/// # Errors
/// A kind of parameter set is missing, there are more than a record can hold, or a sequence parameter set makes no sense.
pub fn config_from_parameter_sets(vps: &[&[u8]], sps: &[&[u8]], pps: &[&[u8]]) -> Result<VideoConfig, MediaError> {
    let missing = MediaError::Malformed("H.265 parameter sets");
    let first = sps.first().ok_or(missing)?;
    if vps.is_empty() || pps.is_empty() {
        return Err(missing);
    }
    let info = parse_sps(first)?;
    let mut record = BytesMut::new();
    record.put_u8(1);
    record.put_slice(&info.profile_tier_level);
    // No spatial segmentation, parallelism unknown.
    record.put_slice(&[0xF0, 0, 0xFC]);
    record.put_slice(&[
        0xFC | info.chroma_format,
        0xF8 | info.luma_depth,
        0xF8 | info.chroma_depth,
    ]);
    // Frame rate unspecified; lengths of 4 bytes.
    record.put_slice(&[
        0,
        0,
        info.temporal_layers << 3 | u8::from(info.temporal_nesting) << 2 | 3,
        3,
    ]);
    for (kind, sets) in [(VPS, vps), (SPS, sps), (PPS, pps)] {
        record.put_u8(0x80 | kind);
        record.put_u16(u16::try_from(sets.len()).map_err(|_| missing)?);
        for set in sets {
            record.put_u16(u16::try_from(set.len()).map_err(|_| missing)?);
            record.put_slice(set);
        }
    }
    Ok(info.config(record.freeze()))
}

/// Configuration from the body of an `hvcC` box, and the size of the NAL unit lengths its frames use (1 to 4 bytes).
/// The configuration itself always says 4, as frames are carried with 4-byte lengths: see [`nal::widen_lengths`].
///
/// # Errors
/// Truncated records, a missing kind of parameter set, or a sequence parameter set that makes no sense.
pub fn config_from_record(record: &[u8]) -> Result<(VideoConfig, usize), MediaError> {
    let (length_size, [vps, sps, pps]) = split_record(record)?;
    Ok((config_from_parameter_sets(&vps, &sps, &pps)?, length_size))
}

/// The parameter sets of a record, in the order in which a stream carries them.
///
/// # Errors
/// Truncated records.
pub(crate) fn parameter_sets(record: &[u8]) -> Result<Vec<&[u8]>, MediaError> {
    split_record(record).map(|(_, sets)| sets.concat())
}

/// Size of the NAL unit lengths; video, sequence and picture parameter sets.
type Record<'a> = (usize, [Vec<&'a [u8]>; 3]);

fn split_record(record: &[u8]) -> Result<Record<'_>, MediaError> {
    let truncated = MediaError::Truncated("hvcC");
    let header = record.first_chunk::<23>().ok_or(truncated)?;
    // Some encoders write version 0, from the drafts of the standard.
    if header[0] > 1 {
        return Err(MediaError::Malformed("hvcC"));
    }
    let length_size = usize::from(header[21] & 3) + 1;
    let mut sets: [Vec<&[u8]>; 3] = Default::default();
    let mut rest = &record[23..];
    for _ in 0..header[22] {
        let (&[kind, count_high, count_low], tail) = rest.split_first_chunk::<3>().ok_or(truncated)?;
        rest = tail;
        for _ in 0..u16::from_be_bytes([count_high, count_low]) {
            let (set, tail) = rest
                .split_first_chunk::<2>()
                .and_then(|(len, tail)| tail.split_at_checked(u16::from_be_bytes(*len).into()))
                .ok_or(truncated)?;
            rest = tail;
            if let Some(slot) = (kind & 0x3F)
                .checked_sub(VPS)
                .and_then(|index| sets.get_mut(usize::from(index)))
            {
                slot.push(set);
            }
        }
    }
    Ok((length_size, sets))
}

/// What of a sequence parameter set matters here.
struct SpsInfo {
    /// Twelve bytes: profile space, tier and profile; compatibility; constraints; level.
    profile_tier_level: [u8; 12],
    temporal_layers: u8,
    temporal_nesting: bool,
    chroma_format: u8,
    luma_depth: u8,
    chroma_depth: u8,
    width: u32,
    height: u32,
}

impl SpsInfo {
    fn config(&self, record: Bytes) -> VideoConfig {
        VideoConfig {
            codec: VideoCodec::H265,
            record,
            width: self.width,
            height: self.height,
            codec_string: self.codec_string(),
        }
    }

    /// ISO/IEC 14496-15, annex E.3.
    fn codec_string(&self) -> String {
        let [first, c0, c1, c2, c3, constraints @ .., level] = self.profile_tier_level;
        let space = ["", "A", "B", "C"][usize::from(first >> 6)];
        let tier = if first & 0x20 == 0 { 'L' } else { 'H' };
        let compatibility = u32::from_be_bytes([c0, c1, c2, c3]).reverse_bits();
        let mut name = format!("hvc1.{space}{}.{compatibility:X}.{tier}{level}", first & 0x1F);
        let used = constraints
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |last| last + 1);
        for byte in &constraints[..used] {
            name.push_str(&format!(".{byte:X}"));
        }
        name
    }
}

fn parse_sps(nal: &[u8]) -> Result<SpsInfo, MediaError> {
    if nal_type(nal) != Some(SPS) {
        return Err(MediaError::Malformed("H.265 sequence parameter set"));
    }
    let rbsp = unescape(&nal[2..]);
    read_sps(&rbsp).ok_or(MediaError::Malformed("H.265 sequence parameter set"))
}

/// 7.3.2.2.1, up to the bit depths: nothing after them is needed.
fn read_sps(rbsp: &[u8]) -> Option<SpsInfo> {
    let profile_tier_level: [u8; 12] = rbsp.get(1..13)?.try_into().ok()?;
    let bits = &mut Bits::new(rbsp);
    bits.skip(4)?;
    let sub_layers = bits.take(3)?;
    let temporal_nesting = bits.flag()?;
    bits.skip(96)?;
    skip_sub_layers(bits, sub_layers)?;
    bits.ue()?;
    let chroma_format = bits.ue().filter(|&format| format <= 3)?;
    let separate_planes = chroma_format == 3 && bits.flag()?;
    let (mut width, mut height) = (bits.ue()?, bits.ue()?);
    if bits.flag()? {
        let subsampled = |format: &[u32]| {
            if !separate_planes && format.contains(&chroma_format) {
                2
            } else {
                1
            }
        };
        let (left, right, top, bottom) = (bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(subsampled(&[1, 2]))?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(subsampled(&[1]))?)?;
    }
    if width == 0 || height == 0 || width > 16384 || height > 16384 {
        return None;
    }
    let luma_depth = bits.ue().filter(|&depth| depth <= 7)? as u8;
    let chroma_depth = bits.ue().filter(|&depth| depth <= 7)? as u8;
    Some(SpsInfo {
        profile_tier_level,
        temporal_layers: sub_layers as u8 + 1,
        temporal_nesting,
        chroma_format: chroma_format as u8,
        luma_depth,
        chroma_depth,
        width,
        height,
    })
}

/// The sub-layer part of profile_tier_level(), 7.3.3.
fn skip_sub_layers(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    if sub_layers == 0 {
        return Some(());
    }
    let mut skipped = 0;
    for layer in 0..8 {
        let (profile, level) = (bits.flag()?, bits.flag()?);
        if layer < sub_layers {
            skipped += if profile { 88 } else { 0 } + if level { 8 } else { 0 };
        }
    }
    bits.skip(skipped)
}

#[cfg(test)]
#[path = "h265_tests.rs"]
mod tests;
