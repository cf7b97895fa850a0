//! Files of sound, decoded as they are played: WAV, MP3, AAC (ADTS or in MP4).

mod aac;
mod mp3;
mod wav;

pub use wav::Writer as WavWriter;

/// A file that is being decoded.
pub trait Decode: Send {
    /// Samples a second and channel.
    fn rate_hz(&self) -> u32;

    /// How many channels.
    fn channels(&self) -> u16;

    /// The next samples, interleaved, at most a second or so of them; `None` at the end, and where the file is damaged.
    fn next(&mut self) -> Option<Vec<i16>>;
}

/// Opens a file by what it begins with.
///
/// # Errors
/// Why it cannot be played.
pub fn open(bytes: Vec<u8>) -> Result<Box<dyn Decode>, String> {
    match bytes.as_slice() {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => {
            wav::open(bytes).map(|wav| Box::new(wav) as Box<dyn Decode>)
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => aac::open_mp4(bytes).map(|aac| Box::new(aac) as Box<dyn Decode>),
        // Layer 0 is ADTS, the others are MPEG audio.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => {
            aac::open_adts(bytes).map(|aac| Box::new(aac) as Box<dyn Decode>)
        }
        [0xff, second, ..] if second & 0xe0 == 0xe0 => mp3::open(bytes).map(|mp3| Box::new(mp3) as Box<dyn Decode>),
        [b'I', b'D', b'3', ..] => mp3::open(bytes).map(|mp3| Box::new(mp3) as Box<dyn Decode>),
        [b'O', b'g', b'g', b'S', ..] => Err("Ogg cannot be played here; WAV, MP3 and AAC can".to_owned()),
        _ => Err("neither WAV nor MP3 nor AAC".to_owned()),
    }
}

#[cfg(test)]
mod tests;
