import { rerunInput } from '../core/execution-input';
import { ALONE, emptyRow, rowPieces } from '../core/history';
import { batchOf } from '../core/sql';
import { stagingPieces, stagingTables } from '../core/staging';
import { inspectedGroup, type GroupEnd } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { identityOf, onlyOf, startOfEnd } from './shared/group';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
import { endStatements, runBatch, statementName } from './shared/warehouse';
import { secondsSoFar } from './shared/warehouse-seconds';

/**
 * Records that there was nothing to load, so that the next execution does not inspect the same files again. If COPYs found
 * that every file is bad, it drops their staging tables.
 */
export const handler = stepHandler('RecordEmpty', inspectedGroup, async (group): Promise<GroupEnd> => {
  const configuration = readConfiguration();
  const load = onlyOf(group);
  const identity = identityOf(group);
  const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
  const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);
  const tables = stagingTables([load]);
  const statements = statementsOf(configuration.packageDirectory, 'record-empty', dataset, rowPieces(ALONE), {
    'drop-staging': tables.length > 0 ? [stagingPieces(tables)] : [],
  });
  // The same statement of an earlier attempt may still run if its answer was lost. Neither would see the other's row.
  await endStatements(configuration, identity);
  const rerun = rerunInput(dataset.name, load.partition, several);
  const row = emptyRow(load, load.inspection, plan, rerun, await secondsSoFar(configuration, identity));
  await runBatch(configuration, batchOf(statements, row), statementName(identity, 'RecordEmpty'));
  const finished = new Date().toISOString();
  return { ends: [{ ...startOfEnd(group, load), outcome: 'empty', finished }], again: [] };
});
