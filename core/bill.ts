import { dollarsOfRpuSeconds, HOURS_OF_MONTH, PRICES, s3RequestClass, type S3RequestClass } from './prices';
import type { Counts } from './usage';
import { windowsOf, type Seconds } from './warehouse-windows';

/** What the warehouse is billed for. */
export interface WarehouseUse {
  /** Redshift Processing Units: the base capacity of the workgroup; null if it has none or nobody knows it. */
  readonly capacity: number | null;
  readonly wake_ups: number;
  /** RPU-seconds in which a statement ran. */
  readonly used_rpu_seconds: number;
  /** RPU-seconds, with the least of each wake-up. */
  readonly billed_rpu_seconds: number;
}

/**
 * The base capacity that GetWorkgroup answers, in RPU; undefined if it says none: a workgroup that scales by
 * price-performance has -1.
 */
export const knownCapacity = (answered: number | undefined): number | undefined =>
  answered !== undefined && answered > 0 ? answered : undefined;

/** @param statements the times of all statements. @param capacity the workgroup's base capacity, in RPU. */
export function warehouseUse(statements: readonly Seconds[], capacity: number): WarehouseUse {
  const windows = windowsOf(statements);
  return {
    capacity,
    wake_ups: windows.length,
    used_rpu_seconds: sum(windows.map(({ busy }) => busy)) * capacity,
    billed_rpu_seconds: sum(windows.map(({ start, end }) => end - start)) * capacity,
  };
}

/** What the warehouse has used in a minute, without the least of a wake-up. */
export interface UsedMinute {
  /** Seconds since 1970. */
  readonly start: number;
  readonly rpu_seconds: number;
}

const MINUTE = 60;

/**
 * What the warehouse is billed for at least. Minutes that follow each other are taken for one wake-up, and a wake-up is
 * billed for 60 seconds at least; more than one may hide in them, or in one of them.
 * @param capacity the workgroup's base capacity, in RPU. Without it nobody knows what 60 seconds cost: then only what was
 *   used counts.
 */
export function leastWarehouseUse(
  minutes: readonly UsedMinute[],
  capacity: number | undefined,
): WarehouseUse {
  const wakeUps: { used: number; last: number }[] = [];
  const used = minutes
    .filter((each) => each.rpu_seconds > 0)
    .toSorted((left, right) => left.start - right.start);
  for (const { start, rpu_seconds: rpuSeconds } of used) {
    const wakeUp = wakeUps.at(-1);
    if (wakeUp === undefined || start > wakeUp.last + MINUTE) wakeUps.push({ used: rpuSeconds, last: start });
    else Object.assign(wakeUp, { used: wakeUp.used + rpuSeconds, last: start });
  }
  const least = PRICES.wake_up_seconds * (capacity ?? 0);
  return {
    capacity: capacity ?? null,
    wake_ups: wakeUps.length,
    used_rpu_seconds: sum(wakeUps.map((each) => each.used)),
    billed_rpu_seconds: sum(wakeUps.map((each) => Math.max(each.used, least))),
  };
}

/** All that a bill is made from. What is null is unknown. */
export interface Use {
  readonly hours: number;
  /** What is not in them is zero, unless it is {@link uncounted}. */
  readonly counts: Counts;
  readonly uncounted?: readonly Uncounted[];
  readonly warehouse: WarehouseUse | null;
  /** The deployment's alarms. */
  readonly alarms: number | null;
  /** The metrics that the functions write, each set of dimensions once. */
  readonly metrics: number;
}

/** Counts that could not be read. */
export type Uncounted = 'transitions' | 'functions';

/** Null: unknown. */
export interface BillLine {
  readonly service: string;
  readonly what: string;
  readonly quantity: number | null;
  readonly dollars: number | null;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  /** The sum of what is known. */
  readonly dollars: number;
  /** What a month at this rate costs; null if the time is too short to say so. */
  readonly month_dollars: number | null;
}

/** A schedule runs once in up to 24 hours: a shorter time may have no run of it, or nothing else. */
const LEAST_HOURS = 24;

export function billOf({ hours, counts, uncounted = [], warehouse, alarms, metrics }: Use): Bill {
  const { transitions = 0, functions = {}, s3 = {}, data_api: dataApi = {}, messages = 0 } = counts;
  const ofFunctions = Object.values(functions);
  const calls = sum(ofFunctions.map((each) => each.calls));
  const isMemoryKnown = ofFunctions.every((each) => each.mb_ms !== undefined);
  const gbSeconds = isMemoryKnown ? gigabyteSeconds(sum(ofFunctions.map((each) => each.mb_ms ?? 0))) : null;
  const requests = (wanted: S3RequestClass) =>
    sum(
      Object.entries(s3)
        .filter(([operation]) => s3RequestClass(operation) === wanted)
        .map(([, each]) => each.requests),
    );
  const bytes = sum(Object.values(s3).map((each) => each.bytes));
  const ofMonth = (number: number | null) => (number === null ? null : (number * hours) / HOURS_OF_MONTH);
  const counted = (what: Uncounted, quantity: number | null) => (uncounted.includes(what) ? null : quantity);
  const line = (service: string, what: string, quantity: number | null, price: number): BillLine => ({
    service,
    what,
    quantity,
    dollars: quantity === null ? null : quantity * price,
  });
  const lines = [
    line('Redshift Serverless', 'RPU-seconds', warehouse?.billed_rpu_seconds ?? null, dollarsOfRpuSeconds(1)),
    line('Redshift Data API', 'calls', sum(Object.values(dataApi)), 0),
    line('Step Functions', 'transitions', counted('transitions', transitions), PRICES.transition),
    line('Lambda', 'calls', counted('functions', calls), PRICES.lambda_request),
    line('Lambda', 'GB-seconds', counted('functions', gbSeconds), PRICES.lambda_gb_second),
    line('S3', 'PUT, COPY, POST and LIST requests', requests('put'), PRICES.s3_request.put),
    line('S3', 'GET and all other requests', requests('get'), PRICES.s3_request.get),
    line('S3', 'requests to delete', requests('free'), PRICES.s3_request.free),
    line('S3', 'bytes', bytes, PRICES.s3_byte),
    line('SNS', 'messages, each with one e-mail', messages, PRICES.sns_publish + PRICES.sns_email),
    line('CloudWatch', 'months of an alarm', ofMonth(alarms), PRICES.alarm_month),
    line('CloudWatch', 'months of a metric', ofMonth(metrics), PRICES.metric_month),
  ];
  const dollars = sum(lines.map((each) => each.dollars ?? 0));
  return {
    lines,
    dollars,
    month_dollars: hours < LEAST_HOURS ? null : (dollars * HOURS_OF_MONTH) / hours,
  };
}

/** Lambda's gigabyte has 1,024 MB. */
export const gigabyteSeconds = (megabyteMilliseconds: number): number => megabyteMilliseconds / 1_024 / 1_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
