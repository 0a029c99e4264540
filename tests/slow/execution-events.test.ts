import { GetExecutionHistoryCommand, ListExecutionsCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { STILL_RUNNING } from '../../core/errors';
import { SECONDS_LEFT } from '../../functions/shared/warehouse';
import type { FaultRule } from '../../local/faults/fault-rule';
import { eventsOf, mostEvents, type State, type Workflow } from '../../testkit/execution-events';
import { THROTTLED } from '../../testkit/faults';
import { ROOT } from '../../testkit/root';
import { TestTwin } from '../../testkit/test-twin';

/** The events that tests/resources/execution-events.test.ts counts are those of the interpreter. */

const MACHINE = parse(readFileSync(join(ROOT, 'statemachines/load.asl.yml'), 'utf8'), {
  maxAliasCount: -1,
}) as Workflow;
const HOUR = '2026-11-20T08';
let twin: TestTwin;
beforeAll(async () => {
  // A status request is answered after half a second, and an invocation waits for it only once.
  twin = await TestTwin.start({ longestPollSeconds: 0.5, longestInvocationSeconds: SECONDS_LEFT });
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const slow = (match: string): FaultRule => ({
  service: 'redshift-data',
  operation: 'statement',
  match,
  fault: { type: 'delay', ms: 2_500 },
});

test.each<[string, readonly FaultRule[], string]>([
  ['a load', [], 'SUCCEEDED'],
  ['a load that waits for its COPY', [slow('FORMAT AS PARQUET')], 'SUCCEEDED'],
  ['a load that waits for its merge', [slow('^LOCK ')], 'SUCCEEDED'],
  [
    'a load with throttled invocations',
    [{ service: 'lambda', operation: 'sluice-local-inspect-files', times: 2, fault: THROTTLED }],
    'SUCCEEDED',
  ],
  [
    'a load that fails',
    [
      {
        service: 'redshift-data',
        operation: 'statement',
        match: '^LOCK ',
        fault: { type: 'statement', status: 'FAILED', error: 'ERROR: permission denied for schema sluice' },
      },
    ],
    'FAILED',
  ],
])('%s', async (_, rules, status) => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  twin.twin.faults.set(rules);
  expect(await twin.load({ partition: HOUR })).toMatchObject({ status });
  const events = await history();
  expect(events).toHaveLength(counted(events));
  if (rules.some(({ match }) => match === 'FORMAT AS PARQUET')) expect(turnsIn(events)).toBeGreaterThan(0);
  const work = { partitions: 1, concurrency: 1, furtherCopies: 0, turns: turnsIn(events), retries: true };
  expect(events.length).toBeLessThanOrEqual(mostEvents(MACHINE, work));
});

/** Of the last execution. */
async function history(): Promise<readonly HistoryEvent[]> {
  const { stepFunctions, stateMachineArn } = twin.connection;
  const { executions = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }),
  );
  const { executionArn } = executions[0] ?? {};
  const { events = [], nextToken } = await stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }),
  );
  expect(nextToken).toBeUndefined();
  return events;
}

const STATES = new Map(statesOf(MACHINE));

function statesOf({ States }: Workflow): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(statesOf),
  ]);
}

const entered = (events: readonly HistoryEvent[]): string[] =>
  events.flatMap(({ stateEnteredEventDetails: details }) => (details ? [details.name ?? ''] : []));

const turnsIn = (events: readonly HistoryEvent[]): number =>
  events.filter(({ lambdaFunctionFailedEventDetails: details }) => details?.error === STILL_RUNNING).length;

/** The number of events of these visits of states, in these executions and iterations, with these retries. */
function counted(events: readonly HistoryEvent[]): number {
  const count = (...types: string[]) => events.filter(({ type = '' }) => types.includes(type)).length;
  const visits = entered(events).map((name) => {
    const state = STATES.get(name);
    if (!state) throw new Error(`There is no state ${name}.`);
    return eventsOf(state, () => 0);
  });
  const tasks = entered(events).filter((name) => STATES.get(name)?.Type === 'Task').length;
  const retries = count('LambdaFunctionScheduled', 'TaskScheduled') - tasks;
  return (
    2 * (count('ExecutionStarted') + count('MapIterationStarted')) +
    visits.reduce((sum, each) => sum + each, 0) +
    3 * retries
  );
}
