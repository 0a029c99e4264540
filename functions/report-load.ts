import { z } from 'zod';
import { partitionResult, reportLoad, type LoadReport } from '../core/report';
import { stepHandler } from './shared/handler';
import { inspection, mergeCounts, stagingCounts } from './shared/states';

const diagnosis = z.object({ error: z.string(), cause: z.string(), fix: z.string() });

/** One partition as the Map ends it. */
const partitionEnd = z.object({
  partition: z.string(),
  reason: z.enum(['new', 'late-files', 'requested']),
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
  }),
});

/** Ends every execution: one result for each partition and, where any failed, the one notification. */
export const handler = stepHandler('ReportLoad', event, ({ execution, input, load }): Promise<LoadReport> => {
  return Promise.resolve(
    reportLoad(
      {
        dataset: load.dataset ?? null,
        execution,
        input,
        waiting: load.waiting,
        next: load.next && load.several ? { dataset: load.dataset, ...load.next } : load.next,
        several: load.several,
      },
      load.partitions.map(partitionResult),
      load.diagnosis ?? null,
    ),
  );
});
