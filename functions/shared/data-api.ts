import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  paginateGetStatementResult,
  paginateListStatements,
  type ColumnMetadata,
  type Field,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { Sql, SqlBatch, SqlParameter } from '../../core/sql';
import type { StatementTime } from '../../core/warehouse-time';

/** The database in which statements run, and their user. */
export interface Warehouse {
  readonly workgroup: string;
  readonly database: string;
  /** A secret with the database user; undefined for the user of the caller's role. */
  readonly secret?: string | undefined;
}

/** The statuses of a statement that has not ended. */
const RUNNING = ['SUBMITTED', 'PICKED', 'STARTED'] as const;
type Running = (typeof RUNNING)[number];

/** The state of a statement. A status that this list does not have is UNKNOWN, so that nothing waits for it. */
export type StatementState =
  | { readonly status: Running }
  | {
      readonly status: 'FINISHED';
      /** The ids of the statements that have a result: the statement itself, or those of a batch in order. */
      readonly selects: readonly string[];
      /** Rows of the result, or rows that the statement changed; undefined if the API counts neither. */
      readonly rows: number | undefined;
    }
  | {
      readonly status: 'FAILED' | 'ABORTED';
      readonly error: string | undefined;
      /** The id of the statement, or of the one that failed in a batch. */
      readonly failed: string;
      /** Redshift's number of that statement. */
      readonly query: number | undefined;
    }
  | { readonly status: 'UNKNOWN'; readonly found: string };

/**
 * A value as the Data API returns it: integers and floats are numbers; decimals, times and texts are texts. The SDK reads
 * integers as JavaScript numbers, which rounds them beyond 2^53.
 */
export type DataValue = string | number | boolean | null;

export interface NamedStatement {
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
  /** Whether it failed or was aborted. */
  readonly hasFailed: boolean;
  /** When it was submitted. */
  readonly created: Date;
}

export interface DataRows {
  readonly columns: readonly ColumnMetadata[];
  readonly rows: readonly (readonly DataValue[])[];
}

/** The Redshift Data API for one workgroup. It throws the client's errors. */
export class DataApi {
  constructor(
    private readonly client: RedshiftDataClient,
    private readonly warehouse: Warehouse,
  ) {}

  /** Submits one statement. @returns its id. */
  async submit(statement: Sql, parameters: readonly SqlParameter[] = []): Promise<string> {
    const { Id: id = '' } = await this.client.send(
      new ExecuteStatementCommand({ ...this.place(), Sql: statement, Parameters: given(parameters) }),
    );
    return id;
  }

  /**
   * Submits a batch, which is one transaction.
   * @param token the API runs only one batch for each token. @param waitSeconds how long the API may wait for the end. Default: not at all.
   * @returns its id, and whether it still runs.
   */
  async submitBatch(
    batch: SqlBatch,
    name: string,
    token?: string,
    waitSeconds?: number,
  ): Promise<{ readonly id: string; readonly isRunning: boolean }> {
    const { Id: id = '', Status: status } = await this.client.send(
      new BatchExecuteStatementCommand({
        ...this.place(),
        StatementName: name.slice(0, 500),
        Sqls: [...batch.sqls],
        Parameters: given(batch.parameters),
        ClientToken: token,
        WaitTimeSeconds: waitSeconds,
      }),
    );
    return { id, isRunning: RUNNING.some((each) => each === status) };
  }

  /**
   * @param waitSeconds how long the API may wait for the end of the statement: 30 at most.
   * @param abortSignal ends the wait.
   */
  async describe(id: string, waitSeconds?: number, abortSignal?: AbortSignal): Promise<StatementState> {
    const described = await this.client.send(
      new DescribeStatementCommand({ Id: id, WaitTimeSeconds: waitSeconds }),
      { abortSignal },
    );
    const { Status: status, SubStatements: ofBatch = [] } = described;
    const parts = ofBatch.length > 0 ? ofBatch : [{ ...described, Id: id }];
    switch (status) {
      case 'SUBMITTED':
      case 'PICKED':
      case 'STARTED':
        return { status };
      case 'FINISHED': {
        const { ResultRows: rows = -1 } = described;
        return {
          status,
          selects: parts.filter((part) => part.HasResultSet).map((part) => part.Id ?? ''),
          rows: rows < 0 ? undefined : rows,
        };
      }
      case 'FAILED':
      case 'ABORTED': {
        const failed = parts.find((part) => part.Status === status);
        return {
          status,
          error: described.Error ?? failed?.Error,
          failed: failed?.Id ?? id,
          query: failed?.RedshiftQueryId,
        };
      }
      default:
        return { status: 'UNKNOWN', found: String(status) };
    }
  }

  /** When a statement ran, as far as the API knows yet, in milliseconds since 1970. */
  async timeOf(id: string): Promise<StatementTime> {
    const { Duration: nanoseconds = 0, UpdatedAt: updated } = await this.client.send(
      new DescribeStatementCommand({ Id: id }),
    );
    const end = (updated ?? new Date()).getTime();
    return { start: end - Math.max(nanoseconds, 0) / 1_000_000, end };
  }

  /** The result of a statement. @param most how many rows are read at most. */
  async read(id: string, most = Infinity): Promise<DataRows> {
    let columns: readonly ColumnMetadata[] = [];
    const rows: DataValue[][] = [];
    for await (const page of paginateGetStatementResult({ client: this.client }, { Id: id })) {
      columns = page.ColumnMetadata ?? columns;
      for (const record of page.Records ?? []) if (rows.length < most) rows.push(record.map(valueOf));
      if (rows.length >= most) break;
    }
    return { columns, rows };
  }

  /** Cancels a statement. It has no effect if the statement has already ended. */
  async cancel(id: string): Promise<void> {
    await this.client.send(new CancelStatementCommand({ Id: id })).catch((error: Error) => {
      if (error.name !== 'ValidationException') throw error;
    });
  }

  /** The statements of the last 24 hours whose names begin with `name`. */
  async list(name: string): Promise<NamedStatement[]> {
    const listed: NamedStatement[] = [];
    const pages = paginateListStatements(
      { client: this.client },
      { WorkgroupName: this.warehouse.workgroup, StatementName: name, Status: 'ALL' },
    );
    for await (const page of pages) {
      for (const each of page.Statements ?? []) {
        const { Id: id = '', StatementName: statement = '', Status: status, CreatedAt: created } = each;
        // The service compares beginnings. Whether it keeps a blank at the end is unproven: `load-1 ` is not `load-10 `.
        if (!statement.startsWith(name)) continue;
        listed.push({
          ...{ id, name: statement, created: created ?? new Date() },
          isRunning: RUNNING.some((running) => running === status),
          hasFailed: status === 'FAILED' || status === 'ABORTED',
        });
      }
    }
    return listed;
  }

  private place() {
    const { workgroup, database, secret } = this.warehouse;
    return { WorkgroupName: workgroup, Database: database, SecretArn: secret };
  }
}

/** The API does not accept an empty list of parameters. */
function given(parameters: readonly SqlParameter[]): SqlParameter[] | undefined {
  return parameters.length > 0 ? [...parameters] : undefined;
}

function valueOf(field: Field): DataValue {
  if (field.stringValue !== undefined) return field.stringValue;
  if (field.booleanValue !== undefined) return field.booleanValue;
  if (field.longValue !== undefined) return field.longValue;
  if (field.doubleValue !== undefined) return jsonNumber(field.doubleValue);
  if (field.blobValue !== undefined) return Buffer.from(field.blobValue).toString('base64');
  return null;
}

/** JSON has no NaN and no infinity, so they become text. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
