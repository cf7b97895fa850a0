//! A store that speaks S3, by way of the one HTTP client that the house has, with its TLS.

use crate::clock::UnixMs;
use crate::config::{S3Config, Secret};
use crate::tls;
use async_trait::async_trait;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::path::Path as StorePath;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;
use url::Url;

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long the store may take to begin its answer, with what is sent to it before.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// A connection that nothing was sent over for so long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// How often, and for how long, what failed is tried again: whoever waits for it does so no longer.
const RETRIES: usize = 8;
const RETRY_LIMIT: Duration = Duration::from_secs(30);
/// What devices upload.
const CONTENT_TYPE: &str = "video/mp2t";
/// How it is signed.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs addresses for others (AWS Signature Version 4 in the query). The store's own client does not sign how long what is
/// uploaded must be.
pub(super) struct Signer {
    /// The bucket, as devices reach it, without a slash at its end.
    bucket: Url,
    prefix: Option<String>,
    region: String,
    access_key_id: String,
    secret_access_key: Secret,
}

/// The store, and who signs for it.
pub(super) fn open(config: &S3Config) -> io::Result<(Arc<dyn ObjectStore>, Signer)> {
    let extra = (!config.ca.as_os_str().is_empty()).then_some(config.ca.as_path());
    let store = build(config, tls::client_config(extra)?)?;
    let prefix = (!config.prefix.is_empty()).then(|| config.prefix.clone());
    let store: Arc<dyn ObjectStore> = match &prefix {
        None => Arc::new(store),
        Some(prefix) => Arc::new(PrefixStore::new(store, prefix.as_str())),
    };
    let endpoint = match (config.public_endpoint.as_str(), config.endpoint.as_str()) {
        ("", "") => format!("https://s3.{}.amazonaws.com", config.region),
        ("", endpoint) => endpoint.to_owned(),
        (public, _) => public.to_owned(),
    };
    let bucket = match config.path_style {
        true => format!("{}/{}", endpoint.trim_end_matches('/'), config.bucket),
        false => named_after(&endpoint, &config.bucket)?,
    };
    let signer = Signer {
        bucket: Url::parse(&bucket).map_err(io::Error::other)?,
        prefix,
        region: config.region.clone(),
        access_key_id: config.access_key_id.clone(),
        secret_access_key: config.secret_access_key.clone(),
    };
    Ok((store, signer))
}

fn build(config: &S3Config, tls: Arc<ClientConfig>) -> io::Result<AmazonS3> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&config.bucket)
        .with_region(&config.region)
        .with_access_key_id(&config.access_key_id)
        .with_secret_access_key(config.secret_access_key.reveal())
        .with_virtual_hosted_style_request(!config.path_style)
        .with_allow_http(true)
        .with_retry(RetryConfig {
            max_retries: RETRIES,
            retry_timeout: RETRY_LIMIT,
            ..RetryConfig::default()
        })
        .with_http_connector(Connector { tls });
    if !config.endpoint.is_empty() {
        let endpoint = match config.path_style {
            true => config.endpoint.clone(),
            false => named_after(&config.endpoint, &config.bucket)?,
        };
        builder = builder.with_endpoint(endpoint);
    }
    builder.build().map_err(io::Error::other)
}

/// The address with the bucket before its host.
fn named_after(endpoint: &str, bucket: &str) -> io::Result<String> {
    let mut url = Url::parse(endpoint).map_err(io::Error::other)?;
    let host = format!("{bucket}.{}", url.host_str().unwrap_or_default());
    url.set_host(Some(&host)).map_err(io::Error::other)?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

impl Signer {
    /// An address for PUTs of so many bytes to this place. The store itself refuses other lengths and kinds.
    pub(super) fn put(&self, path: &StorePath, size: u64, lifetime: Duration, now: UnixMs) -> String {
        let path = match &self.prefix {
            None => path.to_string(),
            Some(prefix) => format!("{prefix}/{path}"),
        };
        let headers = [
            ("content-length", size.to_string()),
            ("content-type", CONTENT_TYPE.to_owned()),
        ];
        self.sign("PUT", &path, &headers, lifetime, now)
    }

    /// `headers`: what must be sent beside the host, in order of their names, which come before it.
    fn sign(&self, method: &str, path: &str, headers: &[(&str, String)], lifetime: Duration, now: UnixMs) -> String {
        let bucket = self.bucket.as_str().trim_end_matches('/');
        let host = &self.bucket[url::Position::BeforeHost..url::Position::AfterPort];
        // Made of characters that stand for themselves.
        let path = format!("{}/{path}", self.bucket.path().trim_end_matches('/'));
        let at = amazon_date(now);
        let scope = format!("{}/{}/s3/aws4_request", &at[..8], self.region);
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).chain(["host"]).collect();
        let names = names.join(";");
        let query = format!(
            "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={}&X-Amz-Date={at}&X-Amz-Expires={}&X-Amz-SignedHeaders={}",
            encoded(&format!("{}/{scope}", self.access_key_id)),
            lifetime.as_secs(),
            encoded(&names),
        );
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let request = format!("{method}\n{path}\n{query}\n{headers}host:{host}\n\n{names}\nUNSIGNED-PAYLOAD");
        let digest = HEXLOWER.encode(&Sha256::digest(request));
        let to_sign = format!("{ALGORITHM}\n{at}\n{scope}\n{digest}");
        let first = format!("AWS4{}", self.secret_access_key.reveal()).into_bytes();
        let key = [&at[..8], &self.region, "s3", "aws4_request"]
            .into_iter()
            .fold(first, |key, part| keyed_hash(&key, part));
        let signature = HEXLOWER.encode(&keyed_hash(&key, &to_sign));
        let origin = &bucket[..bucket.len() - self.bucket.path().trim_end_matches('/').len()];
        format!("{origin}{path}?{query}&X-Amz-Signature={signature}")
    }
}

fn keyed_hash(key: &[u8], text: &str) -> Vec<u8> {
    // It takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Such as `20261129T120000Z`.
fn amazon_date(at: UnixMs) -> String {
    let date = UnixMs(at.0.div_euclid(1000) * 1000).to_rfc3339();
    date.chars().filter(|letter| !matches!(letter, '-' | ':')).collect()
}

/// Everything but letters, digits and `-._~` as `%XX`.
fn encoded(text: &str) -> String {
    const OTHERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, OTHERS).to_string()
}

#[derive(Clone)]
struct Connector {
    tls: Arc<ClientConfig>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(ClientConfig::clone(&self.tls))
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(HttpClient::new(Service { client }))
    }
}

struct Service {
    client: Client<HttpsConnector<TcpConnector>, HttpRequestBody>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the store did not answer in time")]
struct TooLate;

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // It is a POST, which nobody makes again by himself.
        let deletes = request.uri().query() == Some("delete");
        let answer = tokio::time::timeout(ANSWER_LIMIT, self.client.request(request)).await;
        let answer = answer.map_err(|_| HttpError::new(HttpErrorKind::Timeout, TooLate))?;
        let answer = answer.map_err(|error| {
            // A connection of the pool that the store has closed meanwhile, too: every request of ours can be made again.
            let kind = match error.is_connect() {
                true => HttpErrorKind::Connect,
                false if deletes => HttpErrorKind::Request,
                false => HttpErrorKind::Interrupted,
            };
            HttpError::new(kind, error)
        })?;
        let (parts, body) = answer.into_parts();
        let body = body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error));
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_for_one_size_at_the_place_that_devices_reach() {
        let mut config = S3Config {
            endpoint: "http://s3.internal:9000".into(),
            public_endpoint: "https://s3.example".into(),
            bucket: "ovs".into(),
            prefix: "one/two".into(),
            access_key_id: "key".into(),
            secret_access_key: serde_json::from_str("\"secret\"").unwrap(),
            ..S3Config::default()
        };
        let path = StorePath::from("segments/7/20261129/ab");
        let minute = Duration::from_secs(60);
        let (_, signer) = open(&config).unwrap();
        let address = signer.put(&path, 1000, minute, UnixMs(0));
        let (place, query) = address.split_once('?').unwrap();
        assert_eq!(place, "https://s3.example/ovs/one/two/segments/7/20261129/ab");
        assert!(
            query.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"),
            "{query}"
        );
        assert!(
            query.contains("X-Amz-Date=19700101T000000Z&X-Amz-Expires=60&"),
            "{query}"
        );
        assert!(!address.contains("secret"));
        config.path_style = false;
        config.public_endpoint.clear();
        let (_, signer) = open(&config).unwrap();
        let address = signer.put(&path, 1000, minute, UnixMs(0));
        assert!(
            address.starts_with("http://ovs.s3.internal:9000/one/two/segments/7/"),
            "{address}"
        );
        config.endpoint.clear();
        let (_, signer) = open(&config).unwrap();
        let address = signer.put(&path, 1000, minute, UnixMs(0));
        assert!(
            address.starts_with("https://ovs.s3.us-east-1.amazonaws.com/one/"),
            "{address}"
        );
    }

    /// The example in Amazon's documentation of signatures in the query.
    #[test]
    fn the_signature_is_amazons() {
        let signer = Signer {
            bucket: Url::parse("https://examplebucket.s3.amazonaws.com").unwrap(),
            prefix: None,
            region: "us-east-1".into(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: serde_json::from_str("\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"").unwrap(),
        };
        let at = UnixMs::from_rfc3339("2013-05-24T00:00:00Z").unwrap();
        let address = signer.sign("GET", "test.txt", &[], Duration::from_secs(86400), at);
        assert_eq!(
            address,
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
             X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&\
             X-Amz-Expires=86400&X-Amz-SignedHeaders=host&\
             X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }
}
