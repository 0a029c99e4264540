-- What executions left behind that ended without their own cleaning up: stopped, timed out, or unable to reach the
-- warehouse.

-- statement: drop-staging
DROP TABLE IF EXISTS {staging};
