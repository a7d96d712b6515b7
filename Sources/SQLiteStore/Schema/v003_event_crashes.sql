-- Crashes of the process while the workflows of a waiting event were chosen.
ALTER TABLE event_queue ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
