import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import { executionName } from '../../core/execution-name';
import { hasFailed, type LoadReport } from '../../core/report';
import type { Connection } from '../shared/connection';
import type { Output } from '../shared/output';
import type { LoadDocument } from './document';
import { Progress } from './progress';

/** Starts an execution, follows it to its end and prints a line for each partition that ends. */
export async function startLoad(
  connection: Connection,
  output: Output,
  input: object,
): Promise<LoadDocument> {
  const { stepFunctions, stateMachineArn, datasets } = connection;
  const only = datasets.length === 1 ? datasets[0]?.name : undefined;
  const name = executionName(input, only, randomUUID().slice(0, 8));
  const started = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return followExecution(connection, output, { executionArn: started.executionArn ?? '', name });
}

/** Follows an execution to its end and prints a line for each partition that ends. */
export async function followExecution(
  connection: Connection,
  output: Output,
  { executionArn, name }: { readonly executionArn: string; readonly name: string },
): Promise<LoadDocument> {
  const progress = new Progress(output, name);
  connection.followed.add(name);
  try {
    return await follow(connection, executionArn, name, progress);
  } finally {
    connection.followed.delete(name);
    progress.end();
  }
}

/** Whether nothing is wrong. A scheduled execution also succeeds if it has told its failures before. */
export const isDone = ({ status, partitions }: LoadDocument): boolean =>
  status === 'SUCCEEDED' && !partitions.some(hasFailed);

async function follow(
  connection: Connection,
  executionArn: string,
  execution: string,
  progress: Progress,
): Promise<LoadDocument> {
  const { stepFunctions } = connection;
  let report: LoadReport | undefined;
  let seen = 0;
  for (;;) {
    const described = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    for (const event of await historyAfter(connection, executionArn, seen)) {
      // New events between two pages shift the older ones into the next page: it repeats them.
      if ((event.id ?? 0) <= seen) continue;
      seen = event.id ?? seen;
      progress.on(event);
      if (event.type === 'TaskStateExited' && event.stateExitedEventDetails?.name === 'ReportLoad') {
        report = JSON.parse(event.stateExitedEventDetails.output ?? '{}') as LoadReport;
      }
    }
    if (described.status === 'RUNNING' || described.status === 'PENDING_REDRIVE') {
      await new Promise((resolve) => setTimeout(resolve, connection.pollInterval));
      continue;
    }
    const document: LoadDocument = {
      execution,
      status: described.status ?? 'FAILED',
      waiting: report?.waiting ?? 0,
      partitions: report?.partitions ?? [],
      next: report?.next ?? null,
      housekeeping: report?.housekeeping ?? null,
      strays: report?.strays ?? null,
      failing: report?.failing ?? null,
      warehouse_seconds: report?.warehouse_seconds ?? null,
      warehouse_dollars: report?.warehouse_dollars ?? null,
      merge_reads: report?.merge_reads ?? null,
      warnings: report?.warnings ?? [],
      error: described.error ?? null,
      cause: described.cause ?? null,
    };
    progress.result(document, report);
    return document;
  }
}

/** The events after the event `seen`, in order. */
async function historyAfter(
  connection: Connection,
  executionArn: string,
  seen: number,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory(
    { client: connection.stepFunctions },
    { executionArn, reverseOrder: true },
  );
  for await (const page of pages) {
    const fresh = (page.events ?? []).filter((event) => (event.id ?? 0) > seen);
    events.push(...fresh);
    if (fresh.length < (page.events ?? []).length) break;
  }
  return events.reverse();
}
