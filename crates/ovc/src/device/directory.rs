use super::{ByCode, PasswdHash};
use crate::db::{Db, DbError, DeviceRow, NewDeviceRow};
use crate::ids::{GroupId, LoginCode, TenantId};
use crate::throttle::AddressKey;
use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::Arc;

/// Every device that may log in, in memory: a login never waits for the database.
#[derive(Debug, Default)]
pub struct Directory {
    entries: ByCode<Arc<Entry>>,
}

/// What a login needs to know of one device.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub code: LoginCode,
    gate: Mutex<Gate>,
}

/// Whose a device is, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Belonging {
    /// Whose it is; `None`: nobody's, in the platform's stock.
    pub tenant: Option<TenantId>,
    /// Where its tenant has sorted it.
    pub group: Option<GroupId>,
    /// The platform keeps it: a tenant may release it, but not remove it.
    pub stocked: bool,
}

#[derive(Debug)]
struct Gate {
    hash: PasswdHash,
    disabled: bool,
    /// How often it was shut out.
    shut_outs: u64,
    belonging: Belonging,
    /// Where it last logged in from.
    home: Option<IpAddr>,
}

impl Gate {
    /// Of a device that is in no database.
    fn of_no_database(hash: PasswdHash) -> Self {
        Self {
            hash,
            disabled: false,
            shut_outs: 0,
            belonging: Belonging::default(),
            home: None,
        }
    }
}

impl Entry {
    /// Of a device that nobody listed.
    pub fn unlisted(code: LoginCode) -> Self {
        let gate = Mutex::new(Gate::of_no_database(PasswdHash::NOBODY));
        Self { code, gate }
    }

    /// The hash of its password.
    pub fn passwd_hash(&self) -> PasswdHash {
        self.gate.lock().hash
    }

    /// Whether it may not log in.
    pub fn is_disabled(&self) -> bool {
        self.gate.lock().disabled
    }

    /// A number that changes each time it is shut out: whatever it had open then ends. `None`: it may not log in.
    pub fn standing(&self) -> Option<u64> {
        let gate = self.gate.lock();
        (!gate.disabled).then_some(gate.shut_outs)
    }

    /// Whose it is, and where it stands.
    pub fn belonging(&self) -> Belonging {
        self.gate.lock().belonging
    }

    /// Where it last logged in from.
    pub fn home(&self) -> Option<IpAddr> {
        self.gate.lock().home
    }

    /// Whether it last logged in from this address; of IPv6, from the same network.
    pub fn is_home(&self, address: IpAddr) -> bool {
        let home = self.gate.lock().home.map(AddressKey::from);
        home == Some(AddressKey::from(address))
    }

    /// It logged in from this address.
    pub fn set_home(&self, address: IpAddr) {
        self.gate.lock().home = Some(address);
    }

    pub(super) fn set_disabled(&self, disabled: bool) {
        let mut gate = self.gate.lock();
        gate.disabled = disabled;
        gate.shut_outs += u64::from(disabled);
    }

    pub(super) fn set_belonging(&self, belonging: Belonging) {
        self.gate.lock().belonging = belonging;
    }

    /// It goes to somebody else: whatever it had open ends, and where it was is nobody's business any more.
    pub(super) fn hand_on(&self) {
        let mut gate = self.gate.lock();
        gate.home = None;
        gate.shut_outs += 1;
    }

    pub(super) fn set_passwd_hash(&self, hash: PasswdHash) {
        let mut gate = self.gate.lock();
        gate.hash = hash;
        gate.shut_outs += 1;
    }
}

impl Directory {
    /// All devices of the database.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(db: &Db) -> Result<Self, DbError> {
        let directory = Self::default();
        for row in db.all_devices().await? {
            directory.add(&row);
        }
        Ok(directory)
    }

    fn add(&self, row: &DeviceRow) {
        let home = row.address.as_ref().and_then(|address| address.parse().ok());
        let gate = Gate {
            hash: PasswdHash(row.passwd_hash),
            disabled: row.disabled,
            shut_outs: 0,
            belonging: Belonging {
                tenant: row.tenant,
                group: row.group,
                stocked: row.stocked,
            },
            home,
        };
        self.insert(row.login_code.clone(), gate);
    }

    pub(super) fn add_new(&self, row: &NewDeviceRow) {
        let gate = Gate {
            hash: PasswdHash(row.passwd_hash),
            disabled: false,
            shut_outs: 0,
            belonging: Belonging {
                tenant: row.tenant,
                group: row.group,
                stocked: row.stocked,
            },
            home: None,
        };
        self.insert(row.login_code.clone(), gate);
    }

    fn insert(&self, code: LoginCode, gate: Gate) {
        let gate = Mutex::new(gate);
        self.entries.insert(code.clone(), Arc::new(Entry { code, gate }));
    }

    /// Lets a device in that is in no database, with a password of this hash.
    pub fn list(&self, code: &LoginCode, hash: PasswdHash) {
        self.insert(code.clone(), Gate::of_no_database(hash));
    }

    pub(super) fn remove(&self, code: &LoginCode) {
        self.entries.remove(code.as_str());
    }

    /// The device of this code.
    pub fn get(&self, code: &str) -> Option<Arc<Entry>> {
        self.entries.get(code)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many the tenant has. Looks at all of them.
    pub fn of_tenant(&self, tenant: TenantId) -> usize {
        let mut count = 0;
        self.entries
            .for_each(|_, entry| count += usize::from(entry.belonging().tenant == Some(tenant)));
        count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
