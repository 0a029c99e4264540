-- Records a failed attempt and removes everything else of it. Each statement is a transaction of its own.

-- statement: record-failure
-- The row is inserted once, however often this runs: a retry may follow an attempt whose answer was lost.
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
DROP TABLE IF EXISTS {staging_tables};
