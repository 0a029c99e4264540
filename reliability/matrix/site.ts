import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerDifferences } from '../../cli/ledger/differences';
import { ledgerOf } from '../../cli/ledger/ledger-of';
import type { LoadDocument } from '../../cli/load/document';
import { startLoad } from '../../cli/load/follow';
import { connectionTo } from '../../cli/shared/connect';
import type { TwinConnection } from '../../cli/shared/connection';
import { query } from '../../cli/shared/query';
import { SILENT } from '../../cli/shared/silent-output';
import { executionArn } from '../../core/arn';
import type { HistoryRow } from '../../core/history';
import { errorPrefixes, prefixOfHour } from '../../core/prefix';
import { ROW_COUNTS, type RowCounts } from '../../core/report';
import { joinSql, quoteName, sql, type Sql } from '../../core/sql';
import { stagingTable } from '../../core/staging';
import { sluiceTable } from '../../core/warehouse';
import type { TwinDescription } from '../../local/description';
import type { FaultRule } from '../../local/faults/fault-rule';
import { emptyTwin } from '../../testkit/empty-twin';
import { APART, CHANGED_FILE, changedLake, fileOf, HOUR, LATE, lakeOf, type Older } from './lake';
import { inputOf, olderOf, type Way } from './ways';

export type AttemptRow = Pick<HistoryRow, 'partition' | 'outcome' | 'error'> & RowCounts;

/** If the twin gets no call for this long, its execution hangs, even on a slow machine. */
const LONGEST_SILENCE_MS = 180_000;

/** An execution that does not end. */
export class Hang extends Error {}

/** A twin as its clients see it: puts files, loads, and reads the outcome. */
export class Site {
  readonly connection: TwinConnection;
  /** The number of messages published before the last reset. */
  private notified = 0;

  /** @param calls returns the number of calls that the twin has had so far */
  constructor(
    description: TwinDescription,
    private readonly calls?: () => number,
  ) {
    this.connection = connectionTo(description, () => Promise.resolve());
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Returns to the initial state: no table, fault or notification, and the files of {@link lakeOf}. */
  async reset(older: Older = APART): Promise<void> {
    await this.setFaults([]);
    await emptyTwin(this.connection);
    for (const hour of Object.keys(lakeOf(older))) await this.putHour(older, hour);
    this.notified = (await this.messages()).length;
  }

  /** Resets, and makes what an execution that goes this way needs to find. */
  async prepare(way: Way): Promise<void> {
    await this.reset(olderOf(way));
    if (way === 'nothing') await this.keepBack();
    if (way !== 'scheduled' && way !== 'ledger ahead') return;
    const { execution } = await this.load(olderOf(way).both);
    await query(this.connection, sql`DELETE FROM sluice.load_history`);
    await query(this.connection, sql`DELETE FROM public.trips`);
    if (way === 'ledger ahead') return;
    // All that is left of the execution is a staging table.
    for (const dataset of this.connection.datasets)
      await ledgerOf(this.connection, dataset).rebuild(new Map());
    const staging = stagingTable('trips', HOUR, execution, 1);
    await query(this.connection, sql`CREATE TABLE ${sluiceTable(staging)} (trip_id VARCHAR(64))`);
  }

  /** The files arrive that an execution of this way did not find. */
  async complete(way: Way): Promise<void> {
    if (way === 'nothing') await this.putHour(olderOf(way), HOUR);
  }

  /** A file arrives, so that a scheduled execution has something to load. */
  async arrive(): Promise<void> {
    await this.put(HOUR, 'late.parquet', await fileOf(LATE));
  }

  /** Deletes or overwrites a file of the hour under fault. A producer may do so at any time. */
  async change(how: Parameters<typeof changedLake>[1]): Promise<void> {
    const rows = changedLake(APART, how)[HOUR]?.[CHANGED_FILE];
    if (rows) return this.put(HOUR, CHANGED_FILE, await fileOf(rows));
    const { s3, bucket: Bucket } = this.connection;
    await s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf(HOUR, CHANGED_FILE) }));
  }

  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    const answer = await fetch(`${this.connection.endpoint}/_sluice/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    if (!answer.ok) throw new Error(`The twin refused the fault rules: ${await answer.text()}`);
  }

  /** Continues on the same state directory after its twin was restarted. */
  after(before: Site): this {
    this.notified = before.notified;
    return this;
  }

  /** Starts an execution and waits for its end. @throws Hang if it does not end */
  async load(input: object): Promise<LoadDocument> {
    const waiting = new AbortController();
    const hanging = this.silent(waiting.signal);
    hanging.catch(() => {});
    try {
      return await Promise.race([startLoad(this.connection, SILENT, input), hanging]);
    } finally {
      waiting.abort();
    }
  }

  /**
   * Starts an execution that goes this way, without waiting for its end. It is no failure if the twin dies before it
   * answers.
   * @returns the execution's ARN
   */
  async startExecution(way: Way, name: string): Promise<string> {
    const { stepFunctions, stateMachineArn } = this.connection;
    const input = JSON.stringify(inputOf(way));
    await stepFunctions
      .send(new StartExecutionCommand({ stateMachineArn, name, input }))
      .catch((error: Error) => {
        if (!/ECONNRE|socket hang up|EPIPE/.test(`${error.name} ${error.message}`)) throw error;
      });
    return executionArn(stateMachineArn, name);
  }

  async statusOf(executionArn: string): Promise<string | undefined> {
    return (await this.connection.stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).status;
  }

  async executionsRunning(): Promise<number> {
    const { stepFunctions, stateMachineArn } = this.connection;
    const { executions = [] } = await stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
    );
    return executions.length;
  }

  /** The target's rows by key: amount, version, partition; no rows if the table does not exist. */
  async target(): Promise<readonly (readonly unknown[])[]> {
    if ((await this.tables(sql`table_schema = 'public' AND table_name = 'trips'`)).length === 0) return [];
    const { rows } = await query(
      this.connection,
      sql`SELECT trip_id, total_amount, updated_at, source_partition FROM public.trips ORDER BY trip_id`,
    );
    return rows.map(([key, amount, version, partition]) => [
      key,
      Number(amount),
      String(version).slice(0, 19),
      String(partition).slice(0, 13).replace(' ', 'T'),
    ]);
  }

  /** Ordered by partition and time. */
  async history(): Promise<readonly AttemptRow[]> {
    if ((await this.tables(sql`table_schema = 'sluice' AND table_name = 'load_history'`)).length === 0)
      return [];
    const { columns, rows } = await query(
      this.connection,
      sql`SELECT partition, outcome, error, ${joinSql(ROW_COUNTS.map(quoteName))}
       FROM sluice.load_history ORDER BY partition, finished, outcome`,
    );
    return rows.map(
      (values) =>
        Object.fromEntries(values.map((value, index) => [columns[index], value])) as unknown as AttemptRow,
    );
  }

  async stagingTables(): Promise<readonly string[]> {
    return (await this.tables(sql`table_schema = 'sluice' AND table_name LIKE 'staging%'`)).map(
      ([, table]) => table,
    );
  }

  /** How many batches the functions have submitted since the twin started. */
  async submitted(): Promise<number> {
    return (await this.connection.usage()).counts.data_api?.BatchExecuteStatement ?? 0;
  }

  /** The hours in which a ledger is not as the history. */
  async ledgerDifferences(): Promise<readonly string[]> {
    const each = this.connection.datasets.map((dataset) => ledgerDifferences(this.connection, dataset));
    return (await Promise.all(each)).flatMap(({ behind, ahead }) => [...behind, ...ahead]);
  }

  /** The messages published since the last reset. */
  async notifications(): Promise<readonly string[]> {
    return (await this.messages()).slice(this.notified);
  }

  /** Rejects when no function and no state makes a call any more. */
  private async silent(signal: AbortSignal): Promise<never> {
    for (let before = this.calls?.(); ; before = this.calls?.()) {
      await sleep(LONGEST_SILENCE_MS, undefined, { signal });
      if (before !== undefined && before === this.calls?.())
        throw new Hang(
          `The execution has not ended, and made no call for ${LONGEST_SILENCE_MS / 1_000} seconds`,
        );
    }
  }

  private async messages(): Promise<readonly string[]> {
    const answer = await fetch(`${this.connection.endpoint}/_sluice/notifications`);
    return ((await answer.json()) as { Message: string }[]).map(({ Message: message }) => message);
  }

  private async tables(condition: Sql): Promise<[schema: string, table: string][]> {
    const { rows } = await query(
      this.connection,
      sql`SELECT table_schema, table_name FROM svv_tables WHERE ${condition} ORDER BY 2`,
    );
    return rows.map(([schema, table]) => [String(schema), String(table)]);
  }

  /** Of the hour under fault, there are only records that never became Parquet. */
  private async keepBack(): Promise<void> {
    const { s3, bucket: Bucket, datasets } = this.connection;
    for (const name of Object.keys(lakeOf(APART)[HOUR] ?? {}))
      await s3.send(new DeleteObjectCommand({ Bucket, Key: keyOf(HOUR, name) }));
    for (const { source } of datasets)
      for (const template of errorPrefixes(source.error_prefix))
        await s3.send(
          new PutObjectCommand({ Bucket, Key: `${prefixOfHour(template, HOUR)}records.json`, Body: '{}\n' }),
        );
  }

  private async putHour(older: Older, hour: string): Promise<void> {
    for (const [name, rows] of Object.entries(lakeOf(older)[hour] ?? {}))
      await this.put(hour, name, await fileOf(rows));
  }

  private async put(hour: string, name: string, body: Buffer): Promise<void> {
    const { s3, bucket: Bucket } = this.connection;
    await s3.send(new PutObjectCommand({ Bucket, Key: keyOf(hour, name), Body: body }));
  }
}

function keyOf(hour: string, name: string): string {
  return `${prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', hour)}${name}`;
}
