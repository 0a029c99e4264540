-- One batch: it creates the load's own staging table, then copies exactly the files of the manifest.
-- All columns may be null here, so that ValidateStaging can count the nulls and name the column.

-- statement: drop-staging
-- A retry starts with an empty table.
DROP TABLE IF EXISTS {staging};

-- statement: create-staging
CREATE TABLE {staging} (
  {staging_definition}
) {staging_attributes};

-- statement: copy-files
-- Runs once for each column order of the files: COPY from Parquet maps columns by position, so the column list follows
-- the file. COPY refuses REGION for Parquet, which is why ListPartitions compares the Regions.
COPY {staging} ({file_columns})
FROM {manifest}
IAM_ROLE {role}
FORMAT AS PARQUET
MANIFEST;
