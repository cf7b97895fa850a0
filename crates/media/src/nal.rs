//! NAL units and their two framings: start codes (Annex B) and 4-byte lengths. Same for H.264 and H.265.

use bytes::{BufMut, Bytes, BytesMut};

use crate::MediaError;

/// NAL units of a byte stream with start codes (H.264 and H.265 Annex B), without start codes and trailing zeros.
/// Bytes before the first start code are skipped. Empty units are left out.
pub fn split_annexb(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = next_start(stream).map(|(_, after)| &stream[after..]);
    std::iter::from_fn(move || {
        loop {
            let body = rest?;
            let nal = match next_start(body) {
                Some((at, after)) => {
                    rest = Some(&body[after..]);
                    &body[..at]
                }
                None => {
                    rest = None;
                    body
                }
            };
            let end = nal.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
            if end > 0 {
                return Some(&nal[..end]);
            }
        }
    })
}

/// First three-byte start code: where it begins and where what follows begins.
fn next_start(bytes: &[u8]) -> Option<(usize, usize)> {
    bytes.windows(3).position(|w| w == [0, 0, 1]).map(|at| (at, at + 3))
}

/// Frames NAL units with 4-byte lengths, as [`crate::Frame`] carries them. Units over 4 GiB cannot occur.
pub fn length_prefixed<'a>(nals: impl IntoIterator<Item = &'a [u8]>) -> Bytes {
    let mut out = BytesMut::new();
    for nal in nals {
        out.reserve(4 + nal.len());
        out.put_u32(u32::try_from(nal.len()).unwrap_or(u32::MAX));
        out.put_slice(nal);
    }
    out.freeze()
}

/// Turns a start-code stream into 4-byte lengths.
pub fn annexb_to_length_prefixed(stream: &[u8]) -> Bytes {
    length_prefixed(split_annexb(stream))
}

/// Turns 4-byte lengths into a start-code stream (four-byte start codes).
///
/// # Errors
/// [`MediaError::Truncated`] where a length points past the end.
pub fn length_prefixed_to_annexb(data: &[u8]) -> Result<Bytes, MediaError> {
    let mut out = BytesMut::with_capacity(data.len());
    for nal in units(data, 4) {
        out.put_slice(&[0, 0, 0, 1]);
        out.put_slice(nal?);
    }
    Ok(out.freeze())
}

/// NAL units behind big-endian lengths of `length_size` bytes (1 to 4). Ends after the first error.
pub fn units(data: &[u8], length_size: usize) -> impl Iterator<Item = Result<&[u8], MediaError>> {
    let mut rest = data;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let parts = rest.split_at_checked(length_size).and_then(|(prefix, tail)| {
            let len = prefix.iter().fold(0usize, |n, &b| n << 8 | usize::from(b));
            tail.split_at_checked(len)
        });
        match parts {
            Some((nal, tail)) if length_size > 0 => {
                rest = tail;
                Some(Ok(nal))
            }
            _ => {
                rest = &[];
                Some(Err(MediaError::Truncated("NAL unit")))
            }
        }
    })
}

/// Rewrites lengths of `length_size` bytes to 4-byte ones. `data` is returned as it is where it has them already.
///
/// # Errors
/// [`MediaError::Truncated`] where a length points past the end.
pub fn widen_lengths(data: Bytes, length_size: usize) -> Result<Bytes, MediaError> {
    if length_size == 4 {
        return Ok(data);
    }
    let nals = units(&data, length_size).collect::<Result<Vec<_>, _>>()?;
    Ok(length_prefixed(nals))
}

#[cfg(test)]
#[path = "nal_tests.rs"]
mod tests;
