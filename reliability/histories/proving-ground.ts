import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addHours, hourOf, type Hour } from '../../core/hour';
import { ROOT } from '../../testkit/root';
import { ServiceCopy } from '../../testkit/service-copy';
import { TestTwin } from '../../testkit/test-twin';
import { MERGE_SQL } from '../mutations/mutations';
import type { History } from './history';
import { Lake } from './lake';
import { ADDED_IN_HOUR } from './layout';
import { Ledgers } from './ledgers';
import { ParquetWriter } from './parquet-writer';
import { runHistory } from './run-history';
import { VARIANTS, variantFiles } from './variants';

/** A twin remembers every statement and every execution. After this number of histories a new one replaces it. */
const HISTORIES_PER_TWIN = 50;

/** Hours within a scheduled execution's lookback, which ended long enough ago to be loaded. */
const OLDEST_HOURS_AGO = 8;

interface Running {
  readonly twin: TestTwin;
  readonly lake: Lake;
  readonly abandoned: { readonly dataset: string; readonly execution: string }[];
  /** The datasets that had files. */
  readonly used: Set<string>;
  histories: number;
}

/** Runs one history after the other, each on an empty lake and empty tables. */
export class ProvingGround {
  private running: Running | undefined;
  private started = 0;
  private mergeSql: string | undefined;
  /** The number of executions so far. */
  loads = 0;

  private constructor(
    private readonly service: ServiceCopy,
    private readonly writer: ParquetWriter,
    private readonly oldest: Hour,
  ) {}

  static async open(): Promise<ProvingGround> {
    const oldest = addHours(hourOf(new Date()), -OLDEST_HOURS_AGO);
    const datasets = variantFiles(ROOT, addHours(oldest, ADDED_IN_HOUR));
    return new ProvingGround(await ServiceCopy.make(datasets), await ParquetWriter.open(), oldest);
  }

  /** @throws WrongOutcome */
  async run(history: History): Promise<void> {
    const variants = VARIANTS.filter(
      ({ eventTimes, strategy, onBadFile }) =>
        eventTimes === history.eventTimes &&
        history.sides.some((side) => side.strategy === strategy && side.onBadFile === onBadFile),
    );
    const running = await this.prepare(variants.map(({ dataset }) => dataset));
    this.started += 1;
    const ground = { ...running, variants, oldest: this.oldest, name: `history-${this.started}` };
    this.loads += await runHistory(ground, history);
  }

  /** Makes the deployed functions merge with this text of {@link MERGE_SQL} from now on. */
  useMergeSql(text: string): void {
    if (text === this.mergeSql) return;
    this.mergeSql = text;
    if (this.running) replaceMergeSql(this.running.twin.stateDirectory, text);
  }

  async close(): Promise<void> {
    await this.end();
    this.writer.close();
    this.service.remove();
  }

  /** Empties the twin of objects and rows. The tables of these datasets exist, and its functions are warm. */
  private async prepare(datasets: readonly string[]): Promise<Running> {
    if (this.running && this.running.histories >= HISTORIES_PER_TWIN) await this.end();
    this.running ??= await this.start();
    const { twin, lake, used } = this.running;
    this.running.histories += 1;
    await lake.clear([...used]);
    const { rows } = await twin.sql(`SELECT table_name FROM svv_tables WHERE table_schema = 'public'`);
    // A wrong merge of the history before may have dropped a table.
    const existing = new Set(rows.flat());
    // A load of an hour without files creates the tables and nothing else.
    for (const dataset of datasets)
      if (!existing.has(dataset)) await twin.load({ dataset, partition: '2026-11-01T00' });
    for (const dataset of datasets) used.add(dataset);
    await new Ledgers(twin, datasets).disturb('deleted');
    const tables = ['sluice.load_history', ...datasets.map((dataset) => `public.${dataset}`)];
    for (const table of tables) await twin.sql(`DELETE FROM ${table}`);
    for (const table of await twin.stagingTables()) await twin.sql(`DROP TABLE sluice.${String(table)}`);
    return this.running;
  }

  private async start(): Promise<Running> {
    const twin = await TestTwin.start({ serviceDirectory: this.service.directory });
    if (this.mergeSql !== undefined) replaceMergeSql(twin.stateDirectory, this.mergeSql);
    const lake = new Lake(twin, this.writer);
    return { twin, lake, abandoned: [], used: new Set(), histories: 0 };
  }

  private async end(): Promise<void> {
    await this.running?.twin.remove();
    this.running = undefined;
  }
}

/** The functions read their SQL at every call, so another text needs no packaging. */
function replaceMergeSql(stateDirectory: string, text: string): void {
  const code = join(stateDirectory, 'lambda', 'code');
  const found = readdirSync(code, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(join('task', MERGE_SQL)),
  );
  if (found.length === 0) throw new Error(`no function's package holds ${MERGE_SQL}`);
  for (const path of found) writeFileSync(join(code, path), text);
}
