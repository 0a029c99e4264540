-- A partition with nothing to load is an attempt too, and is remembered as one.

-- statement: record-empty
-- Once, however often it is tried: the answer to an attempt may be lost.
INSERT INTO {history} (
  "dataset", "partition", "execution", "reason", "outcome", "files", "bytes", "rows_in_files", "staged", "duplicates",
  "superseded", "deleted", "inserted", "other_hours", "quarantined", "vanished", "overwritten", "error_objects",
  "error_records", "fingerprint", "plan_key", "started", "inspected", "finished", "error", "cause", "fix", "rerun"
)
SELECT CAST(:dataset AS VARCHAR(64)), CAST(:partition AS CHAR(13)), CAST(:execution AS VARCHAR(320)),
  CAST(:reason AS VARCHAR(32)), 'empty', 0, 0, 0, 0, 0, 0, 0, 0, 0, CAST(:quarantined AS BIGINT),
  CAST(:vanished AS BIGINT), CAST(:overwritten AS BIGINT), CAST(:error_objects AS BIGINT),
  NULLIF(CAST(:error_records AS BIGINT), -1), CAST(:fingerprint AS VARCHAR(64)), CAST(:plan_key AS VARCHAR(1024)),
  CAST(:started AS TIMESTAMP), CAST(:inspected AS TIMESTAMP), GETDATE(), NULLIF(CAST(:error AS VARCHAR(256)), '-'),
  NULLIF(CAST(:cause AS VARCHAR(65535)), '-'), NULLIF(CAST(:fix AS VARCHAR(65535)), '-'),
  NULLIF(CAST(:rerun AS VARCHAR(1024)), '-')
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'empty'
);
