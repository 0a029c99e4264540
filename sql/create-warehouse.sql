-- Creates what does not exist, for an empty warehouse or a new dataset. Only the statements of what is missing run, since
-- Redshift asks for the privilege to create a schema even if it exists (42501). IF NOT EXISTS is for another execution
-- that creates the same thing at the same time.
-- If the target was dropped, what the history tells of it is over. The statements of that run before the target is created
-- again, in the same transaction.
-- Redshift does not enforce keys, so no table declares one: the merge keeps each key unique.

-- statement: create-sluice-schema
CREATE SCHEMA IF NOT EXISTS {sluice_schema};

-- statement: create-history
CREATE TABLE IF NOT EXISTS {history} (
  {history_definition}
) DISTSTYLE AUTO SORTKEY ("dataset", "partition");

-- statement: add-history-column
-- For a history that an earlier version of Sluice made. Only the table's owner may change it.
ALTER TABLE {history} ADD COLUMN {history_column};

-- statement: create-mutex
-- Every merge of the dataset locks it first, then adds its own number. Nothing is updated, and it needs no first row.
CREATE TABLE IF NOT EXISTS {mutex} ("merge_number" BIGINT NOT NULL);

-- statement: lock-mutex
LOCK {mutex};

-- statement: number-drop
-- The drop takes a number in the order of the merges. A dataset that never merged anything has nothing to lose.
INSERT INTO {mutex} ("merge_number")
SELECT GREATEST("merges"."last_number", "known"."last_number") + 1
FROM (SELECT COALESCE(MAX("merge_number"), 0) AS "last_number" FROM {mutex}) AS "merges"
CROSS JOIN (SELECT MAX("merge_number") AS "last_number" FROM {history} WHERE "dataset" = :dataset AND "outcome" = 'loaded') AS "known"
WHERE "known"."last_number" IS NOT NULL;

-- statement: record-drop
-- A row for each hour that the target held.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {dropped_row}
FROM (
  SELECT "partition", MAX("merge_number") AS "built_on"
  FROM {history}
  WHERE "dataset" = :dataset AND "outcome" IN ('loaded', 'dropped')
  GROUP BY "partition"
  HAVING MAX(CASE WHEN "outcome" = 'loaded' THEN "merge_number" ELSE 0 END) > MAX(CASE WHEN "outcome" = 'dropped' THEN "merge_number" ELSE 0 END)
) AS "held" CROSS JOIN (SELECT MAX("merge_number") AS "merge_number" FROM {mutex}) AS "sluice_order";

-- statement: create-target-schema
CREATE SCHEMA IF NOT EXISTS {target_schema};

-- statement: create-target
CREATE TABLE IF NOT EXISTS {target} (
  {target_definition}
) {target_attributes};
