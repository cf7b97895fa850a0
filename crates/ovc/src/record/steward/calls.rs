//! What takes time: sessions begun and ended, devices asked.

use super::Parts;
use crate::clock::UnixMs;
use crate::db::{DbError, RecordCause, RecordedBy};
use crate::device::{By, CallError};
use crate::ids::{ChannelId, LoginCode, RecordSessionId};
use crate::record::RecordSession;
use crate::record::live_recorder::Status;
use crate::record::plans::Key;
use crate::record::wish::StartFault;
use dap::methods::{CallbackUrl, StartCloudRecord, StartCloudRecordParams, StopCloudRecord, StopCloudRecordParams};
use std::borrow::Cow;
use std::sync::Arc;

/// Something was done for a channel.
pub(super) struct Done {
    pub(super) key: Key,
    pub(super) what: Outcome,
}

/// What came of it.
pub(super) enum Outcome {
    /// Who can record it, as the device says on the connection that is up since then.
    Learned(Option<UnixMs>, Result<RecordedBy, DbError>),
    /// A session was begun.
    Opened(Result<Arc<RecordSession>, DbError>),
    /// One was ended, and the device told to stop.
    Closed(Result<(), DbError>, Option<StopDone>),
    /// The device was asked to record, on the connection that is up since then.
    Started(UnixMs, Result<(), StartFault>),
    /// The device was told to stop what nobody wants.
    Stopped(StopDone),
    /// How it stands with the recorder of the live stream that was started as this one.
    Live(u64, Status),
}

/// What came of StopCloudRecord, on which connection.
pub(super) struct StopDone {
    pub(super) connected_at: UnixMs,
    pub(super) id: RecordSessionId,
    pub(super) answer: Result<(), CallError>,
}

/// What a device is asked to record.
pub(super) struct Asked {
    pub(super) session: Arc<RecordSession>,
    /// How much of what was before; `None`: from now on.
    pub(super) prerecord_seconds: Option<u32>,
}

/// Finds out who can record a device's channels.
pub(super) async fn learn(parts: &Parts, device: &LoginCode) -> Outcome {
    let connected_at = parts.commands.connected_at(device);
    let can = parts.facts.capabilities(device).await;
    let recorder = can.map(|can| {
        // One that said nothing of what it can do is asked, and says no if it cannot.
        let says_so = can.parsed().is_none_or(|document| document.cloud_record == Some(true));
        match says_so && !can.lacks::<StartCloudRecord>() {
            true => RecordedBy::Device,
            false => RecordedBy::Cloud,
        }
    });
    Outcome::Learned(connected_at, recorder)
}

pub(super) async fn open(parts: &Parts, (device, channel): Key, recorder: RecordedBy, cause: RecordCause) -> Outcome {
    Outcome::Opened(parts.records.open(&device, channel, recorder, cause).await)
}

/// Ends a session, and has the device stop if it records and is there.
pub(super) async fn close(
    parts: &Parts,
    (device, channel): Key,
    session: &RecordSession,
    reason: &'static str,
    records: bool,
) -> Outcome {
    let ended = parts.records.close(session, reason).await;
    let connected_at = parts.commands.connected_at(&device).filter(|_| records);
    let stopped = match (&ended, connected_at) {
        (Ok(()), Some(connected_at)) => {
            Some(stop_call(parts, &device, channel, session.token.clone(), connected_at).await)
        }
        _ => None,
    };
    Outcome::Closed(ended, stopped)
}

pub(super) async fn start(parts: &Parts, (device, channel): Key, asked: Asked, connected_at: UnixMs) -> Outcome {
    // Until when there is footage of it is to be known if the device has lost the session.
    if let Err(error) = parts.records.recall(&asked.session).await {
        tracing::warn!(%device, %channel, %error, "cannot look what was recorded before");
    }
    let started = async {
        let reached = parts.port.reached(&device).ok_or(CallError::Offline)?;
        let url = parts.records.address(&asked.session, &reached).await;
        let cbk_url = url.and_then(|url| CallbackUrl::try_from(Cow::from(url)).ok());
        let params = StartCloudRecordParams {
            session_id: asked.session.token.clone(),
            channel,
            max_bitrate: Some(parts.config.max_bitrate_bps).filter(|limit| *limit > 0),
            seg_duration: u32::try_from(parts.config.segment_duration.as_secs())
                .unwrap_or(u32::MAX)
                .max(1),
            seg_max_size: parts.config.segment_max_size.as_u64(),
            seg_max_count: parts.config.segment_max_count,
            prerecord_seconds: asked.prerecord_seconds,
            // What was before the call has the time that the device gave it.
            start_ts: match asked.prerecord_seconds {
                Some(_) => 0.0,
                None => UnixMs::now().0 as f64 / 1000.0,
            },
            cbk_url: cbk_url.ok_or(StartFault::LongAddress)?,
            extra: Default::default(),
        };
        parts
            .commands
            .call::<StartCloudRecord>(&By::Cloud, &device, &params)
            .await?;
        Ok(())
    };
    Outcome::Started(connected_at, started.await)
}

pub(super) async fn stop(parts: &Parts, (device, channel): Key, id: RecordSessionId, connected_at: UnixMs) -> Outcome {
    Outcome::Stopped(stop_call(parts, &device, channel, id, connected_at).await)
}

async fn stop_call(
    parts: &Parts,
    device: &LoginCode,
    channel: ChannelId,
    id: RecordSessionId,
    connected_at: UnixMs,
) -> StopDone {
    let params = StopCloudRecordParams {
        session_id: id.clone(),
        channel,
        extra: Default::default(),
    };
    let answer = parts
        .commands
        .call::<StopCloudRecord>(&By::Cloud, device, &params)
        .await;
    StopDone {
        connected_at,
        id,
        answer: answer.map(drop),
    }
}
