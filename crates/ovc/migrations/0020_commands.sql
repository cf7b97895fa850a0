-- What was wanted of devices, by whom, and what came of it.
CREATE TABLE commands (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    login_code  TEXT NOT NULL REFERENCES devices (login_code) ON DELETE CASCADE,
    at_ms       INTEGER NOT NULL,
    -- `user`, `key` or `cloud`, and who that was then
    by_kind     TEXT NOT NULL,
    by_id       INTEGER,
    by_name     TEXT,
    method      TEXT NOT NULL,
    -- a request; else an event, which has no answer
    is_request  INTEGER NOT NULL,
    -- JSON without secrets; what is long is cut
    params      TEXT,
    outcome     TEXT NOT NULL,
    error_code  INTEGER,
    error_msg   TEXT,
    answer      TEXT,
    duration_ms INTEGER
) STRICT;

CREATE INDEX commands_by_device ON commands (login_code, id);
CREATE INDEX commands_by_time ON commands (at_ms);
