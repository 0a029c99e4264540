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
-- Returns a row for each partition with staged rows. A value that cannot be converted is null here: check-values finds it.
SELECT
  "sluice_partition",
  COUNT(*) AS "staged",
  SUM(CASE WHEN {event_time} < "sluice_partition" OR {event_time} >= DATEADD(hour, 1, "sluice_partition") THEN 1 ELSE 0 END) AS "other_hours",
  MIN({event_time}) AS "first_event",
  MAX({event_time}) AS "last_event",
  {failing_years} AS "failing_years"
FROM {staged_keys} AS "sluice_staged"
GROUP BY "sluice_partition"
ORDER BY "sluice_partition";

-- statement: count-keys
SELECT "sluice_partition", COUNT(*) AS "keys"
FROM (SELECT "sluice_partition" FROM {staged_keys} AS "sluice_keys" GROUP BY "sluice_partition", {key}) AS "keys"
GROUP BY "sluice_partition"
ORDER BY "sluice_partition";
