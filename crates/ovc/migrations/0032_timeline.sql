-- What timelines look for: the few segments whose device's clock was not believed among very many, and alarms of a channel
-- by their time.
CREATE INDEX segments_doubted ON segments (stream_id, start_ms) WHERE flags & 2 <> 0;
CREATE INDEX alarms_by_channel ON alarms (login_code, channel, begin_ms);
