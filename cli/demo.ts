import type { Dataset } from '../core/dataset';
import { LONGEST_RANGE_HOURS } from '../core/execution-input';
import { addHours, lastClosedHour, type Hour } from '../core/hour';
import { joinSql, quoteName, sql, type Sql } from '../core/sql';
import { isRefusedKey } from './delivery/refused-key';
import { sendEvents } from './delivery/send-events';
import { breakAndMend } from './demo/bad-file';
import { checkDemo, type DemoOptions } from './demo/usage';
import type { LoadDocument } from './load/document';
import { startLoad } from './load/follow';
import { colours } from './shared/colours';
import type { TwinConnection } from './shared/connection';
import type { Output } from './shared/output';
import { query } from './shared/query';
import { startSpinner } from './shared/spinner';
import { renderTable } from './shared/table';
import { plural } from './shared/text';
import type { HourRange } from './shared/when';
import { readStatus } from './status/read-status';
import { statusText } from './status/text';
import type { ArrivingEvent } from './trips/arrival';
import { generateTrips } from './trips/generate';
import { readTaxiFile } from './trips/taxi-file';

const DEFAULT_ROWS = 20_000;
const DEFAULT_HOURS = 6;
const BUSIEST_HOURS = 24;
const DEFAULT_SEED = 1;

/** Runs the whole pipeline, from the first event to the loaded table, and shows each step. @returns the exit code. */
export async function runDemo(
  connection: TwinConnection,
  output: Output,
  options: DemoOptions,
): Promise<number> {
  const dataset = await checkDemo(connection.datasets, options);

  heading(output, 1, 'Events go through Firehose and its transform into Parquet on S3, by hour of arrival');
  const source = await eventsOf(dataset, options);
  const streamed = await streamEvents(connection, output, dataset, source);

  heading(output, 2, 'The state machine loads the new partitions');
  const loads = await loadAll(connection, output, dataset, options, streamed);
  if (loads.some((load) => load.status !== 'SUCCEEDED') || streamed.refused > 0) {
    output.document({ events: streamed.events, refused: streamed.refused, hours: streamed.hours, loads });
    output.say();
    output.say(`${colours.red('✖')} The demo failed.`);
    return 1;
  }

  heading(output, 3, 'One partition again, by hand: the table must not change');
  const before = await summarize(connection, dataset);
  const again = busiest(loads) ?? streamed.hours[0];
  const rerun =
    again === undefined
      ? undefined
      : await startLoad(connection, output, { dataset: dataset.name, partition: again });
  const after = await summarize(connection, dataset);
  const unchanged = JSON.stringify(before) === JSON.stringify(after);
  output.say(
    unchanged
      ? `${colours.green('✔')} unchanged: ${String(after.rows)} rows, ${String(after.keys)} keys, the same sums and distinct values in every column`
      : `${colours.red('✖')} the table changed: ${JSON.stringify(before)} became ${JSON.stringify(after)}`,
  );

  heading(output, 4, `What is in ${dataset.target.schema}.${dataset.target.table} now`);
  const sample = await query(connection, sampleSql(dataset));
  output.say(renderTable(sample.columns, sample.rows, { lengths: [64, 24, 12] }));

  const shown = lastWeek(streamed.hours);
  heading(output, 5, 'A file with a wrong column: found, explained, put right');
  const failure =
    again === undefined ? undefined : await breakAndMend(connection, output, dataset, again, shown);
  const isMended =
    failure?.failed.status === 'FAILED' &&
    failure.mended.status === 'SUCCEEDED' &&
    JSON.stringify(await summarize(connection, dataset)) === JSON.stringify(after);

  heading(output, 6, 'Is every hour in? (npx sluice status)');
  output.say(statusText(connection, dataset, await readStatus(connection, dataset, shown, new Date())));

  // Counts from the start of the process: packaging the service and starting the twin are part of it.
  const seconds = process.uptime();
  const succeeded = rerun?.status === 'SUCCEEDED' && unchanged && isMended;
  output.document({
    events: streamed.events,
    refused: streamed.refused,
    hours: streamed.hours,
    loads,
    rerun: rerun ?? null,
    unchanged,
    failure: failure ?? null,
    table: after,
    seconds,
  });
  output.say();
  if (succeeded) output.say(`${whatNext(again ?? '', dataset)}\n`);
  output.say(
    succeeded
      ? `${colours.green('✔')} Done in ${seconds.toFixed(1)} s, from the start of the command.`
      : `${colours.red('✖')} The demo failed.`,
  );
  return succeeded ? 0 : 1;
}

interface Source {
  readonly events: AsyncIterable<ArrivingEvent>;
  /** Describes the events to the reader. */
  readonly title: string;
}

async function eventsOf(dataset: Dataset, options: DemoOptions): Promise<Source> {
  if (options.from !== undefined) {
    const file = await readTaxiFile(options.from, { hours: options.hours ?? BUSIEST_HOURS });
    return {
      events: file.events,
      title: `${file.rows} trips of ${options.from}, ${file.from} to ${file.to}`,
    };
  }
  const until = lastClosedHour(new Date(), dataset.source.settle_minutes);
  const rows = options.rows ?? DEFAULT_ROWS;
  const hours = typeof options.hours === 'number' ? options.hours : DEFAULT_HOURS;
  const seed = options.seed ?? DEFAULT_SEED;
  return {
    events: generateTrips({ rows, hours, until, seed }),
    title: `${rows} made-up trips (seed ${seed}) over the ${hours} hours up to ${until}`,
  };
}

interface Streamed {
  readonly events: number;
  /** Number of events that the transform refused. */
  readonly refused: number;
  /** Hours of arrival, oldest first. */
  readonly hours: readonly Hour[];
}

async function streamEvents(
  connection: TwinConnection,
  output: Output,
  dataset: Dataset,
  source: Source,
): Promise<Streamed> {
  const spinner = startSpinner(output, source.title);
  try {
    const hours = new Set<Hour>();
    let events = 0;
    const counted = async function* (): AsyncIterable<ArrivingEvent> {
      for await (const event of source.events) {
        if (event.arrival !== undefined) hours.add(event.arrival);
        events += 1;
        yield event;
      }
    };
    await sendEvents(connection, dataset, counted(), {
      onProgress: (sent) => spinner?.show(`${sent} sent: ${source.title}`),
    });
    spinner?.show(`Writing Parquet: ${source.title}`);
    const written = await connection.deliver(dataset);
    spinner?.stop();
    const objects = written.filter(({ key }) => !isRefusedKey(key));
    const bad = written.filter(({ key }) => isRefusedKey(key));
    output.say(
      `${source.title}: ${plural(events, 'event')}, ${plural(objects.length, 'object')} in s3://${connection.bucket}/`,
    );
    const refused = bad.reduce((sum, { records }) => sum + records, 0);
    if (refused > 0) {
      output.say(
        `${plural(refused, 'event')} refused by the transform of dataset ${dataset.name} and kept unchanged, the first in s3://${connection.bucket}/${bad[0]?.key}`,
      );
    }
    return { events, refused, hours: [...hours].sort() };
  } finally {
    spinner?.stop();
  }
}

/** The scheduled input finds recent hours. Hours of a file, or outside the lookback, are loaded as ranges. */
async function loadAll(
  connection: TwinConnection,
  output: Output,
  dataset: Dataset,
  options: DemoOptions,
  streamed: Streamed,
): Promise<LoadDocument[]> {
  const { settle_minutes, lookback_hours } = dataset.source;
  const earliest = addHours(lastClosedHour(new Date(), settle_minutes), 1 - lookback_hours);
  const isRecent = options.from === undefined && streamed.hours.every((hour) => hour >= earliest);
  const loads: LoadDocument[] = [];
  const inputs: object[] = isRecent
    ? [{ dataset: dataset.name }]
    : rangesOf(streamed.hours).map((range) => ({ dataset: dataset.name, ...range }));
  for (const first of inputs) {
    let input: object | null = first;
    while (input) {
      const load: LoadDocument = await startLoad(connection, output, input);
      loads.push(load);
      if (load.status !== 'SUCCEEDED') return loads;
      input = load.next && { ...load.next, dataset: dataset.name };
    }
  }
  return loads;
}

/** Covers the hours with as few ranges as possible, none longer than one execution takes. A file may hold trips of other years. */
export function rangesOf(hours: readonly Hour[]): { from: Hour; to: Hour }[] {
  const ranges: { from: Hour; to: Hour }[] = [];
  for (const hour of hours) {
    const last = ranges.at(-1);
    if (last && hour < addHours(last.from, LONGEST_RANGE_HOURS)) last.to = hour;
    else ranges.push({ from: hour, to: hour });
  }
  return ranges;
}

/** A file may have trips of years. */
function lastWeek(hours: readonly Hour[]): HourRange {
  const [first, last] = [hours[0] ?? '', hours.at(-1) ?? ''];
  const weekAgo = `${addHours(last, -6 * 24).slice(0, 10)}T00`;
  return { from: first > weekAgo ? first : weekAgo, to: last };
}

function busiest(loads: readonly LoadDocument[]): Hour | undefined {
  const partitions = loads.flatMap((load) => load.partitions);
  return partitions.reduce<(typeof partitions)[number] | undefined>(
    (most, each) => (most && most.staged >= each.staged ? most : each),
    undefined,
  )?.partition;
}

/** Summarizes the table, every column included, so that two states of it can be compared. */
async function summarize(connection: TwinConnection, dataset: Dataset): Promise<Record<string, unknown>> {
  const key = joinSql(dataset.target.key.map(quoteName));
  const columns = dataset.columns.map(({ name, type }) => {
    const column = quoteName(name);
    return ['smallint', 'integer', 'bigint', 'decimal'].includes(type.kind)
      ? sql`SUM(${column}) AS ${quoteName(`sum of ${name}`)}`
      : sql`COUNT(DISTINCT ${column}) AS ${quoteName(`distinct ${name}`)}`;
  });
  const table = sql`${quoteName(dataset.target.schema)}.${quoteName(dataset.target.table)}`;
  const { columns: names, rows } = await query(
    connection,
    sql`SELECT COUNT(*) AS "rows", (SELECT COUNT(*) FROM (SELECT 1 AS "one" FROM ${table} GROUP BY ${key}) AS "keys") AS "keys", ${joinSql(columns)} FROM ${table}`,
  );
  return Object.fromEntries(names.map((name, index) => [name, rows[0]?.[index] ?? null]));
}

/** Selects the columns that the merge works with, as many as fit into the terminal. */
function sampleSql(dataset: Dataset): Sql {
  const { schema, table, key, version, event_time, derive, partition_column } = dataset.target;
  const isNarrow = process.stdout.isTTY && process.stdout.columns < 105;
  const columns = [
    ...new Set([...key, event_time, ...(isNarrow ? [] : [version]), ...derive, partition_column]),
  ];
  return sql`SELECT ${joinSql(columns.map(quoteName))} FROM ${quoteName(schema)}.${quoteName(table)}
    ORDER BY ${quoteName(event_time)} DESC, ${joinSql(key.map(quoteName))} LIMIT 5`;
}

function whatNext(hour: Hour, { target }: Dataset): string {
  const lines = [
    [`npx sluice sql "SELECT hour, COUNT(*) FROM ${target.table} GROUP BY 1 ORDER BY 1"`, 'ask the table'],
    [`npx sluice history ${hour}`, 'what was tried on one hour, with counts and errors'],
    [`npx sluice load ${hour} --plan`, 'what it takes to load it again'],
    ['npx sluice local', 'keep the twin running for any AWS client'],
  ];
  const width = Math.max(...lines.map(([text = '']) => text.length));
  return [
    'Try next:',
    ...lines.map(([text = '', why]) => `  ${text.padEnd(width)}  ${colours.dim(`# ${why}`)}`),
  ].join('\n');
}

function heading(output: Output, step: number, text: string): void {
  output.say();
  output.say(colours.bold(`[${step}/6] ${text}`));
}
