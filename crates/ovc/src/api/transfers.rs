//! What devices upload and fetch: `PUT` or `POST /upload/<what>?token=…` and `GET /download/<what>?token=…`. The token in
//! the query is the right to do it. Refusals say why in the form that devices know: `{"info": "…"}`.

use super::Api;
use super::content::{self, Shown};
use super::door::Place;
use super::host::Secure;
use super::incoming::{self, Broken, Pieces};
use crate::account::tokens::TokenError;
use crate::blob::{BlobKind, Stored};
use crate::config::Plain;
use crate::db::{AlarmKey, DbError, KeptPicture};
use crate::head::query_param;
use crate::ids::LoginCode;
use crate::live::Gate as _;
use crate::snapshots::{Awaited, KeptSnapshot};
use crate::transfer::{Download, Found, ReceiveError, Rule, Upload, discard, receive};
use axum::Json;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use std::sync::Arc;
use std::time::Duration;

/// Longest picture.
const MAX_PICTURE: u64 = 8 << 20;
/// Longest log.
const MAX_LOG: u64 = 64 << 20;
/// How long a picture, and how long a log may take to come.
const PICTURE_LIMIT: Duration = Duration::from_secs(300);
const LOG_LIMIT: Duration = Duration::from_secs(1800);

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/upload/{what}", put(upload).post(upload))
        .route("/download/{what}", get(download))
}

/// A refusal in a device's form.
pub(super) struct Refused(pub(super) StatusCode, pub(super) String);

impl Refused {
    pub(super) fn new(status: StatusCode, info: impl Into<String>) -> Self {
        Self(status, info.into())
    }

    fn gone() -> Self {
        Self::new(StatusCode::NOT_FOUND, "nobody waits for this")
    }

    fn late() -> Self {
        Self::new(StatusCode::CONFLICT, "something else was uploaded here already")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(serde_json::json!({ "info": self.1 }))).into_response()
    }
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        Self::new(StatusCode::FORBIDDEN, error.to_string())
    }
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "database failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the cloud has a problem")
    }
}

impl From<ReceiveError<Broken>> for Refused {
    fn from(error: ReceiveError<Broken>) -> Self {
        let status = match &error {
            ReceiveError::TooBig(_) => StatusCode::PAYLOAD_TOO_LARGE,
            ReceiveError::BadContent(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ReceiveError::Source(Broken::Stalled) => StatusCode::REQUEST_TIMEOUT,
            ReceiveError::Source(Broken::Cut(_)) => StatusCode::BAD_REQUEST,
            ReceiveError::Blob(error) => {
                tracing::error!(%error, "object store failed");
                return Self::new(StatusCode::INSUFFICIENT_STORAGE, "the cloud cannot store it");
            }
        };
        Self::new(status, error.to_string())
    }
}

/// What is uploaded where it is kept.
enum Target {
    Snapshot(Box<Awaited>),
    AlarmPicture { alarm: i64, number: i64, key: AlarmKey },
    Log(i64, LoginCode),
}

impl Target {
    fn device(&self) -> &LoginCode {
        match self {
            Self::Snapshot(awaited) => &awaited.device,
            Self::AlarmPicture { key, .. } => &key.device,
            Self::Log(_, device) => device,
        }
    }
}

struct Expected {
    target: Target,
    kind: BlobKind,
    rule: Rule,
    max: u64,
    limit: Duration,
}

fn token(query: Option<&str>) -> String {
    let query = query.unwrap_or_default();
    let token = query_param(query, "token").ok().flatten();
    token.map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// Whether the device may talk to us at all.
pub(super) fn admitted(api: &Api, device: &LoginCode) -> Result<(), Refused> {
    let admitted = api.access.standing(device).is_some();
    admitted
        .then_some(())
        .ok_or_else(|| Refused::new(StatusCode::FORBIDDEN, "the device may not do this any more"))
}

pub(super) fn over_tls(api: &Api, secure: bool) -> Result<(), Refused> {
    if secure || api.plain() != Plain::Refuse {
        return Ok(());
    }
    let info = format!(
        "this cloud takes devices over TLS only: use https://, port {}",
        api.tls_port
    );
    Err(Refused::new(StatusCode::FORBIDDEN, info))
}

async fn expected(api: &Api, what: Upload) -> Result<Expected, Refused> {
    let picture = |target, kind, rule| Expected {
        target,
        kind,
        rule,
        max: MAX_PICTURE,
        limit: PICTURE_LIMIT,
    };
    match what {
        Upload::Snapshot(name) => {
            let awaited = api.snapshots.awaited(&name).ok_or_else(Refused::gone)?;
            admitted(api, &awaited.device)?;
            if api.devices.belonging(&awaited.device).map(|of| of.tenant) != Some(awaited.tenant) {
                return Err(Refused::gone());
            }
            let target = Target::Snapshot(Box::new(awaited));
            Ok(picture(target, BlobKind::Snapshot, Rule::Jpeg))
        }
        Upload::AlarmPicture { alarm, number } => {
            let state = api.alarms.pictures(alarm).await?.ok_or_else(Refused::gone)?;
            admitted(api, &state.key.device)?;
            let key = state.key;
            let target = Target::AlarmPicture { alarm, number, key };
            Ok(picture(target, BlobKind::Alarm, Rule::Picture))
        }
        Upload::Log(log) => {
            let row = api.logs.begin_upload(log).await?.ok_or_else(Refused::gone)?;
            admitted(api, &row.device)?;
            Ok(Expected {
                target: Target::Log(log, row.device),
                kind: BlobKind::Log,
                rule: Rule::Log,
                max: MAX_LOG,
                limit: LOG_LIMIT,
            })
        }
    }
}

async fn upload(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path(what): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let admitted = async {
        over_tls(&api, secure)?;
        let what: Upload = what
            .parse()
            .map_err(|_| Refused::new(StatusCode::FORBIDDEN, "the address is not one of ours"))?;
        api.links.may_upload(&what, &token(parts.uri.query()))?;
        if let Some(place) = parts.extensions.get::<Arc<Place>>() {
            place.known();
        }
        let expected = expected(&api, what).await?;
        if incoming::length(&parts.headers).is_some_and(|length| length > expected.max + (64 << 10)) {
            return Err(Refused::from(ReceiveError::<Broken>::TooBig(expected.max)));
        }
        Ok::<_, Refused>(expected)
    };
    let expected = match admitted.await {
        Ok(expected) => expected,
        Err(refused) => {
            incoming::drain(body).await;
            return refused.into_response();
        }
    };
    let limit = expected.limit;
    let taking = take(&api, expected, &parts.method, &parts.headers, incoming::pieces(body));
    match tokio::time::timeout(limit, taking).await {
        Ok(Ok(())) => Json(serde_json::json!({})).into_response(),
        Ok(Err(refused)) => refused.into_response(),
        Err(_) => Refused::new(StatusCode::REQUEST_TIMEOUT, "it did not come in time").into_response(),
    }
}

async fn take(
    api: &Api,
    expected: Expected,
    method: &Method,
    headers: &HeaderMap,
    mut pieces: Pieces,
) -> Result<(), Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if *method == Method::POST
        && let Some(boundary) = kind.and_then(|kind| multer::parse_boundary(kind).ok())
    {
        let file = incoming::file_of_form(pieces, boundary, expected.max)
            .await
            .map_err(ReceiveError::Source)?;
        pieces = file.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, "there is no file in the form"))?;
    }
    let Expected {
        target,
        kind,
        rule,
        max,
        ..
    } = expected;
    let (stored, found) = match receive(&api.blobs, kind, rule, max, pieces).await {
        Ok(received) => received,
        Err(error) => {
            if let Target::Log(log, _) = target {
                api.logs.upload_failed(log, &error.to_string()).await;
            }
            return Err(error.into());
        }
    };
    let kept = keep(api, &target, &stored, found).await;
    if !matches!(kept, Ok(Kept::Now)) {
        discard(&api.blobs, &stored).await;
    }
    match kept? {
        Kept::Now => {
            api.uploaders.note(target.device());
            Ok(())
        }
        Kept::Same => Ok(()),
        Kept::Late => Err(Refused::late()),
        Kept::Gone => Err(Refused::gone()),
    }
}

enum Kept {
    Now,
    Same,
    Late,
    Gone,
}

async fn keep(api: &Api, target: &Target, stored: &Stored, found: Found) -> Result<Kept, Refused> {
    Ok(match target {
        Target::Snapshot(awaited) => {
            let Some(picture) = found.picture else {
                return Ok(Kept::Gone);
            };
            match api.snapshots.keep(awaited, stored, picture).await? {
                KeptSnapshot::Kept => Kept::Now,
                KeptSnapshot::Same => Kept::Same,
                KeptSnapshot::Late => Kept::Late,
                KeptSnapshot::Gone => Kept::Gone,
            }
        }
        Target::AlarmPicture { alarm, number, key } => {
            let at = (*alarm, *number);
            match api.alarms.keep_picture(at, key, stored, found.content_type).await? {
                KeptPicture::Kept => Kept::Now,
                KeptPicture::Same => Kept::Same,
                KeptPicture::Late => Kept::Late,
                KeptPicture::Gone => Kept::Gone,
            }
        }
        Target::Log(log, _) => match api.logs.keep(*log, stored, found.content_type).await? {
            Some(true) => Kept::Now,
            Some(false) => {
                let same = api.logs.hash(*log).await? == Some(stored.sha256);
                if same { Kept::Same } else { Kept::Late }
            }
            None => Kept::Gone,
        },
    })
}

async fn download(
    State(api): State<Arc<Api>>,
    Secure(secure): Secure,
    Path(what): Path<String>,
    request: Request,
) -> Result<Response, Response> {
    let (parts, _) = request.into_parts();
    let admitted = async {
        over_tls(&api, secure)?;
        let what: Download = what
            .parse()
            .map_err(|_| Refused::new(StatusCode::FORBIDDEN, "the address is not one of ours"))?;
        api.links.may_download(&what, &token(parts.uri.query()))?;
        if let Some(place) = parts.extensions.get::<Arc<Place>>() {
            place.known();
        }
        let gone = || Refused::new(StatusCode::NOT_FOUND, "it is not there any more");
        Ok::<_, Refused>(match what {
            Download::Sound(sound) => {
                let row = api.sounds.get(sound).await?.ok_or_else(gone)?;
                (row.blob, row.name)
            }
            Download::Firmware(upgrade) => {
                let (device, row) = api.firmware.of_upgrade(upgrade).await?.ok_or_else(gone)?;
                self::admitted(&api, &device)?;
                (row.blob, format!("{}.bin", row.firmware_model))
            }
        })
    };
    let (blob, name) = admitted.await.map_err(IntoResponse::into_response)?;
    let shown = Shown {
        name: &name,
        download: true,
        forever: false,
    };
    content::answer(&api.blobs, &blob, &parts.headers, &shown)
        .await
        .map_err(|_| Refused::new(StatusCode::INSUFFICIENT_STORAGE, "the cloud cannot read it").into_response())
}
