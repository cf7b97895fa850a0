//! MP3. The only place that knows the decoder (`nanomp3`).

use super::Decode;
use nanomp3::Reader;
use std::io::Cursor;

/// Samples that are decoded at once.
const CHUNK: usize = 8192;

pub(super) struct Mp3 {
    reader: Reader<Cursor<Vec<u8>>, i16>,
    rate_hz: u32,
    channels: u16,
    first: Option<Vec<i16>>,
}

pub(super) fn open(bytes: Vec<u8>) -> Result<Mp3, String> {
    let reader = Reader::<_, i16>::new(Cursor::new(bytes)).map_err(|error| format!("damaged MP3: {error:?}"))?;
    let mut mp3 = Mp3 {
        reader,
        rate_hz: 0,
        channels: 0,
        first: None,
    };
    mp3.first = mp3.read();
    mp3.rate_hz = mp3.reader.sample_rate();
    mp3.channels = mp3.reader.channels().map_or(0, |channels| u16::from(channels.num()));
    if mp3.first.is_none() || mp3.rate_hz == 0 || mp3.channels == 0 {
        return Err("damaged MP3: no sound in it".to_owned());
    }
    Ok(mp3)
}

impl Mp3 {
    fn read(&mut self) -> Option<Vec<i16>> {
        let mut samples = vec![0; CHUNK];
        let count = self.reader.read(&mut samples).ok().filter(|&count| count > 0)?;
        samples.truncate(count);
        Some(samples)
    }
}

impl Decode for Mp3 {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u16 {
        self.channels
    }

    fn next(&mut self) -> Option<Vec<i16>> {
        self.first.take().or_else(|| self.read())
    }
}
