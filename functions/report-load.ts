import * as z from 'zod';
import { diagnose, shortenedDiagnosis, type CaughtError } from '../core/diagnosis';
import { rerunInput } from '../core/execution-input';
import { byHour } from '../core/ledger';
import { endedAttempt } from '../core/ledger-attempt';
import { measureLoad } from '../core/metrics';
import { partitionResult, reportLoad, type LoadReport } from '../core/report';
import { executionEnd, type PartitionEnd } from '../core/states';
import { findDataset } from '../service/datasets';
import { readConfiguration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { lakeClient } from './shared/lake';
import { Ledger } from './shared/ledger';
import { recordMetrics } from './shared/metrics';

const SWEEP_ERROR_BYTES = 2_000;

const event = z.object({ execution: z.string(), input: z.unknown(), load: executionEnd });

/** Reports every execution: one result for each partition and, if any failed, one notification. Writes the ledger. */
export const handler = stepHandler(
  'ReportLoad',
  event,
  async ({ execution, input, load }): Promise<LoadReport> => {
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
      await writeLedger(dataset, execution, load.partitions);
      recordMetrics(
        dataset,
        measureLoad(report, load.scheduled ? load.newest_loaded : undefined, new Date()),
      );
    }
    return report;
  },
);

/** A ledger that is behind only makes the next execution ask the history, so it fails no load. */
async function writeLedger(name: string, execution: string, ends: readonly PartitionEnd[]): Promise<void> {
  if (ends.length === 0) return;
  try {
    const told = ends.map((end) => endedAttempt(end, execution)).filter((each) => each !== undefined);
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, name);
    const ledger = new Ledger({ client: lakeClient, ...configuration }, dataset);
    await ledger.change({ ended: byHour(told) });
    // Otherwise the next execution asks the history how the others ended.
    if (told.length === ends.length) await ledger.end(execution);
  } catch (error) {
    logger.error('The ledger is not written: the next execution asks the load history', {
      error: error as Error,
    });
  }
}

function sweepFailure(caught: CaughtError): string {
  const { error, cause } = shortenedDiagnosis(diagnose(caught), SWEEP_ERROR_BYTES);
  return `${error}: ${cause}`;
}
