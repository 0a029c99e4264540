-- Creates what does not exist, for an empty warehouse or a new dataset. Only the statements of what is missing run, since
-- Redshift asks for the privilege to create a schema even if it exists (42501). IF NOT EXISTS is for another execution
-- that creates the same thing at the same time.
-- Redshift does not enforce keys, so no table declares one: the merge keeps each key unique.

-- statement: create-sluice-schema
CREATE SCHEMA IF NOT EXISTS {sluice_schema};

-- statement: create-history
CREATE TABLE IF NOT EXISTS {history} (
  {history_definition}
) DISTSTYLE AUTO SORTKEY ("dataset", "partition");

-- statement: create-mutex
-- Every merge of the dataset locks it first, then adds its own number. Nothing is updated, and it needs no first row.
CREATE TABLE IF NOT EXISTS {mutex} ("merge_number" BIGINT NOT NULL);

-- statement: create-target-schema
CREATE SCHEMA IF NOT EXISTS {target_schema};

-- statement: create-target
CREATE TABLE IF NOT EXISTS {target} (
  {target_definition}
) {target_attributes};
