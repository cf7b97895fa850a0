//! Writing.

use super::{AAC_ADTS, H264, H265, PACKET_BYTES, TICKS_PER_MS, WRAP_TICKS};
use crate::{AudioConfig, Frame, TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use bytes::{BufMut, Bytes, BytesMut};
use libmpegts::pes::{STREAM_ID_AUDIO, STREAM_ID_VIDEO, Timestamp};
use libmpegts::psi::{PAT_PID, PatBuilder, PatConfig, PatProgram, PmtBuilder, PmtConfig, PmtStream};

const PMT_PID: u16 = 0x1000;
const VIDEO_PID: u16 = 0x100;
const AUDIO_PID: u16 = 0x101;
const PROGRAM: u16 = 1;
/// Bytes of a packet behind its header.
const BODY_BYTES: usize = PACKET_BYTES - 4;
/// Bytes of an adaptation field with a clock reference: length, flags, reference.
const PCR_FIELD_BYTES: usize = 8;
/// Start code, stream id, length, flags, and both timestamps.
const LONGEST_PES_HEADER: usize = 19;
/// Where the first frame is put on the stream's clock: far enough from zero that neither a clock reference nor a frame
/// of the other track that is a little older comes to lie before it.
const START_TICKS: i64 = 1000 * TICKS_PER_MS;
/// The clock reference runs behind the decoding times by this: the time a receiver has to take a picture in.
const CLOCK_DELAY_TICKS: i64 = 500 * TICKS_PER_MS;

/// Writes the frames of one publisher as a transport stream of one programme.
///
/// A muxer lives for as long as its timestamps go on: over many segments, each begun by [`Muxer::begin_segment`].
/// Changed configurations want a new muxer, whose segments do not continue those of the one before.
///
/// Tables stand at the start of each segment and before each keyframe; a keyframe and the first picture of a segment carry
/// their parameter sets, so every segment can be read by itself, and plays by itself where it begins with a keyframe. Each picture has an access unit delimiter and a clock reference.
#[derive(Debug)]
pub struct Muxer {
    video: Option<Video>,
    audio: Option<aac::AdtsHeader>,
    pat: Vec<u8>,
    pmt: Vec<u8>,
    counters: Counters,
    /// What the first frame's time was.
    origin_ms: Option<i64>,
    /// Tables are due,
    at_start: bool,
    /// and parameter sets.
    sets_due: bool,
    /// The PES packet that is being made, kept for its memory.
    pes: Vec<u8>,
}

#[derive(Debug)]
struct Video {
    codec: VideoCodec,
    /// Parameter sets, each behind a start code.
    parameter_sets: Bytes,
}

/// Continuity counters, by PID.
#[derive(Debug, Default)]
struct Counters {
    pat: u8,
    pmt: u8,
    video: u8,
    audio: u8,
}

/// What the first packet of a PES packet has beside it.
#[derive(Debug, Clone, Copy, Default)]
struct Adaptation {
    pcr_ticks: Option<i64>,
    random_access: bool,
}

impl Muxer {
    /// A muxer for the given tracks. Frames of a track that is not given are left out; so is sound that ADTS has no
    /// header for ([`Muxer::has_audio`]).
    pub fn new(video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Self {
        let audio = audio.and_then(aac::AdtsHeader::of);
        let mut streams = Vec::new();
        let mut stream = |stream_type, elementary_pid| {
            streams.push(PmtStream {
                stream_type,
                elementary_pid,
                stream_descriptors: Vec::new(),
            });
        };
        match video.map(|video| video.codec) {
            Some(VideoCodec::H264) => stream(H264, VIDEO_PID),
            Some(VideoCodec::H265) => stream(H265, VIDEO_PID),
            None => {}
        }
        if audio.is_some() {
            stream(AAC_ADTS, AUDIO_PID);
        }
        let pat = PatBuilder::build(PatConfig {
            transport_stream_id: 1,
            version: 0,
            programs: vec![PatProgram {
                program_number: PROGRAM,
                pid: PMT_PID,
            }],
        });
        let pmt = PmtBuilder::build(PmtConfig {
            program_number: PROGRAM,
            version: 0,
            pcr_pid: if video.is_some() { VIDEO_PID } else { AUDIO_PID },
            program_descriptors: Vec::new(),
            streams,
        });
        Self {
            video: video.map(|video| Video {
                codec: video.codec,
                parameter_sets: parameter_sets(video),
            }),
            audio,
            pat: pat.first().unwrap_or_default().to_vec(),
            pmt: pmt.first().unwrap_or_default().to_vec(),
            counters: Counters::default(),
            origin_ms: None,
            at_start: true,
            sets_due: true,
            pes: Vec::new(),
        }
    }

    /// Whether there is a picture.
    pub fn has_video(&self) -> bool {
        self.video.is_some()
    }

    /// Whether there is sound.
    pub fn has_audio(&self) -> bool {
        self.audio.is_some()
    }

    /// The next frame begins a segment: tables are written before it. Timestamps and counters go on.
    pub fn begin_segment(&mut self) {
        self.at_start = true;
        self.sets_due = true;
    }

    /// At most so many bytes will be written for `frame`.
    pub fn size_of(&self, frame: &Frame) -> usize {
        let extra = match frame.track {
            TrackKind::Video => {
                // Start codes are as long as the lengths they take the place of.
                let sets = self.video.as_ref().map_or(0, |video| video.parameter_sets.len());
                7 + sets
            }
            TrackKind::Audio => aac::AdtsHeader::BYTES,
        };
        let pes = LONGEST_PES_HEADER + extra + frame.data.len();
        (2 + (PCR_FIELD_BYTES + pes).div_ceil(BODY_BYTES)) * PACKET_BYTES
    }

    /// Appends a frame. Answers whether something was written: not for a track that there is none of, nor for bytes
    /// that are no frame.
    pub fn write(&mut self, out: &mut BytesMut, frame: &Frame) -> bool {
        let mut pes = std::mem::take(&mut self.pes);
        pes.clear();
        let written = self.put_frame(out, &mut pes, frame).is_some();
        self.pes = pes;
        written
    }

    fn put_frame(&mut self, out: &mut BytesMut, pes: &mut Vec<u8>, frame: &Frame) -> Option<()> {
        let origin_ms = self.origin_ms.unwrap_or(frame.dts_ms);
        let ticks = |ms: i64| {
            ms.wrapping_sub(origin_ms)
                .wrapping_mul(TICKS_PER_MS)
                .wrapping_add(START_TICKS)
        };
        let (dts, pts) = (ticks(frame.dts_ms), ticks(frame.pts_ms));
        match frame.track {
            TrackKind::Video => {
                let video = self.video.as_ref()?;
                put_pes_header(pes, STREAM_ID_VIDEO, pts, (pts != dts).then_some(dts));
                put_picture(pes, video, frame, self.sets_due || frame.keyframe)?;
            }
            TrackKind::Audio => {
                let header = self.audio.as_ref()?.before(frame.data.len())?;
                put_pes_header(pes, STREAM_ID_AUDIO, pts, None);
                pes.extend_from_slice(&header);
                pes.extend_from_slice(&frame.data);
            }
        }
        // A length of nothing says: until the next one begins. Only pictures may do so, and only they are so large.
        let length = u16::try_from(pes.len() - 6).unwrap_or(0);
        pes.get_mut(4..6)?.copy_from_slice(&length.to_be_bytes());

        self.origin_ms = Some(origin_ms);
        let is_picture = frame.track == TrackKind::Video;
        self.sets_due &= !is_picture;
        if std::mem::take(&mut self.at_start) || (is_picture && frame.keyframe) {
            put_table(out, PAT_PID, &mut self.counters.pat, &self.pat);
            put_table(out, PMT_PID, &mut self.counters.pmt, &self.pmt);
        }
        let adaptation = Adaptation {
            pcr_ticks: (is_picture || self.video.is_none()).then(|| dts.wrapping_sub(CLOCK_DELAY_TICKS)),
            random_access: frame.keyframe && (is_picture || self.video.is_none()),
        };
        let (pid, counter) = match frame.track {
            TrackKind::Video => (VIDEO_PID, &mut self.counters.video),
            TrackKind::Audio => (AUDIO_PID, &mut self.counters.audio),
        };
        put_packets(out, pid, counter, adaptation, pes);
        Some(())
    }

    /// The next frame is put at `ticks` instead of one second.
    #[cfg(test)]
    pub(super) fn start_at_ticks(&mut self, first_ms: i64, ticks: i64) {
        self.origin_ms = Some(first_ms - (ticks - START_TICKS) / TICKS_PER_MS);
    }
}

/// The parameter sets of a configuration as a byte stream.
fn parameter_sets(video: &VideoConfig) -> Bytes {
    let sets = match video.codec {
        VideoCodec::H264 => h264::parameter_sets(&video.record),
        VideoCodec::H265 => h265::parameter_sets(&video.record),
    };
    let mut stream = BytesMut::new();
    for set in sets.unwrap_or_default() {
        stream.put_slice(&[0, 0, 0, 1]);
        stream.put_slice(set);
    }
    stream.freeze()
}

fn put_pes_header(pes: &mut Vec<u8>, stream_id: u8, pts: i64, dts: Option<i64>) {
    let put_time = |pes: &mut Vec<u8>, marker, ticks: i64| {
        let mut field = [0; 5];
        Timestamp::new(ticks.rem_euclid(WRAP_TICKS).unsigned_abs()).write(&mut field, marker);
        pes.extend_from_slice(&field);
    };
    // The payload begins with an access unit (data alignment).
    pes.extend_from_slice(&[0, 0, 1, stream_id, 0, 0, 0x84]);
    match dts {
        None => {
            pes.extend_from_slice(&[0x80, 5]);
            put_time(pes, 0b0010, pts);
        }
        Some(dts) => {
            pes.extend_from_slice(&[0xC0, 10]);
            put_time(pes, 0b0011, pts);
            put_time(pes, 0b0001, dts);
        }
    }
}

/// An access unit as a byte stream: delimiter, parameter sets where they are due and it has none of its own, and the rest.
fn put_picture(pes: &mut Vec<u8>, video: &Video, frame: &Frame, sets_due: bool) -> Option<()> {
    // The delimiters allow for every type of slice.
    pes.extend_from_slice(match video.codec {
        VideoCodec::H264 => &[0, 0, 0, 1, 0x09, 0xF0],
        VideoCodec::H265 => &[0, 0, 0, 1, 0x46, 0x01, 0x50],
    });
    let is_set = |unit: &[u8]| match video.codec {
        VideoCodec::H264 => h264::nal_type(unit) == Some(h264::SPS),
        VideoCodec::H265 => h265::nal_type(unit) == Some(h265::SPS),
    };
    let has_sets = || nal::units(&frame.data, 4).any(|unit| unit.is_ok_and(is_set));
    if sets_due && !has_sets() {
        pes.extend_from_slice(&video.parameter_sets);
    }
    let before = pes.len();
    for unit in nal::units(&frame.data, 4) {
        let unit = unit.ok()?;
        if !unit.is_empty() && !is_delimiter(video.codec, unit) {
            pes.extend_from_slice(&[0, 0, 0, 1]);
            pes.extend_from_slice(unit);
        }
    }
    (pes.len() > before).then_some(())
}

/// Access unit delimiters and filler have a place in byte streams only.
pub(super) fn is_delimiter(codec: VideoCodec, unit: &[u8]) -> bool {
    match codec {
        VideoCodec::H264 => matches!(h264::nal_type(unit), Some(9 | 12) | None),
        VideoCodec::H265 => matches!(h265::nal_type(unit), Some(35 | 38) | None),
    }
}

/// A table that fits one packet.
fn put_table(out: &mut BytesMut, pid: u16, counter: &mut u8, section: &[u8]) {
    put_header(out, pid, true, false, counter);
    out.put_u8(0);
    out.put_slice(section);
    out.put_bytes(0xFF, (BODY_BYTES - 1).saturating_sub(section.len()));
}

fn put_header(out: &mut BytesMut, pid: u16, starts: bool, has_adaptation: bool, counter: &mut u8) {
    out.put_u8(0x47);
    out.put_u16(u16::from(starts) << 14 | pid);
    out.put_u8(u8::from(has_adaptation) << 5 | 0x10 | *counter & 0x0F);
    *counter = counter.wrapping_add(1);
}

/// Cuts a PES packet into packets; the last one is filled up in its adaptation field.
fn put_packets(out: &mut BytesMut, pid: u16, counter: &mut u8, adaptation: Adaptation, pes: &[u8]) {
    let mut rest = pes;
    let mut starts = true;
    out.reserve((pes.len() + PCR_FIELD_BYTES).div_ceil(BODY_BYTES) * PACKET_BYTES);
    while !rest.is_empty() {
        let Adaptation {
            pcr_ticks,
            random_access,
        } = if starts { adaptation } else { Adaptation::default() };
        let needed = match (pcr_ticks, random_access) {
            (Some(_), _) => PCR_FIELD_BYTES,
            (None, true) => 2,
            (None, false) => 0,
        };
        let (payload, tail) = rest.split_at(rest.len().min(BODY_BYTES - needed));
        let field = BODY_BYTES - payload.len();
        put_header(out, pid, starts, field > 0, counter);
        if field > 0 {
            // At most 183, as a packet has at least one byte of payload.
            out.put_u8(u8::try_from(field - 1).unwrap_or(0));
        }
        if field > 1 {
            out.put_u8(u8::from(random_access) << 6 | u8::from(pcr_ticks.is_some()) << 4);
            if let Some(ticks) = pcr_ticks {
                let base = ticks.rem_euclid(WRAP_TICKS).unsigned_abs();
                // 33 bits of base, six reserved, nine of extension.
                let bytes = (base << 15 | 0x3F << 9).to_be_bytes();
                out.put_slice(&bytes[2..]);
            }
            let used = if pcr_ticks.is_some() { PCR_FIELD_BYTES } else { 2 };
            out.put_bytes(0xFF, field - used);
        }
        out.put_slice(payload);
        rest = tail;
        starts = false;
    }
}
