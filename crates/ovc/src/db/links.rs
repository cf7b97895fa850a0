use super::members::set_member;
use super::second_factors::take_second_factor;
use super::{Db, DbError, GrantRow, MemberRow};
use crate::clock::UnixMs;
use crate::ids::{LinkId, LoginCode, SessionId, TenantId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

const INVITATION: &str = "invitation";
const PASSWORD: &str = "password";

/// An invitation into a tenant as stored.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Its number.
    pub id: LinkId,
    /// Into which tenant.
    pub tenant: TenantId,
    /// The name of the role to have there.
    pub role: String,
    /// Whether the role holds for everything of the tenant.
    pub everywhere: bool,
    /// Grants to make, as JSON.
    pub grants: String,
    /// Whom it is meant for, in the inviter's words.
    pub note: String,
    /// Who invites; `None`: a program, or somebody who is gone.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it ends.
    pub expires_at: UnixMs,
}

/// Who accepts an invitation.
#[derive(Debug, Clone, Copy)]
pub enum Invited<'a> {
    /// Somebody new.
    New {
        /// The name to log in with.
        username: &'a str,
        /// argon2id in PHC form.
        password_hash: &'a str,
    },
    /// A user.
    Known(UserId),
}

/// What became of accepting an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The user is in.
    Joined {
        /// Who.
        user: UserId,
        /// Where.
        tenant: TenantId,
    },
    /// He was in before; the invitation is still good.
    AlreadyMember,
    /// There is no such invitation, or it is used up or has expired.
    BadLink,
}

fn invitation(row: &SqliteRow) -> Result<InvitationRow, DbError> {
    Ok(InvitationRow {
        id: LinkId(row.try_get("id")?),
        tenant: TenantId(row.try_get("tenant_id")?),
        role: row.try_get("role")?,
        everywhere: row.try_get("everywhere")?,
        grants: row.try_get("grants")?,
        note: row.try_get("note")?,
        created_by: row.try_get::<Option<i64>, _>("created_by")?.map(UserId),
        created_at: UnixMs(row.try_get("created_at_ms")?),
        expires_at: UnixMs(row.try_get("expires_at_ms")?),
    })
}

impl Db {
    /// Keeps an invitation under the hash of its token; its number (that of the row given is not looked at). `None` if
    /// the tenant has `at_most` open ones already.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_invitation(
        &self,
        token_hash: &[u8; 32],
        row: &InvitationRow,
        at_most: u32,
    ) -> Result<Option<LinkId>, DbError> {
        let mut transaction = self.writer.begin().await?;
        expire(&mut transaction, row.created_at).await?;
        let open: u32 = sqlx::query_scalar("SELECT count(*) FROM links WHERE tenant_id = ?")
            .bind(row.tenant.0)
            .fetch_one(&mut *transaction)
            .await?;
        if open >= at_most {
            return Ok(None);
        }
        let done = sqlx::query(
            "INSERT INTO links (token_hash, kind, tenant_id, role, everywhere, grants, note, created_by,
                                created_at_ms, expires_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(token_hash.as_slice())
        .bind(INVITATION)
        .bind(row.tenant.0)
        .bind(&row.role)
        .bind(row.everywhere)
        .bind(&row.grants)
        .bind(&row.note)
        .bind(row.created_by.map(|user| user.0))
        .bind(row.created_at.0)
        .bind(row.expires_at.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(LinkId(done.last_insert_rowid())))
    }

    /// A tenant's open invitations, the newest first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn invitations(&self, tenant: TenantId, now: UnixMs) -> Result<Vec<InvitationRow>, DbError> {
        let rows =
            sqlx::query("SELECT * FROM links WHERE kind = ? AND tenant_id = ? AND expires_at_ms > ? ORDER BY id DESC")
                .bind(INVITATION)
                .bind(tenant.0)
                .bind(now.0)
                .fetch_all(&self.reader)
                .await?;
        rows.iter().map(invitation).collect()
    }

    /// The open invitation with this hash.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn invitation(&self, token_hash: &[u8; 32], now: UnixMs) -> Result<Option<InvitationRow>, DbError> {
        let row = sqlx::query("SELECT * FROM links WHERE kind = ? AND token_hash = ? AND expires_at_ms > ?")
            .bind(INVITATION)
            .bind(token_hash.as_slice())
            .bind(now.0)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(invitation).transpose()
    }

    /// Takes an invitation back; `false` if the tenant has no such one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn delete_invitation(&self, tenant: TenantId, link: LinkId) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM links WHERE kind = ? AND tenant_id = ? AND id = ?")
            .bind(INVITATION)
            .bind(tenant.0)
            .bind(link.0)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Uses an invitation up: makes the user if he is new, and a member of the tenant.
    ///
    /// # Errors
    /// [`DbError::Exists`] if the name is taken.
    pub async fn accept_invitation(
        &self,
        token_hash: &[u8; 32],
        who: Invited<'_>,
        now: UnixMs,
    ) -> Result<Accepted, DbError> {
        // What is not committed is undone when the transaction is dropped: the invitation stays good.
        let mut transaction = self.writer.begin().await?;
        let row = sqlx::query("DELETE FROM links WHERE kind = ? AND token_hash = ? AND expires_at_ms > ? RETURNING *")
            .bind(INVITATION)
            .bind(token_hash.as_slice())
            .bind(now.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row.as_ref().map(invitation).transpose()? else {
            return Ok(Accepted::BadLink);
        };
        let user = match who {
            Invited::New {
                username,
                password_hash,
            } => {
                let done = sqlx::query("INSERT INTO users (username, password_hash, created_at_ms) VALUES (?, ?, ?)")
                    .bind(username)
                    .bind(password_hash)
                    .bind(now.0)
                    .execute(&mut *transaction)
                    .await?;
                UserId(done.last_insert_rowid())
            }
            Invited::Known(user) => {
                let member = sqlx::query("SELECT 1 FROM members WHERE tenant_id = ? AND user_id = ?")
                    .bind(row.tenant.0)
                    .bind(user.0)
                    .fetch_optional(&mut *transaction)
                    .await?;
                if member.is_some() {
                    return Ok(Accepted::AlreadyMember);
                }
                user
            }
        };
        let member = MemberRow {
            tenant: row.tenant,
            user,
            role: row.role,
            everywhere: row.everywhere,
        };
        let grants: Vec<GrantRow> = serde_json::from_str(&row.grants).map_err(|_| DbError::Corrupt("invitation"))?;
        // What was removed or released since the invitation was made is not granted any more.
        let mut left = Vec::new();
        for grant in grants {
            if is_there(&mut transaction, row.tenant, &grant).await? {
                left.push(grant);
            }
        }
        set_member(&mut transaction, &member, &left).await?;
        transaction.commit().await?;
        Ok(Accepted::Joined {
            user,
            tenant: row.tenant,
        })
    }

    /// Keeps a link that sets a user's password, and may take his second factor off; those made before are void.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn add_password_link(
        &self,
        token_hash: &[u8; 32],
        user: UserId,
        created_by: Option<UserId>,
        lifts_second_factor: bool,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        expire(&mut transaction, now).await?;
        delete_password_links(&mut transaction, user).await?;
        sqlx::query(
            "INSERT INTO links (token_hash, kind, user_id, created_by, lifts_second_factor, created_at_ms,
                                expires_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(token_hash.as_slice())
        .bind(PASSWORD)
        .bind(user.0)
        .bind(created_by.map(|user| user.0))
        .bind(lifts_second_factor)
        .bind(now.0)
        .bind(expires_at.0)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Whose password the link with this hash sets.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn password_link(&self, token_hash: &[u8; 32], now: UnixMs) -> Result<Option<UserId>, DbError> {
        let user: Option<i64> =
            sqlx::query_scalar("SELECT user_id FROM links WHERE kind = ? AND token_hash = ? AND expires_at_ms > ?")
                .bind(PASSWORD)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .fetch_optional(&self.reader)
                .await?
                .flatten();
        Ok(user.map(UserId))
    }

    /// Uses a link up and sets the password; every session of the user ends. The answer is whose it is, and whether his
    /// second factor is off now; `None` if the link is not good any more.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn reset_password(
        &self,
        token_hash: &[u8; 32],
        password_hash: &str,
        now: UnixMs,
    ) -> Result<Option<(UserId, bool)>, DbError> {
        let mut transaction = self.writer.begin().await?;
        let used: Option<(i64, bool)> = sqlx::query_as(
            "DELETE FROM links WHERE kind = ? AND token_hash = ? AND expires_at_ms > ?
             RETURNING user_id, lifts_second_factor",
        )
        .bind(PASSWORD)
        .bind(token_hash.as_slice())
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((user, lifts_second_factor)) = used.map(|(user, lifts)| (UserId(user), lifts)) else {
            return Ok(None);
        };
        put_password(&mut transaction, user, password_hash, None).await?;
        if lifts_second_factor {
            take_second_factor(&mut transaction, user).await?;
        }
        transaction.commit().await?;
        Ok(Some((user, lifts_second_factor)))
    }

    /// Sets a user's password; his sessions but the one kept end, and links that would set it are void.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn set_password(
        &self,
        user: UserId,
        password_hash: &str,
        keep: Option<SessionId>,
    ) -> Result<(), DbError> {
        let mut transaction = self.writer.begin().await?;
        put_password(&mut transaction, user, password_hash, keep).await?;
        Ok(transaction.commit().await?)
    }
}

async fn put_password(
    transaction: &mut Transaction<'_, Sqlite>,
    user: UserId,
    password_hash: &str,
    keep: Option<SessionId>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET password_hash = ? WHERE id = ?")
        .bind(password_hash)
        .bind(user.0)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE user_id = ? AND id IS NOT ?")
        .bind(user.0)
        .bind(keep.map(|session| session.0))
        .execute(&mut **transaction)
        .await?;
    delete_password_links(transaction, user).await
}

async fn delete_password_links(transaction: &mut Transaction<'_, Sqlite>, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM links WHERE kind = ? AND user_id = ?")
        .bind(PASSWORD)
        .bind(user.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Whether the tenant still has what the grant is on.
async fn is_there(
    transaction: &mut Transaction<'_, Sqlite>,
    tenant: TenantId,
    grant: &GrantRow,
) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT 1 FROM groups WHERE tenant_id = ?1 AND id = ?2
         UNION SELECT 1 FROM devices WHERE tenant_id = ?1 AND login_code = ?3",
    )
    .bind(tenant.0)
    .bind(grant.group.map(|group| group.0))
    .bind(grant.device.as_ref().map(LoginCode::as_str))
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.is_some())
}

async fn expire(transaction: &mut Transaction<'_, Sqlite>, now: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM links WHERE expires_at_ms <= ?")
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
