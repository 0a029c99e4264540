import { rerunInput } from '../core/execution-input';
import { loadedRow } from '../core/history';
import { startOfHour, timestampText } from '../core/hour';
import { batchOf } from '../core/sql';
import { stagedPieces } from '../core/staging';
import { submission, validatedState, type StatementProgress, type ValidatedState } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
import { recordedLoad } from './shared/recorded-load';
import { endEarlierAttempts, submitBatch } from './shared/warehouse';

/** Submits the merge, one transaction. The result is the same as if each partition were loaded once, in any order. */
export const handler = stepHandler(
  'MergeIntoTarget',
  submission(validatedState),
  async ({ load, entered }): Promise<StatementProgress> => {
    const configuration = readConfiguration();
    const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
    if (await endEarlierAttempts(configuration, 'MergeIntoTarget', { load, entered })) {
      const counts = await recordedLoad(configuration, dataset, load);
      // An earlier attempt was committed, only its answer was lost. Its transaction has dropped the staging tables.
      if (counts) {
        return {
          id: 'merged-before',
          dataset: load.dataset,
          step: 'MergeIntoTarget',
          status: 'FINISHED',
          submitted: entered,
          rows: [counts],
        };
      }
    }

    const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);
    const statements = statementsOf(
      configuration.packageDirectory,
      'merge-into-target',
      dataset,
      stagedPieces(dataset, plan.parts),
    );
    const rerun = rerunInput(load.dataset, load.partition, several);
    return submitBatch(
      configuration,
      batchOf(statements, { ...loadedRow(load, plan, rerun), ...parameters(load) }),
      'MergeIntoTarget',
      { load, entered },
    );
  },
);

function parameters({ partition, counts }: ValidatedState): Record<string, string | number> {
  const partitionTime = timestampText(startOfHour(partition));
  return {
    partition_time: partitionTime,
    // If no row was staged, any range is right because nothing matches.
    first_event: counts.first_event ?? partitionTime,
    last_event: counts.last_event ?? partitionTime,
    keys: counts.keys,
  };
}
