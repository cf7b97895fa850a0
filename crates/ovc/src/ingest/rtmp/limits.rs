//! How many may connect.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::throttle::AddressKey;

/// Connections of one address that have not published yet. Who publishes has shown a token, and does not count: many
/// cameras may stand behind one address.
const MAX_UNPROVEN_PER_ADDRESS: usize = 256;

/// Why a connection is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("too many connections")]
    Connections,
    #[error("too many connections of this address that do not publish")]
    Address,
}

impl Full {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Address => "address",
        }
    }
}

/// Counts of connections.
#[derive(Debug)]
pub(super) struct Limits {
    max_connections: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: usize,
    unproven: HashMap<AddressKey, usize>,
}

impl Limits {
    pub(super) fn new(max_connections: usize) -> Self {
        Self {
            max_connections,
            counts: Mutex::default(),
        }
    }

    /// A place for a connection from `address`.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let mut counts = self.counts.lock();
        if counts.connections >= self.max_connections {
            return Err(Full::Connections);
        }
        let unproven = counts.unproven.entry(address.into()).or_default();
        if *unproven >= MAX_UNPROVEN_PER_ADDRESS {
            return Err(Full::Address);
        }
        *unproven += 1;
        counts.connections += 1;
        metrics::gauge!("ovc_rtmp_connections").set(counts.connections as f64);
        Ok(Place {
            limits: self.clone(),
            unproven: Some(address.into()),
        })
    }
}

/// A connection's place. Dropping it frees it.
#[derive(Debug)]
pub(super) struct Place {
    limits: Arc<Limits>,
    unproven: Option<AddressKey>,
}

impl Place {
    /// The connection has shown that it may publish.
    pub(super) fn proven(&mut self) {
        if let Some(address) = self.unproven.take() {
            self.limits.counts.lock().forget(address);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.proven();
        let mut counts = self.limits.counts.lock();
        counts.connections -= 1;
        metrics::gauge!("ovc_rtmp_connections").set(counts.connections as f64);
    }
}

impl Counts {
    fn forget(&mut self, address: AddressKey) {
        if let Some(count) = self.unproven.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.unproven.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn idle_connections_of_one_address_do_not_keep_others_out() {
        let limits = Arc::new(Limits::new(10_000));
        let idle: Vec<Place> = (0..MAX_UNPROVEN_PER_ADDRESS)
            .map(|_| limits.admit(HERE).unwrap())
            .collect();
        assert_eq!(limits.admit(HERE).unwrap_err(), Full::Address);
        assert!(limits.admit(THERE).is_ok());
        drop(idle);
        assert!(limits.admit(HERE).is_ok());
    }

    #[test]
    fn publishers_count_towards_all_connections_only() {
        let limits = Arc::new(Limits::new(300));
        let mut places = Vec::new();
        for _ in 0..300 {
            let mut place = limits.admit(HERE).unwrap();
            place.proven();
            places.push(place);
        }
        assert_eq!(limits.admit(THERE).unwrap_err(), Full::Connections);
        places.pop();
        assert!(limits.admit(THERE).is_ok());
    }
}
