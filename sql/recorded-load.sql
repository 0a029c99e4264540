-- Returns the counts of this execution's merge of this partition if it was committed, for a merge whose answer was lost.

-- statement: counts
SELECT {merge_counts}, "merge_number"
FROM {history}
WHERE "dataset" = :dataset AND "partition" = :partition AND "execution" = :execution AND "outcome" = 'loaded';
