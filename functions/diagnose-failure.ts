import * as z from 'zod';
import { caughtError, diagnose, shortenedDiagnosis, type Diagnosis } from '../core/diagnosis';
import { isTransient, LoadError } from '../core/errors';
import { rerunInput } from '../core/execution-input';
import { failedRow } from '../core/history';
import { batchOf } from '../core/sql';
import { stagingPieces, stagingTables } from '../core/staging';
import { failedState, type FailedState, type MergeCounts, type PartitionEnd } from '../core/states';
import { findDataset } from '../service/datasets';
import { namedStatementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { recordedLoad } from './shared/recorded-load';
import { endStatements, runBatch, statementName } from './shared/warehouse';

/** A failure outside a partition: of the input or the listing. */
const executionFailure = z.object({ error: caughtError });
const event = z.union([
  /** `attempt`: how often this step was retried; 0 at the first attempt. */
  z.object({ load: failedState, attempt: z.number() }),
  executionFailure,
]);

/** Fewer than the retries in the state machine, so that the last retry never fails. */
const CLEAN_UP_RETRIES = 3;
/** The limit for a failure outside a partition. It is larger because the payload has only one such diagnosis. */
const EXECUTION_DIAGNOSIS_BYTES = 20_000;

/**
 * Diagnoses a failure, ends the load's running statements, drops the staging tables and records the failed attempt. It
 * never fails the execution: if the warehouse cannot be reached, it retries a few times and then returns the diagnosis.
 */
export const handler = stepHandler(
  'DiagnoseFailure',
  event,
  async (input): Promise<PartitionEnd | { diagnosis: Diagnosis }> => {
    if ('error' in input)
      return { diagnosis: shortenedDiagnosis(diagnose(input.error), EXECUTION_DIAGNOSIS_BYTES) };

    const { load: failure, attempt } = input;
    const diagnosis = diagnose(failure.error);
    const { partition, reason, files, inspection, counts } = failure;
    const end = { partition, reason, files, inspection: withoutDiagnosis(inspection), counts };
    const merged = await cleanUp(failure, diagnosis, attempt < CLEAN_UP_RETRIES);
    return merged
      ? { ...end, inspection, outcome: 'loaded', merged, finished: new Date().toISOString() }
      : {
          ...end,
          outcome: 'failed',
          diagnosis: shortenedDiagnosis(diagnosis, failure.diagnosis_bytes),
          finished: new Date().toISOString(),
        };
  },
);

/** All diagnoses share one payload, and in a failed partition the diagnosis of files that were left out does not matter. */
function withoutDiagnosis(inspected: FailedState['inspection']): FailedState['inspection'] {
  return inspected && { ...inspected, diagnosis: undefined };
}

/**
 * @param again whether a transient error may be thrown, so that the step is retried.
 * @returns the counts of the merge if it was committed and only its answer was lost: then the load did not fail.
 */
async function cleanUp(
  failure: FailedState,
  diagnosis: Diagnosis,
  again: boolean,
): Promise<MergeCounts | undefined> {
  const tried = <Result>(what: string, run: () => Promise<Result>) =>
    run().catch((error: unknown) => {
      if (again && error instanceof LoadError && isTransient(error.name)) throw error;
      logger.error(`${what} failed`, { error: error as Error });
      return undefined;
    });

  const configuration = readConfiguration();
  const { dataset, several } = findDataset(configuration.packageDirectory, failure.dataset);
  await tried('Ending the running statements of the load', () => endStatements(configuration, failure));
  const merged = await tried('Looking for a committed merge', () =>
    recordedLoad(configuration, dataset, failure),
  );
  if (merged) return merged;

  const tables = stagingTables(failure, failure.inspection?.parts ?? 0);
  const rerun = rerunInput(failure.dataset, failure.partition, several);
  const row = failedRow(failure, diagnosis, rerun, new Date());
  const statements = namedStatementsOf(
    configuration.packageDirectory,
    'diagnose-failure',
    dataset,
    stagingPieces(tables),
  ).filter(({ name }) => name !== 'drop-staging' || tables.length > 0);
  // Each statement runs by itself: if dropping the tables fails, the failure must still be recorded.
  for (const { name, sql } of statements) {
    await tried(name, () =>
      runBatch(configuration, batchOf([sql], row), statementName(failure, 'DiagnoseFailure')),
    );
  }
  return undefined;
}
