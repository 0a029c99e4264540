import { addHours, HOUR_MILLISECONDS, startOfHour, type Hour } from './hour';
import type { LoadReport } from './report';

/** The CloudWatch namespace of what the functions measure; alarms and the dashboard name the same metrics. */
export const METRICS_NAMESPACE = 'Sluice';

/**
 * Every metric and its unit. Dimensions: `service` (sluice-<stage>) and `dataset`; StepSeconds also has `step`.
 * Rows are counted where their load is reported, so a load that is run again counts again.
 */
export const METRICS = {
  PartitionsLoaded: 'Count',
  PartitionsFailed: 'Count',
  PartitionsWaiting: 'Count',
  RowsInserted: 'Count',
  RowsDuplicate: 'Count',
  RowsSuperseded: 'Count',
  FilesQuarantined: 'Count',
  /** Events that never became Parquet. */
  ErrorRecords: 'Count',
  /** Events that the transform refused. */
  EventsRefused: 'Count',
  /** Hours since the end of the newest loaded hour: of scheduled executions. */
  LagHours: 'None',
  StepSeconds: 'Seconds',
} as const;
export type MetricName = keyof typeof METRICS;

/**
 * What an execution is measured by, once it has ended.
 * @param newestLoaded the newest hour that was loaded before it; undefined where it did not look at the newest hours.
 */
export function measureLoad(
  { partitions, waiting }: LoadReport,
  newestLoaded: Hour | undefined,
  now: Date,
): Partial<Record<MetricName, number>> {
  const loaded = partitions.filter(({ outcome }) => outcome === 'loaded');
  const sum = (pick: (each: LoadReport['partitions'][number]) => number) =>
    partitions.reduce((total, each) => total + pick(each), 0);
  return {
    PartitionsLoaded: loaded.length,
    PartitionsFailed: partitions.filter(({ outcome }) => outcome === 'failed').length,
    PartitionsWaiting: waiting,
    RowsInserted: sum(({ inserted }) => inserted),
    RowsDuplicate: sum(({ duplicates }) => duplicates),
    RowsSuperseded: sum(({ superseded }) => superseded),
    FilesQuarantined: sum(({ quarantined }) => quarantined),
    // Where they are too many to count, or may not be read, their objects are what is known.
    ErrorRecords: sum(({ error_records: records, error_objects: objects }) => records ?? objects),
    ...(newestLoaded === undefined
      ? {}
      : { LagHours: lagHours([newestLoaded, ...loaded.map(({ partition }) => partition)], now) }),
  };
}

/** Hours since the newest of these hours ended, to two decimals. */
function lagHours(hours: readonly Hour[], now: Date): number {
  const newest = [...hours].sort().at(-1) ?? '';
  const lag = (now.getTime() - startOfHour(addHours(newest, 1)).getTime()) / HOUR_MILLISECONDS;
  return Math.round(Math.max(lag, 0) * 100) / 100;
}
