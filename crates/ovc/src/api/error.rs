//! The one map from what went wrong to what HTTP says.

use super::handover::LineFault;
use crate::account::{GroupError, KeyError, LinkError, MemberError, SignInError, TenantError, UserError};
use crate::db::DbError;
use crate::device::{CallError, DeviceError};
use crate::throttle::RetryAfter;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dap::{ErrorCode, RpcError};
use serde::Serialize;
use utoipa::ToSchema;

/// Every failure of the API looks like this.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What went wrong.
    pub(super) error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// For programs; stays the same from version to version.
    #[schema(value_type = String, example = "no_such_device")]
    pub(super) code: &'static str,
    /// For people, in English.
    pub(super) message: String,
    /// Names the request in the logs.
    pub(super) request_id: String,
    /// What is wrong with which line of a file.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<LineFault>,
    /// What the device itself answered.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_error: Option<DeviceFault>,
    /// The field that it is about, as a path such as `channls.0.image.horflip`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
}

/// An error of the device access protocol, as the device answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DeviceFault {
    /// 1 internal, 11 bitrate too high, 12 bad parameter, 13 not supported in the configuration, 101 unknown method, 102
    /// no such channel, 103 channel offline; others may come.
    pub(super) code: i64,
    /// For people, in the device's words.
    pub(super) msg: String,
}

impl From<&RpcError> for DeviceFault {
    fn from(error: &RpcError) -> Self {
        Self {
            code: error.code.0,
            msg: error.msg.clone(),
        }
    }
}

/// A failure on its way out. The request's id is filled in by the outermost layer.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) retry_after: Option<RetryAfter>,
    pub(super) lines: Vec<LineFault>,
    // Boxed: seldom there, and this is in the answer of every handler.
    pub(super) device_error: Option<Box<DeviceFault>>,
    pub(super) field: Option<Box<str>>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
            lines: Vec::new(),
            device_error: None,
            field: None,
        }
    }

    /// It is about this field.
    pub(super) fn at(self, field: impl Into<Box<str>>) -> Self {
        Self {
            field: Some(field.into()),
            ..self
        }
    }

    /// The device itself said no.
    pub(super) fn refused_by_device(status: StatusCode, code: &'static str, error: &RpcError) -> Self {
        Self {
            device_error: Some(Box::new(error.into())),
            ..Self::new(status, code, CallError::Device(error.clone()).to_string())
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "log in first")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "you may not do this")
    }

    pub(super) fn not_for_keys() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_for_keys",
            "this is for people: an API key cannot do it",
        )
    }

    pub(super) fn no_such_tenant() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_tenant",
            TenantError::NotFound.to_string(),
        )
    }

    pub(super) fn no_such_group() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no_such_group", GroupError::NotFound.to_string())
    }

    pub(super) fn no_such_channel() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_channel",
            "the device has no such channel",
        )
    }

    pub(super) fn no_such_device() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_device",
            DeviceError::NotFound.to_string(),
        )
    }

    /// He asks too often.
    pub(super) fn too_many_requests(wait: RetryAfter) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "too many requests; ask less often, or come back after the time in Retry-After",
            )
        }
    }

    /// The body, for the request of this id.
    pub(super) fn body(self, request_id: String) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message,
                request_id,
                lines: self.lines,
                device_error: self.device_error.map(|error| *error),
                field: self.field.map(String::from),
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.clone().body(String::new()))).into_response();
        if let Some(retry_after) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, retry_after.seconds().into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "database failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the cloud has a problem; see its log",
        )
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let message = error.to_string();
        let (status, code) = match error {
            SignInError::BadCredentials => (StatusCode::UNAUTHORIZED, "bad_credentials"),
            SignInError::CodeRequired => (StatusCode::UNAUTHORIZED, "code_required"),
            SignInError::BadCode => (StatusCode::UNAUTHORIZED, "bad_code"),
            // Not 401: his session is good.
            SignInError::BadPassword => (StatusCode::FORBIDDEN, "wrong_password"),
            SignInError::TooManyAttempts(wait) => {
                return Self {
                    retry_after: Some(wait),
                    ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", message)
                };
            }
            SignInError::AlreadySetUp => (StatusCode::CONFLICT, "already_set_up"),
            SignInError::BadSetupCode => (StatusCode::FORBIDDEN, "bad_setup_code"),
            SignInError::WeakPassword(_) => (StatusCode::BAD_REQUEST, "weak_password"),
            SignInError::BadUsername(_) => (StatusCode::BAD_REQUEST, "bad_username"),
            SignInError::BadTenantName => (StatusCode::BAD_REQUEST, "bad_name"),
            SignInError::UsernameTaken => (StatusCode::CONFLICT, "username_taken"),
            SignInError::BadLink => (StatusCode::NOT_FOUND, "bad_link"),
            SignInError::AlreadyMember => (StatusCode::CONFLICT, "already_member"),
            SignInError::TotpOn => (StatusCode::CONFLICT, "totp_on"),
            SignInError::TotpOff => (StatusCode::CONFLICT, "totp_off"),
            SignInError::TotpNotBegun => (StatusCode::CONFLICT, "totp_not_begun"),
            SignInError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            SignInError::Gone => return Self::unauthorized(),
            SignInError::Db(error) => return error.into(),
        };
        Self::new(status, code, message)
    }
}

impl From<LinkError> for ApiError {
    fn from(error: LinkError) -> Self {
        let message = error.to_string();
        match error {
            LinkError::Gift(error) => error.into(),
            LinkError::BadNote => Self::new(StatusCode::BAD_REQUEST, "bad_note", message),
            LinkError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_many_invitations", message),
            LinkError::NoSuchMember => Self::new(StatusCode::NOT_FOUND, "no_such_member", message),
            LinkError::NoSuchUser => Self::new(StatusCode::NOT_FOUND, "no_such_user", message),
            LinkError::HasOwner => Self::new(StatusCode::CONFLICT, "tenant_has_owner", message),
            LinkError::NotYours => Self::new(StatusCode::FORBIDDEN, "not_yours", message),
            LinkError::Db(error) => error.into(),
        }
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message),
            KeyError::BadScopes => Self::new(StatusCode::BAD_REQUEST, "bad_scopes", message),
            KeyError::BadExpiry => Self::new(StatusCode::BAD_REQUEST, "bad_expiry", message),
            KeyError::TooMuch => Self::new(StatusCode::FORBIDDEN, "too_much", message),
            KeyError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_many_keys", message),
            KeyError::Db(error) => error.into(),
        }
    }
}

impl From<TenantError> for ApiError {
    fn from(error: TenantError) -> Self {
        let message = error.to_string();
        match error {
            TenantError::NotFound => Self::no_such_tenant(),
            TenantError::Exists => Self::new(StatusCode::CONFLICT, "tenant_exists", message),
            TenantError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message),
            TenantError::NotEmpty => Self::new(StatusCode::CONFLICT, "tenant_not_empty", message),
            TenantError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_many_tenants", message),
            TenantError::Db(error) => error.into(),
        }
    }
}

impl From<GroupError> for ApiError {
    fn from(error: GroupError) -> Self {
        let message = error.to_string();
        match error {
            GroupError::NotFound => Self::no_such_group(),
            GroupError::Exists => Self::new(StatusCode::CONFLICT, "group_exists", message),
            GroupError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message),
            GroupError::WithinItself => Self::new(StatusCode::CONFLICT, "within_itself", message),
            GroupError::TooDeep => Self::new(StatusCode::CONFLICT, "too_deep", message),
            GroupError::TooMany => Self::new(StatusCode::FORBIDDEN, "too_many_groups", message),
            GroupError::NotEmpty => Self::new(StatusCode::CONFLICT, "group_not_empty", message),
            GroupError::Db(error) => error.into(),
        }
    }
}

impl From<MemberError> for ApiError {
    fn from(error: MemberError) -> Self {
        let message = error.to_string();
        match error {
            MemberError::NotFound => Self::new(StatusCode::NOT_FOUND, "no_such_member", message),
            MemberError::LastOwner => Self::new(StatusCode::CONFLICT, "last_owner", message),
            MemberError::TooMuch => Self::new(StatusCode::FORBIDDEN, "too_much", message),
            MemberError::BadGrant(_) => Self::new(StatusCode::BAD_REQUEST, "bad_grant", message),
            MemberError::Db(error) => error.into(),
        }
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        let message = error.to_string();
        match error {
            UserError::NotFound => Self::new(StatusCode::NOT_FOUND, "no_such_user", message),
            UserError::LastPlatformAdmin => Self::new(StatusCode::CONFLICT, "last_platform_admin", message),
            UserError::LastOwner => Self::new(StatusCode::CONFLICT, "last_owner", message),
            UserError::Db(error) => error.into(),
        }
    }
}

impl From<DeviceError> for ApiError {
    fn from(error: DeviceError) -> Self {
        let message = error.to_string();
        match error {
            DeviceError::NotFound => Self::no_such_device(),
            DeviceError::Exists => Self::new(StatusCode::CONFLICT, "device_exists", message),
            DeviceError::WeakPasswd(_) => Self::new(StatusCode::BAD_REQUEST, "weak_password", message),
            DeviceError::BadName => Self::new(StatusCode::BAD_REQUEST, "bad_name", message),
            DeviceError::Held => Self::new(StatusCode::CONFLICT, "device_held", message),
            DeviceError::TooMany(_) => Self::new(StatusCode::FORBIDDEN, "too_many_devices", message),
            DeviceError::BadFile(faults) => Self {
                lines: faults.into_iter().map(LineFault::from).collect(),
                ..Self::new(StatusCode::BAD_REQUEST, "bad_csv", message)
            },
            DeviceError::NoPlace => Self::new(StatusCode::CONFLICT, "no_such_place", message),
            DeviceError::Db(error) => error.into(),
        }
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        match error {
            CallError::Offline => Self::new(StatusCode::CONFLICT, "device_offline", message),
            CallError::TimedOut => Self::new(StatusCode::GATEWAY_TIMEOUT, "device_timeout", message),
            CallError::QueueFull => Self::new(StatusCode::TOO_MANY_REQUESTS, "device_busy", message),
            CallError::Disconnected | CallError::Replaced => {
                Self::new(StatusCode::CONFLICT, "device_disconnected", message)
            }
            CallError::Device(error) => {
                let code = match error.code {
                    ErrorCode::UNKNOWN_METHOD => "not_supported",
                    _ => "device_refused",
                };
                Self::refused_by_device(StatusCode::UNPROCESSABLE_ENTITY, code, &error)
            }
            CallError::BadAnswer(_) => Self::new(StatusCode::BAD_GATEWAY, "bad_answer", message),
        }
    }
}
