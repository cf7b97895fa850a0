//! Recordings.

pub mod account;
pub mod export;
pub mod exports;
pub mod footage;
pub mod playlist;
pub mod spans;
pub mod tickets;
pub mod unpacked;
