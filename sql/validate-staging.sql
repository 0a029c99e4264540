-- Counts what was staged, in one read of the staging table.

-- statement: count-columns
-- A statement of its own: Redshift reads system views on its leader node and cannot join them with tables.
SELECT COUNT(*) AS "columns"
FROM svv_columns
WHERE "table_schema" = :sluice_schema AND "table_name" = :staging_table;

-- statement: count-staging
SELECT
  COUNT(*) AS "staged",
  (SELECT COUNT(*) FROM (SELECT 1 AS "one" FROM {staging} GROUP BY {key}) AS "keys") AS "keys",
  SUM(CASE WHEN {event_time} < CAST(:hour_start AS TIMESTAMP) OR {event_time} >= CAST(:hour_end AS TIMESTAMP) THEN 1 ELSE 0 END) AS "other_hours",
  MIN({event_time}) AS "first_event",
  MAX({event_time}) AS "last_event",
  {null_counts}
FROM {staging};
