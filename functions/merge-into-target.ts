import { rerunInput } from '../core/execution-input';
import { planMerge } from '../core/merge';
import { batchOf } from '../core/sql';
import { validatedGroup, validatedPartitions, type GroupEnd } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { identityOf, loadedEnds, plansOf, stepOf } from './shared/group';
import { stepHandler } from './shared/handler';
import { mergedRow, recordedLoads } from './shared/recorded-load';
import { runStep } from './shared/warehouse';

/** Runs the merge, one transaction. The result is the same as if each partition were loaded once, in any order. */
export const handler = stepHandler('MergeIntoTarget', validatedGroup, async (group): Promise<GroupEnd> => {
  const configuration = readConfiguration();
  const { packageDirectory, bucket } = configuration;
  const { dataset, several } = findDataset(packageDirectory, identityOf(group).dataset);
  const batch = async () => {
    const { pieces, repeated, parameters } = planMerge(
      dataset,
      validatedPartitions(group),
      await plansOf(bucket, dataset, group),
      group.partitions.map(({ partition }) => rerunInput(dataset.name, partition, several)),
    );
    return batchOf(
      statementsOf(packageDirectory, 'merge-into-target', dataset, pieces, repeated),
      parameters,
    );
  };
  const rows = await runStep(configuration, {
    ...stepOf(group, 'MergeIntoTarget'),
    timeout_minutes: group.partitions[0]?.inspection.merge_timeout_minutes ?? 0,
    batch,
    committed: () => recordedLoads(configuration, dataset, group),
  });
  return { ends: loadedEnds(group, rows.map(mergedRow), new Date()), again: [] };
});
