-- The convergent merge, in one transaction. For every key the target holds the row with the greatest (version, source
-- partition) of all rows that were ever loaded, in whatever order and however often the loads run.

-- statement: lock-mutex
-- The lock comes first: the transaction's snapshot starts at its first read, and no other merge may be running then.
-- It locks a table of Sluice's own, so that readers of the target never wait.
LOCK {mutex};

-- statement: number-merge
-- Numbers the merges in the order of their commits, which no clock can tell: the lock is held until the commit. Should
-- the mutex have been dropped, the number is still greater than that of every merge that this load has built on.
INSERT INTO {mutex} ("merge_number")
SELECT GREATEST(COALESCE(MAX("merge_number"), 0), CAST(:built_on AS BIGINT)) + 1
FROM {mutex};

-- statement: pick-winners
-- The staging tables have the types of the files. Here their values become the dataset's.
CREATE TEMP TABLE {winners} {staging_attributes} AS
SELECT {columns}
FROM (
  SELECT {columns}, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {precedence}) AS "sluice_rank"
  FROM {staged} AS "sluice_staged"
) AS "sluice_ranked"
WHERE "sluice_ranked"."sluice_rank" = 1;

-- statement: create-matches
-- CREATE TABLE AS cannot have parameters.
CREATE TEMP TABLE {matches} (
  {matches_definition},
  "sluice_rows" BIGINT NOT NULL,
  "sluice_newer" INTEGER NOT NULL
) {matches_attributes};

-- statement: match-target
-- Counts the target's rows with these keys, and shows whether they are newer than the staged rows.
INSERT INTO {matches} ({key}, "sluice_rows", "sluice_newer")
SELECT {winners_key},
  COUNT(*) AS "sluice_rows",
  MAX(CASE
    WHEN {target_name}.{version} > {winners}.{version} THEN 1
    WHEN {target_name}.{version} = {winners}.{version} AND {target_name}.{partition_column} > CAST(:partition_time AS TIMESTAMP) THEN 1
    ELSE 0
  END) AS "sluice_newer"
FROM {target} INNER JOIN {winners} ON {target_is_winner} {target_range}
GROUP BY {winners_key};

-- statement: drop-superseded
-- A repeated load of an old hour must not replace a newer row.
DELETE FROM {winners} USING {matches} WHERE {winner_is_match} AND {matches}."sluice_newer" = 1;

-- statement: delete-replaced
-- when: delete-insert
DELETE FROM {target} USING {winners} WHERE {target_is_winner} {target_range};

-- statement: insert-winners
-- when: delete-insert
INSERT INTO {target} ({inserted_columns})
SELECT {inserted_values}
FROM {winners}
{insertion_order};

-- statement: merge-winners
-- when: merge
-- The range of event times cannot be used here: MERGE joins only by equal columns.
MERGE INTO {target} USING {winners} ON {target_is_winner}
WHEN MATCHED THEN UPDATE SET {updated_values}
WHEN NOT MATCHED THEN INSERT ({inserted_columns}) VALUES ({inserted_values});

-- statement: create-counts
CREATE TEMP TABLE {counts} (
  {merge_counts_definition},
  "sluice_inserted" BIGINT NOT NULL
);

-- statement: count
-- No row is lost: rows in the files = staged = duplicates + superseded + inserted, and the target holds every winner
-- exactly once. Otherwise "sluice_inserted" is null, which the table refuses, and the whole merge rolls back.
INSERT INTO {counts} ("staged", "duplicates", "superseded", "deleted", "inserted", "sluice_inserted")
SELECT
  "found"."staged",
  "found"."staged" - CAST(:keys AS BIGINT),
  "found"."superseded",
  "found"."deleted",
  "found"."winners",
  CASE
    WHEN "found"."staged" = CAST(:rows_in_files AS BIGINT)
      AND "found"."winners" + "found"."superseded" = CAST(:keys AS BIGINT)
      AND "found"."in_target" = "found"."winners"
    THEN "found"."winners"
  END
FROM (
  SELECT
    (SELECT COUNT(*) FROM {staged} AS "sluice_staged") AS "staged",
    (SELECT COUNT(*) FROM {winners}) AS "winners",
    (SELECT COUNT(*) FROM {matches} WHERE "sluice_newer" = 1) AS "superseded",
    (SELECT COALESCE(SUM("sluice_rows"), 0) FROM {matches} WHERE "sluice_newer" = 0) AS "deleted",
    (SELECT COUNT(*)
     FROM {target} INNER JOIN {winners} ON {target_is_winner} {target_range}
     WHERE {target_name}.{version} = {winners}.{version}
       AND {target_name}.{partition_column} = CAST(:partition_time AS TIMESTAMP)) AS "in_target"
) AS "found";

-- statement: record-load
-- If files were left out, the row's error names them. The merge writes to the history but never reads it: merges of
-- several datasets share it, and under SERIALIZABLE two transactions that read and write the same table form a cycle,
-- which Redshift breaks with error 1023.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {loaded_row}
FROM {counts} CROSS JOIN (SELECT MAX("merge_number") AS "merge_number" FROM {mutex}) AS "sluice_order";

-- statement: drop-staging
DROP TABLE {staging_tables};

-- statement: counts
SELECT {merge_counts}, "merge_number"
FROM {counts} CROSS JOIN (SELECT MAX("merge_number") AS "merge_number" FROM {mutex}) AS "sluice_order";
