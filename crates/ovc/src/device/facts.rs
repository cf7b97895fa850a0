//! What devices are and can do, as they say when they are asked.

use super::{By, CallError, Commands, Directory};
use crate::bus::{Bus, Event};
use crate::clock::UnixMs;
use crate::db::{Db, DbError};
use crate::ids::{LoginCode, TenantId};
use dap::methods::{DevInfo, Empty, GetCap};
use dap::{BadField, CapabilityDocument, ErrorCode, Method, to_raw};
use parking_lot::Mutex;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long who wants to know what a device can do waits for what it says now; after that, what it said before must do.
const PATIENCE: Duration = Duration::from_secs(10);
/// How old an answer to DevInfo may be before the device is asked again.
const INFO_FRESH: Duration = Duration::from_secs(10);

/// Why it is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactError {
    /// The device did not say.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a device can do, as far as is known.
#[derive(Debug, Clone, Default)]
pub struct Can {
    /// Its capability document as it came, and when; `None`: it never gave one.
    pub document: Option<(Box<RawValue>, UnixMs)>,
    /// Methods that it answered with "unknown method" on its present or last connection.
    pub unsupported: Vec<String>,
}

impl Can {
    /// The document, understood as far as it can be: a value of the wrong type is as if it were not there.
    pub fn parsed(&self) -> Option<CapabilityDocument> {
        let (text, _) = self.document.as_ref()?;
        if let Ok(document) = serde_json::from_str(text.get()) {
            return Some(document);
        }
        let mut map: Map<String, Value> = serde_json::from_str(text.get()).ok()?;
        map.retain(|key, value| {
            let alone = Map::from_iter([(key.clone(), value.clone())]);
            serde_json::from_value::<CapabilityDocument>(alone.into()).is_ok()
        });
        serde_json::from_value(map.into()).ok()
    }

    /// Whether it is known that it does not know this method.
    pub fn lacks<M: Method>(&self) -> bool {
        self.unsupported.iter().any(|method| method == M::NAME)
    }
}

/// What devices said of themselves. Asked at need, once a connection, and kept for when they are away: an idle device is
/// asked nothing. Clones are the same.
#[derive(Clone)]
pub struct Facts {
    shared: Arc<Shared>,
}

struct Shared {
    db: Db,
    commands: Commands,
    directory: Arc<Directory>,
    bus: Bus,
    /// Those asked of late.
    asked: Mutex<HashMap<LoginCode, Arc<tokio::sync::Mutex<Asked>>>>,
}

/// Held while a device is asked, so that it is asked once by all that want to know.
#[derive(Default)]
struct Asked {
    /// When it said what it can do.
    capabilities: Option<Occasion>,
    /// The same of DevInfo.
    info: Option<Occasion>,
}

/// When a device was asked: what it says is good on the same connection, and for the same tenant: what it told another is
/// forgotten, though its connection may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Occasion {
    connected_at: UnixMs,
    tenant: Option<TenantId>,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").finish_non_exhaustive()
    }
}

impl Facts {
    /// Nothing asked yet.
    pub fn new(db: Db, commands: Commands, directory: Arc<Directory>, bus: Bus) -> Self {
        let shared = Shared {
            db,
            commands,
            directory,
            bus,
            asked: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// What a device can do. It is asked if it is connected and was not since it is; one that is away, or does not
    /// answer, said it before or did not.
    ///
    /// # Errors
    /// The database.
    pub async fn capabilities(&self, device: &LoginCode) -> Result<Can, DbError> {
        match self.ask_capabilities(device, None).await {
            Err(FactError::Db(error)) => return Err(error),
            Err(FactError::Call(error)) => tracing::debug!(%device, %error, "GetCap failed"),
            Ok(()) => {}
        }
        self.known(device).await
    }

    /// The same, and if it is connected it is asked again, for this caller.
    ///
    /// # Errors
    /// What became of the call; the database.
    pub async fn capabilities_anew(&self, device: &LoginCode, by: &By) -> Result<Can, FactError> {
        match self.ask_capabilities(device, Some(by)).await {
            // That is an answer too, and is learned.
            Err(FactError::Call(CallError::Device(error))) if error.code == ErrorCode::UNKNOWN_METHOD => {}
            asked => asked?,
        }
        Ok(self.known(device).await?)
    }

    /// What is known of what a device can do, without asking it.
    ///
    /// # Errors
    /// The database.
    pub async fn known(&self, device: &LoginCode) -> Result<Can, DbError> {
        // What it did not know on a connection before it may know now.
        let unsupported = self.shared.commands.unknown_to(device);
        if unsupported.is_none() {
            // What was learned last may be on its way to the disk.
            self.shared.commands.flush().await;
        }
        let facts = self.shared.db.device_facts(device).await?;
        Ok(Can {
            document: facts.capabilities,
            unsupported: unsupported.unwrap_or(facts.unsupported),
        })
    }

    /// What a device is: its answer to DevInfo as it came, and when. It is asked if it is connected and that is not of the
    /// last seconds, or `anew`; one that is away said it before or did not.
    ///
    /// # Errors
    /// What became of the call, where nothing older is known or `anew` was wanted; the database.
    pub async fn info(
        &self,
        device: &LoginCode,
        by: &By,
        anew: bool,
    ) -> Result<Option<(Box<RawValue>, UnixMs)>, FactError> {
        let Some(now) = self.occasion(device) else {
            return Ok(self.shared.db.device_facts(device).await?.info);
        };
        let asked = self.asked(device);
        let mut asked = asked.lock().await;
        let before = self.shared.db.device_facts(device).await?.info;
        let fresh = |(_, at): &(Box<RawValue>, UnixMs)| UnixMs::now().since(*at) < INFO_FRESH;
        if !anew && asked.info == Some(now) && before.as_ref().is_some_and(fresh) {
            return Ok(before);
        }
        match self.object::<DevInfo>(device, by, PATIENCE).await {
            Ok(info) => {
                let at = UnixMs::now();
                self.shared.db.set_device_info(device, now.tenant, &info, at).await?;
                asked.info = Some(now);
                Ok(Some((info, at)))
            }
            Err(_) if before.is_some() && !anew => Ok(before),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets whom it asked, of those that are away.
    pub fn tidy(&self) {
        let mut asked = self.shared.asked.lock();
        // Who is just being asked stays: two must not ask at once.
        asked.retain(|device, asked| {
            Arc::strong_count(asked) > 1 || self.shared.commands.connected_at(device).is_some()
        });
        asked.shrink_to_fit();
    }

    /// Sees to it that a device which is connected was asked what it can do: since it is, or by this caller now.
    async fn ask_capabilities(&self, device: &LoginCode, by: Option<&By>) -> Result<(), FactError> {
        let Some(now) = self.occasion(device) else {
            return Ok(());
        };
        let asked = self.asked(device);
        let mut asked = asked.lock().await;
        if by.is_none() && asked.capabilities == Some(now) {
            return Ok(());
        }
        let answer = self.object::<GetCap>(device, by.unwrap_or(&By::Cloud), PATIENCE).await;
        // Whoever said no need not be asked again either; who said nothing does.
        if matches!(answer, Ok(_) | Err(CallError::Device(_))) {
            asked.capabilities = Some(now);
        }
        let document = answer?;
        let unsupported = self.shared.commands.unknown_to(device).unwrap_or_default();
        let changed = self
            .shared
            .db
            .set_capabilities(device, now.tenant, &document, &unsupported, UnixMs::now())
            .await?;
        if changed {
            self.shared
                .bus
                .publish(Event::CapabilitiesChanged { device: device.clone() });
        }
        Ok(())
    }

    /// The answer of a method without parameters, as it came: an object, whatever is in it.
    async fn object<M: Method<Params = Empty>>(
        &self,
        device: &LoginCode,
        by: &By,
        patience: Duration,
    ) -> Result<Box<RawValue>, CallError> {
        let params = to_raw(&Empty::default());
        let answer = self
            .shared
            .commands
            .call_raw_within(by, device, M::NAME, params, patience)
            .await?;
        expect_object(answer)
    }

    fn asked(&self, device: &LoginCode) -> Arc<tokio::sync::Mutex<Asked>> {
        let mut asked = self.shared.asked.lock();
        match asked.get(device) {
            Some(asked) => asked.clone(),
            None => asked.entry(device.clone()).or_default().clone(),
        }
    }

    /// `None` if the device is not connected.
    fn occasion(&self, device: &LoginCode) -> Option<Occasion> {
        Some(Occasion {
            connected_at: self.shared.commands.connected_at(device)?,
            tenant: self.shared.directory.get(device.as_str())?.belonging().tenant,
        })
    }
}

/// An answer that is a JSON object, whatever is in it.
///
/// # Errors
/// [`CallError::BadAnswer`] if it is none.
pub fn expect_object(answer: Box<RawValue>) -> Result<Box<RawValue>, CallError> {
    if answer.get().starts_with('{') {
        return Ok(answer);
    }
    Err(CallError::BadAnswer(BadField {
        path: ".".into(),
        problem: "expected an object".into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_careless_document_is_understood_as_far_as_it_can_be() {
        let can = |document: &Value| Can {
            document: Some((to_raw(document), UnixMs(1))),
            unsupported: vec!["GetDiskInfo".into()],
        };
        let parsed = can(&json!({ "ptz": true, "battery": "yes", "alarms": { "io": true }, "zoom": 3 })).parsed();
        let parsed = parsed.unwrap();
        assert_eq!((parsed.ptz, parsed.battery), (Some(true), None));
        assert_eq!(parsed.alarms.unwrap().io, Some(true));
        assert_eq!(parsed.extra.0["zoom"], 3);
        assert!(can(&json!({})).lacks::<dap::methods::GetDiskInfo>() && !can(&json!({})).lacks::<GetCap>());
        assert_eq!(Can::default().parsed(), None);
    }
}
