-- One batch: the load's own staging table, then a COPY of exactly the manifest's files.
-- Columns may be null here, so that ValidateStaging can count the nulls and name the column.

-- statement: drop-staging
-- A retry starts from nothing.
DROP TABLE IF EXISTS {staging};

-- statement: create-staging
CREATE TABLE {staging} (
  {staging_definition}
) {staging_attributes};

-- statement: copy-files
-- Once for each order in which the files hold their columns: COPY from Parquet is positional, its column list is ours
-- to choose. REGION is refused for Parquet, which is why ListPartitions compares the Regions.
COPY {staging} ({file_columns})
FROM {manifest}
IAM_ROLE {role}
FORMAT AS PARQUET
MANIFEST;
