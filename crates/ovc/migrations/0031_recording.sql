-- Recordings. Bytes of segments are in the object store; what is here is enough to say of every second what became of it.

-- How a channel is to be recorded, as somebody decided. A channel without a row is not recorded.
CREATE TABLE record_plans (
    login_code    TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    channel       INTEGER NOT NULL,
    -- as JSON: mode, schedule, how long what is kept
    plan          TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (login_code, channel)
) STRICT, WITHOUT ROWID;

-- What was recorded of one channel while one tenant held it. Once the device is gone, or another's, it is nobody's
-- (login_code NULL), and is deleted bit by bit.
CREATE TABLE record_streams (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code TEXT,
    channel    INTEGER NOT NULL,
    -- how many segments there are, and their bytes: kept true by triggers, for adding them up takes seconds
    segments   INTEGER NOT NULL DEFAULT 0,
    bytes      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX record_streams_of_channel ON record_streams (login_code, channel) WHERE login_code IS NOT NULL;
CREATE INDEX record_streams_abandoned ON record_streams (id) WHERE login_code IS NULL;

CREATE TRIGGER record_streams_of_deleted AFTER DELETE ON devices BEGIN
    UPDATE record_streams SET login_code = NULL WHERE login_code = OLD.login_code;
END;

CREATE TRIGGER record_streams_of_moved AFTER UPDATE OF tenant_id ON devices WHEN OLD.tenant_id IS NOT NEW.tenant_id BEGIN
    UPDATE record_streams SET login_code = NULL WHERE login_code = OLD.login_code;
    DELETE FROM record_plans WHERE login_code = OLD.login_code;
END;

-- Recording sessions: spans of time in which a channel was to be recorded.
CREATE TABLE record_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id  INTEGER NOT NULL REFERENCES record_streams (id) ON DELETE CASCADE,
    -- the unguessable part of the OVR address; the session_id of the wire is made from it, and tells nothing of it
    token      TEXT NOT NULL UNIQUE,
    -- device: it uploads segments; cloud: its live stream is recorded here
    recorder   TEXT NOT NULL,
    -- always, schedule, alarm
    cause      TEXT NOT NULL,
    began_ms   INTEGER NOT NULL,
    -- NULL: it runs
    ended_ms   INTEGER,
    end_reason TEXT
) STRICT;

CREATE INDEX record_sessions_by_stream ON record_sessions (stream_id, began_ms);
CREATE INDEX record_sessions_open ON record_sessions (stream_id) WHERE ended_ms IS NULL;

CREATE TABLE segments (
    id              INTEGER PRIMARY KEY,
    stream_id       INTEGER NOT NULL,
    session_id      INTEGER NOT NULL,
    -- where it is placed, and how long it is
    start_ms        INTEGER NOT NULL,
    duration_ms     INTEGER NOT NULL,
    bytes           INTEGER NOT NULL,
    -- 1: its timestamps do not continue those of the segment before; 2: the device's clock was not believed
    flags           INTEGER NOT NULL,
    -- when the device said it began; NULL: where it is placed
    device_start_ms INTEGER,
    -- when it was there
    received_ms     INTEGER NOT NULL,
    -- the object's name: 4 bytes of the time it was made (seconds since 1970, big endian), 12 random bytes
    key             BLOB NOT NULL
) STRICT;

CREATE INDEX segments_by_time ON segments (stream_id, start_ms);
CREATE UNIQUE INDEX segments_by_key ON segments (key);

-- Objects of segments that are forgotten; the object is deleted first, then the row here.
CREATE TABLE dropped_segments (
    key       BLOB PRIMARY KEY NOT NULL,
    stream_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER segments_count AFTER INSERT ON segments BEGIN
    UPDATE record_streams SET segments = segments + 1, bytes = bytes + NEW.bytes WHERE id = NEW.stream_id;
END;

CREATE TRIGGER segments_drop AFTER DELETE ON segments BEGIN
    INSERT OR IGNORE INTO dropped_segments (key, stream_id) VALUES (OLD.key, OLD.stream_id);
    UPDATE record_streams SET segments = segments - 1, bytes = bytes - OLD.bytes WHERE id = OLD.stream_id;
END;

-- Footage without a gap, put together from segments by whoever adds or deletes them, so that a month is a few rows.
CREATE TABLE record_spans (
    stream_id INTEGER NOT NULL,
    start_ms  INTEGER NOT NULL,
    end_ms    INTEGER NOT NULL,
    PRIMARY KEY (stream_id, start_ms)
) STRICT, WITHOUT ROWID;

-- Seconds of which it is known that they are not there, and why.
CREATE TABLE record_losses (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id  INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    -- dropped: by the device, which had no room (stat); failed: not uploaded after all tries; refused: the cloud did not
    -- want it; expired: promised and never uploaded
    reason     TEXT NOT NULL,
    -- when it was told
    at_ms      INTEGER NOT NULL,
    -- from when; NULL: somewhere before it was told
    from_ms    INTEGER,
    -- how long
    lost_ms    INTEGER NOT NULL,
    -- how many segments
    segments   INTEGER NOT NULL
) STRICT;

CREATE INDEX record_losses_by_time ON record_losses (stream_id, at_ms);

-- What was deleted before its time was over, because there was no more room; or when it was over.
CREATE TABLE record_deletions (
    stream_id INTEGER NOT NULL,
    -- all footage before this time is deleted, but what is kept for longer
    before_ms INTEGER NOT NULL,
    PRIMARY KEY (stream_id)
) STRICT, WITHOUT ROWID;

-- Footage that is kept for longer than the rest: around alarms, and what somebody locked.
CREATE TABLE record_keeps (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id     INTEGER NOT NULL REFERENCES record_streams (id) ON DELETE CASCADE,
    from_ms       INTEGER NOT NULL,
    to_ms         INTEGER NOT NULL,
    -- NULL: for ever
    until_ms      INTEGER,
    -- the alarm's number; NULL: a clip that somebody locked
    alarm_id      INTEGER,
    name          TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    created_by    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX record_keeps_by_time ON record_keeps (stream_id, from_ms);
CREATE UNIQUE INDEX record_keeps_of_alarm ON record_keeps (alarm_id) WHERE alarm_id IS NOT NULL;

-- Links that show a piece of footage to whoever has them.
CREATE TABLE record_shares (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id     INTEGER NOT NULL REFERENCES record_streams (id) ON DELETE CASCADE,
    from_ms       INTEGER NOT NULL,
    to_ms         INTEGER NOT NULL,
    name          TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    created_by    TEXT NOT NULL DEFAULT '',
    -- who made it: user or key, and its number; the link ends when he may not see the footage any more
    by_kind       TEXT NOT NULL,
    by_id         INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX record_shares_by_stream ON record_shares (stream_id, id);

-- When this cloud ran: one row a start, its end written down every few seconds.
CREATE TABLE cloud_runs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    began_ms    INTEGER NOT NULL,
    alive_at_ms INTEGER NOT NULL
) STRICT;
