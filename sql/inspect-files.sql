-- A partition with nothing to load is an attempt too, and is remembered as one.

-- statement: record-empty
-- Once, however often it is tried: the answer to an attempt may be lost.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {empty_row}
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'empty'
);
