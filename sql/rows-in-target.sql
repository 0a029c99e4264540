-- Counts the rows that the target holds of some hours, for `sluice load --plan --rows`.

-- statement: rows-in-target
SELECT {partition_column} AS "hour", COUNT(*) AS "rows"
FROM {target}
WHERE {partition_column} BETWEEN CAST(:from_hour AS TIMESTAMP) AND CAST(:to_hour AS TIMESTAMP)
GROUP BY {partition_column};
