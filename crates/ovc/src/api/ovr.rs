//! Recorded segments straight from devices (services.md, OVR): `POST /live/cseg/<session>` with a form, and, where segments
//! are kept in a folder of ours, `PUT` or `POST /upload/s/<name>`. Whoever knows the session may add to its recording; a name
//! is the right to upload one segment. Refusals say why in the form that devices know: `{"info": "…"}`.

use super::Api;
use super::door::Place;
use super::host::{Found, Secure};
use super::incoming::{self, Broken, Pieces};
use super::transfers::{Refused, admitted, over_tls};
use crate::blob::BlobError;
use crate::clock::UnixMs;
use crate::config::Plain;
use crate::device::Reached;
use crate::record::form::{CONTENT_TYPE, Call, MAX_FORM};
use crate::record::name::Promised;
use crate::record::{Created, OvrError, RecordSession, UploadError, Way};
use crate::throttle::RetryAfter;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, put};
use futures_util::StreamExt as _;
use metrics::counter;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const FORM: &str = "application/x-www-form-urlencoded";
/// How long a form may take to come.
const FORM_LIMIT: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/live/cseg/{session}", any(call))
        .route("/upload/s/{name}", put(upload).post(upload))
}

/// A refusal, and when to come again.
struct No {
    refused: Refused,
    retry_after: Option<RetryAfter>,
}

impl No {
    fn new(status: StatusCode, info: impl Into<String>) -> Self {
        Refused::new(status, info).into()
    }
}

impl From<Refused> for No {
    fn from(refused: Refused) -> Self {
        Self {
            refused,
            retry_after: None,
        }
    }
}

impl From<OvrError> for No {
    fn from(error: OvrError) -> Self {
        let (status, why) = match &error {
            OvrError::Over => (StatusCode::GONE, "over"),
            OvrError::Late => (StatusCode::GONE, "late"),
            OvrError::GivenUp => (StatusCode::GONE, "given_up"),
            OvrError::Void => (StatusCode::FORBIDDEN, "void"),
            OvrError::BadName | OvrError::NoAddress => (StatusCode::BAD_REQUEST, "bad"),
            OvrError::NotTs(_) => (StatusCode::BAD_REQUEST, "not_ts"),
            OvrError::NotUploaded => (StatusCode::CONFLICT, "not_uploaded"),
            OvrError::TooBig(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_big"),
            OvrError::TooManyPending(_) => (StatusCode::TOO_MANY_REQUESTS, "pending"),
            OvrError::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, "rate"),
            // That it is so is told once, by who makes room.
            OvrError::Blob(BlobError::Full) => (StatusCode::INSUFFICIENT_STORAGE, "full"),
            OvrError::Blob(error) => {
                tracing::error!(%error, "object store failed");
                (StatusCode::SERVICE_UNAVAILABLE, "store")
            }
            OvrError::Db(error) => {
                tracing::error!(%error, "database failed");
                (StatusCode::SERVICE_UNAVAILABLE, "database")
            }
        };
        counter!("ovc_record_refused_total", "why" => why).increment(1);
        let info = match &error {
            OvrError::Blob(BlobError::Full) | OvrError::Blob(_) => "the cloud cannot store it".to_owned(),
            OvrError::Db(_) => "the cloud has a problem".to_owned(),
            error => error.to_string(),
        };
        let retry_after = match error {
            OvrError::TooOften(wait) => Some(wait),
            _ => None,
        };
        Self {
            refused: Refused::new(status, info),
            retry_after,
        }
    }
}

impl From<UploadError<Broken>> for No {
    fn from(error: UploadError<Broken>) -> Self {
        match error {
            UploadError::Ovr(error) => error.into(),
            UploadError::WrongSize { promised, came } if came > promised => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
            }
            UploadError::Source(Broken::Stalled) => Self::new(StatusCode::REQUEST_TIMEOUT, error.to_string()),
            UploadError::WrongSize { .. } | UploadError::NotTs(_) | UploadError::Source(Broken::Cut(_)) => {
                Self::new(StatusCode::BAD_REQUEST, error.to_string())
            }
        }
    }
}

/// An answer as devices, and pages of others, may have it.
fn answer(status: StatusCode, body: Option<Value>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
    ];
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    (status, headers, body).into_response()
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let Refused(status, info) = self.refused;
        let mut response = answer(status, Some(json!({ "info": info })));
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, wait.seconds().into());
        }
        response
    }
}

async fn call(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Found(host): Found,
    Path(session): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match parts.method {
        Method::POST => {}
        Method::OPTIONS => return answer(StatusCode::NO_CONTENT, None),
        _ => {
            incoming::drain(body).await;
            let mut response = No::new(StatusCode::METHOD_NOT_ALLOWED, "POST only").into_response();
            let allow = HeaderValue::from_static("POST, OPTIONS");
            response.headers_mut().insert(header::ALLOW, allow);
            return response;
        }
    }
    let known = async {
        over_tls(&api, secure)?;
        let session = find(&api, &session).await?;
        admitted(&api, &session.device)?;
        if let Some(place) = parts.extensions.get::<Arc<Place>>() {
            place.known();
        }
        Ok::<_, No>(session)
    };
    let session = match known.await {
        Ok(session) => session,
        Err(no) => {
            incoming::drain(body).await;
            return no.into_response();
        }
    };
    let done = async {
        let form = form(&parts.headers, body).await?;
        let call = Call::parse(&form).map_err(|bad| No::new(StatusCode::BAD_REQUEST, bad.0))?;
        work(&api, &session, call, Reached { host, secure }).await
    };
    match done.await {
        Ok(body) => answer(StatusCode::OK, body),
        Err(no) => {
            tracing::debug!(device = %session.device, info = no.refused.1, "a call about segments is refused");
            no.into_response()
        }
    }
}

async fn find(api: &Api, secret: &str) -> Result<Arc<RecordSession>, No> {
    if let Some(session) = api.records.find_secret(secret) {
        return Ok(session);
    }
    match api.records.find_ended(secret).await.map_err(OvrError::from)? {
        Some(_) => Err(OvrError::Over.into()),
        None => Err(No::new(StatusCode::NOT_FOUND, "there is no such recording session")),
    }
}

async fn form(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, No> {
    // Who does not say means a form.
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(FORM, |kind| kind.to_str().unwrap_or_default());
    let mut pieces = incoming::pieces(body);
    let mut form = Vec::new();
    let reading = async {
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| No::new(StatusCode::BAD_REQUEST, error.to_string()))?;
            if form.len() + piece.len() > MAX_FORM {
                incoming::drain_pieces(&mut pieces).await;
                let info = format!("the form is longer than {MAX_FORM} bytes");
                return Err(No::new(StatusCode::PAYLOAD_TOO_LARGE, info));
            }
            form.extend_from_slice(&piece);
        }
        Ok(())
    };
    let late = |_| No::new(StatusCode::REQUEST_TIMEOUT, "the form did not come in time");
    tokio::time::timeout(FORM_LIMIT, reading).await.map_err(late)??;
    if is_of_kind(kind, FORM) {
        Ok(form)
    } else {
        Err(No::new(StatusCode::BAD_REQUEST, format!("the body is not {FORM}")))
    }
}

/// Whether a media type is this one, whatever its parameters.
fn is_of_kind(kind: &str, wanted: &str) -> bool {
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

async fn work(api: &Api, session: &RecordSession, call: Call, reached: Reached) -> Result<Option<Value>, No> {
    let records = &api.records;
    let now = UnixMs::now();
    Ok(match call {
        Call::Create(create) => {
            let tls = (create.https && serves_tls(api)) || (api.tls_port != 0 && api.plain() == Plain::Refuse);
            let way = Way { reached, tls };
            Some(match records.create(session, &create, &way, now).await? {
                Created::Upload { name, uri } => json!({ "name": name, "uri": uri }),
                Created::Unwanted => json!({ "name": "", "uri": "" }),
            })
        }
        Call::Save(name) => {
            records.save(session, &name, now).await?;
            None
        }
        Call::Fail(name) => {
            records.fail(session, &name).await?;
            None
        }
        Call::CurrentTime => {
            records.admit(session)?;
            let now = Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
            Some(json!({ "currenttime": now.as_secs_f64() }))
        }
        Call::Stat(dropped) => {
            records.stat(session, dropped).await?;
            None
        }
    })
}

/// Whether there is a port for TLS, and a certificate to show there.
fn serves_tls(api: &Api) -> bool {
    api.tls_port != 0 && api.certificates.borrow().taken_up > 0
}

async fn upload(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut pieces = incoming::pieces(body);
    let length = incoming::length(&parts.headers);
    let known = || {
        over_tls(&api, secure)?;
        let (session, promised) = api.records.expected(&name, UnixMs::now())?;
        admitted(&api, &session.device)?;
        if let Some(place) = parts.extensions.get::<Arc<Place>>() {
            place.known();
        }
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.map_or(CONTENT_TYPE, |kind| kind.to_str().unwrap_or_default());
        if !is_of_kind(kind, CONTENT_TYPE) && !is_of_kind(kind, "application/octet-stream") {
            return Err(No::new(StatusCode::BAD_REQUEST, format!("a segment is {CONTENT_TYPE}")));
        }
        match length {
            Some(came) if came != promised.bytes => Err(No::from(UploadError::<Broken>::WrongSize {
                promised: promised.bytes,
                came,
            })),
            _ => Ok((session, promised)),
        }
    };
    let no = match known() {
        Ok((session, promised)) => match take(&api, &session, &promised, &mut pieces).await {
            Ok(()) => return answer(StatusCode::OK, Some(json!({}))),
            Err(no) => {
                tracing::debug!(device = %session.device, info = no.refused.1, "a segment is refused");
                no
            }
        },
        // It waits until it hears that it is to go on.
        Err(no) if parts.headers.contains_key(header::EXPECT) => return no.into_response(),
        Err(no) => no,
    };
    // Small devices send all of it before they look at the answer. A name of ours is worth waiting for that, once.
    if api.records.has_made(&name) && no.refused.0 != StatusCode::REQUEST_TIMEOUT {
        let config = api.records.config();
        let max = config.segment_max_size.as_u64();
        let most = length.map_or(max, |length| length.min(max));
        incoming::drain_more(&mut pieces, most, config.upload_time_limit).await;
    } else {
        incoming::drain_pieces(&mut pieces).await;
    }
    no.into_response()
}

async fn take(api: &Api, session: &RecordSession, promised: &Promised, pieces: &mut Pieces) -> Result<(), No> {
    let limit = api.records.config().upload_time_limit;
    let taking = async {
        if api.records.is_there(session, promised).await {
            // Sent again: it is on the disk, and may be shown already.
            incoming::drain_more(pieces, promised.bytes, limit).await;
            return Ok(());
        }
        api.records.receive(session, promised, pieces).await
    };
    match tokio::time::timeout(limit, taking).await {
        Ok(taken) => Ok(taken?),
        Err(_) => Err(No::new(StatusCode::REQUEST_TIMEOUT, "it did not come in time")),
    }
}
