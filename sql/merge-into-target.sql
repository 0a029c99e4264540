-- The convergent merge of one partition or several, in one transaction. For every key the target holds the row with the
-- greatest (version, source partition) of all rows that were ever loaded, in whatever order and however often the loads run.
-- The counts of each partition are the same as if the partitions were merged one by one, the oldest first.

-- statement: lock-mutex
-- The lock comes first: the transaction's snapshot starts at its first read, and no other merge may be running then.
-- It locks a table of Sluice's own, so that readers of the target never wait.
LOCK {mutex};

-- statement: number-merge
-- Numbers the merges in the order of their commits, which no clock can tell: the lock is held until the commit. Should
-- the mutex have been dropped, the number is still greater than that of every merge that this load has built on.
INSERT INTO {mutex} ("merge_number")
SELECT GREATEST(COALESCE(MAX("merge_number"), 0), CAST(:last_merge AS BIGINT)) + 1
FROM {mutex};

-- statement: pick-winners
-- The best row of each key in each partition. The staging tables have the types of the files; here their values become the
-- dataset's.
CREATE TEMP TABLE {winners} {staging_attributes} AS
SELECT {columns}, "sluice_partition"
FROM (
  SELECT {columns}, "sluice_partition", ROW_NUMBER() OVER (PARTITION BY {key}, "sluice_partition" ORDER BY {precedence}) AS "sluice_rank"
  FROM {staged} AS "sluice_staged"
) AS "sluice_ranked"
WHERE "sluice_ranked"."sluice_rank" = 1;

-- statement: take-winners
-- Runs instead of pick-winners if no key is staged twice in a partition: then there is nothing to sort.
CREATE TEMP TABLE {winners} {staging_attributes} AS
SELECT {columns}, "sluice_partition"
FROM {staged} AS "sluice_staged";

-- statement: create-matches
-- CREATE TABLE AS cannot have parameters, nor NOT NULL columns.
CREATE TEMP TABLE {matches} (
  {keys_definition},
  "sluice_partition" TIMESTAMP NOT NULL,
  "sluice_rows" BIGINT NOT NULL,
  "sluice_newer" INTEGER NOT NULL
) {keys_attributes};

-- statement: match-target
-- Counts the target's rows with these keys, and shows whether they are newer than the staged rows.
INSERT INTO {matches} ({key}, "sluice_partition", "sluice_rows", "sluice_newer")
SELECT {winners_key}, {winners}."sluice_partition",
  COUNT(*) AS "sluice_rows",
  MAX(CASE
    WHEN {target_name}.{version} > {winners}.{version} THEN 1
    WHEN {target_name}.{version} = {winners}.{version} AND {target_name}.{partition_column} > {winners}."sluice_partition" THEN 1
    ELSE 0
  END) AS "sluice_newer"
FROM {target} INNER JOIN {winners} ON {target_is_winner} {target_range}
GROUP BY {winners_key}, {winners}."sluice_partition";

-- statement: drop-superseded
-- A repeated load of an old hour must not replace a newer row.
DELETE FROM {winners} USING {matches} WHERE {winner_is_match} AND {matches}."sluice_newer" = 1;

-- statement: create-rivals
-- For the keys of which several partitions of this load have a row.
CREATE TEMP TABLE {rivals} (
  {keys_definition},
  "sluice_partition" TIMESTAMP NOT NULL,
  "sluice_first" INTEGER NOT NULL,
  "sluice_superseded" INTEGER NOT NULL,
  "sluice_rank" BIGINT NOT NULL
) {keys_attributes};

-- statement: find-rivals
-- Runs for several partitions. Merged one by one, a row replaces the one before it unless that has a greater version.
-- Versions are compared by their rank, since a version may have any type.
INSERT INTO {rivals} ({key}, "sluice_partition", "sluice_first", "sluice_superseded", "sluice_rank")
SELECT {key}, "sluice_partition",
  CASE WHEN "sluice_before" IS NULL THEN 1 ELSE 0 END,
  CASE WHEN "sluice_before" > "sluice_age" THEN 1 ELSE 0 END,
  "sluice_rank"
FROM (
  SELECT {key}, "sluice_partition", "sluice_age", "sluice_rank",
    MAX("sluice_age") OVER (PARTITION BY {key} ORDER BY "sluice_partition" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "sluice_before"
  FROM (
    SELECT {winners_key}, {winners}."sluice_partition",
      DENSE_RANK() OVER (PARTITION BY {winners_key} ORDER BY {winners}.{version}) AS "sluice_age",
      ROW_NUMBER() OVER (PARTITION BY {winners_key} ORDER BY {winners}.{version} DESC, {winners}."sluice_partition" DESC) AS "sluice_rank"
    FROM {winners} INNER JOIN (
      SELECT {key} FROM {winners} GROUP BY {key} HAVING COUNT(*) > 1
    ) AS "sluice_shared" ON {winner_is_shared}
  ) AS "sluice_ranked"
) AS "sluice_compared";

-- statement: drop-rivals
-- Runs for several partitions. One row of each key is left.
DELETE FROM {winners} USING {rivals} WHERE {winner_is_rival} AND {rivals}."sluice_rank" > 1;

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
  "sluice_partition" TIMESTAMP NOT NULL,
  {merge_counts_definition},
  "sluice_inserted" BIGINT NOT NULL
);

-- statement: count
-- No row is lost: of each partition, rows in the files = staged = duplicates + superseded + inserted, of which a later
-- partition of the same load may have replaced some; and the target holds every winner exactly once. Otherwise "sluice_inserted" is null, which the table refuses, and the whole merge rolls back.
INSERT INTO {counts} ("sluice_partition", "staged", "duplicates", "superseded", "deleted", "inserted", "sluice_inserted")
SELECT
  "found"."sluice_partition",
  "found"."staged",
  "found"."staged" - "found"."keys",
  "found"."superseded",
  "found"."deleted",
  "found"."keys" - "found"."superseded",
  CASE
    WHEN "found"."staged" = "found"."rows_in_files"
      AND "found"."keys" = "found"."superseded" + "found"."replaced" + "found"."kept"
      AND "found"."in_target" = "found"."winners"
    THEN "found"."keys" - "found"."superseded"
  END
FROM (
  SELECT
    "sluice_loaded"."sluice_partition",
    "sluice_loaded"."rows_in_files",
    "sluice_loaded"."keys",
    COALESCE("sluice_staged"."staged", 0) AS "staged",
    COALESCE("sluice_matched"."superseded", 0) + COALESCE("sluice_contended"."superseded", 0) AS "superseded",
    COALESCE("sluice_matched"."deleted", 0) + COALESCE("sluice_contended"."replacing", 0) AS "deleted",
    COALESCE("sluice_contended"."replaced", 0) AS "replaced",
    COALESCE("sluice_won"."kept", 0) AS "kept",
    (SELECT COUNT(*) FROM {winners}) AS "winners",
    (SELECT COUNT(*)
     FROM {target} INNER JOIN {winners} ON {target_is_winner} {target_range}
     WHERE {target_name}.{version} = {winners}.{version}
       AND {target_name}.{partition_column} = {winners}."sluice_partition") AS "in_target"
  FROM ({loaded_partitions}) AS "sluice_loaded"
  LEFT JOIN (
    SELECT "sluice_partition", SUM("sluice_rows") AS "staged"
    FROM {staged_rows} AS "sluice_counted"
    GROUP BY "sluice_partition"
  ) AS "sluice_staged" ON "sluice_staged"."sluice_partition" = "sluice_loaded"."sluice_partition"
  LEFT JOIN (
    SELECT
      {matches}."sluice_partition",
      SUM({matches}."sluice_newer") AS "superseded",
      SUM(CASE WHEN {matches}."sluice_newer" = 0 AND COALESCE({rivals}."sluice_first", 1) = 1 THEN {matches}."sluice_rows" ELSE 0 END) AS "deleted"
    FROM {matches} LEFT JOIN {rivals} ON {match_is_rival}
    GROUP BY {matches}."sluice_partition"
  ) AS "sluice_matched" ON "sluice_matched"."sluice_partition" = "sluice_loaded"."sluice_partition"
  LEFT JOIN (
    SELECT
      "sluice_partition",
      SUM("sluice_superseded") AS "superseded",
      SUM(CASE WHEN "sluice_superseded" = 0 AND "sluice_first" = 0 THEN 1 ELSE 0 END) AS "replacing",
      SUM(CASE WHEN "sluice_superseded" = 0 AND "sluice_rank" > 1 THEN 1 ELSE 0 END) AS "replaced"
    FROM {rivals}
    GROUP BY "sluice_partition"
  ) AS "sluice_contended" ON "sluice_contended"."sluice_partition" = "sluice_loaded"."sluice_partition"
  LEFT JOIN (
    SELECT "sluice_partition", COUNT(*) AS "kept"
    FROM {winners}
    GROUP BY "sluice_partition"
  ) AS "sluice_won" ON "sluice_won"."sluice_partition" = "sluice_loaded"."sluice_partition"
) AS "found";

-- statement: record-load
-- Runs once for each partition. If files were left out, the row's error names them. The merge writes to the history but
-- never reads it: merges of several datasets share it, and under SERIALIZABLE two transactions that read and write the same
-- table form a cycle, which Redshift breaks with error 1023.
INSERT INTO {history} (
  {history_columns}
)
SELECT
  {loaded_row}
FROM {counts} CROSS JOIN (SELECT MAX("merge_number") AS "merge_number" FROM {mutex}) AS "sluice_order"
WHERE {counts}."sluice_partition" = CAST({partition_time} AS TIMESTAMP);

-- statement: drop-staging
DROP TABLE {staging_tables};

-- statement: counts
SELECT "sluice_partition", {merge_counts}, "merge_number"
FROM {counts} CROSS JOIN (SELECT MAX("merge_number") AS "merge_number" FROM {mutex}) AS "sluice_order"
ORDER BY "sluice_partition";
