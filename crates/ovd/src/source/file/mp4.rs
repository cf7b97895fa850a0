//! MP4 files. The only place that knows the parser (`re_mp4`); it is given the index alone, samples are read as they
//! are played.

use super::clip::{ClipError, Demuxer, Found, Packet};
use crate::audio::SoundTrack;
use bytes::Bytes;
use media::{TrackKind, VideoConfig, aac, h264, h265, nal};
use re_mp4::{Mp4, Sample, StsdBoxContent, Track};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// A larger sample is a damaged index.
const MAX_SAMPLE_BYTES: u64 = 32 << 20;

/// A track's samples and how many of them are played.
struct Reel {
    samples: Vec<Sample>,
    next: usize,
}

impl Reel {
    fn new(track: &Track) -> Self {
        Self {
            samples: track.samples.clone(),
            next: 0,
        }
    }

    fn peek_ms(&self) -> Option<i64> {
        self.samples
            .get(self.next)
            .map(|sample| milliseconds(sample.decode_timestamp, sample.timescale))
    }
}

struct Mp4Demuxer {
    file: File,
    video: Reel,
    length_size: usize,
    audio: Option<Reel>,
}

pub(super) fn open(path: &Path, bytes: u64) -> Result<Found, ClipError> {
    let mp4 =
        Mp4::read(BufReader::new(File::open(path)?), bytes).map_err(|error| ClipError::Damaged(error.to_string()))?;
    let mut video = None;
    let mut audio = None;
    for track in mp4.tracks().values() {
        if video.is_none() {
            video = video_track(track, &mp4)?.map(|(config, length_size)| (track, config, length_size));
        }
        if audio.is_none() {
            audio = sound_track(track, &mp4).map(|sound| (track, sound));
        }
    }
    let (video_track, config, length_size) = video.ok_or(ClipError::NoVideo)?;
    let length_ms = milliseconds(i64::try_from(video_track.duration).unwrap_or(0), video_track.timescale);
    let video = Reel::new(video_track);
    let (audio, sound) = audio.map(|(track, sound)| (Reel::new(track), sound)).unzip();
    let demuxer = Mp4Demuxer {
        file: File::open(path)?,
        video,
        length_size,
        audio,
    };
    Ok(Found {
        demuxer: Box::new(demuxer),
        video: config,
        sound,
        length_ms: u64::try_from(length_ms).ok(),
    })
}

fn video_track(track: &Track, mp4: &Mp4) -> Result<Option<(VideoConfig, usize)>, ClipError> {
    let record = track.raw_codec_config(mp4).unwrap_or_default();
    Ok(match &track.trak(mp4).mdia.minf.stbl.stsd.contents {
        StsdBoxContent::Avc1(_) => Some(h264::config_from_record(&record)?),
        StsdBoxContent::Hvc1(_) | StsdBoxContent::Hev1(_) => Some(h265::config_from_record(&record)?),
        _ => None,
    })
}

fn sound_track(track: &Track, mp4: &Mp4) -> Option<SoundTrack> {
    let StsdBoxContent::Mp4a(mp4a) = &track.trak(mp4).mdia.minf.stbl.stsd.contents else {
        return None;
    };
    let specific = &mp4a.esds.as_ref()?.es_desc.dec_config.dec_specific;
    // AudioSpecificConfig of the AAC-LC core (ISO/IEC 14496-3, 1.6.2.1). HE-AAC in it is found by every decoder.
    let config = [
        2 << 3 | specific.freq_index >> 1,
        specific.freq_index << 7 | specific.chan_conf << 3,
    ];
    aac::config_from_asc(&config).ok().map(SoundTrack::Aac)
}

fn milliseconds(time: i64, timescale: u64) -> i64 {
    let timescale = i128::from(timescale.max(1));
    i64::try_from((i128::from(time) * 1000).div_euclid(timescale)).unwrap_or(0)
}

impl Demuxer for Mp4Demuxer {
    fn next(&mut self) -> Result<Option<Packet>, ClipError> {
        let audio_ms = self.audio.as_ref().and_then(Reel::peek_ms);
        let (track, reel) = match (self.video.peek_ms(), audio_ms, &mut self.audio) {
            (Some(video_ms), Some(audio_ms), Some(audio)) if audio_ms < video_ms => (TrackKind::Audio, audio),
            (Some(_), _, _) => (TrackKind::Video, &mut self.video),
            (None, Some(_), Some(audio)) => (TrackKind::Audio, audio),
            _ => return Ok(None),
        };
        let Some(sample) = reel.samples.get(reel.next).copied() else {
            return Ok(None);
        };
        reel.next += 1;
        if sample.size > MAX_SAMPLE_BYTES {
            return Err(ClipError::Damaged("a sample of absurd size".to_owned()));
        }
        let mut data = vec![0; usize::try_from(sample.size).unwrap_or(0)];
        self.file.seek(SeekFrom::Start(sample.offset))?;
        self.file.read_exact(&mut data)?;
        let mut data = Bytes::from(data);
        if track == TrackKind::Video {
            data = nal::widen_lengths(data, self.length_size)?;
        }
        Ok(Some(Packet {
            track,
            dts_ms: milliseconds(sample.decode_timestamp, sample.timescale),
            pts_ms: milliseconds(sample.composition_timestamp, sample.timescale),
            keyframe: sample.is_sync,
            data,
        }))
    }

    fn rewind(&mut self) -> Result<(), ClipError> {
        self.video.next = 0;
        if let Some(audio) = &mut self.audio {
            audio.next = 0;
        }
        Ok(())
    }
}
