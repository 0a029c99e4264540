-- The first run on an empty warehouse, or with a new dataset: creates what is not there, leaves alone what is.
-- Redshift does not enforce keys: that a key stands once is the merge's work.

-- statement: create-sluice-schema
CREATE SCHEMA IF NOT EXISTS {sluice_schema};

-- statement: create-history
CREATE TABLE IF NOT EXISTS {history} (
  "dataset" VARCHAR(64) NOT NULL,
  "partition" CHAR(13) NOT NULL,
  "execution" VARCHAR(320) NOT NULL,
  "reason" VARCHAR(32) NOT NULL,
  "outcome" VARCHAR(16) NOT NULL,
  "files" BIGINT NOT NULL,
  "bytes" BIGINT NOT NULL,
  "rows_in_files" BIGINT NOT NULL,
  "staged" BIGINT NOT NULL,
  "duplicates" BIGINT NOT NULL,
  "superseded" BIGINT NOT NULL,
  "deleted" BIGINT NOT NULL,
  "inserted" BIGINT NOT NULL,
  "fingerprint" VARCHAR(64),
  "plan_key" VARCHAR(1024),
  "started" TIMESTAMP NOT NULL,
  "finished" TIMESTAMP NOT NULL,
  "error" VARCHAR(256),
  "cause" VARCHAR(65535),
  "fix" VARCHAR(65535),
  "other_hours" BIGINT,
  "quarantined" BIGINT,
  "vanished" BIGINT,
  "overwritten" BIGINT,
  "error_objects" BIGINT,
  "error_records" BIGINT,
  "rerun" VARCHAR(1024),
  "inspected" TIMESTAMP
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
