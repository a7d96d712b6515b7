-- The core tables of Till. Plugins own all others.
--
-- Every `…_at` is in milliseconds since 1970 UTC. Each list of words in a CHECK is the list of
-- cases of one enum of the Model; a test keeps them equal.

-- What Stripe sent, one row per event; its id is what duplicates are known by, so rows stay.
CREATE TABLE webhook_events (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  type             TEXT NOT NULL,
  status           TEXT NOT NULL
                   CHECK (status IN ('received', 'done', 'unmatched', 'held', 'failed')),
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

CREATE INDEX events_needing_eyes ON webhook_events (seq) WHERE status IN ('held', 'failed');

-- The bodies apart, so that a change of status rewrites a narrow row; retention empties this table.
CREATE TABLE event_bodies (
  seq  INTEGER PRIMARY KEY REFERENCES webhook_events (seq),
  body TEXT NOT NULL
) STRICT;

-- The events whose workflows are not chosen yet.
CREATE TABLE event_queue (
  seq INTEGER PRIMARY KEY REFERENCES webhook_events (seq)
) STRICT;

-- Every text of a workflow that was ever in force.
CREATE TABLE workflow_versions (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  source     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (name, hash)
) STRICT;

-- One workflow walked for one event.
CREATE TABLE workflow_runs (
  id            INTEGER PRIMARY KEY,
  event_seq     INTEGER NOT NULL REFERENCES webhook_events (seq),
  workflow      TEXT NOT NULL,
  version_id    INTEGER NOT NULL REFERENCES workflow_versions (id),
  replay        INTEGER NOT NULL DEFAULT 0,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'running', 'waiting', 'succeeded',
                'failed', 'dead', 'skipped', 'unsure')),
  phase         TEXT NOT NULL DEFAULT 'main' CHECK (phase IN ('main', 'failure')),
  position      INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  waiting_since INTEGER,
  due_at        INTEGER CHECK (due_at IS NOT NULL OR status <> 'waiting'),
  crashes       INTEGER NOT NULL DEFAULT 0,
  once_key      TEXT,
  reason        TEXT,
  fault         TEXT CHECK (fault IN ('sender', 'operator', 'outside', 'house')),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  UNIQUE (event_seq, workflow, replay)
) STRICT;

-- Small as long as little is open: what the engine looks for.
CREATE INDEX runs_walkable ON workflow_runs (id) WHERE status IN ('pending', 'failed');
CREATE INDEX runs_due ON workflow_runs (due_at) WHERE status = 'waiting';
CREATE INDEX runs_running ON workflow_runs (id) WHERE status = 'running';
CREATE INDEX runs_given_up ON workflow_runs (id) WHERE status IN ('dead', 'unsure');

-- The business keys of `once-per` and the run that took each.
CREATE TABLE once_keys (
  workflow TEXT NOT NULL,
  key      TEXT NOT NULL,
  run_id   INTEGER NOT NULL REFERENCES workflow_runs (id),
  PRIMARY KEY (workflow, key)
) STRICT, WITHOUT ROWID;

-- The last attempt at each step of a run.
CREATE TABLE step_runs (
  run_id      INTEGER NOT NULL REFERENCES workflow_runs (id),
  phase       TEXT NOT NULL CHECK (phase IN ('main', 'failure')),
  position    INTEGER NOT NULL,
  step        TEXT NOT NULL,
  action      TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('running', 'done', 'skipped', 'waiting', 'failed',
              'unsure')),
  attempts    INTEGER NOT NULL,
  key         TEXT NOT NULL,
  inputs      TEXT,
  outputs     TEXT,
  reason      TEXT,
  fault       TEXT CHECK (fault IN ('sender', 'operator', 'outside', 'house')),
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (run_id, phase, position)
) STRICT, WITHOUT ROWID;

-- The keys of steps that have happened, or may have: a row without outcome was only begun.
CREATE TABLE idempotency_keys (
  key        TEXT PRIMARY KEY,
  run_id     INTEGER NOT NULL REFERENCES workflow_runs (id),
  step       TEXT NOT NULL,
  outcome    TEXT CHECK (outcome IN ('done', 'skipped')),
  reason     TEXT,
  outputs    TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done, by whom; each row's hash covers the row and the hash before it.
CREATE TABLE audit_log (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  action    TEXT NOT NULL,
  event_id  TEXT,
  run_id    INTEGER,
  detail    TEXT NOT NULL,
  prev_hash BLOB NOT NULL,
  hash      BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only: no row may be deleted');
END;

CREATE TRIGGER audit_log_keeps_words BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only: no row may be changed');
END;

-- The migrations of plugins that have been applied.
CREATE TABLE plugin_migrations (
  plugin     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (plugin, version)
) STRICT, WITHOUT ROWID;
