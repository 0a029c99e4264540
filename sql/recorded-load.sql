-- Whether this execution's merge of this partition was committed although its answer was lost, and with which counts.

-- statement: counts
SELECT {merge_counts}
FROM {history}
WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'loaded';
