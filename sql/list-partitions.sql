-- What the warehouse holds already: one batch, all that an idle hour costs.

-- statement: existing-columns
-- Of the target and of the dataset's mutex: whether both are there, and whether the target is what the dataset says.
SELECT "table_name", "column_name"
FROM svv_columns
WHERE ("table_schema" = :target_schema AND "table_name" = :target_table)
  OR ("table_schema" = :sluice_schema AND "table_name" = :mutex_table);

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
