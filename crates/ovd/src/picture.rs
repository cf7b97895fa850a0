//! Pictures for people and programs that want one, not a stream: decoded, and as JPEG.
//!
//! The only place that knows the JPEG encoder (`jpeg-encoder`), and one of two that know `openh264`.

use crate::feed::{Feed, Item, Tracks};
use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};
use media::{Frame, TrackKind, VideoCodec, VideoConfig, nal};
use openh264::OpenH264API;
use openh264::decoder::{DecodeOptions, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long to wait for a keyframe: cameras send one every few seconds.
const KEYFRAME_LIMIT: Duration = Duration::from_secs(10);
/// Decoding on from the last keyframe stops here: the picture is a little old then, but there is one.
const DECODE_LIMIT: Duration = Duration::from_secs(5);
/// Of 100. Good enough to recognise what is in the picture, a tenth of a megabyte at 720p.
const JPEG_QUALITY: u8 = 85;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The source has sound only.
    #[error("the source has no picture")]
    NoVideo,
    /// It is coded in a way that this program cannot decode.
    #[error("{0} cannot be decoded here")]
    Codec(&'static str),
    /// The source sends nothing that decoding could start with.
    #[error("no keyframe came in time")]
    TimedOut,
    /// What it sends is damaged, or of a profile that cannot be decoded.
    #[error("the picture cannot be decoded: {0}")]
    Damaged(String),
    /// It could not be made into a JPEG.
    #[error("no JPEG could be made: {0}")]
    Jpeg(String),
}

/// A decoded picture, 4:2:0, limited range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Luma, `width` bytes a row.
    pub y: Vec<u8>,
    /// Cb, half of `width` (rounded up) a row.
    pub u: Vec<u8>,
    /// Cr, half of `width` (rounded up) a row.
    pub v: Vec<u8>,
}

impl Picture {
    fn copied(from: &impl YUVSource) -> Self {
        let (width, height) = from.dimensions();
        let strides = from.strides();
        let plane = |data: &[u8], width: usize, height: usize, stride: usize| {
            let rows = data.chunks(stride.max(1)).take(height);
            rows.flat_map(|row| row.get(..width).unwrap_or(row)).copied().collect()
        };
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        Self {
            width,
            height,
            y: plane(from.y(), width, height, strides.0),
            u: plane(from.u(), half_width, half_height, strides.1),
            v: plane(from.v(), half_width, half_height, strides.2),
        }
    }

    /// The picture as a JPEG file.
    ///
    /// # Errors
    /// When it is too large for one.
    pub fn to_jpeg(&self) -> Result<Vec<u8>, PictureError> {
        let mut jpeg = Vec::with_capacity(self.width * self.height / 8);
        let mut encoder = Encoder::new(&mut jpeg, JPEG_QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder
            .encode_image(FullRange(self))
            .map_err(|error| PictureError::Jpeg(error.to_string()))?;
        Ok(jpeg)
    }
}

/// JPEG wants the full range of values, and the matrix of BT.601 (JFIF 1.02).
struct FullRange<'a>(&'a Picture);

impl FullRange<'_> {
    /// Pictures of this many rows and more have the colours of BT.709 where they do not say which.
    const BT709_FROM: usize = 720;
}

impl ImageBuffer for FullRange<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        u16::try_from(self.0.width).unwrap_or(0)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.0.height).unwrap_or(0)
    }

    fn fill_buffers(&self, row: u16, buffers: &mut [Vec<u8>; 4]) {
        let Self(picture) = self;
        let row = usize::from(row);
        let half = picture.width.div_ceil(2);
        let luma = picture
            .y
            .chunks_exact(picture.width.max(1))
            .nth(row)
            .unwrap_or_default();
        let cb = picture.u.chunks_exact(half.max(1)).nth(row / 2).unwrap_or_default();
        let cr = picture.v.chunks_exact(half.max(1)).nth(row / 2).unwrap_or_default();
        let bt709 = picture.height >= Self::BT709_FROM;
        let [to_y, to_cb, to_cr, _] = buffers;
        for (x, &y) in luma.iter().enumerate() {
            let chroma = |plane: &[u8]| plane.get(x / 2).copied().unwrap_or(128);
            let [y, cb, cr] = full_range(y, chroma(cb), chroma(cr), bt709);
            to_y.push(y);
            to_cb.push(cb);
            to_cr.push(cr);
        }
    }
}

/// Limited range to full range; from the matrix of BT.709 to that of BT.601 if wanted. In 16 bits of fraction.
fn full_range(y: u8, cb: u8, cr: u8, bt709: bool) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) - 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let (y, cb, cr) = (y * 76_309, cb * 74_606, cr * 74_606);
    let (y, cb, cr) = if bt709 {
        // ITU-R BT.709 and BT.601 matrices, one the inverse of the other, multiplied out.
        (
            y + mul(cb, 6657) + mul(cr, 12_850),
            mul(cb, 64_885) - mul(cr, 7_254),
            mul(cr, 64_460) - mul(cb, 4_751),
        )
    } else {
        (y, cb, cr)
    };
    let byte = |value: i32, middle: i32| (((value + (1 << 15)) >> 16) + middle).clamp(0, 255) as u8;
    [byte(y, 0), byte(cb, 128), byte(cr, 128)]
}

/// A product with a fraction of 16 bits.
fn mul(value: i32, fraction: i32) -> i32 {
    ((i64::from(value) * i64::from(fraction)) >> 16) as i32
}

/// Decodes a track of H.264.
pub struct PictureDecoder {
    decoder: Decoder,
    headers: Vec<u8>,
}

impl PictureDecoder {
    /// A decoder for this track.
    ///
    /// # Errors
    /// When it is no H.264.
    pub fn new(video: &VideoConfig) -> Result<Self, PictureError> {
        if video.codec != VideoCodec::H264 {
            return Err(PictureError::Codec("H.265"));
        }
        // Pictures with B-frames come in the right order only so.
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config).map_err(damaged)?;
        Ok(Self {
            decoder,
            headers: parameter_sets(&video.record).ok_or_else(|| PictureError::Damaged("no parameter sets".into()))?,
        })
    }

    /// Takes the next frame, the first one being a keyframe; gives a picture if one is ready to be shown.
    ///
    /// # Errors
    /// When it cannot be decoded.
    pub fn decode(&mut self, frame: &Frame) -> Result<Option<Picture>, PictureError> {
        let picture =
            nal::length_prefixed_to_annexb(&frame.data).map_err(|error| PictureError::Damaged(error.to_string()))?;
        let mut annexb = std::mem::take(&mut self.headers);
        annexb.extend_from_slice(&picture);
        let options = DecodeOptions::new().flush_after_decode(Flush::NoFlush);
        let decoded = self.decoder.decode_with_options(&annexb, options).map_err(damaged)?;
        Ok(decoded.map(|decoded| Picture::copied(&decoded)))
    }

    /// The last picture of those that the decoder still holds back.
    pub fn last(&mut self) -> Option<Picture> {
        let held = self.decoder.flush_remaining().ok()?;
        held.last().map(Picture::copied)
    }
}

fn damaged(error: openh264::Error) -> PictureError {
    PictureError::Damaged(error.to_string())
}

/// SPS and PPS of an `avcC` record (ISO/IEC 14496-15, 5.3.3.1) with start codes.
fn parameter_sets(record: &[u8]) -> Option<Vec<u8>> {
    let mut annexb = Vec::new();
    let mut rest = record.get(5..)?;
    // The number of SPS stands in 5 bits, that of PPS in a byte.
    for mask in [0x1f, 0xff] {
        let (count, mut sets) = rest.split_first()?;
        for _ in 0..count & mask {
            let (len, tail) = sets.split_first_chunk::<2>()?;
            let (set, tail) = tail.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
            annexb.extend_from_slice(&[0, 0, 0, 1]);
            annexb.extend_from_slice(set);
            sets = tail;
        }
        rest = sets;
    }
    Some(annexb)
}

/// What the source shows now.
///
/// # Errors
/// See [`PictureError`].
pub async fn current(feed: &Feed) -> Result<Picture, PictureError> {
    let (tracks, frames) = tokio::time::timeout(KEYFRAME_LIMIT, since_keyframe(feed))
        .await
        .unwrap_or(Err(PictureError::TimedOut))?;
    let decoding = tokio::task::spawn_blocking(move || newest(&tracks, &frames));
    decoding
        .await
        .unwrap_or_else(|_| Err(PictureError::Damaged("the decoder failed".into())))
}

/// Everything from the last keyframe on.
async fn since_keyframe(feed: &Feed) -> Result<(Arc<Tracks>, Vec<Frame>), PictureError> {
    // Known already where the source runs; it need not be awaited then.
    check_codec(feed.tracks().as_deref())?;
    let mut subscription = feed.subscribe();
    let mut found: Option<(Arc<Tracks>, Vec<Frame>)> = None;
    loop {
        let item = match (subscription.try_next(), &found) {
            (Some(item), _) => item,
            (None, Some((_, frames))) if !frames.is_empty() => break,
            (None, _) => subscription.next().await,
        };
        match (item, &mut found) {
            (Item::Tracks(tracks), found) => {
                check_codec(Some(&*tracks))?;
                *found = Some((tracks, Vec::new()));
            }
            (Item::Frame(frame), Some((_, frames))) if frame.track == TrackKind::Video => {
                if frame.keyframe {
                    frames.clear();
                }
                frames.push(frame);
            }
            (Item::Frame(_), _) => {}
        }
    }
    found.ok_or(PictureError::NoVideo)
}

fn check_codec(tracks: Option<&Tracks>) -> Result<(), PictureError> {
    match tracks.map(|tracks| tracks.video.as_ref().map(|video| video.codec)) {
        None | Some(Some(VideoCodec::H264)) => Ok(()),
        Some(None) => Err(PictureError::NoVideo),
        Some(Some(VideoCodec::H265)) => Err(PictureError::Codec("H.265")),
    }
}

fn newest(tracks: &Tracks, frames: &[Frame]) -> Result<Picture, PictureError> {
    let video = tracks.video.as_ref().ok_or(PictureError::NoVideo)?;
    let mut decoder = PictureDecoder::new(video)?;
    let until = Instant::now() + DECODE_LIMIT;
    let (mut picture, mut failure) = (None, None);
    for frame in frames {
        match decoder.decode(frame) {
            Ok(decoded) => picture = decoded.or(picture),
            // What was decoded before it is still a picture.
            Err(error) => failure = Some(error),
        }
        if failure.is_some() || Instant::now() > until {
            break;
        }
    }
    let picture = decoder.last().or(picture);
    picture.ok_or_else(|| failure.unwrap_or_else(|| PictureError::Damaged("it shows nothing yet".into())))
}

#[cfg(test)]
mod tests;
