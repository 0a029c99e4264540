-- Leaves nothing behind but the record of what happened. Each statement is a transaction of its own.

-- statement: record-failure
-- Once, however often it is tried: the answer to an attempt may be lost.
INSERT INTO {history} (
  "dataset", "partition", "execution", "reason", "outcome", "files", "bytes", "rows_in_files", "staged", "duplicates",
  "superseded", "deleted", "inserted", "started", "inspected", "finished", "error", "cause", "fix", "rerun"
)
SELECT CAST(:dataset AS VARCHAR(64)), CAST(:partition AS CHAR(13)), CAST(:execution AS VARCHAR(320)),
  CAST(:reason AS VARCHAR(32)), 'failed', CAST(:files AS BIGINT), CAST(:bytes AS BIGINT),
  CAST(:rows_in_files AS BIGINT), CAST(:staged AS BIGINT), 0, 0, 0, 0, CAST(:started AS TIMESTAMP),
  CAST(:inspected AS TIMESTAMP), GETDATE(),
  CAST(:error AS VARCHAR(256)), CAST(:cause AS VARCHAR(65535)), CAST(:fix AS VARCHAR(65535)),
  CAST(:rerun AS VARCHAR(1024))
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'failed'
);

-- statement: drop-staging
DROP TABLE IF EXISTS {staging};
