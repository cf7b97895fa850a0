//! Who comes with an address for footage, and what he may see of it at this moment.

use super::Api;
use super::error::ApiError;
use crate::account::tokens::{Holder, Purpose, TokenError};
use crate::clock::UnixMs;
use crate::db::ShareRow;
use crate::ids::{ChannelId, LoginCode, RecordStreamId};
use crate::record::spans::{self, Span};
use crate::record::tickets::{Base, Ticket};
use axum::http::StatusCode;

/// What somebody may see.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub(super) ticket: Ticket,
    holder: Option<Holder>,
    pub(super) stream: RecordStreamId,
    pub(super) device: LoginCode,
    pub(super) channel: ChannelId,
    /// When he may watch, in order; within what the ticket is for there is some of it.
    pub(super) seen: Vec<Span>,
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Expired => "token_expired",
            TokenError::Invalid => "bad_token",
        };
        Self::new(StatusCode::FORBIDDEN, code, error.to_string())
    }
}

pub(super) fn no_such_share() -> ApiError {
    let message = "the link is over, or there never was one";
    ApiError::new(StatusCode::NOT_FOUND, "no_such_share", message)
}

fn gone() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "gone", "there is no such footage any more")
}

/// Whether this address is one of ours, and what may be seen by it.
pub(super) async fn admit(api: &Api, purpose: Purpose, text: &str) -> Result<Pass, ApiError> {
    let (ticket, holder) = Ticket::read(&api.tokens, purpose, text, UnixMs::now())?;
    decide(api, ticket, holder).await.map_err(|error| match error.status {
        // The address was a good one: what is over is the right to use it, not a segment of what it shows.
        StatusCode::NOT_FOUND => ApiError::forbidden(),
        _ => error,
    })
}

/// What a link shows, and whether who made it may still see that. Segments are shown whole: of what is beside the range
/// that the link was made for there may be some seconds.
pub(super) async fn shown_by(api: &Api, share: i64) -> Result<(ShareRow, Pass), ApiError> {
    let row = share_row(api, share).await?;
    let ticket = Ticket {
        base: Base::Share(share),
        span: Span::new(row.from.0, row.to.0),
    };
    let pass = decide(api, ticket, None).await?;
    Ok((row, pass))
}

async fn share_row(api: &Api, share: i64) -> Result<ShareRow, ApiError> {
    let row = api.db.share(share).await?.ok_or_else(no_such_share)?;
    if row.expires_at <= UnixMs::now() {
        return Err(no_such_share());
    }
    Ok(row)
}

async fn decide(api: &Api, ticket: Ticket, holder: Option<Holder>) -> Result<Pass, ApiError> {
    let (stream, by, bounds) = match (ticket.base, holder) {
        (Base::Stream(stream), Some(holder)) => (stream, holder, ticket.span),
        (Base::Share(share), None) => {
            let row = share_row(api, share).await?;
            let by = Holder {
                principal: row.by,
                session: None,
            };
            (row.stream, by, Span::new(row.from.0, row.to.0))
        }
        _ => return Err(TokenError::Invalid.into()),
    };
    let (device, channel) = api.db.channel_of_stream(stream).await?.ok_or_else(gone)?;
    let seen = api.access.footage_of(&by, &device, channel, UnixMs::now());
    if spans::common(&seen, &[ticket.span.within(bounds)]).is_empty() {
        return Err(ApiError::forbidden());
    }
    Ok(Pass {
        ticket,
        holder,
        stream,
        device,
        channel,
        seen,
    })
}

impl Pass {
    /// The same at this moment: for what takes its time.
    pub(super) async fn again(&self, api: &Api) -> Result<Self, ApiError> {
        decide(api, self.ticket, self.holder).await
    }
}
