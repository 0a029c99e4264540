import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AwsJsonService } from '../http/aws-json-service';
import type { RequestContext } from '../http/request-context';
import { ServiceError } from '../service-error';
import { batchExecuteStatement } from './operations/batch-execute-statement';
import { cancelStatement } from './operations/cancel-statement';
import type { Operation, RedshiftDataOptions, ServiceContext } from './operations/context';
import { describeStatement } from './operations/describe-statement';
import { describeTable } from './operations/describe-table';
import { executeStatement } from './operations/execute-statement';
import { getStatementResult } from './operations/get-statement-result';
import { listDatabases } from './operations/list-databases';
import { listSchemas } from './operations/list-schemas';
import { listStatements } from './operations/list-statements';
import { listTables } from './operations/list-tables';
import { Journal } from './statements/journal';
import { StatementRegistry } from './statements/registry';
import { StatementRunner } from './statements/runner';
import { Database } from './warehouse/database';
import { TableLocks } from './warehouse/locks';

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['ExecuteStatement', executeStatement],
  ['BatchExecuteStatement', batchExecuteStatement],
  ['DescribeStatement', describeStatement],
  ['GetStatementResult', getStatementResult],
  ['CancelStatement', cancelStatement],
  ['ListStatements', listStatements],
  ['ListDatabases', listDatabases],
  ['ListSchemas', listSchemas],
  ['ListTables', listTables],
  ['DescribeTable', describeTable],
]);

/**
 * The Redshift Data API over DuckDB: one serverless workgroup with one database.
 * Committed data is on disk in `directory`. Statements that were running when the process ended are rolled back and
 * described as FAILED.
 */
export class RedshiftDataService implements AwsJsonService {
  readonly name = 'redshift-data';
  readonly target = 'RedshiftData';
  readonly contentType = 'application/x-amz-json-1.1';

  private opening: Promise<ServiceContext> | undefined;
  private registry: StatementRegistry | undefined;

  constructor(private readonly options: RedshiftDataOptions) {}

  /** @throws ServiceError */
  async call(operation: string, input: unknown, request: RequestContext): Promise<unknown> {
    const run = OPERATIONS.get(operation);
    if (run === undefined) {
      throw new ServiceError('UnknownOperationException', `${operation} is not supported by the local twin`);
    }
    return run(input, await this.open(), request);
  }

  /** The SQL text, for fault rules. */
  subject(_operation: string, input: unknown): string {
    const { Sql, Sqls } = (input ?? {}) as { Sql?: unknown; Sqls?: unknown };
    return [Sql, Sqls]
      .flat()
      .filter((sql) => typeof sql === 'string')
      .join(';\n');
  }

  /** `aws:userid` of a statement's submitter; undefined for an unknown statement or the account's root. */
  ownerOf(statement: string): string | undefined {
    try {
      return this.registry?.find(statement).record.submission.owner;
    } catch {
      return undefined;
    }
  }

  /** Opens the warehouse before the first call, so that a broken one is reported at the start. */
  async start(): Promise<void> {
    this.registry = (await this.open()).registry;
  }

  /** Cancels running statements and closes the warehouse. */
  async close(): Promise<void> {
    if (this.opening === undefined) return;
    const { registry, runner, database } = await this.opening;
    registry.cancelAll();
    await runner.settled();
    database.close();
    this.opening = undefined;
  }

  private open(): Promise<ServiceContext> {
    this.opening ??= openContext(this.options);
    return this.opening;
  }
}

async function openContext(options: RedshiftDataOptions): Promise<ServiceContext> {
  await mkdir(options.directory, { recursive: true });
  const journal = new Journal(join(options.directory, 'statements.jsonl'));
  const database = await Database.open({ ...options, journal: journal.path });
  const { store, region, accountId, iamRoles, mayAssume, mayRead, faults, now, meter, clock } = options;
  const registry = new StatementRegistry(journal, options.longestPollSeconds, clock);
  const copy = { store, region, accountId, iamRoles, mayAssume, mayRead, directory: database.scratch };
  const runner = new StatementRunner({
    database,
    locks: new TableLocks(),
    registry,
    faults,
    copy,
    now,
    meter,
    clock,
  });
  return { options, database, registry, runner };
}
