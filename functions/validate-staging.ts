import { addHours, startOfHour, timestampText } from '../core/hour';
import { batchOf } from '../core/sql';
import {
  inspectedState,
  statementProgress,
  submission,
  type Row,
  type StagingCounts,
  type StatementProgress,
} from '../core/states';
import { judgeStaging } from '../core/validation';
import { SLUICE_SCHEMA, stagingPieces } from '../core/warehouse';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { submitBatch } from './shared/warehouse';

/** The step is called twice: to submit the count, and, with the finished statement, to check the counts. */
const event = submission(inspectedState).extend({ statement: statementProgress.optional() });

/** Counts the staged rows, and stops the load if the counts do not match the files. */
export const handler = stepHandler(
  'ValidateStaging',
  event,
  async ({ load, entered, statement }): Promise<StatementProgress | StagingCounts> => {
    const configuration = readConfiguration();
    const { dataset } = findDataset(configuration.packageDirectory, load.dataset);
    if (statement) return judgeStaging(dataset, load, Object.assign({}, ...(statement.rows ?? [])) as Row);

    const statements = statementsOf(
      configuration.packageDirectory,
      'validate-staging',
      dataset,
      stagingPieces(load.inspection.staging),
    );
    return submitBatch(
      configuration,
      batchOf(statements, parameters(load.partition, load.inspection.staging)),
      'ValidateStaging',
      { load, entered },
    );
  },
);

function parameters(partition: string, staging: string): Record<string, string> {
  return {
    sluice_schema: SLUICE_SCHEMA,
    staging_table: staging,
    hour_start: timestampText(startOfHour(partition)),
    hour_end: timestampText(startOfHour(addHours(partition, 1))),
  };
}
