//! Matroska files. The only place that knows the parser (`matroska-demuxer`).

use super::clip::{ClipError, Demuxer, Found, Packet};
use crate::audio::{SampleFormat, SoundTrack};
use crate::source::decode_times::{DecodeTime, DecodeTimes};
use bytes::Bytes;
use matroska_demuxer::{DemuxError, Frame, MatroskaFile, TrackEntry, TrackType};
use media::{TrackKind, VideoCodec, VideoConfig, aac, h264, h265, nal};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Pictures looked at to learn how they are reordered.
const LEARN_FROM: usize = 250;

type Matroska = MatroskaFile<BufReader<File>>;

struct MkvDemuxer {
    path: PathBuf,
    file: Matroska,
    frame: Frame,
    tick_ns: u64,
    video: u64,
    codec: VideoCodec,
    length_size: usize,
    audio: Option<u64>,
    times: DecodeTimes,
}

impl From<DemuxError> for ClipError {
    fn from(error: DemuxError) -> Self {
        match error {
            DemuxError::IoError(error) => Self::Io(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

fn open_file(path: &Path) -> Result<Matroska, ClipError> {
    Ok(MatroskaFile::open(BufReader::new(File::open(path)?))?)
}

pub(super) fn open(path: &Path) -> Result<Found, ClipError> {
    let file = open_file(path)?;
    let of_type = |wanted: TrackType| file.tracks().iter().filter(move |track| track.track_type() == wanted);
    let mut video = None;
    for track in of_type(TrackType::Video) {
        if let Some((config, length_size)) = video_track(track)? {
            video = Some((track.track_number().get(), config, length_size));
            break;
        }
    }
    let (video, config, length_size) = video.ok_or(ClipError::NoVideo)?;
    let audio = of_type(TrackType::Audio).find_map(|track| Some((track.track_number().get(), sound_track(track)?)));
    let (audio, sound) = audio.unzip();
    let tick_ns = file.info().timestamp_scale().get();
    let length_ms = file
        .info()
        .duration()
        .map(|ticks| (ticks * tick_ns as f64 / 1e6) as u64);
    let codec = config.codec;
    let mut demuxer = MkvDemuxer {
        path: path.to_owned(),
        file,
        frame: Frame::default(),
        tick_ns,
        video,
        codec,
        length_size,
        audio,
        times: DecodeTimes::default(),
    };
    demuxer.learn()?;
    Ok(Found {
        demuxer: Box::new(demuxer),
        video: config,
        sound,
        length_ms,
    })
}

fn video_track(track: &TrackEntry) -> Result<Option<(VideoConfig, usize)>, ClipError> {
    let record = track.codec_private().unwrap_or_default();
    Ok(match track.codec_id() {
        "V_MPEG4/ISO/AVC" => Some(h264::config_from_record(record)?),
        "V_MPEGH/ISO/HEVC" => Some(h265::config_from_record(record)?),
        _ => None,
    })
}

fn sound_track(track: &TrackEntry) -> Option<SoundTrack> {
    let audio = track.audio()?;
    let rate_hz = audio.sampling_frequency().round() as u32;
    let channels = u8::try_from(audio.channels().get()).ok()?;
    let sixteen_bits = audio.bit_depth().is_some_and(|bits| bits.get() == 16);
    let format = match track.codec_id() {
        id if id.starts_with("A_AAC") => {
            let config = match track.codec_private() {
                Some(specific) => aac::config_from_asc(specific),
                None => aac::config(rate_hz, channels),
            };
            return config.ok().map(SoundTrack::Aac);
        }
        // WAVEFORMATEX begins with the format: 6 is A-law, 7 µ-law, 1 PCM.
        "A_MS/ACM" => match track.codec_private()? {
            [6, 0, ..] => SampleFormat::ALaw,
            [7, 0, ..] => SampleFormat::ULaw,
            [1, 0, ..] if sixteen_bits => SampleFormat::S16Le,
            _ => return None,
        },
        "A_PCM/INT/LIT" if sixteen_bits => SampleFormat::S16Le,
        "A_PCM/INT/BIG" if sixteen_bits => SampleFormat::S16Be,
        _ => return None,
    };
    SoundTrack::recoded(format, rate_hz, channels).ok()
}

impl MkvDemuxer {
    /// The next frame of ours: which track, when it is shown, its bytes.
    fn read(&mut self) -> Result<Option<(TrackKind, i64, Bytes)>, ClipError> {
        while self.file.next_frame(&mut self.frame)? {
            let track = match self.frame.track {
                track if track == self.video => TrackKind::Video,
                track if Some(track) == self.audio => TrackKind::Audio,
                _ => continue,
            };
            let time_ns = u128::from(self.frame.timestamp) * u128::from(self.tick_ns);
            let time_ms = i64::try_from(time_ns / 1_000_000).unwrap_or(i64::MAX);
            return Ok(Some((
                track,
                time_ms,
                Bytes::from(std::mem::take(&mut self.frame.data)),
            )));
        }
        Ok(None)
    }

    /// Learns how pictures are reordered, from the beginning of the file.
    fn learn(&mut self) -> Result<(), ClipError> {
        let mut pictures = 0;
        while pictures < LEARN_FROM
            && let Some((track, time_ms, _)) = self.read()?
        {
            if track == TrackKind::Video {
                self.times.learn(time_ms);
                pictures += 1;
            }
        }
        self.rewind()
    }
}

impl Demuxer for MkvDemuxer {
    fn next(&mut self) -> Result<Option<Packet>, ClipError> {
        let Some((track, pts_ms, data)) = self.read()? else {
            return Ok(None);
        };
        if track == TrackKind::Audio {
            return Ok(Some(Packet {
                track,
                dts_ms: pts_ms,
                pts_ms,
                keyframe: true,
                data,
            }));
        }
        let data = nal::widen_lengths(data, self.length_size)?;
        let keyframe = match self.codec {
            VideoCodec::H264 => h264::is_keyframe(&data),
            VideoCodec::H265 => h265::is_keyframe(&data),
        };
        let dts_ms = match self.times.next(pts_ms) {
            DecodeTime::Known(dts_ms) => dts_ms,
            // Deeper than in all that was learnt from: late for a moment, right from here on.
            DecodeTime::StartOver => pts_ms,
        };
        Ok(Some(Packet {
            track,
            dts_ms,
            pts_ms,
            keyframe,
            data,
        }))
    }

    fn rewind(&mut self) -> Result<(), ClipError> {
        self.file = open_file(&self.path)?;
        self.times.restart();
        Ok(())
    }
}
