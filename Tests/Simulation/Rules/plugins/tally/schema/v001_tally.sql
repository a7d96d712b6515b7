CREATE TABLE tally (what TEXT PRIMARY KEY NOT NULL, total INTEGER NOT NULL) STRICT;

-- No key is unique here: an effect that is run twice must be seen.
CREATE TABLE tally_log (
    seq INTEGER PRIMARY KEY NOT NULL,
    what TEXT NOT NULL REFERENCES tally (what),
    idempotency_key TEXT NOT NULL
) STRICT;
