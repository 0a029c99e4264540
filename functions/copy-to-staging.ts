import type { Dataset } from '../core/dataset';
import type { PartitionPlan } from '../core/plan';
import { batchOf, joinSql, quoteName, quoteText, type Sql } from '../core/sql';
import { partPieces, stagingPieces, stagingTables } from '../core/staging';
import { inspectedState, type InspectedState } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { namingFile } from './shared/load-errors';
import { readPlanFor } from './shared/plan';
import { runStep } from './shared/warehouse';

/** Runs one batch: it creates the load's own staging tables, then copies exactly the files of the plan. */
export const handler = stepHandler('CopyToStaging', inspectedState, async (load): Promise<null> => {
  const configuration = readConfiguration();
  const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
  const batch = async () =>
    batchOf(
      copyStatements(
        configuration,
        dataset,
        load,
        await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key),
      ),
      {},
    );
  const { statement_timeout_minutes: timeout_minutes } = load.inspection;
  await namingFile(load, () =>
    runStep(configuration, { step: 'CopyToStaging', load, timeout_minutes, batch }),
  );
  return null;
});

function copyStatements(
  { packageDirectory, bucket, copyRole }: Configuration,
  dataset: Dataset,
  load: InspectedState,
  plan: PartitionPlan,
): readonly Sql[] {
  return statementsOf(
    packageDirectory,
    'copy-to-staging',
    dataset,
    stagingPieces(stagingTables(load, load.inspection.parts)),
    {
      'create-staging': plan.parts.map((part) => partPieces(dataset, part)),
      'copy-files': plan.parts.flatMap((part) =>
        part.copies.map((copy) => ({
          ...partPieces(dataset, part),
          file_columns: joinSql(copy.columns.map(quoteName)),
          manifest: quoteText(`s3://${bucket}/${copy.manifest_key}`),
          role: quoteText(copyRole),
        })),
      ),
    },
  );
}
