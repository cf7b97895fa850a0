-- A password link made on the cloud's own machine takes the second factor off as well.
ALTER TABLE links ADD COLUMN lifts_second_factor INTEGER NOT NULL DEFAULT 0;
