import { batchOf, quoteName, quoteText, renderSql } from '../core/sql';
import { datasetPieces, sluiceTable } from '../core/warehouse';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { findDataset, readSql } from '../service/package-files';
import { readPlan } from './shared/plan';
import { inspectedState, submission, type StatementProgress } from '../core/states';
import { clientToken, endStatements, submitBatch } from './shared/warehouse';

/** Submits one batch: the load's own staging table, then COPYs of exactly the plan's files. */
export const handler = stepHandler(
  'CopyToStaging',
  submission(inspectedState),
  async ({ load, attempt, entered }): Promise<StatementProgress> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    const plan = await readPlan(configuration.bucket, load.inspection.plan_key);

    const pieces = {
      ...datasetPieces(dataset),
      staging: sluiceTable(load.inspection.staging),
    };
    const statements = readSql(configuration.packageDirectory, 'copy-to-staging').flatMap((template) =>
      template.name === 'copy-files'
        ? plan.copies.map((copy) =>
            renderSql(template, {
              ...pieces,
              file_columns: copy.columns.map(quoteName).join(', '),
              manifest: quoteText(`s3://${configuration.bucket}/${copy.manifest_key}`),
              role: quoteText(configuration.copyRole),
            }),
          )
        : [renderSql(template, pieces)],
    );
    // Not beside a COPY of an attempt before that nobody awaits any more.
    if (attempt > 0) await endStatements(configuration, load);
    return submitBatch(
      configuration,
      batchOf(statements, {}),
      load,
      'CopyToStaging',
      clientToken('CopyToStaging', load.execution, load.partition, entered),
    );
  },
);
