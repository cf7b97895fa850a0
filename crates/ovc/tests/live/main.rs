//! Live streams as devices, publishers and viewers meet them.

#![allow(clippy::unwrap_used, reason = "tests; the lint knows functions marked as such only")]

mod bench;
mod eviction;
mod ingest;
mod lifecycle;
mod port;
mod publisher;
mod viewers;
