//! What is known of people and of devices, put together: who may do what with which device.

use crate::account::policy::{self, Decision, DevicePlace, Resource, decide};
use crate::account::tokens::Holder;
use crate::account::{Accounts, Caller, Permission};
use crate::clock::UnixMs;
use crate::device::{Belonging, Directory};
use crate::ids::{ChannelId, LoginCode};
use crate::live::Gate;
use crate::record::spans::{self, Span};
use std::sync::Arc;

/// Answers from memory. Clones are the same.
#[derive(Debug, Clone)]
pub struct Access {
    accounts: Arc<Accounts>,
    directory: Arc<Directory>,
}

impl Access {
    /// Over these.
    pub fn new(accounts: Arc<Accounts>, directory: Arc<Directory>) -> Self {
        Self { accounts, directory }
    }

    /// Where a device stands. `None` if there is no such device.
    pub fn place(&self, device: &LoginCode, now: UnixMs) -> Option<DevicePlace> {
        let belonging = self.directory.get(device.as_str())?.belonging();
        Some(self.place_of(device, belonging, now))
    }

    /// Whose a device is.
    pub fn belonging(&self, device: &LoginCode) -> Option<Belonging> {
        Some(self.directory.get(device.as_str())?.belonging())
    }

    /// Where a device would stand, or stood.
    pub fn place_of(&self, device: &LoginCode, belonging: Belonging, now: UnixMs) -> DevicePlace {
        self.accounts.place(device, belonging.tenant, belonging.group, now)
    }
}

impl Access {
    /// When he may watch recordings of this channel at this moment, in order: his session or key lives, and these are
    /// the times that he may see.
    pub fn footage_of(&self, who: &Holder, device: &LoginCode, channel: ChannelId, now: UnixMs) -> Vec<Span> {
        let caller = self.accounts.caller_still(who.principal, who.session, now);
        let place = self.place(device, now);
        caller
            .zip(place)
            .map(|(caller, place)| footage(&caller, &place, channel))
            .unwrap_or_default()
    }
}

/// When somebody may watch recordings of a channel, in order.
pub fn footage(who: &Caller, place: &DevicePlace, channel: ChannelId) -> Vec<Span> {
    let of_channel = policy::recordings(who, place)
        .into_iter()
        .filter(|(of, _)| of.is_none_or(|of| of == channel))
        // The ends of a window are in it.
        .map(|(_, time)| {
            let to = time.to_ms.map_or(i64::MAX, |to| to.saturating_add(1));
            Span::new(time.from_ms.unwrap_or(i64::MIN), to)
        });
    spans::merged(of_channel.collect())
}

impl Gate for Access {
    fn may_watch(&self, who: &Holder, device: &LoginCode, channel: ChannelId) -> bool {
        let now = UnixMs::now();
        let caller = self.accounts.caller_still(who.principal, who.session, now);
        let place = self.place(device, now);
        caller.zip(place).is_some_and(|(caller, place)| {
            decide(&caller, Permission::SeeLive, Resource::Channel(&place, channel)) == Decision::Allow
        })
    }

    fn standing(&self, device: &LoginCode) -> Option<u64> {
        self.directory.get(device.as_str())?.standing()
    }
}
