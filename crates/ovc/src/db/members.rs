use super::{Db, DbError};
use crate::ids::{ChannelId, GroupId, LoginCode, TenantId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

/// A user in a tenant.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
    /// The name of his role.
    pub role: String,
    /// Whether it holds for everything of the tenant.
    pub everywhere: bool,
}

/// What a member may do with a part of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRow {
    /// On a group; either this or a device.
    pub group: Option<GroupId>,
    /// On a device.
    pub device: Option<LoginCode>,
    /// On a channel of that device only.
    pub channel: Option<ChannelId>,
    /// Names of permissions, as a JSON array.
    pub permissions: String,
    /// Recordings from then on only.
    pub recordings_from_ms: Option<i64>,
    /// Recordings until then only.
    pub recordings_to_ms: Option<i64>,
}

fn member(row: &SqliteRow) -> Result<MemberRow, DbError> {
    Ok(MemberRow {
        tenant: TenantId(row.try_get("tenant_id")?),
        user: UserId(row.try_get("user_id")?),
        role: row.try_get("role")?,
        everywhere: row.try_get("everywhere")?,
    })
}

fn grant(row: &SqliteRow) -> Result<(TenantId, UserId, GrantRow), DbError> {
    let device: Option<&str> = row.try_get("login_code")?;
    let device = device.map(LoginCode::parse).transpose();
    let grant = GrantRow {
        group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
        device: device.map_err(|_| DbError::Corrupt("login code"))?,
        channel: row.try_get::<Option<u32>, _>("channel")?.map(ChannelId),
        permissions: row.try_get("permissions")?,
        recordings_from_ms: row.try_get("recordings_from_ms")?,
        recordings_to_ms: row.try_get("recordings_to_ms")?,
    };
    Ok((
        TenantId(row.try_get("tenant_id")?),
        UserId(row.try_get("user_id")?),
        grant,
    ))
}

impl Db {
    /// Who is in which tenant: all of it, or of one user.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn members(&self, user: Option<UserId>) -> Result<Vec<MemberRow>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT tenant_id, user_id, role, everywhere FROM members");
        if let Some(user) = user {
            sql.push(" WHERE user_id = ").push_bind(user.0);
        }
        sql.push(" ORDER BY tenant_id");
        sql.build().fetch_all(&self.reader).await?.iter().map(member).collect()
    }

    /// What members may do with parts of tenants: all of it, or of one user.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn grants(&self, user: Option<UserId>) -> Result<Vec<(TenantId, UserId, GrantRow)>, DbError> {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT tenant_id, user_id, group_id, login_code, channel, permissions, recordings_from_ms, \
             recordings_to_ms FROM grants",
        );
        if let Some(user) = user {
            sql.push(" WHERE user_id = ").push_bind(user.0);
        }
        sql.push(" ORDER BY id");
        sql.build().fetch_all(&self.reader).await?.iter().map(grant).collect()
    }

    /// Makes a user a member with this role and these grants, or changes both.
    ///
    /// # Errors
    /// [`DbError::Missing`] if a grant is on something that is not there.
    pub async fn set_member(&self, member: &MemberRow, grants: &[GrantRow]) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        set_member(&mut transaction, member, grants).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a user out of a tenant.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_member(&self, tenant: TenantId, user: UserId) -> Result<(), DbError> {
        sqlx::query("DELETE FROM members WHERE tenant_id = ? AND user_id = ?")
            .bind(tenant.0)
            .bind(user.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// The same within a transaction of somebody else's.
pub(super) async fn set_member(
    connection: &mut SqliteConnection,
    member: &MemberRow,
    grants: &[GrantRow],
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO members (tenant_id, user_id, role, everywhere) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET role = excluded.role, everywhere = excluded.everywhere",
    )
    .bind(member.tenant.0)
    .bind(member.user.0)
    .bind(&member.role)
    .bind(member.everywhere)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM grants WHERE tenant_id = ? AND user_id = ?")
        .bind(member.tenant.0)
        .bind(member.user.0)
        .execute(&mut *connection)
        .await?;
    for grant in grants {
        sqlx::query(
            "INSERT INTO grants (tenant_id, user_id, group_id, login_code, channel, permissions, recordings_from_ms,
                                 recordings_to_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(member.tenant.0)
        .bind(member.user.0)
        .bind(grant.group.map(|group| group.0))
        .bind(grant.device.as_ref().map(LoginCode::as_str))
        .bind(grant.channel.map(|channel| channel.0))
        .bind(&grant.permissions)
        .bind(grant.recordings_from_ms)
        .bind(grant.recordings_to_ms)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
