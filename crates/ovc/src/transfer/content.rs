//! What bytes are, by themselves: neither a name nor a header is believed.

use media::image::{ImageFormat, ImageInfo, ImageProbe};

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A JPEG.
    Jpeg,
    /// A JPEG or BMP.
    Picture,
    /// Text, gzip, zip, or nothing at all.
    Log,
    /// Something to play: MP3, WAV, AAC, MP4 or Ogg.
    Sound,
    /// Anything but nothing.
    Image,
}

/// It is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadContent(pub &'static str);

/// What it turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its media type.
    pub content_type: &'static str,
    /// Of a picture, what its header says.
    pub picture: Option<ImageInfo>,
}

/// Bytes at the beginning in which a text has no NUL.
const TEXT_LOOKED_AT: usize = 64 << 10;
/// Bytes that tell the other formats apart.
const HEAD: usize = 16;

/// Looks at what passes by.
#[derive(Debug)]
pub struct Checker {
    rule: Rule,
    picture: ImageProbe,
    head: Vec<u8>,
    seen: usize,
    has_nul: bool,
}

impl Checker {
    /// By this rule.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            picture: ImageProbe::default(),
            head: Vec::new(),
            seen: 0,
            has_nul: false,
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// It is clear by now that they are not what they should be.
    pub fn look(&mut self, piece: &[u8]) -> Result<(), BadContent> {
        if matches!(self.rule, Rule::Jpeg | Rule::Picture) {
            self.picture.push(piece);
            return match self.picture.found() {
                Some(found) => self.check_picture(found.ok()).map(drop),
                None => Ok(()),
            };
        }
        let missing = HEAD - self.head.len();
        self.head.extend_from_slice(&piece[..piece.len().min(missing)]);
        let looked_at = piece.len().min(TEXT_LOOKED_AT.saturating_sub(self.seen));
        self.has_nul |= piece[..looked_at].contains(&0);
        self.seen = self.seen.saturating_add(piece.len());
        Ok(())
    }

    /// What it is, now that all has passed.
    ///
    /// # Errors
    /// It is not what it should be.
    pub fn finish(self) -> Result<Found, BadContent> {
        let plain = |content_type| Found {
            content_type,
            picture: None,
        };
        match self.rule {
            Rule::Jpeg | Rule::Picture => {
                let info = self.picture.found().and_then(Result::ok);
                self.check_picture(info)
            }
            Rule::Log => match &self.head[..] {
                [0x1f, 0x8b, ..] => Ok(plain("application/gzip")),
                [b'P', b'K', 3 | 5 | 7, 4 | 6 | 8, ..] => Ok(plain("application/zip")),
                _ if !self.has_nul => Ok(plain("text/plain")),
                _ => Err(BadContent("this is no text, gzip or zip")),
            },
            Rule::Sound => sound(&self.head)
                .map(plain)
                .ok_or(BadContent("this is no MP3, WAV, AAC, M4A or Ogg")),
            Rule::Image if self.seen == 0 => Err(BadContent("there is nothing in it")),
            Rule::Image => Ok(plain("application/octet-stream")),
        }
    }

    fn check_picture(&self, info: Option<ImageInfo>) -> Result<Found, BadContent> {
        match info {
            Some(info) if self.rule == Rule::Picture || info.format == ImageFormat::Jpeg => Ok(Found {
                content_type: info.format.content_type(),
                picture: Some(info),
            }),
            _ if self.rule == Rule::Picture => Err(BadContent("this is no JPEG or BMP picture")),
            _ => Err(BadContent("this is no JPEG picture")),
        }
    }
}

fn sound(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'I', b'D', b'3', ..] => Some("audio/mpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("audio/wav"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("audio/mp4"),
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
        // ADTS has layer 0; of MPEG audio none has.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some("audio/aac"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some("audio/mpeg"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule, bytes: &[u8]) -> Result<&'static str, BadContent> {
        let mut checker = Checker::new(rule);
        for piece in bytes.chunks(3) {
            checker.look(piece)?;
        }
        checker.finish().map(|found| found.content_type)
    }

    #[test]
    fn content_is_told_by_its_bytes() {
        let jpeg = b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9";
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x10\0\0\0".to_vec();
        bmp.resize(60, 0);
        for (rule, bytes, expected) in [
            (Rule::Jpeg, &jpeg[..], Some("image/jpeg")),
            (Rule::Jpeg, &bmp, None),
            (Rule::Jpeg, b"", None),
            (Rule::Picture, &bmp, Some("image/bmp")),
            (Rule::Picture, b"<svg/>", None),
            (Rule::Log, b"", Some("text/plain")),
            (Rule::Log, b"a line\n", Some("text/plain")),
            (Rule::Log, "中文".as_bytes(), Some("text/plain")),
            (Rule::Log, b"\x1f\x8b\x08\0", Some("application/gzip")),
            (Rule::Log, b"PK\x03\x04\x14\0", Some("application/zip")),
            (Rule::Log, b"\x7fELF\0\0", None),
            (Rule::Sound, b"ID3\x04\0", Some("audio/mpeg")),
            (Rule::Sound, b"\xff\xfb\x90\x64", Some("audio/mpeg")),
            (Rule::Sound, b"\xff\xf1\x50\x80", Some("audio/aac")),
            (Rule::Sound, b"RIFF\x24\0\0\0WAVEfmt ", Some("audio/wav")),
            (Rule::Sound, b"\0\0\0\x20ftypM4A ", Some("audio/mp4")),
            (Rule::Sound, b"OggS\0", Some("audio/ogg")),
            (Rule::Sound, b"MZ\x90\0", None),
            (Rule::Sound, b"", None),
            (Rule::Image, b"", None),
            (Rule::Image, b"\0", Some("application/octet-stream")),
        ] {
            assert_eq!(check(rule, bytes).ok(), expected, "{rule:?} {bytes:?}");
        }
    }
}
