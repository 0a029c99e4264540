import { rerunInput } from '../core/execution-input';
import { emptyRow } from '../core/history';
import { batchOf } from '../core/sql';
import { stagingPieces, stagingTables } from '../core/staging';
import { inspectedState } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
import { endStatements, runBatch, statementName } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

/**
 * Records that there was nothing to load, so that the next execution does not inspect the same files again. If COPYs found
 * that every file is bad, it drops their staging tables.
 */
export const handler = stepHandler('RecordEmpty', inspectedState, async (load): Promise<null> => {
  const configuration = readConfiguration();
  const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
  const { inspection } = load;
  const plan = await readPlanFor(dataset, configuration.bucket, inspection.plan_key);
  const tables = stagingTables(load, inspection.parts);
  const statements = statementsOf(
    configuration.packageDirectory,
    'record-empty',
    dataset,
    {},
    { 'drop-staging': tables.length > 0 ? [stagingPieces(tables)] : [] },
  );
  // The same statement of an earlier attempt may still run if its answer was lost. Neither would see the other's row.
  await endStatements(configuration, load);
  const rerun = rerunInput(dataset.name, load.partition, several);
  const row = emptyRow(load, inspection, plan, rerun, await secondsSoFar(configuration, load));
  await runBatch(configuration, batchOf(statements, row), statementName(load, 'RecordEmpty'));
  return null;
});
