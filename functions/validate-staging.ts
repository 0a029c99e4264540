import { addHours, startOfHour, timestampText } from '../core/hour';
import { batchOf } from '../core/sql';
import { checkPieces, countPieces, stagedPieces, valueChecksByStatement } from '../core/staging';
import { inspectedState, type Row, type StagingCounts } from '../core/states';
import { judgeStaging } from '../core/validation';
import { SLUICE_SCHEMA } from '../core/warehouse';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
import { runStep } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

/** Counts the staged rows, and stops the load if the counts do not match the files. */
export const handler = stepHandler(
  'ValidateStaging',
  inspectedState,
  async (load): Promise<StagingCounts> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);
    const statements = statementsOf(
      configuration.packageDirectory,
      'validate-staging',
      dataset,
      stagedPieces(dataset, plan.parts),
      {
        'count-part': plan.parts.map((part, index) => countPieces(dataset, part, index + 1)),
        'check-values': plan.parts.flatMap((part, index) =>
          valueChecksByStatement(dataset, part, index + 1).map((checks) => checkPieces(part, checks)),
        ),
      },
    );
    const rows = await runStep(configuration, {
      ...{ step: 'ValidateStaging', load, timeout_minutes: load.inspection.statement_timeout_minutes },
      batch: () => Promise.resolve(batchOf(statements, parameters(load.partition))),
    });
    const counts = judgeStaging(dataset, plan, Object.assign({}, ...rows) as Row);
    // The merge's batch must be the same whenever it is submitted, so what it records is decided here.
    return { ...counts, warehouse_seconds: await secondsSoFar(configuration, load) };
  },
);

function parameters(partition: string): Record<string, string> {
  return {
    sluice_schema: SLUICE_SCHEMA,
    hour_start: timestampText(startOfHour(partition)),
    hour_end: timestampText(startOfHour(addHours(partition, 1))),
  };
}
