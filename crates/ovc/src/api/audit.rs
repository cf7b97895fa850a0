//! The audit log: who did what from where.

use super::Api;
use super::audit_slot::AuditSlot;
use super::auth::{Allowed, AnyUser};
use super::devices::TenantName;
use super::error::{ApiError, ErrorBody};
use super::extract::Params;
use crate::account::policy::{Decision, Resource, decide};
use crate::account::{Caller, Permission};
use crate::clock::UnixMs;
use crate::db::{ActorKind, AuditFilter, AuditOutcome, AuditRow, DbError};
use crate::ids::TenantId;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 500;
/// Longest text to look for, in bytes.
const MAX_TEXT: usize = 200;
/// Entries read at once for an export.
const PAGE: u32 = 1000;

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditActor {
    kind: ActorKind,
    /// The number of the user or key, or the device's login code.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// What he was called then.
    name: String,
}

/// Who did what from where.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// Later ones have greater numbers.
    id: i64,
    #[schema(format = DateTime)]
    at: String,
    actor: AuditActor,
    /// The tenant it is about.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantName>,
    /// The address he came from.
    address: String,
    /// The operation of this API, or what happened: `bind`.
    action: String,
    /// With what: `device 1000000000000001`, `tenant 1`.
    target: String,
    outcome: AuditOutcome,
    /// More about it, such as why it was refused.
    detail: String,
}

impl AuditEntry {
    fn new(row: AuditRow, api: &Api, now: UnixMs) -> Self {
        let entry = row.entry;
        // Of a tenant that is gone only the number is left.
        let name = |id| api.accounts.tenant(id, now).map(|its| its.name).unwrap_or_default();
        Self {
            id: row.id,
            at: entry.at.to_rfc3339(),
            actor: AuditActor {
                kind: entry.actor.kind,
                id: entry.actor.id,
                name: entry.actor.name,
            },
            tenant: entry.tenant.map(|id| TenantName {
                id: id.0,
                name: name(id),
            }),
            address: entry.address,
            action: entry.action,
            target: entry.target,
            outcome: entry.outcome,
            detail: entry.detail,
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditParams {
    /// Of this tenant only. Only platform administrators may leave it out.
    #[param(nullable = false)]
    tenant: Option<i64>,
    /// Part of the name of who did it.
    #[param(nullable = false)]
    actor: Option<String>,
    /// This operation only, such as `open_live`.
    #[param(nullable = false)]
    action: Option<String>,
    /// Part of what it was done with.
    #[param(nullable = false)]
    target: Option<String>,
    #[param(nullable = false)]
    outcome: Option<AuditOutcome>,
    /// Not before this moment.
    #[param(nullable = false, required = false, value_type = String, format = DateTime)]
    from: Option<String>,
    /// Before this moment.
    #[param(nullable = false, required = false, value_type = String, format = DateTime)]
    to: Option<String>,
    /// Older than the entry of this number only.
    #[param(nullable = false)]
    before: Option<i64>,
    /// 1 to 500; default 100. An export has all.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl AuditParams {
    fn filter(self) -> Result<AuditFilter, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::bad_request("limit is 1 to 500"));
        }
        let texts = [&self.actor, &self.action, &self.target];
        if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
            return Err(ApiError::bad_request("actor, action and target have at most 200 bytes"));
        }
        let moment = |text: Option<String>| {
            let parsed = text.map(|text| UnixMs::from_rfc3339(&text).ok_or(()));
            parsed
                .transpose()
                .map_err(|()| ApiError::bad_request("from and to look like 2026-11-22T20:34:56Z"))
        };
        Ok(AuditFilter {
            tenant: self.tenant.map(TenantId),
            actor: self.actor.filter(|text| !text.is_empty()),
            action: self.action.filter(|text| !text.is_empty()),
            target: self.target.filter(|text| !text.is_empty()),
            outcome: self.outcome,
            from: moment(self.from)?,
            to: moment(self.to)?,
            before: self.before,
            limit,
        })
    }
}

/// Entries of the audit log, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditList {
    items: Vec<AuditEntry>,
}

/// Whether the caller may read this tenant's log, or, without a tenant, all of it.
fn check(api: &Api, caller: &Caller, tenant: Option<TenantId>, slot: &AuditSlot) -> Result<(), ApiError> {
    let Some(id) = tenant else {
        slot.fill(|note| note.target = "audit log".into());
        return match decide(caller, Permission::RunPlatform, Resource::Platform) {
            Decision::Allow => Ok(()),
            _ => Err(ApiError::forbidden()),
        };
    };
    let its = api
        .accounts
        .tenant(id, UnixMs::now())
        .ok_or_else(ApiError::no_such_tenant)?;
    let decision = decide(caller, Permission::ManagePeople, its.resource());
    slot.fill(|note| {
        note.tenant = Some(id).filter(|_| decision != Decision::Hide);
        note.target = format!("tenant {id}");
    });
    match decision {
        Decision::Allow => Ok(()),
        Decision::Forbid => Err(ApiError::forbidden()),
        Decision::Hide => Err(ApiError::no_such_tenant()),
    }
}

/// Who did what from where, newest first: of a tenant for those who manage its people, of all for platform
/// administrators.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "list_audit",
    tag = "audit",
    params(AuditParams),
    responses(
        (status = 200, description = "Entries", body = AuditList),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn list_audit(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Params(params): Params<AuditParams>,
) -> Result<Json<AuditList>, ApiError> {
    let filter = params.filter()?;
    check(&api, &user.caller, filter.tenant, &slot)?;
    let rows = api.db.audit(&filter).await?;
    let now = UnixMs::now();
    Ok(Json(AuditList {
        items: rows.into_iter().map(|row| AuditEntry::new(row, &api, now)).collect(),
    }))
}

/// The same as a file for spreadsheets, all of it.
#[utoipa::path(
    get,
    path = "/api/v1/audit.csv",
    operation_id = "export_audit",
    tag = "audit",
    params(AuditParams),
    responses(
        (status = 200, description = "Entries", content_type = "text/csv", body = String),
        (status = 403, description = "`forbidden`", body = ErrorBody),
        (status = 404, description = "`no_such_tenant`", body = ErrorBody),
        (status = "4XX", description = "Refused", body = ErrorBody),
    )
)]
pub(super) async fn export_audit(
    State(api): State<Arc<Api>>,
    user: Allowed<AnyUser>,
    slot: AuditSlot,
    Params(params): Params<AuditParams>,
) -> Result<Response, ApiError> {
    let mut filter = params.filter()?;
    check(&api, &user.caller, filter.tenant, &slot)?;
    filter.limit = PAGE;
    let export = Export {
        api,
        filter,
        begun: false,
        over: false,
    };
    let pages = stream::try_unfold(export, |mut export| async move {
        let page = export.page().await?;
        Ok::<_, DbError>(page.map(|page| (page, export)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// An export under way.
struct Export {
    api: Arc<Api>,
    filter: AuditFilter,
    begun: bool,
    over: bool,
}

const COLUMNS: [&str; 11] = [
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "tenant",
    "address",
    "action",
    "target",
    "outcome",
    "detail",
];

impl Export {
    /// The next part of the file; `None` at its end.
    async fn page(&mut self) -> Result<Option<Vec<u8>>, DbError> {
        if self.over {
            return Ok(None);
        }
        let rows = self.api.db.audit(&self.filter).await?;
        self.over = rows.len() < PAGE as usize;
        self.filter.before = rows.last().map(|row| row.id);
        let mut file = csv::Writer::from_writer(Vec::new());
        let corrupt = |_| DbError::Corrupt("audit entry");
        if !std::mem::replace(&mut self.begun, true) {
            file.write_record(COLUMNS).map_err(corrupt)?;
        }
        for row in rows {
            file.write_record(record(&row).iter().map(|cell| harmless(cell).into_owned()))
                .map_err(corrupt)?;
        }
        let page = file.into_inner().map_err(|_| DbError::Corrupt("audit entry"))?;
        Ok(Some(page))
    }
}

fn record(row: &AuditRow) -> [String; 11] {
    let entry = &row.entry;
    [
        row.id.to_string(),
        entry.at.to_rfc3339(),
        entry.actor.kind.name().to_owned(),
        entry.actor.id.clone().unwrap_or_default(),
        entry.actor.name.clone(),
        entry.tenant.map(|tenant| tenant.to_string()).unwrap_or_default(),
        entry.address.clone(),
        entry.action.clone(),
        entry.target.clone(),
        entry.outcome.name().to_owned(),
        entry.detail.clone(),
    ]
}

/// A spreadsheet takes a cell that begins like this for a formula, and much in the log was chosen by others.
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(bad), format!("'{bad}"));
        }
        assert_eq!(harmless("device a=b"), "device a=b");
    }
}
