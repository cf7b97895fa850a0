-- Objects: pictures, logs, firmware, sounds. The bytes are in the object store, under the key.
CREATE TABLE blobs (
    key           TEXT PRIMARY KEY NOT NULL,
    bytes         INTEGER NOT NULL,
    content_type  TEXT NOT NULL,
    sha256        BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    -- 1: nothing refers to it any more; the object is deleted first, then this row
    dropped       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX blobs_dropped ON blobs (dropped) WHERE dropped = 1;

-- Pictures that somebody had a device take.
CREATE TABLE snapshots (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    channel    INTEGER NOT NULL,
    at_ms      INTEGER NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    blob       TEXT NOT NULL,
    -- who wanted it: user or key, and its number
    by_kind    TEXT NOT NULL,
    by_id      INTEGER NOT NULL
) STRICT;

CREATE INDEX snapshots_by_device ON snapshots (login_code, id);
CREATE INDEX snapshots_by_time ON snapshots (at_ms);

CREATE TRIGGER snapshots_drop_blob AFTER DELETE ON snapshots BEGIN
    UPDATE blobs SET dropped = 1 WHERE key = OLD.blob;
END;
