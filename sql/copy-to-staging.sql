-- One batch: it creates the load's own staging tables, then copies exactly the files of the manifests.
-- A table has the types of its files, because COPY from Parquet converts nothing. All columns may be null here, so that
-- ValidateStaging can count the nulls and name the column.

-- statement: drop-staging
-- A retry starts with empty tables.
DROP TABLE IF EXISTS {staging_tables};

-- statement: create-staging
-- Runs once for each part of the plan.
CREATE TABLE {staging} (
  {staging_definition}
) {staging_attributes};

-- statement: copy-files
-- Runs once for each column order of a part's files: COPY from Parquet maps columns by position, so the column list
-- follows the file. COPY refuses REGION for Parquet, which is why ListPartitions compares the Regions. Without
-- STATUPDATE OFF, COPY also analyzes a table that was empty; each staging table is read only a few times, and as a whole.
COPY {staging} ({file_columns})
FROM {manifest}
IAM_ROLE {role}
FORMAT AS PARQUET
MANIFEST
STATUPDATE OFF;
