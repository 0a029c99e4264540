import { billOf, type Bill, type Uncounted, type WarehouseUse } from '../core/bill';
import { metricsOf } from '../core/metrics';
import { HOURS_OF_MONTH, LEFT_OUT, PRICES } from '../core/prices';
import type { Counts } from '../core/usage';
import { useOfStage } from './bill/stage-use';
import { defaultSince } from './bill/usage';
import { isTwin, type Connection } from './shared/connection';
import type { Output } from './shared/output';
import { renderTable } from './shared/table';
import { dollarsText, numberText, plural } from './shared/text';

export interface BillOptions {
  /** Default: on the twin everything, on a stage the last 14 days. */
  readonly since?: Date;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
}

/** The document of `--json`: scripts rely on it. */
export interface BillDocument extends Bill {
  readonly stage: string;
  readonly region: string;
  readonly since: string;
  readonly until: string;
  readonly hours: number;
  readonly prices: { readonly date: string; readonly region: string };
  /** Null: unknown, as a line's quantity and dollars. */
  readonly warehouse: WarehouseUse | null;
  readonly counts: Counts;
  /** What the numbers leave out or guess. */
  readonly notes: readonly string[];
}

interface Counted {
  readonly since: string;
  readonly until: string;
  readonly alarms: number | null;
  readonly counts: Counts;
  readonly uncounted?: readonly Uncounted[];
  readonly warehouse: WarehouseUse | null;
  readonly notes?: readonly string[];
}

/** Services of which a stage has no counts. */
const UNCOUNTED = ['Redshift Data API', 'S3', 'SNS'];
const HOUR_MS = 60 * 60 * 1000;

/** Prints what a deployment used, and what AWS takes for it. Never wakes the warehouse. @returns the exit code. */
export async function runBill(connection: Connection, output: Output, options: BillOptions): Promise<number> {
  const document = await documentOf(connection, options);
  output.document(document);
  if (!output.json) output.say(billText(document, isTwin(connection), options.width));
  return 0;
}

async function documentOf(connection: Connection, { since }: BillOptions): Promise<BillDocument> {
  const { stage, region, datasets } = connection;
  const counted: Counted = isTwin(connection)
    ? await connection.usage(since)
    : await stageUse(connection, since);
  const hours = (Date.parse(counted.until) - Date.parse(counted.since)) / HOUR_MS;
  const bill = billOf({
    ...counted,
    hours,
    metrics: metricsOf(datasets.length),
  });
  return {
    stage,
    region,
    since: counted.since,
    until: counted.until,
    hours,
    prices: { date: PRICES.date, region: PRICES.region },
    ...bill,
    lines: isTwin(connection) ? bill.lines : bill.lines.filter(({ service }) => !UNCOUNTED.includes(service)),
    warehouse: counted.warehouse,
    counts: counted.counts,
    notes: [...notesOf(connection), ...(counted.notes ?? [])],
  };
}

async function stageUse(connection: Connection, from: Date | undefined): Promise<Counted> {
  const until = new Date();
  const { since, ...use } = await useOfStage(connection, from ?? defaultSince(until), until);
  return { since: since.toISOString(), until: until.toISOString(), ...use };
}

function notesOf(connection: Connection): string[] {
  const leftOut = `Not in it: ${LEFT_OUT.join('; ')}.`;
  if (isTwin(connection)) {
    return [
      leftOut,
      'The warehouse stays at its base capacity: more than that is not counted.',
      'Counts are those of AWS; times are this machine’s, and say nothing of how long Redshift or Lambda would take.',
    ];
  }
  return [
    leftOut,
    `Not counted on a stage: ${UNCOUNTED.join(', ')}; the time to load a function.`,
    'The warehouse is billed for at least this, for everybody who uses the workgroup: minutes in use that follow each other count as one wake-up. charged_seconds of SYS_SERVERLESS_USAGE and AWS Cost Explorer have what was billed; the first wakes the warehouse.',
    'CloudWatch gets metrics late: those of the last minutes may be missing.',
    'Transitions are those of the newest executions, on average.',
    ...(connection.region === PRICES.region ? [] : [`${connection.region} has other prices.`]),
  ];
}

function billText(document: BillDocument, isExact: boolean, width: number | undefined): string {
  const { stage, region, since, until, hours, prices, notes } = document;
  const rows = document.lines.map(({ service, what, quantity, dollars }) => [
    service,
    what,
    quantity === null ? 'unknown' : numberText(quantity),
    dollars === null ? 'unknown' : dollarsText(dollars),
  ]);
  const known = document.lines.some(({ dollars }) => dollars === null) ? ', without what is unknown' : '';
  const table = renderTable(
    ['service', 'what', 'quantity', 'dollars'],
    [...rows, [`together${known}`, '', '', dollarsText(document.dollars)]],
    { numeric: new Set([2, 3]), width },
  );
  const minute = (time: string) => `${time.slice(0, 16)}Z`;
  return [
    `Stage ${stage}, ${region}, from ${minute(since)} to ${minute(until)} (${hours < 1 ? plural(Math.ceil(hours * 60), 'minute') : plural(Number(hours.toFixed(1)), 'hour')})`,
    table,
    warehouseText(document.warehouse, isExact),
    document.month_dollars === null
      ? 'The time is too short to say what a month costs.'
      : `A month of ${HOURS_OF_MONTH} hours at this rate: ${dollarsText(document.month_dollars)}${known}.`,
    `List prices of ${prices.region}, looked up on ${prices.date}.`,
    ...notes,
  ].join('\n');
}

/** The twin knows each statement; CloudWatch knows minutes, which may hide wake-ups. */
function warehouseText(warehouse: WarehouseUse | null, isExact: boolean): string {
  if (warehouse === null) return 'What the warehouse used is unknown.';
  const { capacity, wake_ups: wakeUps, used_rpu_seconds: used, billed_rpu_seconds: billed } = warehouse;
  const least = isExact ? '' : 'at least ';
  const at = capacity === null ? 'an unknown base capacity' : `${capacity} RPU`;
  return `The warehouse woke up ${least}${plural(wakeUps, 'time')}: ${plural(Math.ceil(used), 'RPU-second')} used, billed as ${least}${Math.ceil(billed)}, at ${at}.`;
}
