-- Drops the staging table of an execution that could not clean up: it was stopped, timed out, or could not reach the
-- warehouse.

-- statement: drop-staging
DROP TABLE IF EXISTS {staging_tables};
