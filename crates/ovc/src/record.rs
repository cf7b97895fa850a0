//! Recordings.

pub mod keeping;
pub mod storage;
