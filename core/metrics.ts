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
