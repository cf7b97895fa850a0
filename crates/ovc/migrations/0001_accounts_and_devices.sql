-- Times are milliseconds since 1970-01-01T00:00:00Z.

-- Keys made at the first start: they sign tokens and key the hashes of device passwords.
CREATE TABLE keys (
    name   TEXT PRIMARY KEY NOT NULL,
    secret BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    username      TEXT NOT NULL COLLATE NOCASE UNIQUE,
    -- argon2id in PHC form
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    -- SHA-256 of the token: who reads this table gets into nothing
    token_hash    BLOB PRIMARY KEY NOT NULL,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    login_code     TEXT PRIMARY KEY NOT NULL,
    name           TEXT NOT NULL,
    disabled       INTEGER NOT NULL DEFAULT 0,
    -- HMAC-SHA256 of the password under the key `device_passwords`
    passwd_hash    BLOB NOT NULL,
    created_at_ms  INTEGER NOT NULL,
    -- What follows is written behind, in batches.
    last_seen_at_ms INTEGER,
    hardware_model TEXT,
    firmware_model TEXT,
    sdk            TEXT,
    address        TEXT,
    battery        INTEGER,
    -- the last Keepalive, as JSON
    report         TEXT
) STRICT, WITHOUT ROWID;

-- Alarms, bindings and battery levels, as devices told them.
CREATE TABLE device_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    channel    INTEGER,
    at_ms      INTEGER NOT NULL,
    data       TEXT NOT NULL
) STRICT;

CREATE INDEX device_events_by_device ON device_events (login_code, id);
CREATE INDEX device_events_by_time ON device_events (at_ms);
