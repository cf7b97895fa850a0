//! The device's time: asked for, and set.

use super::Inner;
use crate::clock::{ZONES, from_local};
use crate::device::{Answer, done};
use dap::methods::{Empty, QueryTime, QueryTimeAnswer, SyncTime, SyncTimeParams};
use dap::{ErrorCode, Extra, RpcError};
use serde_json::json;

impl Inner {
    /// Sets the clock unless it is right within the tolerance. A zone that is named becomes the device's; without one,
    /// the message speaks in the protocol's own zone, and the device keeps its.
    pub(super) async fn sync_time(&self, params: SyncTimeParams) -> Answer<SyncTime> {
        if params.tz.is_some_and(|zone_h| !ZONES.contains(&zone_h)) {
            return Err(RpcError::new(ErrorCode::BAD_PARAMETER, "tz: not within -12..14"));
        }
        let cannot = |error: std::io::Error| RpcError::internal(format!("the time cannot be kept: {error}"));
        let zone_h = params.tz.unwrap_or(SyncTimeParams::DEFAULT_TZ);
        let wanted = from_local(params.datetime, zone_h);
        let off_s = wanted - self.clock.unix_s();
        if off_s.unsigned_abs() > u64::from(params.offset) {
            self.clock.set(wanted, &self.state).map_err(cannot)?;
            tracing::info!(moved_s = off_s, "clock set by the cloud");
        }
        if params.tz.is_some_and(|zone_h| zone_h != self.clock.zone_h()) {
            self.configuration
                .merge(&json!({ "tz": zone_h }), &self.state)
                .map_err(cannot)?;
        }
        self.apply();
        done()
    }

    pub(super) async fn query_time(&self, _params: Empty) -> Answer<QueryTime> {
        Ok(QueryTimeAnswer {
            datetime: self.clock.local(),
            tz: Some(self.clock.zone_h()),
            extra: Extra::default(),
        })
    }
}
