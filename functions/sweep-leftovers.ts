import { z } from 'zod';
import type { Dataset } from '../core/dataset';
import { plansOfDataset, plansOfPartition } from '../core/inspection';
import { batchOf, renderSql } from '../core/sql';
import { datasetPieces, sluiceTable, stagedLoad } from '../core/warehouse';
import { readConfiguration, type Configuration } from './shared/configuration';
import { hasEnded } from './shared/executions';
import { logger, stepHandler } from './shared/handler';
import { deleteOlder, listFiles } from './shared/lake';
import { findDataset, readSql } from './shared/package-files';
import { endStatements, runBatch, type LoadIdentity } from './shared/warehouse';

const event = z.object({
  dataset: z.string(),
  /** The execution that sweeps: its own tables are not left over. */
  execution: z.string(),
  /** The state machine's ARN. */
  state_machine: z.string(),
  /** The staging tables that were there before this execution made any. */
  staging: z.array(z.string()),
});

interface Swept {
  readonly staging_tables: number;
  /** Plans and manifests. */
  readonly plan_files: number;
}

const DAY = 24 * 60 * 60 * 1_000;

/**
 * Drops the staging tables of executions that have ended without dropping them, and deletes the plans and manifests that
 * are older than the retention. Nothing of a running execution is touched.
 */
export const handler = stepHandler('SweepLeftovers', event, async (input): Promise<Swept> => {
  const configuration = readConfiguration();
  const { dataset } = findDataset(configuration.packageDirectory, input.dataset);
  let dropped = 0;
  for (const table of input.staging) {
    const load = await deadLoad(configuration.bucket, input, table);
    if (!load) continue;
    await dropStaging(configuration, dataset, load, table);
    logger.info('Dropped a staging table that an execution left behind', { table, ...load });
    dropped += 1;
  }
  const before = new Date(Date.now() - dataset.load.retention_days * DAY);
  const deleted = await deleteOlder(configuration.bucket, plansOfDataset(dataset.name), before);
  return { staging_tables: dropped, plan_files: deleted };
});

/**
 * The load of a staging table, where its execution has ended. Its name is that of the plan that stands beside: a table
 * whose plan is not there may be of another deployment on the same warehouse, and is left alone.
 */
async function deadLoad(
  bucket: string,
  { dataset, execution, state_machine }: z.infer<typeof event>,
  table: string,
): Promise<LoadIdentity | undefined> {
  const staged = stagedLoad(dataset, table);
  if (!staged || staged.isOf(execution)) return undefined;
  const plans = plansOfPartition(dataset, staged.partition);
  const names = (await listFiles(bucket, plans)).map(
    ({ key }) => key.slice(plans.length).split('/')[0] ?? '',
  );
  const owner = names.find((name) => staged.isOf(name));
  if (owner === undefined || !(await hasEnded(state_machine, owner))) return undefined;
  return { dataset, partition: staged.partition, execution: owner };
}

/** A stopped execution's statement may run on: it is ended first, or it would make the table again. */
async function dropStaging(
  configuration: Configuration,
  dataset: Dataset,
  load: LoadIdentity,
  table: string,
): Promise<void> {
  await endStatements(configuration, load);
  const pieces = { ...datasetPieces(dataset), staging: sluiceTable(table) };
  const statements = readSql(configuration.packageDirectory, 'sweep-leftovers').map((template) =>
    renderSql(template, pieces),
  );
  await runBatch(configuration, batchOf(statements, {}), `SweepLeftovers ${table}`);
}
