-- Logs that devices were asked for.
CREATE TABLE device_logs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code   TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    from_ms      INTEGER NOT NULL,
    to_ms        INTEGER NOT NULL,
    requested_ms INTEGER NOT NULL,
    -- requested, uploading, done, failed or timed_out
    state        TEXT NOT NULL,
    finished_ms  INTEGER,
    error        TEXT,
    -- NULL: nothing is there, or the device says that there is nothing of that time
    blob         TEXT,
    by_kind      TEXT NOT NULL,
    by_id        INTEGER,
    by_name      TEXT
) STRICT;

CREATE INDEX device_logs_by_device ON device_logs (login_code, id);
CREATE INDEX device_logs_by_time ON device_logs (requested_ms);
CREATE INDEX device_logs_open ON device_logs (requested_ms) WHERE finished_ms IS NULL;

CREATE TRIGGER device_logs_drop_blob AFTER DELETE ON device_logs WHEN OLD.blob IS NOT NULL BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.blob;
END;

-- Images of devices' software: of a tenant for its own, or of the platform for all.
CREATE TABLE firmware (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id      INTEGER REFERENCES tenants (id) ON DELETE CASCADE,
    hardware_model TEXT NOT NULL,
    firmware_model TEXT NOT NULL,
    notes          TEXT NOT NULL,
    blob           TEXT NOT NULL,
    created_ms     INTEGER NOT NULL,
    created_by     TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX firmware_by_model ON firmware (coalesce(tenant_id, 0), hardware_model, firmware_model);

CREATE TRIGGER firmware_drop_blob AFTER DELETE ON firmware BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.blob;
END;

-- Upgrades of devices; of each at most one runs.
CREATE TABLE upgrades (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code  TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    -- NULL: from elsewhere, or removed since
    firmware_id INTEGER REFERENCES firmware (id) ON DELETE SET NULL,
    from_model  TEXT,
    to_model    TEXT NOT NULL,
    -- requested, downloading, installing, done, confirmed, error or timed_out
    state       TEXT NOT NULL,
    progress    INTEGER NOT NULL,
    started_ms  INTEGER NOT NULL,
    -- NULL: it runs
    ended_ms    INTEGER,
    error       TEXT,
    by_kind     TEXT NOT NULL,
    by_id       INTEGER,
    by_name     TEXT
) STRICT;

CREATE INDEX upgrades_by_device ON upgrades (login_code, id);
CREATE INDEX upgrades_by_firmware ON upgrades (firmware_id);
CREATE UNIQUE INDEX upgrades_running ON upgrades (login_code) WHERE ended_ms IS NULL;

-- What a tenant's devices may play.
CREATE TABLE sounds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id  INTEGER NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    blob       TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX sounds_by_tenant ON sounds (tenant_id, id);

CREATE TRIGGER sounds_drop_blob AFTER DELETE ON sounds BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.blob;
END;
