import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../../cli/shared/query';
import { HOUR_MILLISECONDS, type Hour } from '../../core/hour';
import { prefixOfHour } from '../../core/prefix';
import { asWritten } from '../../core/sql';
import type { FaultRule } from '../../local/faults/fault-rule';
import { ServiceCopy } from '../../testkit/service-copy';
import { TestTwin } from '../../testkit/test-twin';
import type { Use } from './counted';
import { DATASETS, FILES, prefixOf } from './datasets';
import { textbookService } from './textbook/service';
import { tablesOf, type TextbookInput } from './textbook/statements';

/** How many times faster waits pass. A statement's ten minutes must outlast the start of the function that awaits it. */
const SPEED = 100;
const POLL_MS = 10;

export type DesignName = 'Sluice' | 'textbook';

/** What is sent to a state machine each hour. */
type Inputs = (dataset: string, hour: Hour) => object;

const INPUTS: Readonly<Record<DesignName, Inputs>> = {
  // What the schedule sends.
  Sluice: (dataset) => ({ dataset }),
  textbook: (dataset, partition): TextbookInput => ({
    dataset,
    partition,
    prefix: prefixOfHour(prefixOf(dataset), partition),
  }),
};

/** One of the two designs, deployed to a twin of its own. */
export class Design {
  private constructor(
    readonly name: DesignName,
    private readonly service: ServiceCopy,
    private readonly twin: TestTwin,
  ) {}

  static async start(name: DesignName): Promise<Design> {
    const service = name === 'Sluice' ? await ServiceCopy.make(FILES) : await textbookService(FILES);
    const options = { serviceDirectory: service.directory, speed: SPEED, virtualTime: true };
    const design = new Design(name, service, await TestTwin.start(options));
    if (name === 'textbook')
      for (const statement of tablesOf(DATASETS)) await query(design.twin.connection, asWritten(statement));
    return design;
  }

  /** Puts files of a dataset into an hour, as Firehose does: its requests are not the loader's. */
  async put(dataset: string, hour: Hour, files: number, body: Buffer): Promise<void> {
    const { s3, bucket: Bucket } = this.twin.connection;
    const prefix = prefixOfHour(prefixOf(dataset), hour);
    for (let file = 0; file < files; file += 1)
      await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${file}.parquet`, Body: body }));
  }

  /**
   * An hour passes; then the datasets' schedules start in the same minute, and the executions end.
   * @param hour the partition that the textbook design is asked for.
   * @returns what they took. @throws Error if one does not succeed.
   */
  hour(datasets: readonly string[], hour: Hour): Promise<Use> {
    return this.measured(async () => {
      await Promise.all(datasets.map((dataset) => this.execute(INPUTS[this.name](dataset, hour))));
    });
  }

  /**
   * Somebody asks for partitions that follow each other: in one execution, or, in the textbook design, in one for each.
   * @returns what they took. @throws Error if one does not succeed.
   */
  catchUp(datasets: readonly string[], partitions: readonly Hour[]): Promise<Use> {
    const [from, to] = [partitions[0], partitions.at(-1)];
    return this.measured(async () => {
      for (const dataset of datasets) {
        if (this.name === 'Sluice') await this.execute({ dataset, from, to, due: true });
        else for (const partition of partitions) await this.execute(INPUTS.textbook(dataset, partition));
      }
    });
  }

  private async measured(run: () => Promise<void>): Promise<Use> {
    const { meterClock } = this.twin.twin;
    meterClock.ahead += HOUR_MILLISECONDS;
    // Lambda ends an environment that nobody calls for an hour.
    this.twin.twin.renewFunctions();
    const since = new Date(Date.now() + meterClock.ahead);
    await run();
    return this.twin.connection.usage(since);
  }

  setFaults(rules: readonly FaultRule[]): void {
    this.twin.twin.faults.set(rules);
  }

  /** How often the history has each hour of a dataset: to see that the design has loaded what it should. */
  async loaded(dataset: string): Promise<readonly (readonly unknown[])[]> {
    const table = this.name === 'Sluice' ? 'sluice.load_history' : 'textbook.history';
    const statement = `SELECT partition, COUNT(*) FROM ${table} WHERE dataset = '${dataset}' GROUP BY partition ORDER BY partition`;
    return (await query(this.twin.connection, asWritten(statement))).rows;
  }

  async end(): Promise<void> {
    await this.twin.remove();
    this.service.remove();
  }

  private async execute(input: object): Promise<void> {
    const { stepFunctions, stateMachineArn } = this.twin.connection;
    const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    const { executionArn } = await stepFunctions.send(start);
    for (;;) {
      const { status, cause } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'SUCCEEDED') return;
      if (status !== 'RUNNING') throw new Error(`An execution of ${this.name} ended ${status}: ${cause}`);
      await sleep(POLL_MS);
    }
  }
}
