//! The device's end of an open video system: a library to make devices with, and the agent `ovd` made with it.
//!
//! A device implements [`device::Device`] and hands it to [`connection::run`], which logs it in, keeps it connected and
//! brings it the cloud's commands. To push live video, [`publisher::Publisher`] takes the frames of a [`feed::Feed`],
//! which a [`source`] fills; so does [`record::Recorder`], to record it to the cloud. [`agent::Agent`] is such a device: its channels are cameras, files and test patterns.
//!
//! ```no_run
//! use dap::methods::{ChannelReport, ChannelState, DeviceState, KeepaliveParams};
//! use ovd::connection::{self, Login, Password};
//! use ovd::{device::Device, tls::Roots};
//! use std::sync::Arc;
//!
//! /// The least a device can be: it is there, and answers every command with error 101.
//! struct Camera;
//!
//! impl Device for Camera {
//!     fn report(&self) -> KeepaliveParams {
//!         let channels = vec![ChannelReport::new(dap::ChannelId(0), ChannelState::ONLINE)];
//!         KeepaliveParams { state: DeviceState::ONLINE, channels, extra: dap::Extra::default() }
//!     }
//! }
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let login = Login {
//!     url: "ws://cloud.example:8080/ovc".parse()?,
//!     login_code: dap::LoginCode::parse("1234567890123456")?,
//!     login_passwd: Password::new("secret"),
//! };
//! connection::run(login, Arc::new(Camera), Roots::load(None)?, std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

pub mod agent;
pub mod alarm;
pub mod audio;
pub mod binding;
pub mod clock;
pub mod config;
pub mod connection;
pub mod control;
pub mod device;
pub mod feed;
pub mod http;
pub mod log;
pub mod motion;
pub mod onvif;
pub mod picture;
pub mod publisher;
pub mod record;
pub mod rtmp;
pub mod sound;
pub mod source;
pub mod state;
pub mod steering;
mod timeline;
pub mod tls;
