-- The same tables with cheaper checks. SQLite makes a table in memory for a list of three words or
-- more each time a row is written, which cost more than the row; words one by one cost nearly
-- nothing.
--
-- Foreign keys are off meanwhile, and checked before the commit.

CREATE TABLE new_events (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  type             TEXT NOT NULL,
  status           TEXT NOT NULL
                   CHECK (status = 'received' OR status = 'done' OR status = 'unmatched'
                          OR status = 'held' OR status = 'failed'),
  livemode         INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  account          TEXT,
  api_version      TEXT,
  object_id        TEXT,
  lane             TEXT NOT NULL,
  is_thin          INTEGER NOT NULL CHECK (is_thin IN (0, 1)),
  endpoint         TEXT NOT NULL,
  secret_slot      INTEGER NOT NULL,
  hold_reason      TEXT,
  created_at       INTEGER NOT NULL,
  received_at      INTEGER NOT NULL,
  deliveries       INTEGER NOT NULL DEFAULT 1,
  last_delivery_at INTEGER
) STRICT;

INSERT INTO new_events (seq, id, type, status, livemode, account, api_version, object_id, lane,
  is_thin, endpoint, secret_slot, hold_reason, created_at, received_at, deliveries,
  last_delivery_at)
SELECT seq, id, type, status, livemode, account, api_version, object_id, lane,
  is_thin, endpoint, secret_slot, hold_reason, created_at, received_at, deliveries,
  last_delivery_at
FROM webhook_events ORDER BY seq;

DROP TABLE webhook_events;
ALTER TABLE new_events RENAME TO webhook_events;
CREATE INDEX events_needing_eyes ON webhook_events (seq) WHERE status IN ('held', 'failed');

CREATE TABLE new_runs (
  id            INTEGER PRIMARY KEY,
  event_seq     INTEGER NOT NULL REFERENCES webhook_events (seq),
  workflow      TEXT NOT NULL,
  version_id    INTEGER NOT NULL REFERENCES workflow_versions (id),
  replay        INTEGER NOT NULL DEFAULT 0,
  status        TEXT NOT NULL
                CHECK (status = 'pending' OR status = 'running' OR status = 'waiting'
                       OR status = 'succeeded' OR status = 'failed' OR status = 'dead'
                       OR status = 'skipped' OR status = 'unsure'),
  phase         TEXT NOT NULL DEFAULT 'main' CHECK (phase = 'main' OR phase = 'failure'),
  position      INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  waiting_since INTEGER,
  due_at        INTEGER CHECK (due_at IS NOT NULL OR status <> 'waiting'),
  crashes       INTEGER NOT NULL DEFAULT 0,
  once_key      TEXT,
  reason        TEXT,
  fault         TEXT CHECK (fault = 'sender' OR fault = 'operator' OR fault = 'outside'
                            OR fault = 'house'),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  -- How often a person let it walk again: each giving up has keys of its own for `on-failure`.
  retries       INTEGER NOT NULL DEFAULT 0,
  -- The step of `steps` that it was given up at, once it is in `on-failure`.
  given_up_step INTEGER,
  -- Whether `when` and `once-per` have been judged; 0 where the run was made dead because they
  -- could not be evaluated.
  is_judged     INTEGER NOT NULL DEFAULT 1 CHECK (is_judged IN (0, 1)),
  UNIQUE (event_seq, workflow, replay)
) STRICT;

INSERT INTO new_runs (id, event_seq, workflow, version_id, replay, status, phase, position,
  attempts, waiting_since, due_at, crashes, once_key, reason, fault, created_at, updated_at,
  finished_at, retries, given_up_step, is_judged)
SELECT id, event_seq, workflow, version_id, replay, status, phase, position,
  attempts, waiting_since, due_at, crashes, once_key, reason, fault, created_at, updated_at,
  finished_at, retries, given_up_step, is_judged
FROM workflow_runs ORDER BY id;

DROP TABLE workflow_runs;
ALTER TABLE new_runs RENAME TO workflow_runs;
CREATE INDEX runs_walkable ON workflow_runs (id) WHERE status IN ('pending', 'failed');
CREATE INDEX runs_due ON workflow_runs (due_at) WHERE status = 'waiting';
CREATE INDEX runs_running ON workflow_runs (id) WHERE status = 'running';
CREATE INDEX runs_given_up ON workflow_runs (id) WHERE status IN ('dead', 'unsure');

CREATE TABLE new_steps (
  run_id      INTEGER NOT NULL REFERENCES workflow_runs (id),
  phase       TEXT NOT NULL CHECK (phase = 'main' OR phase = 'failure'),
  position    INTEGER NOT NULL,
  step        TEXT NOT NULL,
  action      TEXT NOT NULL,
  status      TEXT NOT NULL
              CHECK (status = 'running' OR status = 'done' OR status = 'skipped'
                     OR status = 'waiting' OR status = 'failed' OR status = 'unsure'),
  attempts    INTEGER NOT NULL,
  key         TEXT NOT NULL,
  inputs      TEXT,
  outputs     TEXT,
  reason      TEXT,
  fault       TEXT CHECK (fault = 'sender' OR fault = 'operator' OR fault = 'outside'
                          OR fault = 'house'),
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (run_id, phase, position)
) STRICT, WITHOUT ROWID;

INSERT INTO new_steps (run_id, phase, position, step, action, status, attempts, key, inputs,
  outputs, reason, fault, started_at, finished_at)
SELECT run_id, phase, position, step, action, status, attempts, key, inputs,
  outputs, reason, fault, started_at, finished_at
FROM step_runs ORDER BY run_id, phase, position;

DROP TABLE step_runs;
ALTER TABLE new_steps RENAME TO step_runs;
