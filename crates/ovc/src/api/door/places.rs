use crate::throttle::AddressKey;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections there may be that are not (yet) a device's or a viewer's: in all, and for one address those on
/// which nobody has logged in.
#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    max: usize,
    per_address: usize,
    unknown: Mutex<HashMap<AddressKey, usize>>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    All,
    Address,
}

impl Places {
    pub(super) fn new(max: usize, per_address: usize) -> Arc<Self> {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            all: Arc::new(Semaphore::new(max)),
            max,
            per_address: per_address.max(1),
            unknown: Mutex::default(),
        })
    }

    /// A place for a connection of this address; `None`: of one that is not counted.
    pub(super) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, NoPlace> {
        let permit = self.all.clone().try_acquire_owned().map_err(|_| NoPlace::All)?;
        let address = address.map(AddressKey::line);
        if let Some(address) = address {
            let mut unknown = self.unknown.lock();
            let count = unknown.entry(address).or_default();
            if *count >= self.per_address {
                return Err(NoPlace::Address);
            }
            *count += 1;
        }
        Ok(Place {
            places: self.clone(),
            unknown: Mutex::new(address),
            _permit: permit,
        })
    }

    /// Waits until all places are free, no longer than `limit`.
    pub(super) async fn emptied(&self, limit: Duration) {
        let all = u32::try_from(self.max).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(limit, self.all.acquire_many(all)).await;
    }
}

/// A connection's place. Dropping it frees it.
#[derive(Debug)]
pub(in crate::api) struct Place {
    places: Arc<Places>,
    unknown: Mutex<Option<AddressKey>>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Somebody has logged in on it: it does not count for its address any more.
    pub(in crate::api) fn known(&self) {
        let Some(address) = self.unknown.lock().take() else {
            return;
        };
        let mut unknown = self.places.unknown.lock();
        if let Some(count) = unknown.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                unknown.remove(&address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.known();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_of_one_address_leave_room_for_others() {
        let here = Some("192.0.2.1".parse().unwrap());
        let there = Some("192.0.2.2".parse().unwrap());
        let places = Places::new(4, 2);
        let first = places.take(here).unwrap();
        let second = places.take(here).unwrap();
        assert_eq!(places.take(here).unwrap_err(), NoPlace::Address);
        first.known();
        first.known();
        let third = places.take(here).unwrap();
        let fourth = places.take(there).unwrap();
        assert_eq!(places.take(there).unwrap_err(), NoPlace::All);
        drop((first, second, third, fourth));
        assert!(places.unknown.lock().is_empty());
        // Proxies are not counted by address.
        let proxies: Vec<_> = (0..4).map(|_| places.take(None).unwrap()).collect();
        assert_eq!(places.take(None).unwrap_err(), NoPlace::All);
        drop(proxies);
    }
}
