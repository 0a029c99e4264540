-- What the warehouse holds already: one batch, all that an idle hour costs.

-- statement: existing-columns
-- Of the target and of Sluice's own tables: whether they are there, whether the target is what the dataset says, whether
-- the history is of this version, and which staging tables there are.
SELECT "table_schema", "table_name", "column_name"
FROM svv_columns
WHERE ("table_schema" = :target_schema AND "table_name" = :target_table)
  OR ("table_schema" = :sluice_schema AND "table_name" IN (:mutex_table, :history_table))
  OR ("table_schema" = :sluice_schema AND LEFT("table_name", 8) = 'staging_' AND "ordinal_position" = 1);

-- statement: loaded-partitions
-- The last successful load of each partition. Any of them would do: what its plan names was loaded.
SELECT "latest"."partition", "latest"."fingerprint", "latest"."plan_key"
FROM (
  SELECT "partition", "fingerprint", "plan_key",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :from_hour AND :to_hour AND "outcome" IN ('loaded', 'empty')
) AS "latest"
WHERE "latest"."recency" = 1;

-- statement: failed-partitions
-- Those whose last attempt failed: they come after those that never were tried, so that they cannot keep these waiting.
SELECT "latest"."partition"
FROM (
  SELECT "partition", "outcome",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :from_hour AND :to_hour
) AS "latest"
WHERE "latest"."recency" = 1 AND "latest"."outcome" = 'failed';
