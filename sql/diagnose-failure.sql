-- Records a failed attempt and removes everything else of it.

-- statement: record-failure
-- Runs once for each partition that failed.
-- The row is inserted once, however often this runs: a retry may follow an attempt whose answer was lost. It is not
-- inserted beside the row of a merge that was committed: an attempt has one outcome. Failures of a partition are
-- numbered, so that a later load can tell which ones it knew. Two at the same moment may have the same number.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {failed_row}
FROM (
  SELECT COALESCE(MAX("failures"), 0) + 1 AS "failures"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = {partition}
) AS "known"
WHERE NOT EXISTS (
  SELECT 1
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" = {partition} AND "execution" = :execution
    AND "outcome" IN ('failed', 'loaded')
);

-- statement: drop-staging
DROP TABLE IF EXISTS {staging_tables};
