import { quoteLiteral } from '../sql/identifiers';
import { ADDEND, ADDEND_TYPE, SYSTEM_SCHEMA } from '../sql/scope';
import { privilegeDefinitions } from './privileges';

/**
 * The twin's additions to the engine: Redshift's catalogue views, and the functions that translations call. They are in an
 * in-memory catalogue, so the warehouse's file contains only the user's tables.
 */
export function catalogueDefinitions(database: string): readonly string[] {
  const name = quoteLiteral(database);
  // The engine's schema "main" has the twin's own table of privileges.
  const ofUsers = `database_name = ${name} AND schema_name <> 'main'`;
  // SVV views show a user only the tables on which they have a privilege, as information_schema of PostgreSQL 8.0 does.
  const visible = `${ofUsers} AND ${SYSTEM_SCHEMA}.may('table', schema_name, table_name, ['SELECT', 'INSERT', 'UPDATE'])`;
  return [
    `CREATE SCHEMA ${SYSTEM_SCHEMA}`,
    // Redshift fails where the engine returns NULL.
    `CREATE MACRO ${SYSTEM_SCHEMA}.divisor(value) AS CASE WHEN value = 0 THEN error('Divide by zero') ELSE value END`,
    // Redshift casts no BOOLEAN to text. Source: dbt-labs/dbt-utils #1016.
    `CREATE MACRO ${SYSTEM_SCHEMA}.no_boolean(value) AS CASE WHEN typeof(value) = 'BOOLEAN' THEN error('CAST of a BOOLEAN to text') ELSE value END`,
    // The type of a NULL without a type is "NULL".
    `CREATE MACRO ${SYSTEM_SCHEMA}.try_castable(value, sources, target) AS CASE
       WHEN NOT list_contains(list_append(sources, '"NULL"'), split_part(typeof(value), '(', 1)) THEN error('TRY_CAST of ' || typeof(value) || ' to ' || target)
       WHEN typeof(value) = 'VARCHAR' AND trim(CAST(value AS VARCHAR)) = '' THEN error('TRY_CAST of a blank text') ELSE value END`,
    `CREATE MACRO ${ADDEND}(value) AS value`,
    `CREATE MACRO ${ADDEND_TYPE}(value SMALLINT) AS value, (value INTEGER) AS value,
       (value BIGINT) AS CAST(value AS DECIMAL(19,0)), (value DOUBLE) AS value, (value DECIMAL(38,10)) AS value`,
    // The longest prefix of whole characters within the number of bytes.
    `CREATE MACRO ${SYSTEM_SCHEMA}.truncate_bytes(value, bytes) AS CASE
       WHEN strlen(value) <= bytes THEN value
       WHEN strlen(value) = length(value) THEN left(value, bytes)
       ELSE left(value, CAST(list_count(list_filter(range(1, length(value) + 1), n -> strlen(left(value, n)) <= bytes)) AS BIGINT))
     END`,
    ...privilegeDefinitions(database),
    `CREATE VIEW ${SYSTEM_SCHEMA}.columns AS SELECT
       schema_name, table_name, column_name, column_index, is_nullable, column_default,
       CASE WHEN data_type = 'VARCHAR' AND comment IS NULL THEN 'character varying(65535)'
            ELSE coalesce(json_extract_string(comment, '$.type'), lower(data_type)) END AS type,
       coalesce(json_extract_string(comment, '$.encoding'), 'none') AS encoding,
       coalesce(CAST(json_extract_string(comment, '$.distkey') AS BOOLEAN), false) AS distkey,
       coalesce(CAST(json_extract_string(comment, '$.sortkey') AS INTEGER), 0) AS sortkey
     FROM duckdb_columns() WHERE ${visible}`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.svv_tables AS SELECT
       database_name AS table_catalog, schema_name AS table_schema, table_name, 'BASE TABLE' AS table_type,
       CAST(NULL AS VARCHAR) AS remarks
     FROM duckdb_tables() WHERE ${visible}`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.svv_columns AS SELECT
       ${name} AS table_catalog, schema_name AS table_schema, table_name, column_name,
       column_index AS ordinal_position, CAST(nullif(column_default, 'NULL') AS VARCHAR) AS column_default,
       CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS is_nullable,
       regexp_replace(type, '\\(.*', '') AS data_type,
       CASE WHEN type LIKE 'character%' THEN CAST(regexp_extract(type, '\\((\\d+)', 1) AS INTEGER) END AS character_maximum_length,
       CASE WHEN type LIKE 'numeric%' THEN CAST(regexp_extract(type, '\\((\\d+)', 1) AS INTEGER)
            WHEN type = 'smallint' THEN 16 WHEN type = 'integer' THEN 32 WHEN type = 'bigint' THEN 64 END AS numeric_precision,
       CASE WHEN type LIKE 'numeric%' THEN CAST(regexp_extract(type, ',(\\d+)', 1) AS INTEGER)
            WHEN type IN ('smallint', 'integer', 'bigint') THEN 0 END AS numeric_scale,
       CAST(NULL AS VARCHAR) AS remarks
     FROM ${SYSTEM_SCHEMA}.columns`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.svv_redshift_databases AS SELECT
       ${name} AS database_name, 'local' AS database_type, 'Snapshot Isolation' AS database_isolation_level`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.pg_table_def AS SELECT
       schema_name AS schemaname, table_name AS tablename, column_name AS "column", type, encoding, distkey, sortkey,
       NOT is_nullable AS "notnull"
     FROM ${SYSTEM_SCHEMA}.columns`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.pg_namespace AS SELECT schema_name AS nspname
     FROM duckdb_schemas() WHERE ${ofUsers}`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.pg_tables AS SELECT schema_name AS schemaname, table_name AS tablename
     FROM duckdb_tables() WHERE ${ofUsers}`,
  ];
}
