use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open::open_words;
use crate::{Extra, LocalDateTime};

/// Parameters of LogUpload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogUploadParams {
    /// Where the wanted span begins.
    pub start: LocalDateTime,
    /// Where it ends.
    pub end: LocalDateTime,
    /// Where to upload it, by HTTP PUT.
    pub url: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parameters of LogUploadAsync.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogUploadAsyncParams {
    /// Names the upload; LogDone returns it.
    pub trans_id: String,
    /// Where the wanted span begins.
    pub start: LocalDateTime,
    /// Where it ends.
    pub end: LocalDateTime,
    /// Where to upload it, by HTTP PUT.
    pub url: String,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// How an upload ended.
    LogStatus {
        /// All is uploaded.
        Success = "success",
        /// It is not.
        Fail = "fail",
    }
}

/// Parameters of LogDone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogDoneParams {
    /// Which upload.
    pub trans_id: String,
    /// How it ended.
    pub status: LogStatus,
    /// Where the uploaded span begins.
    pub start: LocalDateTime,
    /// Where it ends.
    pub end: LocalDateTime,
    /// Where it was uploaded.
    pub url: String,
    /// How much was uploaded, in bytes.
    pub size: u64,
    /// Other keys.
    #[serde(flatten)]
    pub extra: Extra,
}
