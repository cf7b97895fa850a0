use crate::clock::UnixMs;
use crate::ids::LoginCode;
use dap::{Direction, method_info};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Methods that devices said they do not know (error 101), each as long as the connection lasts on which it said so: it
/// may come back with another firmware. Holds an entry for those devices only that said so.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    of: Mutex<HashMap<LoginCode, Lacks>>,
}

#[derive(Debug)]
struct Lacks {
    /// Since when the connection is up.
    connected_at: UnixMs,
    /// In the order learned; names of the protocol's own table, so that there are not many.
    methods: Vec<String>,
}

impl Lacking {
    /// A device said on the connection that is up since `connected_at` that it does not know this method. All that it
    /// does not know, if that is news.
    pub(super) fn learn(&self, device: &LoginCode, connected_at: UnixMs, method: &str) -> Option<Vec<String>> {
        let info = method_info(method).filter(|info| info.direction == Direction::CloudToDevice)?;
        let mut of = self.of.lock();
        let lacks = of.entry(device.clone()).or_insert_with(|| Lacks {
            connected_at,
            methods: Vec::new(),
        });
        if lacks.connected_at != connected_at {
            lacks.connected_at = connected_at;
            lacks.methods.clear();
        }
        if lacks.methods.iter().any(|known| known == info.name) {
            return None;
        }
        lacks.methods.push(info.name.to_owned());
        Some(lacks.methods.clone())
    }

    /// What a device said it does not know on the connection that is up since `connected_at`.
    pub(super) fn of(&self, device: &LoginCode, connected_at: UnixMs) -> Vec<String> {
        let of = self.of.lock();
        let lacks = of.get(device).filter(|lacks| lacks.connected_at == connected_at);
        lacks.map(|lacks| lacks.methods.clone()).unwrap_or_default()
    }

    /// Forgets those whose connection is over.
    pub(super) fn tidy(&self, connected_at: impl Fn(&LoginCode) -> Option<UnixMs>) {
        let mut of = self.of.lock();
        of.retain(|device, lacks| connected_at(device) == Some(lacks.connected_at));
        of.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_learned_once_and_for_one_connection() {
        let lacking = Lacking::default();
        let cam = LoginCode::parse("cam").unwrap();
        let (first, second) = (UnixMs(1), UnixMs(2));
        assert_eq!(lacking.learn(&cam, first, "GetCap"), Some(vec!["GetCap".into()]));
        assert_eq!(lacking.learn(&cam, first, "GetCap"), None);
        // What the protocol does not have, and what goes the other way, says nothing of the device.
        assert_eq!(lacking.learn(&cam, first, "X-Y"), None);
        assert_eq!(lacking.learn(&cam, first, "Keepalive"), None);
        assert_eq!(
            lacking.learn(&cam, first, "GetDiskInfo"),
            Some(vec!["GetCap".into(), "GetDiskInfo".into()])
        );
        assert_eq!(lacking.of(&cam, first).len(), 2);
        assert!(lacking.of(&cam, second).is_empty());
        assert_eq!(lacking.learn(&cam, second, "GetCap"), Some(vec!["GetCap".into()]));
        lacking.tidy(|_| Some(second));
        assert_eq!(lacking.of(&cam, second).len(), 1);
        lacking.tidy(|_| None);
        assert!(lacking.of(&cam, second).is_empty());
    }
}
