//! Recordings.

pub mod plan;
pub mod schedule;
pub mod wish;
