-- Brings the load history of an earlier version up to this one: a statement for each column that it lacks, since Redshift
-- has no ADD COLUMN IF NOT EXISTS.

-- statement: add-column
ALTER TABLE {history} ADD COLUMN {history_column};
