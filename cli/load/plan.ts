import { chooseDataset, type Dataset } from '../../core/dataset';
import { startOfHour, timestampText, type Hour } from '../../core/hour';
import { dollarsOfRpuSeconds, PRICES } from '../../core/prices';
import { hasFailed, remarksOfStrays } from '../../core/report';
import { statementsOf } from '../../service/statements';
import { colours } from '../shared/colours';
import type { Connection } from '../shared/connection';
import type { Output } from '../shared/output';
import { query } from '../shared/query';
import { SERVICE_DIRECTORY } from '../shared/service-directory';
import { SILENT } from '../shared/silent-output';
import { renderTable, terminalWidth } from '../shared/table';
import { bytesText, dollarsText, plural } from '../shared/text';
import { wrappedText } from '../shared/wrapped-text';
import { readLake } from '../status/read-lake';
import { readToday } from '../status/today';
import type { LoadDocument } from './document';
import { estimator } from './estimate';
import { startLoad } from './follow';
import { rowsByFooter } from './footer-rows';
import { recentLoads } from './recent-loads';

/** What would be loaded of an hour. Null: unknown. */
export interface PlannedHour {
  readonly partition: Hour;
  readonly reason: string;
  readonly files: number;
  readonly bytes: number;
  /** By the footers of all of its files, also of those that are loaded. */
  readonly rows: number | null;
  /** For which its statements would run, by what earlier loads took. */
  readonly seconds: number | null;
  /** With `rows`: the rows that the target holds of the hour, which its load replaces. */
  readonly in_target?: number;
}

/** The document of `load --plan --json`: scripts rely on it. */
export interface PlanDocument extends Omit<LoadDocument, 'partitions'> {
  readonly partitions: readonly PlannedHour[];
  /** For which the statements of all hours would run; null: no earlier load tells. */
  readonly estimated_seconds: number | null;
  /** What that costs at least, with the minute of the wake-up; null: unknown. */
  readonly estimated_dollars: number | null;
}

/**
 * Shows what would be loaded, and what that may take. Only `rows` wakes the warehouse.
 * @param input of an execution, with `plan`.
 * @returns the exit code.
 */
export async function runPlan(
  connection: Connection,
  output: Output,
  input: object,
  options: {
    readonly dataset?: string | undefined;
    readonly rows?: boolean | undefined;
    readonly width?: number;
  },
): Promise<number> {
  const dataset = chooseDataset(connection.datasets, options.dataset);
  const load = await startLoad(connection, SILENT, input);
  const hours = load.partitions.map(({ partition }) => partition);
  const [{ objects }, samples, today] = await Promise.all([
    readLake(connection, dataset, hours),
    recentLoads(connection, dataset.name),
    readToday(connection, new Date()),
  ]);
  const filesOf = (hour: Hour) => objects.get(hour)?.present ?? [];
  const rows = await rowsByFooter(
    connection,
    hours.map((hour) => [hour, filesOf(hour)] as const),
  );
  const held = options.rows ? await rowsInTarget(connection, dataset, hours) : undefined;
  const secondsOf = estimator(samples);
  const partitions = load.partitions.map(({ partition, reason, files }): PlannedHour => {
    const found = rows.get(partition);
    return {
      ...{ partition, reason, files },
      bytes: filesOf(partition).reduce((sum, { size }) => sum + size, 0),
      rows: found ?? null,
      seconds: found === undefined || !secondsOf ? null : Math.round(secondsOf(found) * 1_000) / 1_000,
      ...(held ? { in_target: held.get(partition) ?? 0 } : {}),
    };
  });
  const seconds = sumOf(partitions.map((each) => each.seconds));
  const { capacity } = today;
  const document: PlanDocument = {
    ...load,
    partitions,
    estimated_seconds: seconds,
    estimated_dollars:
      seconds === null || capacity === null || partitions.length === 0
        ? null
        : dollarsOfRpuSeconds(Math.max(PRICES.wake_up_seconds, seconds) * capacity),
  };
  output.document(document);
  if (!output.json) output.say(planText(document, options.width ?? terminalWidth()));
  return load.status === 'SUCCEEDED' && !load.partitions.some(hasFailed) ? 0 : 1;
}

/** Null if one of them is unknown. */
const sumOf = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);

/** What the target holds of hours. @param hours the oldest first. @throws StatementError */
async function rowsInTarget(
  connection: Connection,
  dataset: Dataset,
  hours: readonly Hour[],
): Promise<ReadonlyMap<Hour, number>> {
  const [from, to] = [hours[0], hours.at(-1)];
  const [statement] = statementsOf(SERVICE_DIRECTORY, 'rows-in-target', dataset);
  if (from === undefined || to === undefined || statement === undefined) return new Map();
  const values = { from_hour: timestampText(startOfHour(from)), to_hour: timestampText(startOfHour(to)) };
  const parameters = Object.entries(values).map(([name, value]) => ({ name, value }));
  const { rows } = await query(connection, statement, { parameters });
  return new Map(rows.map(([time, count]) => [String(time).slice(0, 13).replace(' ', 'T'), Number(count)]));
}

function planText(plan: PlanDocument, width: number): string {
  const { partitions, status, cause, error, waiting } = plan;
  if (status !== 'SUCCEEDED')
    return `${colours.red('✖')} ${status}: ${wrappedText(`${error ?? ''}: ${cause ?? ''}`, width - 2)}`;
  const lines: string[] = [];
  const hasHeld = partitions.some(({ in_target: held }) => held !== undefined);
  if (partitions.length === 0) lines.push('Nothing would be loaded: no hour is due.');
  else {
    const total = {
      files: partitions.reduce((sum, { files }) => sum + files, 0),
      bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
      rows: sumOf(partitions.map(({ rows }) => rows)),
    };
    const number = (value: number | null) => (value === null ? '?' : value.toLocaleString('en'));
    const second = (value: number | null) => (value === null ? '?' : value.toFixed(1));
    lines.push(
      renderTable(
        ['hour', 'reason', 'files', 'bytes', 'rows', ...(hasHeld ? ['in target'] : []), 'seconds'],
        [
          ...partitions.map((each) => [
            ...[each.partition, each.reason, number(each.files), bytesText(each.bytes), number(each.rows)],
            ...(hasHeld ? [number(each.in_target ?? 0)] : []),
            second(each.seconds),
          ]),
          [
            ...['together', '', number(total.files), bytesText(total.bytes), number(total.rows)],
            ...(hasHeld ? [number(partitions.reduce((sum, each) => sum + (each.in_target ?? 0), 0))] : []),
            second(plan.estimated_seconds),
          ],
        ],
        { numeric: new Set(hasHeld ? [2, 3, 4, 5, 6] : [2, 3, 4, 5]), width },
      ),
      '',
    );
    const more = waiting > 0 ? `, ${plural(waiting, 'more partition')} would wait` : '';
    lines.push(`${plural(partitions.length, 'partition')} would be loaded${more}.`);
    lines.push(wrappedText(estimateText(plan), width));
  }
  if (plan.merge_reads !== null) lines.push(wrappedText(`A merge reads ${plan.merge_reads}.`, width));
  for (const text of [...plan.warnings, ...remarksOfStrays(plan.strays)])
    lines.push(colours.yellow(wrappedText(text, width)));
  if (partitions.length > 0 && !hasHeld)
    lines.push('With --rows it also counts what the target holds of them: that wakes it.');
  return lines.join('\n');
}

function estimateText({ estimated_seconds: seconds, estimated_dollars: dollars }: PlanDocument): string {
  if (seconds === null) return 'How long it takes is unknown: no load of the last executions tells.';
  const price =
    dollars === null
      ? 'what that costs is unknown'
      : `at least ${dollarsText(dollars)} if the warehouse sleeps now`;
  return `By what the last loads took, its statements run for about ${Math.ceil(seconds)} s: ${price}.`;
}
