import type { z } from 'zod';
import { startOfHour, timestampText } from '../core/hour';
import { batchOf, quoteName, renderSql } from '../core/sql';
import { datasetPieces, SLUICE_SCHEMA } from '../core/warehouse';
import { readConfiguration, type Configuration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { findDataset, readSql } from './shared/package-files';
import { readPlan } from './shared/plan';
import { submission, validatedState } from './shared/states';
import {
  clientToken,
  resultsOf,
  runBatch,
  submitBatch,
  type Row,
  type StatementProgress,
} from './shared/warehouse';

type Load = z.infer<typeof validatedState>;

/** Submits the merge: one transaction that leaves the target as if every partition had been loaded once, in any order. */
export const handler = stepHandler(
  'MergeIntoTarget',
  submission(validatedState),
  async ({ load, attempt, entered }): Promise<StatementProgress> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    if (attempt > 0) {
      const counts = await mergedBefore(configuration, load);
      // The attempt before got through although its answer was lost: its transaction dropped the staging table.
      if (counts) return { id: 'merged-before', status: 'FINISHED', submitted: entered, rows: [counts] };
    }

    const plan = await readPlan(configuration.bucket, load.inspection.plan_key);
    const pieces = {
      ...datasetPieces(dataset),
      staging: `${quoteName(SLUICE_SCHEMA)}.${quoteName(load.inspection.staging)}`,
    };
    const statements = readSql(configuration.packageDirectory, 'merge-into-target')
      .filter((template) => template.when === undefined || template.when === dataset.load.strategy)
      .map((template) => renderSql(template, pieces));
    return submitBatch(
      configuration,
      batchOf(statements, { ...parameters(load), fingerprint: plan.fingerprint }),
      `MergeIntoTarget ${load.dataset} ${load.partition}`,
      clientToken('MergeIntoTarget', load.execution, load.partition, entered),
    );
  },
);

function parameters(load: Load): Record<string, string | number> {
  const partitionTime = timestampText(startOfHour(load.partition));
  return {
    partition_time: partitionTime,
    // Without a staged row any range is right: there is nothing to match.
    first_event: load.counts.first_event ?? partitionTime,
    last_event: load.counts.last_event ?? partitionTime,
    dataset: load.dataset,
    partition: load.partition,
    execution: load.execution,
    reason: load.reason,
    files: load.inspection.files,
    bytes: load.inspection.bytes,
    rows_in_files: load.inspection.rows,
    keys: load.counts.keys,
    plan_key: load.inspection.plan_key,
    started: timestampText(new Date(load.inspection.started)),
  };
}

/** The counts that this execution's merge of this partition recorded, where it was committed. */
async function mergedBefore(configuration: Configuration, load: Load): Promise<Row | undefined> {
  const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
  const counts = readSql(configuration.packageDirectory, 'merge-into-target').filter(
    (each) => each.name === 'counts',
  );
  const batch = batchOf(
    counts.map((template) => renderSql(template, datasetPieces(dataset))),
    parameters(load),
  );
  const id = await runBatch(
    configuration,
    batch,
    `MergeIntoTarget ${load.dataset} ${load.partition}: merged before?`,
  );
  const [rows] = await resultsOf(id);
  return rows?.[0];
}
