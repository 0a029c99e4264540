import { z } from 'zod';
import { caughtError, diagnose, shortenedDiagnosis, type Diagnosis } from '../core/diagnosis';
import { isTransient, LoadError } from '../core/errors';
import { rerunInput } from '../core/execution-input';
import { failedRow } from '../core/history';
import { batchOf } from '../core/sql';
import { failedState, type FailedState, type MergeCounts, type PartitionEnd } from '../core/states';
import { stagingPieces, stagingTable } from '../core/warehouse';
import { readConfiguration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { findDataset } from '../service/datasets';
import { namedStatementsOf } from '../service/statements';
import { recordedLoad } from './shared/recorded-load';
import { endStatements, runBatch, statementName } from './shared/warehouse';

/** Before there is a partition: the input, the listing. */
const executionFailure = z.object({ error: caughtError });
const event = z.union([
  /** `attempt`: how often this step was retried; 0 the first time. */
  z.object({ load: failedState, attempt: z.number() }),
  executionFailure,
]);

/** Fewer than the state machine has for this step, so that its last retry is never a failure. */
const CLEAN_UP_RETRIES = 3;
/** For a failure of the execution as a whole, whose text is not one of many in a payload. */
const EXECUTION_DIAGNOSIS_BYTES = 20_000;

/**
 * Names the cause of a failure and its fix, ends what the load still has running, drops the staging table and writes the
 * failed attempt down. It never fails the run: where the warehouse cannot be reached either, it is tried a few times, and
 * the diagnosis is reported all the same.
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

/** What was left out is of no use where the partition failed, and all diagnoses share one payload. */
function withoutDiagnosis(inspected: FailedState['inspection']): FailedState['inspection'] {
  return inspected && { ...inspected, diagnosis: undefined };
}

/**
 * @param again whether what goes away by itself may be thrown, for the step to be tried again.
 * @returns the counts of the merge, where it was committed and only its answer did not get through: nothing failed then.
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
  await tried('Ending what the load has running', () => endStatements(configuration, failure));
  const merged = await tried('Looking for a committed merge', () =>
    recordedLoad(configuration, dataset, failure),
  );
  if (merged) return merged;

  const staging = stagingTable(failure.dataset, failure.partition, failure.execution);
  const rerun = rerunInput(failure.dataset, failure.partition, several);
  const row = failedRow(failure, diagnosis, rerun, new Date());
  // Each by itself: that a table cannot be dropped must not keep the failure from being recorded.
  for (const { name, sql } of namedStatementsOf(
    configuration.packageDirectory,
    'diagnose-failure',
    dataset,
    stagingPieces(staging),
  )) {
    await tried(name, () =>
      runBatch(configuration, batchOf([sql], row), statementName(failure, 'DiagnoseFailure')),
    );
  }
  return undefined;
}
