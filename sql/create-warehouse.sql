-- The first run on an empty warehouse, or with a new dataset: creates what is not there, leaves alone what is.
-- Redshift does not enforce keys: that a key stands once is the merge's work.

-- statement: create-sluice-schema
CREATE SCHEMA IF NOT EXISTS {sluice_schema};

-- statement: create-history
CREATE TABLE IF NOT EXISTS {history} (
  {history_definition}
) DISTSTYLE AUTO SORTKEY ("dataset", "partition");

-- statement: create-mutex
-- Locked first by every merge of the dataset. Never read and never filled.
CREATE TABLE IF NOT EXISTS {mutex} ("locked" BOOLEAN);

-- statement: create-target-schema
CREATE SCHEMA IF NOT EXISTS {target_schema};

-- statement: create-target
CREATE TABLE IF NOT EXISTS {target} (
  {target_definition}
) {target_attributes};
