//! Recording to the cloud.

use super::{Channel, Inner, START_LIMIT};
use crate::device::{Answer, done};
use crate::record::Setup;
use dap::RpcError;
use dap::methods::{StartCloudRecord, StartCloudRecordParams, StopCloudRecord, StopCloudRecordParams};
use serde::Deserialize;
use std::time::{Duration, Instant};

/// When an agent stops, what was recorded last is uploaded within this.
const FINISH_LIMIT: Duration = Duration::from_secs(8);

/// How channels are recorded to the cloud.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordSetup {
    /// Whether they are. Without it, the cloud records the live stream itself, if it can.
    pub enabled: bool,
    /// What is kept for alarms: the last so many seconds. Absent: as many as the cloud has asked for, from its first asking
    /// on; zero: none.
    #[serde(with = "humantime_serde")]
    pub prerecord: Option<Duration>,
    /// What the segments of a channel may take in memory until they are uploaded: bytes, or such as `64 MiB`.
    #[serde(deserialize_with = "super::disk::size")]
    pub memory: u64,
}

impl Default for RecordSetup {
    fn default() -> Self {
        Self {
            enabled: true,
            prerecord: None,
            memory: 64 << 20,
        }
    }
}

impl RecordSetup {
    /// For each channel; `None` where channels are not recorded.
    pub(super) fn of_channel(&self) -> Option<Setup> {
        self.enabled.then_some(Setup {
            prerecord: self.prerecord,
            memory: self.memory,
        })
    }
}

impl Inner {
    pub(super) async fn start_cloud_record(&self, mut params: StartCloudRecordParams) -> Answer<StartCloudRecord> {
        let channel = self.channel(params.channel)?;
        let recorder = channel.recorder.as_ref();
        let recorder = recorder.ok_or_else(|| RpcError::unknown_method("StartCloudRecord"))?;
        // One that runs goes on through whatever happens to the channel.
        if recorder.session().as_ref() != Some(&params.session_id) {
            let asked_at = Instant::now();
            channel.online(START_LIMIT).await?;
            // It is the time of day when the cloud asked, not when the camera was ready.
            if params.start_ts > 0.0 {
                params.start_ts += asked_at.elapsed().as_secs_f64();
            }
        }
        recorder.start(&params).await?;
        done()
    }

    pub(super) async fn stop_cloud_record(&self, params: StopCloudRecordParams) -> Answer<StopCloudRecord> {
        let channel = self.channel(params.channel)?;
        if let Some(recorder) = &channel.recorder {
            recorder.stop(&params.session_id).await;
        }
        done()
    }

    /// Ends all recordings, and waits a while for what is not uploaded yet.
    pub(super) async fn finish_recordings(&self) {
        let recorders = self.channels.iter().filter_map(|channel| channel.recorder.as_ref());
        let finished = futures_util::future::join_all(recorders.map(|recorder| recorder.finish()));
        if tokio::time::timeout(FINISH_LIMIT, finished).await.is_err() {
            tracing::warn!("what was recorded last could not be uploaded in time");
        }
    }
}

impl Channel {
    /// Ends the recording, as a restart of the device does.
    pub(super) async fn end_recording(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.end().await;
        }
    }
}
