//! Devices on their way from one hand to another.

use super::import::{self, Faults};
use super::{Belonging, DeviceError, Devices, Dismissal};
use crate::bus::Event;
use crate::clock::UnixMs;
use crate::db::{AddedDevices, BindOutcome, DbError, Settled};
use crate::ids::{LoginCode, TenantId};
use std::net::IpAddr;

impl Devices {
    /// A device sent a bind id: decides what comes of it, and does it.
    ///
    /// # Errors
    /// [`DbError::Missing`] if there is no such device, or the database failed.
    pub(crate) async fn settle_bind(
        &self,
        id_hash: &[u8; 32],
        code: &LoginCode,
        at: UnixMs,
        max_devices: usize,
    ) -> Result<Settled, DbError> {
        let _turn = self.changing.lock().await;
        let settled = self.db.settle_bind(id_hash, code, at, max_devices as u64).await?;
        if let Settled::Now {
            bind,
            outcome: BindOutcome::Bound,
            ..
        } = &settled
        {
            self.moved(code, |from| Belonging {
                tenant: Some(bind.tenant),
                group: bind.group,
                ..from
            });
        }
        Ok(settled)
    }

    /// Takes a device out of its tenant. What the platform keeps goes back to its stock; what the tenant added itself is
    /// removed: he who knows its password could go on with it in another's hands. `false` if it is not `from`'s.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn release(&self, code: &LoginCode, from: TenantId) -> Result<bool, DeviceError> {
        let turn = self.changing.lock().await;
        let Some(entry) = self.directory.get(code.as_str()) else {
            return Ok(false);
        };
        let belonging = entry.belonging();
        if belonging.tenant != Some(from) {
            return Ok(false);
        }
        if !belonging.stocked {
            self.remove(turn, &entry).await?;
            return Ok(true);
        }
        let _quiet = self.journal.quiet().await;
        let done = self.db.release_device(code, from).await?;
        if done {
            self.moved(code, |from| Belonging {
                tenant: None,
                group: None,
                ..from
            });
            self.begin_anew(code);
        }
        Ok(done)
    }

    /// Gives a device that nobody has to a tenant.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`], [`DeviceError::Held`], [`DeviceError::TooMany`], [`DeviceError::NoPlace`] or the
    /// database.
    pub(crate) async fn assign(&self, code: &LoginCode, to: TenantId, max_devices: usize) -> Result<(), DeviceError> {
        self.exists(code)?;
        let _turn = self.changing.lock().await;
        let _quiet = self.journal.quiet().await;
        match self.db.assign_device(code, to, max_devices as u64).await? {
            BindOutcome::Bound => {}
            BindOutcome::TooManyDevices => return Err(DeviceError::TooMany(max_devices)),
            _ => return Err(DeviceError::Held),
        }
        self.moved(code, |from| Belonging {
            tenant: Some(to),
            group: None,
            ..from
        });
        self.begin_anew(code);
        Ok(())
    }

    /// A device that has changed hands comes back as if for the first time: what it told its former holder, who watched
    /// it and where it was is gone.
    fn begin_anew(&self, code: &LoginCode) {
        if let Some(entry) = self.directory.get(code.as_str()) {
            entry.hand_on();
        }
        self.port.dismiss(code, Dismissal::HandedOn);
        self.journal.forget(code);
    }

    /// Adds the devices of a file, all or none. How many they are.
    ///
    /// # Errors
    /// [`DeviceError::BadFile`], [`DeviceError::TooMany`], [`DeviceError::NoPlace`] or the database.
    pub(crate) async fn import(
        &self,
        file: &[u8],
        tenant: Option<TenantId>,
        max_devices: usize,
    ) -> Result<usize, DeviceError> {
        // Hashing twenty thousand passwords takes a moment; others have other threads.
        let (file, hasher) = (file.to_vec(), self.hasher.clone());
        let parsing = tokio::task::spawn_blocking(move || import::parse(&file, &hasher, tenant, UnixMs::now()));
        let rows = parsing
            .await
            .map_err(|_| DbError::Closed)?
            .map_err(DeviceError::BadFile)?;
        let _turn = self.changing.lock().await;
        let devices: Vec<_> = rows.iter().map(|row| (&row.device, row.model.as_deref())).collect();
        match self.db.add_devices(&devices, max_devices as u64).await? {
            AddedDevices::All => {}
            AddedDevices::TooMany => return Err(DeviceError::TooMany(max_devices)),
            AddedDevices::Exist(taken) => {
                let mut faults = Faults::default();
                for row in rows.iter().filter(|row| taken.contains(&row.device.login_code)) {
                    faults.add(row.line, "a device with this code exists already");
                }
                return Err(DeviceError::BadFile(faults.into_vec()));
            }
        }
        for row in &rows {
            self.directory.add_new(&row.device);
        }
        // One by one they would drown everything else that is told.
        self.bus.publish(Event::DevicesImported);
        Ok(rows.len())
    }

    /// Where a device last logged in from.
    pub(crate) fn home(&self, code: &LoginCode) -> Option<IpAddr> {
        self.directory.get(code.as_str())?.home()
    }

    /// To be called with `changing` held, so that memory and the database agree on who has it.
    fn moved(&self, code: &LoginCode, change: impl FnOnce(Belonging) -> Belonging) {
        let Some(entry) = self.directory.get(code.as_str()) else {
            return;
        };
        let from = entry.belonging();
        let to = change(from);
        entry.set_belonging(to);
        self.bus.publish(Event::DeviceMoved {
            device: code.clone(),
            from,
            to,
        });
        self.bus.publish(Event::AccessChanged);
    }
}
