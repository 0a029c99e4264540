import type { Dataset } from '../core/dataset';
import type { PartitionPlan } from '../core/plan';
import { batchOf, joinSql, quoteName, quoteText, type Sql } from '../core/sql';
import { partPieces, stagingPieces, stagingTables } from '../core/staging';
import { inspectedGroup, type InspectedGroup } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration, type Configuration } from './shared/configuration';
import { identityOf, plansOf, stepOf } from './shared/group';
import { stepHandler } from './shared/handler';
import { namingFile } from './shared/load-errors';
import { runStep } from './shared/warehouse';

/** Runs one batch: it creates the load's own staging tables, then copies exactly the files of the plans. */
export const handler = stepHandler('CopyToStaging', inspectedGroup, async (group): Promise<null> => {
  const configuration = readConfiguration();
  const { dataset } = findDataset(configuration.packageDirectory, identityOf(group).dataset);
  const batch = async () =>
    batchOf(
      copyStatements(configuration, dataset, group, await plansOf(configuration.bucket, dataset, group)),
      {},
    );
  await namingFile(identityOf(group), () =>
    runStep(configuration, { ...stepOf(group, 'CopyToStaging'), batch }),
  );
  return null;
});

function copyStatements(
  { packageDirectory, bucket, copyRole }: Configuration,
  dataset: Dataset,
  { partitions }: InspectedGroup,
  plans: readonly PartitionPlan[],
): readonly Sql[] {
  const parts = plans.flatMap((plan) => plan.parts);
  return statementsOf(
    packageDirectory,
    'copy-to-staging',
    dataset,
    stagingPieces(stagingTables(partitions)),
    {
      'create-staging': parts.map((part) => partPieces(dataset, part)),
      'copy-files': parts.flatMap((part) =>
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
