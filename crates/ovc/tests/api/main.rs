//! What users, operators and devices get from a running cloud: a real server on a free port, a real database in a
//! temporary directory, a scripted device.

#![allow(clippy::unwrap_used, reason = "tests; the lint knows functions marked as such only")]

mod api_keys;
mod app;
mod audit;
mod binding;
mod cast;
mod config;
mod console;
mod device;
mod devices;
mod durability;
mod events;
mod feed;
mod gateway_login;
mod gateway_protocol;
mod groups;
mod import;
mod invitations;
mod members;
mod openapi;
mod presence;
mod rights;
mod rpc;
mod session;
mod sign_in;
mod tenants;
mod totp;
mod users;
