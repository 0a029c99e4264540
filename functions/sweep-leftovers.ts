import * as z from 'zod';
import type { Dataset } from '../core/dataset';
import { diagnoseClientError, firstBytes } from '../core/diagnosis';
import { ledgerPrefix } from '../core/ledger';
import { plansOfDataset, plansOfPartition } from '../core/plan';
import { batchOf } from '../core/sql';
import { stagedLoad, stagingPieces } from '../core/staging';
import type { Housekeeping } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { executionStatus } from './shared/executions';
import { logger, stepHandler } from './shared/handler';
import { deleteOlder, listFiles } from './shared/lake';
import { endStatements, runBatch, statementName, type ExecutionIdentity } from './shared/warehouse';

/** The longest error in the report. */
const ERROR_BYTES = 2_000;

const event = z.object({
  dataset: z.string(),
  /** The execution that sweeps. Its own tables are still in use. */
  execution: z.string(),
  /** The state machine's ARN. */
  state_machine: z.string(),
  /** The staging tables that existed before this execution created its own. */
  staging: z.array(z.string()),
});

const DAY = 24 * 60 * 60 * 1_000;
/** The notification of a failed execution waits for this step, so the next execution does what takes longer. */
const TIME_BUDGET = 60_000;

/**
 * Deletes plans and manifests that are older than the retention, and drops staging tables that ended executions left
 * behind. It does not touch running executions.
 */
export const handler = stepHandler('SweepLeftovers', event, async (input): Promise<Housekeeping> => {
  const started = Date.now();
  const configuration = readConfiguration();
  const { dataset } = findDataset(configuration.packageDirectory, input.dataset);
  let error: string | null = null;
  const tried = <Result>(what: string, run: () => Promise<Result>): Promise<Result | undefined> =>
    run().catch((thrown: unknown) => {
      logger.warn(`${what} failed`, { error: thrown as Error });
      const { name, reason } = diagnoseClientError(thrown, what);
      error ??= `${name}: ${firstBytes(reason, ERROR_BYTES)}`;
      return undefined;
    });

  const before = new Date(started - dataset.load.retention_days * DAY);
  const deleted = await tried('Deleting old plans', () =>
    deleteOlder(configuration.bucket, plansOfDataset(dataset.name), before, ledgerPrefix(dataset.name)),
  );
  let dropped = 0;
  for (const table of input.staging) {
    if (Date.now() - started > TIME_BUDGET) break;
    const swept = await tried(`Dropping ${table}`, async () => {
      const owner = await deadExecution(configuration.bucket, input, table);
      if (owner) await dropStaging(configuration, dataset, input, owner, table);
      return owner;
    });
    if (swept) dropped += 1;
  }
  return { staging_tables: dropped, plan_files: deleted ?? 0, error };
});

/**
 * The execution that a staging table belongs to, if it has ended. The folder of the load's plan has the name of
 * the execution. A table without a plan may belong to another deployment on the same warehouse, so it stays.
 */
async function deadExecution(
  bucket: string,
  { dataset, execution, state_machine }: z.infer<typeof event>,
  table: string,
): Promise<ExecutionIdentity | undefined> {
  const staged = stagedLoad(dataset, table);
  if (!staged || staged.isOf(execution)) return undefined;
  const plans = plansOfPartition(dataset, staged.partition);
  const names = (await listFiles(bucket, plans)).map(
    ({ key }) => key.slice(plans.length).split('/')[0] ?? '',
  );
  const owner = names.find((name) => staged.isOf(name));
  if (owner === undefined || (await executionStatus(state_machine, owner)) !== 'ended') return undefined;
  return { dataset, execution: owner };
}

/** A statement of a stopped execution may still run and would create the table again, so it is ended first. */
async function dropStaging(
  configuration: Configuration,
  dataset: Dataset,
  sweeper: ExecutionIdentity,
  owner: ExecutionIdentity,
  table: string,
): Promise<void> {
  await endStatements(configuration, owner);
  const statements = statementsOf(
    configuration.packageDirectory,
    'sweep-leftovers',
    dataset,
    stagingPieces([table]),
  );
  await runBatch(configuration, batchOf(statements, {}), statementName(sweeper, `SweepLeftovers ${table}`));
}
