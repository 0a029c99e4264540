import * as z from 'zod';
import {
  caughtError,
  diagnose,
  isOutcomeOpen,
  outcomeUnknown,
  shortenedDiagnosis,
  type Diagnosis,
} from '../core/diagnosis';
import { isTransient, LoadError } from '../core/errors';
import { rerunInput } from '../core/execution-input';
import { isCutShort } from '../core/execution-limits';
import { failedRow } from '../core/history';
import { batchOf } from '../core/sql';
import { stagingPieces, stagingTables } from '../core/staging';
import { failedState, type FailedState, type Merged, type PartitionEnd } from '../core/states';
import { findDataset } from '../service/datasets';
import { namedStatementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { logger, stepHandler } from './shared/handler';
import { recordedLoad } from './shared/recorded-load';
import { endStatements, runBatch, statementName } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

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
 * If it cannot find out whether a merge was committed, it says so and records nothing: the history says it already, or
 * the next execution loads the partition.
 */
export const handler = stepHandler(
  'DiagnoseFailure',
  event,
  async (input): Promise<PartitionEnd | { diagnosis: Diagnosis }> => {
    if ('error' in input)
      return { diagnosis: shortenedDiagnosis(diagnose(input.error), EXECUTION_DIAGNOSIS_BYTES) };

    const { attempt } = input;
    const failure = withoutHaste(withoutOldCounts(input.load));
    const diagnosis = diagnose(failure.error);
    const { partition, reason, files, built_on, failures, listed, inspection, counts } = failure;
    const end = {
      ...{ partition, reason, files, built_on, failures, listed, counts },
      inspection: withoutDiagnosis(inspection),
    };
    const settled = await cleanUp(failure, diagnosis, attempt < CLEAN_UP_RETRIES);
    const finished = new Date().toISOString();
    if (settled.outcome === 'loaded') return { ...end, ...settled, inspection, finished };
    const told = settled.outcome === 'unknown' ? outcomeUnknown(diagnosis) : diagnosis;
    return { ...end, ...settled, diagnosis: shortenedDiagnosis(told, failure.diagnosis_bytes), finished };
  },
);

/** The counts of a COPY that searched for a bad file say nothing of the one after it. */
function withoutOldCounts(failure: FailedState): FailedState {
  const { inspection, counts } = failure;
  const isOld = inspection?.searching === true || (counts && counts.staged !== inspection?.rows);
  return isOld ? { ...failure, counts: undefined } : failure;
}

/**
 * A load that searched for bad files, and had few COPYs because many partitions were due, may find them when it is alone. So
 * it does not say which files failed, and is tried again although they are the same.
 */
function withoutHaste(failure: FailedState): FailedState {
  const { inspection, most_further_copies: most } = failure;
  const isSpent = inspection !== undefined && inspection.further_copies >= most && isCutShort(most);
  return isSpent ? { ...failure, listed: undefined } : failure;
}

/** All diagnoses share one payload, and in a failed partition the diagnosis of files that were left out does not matter. */
function withoutDiagnosis(inspected: FailedState['inspection']): FailedState['inspection'] {
  return inspected && { ...inspected, diagnosis: undefined };
}

type Settled =
  /** The merge was committed and only its answer was lost: then the load did not fail. */
  { readonly outcome: 'loaded'; readonly merged: Merged } | { readonly outcome: 'failed' | 'unknown' };

/** @param again whether a transient error may be thrown, so that the step is retried. */
async function cleanUp(failure: FailedState, diagnosis: Diagnosis, again: boolean): Promise<Settled> {
  const tried = <Result>(what: string, run: () => Promise<Result>) =>
    run().then(
      (result) => ({ result }),
      (error: unknown) => {
        if (again && error instanceof LoadError && isTransient(error.name)) throw error;
        logger.error(`${what} failed`, { error: error as Error });
        return undefined;
      },
    );

  const configuration = readConfiguration();
  const { dataset, several } = findDataset(configuration.packageDirectory, failure.dataset);
  // A partition that has its counts has come to the merge.
  const mayBeCommitted = failure.counts !== undefined;
  const isOpen = mayBeCommitted && isOutcomeOpen(diagnosis);
  const ended = await tried('Ending the running statements of the load', () =>
    endStatements(configuration, failure),
  );
  // As long as the merge may be running, no answer of the history is final.
  if (isOpen && !ended) return { outcome: 'unknown' };

  const asked = mayBeCommitted
    ? await tried('Looking for a committed merge', () => recordedLoad(configuration, dataset, failure))
    : undefined;
  if (asked?.result) return { outcome: 'loaded', merged: asked.result };

  const tables = stagingTables(failure, failure.inspection?.parts ?? 0);
  const statements = namedStatementsOf(
    configuration.packageDirectory,
    'diagnose-failure',
    dataset,
    stagingPieces(tables),
  );
  const named = (name: string) => statements.filter((each) => each.name === name).map(({ sql }) => sql);
  // The transaction that records asks once more: either answer settles the outcome.
  const rerun = rerunInput(failure.dataset, failure.partition, several);
  const seconds = await secondsSoFar(configuration, failure);
  const recorded = await tried('Recording the failure', () =>
    recordedLoad(configuration, dataset, failure, {
      statements: named('record-failure'),
      parameters: failedRow(failure, diagnosis, rerun, seconds, new Date()),
    }),
  );
  if (recorded?.result) return { outcome: 'loaded', merged: recorded.result };
  if (isOpen && !asked && !recorded) return { outcome: 'unknown' };
  if (tables.length === 0) return { outcome: 'failed' };
  // A statement of its own: if dropping the tables fails, the failure must still be recorded.
  await tried('Dropping the staging tables', () =>
    runBatch(configuration, batchOf(named('drop-staging'), {}), statementName(failure, 'DiagnoseFailure')),
  );
  return { outcome: 'failed' };
}
