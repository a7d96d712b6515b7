INSERT INTO tally (what, total) VALUES (:what, 1) ON CONFLICT (what) DO UPDATE SET total = total + 1;

INSERT INTO tally_log (what, idempotency_key) VALUES (:what, :idempotency_key);

SELECT total FROM tally WHERE what = :what;
