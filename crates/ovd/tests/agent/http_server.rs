//! A web server that keeps what is uploaded, and serves what a test puts there.

use super::cloud::{acceptor, within};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// Something that was uploaded.
pub(crate) struct Upload {
    pub(crate) path: String,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// What is served under a path.
#[derive(Clone, Default)]
pub(crate) struct Page {
    pub(crate) body: Bytes,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The answer to whatever comes there, if not 200.
    pub(crate) status: Option<u16>,
    /// So long nothing is answered.
    pub(crate) delay: Duration,
}

#[derive(Default)]
struct Pages(Mutex<HashMap<String, Page>>);

pub(crate) struct HttpServer {
    address: SocketAddr,
    secure: bool,
    pages: Arc<Pages>,
    uploads: mpsc::UnboundedReceiver<Upload>,
}

impl HttpServer {
    pub(crate) async fn start() -> Self {
        Self::listen(None).await
    }

    /// With TLS under a certificate for `localhost`, which is also written to `certificate`.
    pub(crate) async fn start_tls(certificate: &Path) -> Self {
        Self::listen(Some(acceptor(certificate))).await
    }

    async fn listen(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pages = Arc::new(Pages::default());
        let (sender, uploads) = mpsc::unbounded_channel();
        let served = Arc::clone(&pages);
        let secure = tls.is_some();
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let (pages, sender) = (Arc::clone(&served), sender.clone());
                let service = service_fn(move |request| answer(request, Arc::clone(&pages), sender.clone()));
                let tls = tls.clone();
                tokio::spawn(async move {
                    let server = hyper::server::conn::http1::Builder::new();
                    // A client that goes away, or does not trust us, is no failure of the test.
                    let _ = match tls {
                        None => server.serve_connection(TokioIo::new(tcp), service).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(tls) => server.serve_connection(TokioIo::new(tls), service).await,
                            Err(_) => return,
                        },
                    };
                });
            }
        });
        Self {
            address,
            secure,
            pages,
            uploads,
        }
    }

    /// The address of a path, with a token as real ones have.
    pub(crate) fn url(&self, path: &str) -> String {
        match self.secure {
            true => format!("https://localhost:{}{path}?token=secret", self.address.port()),
            false => format!("http://{}{path}?token=secret", self.address),
        }
    }

    /// What is under a path from now on.
    pub(crate) fn put(&self, path: &str, page: Page) {
        self.pages.0.lock().unwrap().insert(path.to_owned(), page);
    }

    /// The next upload.
    pub(crate) async fn upload(&mut self) -> Upload {
        within("upload", self.uploads.recv()).await.unwrap()
    }

    /// Whether nothing was uploaded that was not looked at.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.uploads.try_recv().is_err()
    }
}

async fn answer(
    request: Request<Incoming>,
    pages: Arc<Pages>,
    uploads: mpsc::UnboundedSender<Upload>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.uri().query(), Some("token=secret"));
    let path = request.uri().path().to_owned();
    let page = pages.0.lock().unwrap().get(&path).cloned();
    tokio::time::sleep(page.as_ref().map_or(Duration::ZERO, |page| page.delay)).await;
    let mut response = Response::builder();
    if let Some(status) = page.as_ref().and_then(|page| page.status) {
        response = response.status(status);
    }
    for (name, value) in page.iter().flat_map(|page| &page.headers) {
        response = response.header(*name, value);
    }
    let body = match (request.method(), page) {
        (&Method::PUT, page) => {
            let content_type = request.headers().get("content-type");
            let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            if page.is_none_or(|page| page.status.is_none()) {
                uploads
                    .send(Upload {
                        path,
                        content_type,
                        body,
                    })
                    .unwrap();
            }
            Bytes::new()
        }
        (&Method::GET, Some(page)) => page.body,
        _ => {
            response = response.status(StatusCode::NOT_FOUND);
            Bytes::new()
        }
    };
    Ok(response.body(Full::new(body)).unwrap())
}
