import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { inParallel } from '../../functions/shared/in-parallel';
import { reportOf } from '../runs/reported';
import type { Connection } from '../shared/connection';
import type { Sample } from './estimate';

/** Executions whose reports are read. */
const EXECUTIONS = 20;
const AT_ONCE = 5;

/** What the partitions of the newest executions that succeeded took. It makes no statement. */
export async function recentLoads(
  { stepFunctions, stateMachineArn }: Connection,
  dataset: string,
): Promise<readonly Sample[]> {
  const listing = new ListExecutionsCommand({
    ...{ stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: EXECUTIONS },
  });
  const { executions = [] } = await stepFunctions.send(listing);
  const outputs = await inParallel(executions, AT_ONCE, async ({ executionArn }) =>
    reportOf((await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).output),
  );
  return outputs
    .filter((report) => report?.dataset === dataset)
    .flatMap((report) => report?.partitions ?? [])
    .flatMap(({ outcome, rows_in_files: rows, warehouse_seconds: seconds }) =>
      outcome === 'loaded' && seconds !== null && seconds > 0 ? [{ rows, seconds }] : [],
    );
}
