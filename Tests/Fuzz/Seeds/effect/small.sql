-- a
UPDATE t SET n = n + :order WHERE id = :now RETURNING n AS x, 'done' AS outcome;
SELECT :ordr;
