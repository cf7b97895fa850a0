//! A store that speaks S3, by way of the one HTTP client that the house has, with its TLS.

use super::BlobError;
use crate::config::S3Config;
use crate::tls;
use async_trait::async_trait;
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
use object_store::signer::{SignedUrlOptions, Signer as _};
use object_store::{ClientOptions, ObjectStore, RetryConfig};
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

/// Signs addresses for others.
pub(super) struct Signer {
    s3: AmazonS3,
    prefix: Option<String>,
}

/// The store, and who signs for it.
pub(super) fn open(config: &S3Config) -> io::Result<(Arc<dyn ObjectStore>, Signer)> {
    let extra = (!config.ca.as_os_str().is_empty()).then_some(config.ca.as_path());
    let connector = Connector {
        tls: tls::client_config(extra)?,
    };
    let store = build(config, &config.endpoint, connector.clone())?;
    let public = match config.public_endpoint.as_str() {
        "" => &config.endpoint,
        public => public,
    };
    let signer = Signer {
        s3: build(config, public, connector)?,
        prefix: (!config.prefix.is_empty()).then(|| config.prefix.clone()),
    };
    let store: Arc<dyn ObjectStore> = match &signer.prefix {
        None => Arc::new(store),
        Some(prefix) => Arc::new(PrefixStore::new(store, prefix.as_str())),
    };
    Ok((store, signer))
}

fn build(config: &S3Config, endpoint: &str, connector: Connector) -> io::Result<AmazonS3> {
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
        .with_http_connector(connector);
    if !endpoint.is_empty() {
        let endpoint = match config.path_style {
            true => endpoint.to_owned(),
            false => named_after(endpoint, &config.bucket)?,
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
    /// An address for one PUT of so many bytes. The store itself refuses other sizes and kinds.
    pub(super) async fn put(&self, path: &StorePath, size: u64, lifetime: Duration) -> Result<String, BlobError> {
        let path = match &self.prefix {
            None => path.clone(),
            Some(prefix) => StorePath::from(format!("{prefix}/{path}")),
        };
        let options = SignedUrlOptions::default()
            .with_signed_header(http::header::CONTENT_LENGTH, size.into())
            .with_signed_header(http::header::CONTENT_TYPE, http::HeaderValue::from_static(CONTENT_TYPE));
        let url = self
            .s3
            .signed_url_opts(http::Method::PUT, &path, lifetime, &options)
            .await?;
        Ok(url.into())
    }
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
        let answer = tokio::time::timeout(ANSWER_LIMIT, self.client.request(request)).await;
        let answer = answer.map_err(|_| HttpError::new(HttpErrorKind::Timeout, TooLate))?;
        let answer = answer.map_err(|error| {
            // A connection of the pool that the store has closed meanwhile, too: every request of ours can be made again.
            let kind = match error.is_connect() {
                true => HttpErrorKind::Connect,
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

    #[tokio::test]
    async fn an_address_is_for_one_size_at_the_place_that_devices_reach() {
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
        let address = signer.put(&path, 1000, minute).await.unwrap();
        let (place, query) = address.split_once('?').unwrap();
        assert_eq!(place, "https://s3.example/ovs/one/two/segments/7/20261129/ab");
        assert!(
            query.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"),
            "{query}"
        );
        assert!(query.contains("X-Amz-Expires=60"), "{query}");
        assert!(!address.contains("secret"));
        config.path_style = false;
        config.public_endpoint.clear();
        let (_, signer) = open(&config).unwrap();
        let address = signer.put(&path, 1000, minute).await.unwrap();
        assert!(
            address.starts_with("http://ovs.s3.internal:9000/one/two/segments/7/"),
            "{address}"
        );
    }
}
