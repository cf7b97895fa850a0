//! Still pictures: what their headers say of JPEG (ITU-T T.81) and BMP. Nothing is decoded.

use crate::MediaError;

/// A form of still picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// Windows bitmap.
    Bmp,
}

impl ImageFormat {
    /// Its media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Bmp => "image/bmp",
        }
    }
}

/// What a picture's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageInfo {
    /// Its form.
    pub format: ImageFormat,
    /// In pixels, from 1.
    pub width: u32,
    /// In pixels, from 1.
    pub height: u32,
}

/// Longest header that is gathered: the size stands within the first bytes of a JPEG's frame header and of a BMP.
const MAX_HELD: usize = 32;

/// Finds out what a picture is while its bytes pass by, in pieces of any size. Holds a few bytes only, however long what
/// precedes the size is (a JPEG may carry a preview and more before it).
#[derive(Debug)]
pub struct ImageProbe {
    state: State,
    held: [u8; MAX_HELD],
    len: usize,
    /// Bytes of the input to pass over before the next are looked at.
    skip: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// The first bytes, which name the format.
    Magic,
    /// A JPEG's next marker.
    Marker,
    /// Its segment's length, of this marker.
    Length(u8),
    /// The frame header behind its length.
    Frame,
    /// A BMP's header.
    Bmp,
    Done(Result<ImageInfo, MediaError>),
}

impl Default for ImageProbe {
    fn default() -> Self {
        Self {
            state: State::Magic,
            held: [0; MAX_HELD],
            len: 0,
            skip: 0,
        }
    }
}

impl ImageProbe {
    /// The next bytes of the picture.
    pub fn push(&mut self, mut bytes: &[u8]) {
        loop {
            let skipped = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
            self.skip -= skipped as u64;
            bytes = &bytes[skipped..];
            if matches!(self.state, State::Done(_)) || self.skip > 0 {
                return;
            }
            let needed = match self.state {
                State::Magic | State::Marker | State::Length(_) => 2,
                State::Frame => 5,
                State::Bmp => 24,
                State::Done(_) => return,
            };
            let taken = bytes.len().min(needed - self.len);
            self.held[self.len..self.len + taken].copy_from_slice(&bytes[..taken]);
            self.len += taken;
            bytes = &bytes[taken..];
            if self.len < needed {
                return;
            }
            self.len = 0;
            self.step();
        }
    }

    /// What it is; `None` if the bytes so far do not say yet.
    #[must_use]
    pub fn found(&self) -> Option<Result<ImageInfo, MediaError>> {
        match self.state {
            State::Done(result) => Some(result),
            _ => None,
        }
    }

    /// What it is, now that all bytes have passed.
    ///
    /// # Errors
    /// It is no JPEG or BMP, or ended before its size.
    pub fn finish(self) -> Result<ImageInfo, MediaError> {
        self.found().unwrap_or(Err(MediaError::Truncated("picture")))
    }

    /// `held` is filled as far as the state needs.
    fn step(&mut self) {
        let held = self.held;
        let two = |at: usize| u16::from_be_bytes([held[at], held[at + 1]]);
        self.state = match self.state {
            State::Magic => match &held[..2] {
                [0xff, 0xd8] => State::Marker,
                b"BM" => State::Bmp,
                _ => State::Done(Err(MediaError::Unsupported("picture format"))),
            },
            State::Marker => match [held[0], held[1]] {
                // Any number of fill bytes may precede a marker.
                [0xff, 0xff] => {
                    self.held[0] = 0xff;
                    self.len = 1;
                    State::Marker
                }
                // TEM stands alone.
                [0xff, 0x01] => State::Marker,
                // Restart, start and end of a picture, and the scan without a frame before it.
                [0xff, 0x00 | 0xd0..=0xda] => State::Done(Err(MediaError::Malformed("JPEG"))),
                [0xff, marker] => State::Length(marker),
                _ => State::Done(Err(MediaError::Malformed("JPEG"))),
            },
            State::Length(marker) => match (two(0), marker) {
                (0..2, _) => State::Done(Err(MediaError::Malformed("JPEG segment"))),
                // Start of frame of every coding process; in between stand tables: DHT, JPG, DAC.
                (length, 0xc0..=0xcf) if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    if length < 8 {
                        State::Done(Err(MediaError::Malformed("JPEG frame header")))
                    } else {
                        State::Frame
                    }
                }
                (length, _) => {
                    self.skip = u64::from(length) - 2;
                    State::Marker
                }
            },
            // Sample precision, lines, samples a line.
            State::Frame => State::Done(info(ImageFormat::Jpeg, u32::from(two(3)), u32::from(two(1)))),
            State::Bmp => State::Done(bmp(&held)),
            done @ State::Done(_) => done,
        };
    }
}

/// The header behind the magic: file header, then a BITMAPINFOHEADER or longer; or the old BITMAPCOREHEADER.
fn bmp(held: &[u8; MAX_HELD]) -> Result<ImageInfo, MediaError> {
    let four = |at: usize| u32::from_le_bytes([held[at], held[at + 1], held[at + 2], held[at + 3]]);
    let two = |at: usize| u32::from(u16::from_le_bytes([held[at], held[at + 1]]));
    let (width, height) = match four(12) {
        12 => (two(16), two(18)),
        // The height is negative where lines go from top to bottom.
        40..=1024 => match i32::try_from(four(16)) {
            Ok(width) => (width as u32, (four(20) as i32).unsigned_abs()),
            Err(_) => return Err(MediaError::Malformed("BMP")),
        },
        _ => return Err(MediaError::Malformed("BMP")),
    };
    info(ImageFormat::Bmp, width, height)
}

fn info(format: ImageFormat, width: u32, height: u32) -> Result<ImageInfo, MediaError> {
    if width == 0 || height == 0 {
        return Err(MediaError::Malformed("picture size"));
    }
    Ok(ImageInfo { format, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// SOI, an APP1 of `preview` bytes, DQT, SOF0 of 640 by 480, SOS.
    fn jpeg(preview: usize) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
        bytes.extend(((preview + 2) as u16).to_be_bytes());
        // What looks like a frame header within a segment is none.
        bytes.extend([0xff, 0xc0].iter().cycle().take(preview));
        bytes.extend([0xff, 0xff, 0xdb, 0, 4, 1, 2]);
        bytes.extend([0xff, 0xc0, 0, 17, 8, 1, 224, 2, 128, 3, 1, 34, 0, 2, 17, 1, 3, 17, 1]);
        bytes.extend([0xff, 0xda, 0, 12]);
        bytes
    }

    fn bmp_of(header: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
        bytes.extend(header.to_le_bytes());
        bytes.extend(rest);
        bytes.resize(54, 0);
        bytes
    }

    fn probe(bytes: &[u8], piece: usize) -> Result<ImageInfo, MediaError> {
        let mut probe = ImageProbe::default();
        bytes.chunks(piece).for_each(|piece| probe.push(piece));
        probe.finish()
    }

    #[test]
    fn the_size_is_found_behind_anything_and_in_pieces_of_any_size() {
        let vga = |format| ImageInfo {
            format,
            width: 640,
            height: 480,
        };
        for piece in [1, 2, 3, 7, 1000, 100_000] {
            for preview in [0, 1, 5, 30_000, 65_000] {
                assert_eq!(
                    probe(&jpeg(preview), piece),
                    Ok(vga(ImageFormat::Jpeg)),
                    "{piece} {preview}"
                );
            }
            let upright = bmp_of(40, &[128, 2, 0, 0, 224, 1, 0, 0]);
            assert_eq!(probe(&upright, piece), Ok(vga(ImageFormat::Bmp)));
            let top_down = bmp_of(124, &[128, 2, 0, 0, 32, 254, 255, 255]);
            assert_eq!(probe(&top_down, piece), Ok(vga(ImageFormat::Bmp)));
            let old = bmp_of(12, &[128, 2, 224, 1]);
            assert_eq!(probe(&old, piece), Ok(vga(ImageFormat::Bmp)));
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let unsupported = Err(MediaError::Unsupported("picture format"));
        assert_eq!(probe(b"\x89PNG\r\n\x1a\n", 3), unsupported);
        assert_eq!(probe(b"<html>", 1), unsupported);
        assert_eq!(probe(b"", 1), Err(MediaError::Truncated("picture")));
        assert_eq!(probe(&jpeg(10)[..20], 4), Err(MediaError::Truncated("picture")));
        for bad in [
            // No marker where one must be; a scan without a frame; a length that is none; a height of zero.
            &b"\xff\xd8\0\0"[..],
            b"\xff\xd8\xff\xda\0\x0c",
            b"\xff\xd8\xff\xe0\0\x01",
            b"\xff\xd8\xff\xc0\0\x11\x08\0\0\x02\x80",
        ] {
            assert!(matches!(probe(bad, 2), Err(MediaError::Malformed(_))), "{bad:x?}");
        }
        assert!(matches!(probe(&bmp_of(7, &[1; 8]), 54), Err(MediaError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_say_the_same(
            bytes in prop::collection::vec(prop_oneof![Just(0xff_u8), Just(0xd8), Just(0xc0), any::<u8>()], 0..200),
            jpeg in any::<bool>(),
            piece in 1_usize..50,
        ) {
            let mut bytes = bytes;
            if jpeg {
                bytes.splice(0..0, [0xff, 0xd8]);
            }
            prop_assert_eq!(probe(&bytes, piece), probe(&bytes, bytes.len().max(1)));
        }
    }
}
