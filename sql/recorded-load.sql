-- Returns the counts of this execution's merge of these partitions if it was committed, for a merge whose answer was lost.

-- statement: counts
SELECT "partition", {merge_counts}, "merge_number"
FROM {history}
WHERE "dataset" = :dataset AND "partition" BETWEEN :first_partition AND :last_partition
  AND "execution" = :execution AND "outcome" = 'loaded'
ORDER BY "partition";
