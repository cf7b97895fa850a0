//! Ways for live video to come in. Each maps its protocol to [`media::Frame`]s and hands them to [`crate::live`], which
//! decides who may publish.

pub mod rtmp;
