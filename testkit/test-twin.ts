import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionTo } from '../cli/shared/connect';
import type { TwinConnection } from '../cli/shared/connection';
import { query, type QueryResult } from '../cli/shared/query';
import type { LoadDocument } from '../cli/load/document';
import { startLoad } from '../cli/load/follow';
import { prefixOfHour } from '../core/prefix';
import { asWritten } from '../core/sql';
import { startTwin, type Twin, type TwinOptions } from '../local/twin';
import { emptyTwin } from './empty-twin';
import { PACKAGES_DIRECTORY, ROOT } from './packages';
import { parquetOf, tripsSelect, type Trip } from './parquet';
import { SILENT } from './silent-output';

/** A twin of a test's own on a temporary directory, and what tests ask of it, all through the stock clients. */
export class TestTwin {
  private constructor(
    readonly twin: Twin,
    readonly connection: TwinConnection,
    readonly stateDirectory: string,
  ) {}

  static async start(options: Partial<TwinOptions> = {}): Promise<TestTwin> {
    const stateDirectory = options.stateDirectory ?? mkdtempSync(join(tmpdir(), 'sluice-twin-'));
    const twin = await startTwin({
      serviceDirectory: ROOT,
      packagesDirectory: PACKAGES_DIRECTORY,
      speed: 1_000,
      ...options,
      stateDirectory,
    });
    return new TestTwin(
      twin,
      connectionTo(twin.description, () => twin.close()),
      stateDirectory,
    );
  }

  /** Stops the twin; its state stays. */
  async stop(): Promise<void> {
    await this.connection.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }

  /** As it was at first: no object, no table, no fault, no notification that was seen before. */
  async reset(): Promise<void> {
    this.twin.faults.clear();
    await emptyTwin(this.connection);
    this.published = (await this.twin.sns.messages()).length;
  }

  private published = 0;

  async put(key: string, body: Buffer | string): Promise<void> {
    await this.connection.s3.send(
      new PutObjectCommand({ Bucket: this.connection.bucket, Key: key, Body: Buffer.from(body) }),
    );
  }

  /** A key in an hour of the dataset trips. */
  keyOf(hour: string, name: string): string {
    return `${prefixOfHour('trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/', hour)}${name}`;
  }

  async putTrips(hour: string, name: string, trips: readonly Trip[]): Promise<string> {
    const key = this.keyOf(hour, name);
    await this.put(key, await parquetOf(tripsSelect(trips)));
    return key;
  }

  load(input: object = {}): Promise<LoadDocument> {
    return startLoad(this.connection, SILENT, input);
  }

  sql(statement: string): Promise<QueryResult> {
    return query(this.connection, asWritten(statement));
  }

  /** The target's rows, ordered by key, as text: equal for equal tables. */
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

  /** What was published to the failure topic since the last reset. */
  async notifications(): Promise<{ subject: string; message: string }[]> {
    const published = await this.twin.sns.messages();
    return published
      .slice(this.published)
      .map((each) => ({ subject: String(each.Subject), message: each.Message }));
  }
}
