import type { Dataset } from '../core/dataset';
import { rerunInput } from '../core/execution-input';
import { loadedRow } from '../core/history';
import { startOfHour, timestampText } from '../core/hour';
import { batchOf } from '../core/sql';
import { stagedPieces } from '../core/staging';
import { merged, validatedState, type Merged, type ValidatedState } from '../core/states';
import { scannedDrift, scannedRange } from '../core/target-scan';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
import { recordedLoad } from './shared/recorded-load';
import { runStep } from './shared/warehouse';

/** Runs the merge, one transaction. The result is the same as if each partition were loaded once, in any order. */
export const handler = stepHandler('MergeIntoTarget', validatedState, async (load): Promise<Merged> => {
  const configuration = readConfiguration();
  const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
  const batch = async () => {
    const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);
    const statements = statementsOf(
      configuration.packageDirectory,
      'merge-into-target',
      dataset,
      stagedPieces(dataset, plan.parts),
    );
    const rerun = rerunInput(load.dataset, load.partition, several);
    return batchOf(statements, { ...loadedRow(load, plan, rerun), ...parameters(load, dataset) });
  };
  const [row] = await runStep(configuration, {
    ...{ step: 'MergeIntoTarget', load, timeout_minutes: load.inspection.merge_timeout_minutes, batch },
    committed: async () => {
      const counts = await recordedLoad(configuration, dataset, load);
      return counts && [counts];
    },
  });
  return merged.parse(row);
});

function parameters(
  { partition, counts }: ValidatedState,
  dataset: Dataset,
): Record<string, string | number> {
  const partitionTime = timestampText(startOfHour(partition));
  // If no row was staged, any range is right because nothing matches.
  const staged = { first: counts.first_event ?? partitionTime, last: counts.last_event ?? partitionTime };
  const scanned = scannedRange(staged, scannedDrift(dataset) ?? 0);
  return {
    partition_time: partitionTime,
    first_event: scanned.first,
    last_event: scanned.last,
    keys: counts.keys,
  };
}
