import { quoteLiteral } from '../sql/identifiers';
import { SYSTEM_SCHEMA } from '../sql/scope';
import { ADMINISTRATOR } from '../statements/record';
import { SESSION_USER } from './privileges';

/** What the views read of the journal's lines, in the engine's types. */
const PROGRESS = {
  status: 'VARCHAR',
  error: 'VARCHAR',
  createdAt: 'BIGINT',
  updatedAt: 'BIGINT',
  duration: 'BIGINT',
  resultRows: 'BIGINT',
  resultSize: 'BIGINT',
  queryId: 'BIGINT',
  file: { name: 'VARCHAR', code: 'INTEGER', message: 'VARCHAR' },
};
const LINE = {
  id: 'VARCHAR',
  pid: 'INTEGER',
  user: 'VARCHAR',
  submission: { sqls: ['VARCHAR'], isBatch: 'BOOLEAN', database: 'VARCHAR' },
  ...PROGRESS,
  subStatements: [{ sql: 'VARCHAR', ...PROGRESS }],
};
const OF_QUERY = Object.keys(PROGRESS);

/** Columns of character type are padded with blanks, and cut. */
const character = (value: string, length: number) => `rpad(coalesce(${value}, ''), ${length}, ' ')`;
const time = (milliseconds: string) => `make_timestamp(${milliseconds} * 1000)`;

/** The columns that the views share. A number of a user is made from the name. */
const IDENTITY = `CAST(hash("user") % 1000000 + 100 AS INTEGER) AS user_id, "queryId" AS query_id, "transaction" AS transaction_id,
  pid AS session_id`;
const IS_FINAL = `status IN ('FINISHED', 'FAILED', 'ABORTED')`;

/**
 * The monitoring views of Redshift Serverless, over the journal of statements, so that they outlast a transaction that was
 * rolled back and the process. A user sees the rows of their own queries, the administrator all.
 * https://docs.aws.amazon.com/redshift/latest/dg/SYS_LOAD_ERROR_DETAIL.html
 * https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html
 */
export function monitoringDefinitions(journal: string): readonly string[] {
  // The engine reads `*`, `?` and `[` in a path as a pattern.
  const path = quoteLiteral(journal.replaceAll(/[*?[]/g, '[$&]'));
  return [
    // The journal has a line for a statement's submission and one for its end. A line may be cut off.
    `CREATE VIEW ${SYSTEM_SCHEMA}.statements AS
       SELECT * FROM (SELECT unnest(from_json(json, ${quoteLiteral(JSON.stringify(LINE))}))
         FROM read_ndjson_objects(${path}, ignore_errors = true) WHERE json IS NOT NULL)
       WHERE ${SESSION_USER} IN ("user", ${quoteLiteral(ADMINISTRATOR)})
       QUALIFY row_number() OVER (PARTITION BY id ORDER BY ${IS_FINAL} DESC) = 1`,
    // The statements of a batch after one that failed never run.
    `CREATE VIEW ${SYSTEM_SCHEMA}.queries AS
       SELECT "user", pid, "queryId" AS "transaction", submission."database" AS "database", submission.sqls[1] AS sql,
         ${OF_QUERY.map((name) => `"${name}"`).join(', ')}
       FROM ${SYSTEM_SCHEMA}.statements WHERE NOT submission."isBatch"
       UNION ALL
       SELECT "user", pid, "transaction", "database", sub.sql, ${OF_QUERY.map((name) => `sub."${name}"`).join(', ')}
       FROM (SELECT "user", pid, "queryId" AS "transaction", submission."database" AS "database", status,
         unnest("subStatements") AS sub FROM ${SYSTEM_SCHEMA}.statements)
       WHERE NOT (status = 'FAILED' AND sub.status = 'ABORTED')`,
    // For a Parquet file it is unproven which of the columns after file_name Redshift fills.
    `CREATE VIEW ${SYSTEM_SCHEMA}.sys_load_error_detail AS SELECT ${IDENTITY},
       ${character('"database"', 64)} AS database_name, CAST(0 AS INTEGER) AS table_id, ${time('"createdAt"')} AS start_time,
       ${character('file.name', 256)} AS file_name, CAST(0 AS BIGINT) AS line_number,
       ${character('NULL', 127)} AS column_name, ${character('NULL', 10)} AS column_type, ${character('NULL', 10)} AS column_length,
       CAST(0 AS INTEGER) AS position, file.code AS error_code, ${character('file.message', 512)} AS error_message
     FROM ${SYSTEM_SCHEMA}.queries WHERE file IS NOT NULL`,
    `CREATE VIEW ${SYSTEM_SCHEMA}.sys_query_history AS SELECT ${IDENTITY},
       ${character("'default'", 320)} AS query_label, ${character('"database"', 128)} AS database_name,
       ${character(`upper(regexp_extract(sql, '^\\s*(\\w+)', 1))`, 32)} AS query_type,
       ${character("CASE status WHEN 'FINISHED' THEN 'success' WHEN 'FAILED' THEN 'failed' WHEN 'ABORTED' THEN 'canceled' ELSE 'running' END", 10)} AS status,
       false AS result_cache_hit, ${time('"createdAt"')} AS start_time,
       CASE WHEN ${IS_FINAL} THEN ${time('"updatedAt"')} END AS end_time,
       greatest(duration, 0) // 1000 AS elapsed_time, ${character('error', 512)} AS error_message,
       greatest("resultRows", 0) AS returned_rows, greatest("resultSize", 0) AS returned_bytes,
       ${character('sql', 4_000)} AS query_text
     FROM ${SYSTEM_SCHEMA}.queries`,
  ];
}
