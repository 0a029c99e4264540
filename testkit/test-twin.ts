import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ledgerOf } from '../cli/ledger/ledger-of';
import type { LoadDocument } from '../cli/load/document';
import { startLoad } from '../cli/load/follow';
import { connectionTo } from '../cli/shared/connect';
import type { TwinConnection } from '../cli/shared/connection';
import { query, type QueryResult } from '../cli/shared/query';
import { SILENT } from '../cli/shared/silent-output';
import { ledgerPrefix } from '../core/ledger';
import { prefixOfHour } from '../core/prefix';
import { asWritten } from '../core/sql';
import type { Twin, TwinOptions } from '../local/twin';
import { emptyTwin } from './empty-twin';
import { parquetOf, tripsSelect, type Trip } from './parquet';
import type { HostedTwin, TwinHost } from './twin-host';

/** In a test, Jest's environment provides the host that lives as long as its worker: see environment.cjs. */
function hostOfProcess(): TwinHost {
  const { sluiceTwinHost } = globalThis as { readonly sluiceTwinHost?: TwinHost };
  if (sluiceTwinHost !== undefined) return sluiceTwinHost;
  // Loaded only here, because a test does not load a twin of its own.
  const { twinHost } = createRequire(__filename)('./twin-host') as typeof import('./twin-host');
  return twinHost;
}

/** A twin on a temporary directory, and the calls that tests make, all with the stock clients. */
export class TestTwin {
  readonly twin: Twin;
  readonly stateDirectory: string;
  readonly connection: TwinConnection;
  private published = 0;

  private constructor(
    { twin, stateDirectory }: HostedTwin,
    private readonly host: TwinHost,
    private readonly isShared: boolean,
  ) {
    this.twin = twin;
    this.stateDirectory = stateDirectory;
    this.connection = connectionTo(twin.description, () => (isShared ? Promise.resolve() : twin.close()));
  }

  /** A twin for one test, which may be stopped, and whose roles, logs and settings may be changed. */
  static async start(options: Partial<TwinOptions> = {}): Promise<TestTwin> {
    const host = hostOfProcess();
    return new TestTwin(await host.start(options), host, false);
  }

  /**
   * The twin that the tests of this process share. It is empty at the start and after removal; its functions are warm.
   */
  static async shared(): Promise<TestTwin> {
    const host = hostOfProcess();
    const twin = new TestTwin(await host.lend(), host, true);
    twin.published = (await twin.twin.sns.messages()).length;
    return twin;
  }

  /** Stops the twin and keeps its state. */
  async stop(): Promise<void> {
    await this.connection.close();
  }

  /** Removes the twin, or gives the shared one back. If it cannot be emptied, a new twin replaces it. */
  async remove(): Promise<void> {
    if (this.isShared) {
      this.stopFaults();
      // Records of one test must not arrive in the next one.
      for (const dataset of this.connection.datasets) await this.connection.deliver(dataset);
      await this.reset();
    }
    await this.stop();
    if (this.isShared) this.host.giveBack();
    else rmSync(this.stateDirectory, { recursive: true, force: true });
  }

  /** Returns the twin to its initial state: no executions, objects, tables, faults or notifications. */
  async reset(): Promise<void> {
    this.stopFaults();
    await this.stopExecutions();
    await emptyTwin(this.connection);
    this.published = (await this.twin.sns.messages()).length;
  }

  /** Forgets what was loaded, in the load history and in the ledgers. The targets stay as they are. */
  async forget(): Promise<void> {
    await this.sql('DELETE FROM sluice.load_history');
    for (const dataset of this.connection.datasets)
      await ledgerOf(this.connection, dataset).rebuild(new Map());
  }

  /** Somebody deletes the ledgers. What the load history has stays. */
  async loseLedgers(): Promise<void> {
    const { s3, bucket: Bucket, datasets } = this.connection;
    for (const { name } of datasets) {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: ledgerPrefix(name) }),
      );
      for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    }
  }

  private stopFaults(): void {
    this.twin.faults.clear();
    this.twin.faults.observe(undefined);
    this.twin.warehouseClock.now = () => new Date();
  }

  private async stopExecutions(): Promise<void> {
    const { stepFunctions, stateMachineArn } = this.connection;
    const listing = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' });
    const { executions = [] } = await stepFunctions.send(listing);
    for (const { executionArn } of executions)
      await stepFunctions.send(new StopExecutionCommand({ executionArn }));
  }

  async put(key: string, body: Buffer | string): Promise<void> {
    await this.connection.s3.send(
      new PutObjectCommand({ Bucket: this.connection.bucket, Key: key, Body: Buffer.from(body) }),
    );
  }

  /** A key in one hour of the dataset trips. */
  keyOf(hour: string, name: string): string {
    return `${prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', hour)}${name}`;
  }

  async putTrips(hour: string, name: string, trips: readonly Trip[]): Promise<string> {
    const key = this.keyOf(hour, name);
    await this.put(key, await parquetOf(tripsSelect(trips)));
    return key;
  }

  /** @param pollInterval milliseconds between two status requests. */
  load(input: object = {}, pollInterval = this.connection.pollInterval): Promise<LoadDocument> {
    return startLoad({ ...this.connection, pollInterval }, SILENT, input);
  }

  sql(statement: string): Promise<QueryResult> {
    return query(this.connection, asWritten(statement));
  }

  /** The target's rows as text, ordered by key: equal tables give equal texts. */
  async target(): Promise<unknown[][]> {
    const { rows } = await this.sql('SELECT * FROM public.trips ORDER BY trip_id');
    return rows.map((row) => [...row]);
  }

  async history(
    columns = 'partition, outcome, reason, files, rows_in_files, inserted',
  ): Promise<unknown[][]> {
    const { rows } = await this.sql(
      `SELECT ${columns} FROM sluice.load_history ORDER BY finished, inspected, partition`,
    );
    return rows.map((row) => [...row]);
  }

  async stagingTables(): Promise<unknown[]> {
    const { rows } = await this.sql(
      `SELECT table_name FROM svv_tables WHERE table_schema = 'sluice' AND table_name LIKE 'staging%'`,
    );
    return rows.flat();
  }

  /** The messages published to the failure topic since the last reset. */
  async notifications(): Promise<{ subject: string; message: string }[]> {
    const published = await this.twin.sns.messages();
    return published
      .slice(this.published)
      .map((each) => ({ subject: String(each.Subject), message: each.Message }));
  }
}
