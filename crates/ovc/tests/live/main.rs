//! Live streams as devices, publishers and viewers meet them.

mod bench;
mod ingest;
mod lifecycle;
mod port;
mod publisher;
mod viewers;
