//! What users, operators and devices get from a running cloud: a real server on a free port, a real database in a
//! temporary directory, a scripted device.

#![allow(clippy::unwrap_used, reason = "tests; the lint knows functions marked as such only")]

mod acme;
mod alarms;
mod api_keys;
mod app;
mod audio;
mod audit;
mod binding;
mod capabilities;
mod cast;
mod commands;
mod config;
mod configuration;
mod console;
mod control;
mod device;
mod device_logs;
mod device_time;
mod devices;
mod durability;
mod events;
mod feed;
mod firmware;
mod gateway_login;
mod gateway_protocol;
mod groups;
mod import;
mod invitations;
mod limits;
mod maintenance;
mod matrix;
mod members;
mod openapi;
mod ovr;
mod ovr_killed;
mod presence;
mod presence_history;
mod protocol;
mod protocol_page;
mod proxy;
mod ptz;
#[allow(dead_code, reason = "made for the tests of ingest")]
#[path = "../live/publisher.rs"]
mod publisher;
mod recorded;
mod recording;
mod recordings;
mod retention;
mod rights;
mod rpc;
mod s3;
mod session;
mod sign_in;
mod sim;
mod snapshots;
mod storage;
mod tenants;
mod tls;
mod totp;
mod uploads;
mod used_connection;
mod users;
mod watcher;
mod watching;
