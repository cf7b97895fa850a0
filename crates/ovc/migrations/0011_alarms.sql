-- Alarms as events with a beginning and an end, put together from what devices tell. What they told stands in
-- device_events as it came. All of it goes when the device does, or goes to somebody else.
CREATE TABLE alarms (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code      TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    -- whose the device is: it takes no alarms along to another
    tenant_id       INTEGER,
    channel         INTEGER NOT NULL,
    -- by the protocol's number; others than it names may come
    type            INTEGER NOT NULL,
    begin_ms        INTEGER NOT NULL,
    -- NULL: it stands
    end_ms          INTEGER,
    end_reason      TEXT,
    text            TEXT NOT NULL,
    -- 1: a Keepalive carried it
    carried         INTEGER NOT NULL,
    -- when it was last heard of
    news_ms         INTEGER NOT NULL,
    -- pictures asked for so far; each has its own upload address
    asked           INTEGER NOT NULL DEFAULT 0,
    -- the number of the one that is there, and its object
    picture_number  INTEGER NOT NULL DEFAULT 0,
    picture         TEXT,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT
) STRICT;

CREATE UNIQUE INDEX alarms_open ON alarms (login_code, channel, type) WHERE end_ms IS NULL;
CREATE INDEX alarms_by_device ON alarms (login_code, id);
CREATE INDEX alarms_by_tenant ON alarms (tenant_id, id);
CREATE INDEX alarms_by_time ON alarms (begin_ms);
CREATE INDEX alarms_unread ON alarms (tenant_id) WHERE acknowledged_ms IS NULL;
CREATE INDEX alarms_active ON alarms (tenant_id) WHERE end_ms IS NULL;

CREATE TRIGGER alarms_drop_picture AFTER DELETE ON alarms WHEN OLD.picture IS NOT NULL BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.picture;
END;

CREATE TRIGGER alarms_replace_picture AFTER UPDATE OF picture ON alarms
WHEN OLD.picture IS NOT NULL AND OLD.picture IS NOT NEW.picture BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.picture;
END;
