-- Counts what was staged. A count of nulls or of failing values is null instead of 0, so that the result stays small.

-- statement: count-columns
-- A statement of its own: Redshift reads system views on its leader node and cannot join them with tables.
SELECT COUNT(*) AS "columns"
FROM svv_columns
WHERE "table_schema" = :sluice_schema AND "table_name" IN ({staging_names});

-- statement: count-part
-- Runs once for each part of the plan.
SELECT
  {part_counts}
FROM {staging};

-- statement: check-values
-- Counts the values that the merge cannot convert unchanged. Runs for each part with such conversions, with some of its
-- columns at a time.
SELECT
  {failing_counts}
FROM {staging};

-- statement: count-staging
-- A value that cannot be converted is null here: check-values finds it.
SELECT
  COUNT(*) AS "staged",
  (SELECT COUNT(*) FROM (SELECT 1 AS "one" FROM {staged_keys} AS "sluice_keys" GROUP BY {key}) AS "keys") AS "keys",
  SUM(CASE WHEN {event_time} < CAST(:hour_start AS TIMESTAMP) OR {event_time} >= CAST(:hour_end AS TIMESTAMP) THEN 1 ELSE 0 END) AS "other_hours",
  MIN({event_time}) AS "first_event",
  MAX({event_time}) AS "last_event",
  {failing_years} AS "failing_years"
FROM {staged_keys} AS "sluice_staged";
