//! Binding: a device comes to a tenant by a bind id that one of its people made, and leaves it by release.
//!
//! The device sends the bind id in an event, which is stored before anybody hears of it. A task follows the bus and
//! settles each; whatever it missed there, in a storm or in a crash, it finds in what is stored.

use crate::account::{Accounts, random_alphanumeric};
use crate::bus::{Bus, Event, Subscription};
use crate::clock::UnixMs;
use crate::db::{
    ActorKind, AuditActor, AuditEntry, AuditLog, AuditOutcome, BindOutcome, BindRow, Db, DbError, DeviceEvent,
    DeviceEventKind, NewBind, Settled,
};
use crate::device::{DeviceError, Devices, MAX_NAME_LEN};
use crate::ids::{BindId, GroupId, LoginCode, TenantId, UserId};
use crate::throttle::Throttle;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a bind id is good: time to carry a telephone with its QR code to a camera on a ladder.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How long what came of it is shown.
const SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);
/// Bind ids of one tenant that may wait at once.
const MAX_WAITING: u32 = 200;
/// Bind ids that nobody made, forgiven to one device in a row, and how long until one is forgotten.
const GUESSES: u32 = 5;
const GUESS_FORGIVENESS: Duration = Duration::from_secs(60);
/// Stored events looked at in one go.
const PAGE: u32 = 500;

/// What came of a bind id; told to those who may configure the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindSettled {
    /// Which.
    pub bind: BindId,
    /// Whose.
    pub tenant: TenantId,
    /// As it is now.
    pub state: BindState,
    /// Why, where the state does not say it.
    pub reason: Option<&'static str>,
    /// The device that sent it.
    pub device: LoginCode,
}

/// How it stands with a bind id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindState {
    /// No device has sent it yet.
    Waiting,
    /// A device came by it.
    Bound,
    /// A device sent it, and may not come.
    Refused,
    /// It was not sent in time.
    Expired,
}

impl BindState {
    /// The name on the wire of the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Bound => "bound",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    /// Of a bind id at this moment, and why.
    pub fn of(row: &BindRow, now: UnixMs) -> (Self, Option<&'static str>) {
        match row.outcome.as_deref().and_then(BindOutcome::from_name) {
            Some(outcome) => Self::after(outcome),
            None if row.expires_at > now => (Self::Waiting, None),
            None => (Self::Expired, None),
        }
    }

    fn after(outcome: BindOutcome) -> (Self, Option<&'static str>) {
        match outcome {
            BindOutcome::Bound => (Self::Bound, None),
            BindOutcome::AlreadyYours => (Self::Bound, Some(outcome.name())),
            BindOutcome::HeldElsewhere | BindOutcome::TooManyDevices => (Self::Refused, Some(outcome.name())),
            BindOutcome::Expired => (Self::Expired, None),
        }
    }
}

/// A bind id just made.
#[derive(Debug, Clone)]
pub struct MadeBind {
    /// Its number.
    pub id: BindId,
    /// What the device has to send. Shown this once.
    pub bind_id: String,
    /// Until when it is good.
    pub expires_at: UnixMs,
}

/// Why no bind id was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The name is too long or holds control characters.
    #[error("a name has at most {MAX_NAME_LEN} characters, none of them control characters")]
    BadName,
    /// There is no such group in the tenant.
    #[error("there is no such group")]
    NoGroup,
    /// So many wait already.
    #[error("{MAX_WAITING} bind ids wait for their devices already")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Binding.
pub struct Binding {
    db: Db,
    devices: Arc<Devices>,
    accounts: Arc<Accounts>,
    audit: AuditLog,
    bus: Bus,
    guesses: Throttle<LoginCode>,
    max_devices: usize,
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Binding").finish_non_exhaustive()
    }
}

/// What is kept of a bind id that a device sent.
#[derive(Serialize, Deserialize)]
struct Sent {
    /// SHA-256, in hexadecimal.
    bind_id_sha256: String,
}

/// The bind id of a device's event as it is stored and told: whoever sees it there learns which it was only if he knew it.
pub(crate) fn masked_bind(bind_id: &str) -> Box<RawValue> {
    let sent = Sent {
        bind_id_sha256: hash(bind_id).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    dap::to_raw(&sent)
}

impl Sent {
    fn hash(&self) -> Option<[u8; 32]> {
        let mut hash = [0; 32];
        let text = self.bind_id_sha256.as_bytes();
        if text.len() != 2 * hash.len() {
            return None;
        }
        for (byte, digits) in hash.iter_mut().zip(text.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(hash)
    }
}

impl Binding {
    /// Over these parts. A tenant has at most `max_devices`.
    pub fn new(
        db: Db,
        devices: Arc<Devices>,
        accounts: Arc<Accounts>,
        audit: AuditLog,
        bus: Bus,
        max_devices: usize,
    ) -> Self {
        Self {
            db,
            devices,
            accounts,
            audit,
            bus,
            guesses: Throttle::new(GUESSES, GUESS_FORGIVENESS),
            max_devices,
        }
    }

    /// Makes a bind id.
    ///
    /// # Errors
    /// See [`BindError`].
    pub async fn create(
        &self,
        tenant: TenantId,
        group: Option<GroupId>,
        name: &str,
        by: Option<UserId>,
    ) -> Result<MadeBind, BindError> {
        let name = name.trim();
        if name.chars().count() > MAX_NAME_LEN || name.chars().any(char::is_control) {
            return Err(BindError::BadName);
        }
        if group.is_some_and(|group| self.accounts.group(tenant, group).is_none()) {
            return Err(BindError::NoGroup);
        }
        let bind_id = random_alphanumeric::<20>();
        let now = UnixMs::now();
        let new = NewBind {
            id_hash: &hash(&bind_id),
            tenant,
            group,
            name,
            created_by: by,
            created_at: now,
            expires_at: now.plus(LIFETIME),
        };
        let id = self.db.add_bind(&new, MAX_WAITING).await?.ok_or(BindError::TooMany)?;
        Ok(MadeBind {
            id,
            bind_id,
            expires_at: new.expires_at,
        })
    }

    /// The tenant's bind ids, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<BindRow>, DbError> {
        self.db.binds(tenant).await
    }

    /// One of the tenant's bind ids.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, tenant: TenantId, id: BindId) -> Result<Option<BindRow>, DbError> {
        self.db.bind(tenant, id).await
    }

    /// Takes a bind id back. `false` if there is none of this number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, tenant: TenantId, id: BindId) -> Result<bool, DbError> {
        self.db.delete_bind(tenant, id).await
    }

    /// Takes a device out of its tenant; nobody has it from here on. `false` if it is not `from`'s any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release(&self, device: &LoginCode, from: TenantId) -> Result<bool, DeviceError> {
        let done = self.devices.release(device, from).await?;
        if done {
            self.accounts.device_left(device).await?;
            tracing::info!(%device, tenant = %from, "device released");
        }
        Ok(done)
    }

    /// Gives a device that nobody has to a tenant.
    ///
    /// # Errors
    /// See [`DeviceError`].
    pub async fn assign(&self, device: &LoginCode, to: TenantId) -> Result<(), DeviceError> {
        self.devices.assign(device, to, self.max_devices).await?;
        tracing::info!(%device, tenant = %to, "device assigned");
        Ok(())
    }

    /// Adds the devices of a file, all or none. How many they are.
    ///
    /// # Errors
    /// [`DeviceError::BadFile`], [`DeviceError::TooMany`], [`DeviceError::NoPlace`] or the database.
    pub async fn import(&self, file: &[u8], tenant: Option<TenantId>) -> Result<usize, DeviceError> {
        let imported = self.devices.import(file, tenant, self.max_devices).await?;
        tracing::info!(devices = imported, "devices imported");
        Ok(imported)
    }

    /// Forgets what is old. To be called now and then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<(), DbError> {
        self.guesses.tidy(Instant::now());
        self.db.delete_binds_before(UnixMs::now().minus(SHOWN)).await.map(drop)
    }

    /// Settles what devices send, until the bus is gone.
    pub async fn run(&self, mut events: Subscription) {
        // What was stored just before a crash is still to be settled.
        let mut last = self.catch_up(0).await;
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Device(event)) if event.kind == DeviceEventKind::Bind => {
                    last = last.max(event.id);
                    self.settle(&event, true).await;
                }
                Ok(_) => {}
                Err(_) => last = self.catch_up(last).await,
            }
        }
    }

    /// Settles what is stored after the event `last`. The number of the last one.
    async fn catch_up(&self, mut last: i64) -> i64 {
        // Of bind ids that have expired nobody waits for an outcome.
        let since = UnixMs::now().minus(LIFETIME);
        loop {
            let events = match self.db.binds_told_after(last, since, PAGE).await {
                Ok(events) => events,
                Err(error) => {
                    tracing::error!(%error, "cannot look for bind ids that devices sent");
                    return last;
                }
            };
            for event in &events {
                last = event.id;
                self.settle(event, false).await;
            }
            if events.len() < PAGE as usize {
                return last;
            }
        }
    }

    /// Settles one. `first`: it was not seen before, so that it counts as an attempt whatever comes of it.
    async fn settle(&self, event: &DeviceEvent, first: bool) {
        let device = &event.device;
        let now = Instant::now();
        let sent = serde_json::from_str::<Sent>(event.data.get()).ok();
        let Some(bind) = sent.and_then(|sent| sent.hash()) else {
            return;
        };
        if first && self.guesses.check(device, now).is_err() {
            metrics::counter!("ovc_binds_throttled_total").increment(1);
            tracing::debug!(%device, "too many unknown bind ids: this one is not looked at");
            return;
        }
        let settled = self
            .devices
            .settle_bind(&bind, device, event.at, self.max_devices)
            .await;
        match settled {
            Ok(Settled::Now { bind, outcome, holder }) => self.settled(device, &bind, outcome, holder).await,
            // The device may say it again, on its next connection: nothing new.
            Ok(Settled::Used(bind)) if bind.device.as_ref() == Some(device) || !first => {}
            Ok(Settled::Used(bind)) => {
                self.guesses.charge(device.clone(), now);
                tracing::info!(%device, tenant = %bind.tenant, bind = %bind.id, "bind refused: used before");
                self.write_down(
                    device,
                    Some(bind.tenant),
                    &bind.id.to_string(),
                    AuditOutcome::Refused,
                    "used before",
                )
                .await;
            }
            Ok(Settled::Unknown) if !first => {}
            Ok(Settled::Unknown) => {
                self.guesses.charge(device.clone(), now);
                tracing::info!(%device, "bind refused: nobody made this bind id, or it was taken back");
                let holder = self.devices.belonging(device).and_then(|belonging| belonging.tenant);
                self.write_down(device, holder, "", AuditOutcome::Refused, "unknown bind id")
                    .await;
            }
            // Removed meanwhile.
            Err(DbError::Missing) => {}
            Err(error) => tracing::error!(%error, %device, "cannot bind"),
        }
        metrics::counter!("ovc_binds_total").increment(1);
    }

    async fn settled(&self, device: &LoginCode, bind: &BindRow, outcome: BindOutcome, holder: Option<TenantId>) {
        let (state, reason) = BindState::after(outcome);
        if outcome.may_change() {
            // It may be tried again, and is written down each time: not without end.
            self.guesses.charge(device.clone(), Instant::now());
        }
        tracing::info!(%device, tenant = %bind.tenant, bind = %bind.id, outcome = outcome.name(), "bind settled");
        let (told, detail) = match outcome {
            BindOutcome::Bound => (AuditOutcome::Done, ""),
            BindOutcome::AlreadyYours => (AuditOutcome::Done, "was here already"),
            BindOutcome::HeldElsewhere => (
                AuditOutcome::Refused,
                "another tenant has it: it must be released there, or reset by it, first",
            ),
            BindOutcome::TooManyDevices => (AuditOutcome::Refused, "the tenant has as many devices as it may"),
            BindOutcome::Expired => (AuditOutcome::Refused, "expired"),
        };
        let id = bind.id.to_string();
        self.write_down(device, Some(bind.tenant), &id, told, detail).await;
        if let Some(holder) = holder {
            // Whoever it was: the two learn nothing of each other.
            let detail = "somebody else tried to bind this device";
            self.write_down(device, Some(holder), "", AuditOutcome::Refused, detail)
                .await;
        }
        self.bus.publish(Event::BindSettled(Arc::new(BindSettled {
            bind: bind.id,
            tenant: bind.tenant,
            state,
            reason,
            device: device.clone(),
        })));
    }

    async fn write_down(
        &self,
        device: &LoginCode,
        tenant: Option<TenantId>,
        bind: &str,
        outcome: AuditOutcome,
        detail: &str,
    ) {
        let target = if bind.is_empty() {
            format!("device {device}")
        } else {
            format!("device {device} bind {bind}")
        };
        let entry = AuditEntry {
            at: UnixMs::now(),
            actor: AuditActor {
                kind: ActorKind::Device,
                id: Some(device.to_string()),
                name: device.to_string(),
            },
            tenant,
            address: self
                .devices
                .home(device)
                .map(|home| home.to_string())
                .unwrap_or_default(),
            action: "bind".into(),
            target,
            outcome,
            detail: detail.into(),
        };
        // Why it failed is in the log already; the device is not asked to try again.
        let _ = self.audit.write(entry).await;
    }
}

/// Bind ids are random enough not to need a slow hash.
fn hash(bind_id: &str) -> [u8; 32] {
    Sha256::digest(bind_id.as_bytes()).into()
}
