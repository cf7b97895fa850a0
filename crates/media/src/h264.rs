//! H.264: configuration record, parameter sets, key pictures (ITU-T H.264; ISO/IEC 14496-15, 5.3.3).

use bytes::{BufMut, Bytes, BytesMut};

use crate::bits::{Bits, unescape};
use crate::{MediaError, VideoCodec, VideoConfig, nal};

/// NAL unit type of an IDR slice.
const IDR: u8 = 5;
/// NAL unit type of a sequence parameter set.
pub const SPS: u8 = 7;
/// NAL unit type of a picture parameter set.
pub const PPS: u8 = 8;

/// Type of a NAL unit; `None` for an empty one.
pub fn nal_type(nal: &[u8]) -> Option<u8> {
    nal.first().map(|header| header & 0x1F)
}

/// Whether an access unit (4-byte lengths) holds an IDR picture, where a decoder can start.
pub fn is_keyframe(data: &[u8]) -> bool {
    nal::units(data, 4).any(|unit| unit.is_ok_and(|unit| nal_type(unit) == Some(IDR)))
}

/// Configuration from parameter sets without start codes, as found in the stream or in SDP.
///
/// # Errors
/// No sequence or picture parameter set, more than a record can hold, or a sequence parameter set that makes no sense.
pub fn config_from_parameter_sets(sps: &[&[u8]], pps: &[&[u8]]) -> Result<VideoConfig, MediaError> {
    let first = sps.first().ok_or(MediaError::Malformed("H.264 parameter sets"))?;
    let info = parse_sps(first)?;
    if pps.is_empty() || pps.len() > 255 || sps.len() > 31 {
        return Err(MediaError::Malformed("H.264 parameter sets"));
    }
    let mut record = BytesMut::new();
    record.put_slice(&[
        1,
        info.profile,
        info.constraints,
        info.level,
        0xFF,
        0xE0 | sps.len() as u8,
    ]);
    put_sets(&mut record, sps)?;
    record.put_u8(pps.len() as u8);
    put_sets(&mut record, pps)?;
    if info.has_chroma {
        record.put_slice(&[
            0xFC | info.chroma_format,
            0xF8 | info.luma_depth,
            0xF8 | info.chroma_depth,
            0,
        ]);
    }
    Ok(info.config(record.freeze()))
}

fn put_sets(record: &mut BytesMut, sets: &[&[u8]]) -> Result<(), MediaError> {
    for set in sets {
        record.put_u16(u16::try_from(set.len()).map_err(|_| MediaError::Malformed("H.264 parameter sets"))?);
        record.put_slice(set);
    }
    Ok(())
}

/// Configuration from the body of an `avcC` box, and the size of the NAL unit lengths its frames use (1 to 4 bytes).
/// The configuration itself always says 4, as frames are carried with 4-byte lengths: see [`nal::widen_lengths`].
///
/// # Errors
/// Truncated records, no parameter set, or a sequence parameter set that makes no sense.
pub fn config_from_record(record: &[u8]) -> Result<(VideoConfig, usize), MediaError> {
    let (length_size, sps, pps) = split_record(record)?;
    Ok((config_from_parameter_sets(&sps, &pps)?, length_size))
}

/// The parameter sets of a record, in the order in which a stream carries them.
///
/// # Errors
/// Truncated records.
pub(crate) fn parameter_sets(record: &[u8]) -> Result<Vec<&[u8]>, MediaError> {
    let (_, sps, pps) = split_record(record)?;
    Ok([sps, pps].concat())
}

/// Size of the NAL unit lengths, sequence and picture parameter sets.
type Record<'a> = (usize, Vec<&'a [u8]>, Vec<&'a [u8]>);

fn split_record(record: &[u8]) -> Result<Record<'_>, MediaError> {
    let truncated = MediaError::Truncated("avcC");
    let &[version, _, _, _, length_size, sps_count] = record.first_chunk::<6>().ok_or(truncated)?;
    if version != 1 {
        return Err(MediaError::Malformed("avcC"));
    }
    let length_size = usize::from(length_size & 3) + 1;
    let mut rest = &record[6..];
    let sps = take_sets(&mut rest, usize::from(sps_count & 0x1F))?;
    let (&pps_count, after) = rest.split_first().ok_or(truncated)?;
    rest = after;
    let pps = take_sets(&mut rest, usize::from(pps_count))?;
    Ok((length_size, sps, pps))
}

fn take_sets<'a>(rest: &mut &'a [u8], count: usize) -> Result<Vec<&'a [u8]>, MediaError> {
    let mut sets = Vec::new();
    for _ in 0..count {
        let (set, tail) = rest
            .split_first_chunk::<2>()
            .and_then(|(len, tail)| tail.split_at_checked(u16::from_be_bytes(*len).into()))
            .ok_or(MediaError::Truncated("avcC"))?;
        sets.push(set);
        *rest = tail;
    }
    Ok(sets)
}

/// What of a sequence parameter set matters here.
struct SpsInfo {
    profile: u8,
    constraints: u8,
    level: u8,
    has_chroma: bool,
    chroma_format: u8,
    luma_depth: u8,
    chroma_depth: u8,
    width: u32,
    height: u32,
}

impl SpsInfo {
    fn config(&self, record: Bytes) -> VideoConfig {
        VideoConfig {
            codec: VideoCodec::H264,
            record,
            width: self.width,
            height: self.height,
            codec_string: format!("avc1.{:02x}{:02x}{:02x}", self.profile, self.constraints, self.level),
        }
    }
}

fn parse_sps(nal: &[u8]) -> Result<SpsInfo, MediaError> {
    if nal_type(nal) != Some(SPS) {
        return Err(MediaError::Malformed("H.264 sequence parameter set"));
    }
    let rbsp = unescape(&nal[1..]);
    read_sps(&mut Bits::new(&rbsp)).ok_or(MediaError::Malformed("H.264 sequence parameter set"))
}

/// 7.3.2.1.1, up to the cropping: what follows it (VUI) is not needed and often wrong in cameras.
fn read_sps(bits: &mut Bits<'_>) -> Option<SpsInfo> {
    let (profile, constraints, level) = (bits.take(8)? as u8, bits.take(8)? as u8, bits.take(8)? as u8);
    bits.ue()?;
    let has_chroma = matches!(
        profile,
        100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135
    );
    let (mut chroma_format, mut luma_depth, mut chroma_depth, mut separate_planes) = (1, 0, 0, false);
    if has_chroma {
        chroma_format = bits.ue().filter(|&format| format <= 3)?;
        if chroma_format == 3 {
            separate_planes = bits.flag()?;
        }
        luma_depth = bits.ue().filter(|&depth| depth <= 6)?;
        chroma_depth = bits.ue().filter(|&depth| depth <= 6)?;
        bits.skip(1)?;
        if bits.flag()? {
            skip_scaling_matrix(bits, if chroma_format == 3 { 12 } else { 8 })?;
        }
    }
    bits.ue()?;
    match bits.ue()? {
        0 => {
            bits.ue()?;
        }
        1 => {
            bits.skip(1)?;
            bits.se()?;
            bits.se()?;
            for _ in 0..bits.ue().filter(|&cycle| cycle <= 255)? {
                bits.se()?;
            }
        }
        _ => {}
    }
    bits.ue()?;
    bits.skip(1)?;
    let (width_mbs, height_units) = (bits.ue()?.checked_add(1)?, bits.ue()?.checked_add(1)?);
    let frame_mbs_only = bits.flag()?;
    if !frame_mbs_only {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    let field_factor = if frame_mbs_only { 1 } else { 2 };
    let (mut width, mut height) = (width_mbs.checked_mul(16)?, height_units.checked_mul(16 * field_factor)?);
    if bits.flag()? {
        let subsampled = |format: &[u32]| {
            if !separate_planes && format.contains(&chroma_format) {
                2
            } else {
                1
            }
        };
        let (unit_x, unit_y) = (subsampled(&[1, 2]), subsampled(&[1]) * field_factor);
        let (left, right, top, bottom) = (bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(unit_x)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(unit_y)?)?;
    }
    if width == 0 || height == 0 || width > 16384 || height > 16384 {
        return None;
    }
    Some(SpsInfo {
        profile,
        constraints,
        level,
        has_chroma: matches!(profile, 100 | 110 | 122 | 244),
        chroma_format: chroma_format as u8,
        luma_depth: luma_depth as u8,
        chroma_depth: chroma_depth as u8,
        width,
        height,
    })
}

/// 7.3.2.1.1.1
fn skip_scaling_matrix(bits: &mut Bits<'_>, lists: usize) -> Option<()> {
    for list in 0..lists {
        if !bits.flag()? {
            continue;
        }
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = last.wrapping_add(bits.se()?).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

#[cfg(test)]
#[path = "h264_tests.rs"]
mod tests;
