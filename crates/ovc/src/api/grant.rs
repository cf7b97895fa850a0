//! A grant as the API writes it, for members and invitations.

use super::Api;
use super::error::ApiError;
use crate::account::policy::{self, GrantTarget, TimeWindow};
use crate::account::{MemberError, Permission};
use crate::clock::UnixMs;
use crate::ids::{ChannelId, GroupId, LoginCode, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do with a part of a tenant: with a group and all below it, a device, or one channel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    /// On this group; either this or a device.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<i64>,
    /// On this device.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    login_code: Option<String>,
    /// On this channel of the device only.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<u32>,
    /// What is allowed there. To see that it is there goes without saying.
    permissions: Vec<Permission>,
    /// Recordings from then on only.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    recordings_from: Option<String>,
    /// Recordings until then only.
    #[schema(format = DateTime, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    recordings_to: Option<String>,
}

impl From<&policy::Grant> for Grant {
    fn from(grant: &policy::Grant) -> Self {
        let (group_id, login_code, channel) = match &grant.on {
            GrantTarget::Group(group) => (Some(group.0), None, None),
            GrantTarget::Device(code) => (None, Some(code.to_string()), None),
            GrantTarget::Channel(code, channel) => (None, Some(code.to_string()), Some(channel.0)),
        };
        Self {
            group_id,
            login_code,
            channel,
            permissions: grant.permissions.iter().collect(),
            recordings_from: grant.recordings.from_ms.map(|ms| UnixMs(ms).to_rfc3339()),
            recordings_to: grant.recordings.to_ms.map(|ms| UnixMs(ms).to_rfc3339()),
        }
    }
}

impl Grant {
    /// The grant that this describes, on a thing of this tenant's.
    fn read(self, api: &Api, tenant: TenantId) -> Result<policy::Grant, ApiError> {
        let bad = |why| ApiError::from(MemberError::BadGrant(why));
        let on = match (self.group_id, self.login_code, self.channel) {
            (Some(group), None, None) => GrantTarget::Group(GroupId(group)),
            (None, Some(code), channel) => {
                let code = LoginCode::parse(&code).ok().filter(|code| {
                    let belonging = api.devices.belonging(code);
                    belonging.is_some_and(|belonging| belonging.tenant == Some(tenant))
                });
                let code = code.ok_or_else(|| bad("a grant is on a device that is not the tenant's"))?;
                match channel {
                    Some(channel) => GrantTarget::Channel(code, ChannelId(channel)),
                    None => GrantTarget::Device(code),
                }
            }
            _ => {
                return Err(bad(
                    "a grant is on either a group or a device, a channel only with a device",
                ));
            }
        };
        let time = |text: Option<String>| {
            let read = |text: String| UnixMs::from_rfc3339(&text).map(|at| at.0);
            text.map(|text| read(text).ok_or_else(|| bad("a time of a grant is not RFC 3339")))
                .transpose()
        };
        Ok(policy::Grant {
            on,
            permissions: self.permissions.into_iter().collect(),
            recordings: TimeWindow {
                from_ms: time(self.recordings_from)?,
                to_ms: time(self.recordings_to)?,
            },
        })
    }
}

/// The grants that these describe, on things of this tenant's.
pub(super) fn read_grants(api: &Api, tenant: TenantId, grants: Vec<Grant>) -> Result<Vec<policy::Grant>, ApiError> {
    grants.into_iter().map(|grant| grant.read(api, tenant)).collect()
}
