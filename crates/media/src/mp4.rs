//! Ordinary MP4: one `moov` with tables of all samples, before the samples themselves (ISO/IEC 14496-12, -14, -15). For
//! what is over: a file to keep, in which players can seek before they have all of it.
//!
//! [`Movie`] is told of samples in the order in which they will lie in the file, not given them: the head can be written
//! once the last is known, and the samples can be read again while the file goes out. Nothing but their sizes and times
//! is kept of them.

mod tables;

use bytes::{BufMut, Bytes, BytesMut};

use crate::fmp4::boxes::{put_box, put_full_box};
use crate::fmp4::init::{put_audio_entry, put_matrix, put_video_entry};
use crate::{AudioConfig, TrackKind, VideoConfig};
use tables::Tables;

/// Units per second of the movie and of the video track: those of MPEG-TS.
pub const TIMESCALE: u32 = 90_000;
/// From 1904, where times in MP4 begin, to 1970.
const FROM_1904_TO_1970_S: u64 = 2_082_844_800;
/// Size and type of an `mdat` whose size has 64 bits.
const MDAT_HEAD: u64 = 16;

/// One sample: a coded picture or a coded block of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Decoding time in units of [`TIMESCALE`]. Within a track it rises; one that does not counts as one unit later.
    pub dts: i64,
    /// Presentation time less decoding time, in the same units.
    pub composition: i32,
    /// How many bytes it has.
    pub bytes: u32,
    /// A decoder can start here.
    pub keyframe: bool,
}

/// A movie of which all but its samples is known.
#[derive(Debug, Clone, Default)]
pub struct Movie {
    video: Option<Track<VideoConfig>>,
    audio: Option<Track<AudioConfig>>,
    payload: u64,
}

#[derive(Debug, Clone)]
struct Track<C> {
    /// Every configuration that a sample has; mostly one.
    configs: Vec<C>,
    tables: Tables,
}

/// What stands before the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `ftyp`, `moov`, and the beginning of `mdat`.
    pub bytes: Bytes,
    /// How many bytes of samples follow.
    pub payload: u64,
}

impl Movie {
    /// Adds samples of the picture that lie in the file one behind the other.
    pub fn video(&mut self, config: &VideoConfig, samples: &[Sample]) {
        let track = self.video.get_or_insert_with(|| Track::new(TIMESCALE));
        track.add(config, samples, &mut self.payload);
    }

    /// Adds samples of the sound that lie in the file one behind the other.
    pub fn audio(&mut self, config: &AudioConfig, samples: &[Sample]) {
        // Counted in its own samples, a frame of sound lasts exactly as long as it does.
        let track = self
            .audio
            .get_or_insert_with(|| Track::new(config.sample_rate_hz.max(1)));
        track.tables.frame = frame_in(config, track.tables.timescale);
        track.add(config, samples, &mut self.payload);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.payload == 0
    }

    /// How many samples there are of it.
    pub fn samples(&self, kind: TrackKind) -> usize {
        match kind {
            TrackKind::Video => self.video.as_ref().map_or(0, |track| track.tables.len()),
            TrackKind::Audio => self.audio.as_ref().map_or(0, |track| track.tables.len()),
        }
    }

    /// How long it plays, in units of [`TIMESCALE`].
    pub fn duration(&self) -> u64 {
        self.all_tables()
            .map(|tables| tables.delay(self.zero()) + tables.in_movie(tables.duration()))
            .max()
            .unwrap_or(0)
    }

    fn all_tables(&self) -> impl Iterator<Item = &Tables> {
        let video = self.video.as_ref().map(|track| &track.tables);
        video.into_iter().chain(self.audio.as_ref().map(|track| &track.tables))
    }

    /// When the first picture or sound is to be presented.
    fn zero(&self) -> i64 {
        self.all_tables().map(Tables::first_pts).min().unwrap_or(0)
    }

    /// The head, now that everything is known. `began_s` is when what it shows began, in seconds since 1970.
    pub fn head(&self, began_s: u64) -> Head {
        let began = began_s.saturating_add(FROM_1904_TO_1970_S);
        let mut out = BytesMut::with_capacity(1024 + self.all_tables().map(Tables::size).sum::<usize>());
        put_box(&mut out, b"ftyp", |out| {
            out.put_slice(b"isom");
            out.put_u32(0x200);
            out.put_slice(b"isomiso2mp41");
        });
        let mut offsets = Vec::new();
        put_box(&mut out, b"moov", |out| {
            put_full_box(out, b"mvhd", 1, 0, |out| {
                out.put_u64(began);
                out.put_u64(began);
                out.put_u32(TIMESCALE);
                out.put_u64(self.duration());
                out.put_u32(0x1_0000);
                out.put_u16(0x100);
                out.put_slice(&[0; 10]);
                put_matrix(out);
                out.put_slice(&[0; 24]);
                out.put_u32(3);
            });
            if let Some(track) = &self.video {
                let size = track.configs.first().map_or((0, 0), |c| (c.width, c.height));
                let about = About {
                    id: 1,
                    handler: *b"vide",
                    size,
                    began,
                    zero: self.zero(),
                };
                put_track(out, &about, &track.tables, &mut offsets, |out| {
                    put_entries(out, &track.configs, put_video_entry);
                });
            }
            if let Some(track) = &self.audio {
                let about = About {
                    id: 2,
                    handler: *b"soun",
                    size: (0, 0),
                    began,
                    zero: self.zero(),
                };
                put_track(out, &about, &track.tables, &mut offsets, |out| {
                    put_entries(out, &track.configs, put_audio_entry);
                });
            }
        });
        out.put_u32(1);
        out.put_slice(b"mdat");
        out.put_u64(MDAT_HEAD + self.payload);
        let base = out.len() as u64;
        for (at, count) in offsets {
            for entry in out[at..at + 8 * count].as_chunks_mut::<8>().0 {
                *entry = (u64::from_be_bytes(*entry) + base).to_be_bytes();
            }
        }
        Head {
            bytes: out.freeze(),
            payload: self.payload,
        }
    }
}

impl<C: PartialEq + Clone> Track<C> {
    fn new(timescale: u32) -> Self {
        Self {
            configs: Vec::new(),
            tables: Tables::new(timescale),
        }
    }

    fn add(&mut self, config: &C, samples: &[Sample], payload: &mut u64) {
        if samples.is_empty() {
            return;
        }
        let entry = match self.configs.iter().position(|known| known == config) {
            Some(entry) => entry,
            None => {
                self.configs.push(config.clone());
                self.configs.len() - 1
            }
        };
        *payload += self.tables.add(samples, entry, *payload);
    }
}

/// How long a frame of sound is in these units.
fn frame_in(config: &AudioConfig, timescale: u32) -> u32 {
    let rate = u64::from(config.sample_rate_hz.max(1));
    let units = u64::from(config.samples_per_frame) * u64::from(timescale) / rate;
    u32::try_from(units).unwrap_or(0)
}

struct About {
    id: u32,
    handler: [u8; 4],
    size: (u32, u32),
    began: u64,
    zero: i64,
}

fn put_entries<C>(out: &mut BytesMut, configs: &[C], put: impl Fn(&mut BytesMut, &C)) {
    put_full_box(out, b"stsd", 0, 0, |out| {
        out.put_u32(configs.len() as u32);
        for config in configs {
            put(out, config);
        }
    });
}

fn put_track(
    out: &mut BytesMut,
    about: &About,
    tables: &Tables,
    offsets: &mut Vec<(usize, usize)>,
    entries: impl FnOnce(&mut BytesMut),
) {
    let sound = about.handler == *b"soun";
    let delay = tables.delay(about.zero);
    let lasting = tables.in_movie(tables.duration());
    put_box(out, b"trak", |out| {
        put_full_box(out, b"tkhd", 1, 3, |out| {
            out.put_u64(about.began);
            out.put_u64(about.began);
            out.put_u32(about.id);
            out.put_u32(0);
            out.put_u64(delay + lasting);
            out.put_u64(0);
            out.put_u16(0);
            out.put_u16(u16::from(sound));
            out.put_u16(if sound { 0x100 } else { 0 });
            out.put_u16(0);
            put_matrix(out);
            out.put_u32(about.size.0 << 16);
            out.put_u32(about.size.1 << 16);
        });
        put_box(out, b"edts", |out| {
            put_full_box(out, b"elst", 1, 0, |out| {
                out.put_u32(if delay > 0 { 2 } else { 1 });
                if delay > 0 {
                    // Nothing of this track yet.
                    out.put_u64(delay);
                    out.put_i64(-1);
                    out.put_u32(0x1_0000);
                }
                out.put_u64(lasting);
                // Where pictures are reordered the first is presented some time after it is decoded.
                out.put_i64(tables.first_composition().max(0));
                out.put_u32(0x1_0000);
            });
        });
        put_box(out, b"mdia", |out| {
            put_full_box(out, b"mdhd", 1, 0, |out| {
                out.put_u64(about.began);
                out.put_u64(about.began);
                out.put_u32(tables.timescale);
                out.put_u64(tables.duration());
                out.put_u16(0x55C4);
                out.put_u16(0);
            });
            put_full_box(out, b"hdlr", 0, 0, |out| {
                out.put_u32(0);
                out.put_slice(&about.handler);
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
                    entries(out);
                    tables.put(out, offsets);
                });
            });
        });
    });
}

#[cfg(test)]
mod tests;
