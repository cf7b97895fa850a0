//! The init segment: `ftyp moov`.

use bytes::{BufMut, Bytes, BytesMut};

use super::boxes::{put_box, put_full_box};
use super::{AUDIO_TRACK, VIDEO_TIMESCALE, VIDEO_TRACK};
use crate::{AudioConfig, VideoCodec, VideoConfig};

const IDENTITY_MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

pub(super) fn segment(video: Option<&VideoConfig>, audio: Option<&AudioConfig>) -> Bytes {
    let out = &mut BytesMut::with_capacity(1024);
    put_box(out, b"ftyp", |out| {
        out.put_slice(b"iso6");
        out.put_u32(0);
        out.put_slice(b"iso6mp41");
    });
    put_box(out, b"moov", |out| {
        put_full_box(out, b"mvhd", 0, 0, |out| {
            out.put_slice(&[0; 8]);
            out.put_u32(1000);
            out.put_u32(0);
            out.put_u32(0x1_0000);
            out.put_u16(0x100);
            out.put_slice(&[0; 10]);
            put_matrix(out);
            out.put_slice(&[0; 24]);
            out.put_u32(AUDIO_TRACK + 1);
        });
        if let Some(video) = video {
            put_track(out, &Track::video(video), |out| put_video_entry(out, video));
        }
        if let Some(audio) = audio {
            put_track(out, &Track::audio(audio), |out| put_audio_entry(out, audio));
        }
        put_box(out, b"mvex", |out| {
            let tracks = [video.map(|_| VIDEO_TRACK), audio.map(|_| AUDIO_TRACK)];
            for id in tracks.into_iter().flatten() {
                put_full_box(out, b"trex", 0, 0, |out| {
                    out.put_u32(id);
                    out.put_u32(1);
                    out.put_slice(&[0; 12]);
                });
            }
        });
    });
    out.split().freeze()
}

struct Track {
    id: u32,
    timescale: u32,
    handler: &'static [u8; 4],
    width: u32,
    height: u32,
}

impl Track {
    fn video(config: &VideoConfig) -> Self {
        Self {
            id: VIDEO_TRACK,
            timescale: VIDEO_TIMESCALE,
            handler: b"vide",
            width: config.width,
            height: config.height,
        }
    }

    fn audio(config: &AudioConfig) -> Self {
        Self {
            id: AUDIO_TRACK,
            timescale: config.sample_rate_hz,
            handler: b"soun",
            width: 0,
            height: 0,
        }
    }
}

pub(crate) fn put_matrix(out: &mut BytesMut) {
    for value in IDENTITY_MATRIX {
        out.put_u32(value);
    }
}

fn put_track(out: &mut BytesMut, track: &Track, sample_entry: impl FnOnce(&mut BytesMut)) {
    let sound = track.handler == b"soun";
    put_box(out, b"trak", |out| {
        // Enabled, in the movie, in the preview.
        put_full_box(out, b"tkhd", 0, 7, |out| {
            out.put_slice(&[0; 8]);
            out.put_u32(track.id);
            out.put_slice(&[0; 16]);
            // Layer, alternate group, volume, reserved.
            out.put_u16(0);
            out.put_u16(u16::from(sound));
            out.put_u16(if sound { 0x100 } else { 0 });
            out.put_u16(0);
            put_matrix(out);
            out.put_u32(track.width << 16);
            out.put_u32(track.height << 16);
        });
        put_box(out, b"mdia", |out| {
            put_full_box(out, b"mdhd", 0, 0, |out| {
                out.put_slice(&[0; 8]);
                out.put_u32(track.timescale);
                out.put_u32(0);
                // Language "und".
                out.put_u16(0x55C4);
                out.put_u16(0);
            });
            put_full_box(out, b"hdlr", 0, 0, |out| {
                out.put_u32(0);
                out.put_slice(track.handler);
                out.put_slice(&[0; 13]);
            });
            put_box(out, b"minf", |out| {
                if sound {
                    put_full_box(out, b"smhd", 0, 0, |out| out.put_u32(0));
                } else {
                    put_full_box(out, b"vmhd", 0, 1, |out| out.put_u64(0));
                }
                put_box(out, b"dinf", |out| {
                    put_full_box(out, b"dref", 0, 0, |out| {
                        out.put_u32(1);
                        put_full_box(out, b"url ", 0, 1, |_| ());
                    });
                });
                put_box(out, b"stbl", |out| {
                    put_full_box(out, b"stsd", 0, 0, |out| {
                        out.put_u32(1);
                        sample_entry(out);
                    });
                    put_full_box(out, b"stts", 0, 0, |out| out.put_u32(0));
                    put_full_box(out, b"stsc", 0, 0, |out| out.put_u32(0));
                    put_full_box(out, b"stsz", 0, 0, |out| out.put_u64(0));
                    put_full_box(out, b"stco", 0, 0, |out| out.put_u32(0));
                });
            });
        });
    });
}

pub(crate) fn put_video_entry(out: &mut BytesMut, config: &VideoConfig) {
    let (entry, record) = match config.codec {
        VideoCodec::H264 => (b"avc1", b"avcC"),
        VideoCodec::H265 => (b"hvc1", b"hvcC"),
    };
    put_box(out, entry, |out| {
        out.put_slice(&[0; 6]);
        out.put_u16(1);
        out.put_slice(&[0; 16]);
        out.put_u16(config.width as u16);
        out.put_u16(config.height as u16);
        // 72 dpi both ways, one frame a sample, no compressor name, 24 bits deep.
        out.put_u32(0x48_0000);
        out.put_u32(0x48_0000);
        out.put_u32(0);
        out.put_u16(1);
        out.put_slice(&[0; 32]);
        out.put_u16(24);
        out.put_i16(-1);
        put_box(out, record, |out| out.put_slice(&config.record));
    });
}

pub(crate) fn put_audio_entry(out: &mut BytesMut, config: &AudioConfig) {
    put_box(out, b"mp4a", |out| {
        out.put_slice(&[0; 6]);
        out.put_u16(1);
        out.put_u64(0);
        out.put_u16(config.channels.max(1).into());
        out.put_u16(16);
        out.put_u32(0);
        // 16.16 fixed point; rates that do not fit are left to the AudioSpecificConfig.
        out.put_u32(u16::try_from(config.sample_rate_hz).map_or(0, |rate| u32::from(rate) << 16));
        put_full_box(out, b"esds", 0, 0, |out| put_es_descriptor(out, &config.asc));
    });
}

/// ES_Descriptor (ISO/IEC 14496-1, 7.2.6.5).
fn put_es_descriptor(out: &mut BytesMut, asc: &[u8]) {
    // `AudioConfig`s are made with at most 90 bytes of it, so every length below fits its byte.
    let asc_len = asc.len() as u8;
    out.put_slice(&[3, asc_len.saturating_add(23), 0, 0, 0]);
    // DecoderConfigDescriptor: MPEG-4 audio, audio stream, no buffer size or bit rates told.
    out.put_slice(&[4, asc_len.saturating_add(15), 0x40, 0x15]);
    out.put_slice(&[0; 11]);
    out.put_slice(&[5, asc_len]);
    out.put_slice(asc);
    // SLConfigDescriptor, predefined for MP4.
    out.put_slice(&[6, 1, 2]);
}
