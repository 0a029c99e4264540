import { batchOf, joinSql, quoteName, quoteText } from '../core/sql';
import { partPieces, stagingPieces, stagingTables } from '../core/staging';
import { inspectedState, submission, type StatementProgress } from '../core/states';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { namingFile } from './shared/load-errors';
import { readPlanFor } from './shared/plan';
import { endEarlierAttempts, submitBatch } from './shared/warehouse';

/** Submits one batch: it creates the load's own staging tables, then copies exactly the files of the plan. */
export const handler = stepHandler(
  'CopyToStaging',
  submission(inspectedState),
  async ({ load, entered }): Promise<StatementProgress> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);

    const statements = statementsOf(
      configuration.packageDirectory,
      'copy-to-staging',
      dataset,
      stagingPieces(stagingTables(load, load.inspection.parts)),
      {
        'create-staging': plan.parts.map((part) => partPieces(dataset, part)),
        'copy-files': plan.parts.flatMap((part) =>
          part.copies.map((copy) => ({
            ...partPieces(dataset, part),
            file_columns: joinSql(copy.columns.map(quoteName)),
            manifest: quoteText(`s3://${configuration.bucket}/${copy.manifest_key}`),
            role: quoteText(configuration.copyRole),
          })),
        ),
      },
    );
    // A COPY of an earlier attempt may still run although nothing waits for it.
    await endEarlierAttempts(configuration, 'CopyToStaging', { load, entered });
    return namingFile(load.dataset, () =>
      submitBatch(configuration, batchOf(statements, {}), 'CopyToStaging', { load, entered }),
    );
  },
);
