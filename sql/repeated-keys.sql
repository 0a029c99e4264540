-- Looks for keys that the target holds more than once, which a broken promise on their event times leaves. It reads the key
-- and the event time of every row, so only sluice doctor runs it.

-- statement: find-repeated
-- The number of such keys, how far apart the event times of a key are at most, and one of the keys.
SELECT
  COUNT(*) OVER () AS "sluice_keys",
  MAX(DATEDIFF(second, "sluice_repeated"."sluice_first", "sluice_repeated"."sluice_last")) OVER () AS "sluice_seconds",
  "sluice_repeated"."sluice_first",
  "sluice_repeated"."sluice_last",
  {key}
FROM (
  SELECT {key}, MIN({event_time}) AS "sluice_first", MAX({event_time}) AS "sluice_last"
  FROM {target}
  GROUP BY {key}
  HAVING COUNT(*) > 1
) AS "sluice_repeated"
ORDER BY "sluice_first", {key}
LIMIT 1;

-- statement: find-newest
-- The partitions of the rows that should stay: a load of these deletes the others.
SELECT DISTINCT "sluice_partition"
FROM (
  SELECT
    {target_name}.{partition_column} AS "sluice_partition",
    ROW_NUMBER() OVER (
      PARTITION BY {target_key}
      ORDER BY {target_name}.{version} DESC, {target_name}.{partition_column} DESC
    ) AS "sluice_rank"
  FROM {target} INNER JOIN (
    SELECT {key} FROM {target} GROUP BY {key} HAVING COUNT(*) > 1
  ) AS "sluice_repeated" ON {target_is_repeated}
) AS "sluice_ranked"
WHERE "sluice_rank" = 1
ORDER BY "sluice_partition";
