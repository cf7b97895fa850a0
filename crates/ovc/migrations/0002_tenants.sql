-- Tenants own devices; users belong to tenants. Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE tenants (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL COLLATE NOCASE UNIQUE,
    created_at_ms    INTEGER NOT NULL,
    -- Until then platform administrators may see what the tenant's admins see; NULL: they may not.
    support_until_ms INTEGER
) STRICT;

-- Groups of devices: sites, floors. A tree within a tenant.
CREATE TABLE groups (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES groups (id),
    name      TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX groups_by_name ON groups (tenant_id, coalesce(parent_id, 0), name COLLATE NOCASE);

ALTER TABLE users ADD COLUMN platform_admin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
-- TOTP (RFC 6238): the shared secret, sealed with the master key; NULL: no second factor.
ALTER TABLE users ADD COLUMN totp_sealed BLOB;
-- The time step of the last code that was taken: no code is good twice.
ALTER TABLE users ADD COLUMN totp_last_step INTEGER NOT NULL DEFAULT 0;

CREATE TABLE recovery_codes (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256: each code is random enough not to need a slow hash
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    tenant_id  INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT NOT NULL,
    -- 1: the role holds for everything of the tenant; 0: the member has only what the grants give
    everywhere INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id);

-- What a member may do beyond the role: exactly one of group and device is set; a channel only with a device.
CREATE TABLE grants (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id          INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    group_id           INTEGER REFERENCES groups (id) ON DELETE CASCADE,
    login_code         TEXT REFERENCES devices (login_code) ON DELETE CASCADE,
    channel            INTEGER,
    -- names of permissions, as a JSON array
    permissions        TEXT NOT NULL,
    -- recordings of this time only; NULL: no bound
    recordings_from_ms INTEGER,
    recordings_to_ms   INTEGER,
    FOREIGN KEY (tenant_id, user_id) REFERENCES members (tenant_id, user_id) ON DELETE CASCADE,
    CHECK ((group_id IS NULL) <> (login_code IS NULL)),
    CHECK (channel IS NULL OR login_code IS NOT NULL)
) STRICT;

CREATE INDEX grants_by_member ON grants (user_id, tenant_id);

ALTER TABLE devices ADD COLUMN tenant_id INTEGER REFERENCES tenants (id);
ALTER TABLE devices ADD COLUMN group_id INTEGER REFERENCES groups (id);
-- 1: the platform keeps it (imported, or added without a tenant); a tenant can release it but not remove it
ALTER TABLE devices ADD COLUMN stocked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX devices_by_tenant ON devices (tenant_id, group_id);

-- Sessions get a number that may be shown, and where they are from. Everybody logs in anew.
DROP TABLE sessions;
CREATE TABLE sessions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the token: who reads this table gets into nothing
    token_hash      BLOB NOT NULL UNIQUE,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER NOT NULL,
    -- written behind, coarsely
    last_seen_at_ms INTEGER NOT NULL,
    address         TEXT NOT NULL,
    user_agent      TEXT NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id       INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    key_hash        BLOB NOT NULL UNIQUE,
    -- names of permissions, as a JSON array
    scopes          TEXT NOT NULL,
    created_by      INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at_ms   INTEGER NOT NULL,
    expires_at_ms   INTEGER,
    last_used_at_ms INTEGER
) STRICT;

-- One-time links: invitations (tenant, role, …) and links to set a password (user).
CREATE TABLE links (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash    BLOB NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    tenant_id     INTEGER REFERENCES tenants (id) ON DELETE CASCADE,
    user_id       INTEGER REFERENCES users (id) ON DELETE CASCADE,
    role          TEXT,
    everywhere    INTEGER,
    -- grants to make, as JSON
    grants        TEXT,
    -- whom it is meant for, in the inviter's words
    note          TEXT NOT NULL DEFAULT '',
    created_by    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE binds (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the bind id that the device sends
    id_hash       BLOB NOT NULL UNIQUE,
    tenant_id     INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    group_id      INTEGER REFERENCES groups (id) ON DELETE SET NULL,
    name          TEXT NOT NULL DEFAULT '',
    created_by    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    -- what came of it last: NULL while waiting, bound, or why it was refused
    outcome       TEXT,
    login_code    TEXT,
    settled_at_ms INTEGER
) STRICT;

-- Who did what from where. Append-only: see the triggers.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms      INTEGER NOT NULL,
    -- user, key, device, system or nobody, and its number and name as they were then
    actor_kind TEXT NOT NULL,
    actor_id   TEXT,
    actor_name TEXT NOT NULL,
    -- no reference: the record outlives what it tells of
    tenant_id  INTEGER,
    address    TEXT NOT NULL,
    action     TEXT NOT NULL,
    target     TEXT NOT NULL,
    -- done, refused or failed
    outcome    TEXT NOT NULL,
    detail     TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX audit_by_tenant ON audit (tenant_id, id);

CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- What was there before belongs to one tenant, its users to both the tenant and the platform.
INSERT INTO tenants (id, name, created_at_ms) SELECT 1, 'Home', min(created_at_ms) FROM users HAVING count(*) > 0;
UPDATE users SET platform_admin = 1 WHERE role = 'admin';
INSERT INTO members (tenant_id, user_id, role, everywhere) SELECT 1, id, 'owner', 1 FROM users WHERE role = 'admin';
UPDATE devices SET tenant_id = 1;
ALTER TABLE users DROP COLUMN role;
