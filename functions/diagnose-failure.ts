import * as z from 'zod';
import {
  caughtError,
  diagnose,
  isOutcomeOpen,
  outcomeUnknown,
  shortenedDiagnosis,
  type Diagnosis,
} from '../core/diagnosis';
import { isTransient, LoadError, mayBeOfOneHour } from '../core/errors';
import { rerunInput } from '../core/execution-input';
import { isCutShort } from '../core/execution-limits';
import { groupName } from '../core/group-name';
import { groupOfOne } from '../core/groups';
import { failedRow, rowPieces } from '../core/history';
import { batchOf } from '../core/sql';
import { stagingPieces, stagingTables } from '../core/staging';
import {
  failedGroup,
  type FailedGroup,
  type FailedPartition,
  type GroupEnd,
  type PreparedPartition,
  type Row,
} from '../core/states';
import { findDataset } from '../service/datasets';
import { namedStatementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { identityOf, loadedEnds, secondsOfEach, startOfEnd } from './shared/group';
import { logger, stepHandler } from './shared/handler';
import { mergedRow, recordedLoads } from './shared/recorded-load';
import { endStatements, runBatch, statementName } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

/** A failure outside a partition: of the input or the listing. */
const executionFailure = z.object({ error: caughtError });
const event = z.union([
  /** `attempt`: how often this step was retried; 0 at the first attempt. */
  z.object({ load: failedGroup, attempt: z.number() }),
  executionFailure,
]);

/** Fewer than the retries in the state machine, so that the last retry never fails. */
const CLEAN_UP_RETRIES = 3;
/** The limit for a failure outside a partition. It is larger because the payload has only one such diagnosis. */
const EXECUTION_DIAGNOSIS_BYTES = 20_000;

/**
 * Diagnoses a failure, ends the group's running statements, drops the staging tables and records the failed attempts. If one
 * partition of several may be to blame, it records nothing: each of them is loaded alone then. It never fails the execution:
 * if the warehouse cannot be reached, it retries a few times and then returns the diagnosis. If it cannot find out whether a
 * merge was committed, it says so and records nothing: the history says it already, or the next execution loads the
 * partitions.
 */
export const handler = stepHandler(
  'DiagnoseFailure',
  event,
  async (input): Promise<GroupEnd | { diagnosis: Diagnosis }> => {
    if ('error' in input)
      return { diagnosis: shortenedDiagnosis(diagnose(input.error), EXECUTION_DIAGNOSIS_BYTES) };

    const { attempt } = input;
    const failure = withoutOldCounts(input.load);
    const diagnosis = diagnose(failure.error);
    const settled = await cleanUp(failure, diagnosis, attempt < CLEAN_UP_RETRIES);
    const now = new Date();
    if (settled.outcome === 'loaded')
      return { ends: loadedEnds(failure, settled.rows.map(mergedRow), now), again: [] };
    if (settled.outcome === 'split') return { ends: [], again: splitGroup(failure, diagnosis) };

    const { outcome } = settled;
    const told = outcome === 'unknown' ? outcomeUnknown(diagnosis) : diagnosis;
    return {
      ends: failure.partitions.map((each) => ({
        ...startOfEnd(failure, withoutDiagnosis(withoutHaste(failure, each))),
        outcome,
        counts: countsOf(failure, each),
        diagnosis: shortenedDiagnosis(told, each.diagnosis_bytes),
        finished: now.toISOString(),
      })),
      again: [],
    };
  },
);

/** The counts of a COPY that searched for a bad file say nothing of the one after it. */
function withoutOldCounts(failure: FailedGroup): FailedGroup {
  const isOld =
    failure.searching ||
    failure.partitions.some((each) => countsOf(failure, each)?.staged !== each.inspection?.rows);
  return isOld ? { ...failure, counts: undefined } : failure;
}

const countsOf = ({ counts }: FailedGroup, { partition }: PreparedPartition): FailedPartition['counts'] =>
  counts?.find((each) => each.partition === partition);

/** Each partition as a group of one, which remembers with whom it was tried, and why that failed. */
function splitGroup({ partitions }: FailedGroup, { error }: Diagnosis): GroupEnd['again'] {
  const tried_with = { group: groupName(partitions), error };
  return partitions.map((each) => groupOfOne({ ...each, tried_with }));
}

/**
 * A load that searched for bad files, and had few COPYs because many partitions were due, may find them when it is alone; and
 * of a group nobody knows whose files are to blame. So a partition does not say which files failed, and is tried again
 * although they are the same.
 */
function withoutHaste<Failed extends PreparedPartition>(
  { partitions }: Pick<FailedGroup, 'partitions'>,
  failed: Failed,
): Failed {
  const { inspection, most_further_copies: most } = failed;
  const isSpent = inspection !== undefined && inspection.further_copies >= most && isCutShort(most);
  return isSpent || partitions.length > 1 ? { ...failed, listed: undefined } : failed;
}

/** All diagnoses share one payload, and in a failed partition the diagnosis of files that were left out does not matter. */
function withoutDiagnosis<Failed extends PreparedPartition>(failed: Failed): Failed {
  const { inspection } = failed;
  return { ...failed, inspection: inspection && { ...inspection, diagnosis: undefined } };
}

type Settled =
  /** The merge was committed and only its answer was lost: then the load did not fail. */
  | { readonly outcome: 'loaded'; readonly rows: readonly Row[] }
  | { readonly outcome: 'failed' | 'unknown' | 'split' };

/** @param again whether a transient error may be thrown, so that the step is retried. */
async function cleanUp(failure: FailedGroup, diagnosis: Diagnosis, again: boolean): Promise<Settled> {
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
  const { partitions } = failure;
  const identity = identityOf(failure);
  const { dataset, several } = findDataset(configuration.packageDirectory, identity.dataset);
  // A group that has its counts has come to the merge.
  const mayBeCommitted = failure.counts !== undefined;
  const isOpen = mayBeCommitted && isOutcomeOpen(diagnosis);
  const ended = await tried('Ending the running statements of the load', () =>
    endStatements(configuration, identity),
  );
  // As long as the merge may be running, no answer of the history is final.
  if (isOpen && !ended) return { outcome: 'unknown' };

  const asked = mayBeCommitted
    ? await tried('Looking for a committed merge', () => recordedLoads(configuration, dataset, failure))
    : undefined;
  if (asked?.result) return { outcome: 'loaded', rows: asked.result };
  // Loaded alone, each partition makes its own staging tables anew, so nothing of the group may still run.
  const isSettled = ended !== undefined && (!isOpen || asked !== undefined);
  // Whatever the error, a group that has failed before is not to fail together again and again.
  const maySplit = mayBeOfOneHour(diagnosis.error) || partitions.some(({ failures }) => failures > 0);
  if (partitions.length > 1 && isSettled && maySplit) return { outcome: 'split' };

  const seconds = secondsOfEach(await secondsSoFar(configuration, identity), partitions);
  const now = new Date();
  const rows = partitions.map((each, row) => {
    const place = { row, of: partitions.length };
    const rerun = rerunInput(dataset.name, each.partition, several);
    const failed = { ...withoutHaste(failure, each), counts: countsOf(failure, each) };
    return { pieces: rowPieces(place), parameters: failedRow(failed, diagnosis, rerun, seconds, now, place) };
  });
  const tables = stagingTables(partitions);
  const statements = namedStatementsOf(
    configuration.packageDirectory,
    'diagnose-failure',
    dataset,
    stagingPieces(tables),
    { 'record-failure': rows.map(({ pieces }) => pieces) },
  );
  const named = (name: string) => statements.filter((each) => each.name === name).map(({ sql }) => sql);
  // The transaction that records asks once more: either answer settles the outcome.
  const recorded = await tried('Recording the failure', () =>
    recordedLoads(configuration, dataset, failure, {
      statements: named('record-failure'),
      parameters: Object.assign({}, ...rows.map(({ parameters }) => parameters)) as Parameters<
        typeof batchOf
      >[1],
    }),
  );
  if (recorded?.result) return { outcome: 'loaded', rows: recorded.result };
  if (isOpen && !asked && !recorded) return { outcome: 'unknown' };
  if (tables.length === 0) return { outcome: 'failed' };
  // A statement of its own: if dropping the tables fails, the failure must still be recorded.
  await tried('Dropping the staging tables', () =>
    runBatch(configuration, batchOf(named('drop-staging'), {}), statementName(identity, 'DiagnoseFailure')),
  );
  return { outcome: 'failed' };
}
