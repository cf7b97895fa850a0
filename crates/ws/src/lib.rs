//! WebSocket (RFC 6455) framing without I/O, for both ends of a connection.
//!
//! The owner of a socket reads into any scratch buffer and hands it to a [`Decoder`], which yields messages straight
//! from that buffer and keeps only what is incomplete: between messages it owns no heap memory. Frames are written
//! into a `Vec` by the `encode_…` functions, or around a payload kept elsewhere with [`frame_header`]. A server's
//! frames are not masked, so one encoded frame can go to any number of clients.
//!
//! The HTTP upgrade is in [`handshake`]. No extension and no subprotocol is offered or taken.

mod decoder;
mod encode;
pub mod handshake;
mod header;

pub use decoder::{Decoder, Error, Message, Role};
pub use encode::{Mask, encode_binary, encode_close, encode_ping, encode_pong, encode_text};
pub use handshake::{accept_key, client_key};
pub use header::{FrameHeader, Opcode, frame_header};

/// Close codes of RFC 6455 section 7.4.1 that this crate uses or a caller is likely to.
pub mod close_code {
    /// The purpose of the connection is fulfilled.
    pub const NORMAL: u16 = 1000;
    /// The end goes away.
    pub const GOING_AWAY: u16 = 1001;
    /// A rule of RFC 6455 was broken.
    pub const PROTOCOL_ERROR: u16 = 1002;
    /// Data of a kind that the end cannot accept.
    pub const UNSUPPORTED: u16 = 1003;
    /// A text that is not UTF-8.
    pub const INVALID_DATA: u16 = 1007;
    /// A rule of the application was broken.
    pub const POLICY: u16 = 1008;
    /// A message over the size limit.
    pub const TOO_BIG: u16 = 1009;
}
