-- Changes a target to match its dataset file, if nothing is lost. `sluice migrate` runs each statement as a transaction
-- of its own.

-- statement: target-columns
SELECT "column_name", "data_type", "character_maximum_length", "numeric_precision", "numeric_scale", "is_nullable",
  "column_default"
FROM svv_columns
WHERE "table_schema" = :target_schema AND "table_name" = :target_table
ORDER BY "ordinal_position";

-- statement: add-column
ALTER TABLE {target} ADD COLUMN {added_column};
