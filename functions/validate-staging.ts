import { addHours, startOfHour, timestampText } from '../core/hour';
import { batchOf } from '../core/sql';
import { checkPieces, countPieces, stagedPieces, valueChecksByStatement } from '../core/staging';
import {
  inspectedState,
  statementProgress,
  submission,
  type Row,
  type StagingCounts,
  type StatementProgress,
} from '../core/states';
import { judgeStaging } from '../core/validation';
import { SLUICE_SCHEMA } from '../core/warehouse';
import { findDataset } from '../service/datasets';
import { statementsOf } from '../service/statements';
import { readConfiguration } from './shared/configuration';
import { stepHandler } from './shared/handler';
import { readPlanFor } from './shared/plan';
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
    const plan = await readPlanFor(dataset, configuration.bucket, load.inspection.plan_key);
    if (statement) return judgeStaging(dataset, plan, Object.assign({}, ...(statement.rows ?? [])) as Row);

    const statements = statementsOf(
      configuration.packageDirectory,
      'validate-staging',
      dataset,
      stagedPieces(dataset, plan.parts),
      {
        'count-part': plan.parts.map((part, index) => countPieces(dataset, part, index + 1)),
        'check-values': plan.parts.flatMap((part, index) =>
          valueChecksByStatement(dataset, part, index + 1).map((checks) => checkPieces(part, checks)),
        ),
      },
    );
    return submitBatch(configuration, batchOf(statements, parameters(load.partition)), 'ValidateStaging', {
      load,
      entered,
    });
  },
);

function parameters(partition: string): Record<string, string> {
  return {
    sluice_schema: SLUICE_SCHEMA,
    hour_start: timestampText(startOfHour(partition)),
    hour_end: timestampText(startOfHour(addHours(partition, 1))),
  };
}
