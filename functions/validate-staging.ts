import { batchOf } from '../core/sql';
import { checkPieces, countPieces, stagedPieces, valueChecksByStatement } from '../core/staging';
import { inspectedGroup, type StagingCounts } from '../core/states';
import { judgeStaging } from '../core/validation';
import { SLUICE_SCHEMA } from '../core/warehouse';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { identityOf, plansOf, secondsOfEach, stepOf } from './shared/group';
import { stepHandler } from './shared/handler';
import { runStep } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

/** Counts the staged rows of each partition, and stops the load if the counts do not match the files. */
export const handler = stepHandler(
  'ValidateStaging',
  inspectedGroup,
  async (group): Promise<readonly StagingCounts[]> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, identityOf(group).dataset);
    const plans = await plansOf(configuration.bucket, dataset, group);
    const parts = plans.flatMap((plan) => plan.parts);
    const statements = statementsOf(
      configuration.packageDirectory,
      'validate-staging',
      dataset,
      stagedPieces(dataset, plans),
      {
        'count-part': parts.map((part, index) => countPieces(dataset, part, index + 1)),
        'check-values': parts.flatMap((part, index) =>
          valueChecksByStatement(dataset, part, index + 1).map((checks) => checkPieces(part, checks)),
        ),
      },
    );
    const rows = await runStep(configuration, {
      ...stepOf(group, 'ValidateStaging'),
      batch: () => Promise.resolve(batchOf(statements, { sluice_schema: SLUICE_SCHEMA })),
    });
    const counts = judgeStaging(dataset, plans, rows);
    // The merge's batch must be the same whenever it is submitted, so what it records is decided here.
    const seconds = await secondsSoFar(configuration, identityOf(group));
    const warehouse_seconds = secondsOfEach(seconds, group.partitions);
    return counts.map((each) => ({ ...each, warehouse_seconds }));
  },
);
