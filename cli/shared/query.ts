import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  paginateGetStatementResult,
  type ColumnMetadata,
  type DescribeStatementResponse,
  type Field,
} from '@aws-sdk/client-redshift-data';
import type { SqlParameter } from '../../core/sql';
import type { Connection } from './connection';

/**
 * As the Data API gives it: integers and floats are numbers; decimals, times and text are text. The SDK reads integers
 * as JavaScript's numbers, and so rounds those beyond 2^53.
 */
export type QueryValue = string | number | boolean | null;

export interface QueryResult {
  /** Empty for a statement without result. */
  readonly columns: readonly string[];
  /** Redshift's names: `int4`, `numeric`, `varchar` … */
  readonly types: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** Rows of the whole result, of which `rows` holds the first. */
  readonly total: number;
  /** Rows that INSERT, UPDATE, DELETE or COPY touched; null for a statement that does not count. */
  readonly affected: number | null;
}

/** A statement that Redshift did not carry out. `name` is its end: StatementFailed or StatementAborted. */
export class StatementError extends Error {
  constructor(status: string, reason: string) {
    super(reason);
    this.name = status === 'ABORTED' ? 'StatementAborted' : 'StatementFailed';
  }
}

/** DescribeStatement answers as soon as the statement ends, or after this many seconds (the API's most). */
const LONG_POLL_SECONDS = 30;

/**
 * Runs one statement through the Data API and waits for it.
 * @param options.most rows to fetch. @param options.parameters values of `:name`s in it.
 * @throws StatementError with Redshift's own text.
 */
export async function query(
  connection: Pick<Connection, 'redshiftData' | 'workgroup' | 'database' | 'secret'>,
  sql: string,
  options: { readonly most?: number; readonly parameters?: readonly SqlParameter[] } = {},
): Promise<QueryResult> {
  const { redshiftData: client, workgroup, database, secret } = connection;
  const { Id } = await client.send(
    new ExecuteStatementCommand({
      WorkgroupName: workgroup,
      Database: database,
      SecretArn: secret,
      Sql: sql,
      Parameters: options.parameters && [...options.parameters],
    }),
  );
  const described = await ended(client, Id);
  if (described.Status !== 'FINISHED') {
    throw new StatementError(
      described.Status ?? '',
      described.Error ?? `The statement ended as ${described.Status}.`,
    );
  }
  const rowCount = described.ResultRows ?? -1;
  if (!described.HasResultSet) {
    return { columns: [], types: [], rows: [], total: 0, affected: rowCount < 0 ? null : rowCount };
  }

  let metadata: readonly ColumnMetadata[] = [];
  const rows: QueryValue[][] = [];
  const most = options.most ?? Infinity;
  for await (const page of paginateGetStatementResult({ client }, { Id })) {
    metadata = page.ColumnMetadata ?? metadata;
    for (const record of page.Records ?? []) if (rows.length < most) rows.push(record.map(valueOf));
    if (rows.length >= most) break;
  }
  return {
    columns: metadata.map(({ label, name }) => label ?? name ?? ''),
    types: metadata.map(({ typeName }) => typeName ?? ''),
    rows,
    total: Math.max(rowCount, rows.length),
    affected: null,
  };
}

/** Every status is named here: one that is not known ends the wait too, as a failure. */
async function ended(
  client: Connection['redshiftData'],
  Id: string | undefined,
): Promise<DescribeStatementResponse> {
  for (;;) {
    const described = await client.send(
      new DescribeStatementCommand({ Id, WaitTimeSeconds: LONG_POLL_SECONDS }),
    );
    if (!['SUBMITTED', 'PICKED', 'STARTED'].includes(described.Status ?? '')) return described;
  }
}

function valueOf(field: Field): QueryValue {
  if (field.stringValue !== undefined) return field.stringValue;
  if (field.booleanValue !== undefined) return field.booleanValue;
  if (field.longValue !== undefined) return field.longValue;
  if (field.doubleValue !== undefined) return jsonNumber(field.doubleValue);
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString('base64');
  return null;
}

/** JSON has no NaN and no infinity: they stay text. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
