use super::book::Session;
use super::policy::{Caller, Principal};
use super::{Accounts, Client, random_text};
use crate::clock::UnixMs;
use crate::db::{DbError, SessionRow};
use crate::ids::{SessionId, UserId};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Sessions one user may have. Over it the oldest ends.
const MAX_SESSIONS_PER_USER: usize = 500;
/// Longest name of a program that is kept, in characters.
const MAX_USER_AGENT: usize = 200;

/// Somebody who has proven who he is.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who, and what he may do.
    pub caller: Arc<Caller>,
    /// By which session; `None`: by an API key.
    pub session: Option<SessionId>,
}

/// A fresh session.
#[derive(Debug, Clone)]
pub struct Login {
    /// The bearer token, shown this once.
    pub token: String,
    /// When it ends.
    pub expires_at: UnixMs,
    /// Which session.
    pub session: SessionId,
    /// Whose.
    pub caller: Arc<Caller>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// Which.
    pub id: SessionId,
    /// When it began.
    pub created_at: UnixMs,
    /// When it was last used.
    pub last_seen_at: UnixMs,
    /// When it ends.
    pub expires_at: UnixMs,
    /// From where it began.
    pub address: String,
    /// With which program.
    pub user_agent: String,
}

impl Accounts {
    /// Begins a session of a user who has proven who he is.
    ///
    /// # Errors
    /// The database failed, or the user is gone.
    pub async fn start_session(&self, user: UserId, client: &Client) -> Result<Login, DbError> {
        // A user who is being disabled gets no session that outlives it.
        let _turn = self.changing.lock().await;
        self.begin_session(user, client).await
    }

    /// The same, to be called with `changing` held.
    pub(super) async fn begin_session(&self, user: UserId, client: &Client) -> Result<Login, DbError> {
        let now = UnixMs::now();
        let token = format!("ovs_{}", random_text::<32>());
        let mut row = SessionRow {
            id: SessionId(0),
            token_hash: hash(&token),
            user,
            created_at: now,
            expires_at: now.plus(self.config.session_lifetime),
            last_seen_at: now,
            address: client.address.to_canonical().to_string(),
            user_agent: client
                .user_agent
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_USER_AGENT)
                .collect(),
        };
        let caller = self.caller(Principal::User(user)).ok_or(DbError::Missing)?;
        row.id = self.db.add_session(&row).await?;
        let (session, expires_at) = (row.id, row.expires_at);
        let surplus = {
            let mut book = self.book.write();
            book.add_session(row);
            let oldest = book.sessions_of(user).map(|session| session.id).min();
            let surplus = oldest.filter(|_| book.sessions_of(user).count() > MAX_SESSIONS_PER_USER);
            surplus.inspect(|id| drop(book.remove_session(*id)))
        };
        if let Some(id) = surplus {
            self.db.delete_sessions(&[id]).await?;
            self.access_changed();
        }
        tracing::info!(username = caller.name, from = %client.address, "logged in");
        Ok(Login {
            token,
            expires_at,
            session,
            caller,
        })
    }

    /// Whose session or API key this is.
    pub fn authenticate(&self, token: &str, now: UnixMs) -> Option<Authenticated> {
        let book = self.book.read();
        let hash = hash(token);
        if let Some(key) = book.keys.get(&hash) {
            key.last_used_at.store(now.0, Ordering::Relaxed);
            let good = key.expires_at.is_none_or(|end| end > now);
            return good.then(|| Authenticated {
                caller: key.caller.clone(),
                session: None,
            });
        }
        let session = book.sessions.get(&hash).filter(|session| session.expires_at > now)?;
        let user = book.users.get(&session.user).filter(|user| !user.disabled)?;
        session.last_seen_at.store(now.0, Ordering::Relaxed);
        Some(Authenticated {
            caller: user.caller.clone(),
            session: Some(session.id),
        })
    }

    /// Who has this name, if anybody; also one who may not log in.
    pub fn caller_of_name(&self, name: &str) -> Option<Arc<Caller>> {
        let book = self.book.read();
        book.user_of_name(name).map(|user| user.caller.clone())
    }

    /// What a user or key may do at this moment; `None` if there is no such, or it may not do anything any more.
    pub fn caller(&self, principal: Principal) -> Option<Arc<Caller>> {
        let book = self.book.read();
        match principal {
            Principal::User(id) => {
                let user = book.users.get(&id).filter(|user| !user.disabled)?;
                Some(user.caller.clone())
            }
            Principal::Key(_) => {
                let mut keys = book.keys.values();
                let key = keys.find(|key| key.caller.principal == principal)?;
                let good = key.expires_at.is_none_or(|end| end > UnixMs::now());
                good.then(|| key.caller.clone())
            }
        }
    }

    /// The same for who came by this session, if it has not ended: for what goes on for longer than a request.
    pub fn caller_still(&self, principal: Principal, session: Option<SessionId>, now: UnixMs) -> Option<Arc<Caller>> {
        if let Some(id) = session {
            let book = self.book.read();
            book.session(id).filter(|session| session.expires_at > now)?;
        }
        self.caller(principal)
    }

    /// A user's sessions, the latest first.
    pub fn sessions_of(&self, user: UserId, now: UnixMs) -> Vec<SessionInfo> {
        let book = self.book.read();
        let mut all: Vec<_> = book
            .sessions_of(user)
            .filter(|session| session.expires_at > now)
            .map(info)
            .collect();
        all.sort_by_key(|session| std::cmp::Reverse(session.id));
        all
    }

    /// Ends a session of this user. `false` if he has none of this number.
    ///
    /// # Errors
    /// The database failed; the session may live on after a restart.
    pub async fn end_session(&self, user: UserId, session: SessionId) -> Result<bool, DbError> {
        let own = {
            let mut book = self.book.write();
            let own = book.session(session).is_some_and(|session| session.user == user);
            own && book.remove_session(session).is_some()
        };
        if own {
            self.access_changed();
            self.db.delete_sessions(&[session]).await?;
        }
        Ok(own)
    }

    /// Ends all sessions of this user, or all but one.
    ///
    /// # Errors
    /// The database failed; the sessions may live on after a restart.
    pub async fn end_sessions(&self, user: UserId, except: Option<SessionId>) -> Result<(), DbError> {
        let ended = self.forget_sessions(user, except);
        self.db.delete_sessions(&ended).await
    }

    /// Ends all sessions of this user, or all but one, in the book alone: for what has ended them in the database.
    pub(super) fn forget_sessions(&self, user: UserId, except: Option<SessionId>) -> Vec<SessionId> {
        let ended: Vec<_> = {
            let mut book = self.book.write();
            let ended: Vec<_> = book
                .sessions_of(user)
                .map(|session| session.id)
                .filter(|id| Some(*id) != except)
                .collect();
            for id in &ended {
                book.remove_session(*id);
            }
            ended
        };
        self.access_changed();
        ended
    }

    /// Ends what ends by itself: sessions, API keys, what tenants have let in. To be called every few seconds, so that
    /// what goes on for a caller ends with it.
    pub fn expire(&self, now: UnixMs) {
        let before = UnixMs(self.expired_until.swap(now.0, Ordering::Relaxed));
        let just = |end: Option<UnixMs>| end.is_some_and(|end| before < end && end <= now);
        let ended = {
            let book = self.book.read();
            book.sessions.values().any(|session| just(Some(session.expires_at)))
                || book.keys.values().any(|key| just(key.expires_at))
                || book.tenants.values().any(|tenant| just(tenant.support_until))
        };
        if ended {
            self.access_changed();
        }
    }

    /// Writes down when sessions were last used, and forgets those that have expired.
    pub(super) async fn tidy_sessions(&self, now: UnixMs) -> Result<(), DbError> {
        let uses: Vec<_> = {
            let mut book = self.book.write();
            let expired: Vec<_> = book
                .sessions
                .values()
                .filter(|session| session.expires_at <= now)
                .map(|session| session.id)
                .collect();
            for id in expired {
                book.remove_session(id);
            }
            let seen = book.sessions.values_mut().filter_map(|session| {
                let seen_at = UnixMs(*session.last_seen_at.get_mut());
                let news = seen_at > session.written_at;
                session.written_at = seen_at;
                news.then_some((session.id, seen_at))
            });
            seen.collect()
        };
        if !uses.is_empty() {
            self.db.write_session_uses(&uses).await?;
        }
        self.db.delete_expired_sessions(now).await
    }
}

fn info(session: &Session) -> SessionInfo {
    SessionInfo {
        id: session.id,
        created_at: session.created_at,
        last_seen_at: UnixMs(session.last_seen_at.load(Ordering::Relaxed)),
        expires_at: session.expires_at,
        address: session.address.clone(),
        user_agent: session.user_agent.clone(),
    }
}

/// Tokens are 256 random bits: a plain hash of one cannot be turned back.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Secrets;
    use crate::bus::{Bus, Event};
    use crate::config::AccountConfig;
    use crate::db::Db;
    use std::time::Duration;

    #[tokio::test]
    async fn what_ends_by_itself_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let bus = Bus::default();
        let secrets = Secrets {
            admin_password: Some("a good long password".into()),
            ..Secrets::default()
        };
        let (accounts, _) = Accounts::open(db, AccountConfig::default(), bus.clone(), dir.path(), secrets)
            .await
            .unwrap();
        let tenant = accounts.tenants(UnixMs::now()).remove(0).id;
        let hour = Some(Duration::from_secs(3600));
        let end = accounts.set_support(tenant, hour).await.unwrap().support_until.unwrap();
        let mut told = bus.subscribe();
        // Each is followed by an event of another kind, so that nothing told in between goes unseen.
        let mut tells = async |now: UnixMs| {
            accounts.expire(now);
            let device = crate::ids::LoginCode::parse("mark").unwrap();
            bus.publish(Event::LoggedIn { device });
            let mut times = 0;
            while let Some(Ok(Event::AccessChanged)) = told.next().await {
                times += 1;
            }
            times
        };
        assert_eq!(tells(end.minus(Duration::from_millis(1))).await, 0);
        assert_eq!(tells(end).await, 1);
        assert_eq!(tells(end.plus(Duration::from_millis(1))).await, 0);
        assert_eq!(accounts.tenant(tenant, end).unwrap().support_until, None);
    }
}
