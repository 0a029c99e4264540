-- Records an attempt on a partition with nothing to load, too.

-- statement: record-empty
-- The row is inserted once, however often this runs: a retry may follow an attempt whose answer was lost.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {empty_row}
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = {partition} AND "execution" = :execution AND "outcome" = 'empty'
);

-- statement: drop-staging
-- Runs if every file turned out to be bad only after a COPY.
DROP TABLE IF EXISTS {staging_tables};
