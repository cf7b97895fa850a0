//! The device's end of an open video system: a library to make devices with, and the agent `ovd` made with it.
//!
//! A device implements [`device::Device`] and hands it to [`connection::run`], which logs it in, keeps it connected and
//! brings it the cloud's commands. To push live video, [`publisher::Publisher`] takes the frames of a [`feed::Feed`],
//! which a [`source`] fills. [`agent::Agent`] is such a device: its channels are cameras, files and test patterns.

pub mod agent;
pub mod audio;
pub mod config;
pub mod connection;
pub mod device;
pub mod feed;
pub mod log;
pub mod publisher;
pub mod rtmp;
pub mod source;
mod timeline;
pub mod tls;
