use super::progress::{Action, Heard, Progress, Standing};
use crate::bus::{Bus, Event, Subscription};
use crate::clock::UnixMs;
use crate::config::FirmwareConfig;
use crate::db::{Db, DbError, NewUpgrade, UpgradeRow, UpgradeState};
use crate::device::{By, CallError, Commands, Device, Devices};
use crate::ids::LoginCode;
use crate::transfer::{Download, Links};
use dap::methods::{Empty, QueryUpgrade, UpgradeFirmware, UpgradeFirmwareParams};
use dap::{ErrorCode, Method as _};
use futures_util::future::OptionFuture;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How long the address of an image is good.
const ADDRESS_TIME: Duration = Duration::from_secs(24 * 3600);
/// How long an answer to QueryUpgrade is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// After how long an upgrade is followed again of which it could not be noted how it stands.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Logins of one device that may wait to be looked at.
const SIGNALS: usize = 4;

/// What a device is to install.
#[derive(Debug, Clone)]
pub enum WithWhat {
    /// An image that is kept here.
    Image(i64),
    /// What is at this address.
    Elsewhere(String),
}

/// Why no upgrade began.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// One of the device runs.
    #[error("the device is being upgraded already")]
    Running,
    /// The device or the image is gone.
    #[error("the device or the image is not there any more")]
    Gone,
    /// The device could not be told.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for UpgradeError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Running,
            DbError::Missing => Self::Gone,
            error => Self::Db(error),
        }
    }
}

/// Upgrades devices, and follows each upgrade to its end. Clones are the same.
#[derive(Clone)]
pub struct Upgrades {
    inside: Arc<Inside>,
}

struct Inside {
    db: Db,
    bus: Bus,
    commands: Commands,
    devices: Arc<Devices>,
    links: Links,
    config: FirmwareConfig,
    /// How the tasks of those that run are told of what devices do.
    running: Mutex<HashMap<LoginCode, mpsc::Sender<Signal>>>,
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    /// The device logged in.
    LoggedIn,
    /// Something was missed; it may have.
    Missed,
}

impl fmt::Debug for Upgrades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrades").finish_non_exhaustive()
    }
}

impl Upgrades {
    /// Over these parts; goes on with what ran before. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// The database failed.
    pub async fn start(
        db: Db,
        bus: Bus,
        (commands, devices): (Commands, Arc<Devices>),
        links: Links,
        config: FirmwareConfig,
    ) -> Result<Self, DbError> {
        let running = db.running_upgrades().await?;
        let inside = Inside {
            db,
            bus,
            commands,
            devices,
            links,
            config,
            running: Mutex::default(),
        };
        let upgrades = Self {
            inside: Arc::new(inside),
        };
        for row in running {
            upgrades.follow_one(row);
        }
        Ok(upgrades)
    }

    /// Tells a device to upgrade itself.
    ///
    /// # Errors
    /// See [`UpgradeError`].
    pub async fn begin(&self, by: &By, device: &Device, with: WithWhat, to: &str) -> Result<UpgradeRow, UpgradeError> {
        let inside = &*self.inside;
        let code = &device.login_code;
        let reached = inside.devices.port().reached(code).ok_or(CallError::Offline)?;
        let firmware = match &with {
            WithWhat::Image(id) => Some(*id),
            WithWhat::Elsewhere(_) => None,
        };
        let new = NewUpgrade {
            device: code,
            firmware,
            from: device.firmware_model.as_deref(),
            to,
            by,
        };
        let id = inside.db.add_upgrade(&new, UnixMs::now()).await?;
        let url = match with {
            WithWhat::Elsewhere(url) => Some(url),
            WithWhat::Image(_) => {
                let what = Download::Firmware(id);
                inside.links.download(code, &reached, &what, ADDRESS_TIME).await
            }
        };
        let params = url.map(|url| UpgradeFirmwareParams {
            firmware_model: to.to_owned(),
            url,
            extra: Default::default(),
        });
        let told = params
            .ok_or(CallError::Offline)
            .and_then(|params| inside.commands.emit::<UpgradeFirmware>(by, code, &params));
        if let Err(error) = told {
            // What the device was not told of did not begin.
            inside.db.delete_upgrade(id).await?;
            return Err(error.into());
        }
        let row = inside.db.upgrade(id).await?.ok_or(UpgradeError::Gone)?;
        self.tell(&row, &UpgradeState::Requested, 0);
        self.follow_one(row.clone());
        Ok(row)
    }

    /// Upgrades of a device, newest first, `limit` at most.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, device: &LoginCode, before: Option<i64>, limit: u32) -> Result<Vec<UpgradeRow>, DbError> {
        self.inside.db.list_upgrades(device, before, limit).await
    }

    /// Follows which devices log in, for ever.
    pub async fn follow(&self, mut events: Subscription) {
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::LoggedIn { device }) => {
                    if let Some(signals) = self.inside.running.lock().get(&device) {
                        // Where four wait already, one more says nothing new.
                        let _ = signals.try_send(Signal::LoggedIn);
                    }
                }
                Ok(_) => {}
                Err(_) => {
                    for signals in self.inside.running.lock().values() {
                        let _ = signals.try_send(Signal::Missed);
                    }
                }
            }
        }
    }

    /// Starts the task of an upgrade.
    fn follow_one(&self, row: UpgradeRow) {
        let (signals, mut signalled) = mpsc::channel(SIGNALS);
        self.inside.running.lock().insert(row.device.clone(), signals);
        let upgrades = self.clone();
        tokio::spawn(async move {
            let device = row.device.clone();
            // Left alone it would run for ever, and no other could begin.
            while let Err(error) = upgrades.run(&row, &mut signalled).await {
                tracing::error!(%device, %error, "cannot note how it stands with an upgrade");
                tokio::time::sleep(TRY_AGAIN).await;
            }
            drop(signalled);
            let mut running = upgrades.inside.running.lock();
            // The next one may run already.
            if running.get(&device).is_some_and(mpsc::Sender::is_closed) {
                running.remove(&device);
            }
        });
    }

    async fn run(&self, row: &UpgradeRow, signals: &mut mpsc::Receiver<Signal>) -> Result<(), DbError> {
        let config = &self.inside.config;
        let mut progress = Progress::new(
            (row.from.clone(), row.to.clone()),
            (row.state, row.progress),
            (config.ask_every, config.time_limit),
            UnixMs::now().since(row.started_at),
            Instant::now(),
        );
        let mut noted = progress.standing();
        let mut asking = pin!(OptionFuture::from(None));
        let mut is_asking = false;
        loop {
            let action = progress.poll(Instant::now());
            let standing = progress.standing();
            if standing != noted {
                if !self.note(row, &standing).await? {
                    // The device is gone, or somebody else's, and its upgrades with it.
                    return Ok(());
                }
                noted = standing;
            }
            let Some(deadline) = progress.next_deadline() else {
                return Ok(());
            };
            if action == Some(Action::Ask) {
                asking.set(OptionFuture::from(Some(self.ask(&row.device))));
                is_asking = true;
            }
            tokio::select! {
                () = sleep_until(deadline) => {}
                heard = &mut asking, if is_asking => {
                    is_asking = false;
                    asking.set(OptionFuture::from(None));
                    if let Some(heard) = heard {
                        progress.heard(heard, Instant::now());
                    }
                }
                signal = signals.recv() => {
                    let Some(signal) = signal else { return Ok(()) };
                    let device = self.inside.devices.get(&row.device).await;
                    let version = device.ok().and_then(|device| device.firmware_model);
                    // What was missed may be no login at all.
                    if matches!(signal, Signal::LoggedIn) || version.as_deref() == Some(&*row.to) {
                        progress.logged_in(version.as_deref(), Instant::now());
                    }
                }
            }
        }
    }

    /// Asks a device how far it is. Not as a command of anybody's: every two seconds one would drown those of people.
    async fn ask(&self, device: &LoginCode) -> Heard {
        let params = dap::to_raw(&Empty::default());
        let port = self.inside.devices.port();
        match port.call(device, QueryUpgrade::NAME, params, PATIENCE).await {
            Ok(answer) => dap::parse_answer::<QueryUpgrade>(&answer).map_or(Heard::Nothing, Heard::Answer),
            Err(CallError::Device(error)) if error.code == ErrorCode::UNKNOWN_METHOD => Heard::Unknown,
            Err(_) => Heard::Nothing,
        }
    }

    async fn note(&self, row: &UpgradeRow, standing: &Standing) -> Result<bool, DbError> {
        let Standing {
            state,
            percent,
            error,
            over,
        } = standing;
        let ended = over.then(UnixMs::now);
        let noted = self
            .inside
            .db
            .set_upgrade(row.id, *state, *percent, error.as_deref(), ended)
            .await?;
        if noted {
            tracing::info!(device = %row.device, to = row.to, state = state.name(), percent, "upgrade");
            self.tell(row, state, *percent);
        }
        Ok(noted)
    }

    fn tell(&self, row: &UpgradeRow, state: &UpgradeState, progress: u8) {
        self.inside.bus.publish(Event::Upgrade {
            device: row.device.clone(),
            id: row.id,
            state: *state,
            progress,
        });
    }
}
