use super::Api;
use super::auth::{Allowed, AnyPerson};
use super::error::{ApiError, ErrorBody};
use super::extract::Body;
use super::login::FromClient;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The password, asked for again.
#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordAgain {
    password: String,
}

/// The password and a code of the second factor.
#[derive(Deserialize, ToSchema)]
pub(super) struct BothFactors {
    password: String,
    /// What the app shows, or a recovery code.
    code: String,
}

/// What the app shows.
#[derive(Deserialize, ToSchema)]
pub(super) struct TotpCode {
    code: String,
}

/// A secret to put into an authenticator app.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpSecret {
    /// In base32, for typing.
    secret: String,
    /// The same for a QR code.
    otpauth_url: String,
}

/// Recovery codes, shown this once. Each is good for one login without the app.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Ask for a second factor. It counts once a first code is confirmed, within 15 minutes.
#[utoipa::path(
    post,
    path = "/api/v1/me/totp",
    operation_id = "begin_totp",
    tag = "session",
    request_body = PasswordAgain,
    responses(
        (status = 200, description = "The secret", body = TotpSecret),
        (status = 403, description = "`wrong_password`, `not_for_keys`", body = ErrorBody),
        (status = 409, description = "`totp_on`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn begin_totp(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(PasswordAgain { password }): Body<PasswordAgain>,
) -> Result<Json<TotpSecret>, ApiError> {
    let new = api
        .accounts
        .begin_totp(person.user()?, password, from.client.address)
        .await?;
    Ok(Json(TotpSecret {
        secret: new.secret,
        otpauth_url: new.otpauth_url,
    }))
}

/// Turn the second factor on.
#[utoipa::path(
    post,
    path = "/api/v1/me/totp/confirm",
    operation_id = "confirm_totp",
    tag = "session",
    request_body = TotpCode,
    responses(
        (status = 200, description = "It is on", body = RecoveryCodes),
        (status = 401, description = "`bad_code`", body = ErrorBody),
        (status = 409, description = "`totp_on`, `totp_not_begun`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn confirm_totp(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    Body(TotpCode { code }): Body<TotpCode>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    let recovery_codes = api.accounts.confirm_totp(person.user()?, &code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Turn the second factor off. The recovery codes go with it.
#[utoipa::path(
    post,
    path = "/api/v1/me/totp/disable",
    operation_id = "disable_totp",
    tag = "session",
    request_body = BothFactors,
    responses(
        (status = 204, description = "It is off"),
        (status = 401, description = "`bad_code`", body = ErrorBody),
        (status = 403, description = "`wrong_password`, `not_for_keys`", body = ErrorBody),
        (status = 409, description = "`totp_off`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn disable_totp(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(BothFactors { password, code }): Body<BothFactors>,
) -> Result<StatusCode, ApiError> {
    api.accounts
        .disable_totp(person.user()?, password, &code, from.client.address)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get fresh recovery codes. Those before are void.
#[utoipa::path(
    post,
    path = "/api/v1/me/recovery_codes",
    operation_id = "new_recovery_codes",
    tag = "session",
    request_body = BothFactors,
    responses(
        (status = 200, description = "The codes", body = RecoveryCodes),
        (status = 401, description = "`bad_code`", body = ErrorBody),
        (status = 403, description = "`wrong_password`, `not_for_keys`", body = ErrorBody),
        (status = 409, description = "`totp_off`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`, with Retry-After", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn new_recovery_codes(
    State(api): State<Arc<Api>>,
    person: Allowed<AnyPerson>,
    from: FromClient,
    Body(BothFactors { password, code }): Body<BothFactors>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    let recovery_codes = api
        .accounts
        .new_recovery_codes(person.user()?, password, &code, from.client.address)
        .await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}
