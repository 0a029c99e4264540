-- Reads what the warehouse already holds, in one batch. An idle hour costs only this batch.

-- statement: existing-columns
-- Shows whether the target and Sluice's own tables exist, whether the target has the dataset's columns, and which
-- staging tables exist.
SELECT "table_schema", "table_name", "column_name"
FROM svv_columns
WHERE ("table_schema" = :target_schema AND "table_name" = :target_table)
  OR ("table_schema" = :sluice_schema AND "table_name" IN (:mutex_table, :history_table))
  OR ("table_schema" = :sluice_schema AND "table_name" LIKE 'staging%' AND "ordinal_position" = 1);

-- statement: loaded-partitions
-- The last successful load of each partition of the lookback, and of earlier partitions with files left out, because
-- these files may have been fixed. GETDATE() has no fractions of a second: if two loads ended in the same second, the
-- one that was inspected later counts.
SELECT "latest"."partition", "latest"."outcome", "latest"."fingerprint", "latest"."plan_key", "latest"."quarantined"
FROM (
  SELECT "partition", "outcome", "fingerprint", "plan_key", "quarantined",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, "inspected" DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :to_hour AND "outcome" IN ('loaded', 'empty')
) AS "latest"
WHERE "latest"."recency" = 1 AND ("latest"."partition" >= :from_hour OR "latest"."quarantined" > 0);

-- statement: failed-partitions
-- The partitions whose last attempt failed, even before the lookback: they stay due until they are loaded. An execution
-- takes them after all others, so that they cannot keep the others waiting.
SELECT "latest"."partition"
FROM (
  SELECT "partition", "outcome",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, "inspected" DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :to_hour
) AS "latest"
WHERE "latest"."recency" = 1 AND "latest"."outcome" = 'failed';
