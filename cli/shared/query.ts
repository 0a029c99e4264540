import type { Sql, SqlBatch, SqlParameter } from '../../core/sql';
import { DataApi, type DataValue, type StatementState } from '../../functions/shared/data-api';
import type { Connection } from './connection';

export type QueryValue = DataValue;

export interface QueryResult {
  /** Empty for a statement without a result. */
  readonly columns: readonly string[];
  /** Redshift's names: `int4`, `numeric`, `varchar` … */
  readonly types: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** Number of rows in the whole result; `rows` holds the first ones. */
  readonly total: number;
  /** Number of rows that INSERT, UPDATE, DELETE or COPY changed; null for other statements. */
  readonly affected: number | null;
}

const NAMES: Readonly<Record<string, string>> = {
  ABORTED: 'StatementAborted',
  TIMED_OUT: 'StatementTimedOut',
};

/** A statement that did not succeed. `name` says how it ended: StatementFailed, StatementAborted or StatementTimedOut. */
export class StatementError extends Error {
  constructor(status: string, reason: string) {
    super(reason);
    this.name = NAMES[status] ?? 'StatementFailed';
  }
}

/** DescribeStatement answers as soon as the statement ends, or after this many seconds (the API's maximum). */
const LONG_POLL_SECONDS = 30;

/**
 * Runs one statement through the Data API and waits for it.
 * @param options.most rows to fetch. @param options.parameters values of `:name`s in it. @param options.seconds after which
 * it is cancelled.
 * @throws StatementError with Redshift's text; StatementTimedOut
 */
export async function query(
  connection: Pick<Connection, 'redshiftData' | 'workgroup' | 'database' | 'secret'>,
  statement: Sql,
  options: {
    readonly most?: number;
    readonly parameters?: readonly SqlParameter[];
    readonly seconds?: number;
  } = {},
): Promise<QueryResult> {
  const api = new DataApi(connection.redshiftData, connection);
  const id = await api.submit(statement, options.parameters);
  const { selects, rows: counted } = await finished(api, id, options.seconds);
  const [select] = selects;
  if (select === undefined) {
    return { columns: [], types: [], rows: [], total: 0, affected: counted ?? null };
  }
  const { columns, rows } = await api.read(select, options.most);
  return {
    columns: columns.map(({ label, name }) => label ?? name ?? ''),
    types: columns.map(({ typeName }) => typeName ?? ''),
    rows,
    total: Math.max(counted ?? 0, rows.length),
    affected: null,
  };
}

/** Runs a batch, which is one transaction, and waits for it. @throws StatementError with Redshift's text. */
export async function runBatch(
  connection: Pick<Connection, 'redshiftData' | 'workgroup' | 'database' | 'secret'>,
  batch: SqlBatch,
  name: string,
): Promise<void> {
  const api = new DataApi(connection.redshiftData, connection);
  const { id } = await api.submitBatch(batch, name);
  await finished(api, id);
}

/** Waits only for the known statuses of a running statement: an unknown status ends the wait, as a failure. */
async function finished(
  api: DataApi,
  id: string,
  seconds = Infinity,
): Promise<StatementState & { readonly status: 'FINISHED' }> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const left = Math.ceil((deadline - Date.now()) / 1_000);
    if (left <= 0) {
      await api.cancel(id);
      throw new StatementError('TIMED_OUT', `It ran longer than ${seconds} s and was cancelled.`);
    }
    const state = await api.describe(id, Math.min(LONG_POLL_SECONDS, left));
    switch (state.status) {
      case 'FINISHED':
        return state;
      case 'FAILED':
      case 'ABORTED':
        throw new StatementError(state.status, state.error ?? `The statement ended as ${state.status}.`);
      case 'UNKNOWN':
        throw new StatementError(state.status, `The statement ended as ${state.found}.`);
    }
  }
}
