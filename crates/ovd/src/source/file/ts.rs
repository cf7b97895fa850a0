//! MPEG transport stream files. The only place that knows the parser (`libmpegts`).

use super::clip::{ClipError, Demuxer, Found, Packet};
use crate::audio::SoundTrack;
use bytes::Bytes;
use libmpegts::pes::PesHeaderRef;
use libmpegts::psi::{PAT_PID, PatSectionRef, PmtSectionRef, Psi};
use libmpegts::slicer::TsSlicer;
use libmpegts::ts::{PACKET_SIZE, TsPacketRef};
use media::{TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Stream types of ISO/IEC 13818-1, table 2-34.
const H264: u8 = 0x1b;
const H265: u8 = 0x24;
const AAC_ADTS: u8 = 0x0f;
/// Where the picture's parameter sets must have come by: packets.
const SEARCH_PACKETS: usize = 5000;
/// A larger PES packet is no picture.
const MAX_PES_BYTES: usize = 16 << 20;
/// Half of the 33 bits a timestamp has, in its unit of 1/90,000 s.
const HALF_RANGE: i64 = 1 << 32;

/// One elementary stream and the PES packet of it that is being put together.
struct Elementary {
    pid: u16,
    pes: Vec<u8>,
    /// The latest timestamp, unwrapped.
    last_90k: Option<i64>,
}

impl Elementary {
    fn new(pid: u16) -> Self {
        Self {
            pid,
            pes: Vec::new(),
            last_90k: None,
        }
    }

    /// The timestamp on a line that does not wrap.
    fn unwrap(&mut self, time_90k: u64) -> i64 {
        let time = i64::try_from(time_90k).unwrap_or(0);
        let unwrapped = match self.last_90k {
            None => time,
            Some(last) => {
                let step = (time - last).rem_euclid(2 * HALF_RANGE);
                last + if step >= HALF_RANGE {
                    step - 2 * HALF_RANGE
                } else {
                    step
                }
            }
        };
        self.last_90k = Some(unwrapped);
        unwrapped
    }
}

struct TsDemuxer {
    file: File,
    slicer: TsSlicer,
    buffer: Vec<u8>,
    codec: VideoCodec,
    video: Elementary,
    audio: Option<Elementary>,
    ready: VecDeque<Packet>,
    ended: bool,
    /// Parameter sets seen so far, while they are being looked for.
    parameter_sets: ParameterSets,
}

#[derive(Default)]
struct ParameterSets {
    vps: Option<Vec<u8>>,
    sps: Option<Vec<u8>>,
    pps: Option<Vec<u8>>,
    sound: Option<[u8; 2]>,
}

pub(super) fn open(path: &Path) -> Result<Found, ClipError> {
    let mut file = File::open(path)?;
    let (video_type, video, audio) = find_streams(&mut file)?;
    file.rewind()?;
    let codec = if video_type == H265 {
        VideoCodec::H265
    } else {
        VideoCodec::H264
    };
    let mut demuxer = TsDemuxer {
        file,
        slicer: TsSlicer::new(),
        buffer: vec![0; PACKET_SIZE * 256],
        codec,
        video: Elementary::new(video),
        audio: audio.map(Elementary::new),
        ready: VecDeque::new(),
        ended: false,
        parameter_sets: ParameterSets::default(),
    };
    for _ in 0..SEARCH_PACKETS {
        let complete = demuxer.config().is_some() && (audio.is_none() || demuxer.parameter_sets.sound.is_some());
        if complete || demuxer.next()?.is_none() {
            break;
        }
    }
    let video = demuxer.config().ok_or(ClipError::NoVideo)?;
    let sound = demuxer
        .parameter_sets
        .sound
        .and_then(|asc| aac::config_from_asc(&asc).ok())
        .map(SoundTrack::Aac);
    if sound.is_none() {
        demuxer.audio = None;
    }
    demuxer.rewind()?;
    Ok(Found {
        demuxer: Box::new(demuxer),
        video,
        sound,
        length_ms: None,
    })
}

/// The first programme's picture (type, PID) and AAC sound (PID).
fn find_streams(file: &mut File) -> Result<(u8, u16, Option<u16>), ClipError> {
    let (mut pat, mut pmt) = (Psi::default(), Psi::default());
    let mut pmt_pid = None;
    let mut slicer = TsSlicer::new();
    let mut buffer = vec![0; PACKET_SIZE * 256];
    loop {
        let len = file.read(&mut buffer)?;
        if len == 0 {
            return Err(ClipError::NoVideo);
        }
        for packet in slicer.slice(buffer.get(..len).unwrap_or_default()) {
            // An empty payload that claims to start something would be read beyond its end.
            if packet.payload().is_none_or(<[u8]>::is_empty) {
                continue;
            }
            if packet.pid() == PAT_PID {
                pat.assemble(&packet);
                let section = pat
                    .sections()
                    .first()
                    .and_then(|section| PatSectionRef::try_from(section).ok());
                let program = section.and_then(|section| {
                    section
                        .programs()
                        .flatten()
                        .find(|program| program.program_number() != 0)
                        .map(|program| program.pid())
                });
                pmt_pid = program.or(pmt_pid);
            } else if Some(packet.pid()) == pmt_pid {
                pmt.assemble(&packet);
                let Some(section) = pmt
                    .sections()
                    .first()
                    .and_then(|section| PmtSectionRef::try_from(section).ok())
                else {
                    continue;
                };
                let streams: Vec<(u8, u16)> = section
                    .streams()
                    .flatten()
                    .map(|stream| (stream.stream_type(), stream.elementary_pid()))
                    .collect();
                let video = streams.iter().find(|(kind, _)| matches!(*kind, H264 | H265));
                let audio = streams.iter().find(|(kind, _)| *kind == AAC_ADTS);
                let &(kind, pid) = video.ok_or(ClipError::NoVideo)?;
                return Ok((kind, pid, audio.map(|&(_, pid)| pid)));
            }
        }
    }
}

impl TsDemuxer {
    /// The picture's configuration, once its parameter sets have been seen.
    fn config(&self) -> Option<VideoConfig> {
        let ParameterSets { vps, sps, pps, .. } = &self.parameter_sets;
        let (sps, pps) = (sps.as_deref()?, pps.as_deref()?);
        match self.codec {
            VideoCodec::H264 => h264::config_from_parameter_sets(&[sps], &[pps]).ok(),
            VideoCodec::H265 => h265::config_from_parameter_sets(&[vps.as_deref()?], &[sps], &[pps]).ok(),
        }
    }

    fn read_more(&mut self) -> Result<(), ClipError> {
        let len = self.file.read(&mut self.buffer)?;
        self.ended = len == 0;
        let Self {
            slicer,
            buffer,
            video,
            audio,
            ..
        } = self;
        let mut complete = Vec::new();
        for packet in slicer.slice(buffer.get(..len).unwrap_or_default()) {
            let streams = std::iter::once((TrackKind::Video, &mut *video));
            let streams = streams.chain(audio.as_mut().map(|audio| (TrackKind::Audio, audio)));
            for (track, stream) in streams {
                if packet.pid() == stream.pid {
                    complete.extend(collect(stream, &packet).map(|pes| (track, pes)));
                }
            }
        }
        if self.ended {
            complete.push((TrackKind::Video, std::mem::take(&mut self.video.pes)));
            complete.extend(
                self.audio
                    .as_mut()
                    .map(|audio| (TrackKind::Audio, std::mem::take(&mut audio.pes))),
            );
        }
        for (track, pes) in complete {
            match track {
                TrackKind::Video => self.take_picture(&pes),
                TrackKind::Audio => self.take_sound(&pes),
            }
        }
        Ok(())
    }

    fn take_picture(&mut self, pes: &[u8]) {
        let Ok(header) = PesHeaderRef::try_from(pes) else {
            return;
        };
        let Some(times) = header.pts_dts() else { return };
        let stream = pes.get(header.header_len()..).unwrap_or_default();
        let dts = self.video.unwrap(times.dts.unwrap_or(times.pts).value());
        let pts = self.video.unwrap(times.pts.value());
        self.video.last_90k = Some(dts);
        let mut units = Vec::new();
        for unit in nal::split_annexb(stream) {
            if let Some(kept) = self.keep(unit) {
                *kept = Some(unit.to_vec());
            } else if !self.is_delimiter(unit) {
                units.push(unit);
            }
        }
        let data = nal::length_prefixed(units);
        if data.is_empty() {
            return;
        }
        let keyframe = match self.codec {
            VideoCodec::H264 => h264::is_keyframe(&data),
            VideoCodec::H265 => h265::is_keyframe(&data),
        };
        let (dts_ms, pts_ms) = (dts.div_euclid(90), pts.div_euclid(90));
        self.ready.push_back(Packet {
            track: TrackKind::Video,
            dts_ms,
            pts_ms,
            keyframe,
            data,
        });
    }

    /// Where a parameter set is kept; `None` for anything else.
    fn keep(&mut self, unit: &[u8]) -> Option<&mut Option<Vec<u8>>> {
        let sets = &mut self.parameter_sets;
        match (self.codec, h264::nal_type(unit), h265::nal_type(unit)) {
            (VideoCodec::H264, Some(7), _) | (VideoCodec::H265, _, Some(33)) => Some(&mut sets.sps),
            (VideoCodec::H264, Some(8), _) | (VideoCodec::H265, _, Some(34)) => Some(&mut sets.pps),
            (VideoCodec::H265, _, Some(32)) => Some(&mut sets.vps),
            _ => None,
        }
    }

    /// Access unit delimiters and filler have no place outside a byte stream.
    fn is_delimiter(&self, unit: &[u8]) -> bool {
        match self.codec {
            VideoCodec::H264 => matches!(h264::nal_type(unit), Some(9 | 12) | None),
            VideoCodec::H265 => matches!(h265::nal_type(unit), Some(35 | 38) | None),
        }
    }

    fn take_sound(&mut self, pes: &[u8]) {
        let Ok(header) = PesHeaderRef::try_from(pes) else {
            return;
        };
        let (Some(times), Some(audio)) = (header.pts_dts(), &mut self.audio) else {
            return;
        };
        let mut time_90k = audio.unwrap(times.pts.value());
        let mut rest = pes.get(header.header_len()..).unwrap_or_default();
        while let Ok(frame) = aac::parse_adts(rest) {
            self.parameter_sets.sound = Some(frame.asc);
            let rate_hz = aac::config_from_asc(&frame.asc).map_or(0, |config| config.sample_rate_hz);
            let time_ms = time_90k.div_euclid(90);
            self.ready.push_back(Packet {
                track: TrackKind::Audio,
                dts_ms: time_ms,
                pts_ms: time_ms,
                keyframe: true,
                data: Bytes::copy_from_slice(frame.data),
            });
            time_90k += 1024 * 90_000 / i64::from(rate_hz.max(1));
            rest = rest.get(frame.total_len..).unwrap_or_default();
        }
    }
}

/// Adds a packet to its stream; gives the PES packet that is complete with it.
fn collect(stream: &mut Elementary, packet: &TsPacketRef<'_>) -> Option<Vec<u8>> {
    let payload = packet.payload()?;
    let complete = packet.is_payload_start().then(|| std::mem::take(&mut stream.pes));
    if packet.is_payload_start() || (!stream.pes.is_empty() && stream.pes.len() < MAX_PES_BYTES) {
        stream.pes.extend_from_slice(payload);
    }
    complete.filter(|pes| !pes.is_empty())
}

impl Demuxer for TsDemuxer {
    fn next(&mut self) -> Result<Option<Packet>, ClipError> {
        loop {
            if let Some(packet) = self.ready.pop_front() {
                return Ok(Some(packet));
            }
            if self.ended {
                return Ok(None);
            }
            self.read_more()?;
        }
    }

    fn rewind(&mut self) -> Result<(), ClipError> {
        self.file.rewind()?;
        self.slicer = TsSlicer::new();
        self.video = Elementary::new(self.video.pid);
        self.audio = self.audio.take().map(|audio| Elementary::new(audio.pid));
        self.ready.clear();
        self.ended = false;
        Ok(())
    }
}
