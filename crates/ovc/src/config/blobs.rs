use super::http::Secret;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where objects are kept: recordings, pictures, logs, firmware, sounds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlobsConfig {
    /// Which store.
    pub store: StoreKind,
    /// The folder of the local store; empty: `blobs` in the data directory.
    pub folder: PathBuf,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// A folder of this machine.
    #[default]
    Local,
    /// What `[s3]` says.
    S3,
}

impl BlobsConfig {
    /// The folder of the local store.
    pub fn local_folder(&self, data_dir: &Path) -> PathBuf {
        match self.folder.as_os_str().is_empty() {
            true => data_dir.join("blobs"),
            false => self.folder.clone(),
        }
    }
}

/// A store that speaks S3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Config {
    /// Its address; empty: Amazon's of the region.
    pub endpoint: String,
    /// The same as devices reach it, where that is another address.
    pub public_endpoint: String,
    /// The region.
    pub region: String,
    /// The bucket. It must be there.
    pub bucket: String,
    /// Put before the name of each object.
    pub prefix: String,
    /// The key's name.
    pub access_key_id: String,
    /// The key. Secret.
    pub secret_access_key: Secret,
    /// Whether the bucket is named in the path; else it is part of the host name.
    pub path_style: bool,
    /// A file (PEM) with authorities trusted beside those of the system.
    pub ca: PathBuf,
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            public_endpoint: String::new(),
            region: "us-east-1".into(),
            bucket: String::new(),
            prefix: String::new(),
            access_key_id: String::new(),
            secret_access_key: Secret::default(),
            path_style: true,
            ca: PathBuf::new(),
        }
    }
}

impl S3Config {
    /// The key that is wrong, and what is wrong with it.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let address = |text: &str| {
            let parsed = url::Url::parse(text).ok();
            parsed.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        };
        if self.bucket.is_empty() {
            return Some(("s3.bucket", "is missing"));
        }
        if self.access_key_id.is_empty() {
            return Some(("s3.access_key_id", "is missing"));
        }
        if self.secret_access_key.reveal().is_empty() {
            return Some(("s3.secret_access_key", "is missing"));
        }
        if !self.endpoint.is_empty() && !address(&self.endpoint) {
            return Some(("s3.endpoint", "must be an http:// or https:// address"));
        }
        if !self.public_endpoint.is_empty() && !address(&self.public_endpoint) {
            return Some(("s3.public_endpoint", "must be an http:// or https:// address"));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        let slashes = self.prefix.starts_with('/') || self.prefix.ends_with('/') || self.prefix.contains("//");
        if !self.prefix.bytes().all(plain) || slashes {
            let why = "must be letters, digits, '-', '_', '.', and '/' between them";
            return Some(("s3.prefix", why));
        }
        None
    }
}
