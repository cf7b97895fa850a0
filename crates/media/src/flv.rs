//! FLV and the message bodies it shares with RTMP, both ways.
//!
//! Sources: Adobe "Video File Format Specification" version 10 (classic bodies: AVC, AAC) and the Veovera
//! "Enhanced RTMP" v1 specification (FourCC bodies: `hvc1`, `avc1`, and `mp4a` of v2). A body is what an RTMP video or audio message holds and what
//! stands behind a tag header in a file.

mod amf;
mod parse;
mod write;

pub use parse::{Body, BodyParser};
pub use write::{
    AUDIO_TAG, DATA_TAG, VIDEO_TAG, file_header, metadata, write_audio, write_audio_config, write_audio_tag, write_tag,
    write_video, write_video_config, write_video_tag,
};

#[cfg(test)]
mod tests;
