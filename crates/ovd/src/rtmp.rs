//! RTMP, the publishing end only: to hand a live stream to a cloud.
//!
//! [`Session`] is the protocol without I/O, [`Connection`] puts it on a socket. Classic H.264 + AAC and Enhanced RTMP
//! bodies pass alike: the session never looks into them.

mod amf0;
mod chunk;
mod connection;
mod session;
mod url;

pub use connection::{ConnectError, Connection};
pub use session::{MediaKind, Session, SessionError, State};
pub use url::{Target, TargetError};

/// Name of the command that carries `onMetaData` from a publisher (Adobe FMLE convention).
pub(crate) fn set_data_frame(metadata: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(metadata.len() + 16);
    amf0::put_text(&mut body, "@setDataFrame");
    body.extend_from_slice(metadata);
    body
}
