//! An FLV stream, skimmed: tag headers are read, bodies pass by.

use super::video::{Seen, VideoMessage};

const FILE_HEADER_LEN: usize = 9;
/// The back pointer to the previous tag and the header of the next.
const TAG_HEADER_LEN: usize = 4 + 11;
const VIDEO: u8 = 9;

/// Reads an FLV stream as it comes, in pieces of any length.
#[derive(Debug)]
pub(super) struct FlvScanner {
    header: [u8; TAG_HEADER_LEN],
    header_len: u8,
    wanted_len: u8,
    tag_type: u8,
    body_left: u32,
    video: VideoMessage,
}

impl FlvScanner {
    pub(super) fn new() -> Self {
        Self {
            header: [0; TAG_HEADER_LEN],
            header_len: 0,
            wanted_len: FILE_HEADER_LEN as u8,
            tag_type: 0,
            body_left: 0,
            video: VideoMessage::new(),
        }
    }

    /// The next bytes of the stream.
    pub(super) fn scan(&mut self, mut bytes: &[u8], seen: &mut impl FnMut(Seen)) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            if self.body_left > 0 {
                let (part, rest) = bytes.split_at((self.body_left as usize).min(bytes.len()));
                bytes = rest;
                self.body_left -= part.len() as u32;
                if self.tag_type == VIDEO {
                    self.video.push(part, seen);
                    if self.body_left == 0 {
                        self.video.finish(seen);
                    }
                }
                continue;
            }
            let (have, wanted) = (usize::from(self.header_len), usize::from(self.wanted_len));
            let (part, rest) = bytes.split_at((wanted - have).min(bytes.len()));
            bytes = rest;
            self.header[have..have + part.len()].copy_from_slice(part);
            self.header_len += part.len() as u8;
            if self.header_len == self.wanted_len {
                self.header_len = 0;
                self.header_complete()?;
            }
        }
        Ok(())
    }

    fn header_complete(&mut self) -> Result<(), &'static str> {
        if usize::from(self.wanted_len) == FILE_HEADER_LEN {
            self.wanted_len = TAG_HEADER_LEN as u8;
            return if self.header.starts_with(b"FLV") {
                Ok(())
            } else {
                Err("this is no FLV stream")
            };
        }
        let [_, _, _, _, tag_type, a, b, c, ..] = self.header;
        if !matches!(tag_type, 8 | 9 | 18) {
            return Err("the FLV stream is out of step");
        }
        self.tag_type = tag_type;
        self.body_left = u32::from_be_bytes([0, a, b, c]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::stamp::Stamp;
    use bytes::{BufMut, BytesMut};
    use media::flv;

    #[test]
    fn frames_are_found_however_the_stream_is_cut() {
        let mut stream = BytesMut::new();
        stream.put_slice(&flv::file_header(true, true)[..9]);
        stream.put_u32(0);
        flv::write_tag(&mut stream, flv::DATA_TAG, 0, b"metadata");
        flv::write_tag(&mut stream, flv::VIDEO_TAG, 0, &[0x17, 0, 0, 0, 0, 1, 2, 3]);
        let stamps: Vec<_> = (0..3)
            .map(|sequence| Stamp {
                sequence,
                sent_unix_ns: 5,
            })
            .collect();
        for (n, stamp) in stamps.iter().enumerate() {
            let mut body = vec![
                if n == 0 { 0x17 } else { 0x27 },
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                Stamp::NAL_LEN as u8,
            ];
            body.extend_from_slice(&stamp.to_nal());
            body.extend_from_slice(&[7; 300]);
            flv::write_tag(&mut stream, flv::VIDEO_TAG, 40, &body);
            flv::write_tag(&mut stream, flv::AUDIO_TAG, 40, &[0xAF, 1, 9, 9]);
        }
        let mut wanted = vec![Seen::Keyframe];
        wanted.extend(stamps.into_iter().map(|stamp| Seen::Frame(Some(stamp))));
        for cut in [1, 2, 7, 64, 100_000] {
            let (mut scanner, mut seen) = (FlvScanner::new(), Vec::new());
            for part in stream.chunks(cut) {
                scanner.scan(part, &mut |one| seen.push(one)).unwrap();
            }
            assert_eq!(seen, wanted, "in pieces of {cut}");
        }
        assert!(FlvScanner::new().scan(b"<!doctype html>", &mut |_| {}).is_err());
    }
}
