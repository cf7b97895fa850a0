//! A way back in for somebody who has lost password, phone and recovery codes, where no administrator can help him.

use super::{ControlError, entry};
use crate::account::rescue_link;
use crate::db::{AuditEntry, Db};

/// A link that was made.
pub(super) struct Rescue {
    /// For whoever asked: how to use it.
    pub(super) said: String,
    /// For the audit log: one for each tenant whose business it is.
    pub(super) entries: Vec<AuditEntry>,
}

/// Makes one for this user.
pub(super) async fn link(db: &Db, username: &str) -> Result<Rescue, ControlError> {
    let users = db.users().await?;
    let user = users
        .into_iter()
        .find(|user| user.username.eq_ignore_ascii_case(username))
        .ok_or_else(|| ControlError::Refused(format!("there is no user {username}")))?;
    if user.disabled {
        let why = format!(
            "{} may not log in: a platform administrator has to allow it",
            user.username
        );
        return Err(ControlError::Refused(why));
    }
    let link = rescue_link(db, user.id).await?;
    let members = db.members(Some(user.id)).await?;
    let mut tenants: Vec<_> = members.iter().map(|member| Some(member.tenant)).collect();
    if tenants.is_empty() {
        tenants.push(None);
    }
    let entries = tenants.into_iter().map(|tenant| AuditEntry {
        tenant,
        detail: "takes the second factor off".into(),
        ..entry("reset_link", &format!("user {}", user.username))
    });
    let said = format!(
        "A link for {}, good once, until {}: it sets a new password and takes the second factor off.\n\
         Open it in a browser, behind the address of the cloud:\n\n    /reset#{}\n",
        user.username,
        link.expires_at.to_rfc3339(),
        link.token
    );
    Ok(Rescue {
        said,
        entries: entries.collect(),
    })
}
