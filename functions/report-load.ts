import { z } from 'zod';
import { diagnose, shortenedDiagnosis } from '../core/diagnosis';
import { rerunInput } from '../core/execution-input';
import { measureLoad } from '../core/metrics';
import { partitionResult, reportLoad, type LoadReport } from '../core/report';
import { stepHandler } from './shared/handler';
import { recordMetrics } from './shared/metrics';
import { REASONS } from '../core/partitions';
import { caughtError, diagnosis, inspection, mergeCounts, stagingCounts } from './shared/states';

const SWEEP_ERROR_BYTES = 2_000;

/** One partition as the Map ends it. */
const partitionEnd = z.object({
  partition: z.string(),
  reason: z.enum(REASONS),
  outcome: z.enum(['loaded', 'empty', 'failed', 'planned']).default('planned'),
  files: z.number(),
  inspection: inspection.optional(),
  counts: stagingCounts.optional(),
  merged: mergeCounts.optional(),
  diagnosis: diagnosis.optional(),
  finished: z.string().optional(),
});

const event = z.object({
  execution: z.string(),
  input: z.unknown(),
  load: z.object({
    dataset: z.string().optional(),
    several: z.boolean().default(false),
    partitions: z.array(partitionEnd).default([]),
    waiting: z.number().default(0),
    next: z.record(z.string(), z.string()).nullable().default(null),
    /** Where the execution failed as a whole. */
    diagnosis: diagnosis.optional(),
    /** What SweepLeftovers did, or why it could not. */
    swept: z
      .object({ staging_tables: z.number(), plan_files: z.number(), error: z.string().nullable() })
      .optional(),
    sweep_error: caughtError.optional(),
    plan: z.boolean().default(false),
    /** Of a scheduled execution, which looks at the newest hours. */
    sweep: z.boolean().default(false),
    newest_loaded: z.string().optional(),
  }),
});

/** Ends every execution: one result for each partition and, where any failed, the one notification. */
export const handler = stepHandler('ReportLoad', event, ({ execution, input, load }): Promise<LoadReport> => {
  const dataset = load.dataset ?? null;
  const { waiting, several, swept, sweep_error } = load;
  const report = reportLoad(
    {
      dataset,
      execution,
      input,
      waiting,
      next: load.next && several ? { dataset, ...load.next } : load.next,
      housekeeping: sweep_error
        ? { staging_tables: 0, plan_files: 0, error: sweepFailure(sweep_error) }
        : (swept ?? null),
    },
    load.partitions.map((end) => partitionResult(end, rerunInput(dataset ?? '', end.partition, several))),
    load.diagnosis ?? null,
  );
  if (dataset !== null && !load.plan) {
    recordMetrics(dataset, measureLoad(report, load.sweep ? load.newest_loaded : undefined, new Date()));
  }
  return Promise.resolve(report);
});

function sweepFailure(caught: z.output<typeof caughtError>): string {
  const { error, cause } = shortenedDiagnosis(diagnose(caught), SWEEP_ERROR_BYTES);
  return `${error}: ${cause}`;
}
