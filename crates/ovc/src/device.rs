//! Devices as a person deals with them: what they are, whether they are there, and calls to them. No HTTP, no sockets.

mod binding;
mod by_code;
mod chronicle;
mod commands;
mod devices;
mod directory;
mod facts;
mod import;
mod journal;
mod passwd;
mod port;
mod presence;
mod report;

pub use crate::db::{By, CommandFilter, CommandOutcome, CommandRow, DeviceEvent, DeviceEventKind, DeviceScope};
pub use by_code::ByCode;
pub use chronicle::Chronicle;
pub use commands::{CloudPort, Commands, PATIENCE, masked_json};
pub use devices::{
    Device, DeviceEdit, DeviceError, DeviceList, DeviceQuery, DeviceToAdd, Devices, MAX_NAME_LEN, NewDevice,
};
pub use directory::{Belonging, Directory, Entry};
pub use facts::{Can, FactError, Facts, expect_object};
pub use import::{CsvFault, MAX_IMPORT_BYTES};
pub use journal::{Journal, LoginInfo};
pub use passwd::{DevicePasswd, PasswdHash, PasswdHasher, WeakPasswd};
pub use port::{CallError, DevicePort, Dismissal, Reached, Seen};
pub use presence::{Gone, Presence};
pub use report::{ChannelReport, Report};
