//! WAV, read and written (Microsoft RIFF: PCM, IEEE float, G.711).

use super::Decode;
use media::g711;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Format tags of `fmt `.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const ALAW: u16 = 6;
const ULAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// Bytes of the header that [`Writer`] writes.
const HEADER_LEN: usize = 44;
/// Sample frames that are decoded at once.
const CHUNK: usize = 4096;

#[derive(Debug, Clone, Copy)]
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bits: u16,
}

pub(super) struct Wav {
    bytes: Vec<u8>,
    format: Format,
    at: usize,
    end: usize,
}

pub(super) fn open(bytes: Vec<u8>) -> Result<Wav, String> {
    let damaged = |what: &str| format!("damaged WAV: {what}");
    let mut at = 12;
    let mut format = None;
    loop {
        let head = bytes.get(at..at + 8).ok_or_else(|| damaged("no sound in it"))?;
        let len = head
            .get(4..)
            .and_then(|len| Some(u32::from_le_bytes(len.try_into().ok()?)));
        let len = usize::try_from(len.unwrap_or(0)).unwrap_or(usize::MAX);
        let body = at + 8;
        match head.get(..4) {
            Some(b"fmt ") => format = bytes.get(body..).and_then(parse_format),
            Some(b"data") => {
                let format = format.ok_or_else(|| damaged("no format"))?;
                check(format)?;
                // A length that was never filled in means: to the end.
                let end = body.saturating_add(len).min(bytes.len());
                return Ok(Wav {
                    bytes,
                    format,
                    at: body,
                    end,
                });
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        at = body.saturating_add(len).saturating_add(len & 1);
    }
}

fn parse_format(chunk: &[u8]) -> Option<Format> {
    let two = |at: usize| Some(u16::from_le_bytes(chunk.get(at..at + 2)?.try_into().ok()?));
    let rate_hz = u32::from_le_bytes(chunk.get(4..8)?.try_into().ok()?);
    let tag = match two(0)? {
        EXTENSIBLE => two(24)?,
        tag => tag,
    };
    Some(Format {
        tag,
        channels: two(2)?,
        rate_hz,
        bits: two(14)?,
    })
}

fn check(format: Format) -> Result<(), String> {
    let known = matches!(
        (format.tag, format.bits),
        (PCM, 8 | 16 | 24 | 32) | (FLOAT, 32) | (ALAW | ULAW, 8)
    );
    if !known || !(1..=8).contains(&format.channels) || !(4000..=192_000).contains(&format.rate_hz) {
        return Err(format!(
            "WAV of format {} with {} bits, {} channels, {} Hz cannot be played here",
            format.tag, format.bits, format.channels, format.rate_hz
        ));
    }
    Ok(())
}

impl Format {
    fn sample(self, bytes: &[u8]) -> i16 {
        match (self.tag, bytes) {
            (ALAW, [byte]) => g711::alaw(*byte),
            (ULAW, [byte]) => g711::ulaw(*byte),
            (FLOAT, [a, b, c, d]) => (f32::from_le_bytes([*a, *b, *c, *d]).clamp(-1.0, 1.0) * 32_767.0) as i16,
            (PCM, [byte]) => (i16::from(*byte) - 128) << 8,
            // The two highest bytes of longer samples.
            (PCM, [.., low, high]) => i16::from_le_bytes([*low, *high]),
            _ => 0,
        }
    }
}

impl Decode for Wav {
    fn rate_hz(&self) -> u32 {
        self.format.rate_hz
    }

    fn channels(&self) -> u16 {
        self.format.channels
    }

    fn next(&mut self) -> Option<Vec<i16>> {
        let width = usize::from(self.format.bits / 8);
        let frame = width * usize::from(self.format.channels);
        let count = ((self.end - self.at) / frame).min(CHUNK);
        let chunk = self
            .bytes
            .get(self.at..self.at + count * frame)
            .filter(|chunk| !chunk.is_empty())?;
        self.at += chunk.len();
        Some(
            chunk
                .chunks_exact(width)
                .map(|sample| self.format.sample(sample))
                .collect(),
        )
    }
}

/// Writes 16-bit samples into a WAV file. The file is whole after [`Self::finish`].
pub struct Writer {
    file: BufWriter<File>,
    rate_hz: u32,
    channels: u16,
    bytes: u32,
}

impl Writer {
    /// The longest sound, bytes: nobody wants a disk filled by music.
    const MAX_BYTES: u32 = 256 << 20;

    /// Begins a file; one that is there is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, rate_hz: u32, channels: u16) -> io::Result<Self> {
        let mut writer = Self {
            file: BufWriter::new(File::create(path)?),
            rate_hz,
            channels,
            bytes: 0,
        };
        let header = writer.header();
        writer.file.write_all(&header)?;
        Ok(writer)
    }

    /// Adds interleaved samples. What would make the file too long is left out.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        if self.bytes >= Self::MAX_BYTES {
            return Ok(());
        }
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.file.write_all(&bytes)?;
        self.bytes = self.bytes.saturating_add(u32::try_from(bytes.len()).unwrap_or(0));
        Ok(())
    }

    /// Puts the length into the header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        let header = self.header();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.flush()
    }

    fn header(&self) -> [u8; HEADER_LEN] {
        let align = self.channels * 2;
        let mut header = [0; HEADER_LEN];
        let parts: [&[u8]; 13] = [
            b"RIFF",
            &(self.bytes + HEADER_LEN as u32 - 8).to_le_bytes(),
            b"WAVE",
            b"fmt ",
            &16u32.to_le_bytes(),
            &PCM.to_le_bytes(),
            &self.channels.to_le_bytes(),
            &self.rate_hz.to_le_bytes(),
            &(self.rate_hz * u32::from(align)).to_le_bytes(),
            &align.to_le_bytes(),
            &16u16.to_le_bytes(),
            b"data",
            &self.bytes.to_le_bytes(),
        ];
        let mut at = 0;
        for part in parts {
            header[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        header
    }
}
