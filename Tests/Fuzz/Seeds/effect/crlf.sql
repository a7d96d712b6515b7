-- a
SELECT 1;
SELECT :ordr;
