//! Tools for operators of an open video cloud and for makers of devices: load generators that measure, and
//! provisioning in bulk. The binary is a thin command line over this library.

pub mod load;
pub mod process;
pub mod provision;
mod transport;
