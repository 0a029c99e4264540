import { ListExecutionsCommand, paginateGetExecutionHistory, type HistoryEvent } from '@aws-sdk/client-sfn';
import { transitionsOf } from '../../core/usage';
import type { Connection } from '../shared/connection';

/** Executions whose histories are read: as many as one dataset has in a day, at most. */
const SAMPLE = 24;
/** Events in a page: the most that GetExecutionHistory answers. */
const pageSize = 1_000;

/**
 * The transitions of one execution, on average over the newest ones: no metric counts those of a state machine.
 * @param executions how many have started since.
 * @returns null if none of the newest has ended since.
 */
export async function meanTransitions(
  { stepFunctions: client, stateMachineArn }: Pick<Connection, 'stepFunctions' | 'stateMachineArn'>,
  executions: number,
  since: Date,
): Promise<number | null> {
  if (executions === 0) return 0;
  const listing = new ListExecutionsCommand({ stateMachineArn, maxResults: SAMPLE });
  const ended = ((await client.send(listing)).executions ?? []).filter(
    ({ startDate, status }) => startDate && startDate >= since && status !== 'RUNNING',
  );
  if (ended.length === 0) return null;
  let transitions = 0;
  for (const { executionArn } of ended) {
    const events: HistoryEvent[] = [];
    const request = { executionArn, includeExecutionData: false };
    for await (const page of paginateGetExecutionHistory({ client, pageSize }, request))
      events.push(...(page.events ?? []));
    transitions += transitionsOf(events);
  }
  return transitions / ended.length;
}
