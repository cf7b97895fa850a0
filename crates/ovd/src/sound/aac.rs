//! AAC, as a stream of ADTS frames or in an MP4 file. Decoded by `oxideav-aac`.

use super::Decode;
use media::{AudioConfig, aac};
use oxideav_aac::asc::AudioSpecificConfig;
use oxideav_aac::decode::{DecodedFrame, StreamDecoder};
use re_mp4::{Mp4, StsdBoxContent};
use std::io::Cursor;
use std::ops::Range;

pub(super) struct Aac {
    bytes: Vec<u8>,
    frames: Frames,
    decoder: StreamDecoder,
    rate_hz: u32,
    channels: u16,
    first: Option<Vec<i16>>,
}

/// Where the frames are.
enum Frames {
    /// One after the other, from here on.
    Adts(usize),
    /// Where the index says.
    Index {
        samples: std::vec::IntoIter<Range<usize>>,
        config: Box<AudioSpecificConfig>,
        rate_hz: u32,
        channels: u8,
    },
}

pub(super) fn open_adts(bytes: Vec<u8>) -> Result<Aac, String> {
    start(bytes, Frames::Adts(0))
}

pub(super) fn open_mp4(bytes: Vec<u8>) -> Result<Aac, String> {
    let len = bytes.len() as u64;
    let mp4 = Mp4::read(Cursor::new(&bytes), len).map_err(|error| format!("damaged MP4: {error}"))?;
    let sound = mp4.tracks().values().find_map(|track| {
        let StsdBoxContent::Mp4a(mp4a) = &track.trak(&mp4).mdia.minf.stbl.stsd.contents else {
            return None;
        };
        Some((track, mp4a.esds.as_ref()?.es_desc.dec_config.dec_specific.clone()))
    });
    let (track, specific) = sound.ok_or_else(|| "no AAC in this MP4".to_owned())?;
    // AudioSpecificConfig of the AAC-LC core (ISO/IEC 14496-3, 1.6.2.1).
    let asc = [
        2 << 3 | specific.freq_index >> 1,
        specific.freq_index << 7 | specific.chan_conf << 3,
    ];
    let AudioConfig {
        sample_rate_hz: rate_hz,
        channels,
        ..
    } = aac::config_from_asc(&asc).map_err(|error| format!("damaged MP4: {error}"))?;
    let (config, _) = AudioSpecificConfig::parse(&asc).map_err(|error| format!("damaged MP4: {error:?}"))?;
    let samples: Vec<Range<usize>> = track
        .samples
        .iter()
        .filter_map(|sample| {
            let from = usize::try_from(sample.offset).ok()?;
            let to = from.checked_add(usize::try_from(sample.size).ok()?)?;
            (to <= bytes.len()).then_some(from..to)
        })
        .collect();
    let frames = Frames::Index {
        samples: samples.into_iter(),
        config: Box::new(config),
        rate_hz,
        channels,
    };
    start(bytes, frames)
}

fn start(bytes: Vec<u8>, frames: Frames) -> Result<Aac, String> {
    let mut aac = Aac {
        bytes,
        frames,
        decoder: StreamDecoder::new(),
        rate_hz: 0,
        channels: 0,
        first: None,
    };
    // What comes out may be more than the header says: parametric stereo, doubled rate.
    let first = aac.decode().ok_or_else(|| "damaged AAC: no sound in it".to_owned())?;
    aac.rate_hz = first.sample_rate;
    aac.channels = u16::try_from(first.channels).unwrap_or(0);
    if aac.rate_hz == 0 || aac.channels == 0 {
        return Err("damaged AAC: no sound in it".to_owned());
    }
    aac.first = Some(first.pcm);
    Ok(aac)
}

impl Aac {
    fn decode(&mut self) -> Option<DecodedFrame> {
        loop {
            let decoded = match &mut self.frames {
                Frames::Adts(at) => {
                    let rest = self.bytes.get(*at..)?;
                    let frame = aac::parse_adts(rest).ok()?;
                    *at += frame.total_len;
                    self.decoder.decode_adts_frame(rest)
                }
                Frames::Index {
                    samples,
                    config,
                    rate_hz,
                    channels,
                } => {
                    let data = self.bytes.get(samples.next()?)?;
                    self.decoder.decode_raw_data_block(
                        config.aot,
                        config.sampling_frequency_index,
                        *rate_hz,
                        *channels,
                        1,
                        data,
                    )
                }
            };
            // A damaged frame is left out.
            if let Ok(frame) = decoded
                && !frame.pcm.is_empty()
            {
                return Some(frame);
            }
        }
    }
}

impl Decode for Aac {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u16 {
        self.channels
    }

    fn next(&mut self) -> Option<Vec<i16>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let frame = self.decode()?;
        // A stream that changes in the middle is played no further.
        let same = frame.sample_rate == self.rate_hz && frame.channels == usize::from(self.channels);
        same.then_some(frame.pcm)
    }
}
