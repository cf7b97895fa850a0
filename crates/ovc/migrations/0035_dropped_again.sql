-- Objects of forgotten segments that could not be deleted are tried again later, and keep none of the others waiting.
-- When the last time was; NULL: not yet.
ALTER TABLE dropped_segments ADD COLUMN tried_at_ms INTEGER;
CREATE INDEX dropped_segments_by_try ON dropped_segments (tried_at_ms);

-- Clips are few among very many alarms.
CREATE INDEX record_keeps_of_clips ON record_keeps (stream_id, from_ms) WHERE alarm_id IS NULL;
