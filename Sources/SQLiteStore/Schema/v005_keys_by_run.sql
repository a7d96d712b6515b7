-- The same keys, found by run first. A key begins with the event's id, so that by itself it lands
-- anywhere in the table and each commit had as many pages to write as keys; by run the new ones stand
-- at the end. A key belongs to one run: event, workflow and replay are in it.

CREATE TABLE new_keys (
  run_id     INTEGER NOT NULL REFERENCES workflow_runs (id),
  key        TEXT NOT NULL,
  step       TEXT NOT NULL,
  outcome    TEXT CHECK (outcome IN ('done', 'skipped')),
  reason     TEXT,
  outputs    TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

INSERT INTO new_keys (run_id, key, step, outcome, reason, outputs, created_at)
SELECT run_id, key, step, outcome, reason, outputs, created_at
FROM idempotency_keys ORDER BY run_id, key;

DROP TABLE idempotency_keys;
ALTER TABLE new_keys RENAME TO idempotency_keys;
