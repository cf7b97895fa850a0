use super::Report;
use crate::clock::UnixMs;
use crate::db::{Db, DbError, Sighting};
use crate::ids::LoginCode;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::MutexGuard;

/// How long a sighting may wait to be written.
const FLUSH_INTERVAL: Duration = Duration::from_secs(2);
/// Sightings in one statement: the writer is free for others in between.
const BATCH_LEN: usize = 500;

/// What a device said of itself when it logged in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginInfo {
    /// Vendor's model.
    pub hardware_model: Option<String>,
    /// Vendor's version.
    pub firmware_model: Option<String>,
    /// Version of its SDK.
    pub sdk: Option<String>,
}

/// What devices say of themselves, written to the database behind their back, many at a time: neither a login nor a
/// Keepalive waits for the disk. A crash loses the last seconds of it, and the devices tell it again when they return.
/// Holds one sighting a device at most.
#[derive(Debug)]
pub struct Journal {
    /// Where to; `None`: nothing is kept.
    db: Option<Db>,
    state: Mutex<State>,
    /// Held while anything is written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    pending: HashMap<LoginCode, Sighting>,
    /// Taken out of `pending` and not yet on the disk.
    writing: Arc<HashMap<LoginCode, Sighting>>,
}

impl Journal {
    /// An empty one.
    pub fn new(db: Db) -> Self {
        Self::to(Some(db))
    }

    /// One that keeps nothing.
    pub fn nowhere() -> Self {
        Self::to(None)
    }

    fn to(db: Option<Db>) -> Self {
        Self {
            db,
            state: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// A device logged in.
    pub fn logged_in(&self, code: &LoginCode, info: LoginInfo, from: IpAddr, now: UnixMs) {
        self.note(code, now, |sighting| {
            sighting.login = true;
            sighting.hardware_model = info.hardware_model;
            sighting.firmware_model = info.firmware_model;
            sighting.sdk = info.sdk;
            sighting.address = Some(from.to_canonical().to_string());
        });
    }

    /// A device was heard.
    pub fn heard(&self, code: &LoginCode, at: UnixMs) {
        self.note(code, at, |_| {});
    }

    /// A device's Keepalive said something else than the one before.
    pub fn reported(&self, code: &LoginCode, report: &Report, now: UnixMs) {
        let report = serde_json::to_string(report).ok();
        self.note(code, now, |sighting| sighting.report = report);
    }

    /// A device told how full its battery is, in percent.
    pub fn battery(&self, code: &LoginCode, percent: i64, now: UnixMs) {
        self.note(code, now, |sighting| sighting.battery = Some(percent));
    }

    fn note(&self, code: &LoginCode, at: UnixMs, change: impl FnOnce(&mut Sighting)) {
        if self.db.is_none() {
            return;
        }
        let mut state = self.state.lock();
        let sighting = match state.pending.get_mut(code) {
            Some(sighting) => sighting,
            None => state.pending.entry(code.clone()).or_default(),
        };
        sighting.last_seen_at = sighting.last_seen_at.max(at);
        change(sighting);
    }

    /// What is known of a device beyond what is on the disk. To be asked before the database is.
    pub fn unwritten(&self, code: &LoginCode) -> Option<Sighting> {
        let state = self.state.lock();
        match (state.writing.get(code), state.pending.get(code)) {
            (Some(older), Some(newer)) => Some(merge(older.clone(), newer.clone())),
            (one, other) => other.or(one).cloned(),
        }
    }

    /// Nothing is written while this is held: what is forgotten meanwhile does not come back from somewhere in between.
    pub(super) async fn quiet(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Forgets what is not on the disk of a device. To be called while it is [quiet](Self::quiet).
    pub(super) fn forget(&self, code: &LoginCode) {
        let mut state = self.state.lock();
        state.pending.remove(code);
        // What a flush could not finish, if anything.
        if state.writing.contains_key(code) {
            Arc::make_mut(&mut state.writing).remove(code);
        }
    }

    /// Writes all there is.
    ///
    /// # Errors
    /// The database failed; what was not written is kept for the next time.
    pub async fn flush(&self) -> Result<(), DbError> {
        let Some(db) = &self.db else { return Ok(()) };
        let _turn = self.writing.lock().await;
        loop {
            // Only swaps under the lock, however many there are: logins go on meanwhile.
            let writing = {
                let mut state = self.state.lock();
                // What a flush before did not finish comes first.
                if state.writing.is_empty() {
                    state.writing = Arc::new(std::mem::take(&mut state.pending));
                }
                state.writing.clone()
            };
            if writing.is_empty() {
                return Ok(());
            }
            let all: Vec<_> = writing.iter().collect();
            for part in all.chunks(BATCH_LEN) {
                db.write_sightings(part).await?;
            }
            self.state.lock().writing = Arc::default();
        }
    }

    /// Writes at intervals, for ever.
    pub async fn run(&self) {
        loop {
            tokio::time::sleep(FLUSH_INTERVAL).await;
            if let Err(error) = self.flush().await {
                tracing::error!(%error, "cannot write what devices said; trying again");
            }
        }
    }
}

fn merge(older: Sighting, newer: Sighting) -> Sighting {
    let of_login = if newer.login { newer.clone() } else { older.clone() };
    Sighting {
        last_seen_at: older.last_seen_at.max(newer.last_seen_at),
        login: older.login || newer.login,
        hardware_model: of_login.hardware_model,
        firmware_model: of_login.firmware_model,
        sdk: of_login.sdk,
        address: of_login.address,
        battery: newer.battery.or(older.battery),
        report: newer.report.or(older.report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_devices_say_is_seen_before_and_after_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let code = LoginCode::parse("cam").unwrap();
        let device = crate::db::NewDeviceRow {
            login_code: code.clone(),
            name: "Cam".into(),
            passwd_hash: [0; 32],
            tenant: None,
            group: None,
            stocked: false,
            created_at: UnixMs(1),
        };
        db.add_device(&device).await.unwrap();
        let journal = Journal::new(db.clone());
        let info = LoginInfo {
            hardware_model: Some("HW".into()),
            ..LoginInfo::default()
        };
        journal.logged_in(&code, info, "192.0.2.9".parse().unwrap(), UnixMs(50));
        journal.battery(&code, 70, UnixMs(60));
        let unwritten = journal.unwritten(&code).unwrap();
        assert_eq!(
            (unwritten.hardware_model.as_deref(), unwritten.battery),
            (Some("HW"), Some(70))
        );
        journal.flush().await.unwrap();
        assert_eq!(journal.unwritten(&code), None);
        // What is forgotten is not written.
        journal.battery(&code, 10, UnixMs(80));
        journal.forget(&code);
        assert_eq!(journal.unwritten(&code), None);
        journal.heard(&code, UnixMs(90));
        journal.heard(&LoginCode::parse("unknown").unwrap(), UnixMs(90));
        journal.flush().await.unwrap();
        let row = db.device(&code).await.unwrap().unwrap();
        assert_eq!(row.last_seen_at, Some(UnixMs(90)));
        assert_eq!(row.hardware_model.as_deref(), Some("HW"));
        assert_eq!(row.address.as_deref(), Some("192.0.2.9"));
        assert_eq!(row.battery, Some(70));
        // A login that says nothing of its hardware clears what an earlier one said.
        journal.logged_in(&code, LoginInfo::default(), "192.0.2.9".parse().unwrap(), UnixMs(95));
        journal.flush().await.unwrap();
        assert_eq!(db.device(&code).await.unwrap().unwrap().hardware_model, None);
    }
}
