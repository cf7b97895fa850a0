//! MPEG transport stream files.

use super::clip::{ClipError, Demuxer, Found, Packet};
use crate::audio::SoundTrack;
use media::ts::{self, Item};
use media::{AudioConfig, VideoConfig};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Read at once.
const READ_BYTES: usize = ts::PACKET_BYTES * 256;
/// Where what the file holds must have come by.
const SEARCH_BYTES: usize = 16 << 20;

struct TsDemuxer {
    file: File,
    ts: ts::Demuxer,
    buffer: Vec<u8>,
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    ready: VecDeque<Packet>,
    ended: bool,
}

pub(super) fn open(path: &Path) -> Result<Found, ClipError> {
    let mut demuxer = TsDemuxer {
        file: File::open(path)?,
        ts: ts::Demuxer::new(),
        buffer: vec![0; READ_BYTES],
        video: None,
        audio: None,
        ready: VecDeque::new(),
        ended: false,
    };
    for _ in 0..SEARCH_BYTES / READ_BYTES {
        if demuxer.ended || demuxer.is_known() {
            break;
        }
        demuxer.read_more()?;
    }
    let video = demuxer.video.clone().ok_or(ClipError::NoVideo)?;
    let sound = demuxer.audio.clone().map(SoundTrack::Aac);
    demuxer.rewind()?;
    Ok(Found {
        demuxer: Box::new(demuxer),
        video,
        sound,
        length_ms: None,
    })
}

impl TsDemuxer {
    /// Whether everything that the file says it holds has come.
    fn is_known(&self) -> bool {
        let (video, audio) = (self.video.is_some(), self.audio.is_some());
        self.ts
            .has_tracks()
            .is_some_and(|(has_video, has_audio)| video == has_video && audio == has_audio)
    }

    fn read_more(&mut self) -> Result<(), ClipError> {
        let len = self.file.read(&mut self.buffer)?;
        self.ended = len == 0;
        if self.ended {
            self.ts.finish();
        } else {
            self.ts.push(self.buffer.get(..len).unwrap_or_default());
        }
        while let Some(item) = self.ts.pop() {
            match item {
                // A later one belongs to pictures that the decoders of the first cannot show anyway.
                Item::Video(config) => {
                    self.video.get_or_insert(config);
                }
                Item::Audio(config) => {
                    self.audio.get_or_insert(config);
                }
                Item::Frame(frame) => self.ready.push_back(Packet {
                    track: frame.frame.track,
                    dts_ms: frame.frame.dts_ms,
                    pts_ms: frame.frame.pts_ms,
                    keyframe: frame.frame.keyframe,
                    data: frame.frame.data,
                }),
            }
        }
        Ok(())
    }
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
        self.ts = ts::Demuxer::new();
        self.ready.clear();
        self.ended = false;
        Ok(())
    }
}
