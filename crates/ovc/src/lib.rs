//! The open video cloud (OVC): accepts devices over DAP, takes their video in, and serves it, an HTTP API and the web
//! console. One binary, one node, nothing beside it.
//!
//! Arrows between modules point one way:
//! `main → app → {api, ingest, gateway} → {device, live, record, account, alarm, snapshots, logs, firmware, sounds} →
//! {transfer} → {db, blob}`. What a device says travels up on the one typed event [`bus`], never by calls upward. Only [`api`] knows HTTP statuses, only [`db`] holds SQL, only
//! [`gateway`] holds a device's socket.

pub mod access;
pub mod account;
pub mod alarm;
pub mod api;
pub mod app;
pub mod binding;
pub mod blob;
pub mod bus;
pub mod capacity;
pub mod clock;
pub mod config;
pub mod control;
pub mod db;
pub mod device;
pub mod firmware;
pub mod gateway;
pub mod head;
pub mod ids;
pub mod ingest;
pub mod live;
pub mod logs;
pub mod outbound;
pub mod record;
pub mod retention;
pub mod sim;
pub mod snapshots;
pub mod sounds;
pub mod throttle;
pub mod tls;
pub mod transfer;
