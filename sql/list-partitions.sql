-- What the warehouse holds already: one batch, all that an idle hour costs.

-- statement: existing-columns
-- Of the target and of Sluice's own tables: whether they are there, whether the target is what the dataset says, whether
-- the history is of this version, and which staging tables there are.
SELECT "table_schema", "table_name", "column_name"
FROM svv_columns
WHERE ("table_schema" = :target_schema AND "table_name" = :target_table)
  OR ("table_schema" = :sluice_schema AND "table_name" IN (:mutex_table, :history_table))
  OR ("table_schema" = :sluice_schema AND "table_name" LIKE 'staging%' AND "ordinal_position" = 1);

-- statement: loaded-partitions
-- The last successful load of each partition of the lookback, and of those before it that are not whole: their files may
-- have been mended since. GETDATE() knows no fractions: of two that ended in the same second the later inspected one
-- counts.
SELECT "latest"."partition", "latest"."outcome", "latest"."fingerprint", "latest"."plan_key", "latest"."quarantined"
FROM (
  SELECT "partition", "outcome", "fingerprint", "plan_key", "quarantined",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, COALESCE("inspected", "started") DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :to_hour AND "outcome" IN ('loaded', 'empty')
) AS "latest"
WHERE "latest"."recency" = 1 AND ("latest"."partition" >= :from_hour OR COALESCE("latest"."quarantined", 0) > 0);

-- statement: failed-partitions
-- Those whose last attempt failed, also before the lookback: they stay due until they are loaded. They come after those
-- that never were tried, so that they cannot keep these waiting.
SELECT "latest"."partition"
FROM (
  SELECT "partition", "outcome",
    ROW_NUMBER() OVER (PARTITION BY "partition" ORDER BY "finished" DESC, COALESCE("inspected", "started") DESC, "execution" DESC) AS "recency"
  FROM {history}
  WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :to_hour
) AS "latest"
WHERE "latest"."recency" = 1 AND "latest"."outcome" = 'failed';
