//! The device's log, sent to the cloud when it asks.

use super::Inner;
use crate::device::{Answer, done};
use crate::http;
use bytes::Bytes;
use dap::methods::{
    LogDone, LogDoneParams, LogStatus, LogUpload, LogUploadAsync, LogUploadAsyncParams, LogUploadParams, Method,
};
use dap::{ErrorCode, Extra, LocalDateTime, RpcError};
use std::sync::Arc;
use std::time::Duration;

/// The most that is sent, in bytes; where there is more, the newest.
const MAX_BYTES: usize = 32 << 20;
const UPLOAD_LIMIT: Duration = Duration::from_secs(300);

impl Inner {
    pub(super) async fn log_upload_async(self: &Arc<Self>, params: LogUploadAsyncParams) -> Answer<LogUploadAsync> {
        if self.logs.is_none() {
            return Err(RpcError::unknown_method(<LogUploadAsync as Method>::NAME));
        }
        let bad = |text: String| RpcError::new(ErrorCode::BAD_PARAMETER, text);
        http::parse(&params.url).map_err(|error| bad(error.to_string()))?;
        if params.start > params.end {
            return Err(bad("end: before start".to_owned()));
        }
        let inner = Arc::clone(self);
        self.spawn(async move {
            let sent = inner.send_logs(params.start, params.end, &params.url).await;
            let done = LogDoneParams {
                trans_id: params.trans_id,
                status: if sent.is_some() {
                    LogStatus::Success
                } else {
                    LogStatus::Fail
                },
                start: params.start,
                end: params.end,
                url: params.url,
                size: sent.unwrap_or(0),
                extra: Extra::default(),
            };
            inner.emit::<LogDone>(&done).await;
        });
        done()
    }

    pub(super) fn log_upload(self: &Arc<Self>, params: LogUploadParams) {
        if self.logs.is_none() {
            tracing::warn!(event = <LogUpload as Method>::NAME, "this agent keeps no log");
            return;
        }
        let inner = Arc::clone(self);
        self.spawn(async move {
            inner.send_logs(params.start, params.end, &params.url).await;
        });
    }

    /// Uploads what was logged in this span; how much it was, if that succeeded.
    async fn send_logs(&self, start: LocalDateTime, end: LocalDateTime, url: &str) -> Option<u64> {
        let files = self.logs.clone()?;
        let cut = tokio::task::spawn_blocking(move || files.cut(start, end, MAX_BYTES));
        let text = match cut.await {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the log cannot be read");
                return None;
            }
            Err(_) => return None,
        };
        let bytes = text.len();
        match self
            .http
            .put(url, "text/plain; charset=utf-8", Bytes::from(text), UPLOAD_LIMIT)
            .await
        {
            Ok(()) => {
                tracing::info!(%start, %end, bytes, "log sent to the cloud");
                u64::try_from(bytes).ok()
            }
            Err(error) => {
                tracing::warn!(%error, "the log could not be sent");
                None
            }
        }
    }
}
