use super::import::CsvFault;
use super::{
    Belonging, DevicePasswd, DevicePort, Directory, Dismissal, Entry, Journal, PasswdHasher, Presence, Report,
    WeakPasswd,
};
use crate::bus::{Bus, Change, Event};
use crate::clock::UnixMs;
use crate::db::{
    Db, DbError, DeviceEvent, DeviceFilter, DeviceRow, DeviceScope, EventFilter, NewDeviceRow, PresenceFilter, Sighting,
};
use crate::ids::{GroupId, LoginCode, TenantId};
use rand::Rng as _;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// Longest name of a device, in characters.
pub const MAX_NAME_LEN: usize = 100;
/// How often a generated login code may be taken already before something is wrong.
const CODE_ATTEMPTS: usize = 8;

/// A device as it is now: what is stored, and what is known of it since.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id.
    pub login_code: LoginCode,
    /// What people call it.
    pub name: String,
    /// It may not log in.
    pub disabled: bool,
    /// Whose it is, and where it stands.
    pub belonging: Belonging,
    /// Whether it is there.
    pub presence: Presence,
    /// When it was added.
    pub created_at: UnixMs,
    /// When it was last heard.
    pub last_seen_at: Option<UnixMs>,
    /// Since when its connection is up.
    pub connected_at: Option<UnixMs>,
    /// Vendor's model.
    pub hardware_model: Option<String>,
    /// Vendor's version.
    pub firmware_model: Option<String>,
    /// Version of its SDK.
    pub sdk: Option<String>,
    /// The address it last logged in from.
    pub address: Option<String>,
    /// Percent.
    pub battery: Option<i64>,
    /// Its last Keepalive; of an offline device all channels are offline.
    pub report: Option<Arc<Report>>,
}

/// A device to add; what is left out is made up: a login code of 16 digits, a strong password.
#[derive(Debug, Clone, Default)]
pub struct DeviceToAdd<'a> {
    /// Its id.
    pub code: Option<LoginCode>,
    /// Its password.
    pub passwd: Option<&'a str>,
    /// What people call it.
    pub name: Option<&'a str>,
    /// Whose it is, and where it stands.
    pub belonging: Belonging,
}

/// What to change of a device; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceEdit<'a> {
    /// Whose the device was when it was decided that it may be changed; it is not changed once it is another's.
    pub of: Option<TenantId>,
    /// What people call it.
    pub name: Option<&'a str>,
    /// It may not log in. A device that is disabled is disconnected.
    pub disabled: Option<bool>,
    /// Where it stands: a group of its tenant's, or in none.
    pub group: Option<Option<GroupId>>,
}

/// A device just added, or given a new password.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Its id.
    pub login_code: LoginCode,
    /// Its password, which is not kept.
    pub passwd: DevicePasswd,
}

/// Which devices to list.
#[derive(Debug, Clone, Default)]
pub struct DeviceQuery {
    /// Part of the login code, the name or the hardware model.
    pub query: String,
    /// Those with this presence only.
    pub presence: Option<Presence>,
    /// Those of this tenant only.
    pub tenant: Option<TenantId>,
    /// Nobody's only: those in stock.
    pub unassigned: bool,
    /// Those in these groups only.
    pub groups: Option<Vec<GroupId>>,
    /// Those that somebody may see only; `None`: all.
    pub scope: Option<DeviceScope>,
    /// From 1.
    pub page: u32,
    /// Devices on a page.
    pub page_size: u32,
}

/// A page of devices.
#[derive(Debug, Clone)]
pub struct DeviceList {
    /// Those on the page.
    pub items: Vec<Device>,
    /// How many there are on all pages.
    pub total: u64,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No device has this login code.
    #[error("no device has this login code")]
    NotFound,
    /// The login code is taken.
    #[error("a device with this login code exists already")]
    Exists,
    /// The password is too easy to guess.
    #[error(transparent)]
    WeakPasswd(#[from] WeakPasswd),
    /// The name is too long or holds control characters.
    #[error("a name has at most {MAX_NAME_LEN} characters, none of them control characters")]
    BadName,
    /// Somebody has it already.
    #[error("somebody has the device: it must be released first")]
    Held,
    /// The tenant has as many as it may.
    #[error("the tenant has {0} devices, and may have no more: remove one, or ask the platform's administrator")]
    TooMany(usize),
    /// The file of an import.
    #[error("the file has faults, and nothing of it was imported")]
    BadFile(Vec<CsvFault>),
    /// The tenant or group is gone.
    #[error("there is no such tenant or group")]
    NoPlace,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for DeviceError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            DbError::Missing => Self::NoPlace,
            error => Self::Db(error),
        }
    }
}

/// What an operator does with devices.
pub struct Devices {
    pub(super) db: Db,
    pub(super) directory: Arc<Directory>,
    pub(super) journal: Arc<Journal>,
    pub(super) hasher: PasswdHasher,
    pub(super) port: Arc<dyn DevicePort>,
    pub(super) bus: Bus,
    /// Held from a change in the database until memory has it too: two changes of one device do not cross in between.
    /// There is one writer to the database, so this holds up nobody who would not wait there.
    pub(super) changing: Mutex<()>,
    max_per_tenant: usize,
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Devices").finish_non_exhaustive()
    }
}

impl Devices {
    /// Over these parts.
    pub fn new(
        db: Db,
        directory: Arc<Directory>,
        journal: Arc<Journal>,
        hasher: PasswdHasher,
        port: Arc<dyn DevicePort>,
        bus: Bus,
    ) -> Self {
        Self {
            db,
            directory,
            journal,
            hasher,
            port,
            bus,
            changing: Mutex::default(),
            max_per_tenant: usize::MAX,
        }
    }

    /// Each tenant may have so many.
    #[must_use]
    pub fn limited_to(self, max_per_tenant: usize) -> Self {
        Self { max_per_tenant, ..self }
    }

    /// Whether the tenant may have one more. To be asked while nobody else changes devices.
    fn check_room(&self, tenant: Option<TenantId>) -> Result<(), DeviceError> {
        let Some(tenant) = tenant else { return Ok(()) };
        // Nobody has more than there are: mostly that says it already.
        if self.directory.len() < self.max_per_tenant || self.directory.of_tenant(tenant) < self.max_per_tenant {
            Ok(())
        } else {
            Err(DeviceError::TooMany(self.max_per_tenant))
        }
    }

    /// Adds a device.
    ///
    /// # Errors
    /// [`DeviceError::Exists`], [`DeviceError::WeakPasswd`], [`DeviceError::BadName`], [`DeviceError::NoPlace`],
    /// [`DeviceError::TooMany`] or the database.
    pub async fn create(&self, device: DeviceToAdd<'_>) -> Result<NewDevice, DeviceError> {
        let passwd = device
            .passwd
            .map_or_else(|| Ok(DevicePasswd::random()), DevicePasswd::parse)?;
        let name = check_name(device.name.unwrap_or_default())?;
        let turn = self.changing.lock().await;
        self.check_room(device.belonging.tenant)?;
        let login_code = match device.code {
            Some(code) => self.insert(code, name, &passwd, device.belonging).await?,
            None => self.insert_generated(name, &passwd, device.belonging).await?,
        };
        drop(turn);
        self.changed(&login_code, Change::Created);
        Ok(NewDevice { login_code, passwd })
    }

    async fn insert(
        &self,
        code: LoginCode,
        name: &str,
        passwd: &DevicePasswd,
        belonging: Belonging,
    ) -> Result<LoginCode, DeviceError> {
        let row = NewDeviceRow {
            passwd_hash: self.hasher.hash(code.as_str(), passwd.reveal()).0,
            login_code: code,
            name: name.to_owned(),
            tenant: belonging.tenant,
            group: belonging.group,
            stocked: belonging.stocked,
            created_at: UnixMs::now(),
        };
        self.db.add_device(&row).await?;
        self.directory.add_new(&row);
        Ok(row.login_code)
    }

    async fn insert_generated(
        &self,
        name: &str,
        passwd: &DevicePasswd,
        belonging: Belonging,
    ) -> Result<LoginCode, DeviceError> {
        for _ in 0..CODE_ATTEMPTS {
            let digits = rand::rng().random_range(1_000_000_000_000_000_u64..10_000_000_000_000_000);
            let Ok(code) = LoginCode::parse(&digits.to_string()) else {
                continue;
            };
            match self.insert(code, name, passwd, belonging).await {
                Err(DeviceError::Exists) => {}
                done => return done,
            }
        }
        Err(DeviceError::Exists)
    }

    /// One device.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] or the database.
    pub async fn get(&self, code: &LoginCode) -> Result<Device, DeviceError> {
        let unwritten = self.journal.unwritten(code);
        let row = self.db.device(code).await?.ok_or(DeviceError::NotFound)?;
        Ok(self.assemble(row, unwritten))
    }

    /// A page of devices in the order they were added.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, query: &DeviceQuery) -> Result<DeviceList, DeviceError> {
        let presence = query.presence.map(|presence| match presence {
            Presence::Online => PresenceFilter::In(self.port.present()),
            // Nobody sleeps before there is a hibernation service.
            Presence::Sleeping => PresenceFilter::In(Vec::new()),
            Presence::Offline => PresenceFilter::NotIn(self.port.present()),
        });
        let filter = DeviceFilter {
            query: query.query.clone(),
            tenant: query.tenant,
            unassigned: query.unassigned,
            groups: query.groups.clone(),
            scope: query.scope.clone(),
            presence,
            offset: u64::from(query.page.saturating_sub(1)) * u64::from(query.page_size),
            limit: query.page_size,
        };
        let page = self.db.list_devices(&filter).await?;
        let assemble = |row: DeviceRow| {
            let unwritten = self.journal.unwritten(&row.login_code);
            self.assemble(row, unwritten)
        };
        Ok(DeviceList {
            items: page.items.into_iter().map(assemble).collect(),
            total: page.total,
        })
    }

    fn assemble(&self, row: DeviceRow, unwritten: Option<Sighting>) -> Device {
        let seen = self.port.seen(&row.login_code);
        let mut device = Device {
            presence: seen.as_ref().map(|seen| seen.presence).unwrap_or_default(),
            login_code: row.login_code,
            name: row.name,
            disabled: row.disabled,
            belonging: Belonging {
                tenant: row.tenant,
                group: row.group,
                stocked: row.stocked,
            },
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            connected_at: seen.as_ref().and_then(|seen| seen.connected_at),
            hardware_model: row.hardware_model,
            firmware_model: row.firmware_model,
            sdk: row.sdk,
            address: row.address,
            battery: row.battery,
            report: None,
        };
        let mut report = row.report;
        if let Some(newer) = unwritten {
            device.last_seen_at = device.last_seen_at.max(Some(newer.last_seen_at));
            device.battery = newer.battery.or(device.battery);
            report = newer.report.or(report);
            if newer.login {
                device.hardware_model = newer.hardware_model;
                device.firmware_model = newer.firmware_model;
                device.sdk = newer.sdk;
                device.address = newer.address;
            }
        }
        let stored = || report.and_then(|json| serde_json::from_str::<Report>(&json).ok());
        device.report = match &seen {
            Some(seen) => {
                device.last_seen_at = Some(seen.last_seen_at);
                seen.report.clone().or_else(|| stored().map(Arc::new))
            }
            None => stored().map(|mut report| {
                for channel in &mut report.channels {
                    channel.state = 0;
                    channel.stream_id = None;
                    channel.record_session = None;
                    channel.alarm = None;
                }
                Arc::new(report)
            }),
        };
        device
    }

    /// Changes a device.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::BadName`], [`DeviceError::NoPlace`] or the database.
    pub async fn change(&self, code: &LoginCode, edit: DeviceEdit<'_>) -> Result<Device, DeviceError> {
        let name = edit.name.map(check_name).transpose()?;
        let turn = self.changing.lock().await;
        if self.belonging(code).is_none_or(|now| now.tenant != edit.of) {
            return Err(DeviceError::NotFound);
        }
        if !self.db.change_device(code, name, edit.disabled, edit.group).await? {
            return Err(DeviceError::NotFound);
        }
        if let Some(entry) = self.directory.get(code.as_str()) {
            if let Some(group) = edit.group {
                entry.set_belonging(Belonging {
                    group,
                    ..entry.belonging()
                });
            }
            if let Some(disabled) = edit.disabled {
                entry.set_disabled(disabled);
            }
        }
        drop(turn);
        let shut_out = edit.disabled == Some(true);
        if shut_out {
            self.port.dismiss(code, Dismissal::Disabled);
        }
        self.changed(code, if shut_out { Change::ShutOut } else { Change::Updated });
        if edit.group.is_some() {
            self.bus.publish(Event::AccessChanged);
        }
        self.get(code).await
    }

    /// Whose a device is, and where it stands. `None` if there is no such device.
    pub fn belonging(&self, code: &LoginCode) -> Option<Belonging> {
        self.directory.get(code.as_str()).map(|entry| entry.belonging())
    }

    /// Gives a device a new password, random if left out, and disconnects it.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::WeakPasswd`] or the database.
    pub async fn set_passwd(&self, code: &LoginCode, passwd: Option<&str>) -> Result<NewDevice, DeviceError> {
        let passwd = passwd.map_or_else(|| Ok(DevicePasswd::random()), DevicePasswd::parse)?;
        let hash = self.hasher.hash(code.as_str(), passwd.reveal());
        let turn = self.changing.lock().await;
        if !self.db.set_device_passwd(code, &hash.0).await? {
            return Err(DeviceError::NotFound);
        }
        if let Some(entry) = self.directory.get(code.as_str()) {
            entry.set_passwd_hash(hash);
        }
        drop(turn);
        self.port.dismiss(code, Dismissal::PasswdChanged);
        self.changed(code, Change::ShutOut);
        Ok(NewDevice {
            login_code: code.clone(),
            passwd,
        })
    }

    /// Removes a device with all that is stored of it, and disconnects it.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] or the database.
    pub async fn delete(&self, code: &LoginCode) -> Result<(), DeviceError> {
        let turn = self.changing.lock().await;
        let entry = self.directory.get(code.as_str()).ok_or(DeviceError::NotFound)?;
        self.remove(turn, &entry).await
    }

    /// Removes a device, in the turn in which that was decided.
    pub(super) async fn remove(&self, turn: MutexGuard<'_, ()>, entry: &Entry) -> Result<(), DeviceError> {
        let code = &entry.code;
        // Disabled first, so that it cannot log in again in between; and stays so for a login that holds the entry.
        let was_disabled = entry.is_disabled();
        entry.set_disabled(true);
        if let Err(error) = self.db.delete_device(code).await {
            entry.set_disabled(was_disabled);
            return Err(error.into());
        }
        self.directory.remove(code);
        drop(turn);
        self.port.dismiss(code, Dismissal::Deleted);
        self.changed_at(code, Change::Deleted, entry.belonging());
        Ok(())
    }

    /// What a device told, newest first.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] or the database.
    pub async fn events(&self, code: &LoginCode, filter: &EventFilter) -> Result<Vec<DeviceEvent>, DeviceError> {
        self.exists(code)?;
        Ok(self.db.device_events(code, filter).await?)
    }

    /// Whether there is such a device.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn exists(&self, code: &LoginCode) -> Result<(), DeviceError> {
        self.directory.get(code.as_str()).map(drop).ok_or(DeviceError::NotFound)
    }

    /// The way to the devices themselves.
    pub fn port(&self) -> &Arc<dyn DevicePort> {
        &self.port
    }

    fn changed(&self, code: &LoginCode, change: Change) {
        self.changed_at(code, change, self.belonging(code).unwrap_or_default());
    }

    fn changed_at(&self, code: &LoginCode, change: Change, belonging: Belonging) {
        self.bus.publish(Event::DeviceChanged {
            device: code.clone(),
            change,
            belonging,
            at: UnixMs::now(),
        });
    }
}

fn check_name(name: &str) -> Result<&str, DeviceError> {
    let name = name.trim();
    let good = name.chars().count() <= MAX_NAME_LEN && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(DeviceError::BadName) }
}

#[cfg(test)]
mod tests;
