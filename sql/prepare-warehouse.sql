-- Reads what the warehouse already holds, in one batch. An hour in which nothing is due does not ask.

-- statement: existing-schemas
-- information_schema.schemata has only the schemas that the user owns. This one has all.
SELECT "nspname"
FROM pg_namespace
WHERE "nspname" IN (:sluice_schema, :target_schema);

-- statement: existing-tables
-- Shows the tables of every owner, also those on which the user has no privilege.
SELECT "schemaname", "tablename"
FROM pg_tables
WHERE ("schemaname" = :target_schema AND "tablename" = :target_table)
  OR ("schemaname" = :sluice_schema AND "tablename" IN (:mutex_table, :history_table));

-- statement: existing-columns
-- Shows whether the target has the dataset's columns in the same types, which columns the history lacks, and which staging
-- tables exist. A user sees only the columns of tables on which they have a privilege.
SELECT "table_schema", "table_name", "column_name", "data_type", "character_maximum_length", "numeric_precision",
  "numeric_scale", "is_nullable", "column_default"
FROM svv_columns
WHERE ("table_schema" = :target_schema AND "table_name" = :target_table)
  OR ("table_schema" = :sluice_schema AND "table_name" = :history_table)
  OR ("table_schema" = :sluice_schema AND "table_name" LIKE 'staging%' AND "ordinal_position" = 1);

-- statement: last-merge
-- A ledger that tells of a later merge is ahead of the history: the warehouse was restored, or the history was changed.
SELECT COALESCE(MAX("merge_number"), 0) AS "last_merge"
FROM {history}
WHERE "dataset" = :dataset;

-- statement: known-attempts
-- What earlier attempts did: all attempts on the hours of the lookback, and on earlier hours for which something may
-- still be to do: an attempt failed, files were left out, two merges built on the same one, so they overlapped, or the
-- target was dropped. If the ledger is ahead, all hours for which plans are kept.
-- core/attempts.ts says what the rows mean. Their order decides nothing: it only makes reports say things once.
SELECT {attempt_columns}
FROM {history}
WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :newest_hour
  AND ("partition" BETWEEN :from_hour AND :to_hour
    OR CAST(:told_merge AS BIGINT) > (SELECT COALESCE(MAX("merge_number"), 0) FROM {history} WHERE "dataset" = :dataset)
    OR "partition" IN (
      SELECT "partition"
      FROM {history}
      WHERE "dataset" = :dataset AND "partition" BETWEEN :oldest_hour AND :newest_hour
      GROUP BY "partition"
      HAVING MAX("failures") > 0
        OR MAX("quarantined") > 0
        OR COUNT(DISTINCT CASE WHEN "outcome" IN ('loaded', 'dropped') THEN "built_on" END) < SUM(CASE WHEN "outcome" IN ('loaded', 'dropped') THEN 1 ELSE 0 END)
        OR MAX(CASE WHEN "outcome" = 'dropped' THEN "merge_number" ELSE 0 END) > MAX(CASE WHEN "outcome" = 'loaded' THEN "merge_number" ELSE 0 END)
    ))
ORDER BY "inspected", "execution";
