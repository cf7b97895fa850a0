//! Reading.

use super::elementary::{Elementary, Pes};
use super::mux::is_delimiter;
use super::parameter_sets::ParameterSets;
use super::{AAC_ADTS, H264, H265, TICKS_PER_MS, WRAP_TICKS};
use crate::{AudioConfig, Frame, MediaError, TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use bytes::Bytes;
use libmpegts::psi::{PAT_PID, PatSectionRef, PmtSectionRef, Psi};
use libmpegts::slicer::TsSlicer;
use libmpegts::ts::TsPacketRef;
use std::collections::VecDeque;

/// More NAL units than this are no picture: where each is a byte long, the list of them is longer than they are.
const MAX_UNITS: usize = 16 << 10;

/// What a stream holds, in the order in which it becomes known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The configuration of the pictures that follow: before the first, and where it changes.
    Video(VideoConfig),
    /// The configuration of the sound that follows: before the first, and where it changes.
    Audio(AudioConfig),
    /// A frame, always behind its track's configuration.
    Frame(TsFrame),
}

/// A frame, and its times as exactly as the stream tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TsFrame {
    /// The frame. Its times may fall where the stream's own do. Pictures come without parameter sets and delimiters.
    pub frame: Frame,
    /// Decoding time in 1/90,000 s, on a line that does not wrap.
    pub dts_90k: i64,
    /// Presentation time on the same line.
    pub pts_90k: i64,
}

/// Reads the first programme of a transport stream: its first H.264 or H.265 and its first AAC (in ADTS).
///
/// Bytes go in as they come ([`Demuxer::push`]), items are taken out ([`Demuxer::pop`]) after each; what is not taken
/// is kept. Garbage between packets is passed over, and so are frames that packets are missing of, or that are longer or
/// have more parts than anybody's. Of bytes that a stranger made much may become ready at once, hundreds of times what they
/// are: who pushes them in small pieces and takes what each of them makes holds little of it. A picture whose
/// length the stream does not tell is known to be whole when the next one begins, or by [`Demuxer::finish`]: items of
/// the two tracks are not in the order of their times, those of one track are as the stream has them.
#[derive(Default)]
pub struct Demuxer {
    slicer: TsSlicer,
    program: Program,
}

impl std::fmt::Debug for Demuxer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demuxer").finish_non_exhaustive()
    }
}

impl Demuxer {
    /// A demuxer at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, however they were cut.
    pub fn push(&mut self, bytes: &[u8]) {
        for packet in self.slicer.slice(bytes) {
            self.program.take_packet(&packet);
        }
    }

    /// The stream has ended: what is still being put together is complete, or lost.
    pub fn finish(&mut self) {
        self.program.end_packets();
    }

    /// The next item that is ready.
    pub fn pop(&mut self) -> Option<Item> {
        self.program.tracks.ready.pop_front()
    }

    /// The tables have come: they list a picture that can be read, and sound that can. `None` before that.
    pub fn has_tracks(&self) -> Option<(bool, bool)> {
        let program = &self.program;
        program
            .is_known
            .then_some((program.video.is_some(), program.audio.is_some()))
    }
}

/// The tables and the two elementary streams.
#[derive(Default)]
struct Program {
    pat: Psi,
    pmt: Psi,
    pmt_pid: Option<u16>,
    is_known: bool,
    video: Option<Elementary>,
    audio: Option<Elementary>,
    tracks: Tracks,
}

impl Program {
    fn take_packet(&mut self, packet: &TsPacketRef<'_>) {
        // An empty payload that claims to start a section would be read beyond its end by the library.
        let readable = !packet.is_error() && packet.scrambling_control() == 0;
        if !readable || packet.payload().is_none_or(<[u8]>::is_empty) {
            return;
        }
        let pid = packet.pid();
        if pid == PAT_PID {
            self.take_pat(packet);
        } else if Some(pid) == self.pmt_pid {
            self.take_pmt(packet);
        } else if let Some(video) = self.video.as_mut().filter(|video| video.pid == pid) {
            video.add(packet, &mut |pes| self.tracks.take_picture(&pes));
        } else if let Some(audio) = self.audio.as_mut().filter(|audio| audio.pid == pid) {
            audio.add(packet, &mut |pes| self.tracks.take_sound(&pes));
        }
    }

    fn take_pat(&mut self, packet: &TsPacketRef<'_>) {
        self.pat.assemble(packet);
        for section in self.pat.sections() {
            let Ok(section) = PatSectionRef::try_from(section) else {
                continue;
            };
            let program = section.programs().flatten().find(|entry| entry.program_number() != 0);
            let pid = program.map(|program| program.pid());
            if pid.is_some() && pid != self.pmt_pid {
                self.pmt_pid = pid;
                self.pmt = Psi::default();
            }
        }
    }

    fn take_pmt(&mut self, packet: &TsPacketRef<'_>) {
        self.pmt.assemble(packet);
        let sections = self.pmt.sections();
        let Some(section) = sections
            .iter()
            .find_map(|section| PmtSectionRef::try_from(section).ok())
        else {
            return;
        };
        let streams = || section.streams().flatten();
        let first = |kinds: &[u8]| {
            let stream = streams().find(|stream| kinds.contains(&stream.stream_type()))?;
            Some((stream.elementary_pid(), stream.stream_type()))
        };
        let (video, audio) = (first(&[H264, H265]), first(&[AAC_ADTS]));
        self.is_known = true;
        let was = |stream: &Option<Elementary>| stream.as_ref().map(|stream| (stream.pid, stream.stream_type));
        if was(&self.video) != video {
            self.end_packets();
            self.tracks.video = video.map(|(_, kind)| VideoTrack::new(kind));
            self.video = video.map(|(pid, kind)| Elementary::new(pid, kind));
        }
        if was(&self.audio) != audio {
            self.end_packets();
            self.tracks.audio = AudioTrack::default();
            self.audio = audio.map(|(pid, kind)| Elementary::new(pid, kind));
        }
    }

    fn end_packets(&mut self) {
        if let Some(video) = &mut self.video {
            video.end(&mut |pes| self.tracks.take_picture(&pes));
        }
        if let Some(audio) = &mut self.audio {
            audio.end(&mut |pes| self.tracks.take_sound(&pes));
        }
    }
}

/// What comes of the PES packets.
#[derive(Default)]
struct Tracks {
    clock: Clock,
    video: Option<VideoTrack>,
    audio: AudioTrack,
    ready: VecDeque<Item>,
}

struct VideoTrack {
    codec: VideoCodec,
    parameter_sets: ParameterSets,
}

impl VideoTrack {
    fn new(stream_type: u8) -> Self {
        let codec = if stream_type == H265 {
            VideoCodec::H265
        } else {
            VideoCodec::H264
        };
        Self {
            codec,
            parameter_sets: ParameterSets::new(codec),
        }
    }
}

#[derive(Default)]
struct AudioTrack {
    config: Option<AudioConfig>,
    /// The beginning of a frame that goes on in the next PES packet, and its time.
    begun: Vec<u8>,
    begun_at: i64,
}

/// Timestamps on a line that does not wrap, the same for both tracks.
#[derive(Default)]
struct Clock {
    last: Option<i64>,
}

impl Clock {
    /// The time on the line that is nearest to the latest one.
    fn place(&self, ticks: u64) -> i64 {
        let ticks = i64::try_from(ticks).unwrap_or(0);
        let Some(last) = self.last else { return ticks };
        let step = ticks.wrapping_sub(last).rem_euclid(WRAP_TICKS);
        let step = if step >= WRAP_TICKS / 2 {
            step - WRAP_TICKS
        } else {
            step
        };
        last.wrapping_add(step)
    }

    fn advance(&mut self, ticks: u64) -> i64 {
        let placed = self.place(ticks);
        self.last = Some(placed);
        placed
    }
}

impl Tracks {
    fn take_picture(&mut self, pes: &Pes) {
        let (Some(video), Some(pts)) = (&mut self.video, pes.pts_ticks) else {
            return;
        };
        let dts_90k = self.clock.advance(pes.dts_ticks.unwrap_or(pts));
        let pts_90k = self.clock.place(pts);
        let (mut sets, mut units) = (Vec::new(), Vec::new());
        for unit in nal::split_annexb(pes.payload()) {
            if sets.len() + units.len() == MAX_UNITS {
                return;
            }
            match ParameterSets::kind(video.codec, unit) {
                Some(kind) => sets.push((kind, unit)),
                None if is_delimiter(video.codec, unit) => {}
                None => units.push(unit),
            }
        }
        if let Some(config) = video.parameter_sets.take(&sets) {
            self.ready.push_back(Item::Video(config));
        }
        if units.is_empty() || video.parameter_sets.config().is_none() {
            return;
        }
        let data = nal::length_prefixed(units);
        let keyframe = match video.codec {
            VideoCodec::H264 => h264::is_keyframe(&data),
            VideoCodec::H265 => h265::is_keyframe(&data),
        };
        self.push(TrackKind::Video, dts_90k, pts_90k, keyframe, data);
    }

    fn take_sound(&mut self, pes: &Pes) {
        let carried = std::mem::take(&mut self.audio.begun);
        let carried_len = carried.len();
        let bytes = [carried.as_slice(), pes.payload()].concat();
        let mut time = self.audio.begun_at;
        // The packet's time is that of the first frame that begins in it.
        let mut own_time = pes.pts_ticks.map(|pts| self.clock.advance(pts));
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if at >= carried_len
                && let Some(own_time) = own_time.take()
            {
                time = own_time;
            }
            match aac::parse_adts(rest) {
                Ok(frame) => {
                    at += frame.total_len;
                    time = time.wrapping_add(self.take_sound_frame(&frame, time));
                }
                Err(MediaError::Truncated(_)) => {
                    self.audio.begun = rest.to_vec();
                    break;
                }
                Err(_) => at += 1,
            }
        }
        self.audio.begun_at = time;
    }

    /// Answers how long the frame lasts.
    fn take_sound_frame(&mut self, frame: &aac::AdtsFrame<'_>, time: i64) -> i64 {
        let known = self.audio.config.as_ref().filter(|config| config.asc[..] == frame.asc);
        let config = match known {
            Some(config) => config,
            None => {
                let Ok(config) = aac::config_from_asc(&frame.asc) else {
                    return 0;
                };
                self.ready.push_back(Item::Audio(config.clone()));
                self.audio.config.insert(config)
            }
        };
        let ticks = i64::from(config.samples_per_frame) * 1000 * TICKS_PER_MS / i64::from(config.sample_rate_hz.max(1));
        if !frame.data.is_empty() {
            self.push(TrackKind::Audio, time, time, true, Bytes::copy_from_slice(frame.data));
        }
        ticks
    }

    fn push(&mut self, track: TrackKind, dts_90k: i64, pts_90k: i64, keyframe: bool, data: Bytes) {
        self.ready.push_back(Item::Frame(TsFrame {
            frame: Frame {
                track,
                dts_ms: dts_90k.div_euclid(TICKS_PER_MS),
                pts_ms: pts_90k.div_euclid(TICKS_PER_MS),
                keyframe,
                data,
            },
            dts_90k,
            pts_90k,
        }));
    }
}
