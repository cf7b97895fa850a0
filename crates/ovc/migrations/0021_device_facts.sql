-- What a device said of itself when it was asked last, for when it is away.
CREATE TABLE device_facts (
    login_code         TEXT PRIMARY KEY NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    -- the answer to GetCap, as it came
    capabilities       TEXT,
    capabilities_at_ms INTEGER,
    -- methods that it did not know, as a JSON array
    unsupported        TEXT NOT NULL DEFAULT '[]',
    -- the answer to DevInfo, as it came
    info               TEXT,
    info_at_ms         INTEGER
) STRICT, WITHOUT ROWID;

-- When a device came and went.
CREATE TABLE presence_history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    at_ms      INTEGER NOT NULL,
    presence   TEXT NOT NULL,
    -- where it came from
    address    TEXT,
    -- why it went
    reason     TEXT
) STRICT;

CREATE INDEX presence_history_by_device ON presence_history (login_code, id);
CREATE INDEX presence_history_by_time ON presence_history (at_ms);

-- What people call the stored positions of a camera; the positions themselves are the device's.
CREATE TABLE ptz_presets (
    login_code TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    channel    INTEGER NOT NULL,
    preset     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    PRIMARY KEY (login_code, channel, preset)
) STRICT, WITHOUT ROWID;
