use super::*;
use crate::device::{CallError, Seen};
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use std::time::Duration;

/// Nobody is there.
struct Nobody;

impl DevicePort for Nobody {
    fn call<'a>(
        &'a self,
        _: &'a LoginCode,
        _: &'a str,
        _: Box<RawValue>,
        _: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>> {
        Box::pin(async { Err(CallError::Offline) })
    }

    fn emit(&self, _: &LoginCode, _: &str, _: Box<RawValue>) -> Result<(), CallError> {
        Err(CallError::Offline)
    }

    fn presence(&self, _: &LoginCode) -> Presence {
        Presence::Offline
    }

    fn reached_host(&self, _: &LoginCode) -> Option<String> {
        None
    }

    fn seen(&self, _: &LoginCode) -> Option<Seen> {
        None
    }

    fn present(&self) -> Vec<LoginCode> {
        Vec::new()
    }

    fn dismiss(&self, _: &LoginCode, _: Dismissal) {}
}

#[tokio::test]
async fn a_device_that_could_not_be_removed_may_still_log_in() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path()).await.unwrap();
    let directory = Arc::new(Directory::load(&db).await.unwrap());
    let devices = Devices::new(
        db.clone(),
        directory.clone(),
        Arc::new(Journal::new(db.clone())),
        PasswdHasher::new(&[1; 32]),
        Arc::new(Nobody),
        Bus::default(),
    );
    let made = devices.create(DeviceToAdd::default()).await.unwrap();
    db.close().await;
    assert!(matches!(
        devices.delete(&made.login_code).await,
        Err(DeviceError::Db(_))
    ));
    let entry = directory.get(made.login_code.as_str()).unwrap();
    assert!(!entry.is_disabled());
}
