-- Reads the load history for the ledger, which `sluice ledger rebuild` writes anew and `sluice doctor` compares.

-- statement: all-attempts
SELECT {attempt_columns}, {attempt_texts}
FROM {history}
WHERE "dataset" = :dataset AND "partition" >= :from_hour
ORDER BY "partition", "inspected", "execution";
