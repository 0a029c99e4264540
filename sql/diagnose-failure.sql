-- Leaves nothing behind but the record of what happened. Each statement is a transaction of its own.

-- statement: record-failure
-- Once, however often it is tried: the answer to an attempt may be lost.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {failed_row}
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'failed'
);

-- statement: drop-staging
DROP TABLE IF EXISTS {staging};
