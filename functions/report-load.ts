import * as z from 'zod';
import { diagnose, shortenedDiagnosis, type CaughtError } from '../core/diagnosis';
import { rerunInput } from '../core/execution-input';
import { measureLoad } from '../core/metrics';
import { partitionResult, reportLoad, type LoadReport } from '../core/report';
import { executionEnd } from '../core/states';
import { stepHandler } from './shared/handler';
import { recordMetrics } from './shared/metrics';

const SWEEP_ERROR_BYTES = 2_000;

const event = z.object({ execution: z.string(), input: z.unknown(), load: executionEnd });

/** Reports every execution: one result for each partition and, if any failed, one notification. */
export const handler = stepHandler('ReportLoad', event, ({ execution, input, load }): Promise<LoadReport> => {
  const dataset = load.dataset ?? null;
  const { waiting = 0, several = false, next = null, strays = null, swept, sweep_error } = load;
  const report = reportLoad(
    {
      dataset,
      execution,
      input,
      waiting,
      next: next && several ? { dataset, ...next } : next,
      housekeeping: sweep_error
        ? { staging_tables: 0, plan_files: 0, error: sweepFailure(sweep_error) }
        : (swept ?? null),
      strays,
    },
    load.partitions.map((end) => partitionResult(end, rerunInput(dataset ?? '', end.partition, several))),
    load.diagnosis ?? null,
  );
  if (dataset !== null && !load.plan) {
    recordMetrics(dataset, measureLoad(report, load.sweep ? load.newest_loaded : undefined, new Date()));
  }
  return Promise.resolve(report);
});

function sweepFailure(caught: CaughtError): string {
  const { error, cause } = shortenedDiagnosis(diagnose(caught), SWEEP_ERROR_BYTES);
  return `${error}: ${cause}`;
}
