import { startOfHour, timestampText } from '../core/hour';
import { rerunInput } from '../core/execution-input';
import { diagnosisParameters, planParameters, startParameters } from '../core/history';
import { batchOf, renderSql } from '../core/sql';
import { datasetPieces, sluiceTable } from '../core/warehouse';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { findDataset, readSql } from '../service/package-files';
import { readPlan } from './shared/plan';
import { recordedLoad } from './shared/recorded-load';
import { submission, validatedState, type StatementProgress, type ValidatedState } from '../core/states';
import { clientToken, endStatements, submitBatch } from './shared/warehouse';

/** Submits the merge: one transaction that leaves the target as if every partition had been loaded once, in any order. */
export const handler = stepHandler(
  'MergeIntoTarget',
  submission(validatedState),
  async ({ load, attempt, entered }): Promise<StatementProgress> => {
    const configuration = readConfiguration();
    const { dataset, several } = findDataset(configuration.packageDirectory, load.dataset);
    if (attempt > 0) {
      await endStatements(configuration, load);
      const counts = await recordedLoad(configuration, dataset, load);
      // The attempt before got through although its answer was lost: its transaction dropped the staging table.
      if (counts) {
        return {
          id: 'merged-before',
          dataset: load.dataset,
          step: 'MergeIntoTarget',
          status: 'FINISHED',
          submitted: entered,
          rows: [counts],
        };
      }
    }

    const plan = await readPlan(configuration.bucket, load.inspection.plan_key);
    const pieces = {
      ...datasetPieces(dataset),
      staging: sluiceTable(load.inspection.staging),
    };
    const statements = readSql(configuration.packageDirectory, 'merge-into-target')
      .filter((template) => template.when === undefined || template.when === dataset.load.strategy)
      .map((template) => renderSql(template, pieces));
    return submitBatch(
      configuration,
      batchOf(statements, {
        ...parameters(load),
        ...planParameters(plan),
        ...diagnosisParameters(plan.diagnosis, rerunInput(load.dataset, load.partition, several)),
        fingerprint: plan.fingerprint,
      }),
      load,
      'MergeIntoTarget',
      clientToken('MergeIntoTarget', load.execution, load.partition, entered),
    );
  },
);

function parameters(load: ValidatedState): Record<string, string | number> {
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
    other_hours: load.counts.other_hours,
    plan_key: load.inspection.plan_key,
    ...startParameters(new Date(load.inspection.started)),
  };
}
