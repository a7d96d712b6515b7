-- What a person's retry needs to know of a run.

-- How often a person let it walk again: each giving up has keys of its own for `on-failure`.
ALTER TABLE workflow_runs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;

-- The step of `steps` that it was given up at, once it is in `on-failure`.
ALTER TABLE workflow_runs ADD COLUMN given_up_step INTEGER;

-- Whether `when` and `once-per` have been judged; 0 where the run was made dead because they could
-- not be evaluated.
ALTER TABLE workflow_runs ADD COLUMN is_judged INTEGER NOT NULL DEFAULT 1
  CHECK (is_judged IN (0, 1));

-- Such runs of before: given up by the operator's fault before any step.
UPDATE workflow_runs SET is_judged = 0
WHERE status = 'dead' AND fault = 'operator'
  AND NOT EXISTS (SELECT 1 FROM step_runs WHERE run_id = workflow_runs.id);
