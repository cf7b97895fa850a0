//! The HTTP response around a viewer's stream.

/// Heads are longer than this only if something is wrong.
const MAX_HEAD_LEN: usize = 8 << 10;

/// Takes a response apart as it comes.
#[derive(Debug)]
pub(super) enum Response {
    /// Not complete yet.
    Head(Vec<u8>),
    /// All that follows is the body.
    Plain,
    /// The body comes in chunks (RFC 9112, section 7.1).
    Chunked(Chunk),
}

/// Where a chunked body stands.
#[derive(Debug)]
pub(super) enum Chunk {
    /// In the line that tells the next chunk's size. Extensions behind the digits are passed over.
    Size { value: u64, in_extension: bool },
    /// In the data, of which so much is left.
    Data(u64),
    /// In the line end behind the data.
    End,
}

const NEXT_CHUNK: Chunk = Chunk::Size {
    value: 0,
    in_extension: false,
};

impl Response {
    pub(super) fn new() -> Self {
        Self::Head(Vec::new())
    }

    /// The next bytes of the response; `body` gets those of the body.
    ///
    /// # Errors
    /// If the server refuses, ends the body or breaks the protocol; what happened, for people.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        mut body: impl FnMut(&[u8]) -> Result<(), &'static str>,
    ) -> Result<(), String> {
        while !bytes.is_empty() {
            bytes = match self {
                Self::Plain => {
                    body(bytes)?;
                    &[]
                }
                Self::Chunked(chunk) => chunk.receive(bytes, &mut body)?,
                Self::Head(head) => {
                    let before = head.len();
                    head.extend_from_slice(&bytes[..bytes.len().min(MAX_HEAD_LEN)]);
                    let Some((is_chunked, head_len)) = parse_head(head)? else {
                        return Ok(());
                    };
                    *self = if is_chunked {
                        Self::Chunked(NEXT_CHUNK)
                    } else {
                        Self::Plain
                    };
                    &bytes[head_len - before..]
                }
            };
        }
        Ok(())
    }
}

/// Whether the body is chunked, and how long the head is; `None` while that is not known.
fn parse_head(head: &[u8]) -> Result<Option<(bool, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(head) {
        Ok(httparse::Status::Complete(len)) => {
            let code = response.code.unwrap_or_default();
            if code != 200 {
                return Err(format!("HTTP status {code}"));
            }
            let is_chunked = response.headers.iter().any(|header| {
                header.name.eq_ignore_ascii_case("transfer-encoding") && header.value.eq_ignore_ascii_case(b"chunked")
            });
            Ok(Some((is_chunked, len)))
        }
        Ok(httparse::Status::Partial) if head.len() < MAX_HEAD_LEN => Ok(None),
        Ok(httparse::Status::Partial) => Err("the HTTP head has no end".into()),
        Err(error) => Err(format!("HTTP: {error}")),
    }
}

impl Chunk {
    /// Answers what of `bytes` is left.
    fn receive<'a>(
        &mut self,
        bytes: &'a [u8],
        body: &mut impl FnMut(&[u8]) -> Result<(), &'static str>,
    ) -> Result<&'a [u8], &'static str> {
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(bytes);
        };
        match self {
            Self::Data(left) => {
                let (part, rest) = bytes.split_at(usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len()));
                body(part)?;
                *left -= part.len() as u64;
                if *left == 0 {
                    *self = Self::End;
                }
                Ok(rest)
            }
            Self::End => {
                if first == b'\n' {
                    *self = NEXT_CHUNK;
                }
                Ok(rest)
            }
            Self::Size { value, in_extension } => {
                match (first, char::from(first).to_digit(16)) {
                    (b'\n', _) if *value == 0 => return Err("the server ended the stream"),
                    (b'\n', _) => *self = Self::Data(*value),
                    (_, Some(digit)) if !*in_extension => {
                        if *value >> 32 != 0 {
                            return Err("a chunk's size is beyond reason");
                        }
                        *value = *value << 4 | u64::from(digit);
                    }
                    _ => *in_extension = true,
                }
                Ok(rest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(response: &[u8], cut: usize) -> Result<Vec<u8>, String> {
        let (mut reader, mut body) = (Response::new(), Vec::new());
        for part in response.chunks(cut) {
            reader.receive(part, |bytes| {
                body.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        Ok(body)
    }

    #[test]
    fn bodies_are_found_however_the_response_is_cut() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nhello\r\nworld";
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n02;x=\"1\"\r\n\r\n\r\n5\r\nworld\r\n";
        for cut in [1, 3, 50, 1000] {
            assert_eq!(body_of(plain, cut).unwrap(), b"hello\r\nworld", "in pieces of {cut}");
            assert_eq!(body_of(chunked, cut).unwrap(), b"hello\r\nworld", "in pieces of {cut}");
        }
    }

    #[test]
    fn refusals_and_ends_are_told() {
        assert_eq!(
            body_of(b"HTTP/1.1 404 Not Found\r\n\r\n", 5).unwrap_err(),
            "HTTP status 404"
        );
        let ended = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(body_of(ended, 5).unwrap_err(), "the server ended the stream");
        assert!(body_of(&[b'x'; 9000], 100).is_err());
    }
}
