import { addHours, HOUR_MILLISECONDS, startOfHour, type Hour } from './hour';
import { hasFailed, type LoadReport } from './report';
import { MEASURED_STEPS } from './steps';

/** The CloudWatch namespace of Sluice's own metrics. The functions write them; alarms and the dashboard read them. */
export const METRICS_NAMESPACE = 'Sluice';

/**
 * Every metric and its unit. Dimensions: `service` (sluice-<stage>) and `dataset`; StepSeconds also has `step`.
 * Rows are counted when a load is reported, so they count again if they are loaded again.
 */
export const METRICS = {
  PartitionsLoaded: 'Count',
  PartitionsFailed: 'Count',
  PartitionsWaiting: 'Count',
  RowsInserted: 'Count',
  RowsDuplicate: 'Count',
  RowsSuperseded: 'Count',
  FilesQuarantined: 'Count',
  /** Folders and files of no hour, which no load reads. Only scheduled executions measure it. */
  StraysFound: 'Count',
  /** Events that Firehose could not turn into Parquet. */
  ErrorRecords: 'Count',
  /** Events that the transform refused, with the good ones of their records. */
  EventsRefused: 'Count',
  /** Values of events that were dropped, because no column has the attribute's name. The log has the names. */
  AttributesUnknown: 'Count',
  /** Partitions that are failing, or of which files were left out, whenever that was. Only scheduled executions measure it. */
  HoursFailing: 'Count',
  /** Hours since the newest loaded hour ended. Only scheduled executions measure it. */
  LagHours: 'None',
  StepSeconds: 'Seconds',
  /** The seconds for which the statements of an execution ran. */
  WarehouseSeconds: 'Seconds',
} as const;
export type MetricName = keyof typeof METRICS;

/** How many metrics a number of datasets has: StepSeconds is one for each step. */
export const metricsOf = (datasets: number): number =>
  datasets * (Object.keys(METRICS).length - 1 + MEASURED_STEPS.length);

/**
 * The measurements of an execution that has ended.
 * @param newestLoaded the newest hour that was loaded before; undefined for a requested execution.
 */
export function measureLoad(
  { partitions, waiting, strays, failing, warehouse_seconds: seconds }: LoadReport,
  newestLoaded: Hour | undefined,
  now: Date,
): Partial<Record<MetricName, number>> {
  const loaded = partitions.filter(({ outcome }) => outcome === 'loaded');
  const sum = (pick: (each: LoadReport['partitions'][number]) => number) =>
    partitions.reduce((total, each) => total + pick(each), 0);
  return {
    PartitionsLoaded: loaded.length,
    PartitionsFailed: partitions.filter(hasFailed).length,
    PartitionsWaiting: waiting,
    RowsInserted: sum(({ inserted }) => inserted),
    RowsDuplicate: sum(({ duplicates }) => duplicates),
    RowsSuperseded: sum(({ superseded }) => superseded),
    FilesQuarantined: sum(({ quarantined }) => quarantined),
    // If the records could not be counted or read, only the number of their objects is known.
    ErrorRecords: sum(({ error_records: records, error_objects: objects }) => records ?? objects),
    ...(seconds === null ? {} : { WarehouseSeconds: seconds }),
    ...(newestLoaded === undefined
      ? {}
      : {
          LagHours: lagHours([newestLoaded, ...loaded.map(({ partition }) => partition)], now),
          ...(strays ? { StraysFound: strays.count } : {}),
          ...(failing === null ? {} : { HoursFailing: failing }),
        }),
  };
}

/** Hours since the newest of these hours ended, to two decimals. */
function lagHours(hours: readonly Hour[], now: Date): number {
  const newest = [...hours].sort().at(-1) ?? '';
  const lag = (now.getTime() - startOfHour(addHours(newest, 1)).getTime()) / HOUR_MILLISECONDS;
  return Math.round(Math.max(lag, 0) * 100) / 100;
}
